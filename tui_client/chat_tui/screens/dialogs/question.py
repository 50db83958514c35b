"""Question: a dialog with a few answers, over whatever is on the screen."""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from chat_tui.screens.dialogs.dialog import Dialog
from chat_tui.toolkit.choice_list import ChoiceList
from chat_tui.widgets.bars.keys import KeyBar


class Answer(NamedTuple):
    """A letter that gives it, what it says, and what the screen ends with."""

    letter: str
    words: str
    value: str


class Question(Dialog[str]):
    """Ends with the value of the answer, or None. The first answer is the one that Enter gives."""

    AUTO_FOCUS = "#question-answers"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "Close", show=False, id="question.close")]
    DEFAULT_CSS = """
    Question {
        & > #question-dialog {
            width: 60;
            max-width: 100%;
            height: auto;
            max-height: 100%;
            border: round $warning;
        }
        & #question-words { padding: 0 1; color: $warning; }
        & #question-answers { height: auto; background: $surface; border: none; padding: 0; }
    }
    """

    def __init__(self, words: str, answers: Sequence[Answer]) -> None:
        super().__init__()
        self._words = words
        self._answers = list(answers)

    def compose(self) -> ComposeResult:
        """The question, the answers, the keys."""
        with Vertical(id="question-dialog", classes="dialog"):
            yield Static(Content(self._words), id="question-words")
            options = [Option(Content(f"{letter}  {words}"), id=value) for letter, words, value in self._answers]
            yield ChoiceList(*options, id="question-answers")
            yield KeyBar([("⏎", "Choose", "choose"), ("esc", "Close", "close")])

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter, or a click."""
        event.stop()
        self.end(event.option_id)

    def on_key(self, event: events.Key) -> None:
        """A letter."""
        for answer in self._answers:
            if event.character and event.character.lower() == answer.letter:
                event.stop()
                self.end(answer.value)

    def action_choose(self) -> None:
        """What Enter does."""
        self.query_one("#question-answers", OptionList).action_select()
