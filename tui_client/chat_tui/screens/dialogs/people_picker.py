"""People picker: chooses whom the next message goes to by a few letters of a name, and Enter."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from chat_tui.screens.dialogs.dialog import Dialog
from chat_tui.toolkit.breakpoints import NARROW
from chat_tui.toolkit.line_input import LineInput
from chat_tui.widgets.bars.keys import KeyBar
from chat_tui.widgets.lists.person import Person, in_order
from chat_tui.widgets.lists.sidebar import HERE, Entry, Sidebar
from chat_tui.widgets.markup.ranking import matching

TALLEST = 22
CHROME = 6
"""Rows of the dialog that are not people: its border, the input and the keys."""


_EVERYONE = Entry("Everyone", "everyone")  # no client is called so: ids begin with ~


class Matches(Sidebar, can_focus=False):
    """The list beneath the input, which keeps the focus."""

    CURSOR_ALWAYS = True
    DEFAULT_CSS = """
    Matches {
        width: 1fr;
        padding: 0 1;
        border-left: none;
    }
    """


class PeoplePicker(Dialog[str]):
    """Ends with the id of the person chosen, "" for Everyone, or None."""

    AUTO_FOCUS = "#people-filter"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (NARROW, "-normal")]  # noqa: RUF012 - Textual's annotation is not a ClassVar of ours
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+o", "close", "Close", show=False, id="people.close"),
        Binding("up", "move(-1)", "Up", show=False, id="people.up"),
        Binding("down", "move(1)", "Down", show=False, id="people.down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="people.page_up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="people.page_down"),
    ]
    DEFAULT_CSS = """
    PeoplePicker {
        & > #people-dialog {
            width: 46;
            max-height: 90%;
        }
        & #people-nobody {
            padding: 0 1;
            color: $foreground-muted;
            display: none;
        }
        & #people-nobody.-shown { display: block; }
        &.-narrow > #people-dialog {
            width: 100%;
            max-height: 100%;
            border: none;
        }
    }
    """

    def __init__(
        self, people: Sequence[Person], target: str = "", *, title: str = "Send messages to", everyone: bool = True
    ) -> None:
        """Offer Everyone and all of `people` but you; `target` is the id to mark as the present one."""
        super().__init__()
        self._title = title
        others = [
            Entry(person.name, person.id, HERE, person.unread, state=" (muted)" if person.muted else "")
            for person in in_order(people)
            if not person.you
        ]
        self._choices = [_EVERYONE, *others] if everyone else others
        self._target = target

    def compose(self) -> ComposeResult:
        """The input, the list, the keys."""
        dialog = Vertical(id="people-dialog", classes="dialog")
        dialog.border_title = self._title
        with dialog:
            yield LineInput(placeholder="Type part of a name", id="people-filter")
            yield Static("No matching names.", id="people-nobody")
            yield Matches(id="people-matches")
            yield KeyBar([("⏎", "Choose", "choose"), ("↑↓", "Move", "move(1)"), ("esc", "Close", "close")])

    def on_resize(self, event: events.Resize) -> None:
        """As high as the whole list needs, so that narrowing it down moves nothing; all of a narrow terminal."""
        height = min(TALLEST, len(self._choices) + CHROME)
        self.query_one("#people-dialog").styles.height = event.size.height if event.size.width < NARROW else height

    def on_mount(self) -> None:
        """Show everybody."""
        self._matches.open = self._target
        self._filter("")

    @property
    def _matches(self) -> Matches:
        return self.query_one(Matches)

    def _filter(self, query: str) -> None:
        found = matching(query, self._choices)
        self._matches.set_entries(found)
        self._matches.move_to(0)
        self.query_one("#people-nobody").set_class(not found, "-shown")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list."""
        self._filter(event.value)

    def on_input_submitted(self) -> None:
        """Choose whom the cursor is on."""
        self.action_choose()

    def on_sidebar_chosen(self, event: Sidebar.Chosen) -> None:
        """End with the one chosen."""
        event.stop()
        self.end("" if event.id == _EVERYONE.id else event.id)

    def action_choose(self) -> None:
        """Choose whom the cursor is on; nobody, where no name matches."""
        self._matches.action_choose()

    def action_move(self, step: int) -> None:
        """Move the cursor by `step` rows."""
        self._matches.action_move(step)

    def action_page(self, pages: int) -> None:
        """Move the cursor by `pages` screens of rows."""
        self._matches.action_page(pages)
