"""Showing at once: draws what a widget has changed without the four turns of the loop that it takes to ask for that."""

from textual.widget import Widget


def show_at_once(widget: Widget) -> None:
    """Draw what has changed of a widget, with all else that is due on its screen; a layout takes its stock way."""
    screen = widget.screen
    if widget._repaint_required and not widget._layout_required and screen.is_current and widget.display:
        widget._repaint_required = False
        screen._dirty_widgets.add(widget)
        screen._on_timer_update()
