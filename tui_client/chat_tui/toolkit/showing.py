"""Showing: draws at once what a widget has changed, without the four turns of the loop that it takes to ask for that.

And says whether the terminal has taken what was drawn before.
"""

from typing import Any

from textual.app import App
from textual.widget import Widget


def is_behind(app: App[Any]) -> bool:
    """Has the terminal not yet taken all of the last frame?"""
    behind: bool = getattr(app._driver, "is_behind", False)  # drivers of tests have no terminal
    return behind


def show_at_once(widget: Widget) -> None:
    """Draw what has changed of a widget, with all else that is due on its screen; a layout takes its stock way."""
    screen = widget.screen
    if widget._repaint_required and not widget._layout_required and screen.is_current and widget.display:
        widget._repaint_required = False
        screen._dirty_widgets.add(widget)
        screen._on_timer_update()
