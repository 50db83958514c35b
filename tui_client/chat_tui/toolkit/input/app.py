"""Terminal input app: reads the terminal by our driver, and keeps its cursor where the next letter goes.

An input method shows its candidates at the terminal's own cursor, which is hidden here.
"""

from textual.app import App, ReturnType
from textual.driver import Driver
from textual.geometry import Offset
from textual.widget import Widget
from textual.widgets import Input


class TerminalInputApp(App[ReturnType]):
    """An app that no input can end."""

    def get_driver_class(self) -> type[Driver]:
        """Our driver, in the place of the one for Unix."""
        from chat_tui.toolkit.input.driver import TerminalDriver  # noqa: PLC0415 - not on every system

        usual = super().get_driver_class()
        return TerminalDriver if issubclass(TerminalDriver, usual) else usual

    @property
    def typing_into(self) -> Widget | None:
        """The widget that the next letter goes to."""
        return self.focused

    # Stock, the widgets set it when their text or the focus changes: not when they are laid out, or laid out anew.
    @property
    def cursor_position(self) -> Offset:
        """Where the terminal's cursor is put behind each frame."""
        widget = self.typing_into
        offset = getattr(widget, "cursor_screen_offset", None)
        if not isinstance(offset, Offset):
            return Offset(0, 0)
        # Stock, a line input makes itself room for the cursor at its end, and counts that.
        return offset - (1, 0) if isinstance(widget, Input) and widget.cursor_at_end else offset

    @cursor_position.setter
    def cursor_position(self, offset: Offset) -> None:
        """What a widget believes."""
