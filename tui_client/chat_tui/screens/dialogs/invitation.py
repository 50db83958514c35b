"""Invitation: the line by which others join the room that was started here."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from chat_tui.screens.copied import Copied
from chat_tui.screens.dialogs.dialog import Dialog
from chat_tui.widgets.bars.keys import KeyBar

_COPY, _CLOSE = "copy", "close"


class InvitationScreen(Dialog[None]):
    """Shows the line that others type, to be copied; and what is open to whom, and until when."""

    AUTO_FOCUS = "#invitation-answers"
    VERTICAL_BREAKPOINTS = [(0, "-low"), (16, "-normal")]  # noqa: RUF012 - Textual's annotation is not a ClassVar of ours
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "Copy", show=False, id="invitation.copy"),
        Binding("escape", "close", "Close", show=False, id="invitation.close"),
    ]
    DEFAULT_CSS = """
    InvitationScreen {
        & > #invitation-dialog {
            width: 66;
            max-width: 100%;
            height: auto;
            max-height: 100%;
        }
        & Static { padding: 0 1; }
        & #invitation-line { color: $primary; text-style: bold; padding: 0 3; }
        & #invitation-words { color: $foreground 80%; }
        & #invitation-answers { height: auto; background: $surface; border: none; padding: 0 1; margin: 1 0 0 0; }
        &.-low #invitation-answers { margin: 0; }
    }
    """

    def __init__(self, line: str, reach: str) -> None:
        """`line` is what others type; `reach` is a sentence that says who may come."""
        super().__init__()
        self._line = line
        self._words = f'{reach} It closes when you leave. To see this again: Ctrl+P, "join".'

    def compose(self) -> ComposeResult:
        """The line, the words, the answers, the keys."""
        dialog = Vertical(id="invitation-dialog", classes="dialog")
        dialog.border_title = "Your room is open"
        with dialog:
            yield Static("Others join with", markup=False)
            yield Static(self._line, id="invitation-line", markup=False)
            yield Static(self._words, id="invitation-words", markup=False)
            answers = [Option("[Copy]", id=_COPY), Option("[Go to the room]", id=_CLOSE)]
            yield OptionList(*answers, id="invitation-answers", markup=False)
            yield KeyBar([("c", "Copy", "copy"), ("esc", "Go to the room", "close")])

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter, or a click."""
        event.stop()
        if event.option_id == _COPY:
            self.action_copy()
        else:
            self.action_close()

    def action_copy(self) -> None:
        """Put the line into the clipboard; the next Enter goes on."""
        self.app.copy_to_clipboard(self._line)

    def on_copied(self, event: Copied) -> None:
        """Say what became of it."""
        answers = self.query_one(OptionList)
        answers.replace_option_prompt(_COPY, f"[Copy]  ✓ {event.words}")
        answers.highlighted = answers.get_option_index(_CLOSE)
