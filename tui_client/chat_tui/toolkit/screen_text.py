"""A running app's screen as text, for snapshots and for showing a session where there is no terminal."""

from typing import Any, cast

from textual._compositor import InlineUpdate
from textual.app import App


def screen_text(app: App[Any]) -> str:
    """What the terminal shows now: one line a row, without trailing blanks, no colours."""
    # Only the compositor knows the layers of a screen and the screens that shine through a modal one. An inline
    # update, unlike a full one, leaves its list of what is still to be repainted alone.
    screens = app._background_screens
    update = cast("InlineUpdate", app.screen._compositor.render_inline(app.size, screens))
    return "\n".join(strip.text.rstrip() for strip in update.strips)
