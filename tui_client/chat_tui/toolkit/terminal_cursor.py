"""Terminal cursor: keeps the terminal's own cursor, which is hidden here, where the next letter goes.

An input method shows its candidates there. Stock, a widget says where it is when its text or the focus changes, and not
when it is laid out, or laid out anew.
"""

from typing import Any

from textual.app import App
from textual.geometry import Offset
from textual.widget import Widget
from textual.widgets import TextArea


class TerminalCursor:
    """An app's `cursor_position`: worked out for each frame, whatever widgets believe.

    Where the focus is in a widget without a cursor, it is in what the screen has as `typing_into`, if it has that.
    """

    def __get__(self, app: App[Any], _: type[App[Any]] | None = None) -> Offset:
        """Where it is on the screen."""
        for widget in (app.focused, getattr(app.screen, "typing_into", None)):
            if (offset := _cursor_of(widget)) is not None:
                return offset
        return Offset(0, 0)

    def __set__(self, app: App[Any], offset: Offset) -> None:
        """What a widget believes."""


def _cursor_of(widget: Widget | None) -> Offset | None:
    if isinstance(widget, TextArea):
        # Stock, it is that of the last key until the next one.
        widget._cursor_offset = widget.wrapped_document.location_to_offset(widget.cursor_location)
        return widget.cursor_screen_offset
    if widget is not None:
        from textual.widgets import Input  # noqa: PLC0415 - takes 4 ms, and the first focus is on a text area

        if isinstance(widget, Input):
            # Stock, it makes itself room for the cursor at its end, and counts that.
            return widget.cursor_screen_offset - (int(widget.cursor_at_end), 0)
    return None
