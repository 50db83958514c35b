"""Switcher: goes to a room, a person or *To you* by a few letters of a name; an unknown name makes a new room."""

import os
from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from chat_protocol.commands import ListRooms, format_command
from chat_protocol.events import Event, RoomsPage
from chat_protocol.rooms import InvalidRoomError, check_room_name
from chat_tui.engine.feed import Feed
from chat_tui.screens.dialogs.dialog import Dialog
from chat_tui.state.view import format_key, room_key
from chat_tui.toolkit.breakpoints import NARROW
from chat_tui.toolkit.line_input import LineInput
from chat_tui.widgets.bars.keys import KeyBar
from chat_tui.widgets.lists.sidebar import Entry, Sidebar
from chat_tui.widgets.markup.ranking import matching

TALLEST = 22
CHROME = 6
"""Rows of the dialog that are no entries: its border, the input and the keys."""


def new_room(query: str, entries: Sequence[Entry]) -> Entry | None:
    """The entry that makes a room of what was typed; None where there is one, or none can be called so."""
    try:
        name = check_room_name(query.strip())
    except InvalidRoomError:
        return None
    known = any(entry.id == format_key(room_key(name)) for entry in entries)
    return None if known else Entry(f"Join #{name}", format_key(room_key(name)), "+")


class Places(Sidebar, can_focus=False):
    """The list beneath the input, which keeps the focus."""

    CURSOR_ALWAYS = True
    DEFAULT_CSS = """
    Places {
        width: 1fr;
        padding: 0 1;
        border-left: none;
    }
    """


class Switcher(Dialog[str]):
    """Ends with the id of what was chosen, or None. Rooms that were not joined are asked for while it is open."""

    AUTO_FOCUS = "#go-filter"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (NARROW, "-normal")]  # noqa: RUF012 - Textual's annotation is not a ClassVar of ours
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+g", "close", "Close", show=False, id="go.close"),
        Binding("up", "move(-1)", "Up", show=False, id="go.up"),
        Binding("down", "move(1)", "Down", show=False, id="go.down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="go.page_up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="go.page_down"),
    ]
    DEFAULT_CSS = """
    Switcher {
        & > #go-dialog {
            width: 46;
            max-height: 90%;
        }
        &.-narrow > #go-dialog {
            width: 100%;
            max-height: 100%;
            border: none;
        }
    }
    """

    def __init__(self, feed: Feed, entries: Sequence[Entry], there: str, beginning: str = "") -> None:
        """Offer these; `there` is the id of the one on the screen."""
        super().__init__()
        self._feed = feed
        self._entries = list(entries)
        self._there = there
        self._beginning = beginning.strip()
        self._token = f"{os.urandom(4).hex()}-rooms"
        self._before = feed.event_filter

    def compose(self) -> ComposeResult:
        """The input, the list, the keys."""
        dialog = Vertical(id="go-dialog", classes="dialog")
        dialog.border_title = "Go to"
        with dialog:
            yield LineInput(self._beginning, placeholder="A room or a person", id="go-filter")
            yield Places(id="go-places")
            yield KeyBar([("⏎", "Go", "choose"), ("↑↓", "Move", "move(1)"), ("esc", "Close", "close")])

    def on_resize(self, event: events.Resize) -> None:
        """As high as most lists need, so that narrowing one down moves nothing; all of a narrow terminal."""
        self.query_one("#go-dialog").styles.height = event.size.height if event.size.width < NARROW else TALLEST

    def on_mount(self) -> None:
        """Show everything, and ask which other rooms there are."""
        self._places.open = self._there
        self._filter(self._beginning)
        self._feed.event_filter = self._hear
        self._feed.send_query(format_command(ListRooms(txn=self._token)))

    def on_unmount(self) -> None:
        """What the server says is for others again."""
        self._feed.event_filter = self._before

    def _hear(self, what: list[Event]) -> list[Event]:
        """Take the answer out of what the server says; a server that has no rooms answers nothing of use."""
        rest = []
        for event in what if self._before is None else self._before(what):
            if getattr(event, "txn", None) != self._token:
                rest.append(event)
            elif isinstance(event, RoomsPage):
                self._add(event)
        return rest

    def _add(self, page: RoomsPage) -> None:
        known = {entry.id for entry in self._entries}
        more = [Entry(one.room, format_key(room_key(one.room)), "#", quiet=True,
                      state=f"  {one.people} here" if one.people else "") for one in page.rooms]  # fmt: skip
        self._entries += [entry for entry in more if entry.id not in known]
        self._filter(self.query_one(LineInput).value, keep=True)

    @property
    def _places(self) -> Places:
        return self.query_one(Places)

    def _filter(self, query: str, *, keep: bool = False) -> None:
        found = matching(query.strip().removeprefix("#"), self._entries)
        new = new_room(query, self._entries)
        self._places.set_entries([*found, *([new] if new else [])])
        if not keep:
            self._places.move_to(0)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list."""
        self._filter(event.value)

    def on_input_submitted(self) -> None:
        """Choose what the cursor is on."""
        self.action_choose()

    def on_sidebar_chosen(self, event: Sidebar.Chosen) -> None:
        """End with the one chosen."""
        event.stop()
        self.end(event.id)

    def action_choose(self) -> None:
        """Choose what the cursor is on."""
        self._places.action_choose()

    def action_move(self, step: int) -> None:
        """Move the cursor by `step` rows."""
        self._places.action_move(step)

    def action_page(self, pages: int) -> None:
        """Move the cursor by `pages` screens of rows."""
        self._places.action_page(pages)
