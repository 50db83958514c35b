"""Dialog: a modal screen with a box, ended by an answer, by Esc, or by a click beside the box."""

from typing import Generic, TypeVar

from textual import events
from textual.screen import ModalScreen

from chat_tui.toolkit.steady_rows import draw_steadily

Result = TypeVar("Result")


class Dialog(ModalScreen[Result | None], Generic[Result]):
    """Ends with None where nothing was chosen. Its box is the one child, of the class `dialog`."""

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        & > .dialog {
            background: $surface;
            border: round $primary;
            border-title-color: $primary;
        }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        draw_steadily(self)

    def on_click(self, event: events.Click) -> None:
        """A click beside the dialog closes it."""
        if self.get_widget_at(event.screen_x, event.screen_y)[0] is self:
            self.action_close()

    def action_close(self) -> None:
        """End without a choice."""
        self.end(None)

    def end(self, result: Result | None) -> None:
        """End with this; who chooses twice, by a double click for one, is heard once."""
        if self.is_current:
            self.dismiss(result)
