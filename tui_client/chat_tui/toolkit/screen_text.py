"""Screen text: renders a running app's screen as lines, for snapshots and for sessions where there is no terminal."""

from typing import Any, cast

from textual._compositor import InlineUpdate
from textual.app import App
from textual.strip import Strip


def screen_strips(app: App[Any]) -> list[Strip]:
    """What the terminal shows now: a strip a row."""
    # Only the compositor knows the layers of a screen and the screens that shine through a modal one. An inline
    # update, unlike a full one, leaves its list of what is still to be repainted alone.
    screens = app._background_screens
    update = cast("InlineUpdate", app.screen._compositor.render_inline(app.size, screens))
    return update.strips


def screen_text(app: App[Any]) -> str:
    """The same as text: one line a row, without trailing blanks, no colours."""
    return "\n".join(strip.text.rstrip() for strip in screen_strips(app))
