"""Blinking of the cursor: switched off in a line where somebody writes."""

from textual.widget import Widget


def stop_blinking(widget: Widget) -> None:
    """Let the cursor of a line stand still; nothing else has one that blinks."""
    from textual.widgets import Input  # noqa: PLC0415 - no start waits for a widget of dialogs

    if isinstance(widget, Input):
        widget.cursor_blink = False
