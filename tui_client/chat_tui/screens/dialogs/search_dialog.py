"""Search dialog: finds words in everything that the server has kept, and ends with a message to go to."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.widgets import Input, Static

from chat_protocol.events import Event, Message
from chat_tui.engine.feed import Feed
from chat_tui.screens.chat.rows import found_of
from chat_tui.screens.dialogs.dialog import Dialog
from chat_tui.state.server_search import MOST, ServerSearch, spans_of
from chat_tui.toolkit.breakpoints import NARROW
from chat_tui.toolkit.line_input import LineInput
from chat_tui.widgets.bars.keys import KeyBar
from chat_tui.widgets.lists.search_hits import Hit, HitList
from chat_tui.wording.page_edges import retention

_LONGEST = 200
"""Characters of a query."""
_HINT = 'words, "a phrase", begin*, from:name'
_LONGEST_WAIT = 3600.0


class SearchDialog(Dialog[Message]):
    """Ends with the id of the message to be shown in its place, or None. Begins with `query`, if there is one."""

    AUTO_FOCUS = "#record-query"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (NARROW, "-normal")]  # noqa: RUF012 - Textual's annotation is not a ClassVar of ours
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+r", "close", "Close", show=False, id="record.close"),
        Binding("up", "move(-1)", "Newer", show=False, id="record.up"),
        Binding("down", "move(1)", "Older", show=False, id="record.down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="record.page_up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="record.page_down"),
    ]
    DEFAULT_CSS = """
    SearchDialog {
        & > #record-dialog {
            width: 90%;
            max-width: 100;
            height: 90%;
        }
        & #record-head { height: 1; padding: 0 1; }
        & #record-label { width: auto; color: $primary; text-style: bold; }
        & #record-query, & #record-query:focus { width: 1fr; height: 1; padding: 0 1; border: none; }
        & #record-state { padding: 0 1; color: $foreground 80%; height: auto; max-height: 3; }
        &.-narrow > #record-dialog {
            width: 100%;
            max-width: 100%;
            height: 100%;
            border: none;
        }
    }
    """

    def __init__(self, feed: Feed, clock: Callable[[], float], query: str, token_prefix: str) -> None:
        super().__init__()
        self._feed = feed
        self._clock = clock
        self._first_query = query
        self.search = ServerSearch(token_prefix)
        self._expiring: Timer | None = None

    def compose(self) -> ComposeResult:
        """The query, how it stands, the list, the keys."""
        dialog = Vertical(id="record-dialog", classes="dialog")
        dialog.border_title = "Search all messages"
        with dialog:
            with Horizontal(id="record-head"):
                yield Static("Find:", id="record-label", markup=False)
                yield LineInput(
                    self._first_query, placeholder=_HINT, id="record-query", max_length=_LONGEST, select_on_focus=False
                )
            yield Static(id="record-state", markup=False)
            yield HitList(id="record-hits")
            yield KeyBar([("⏎", "Find, go", "choose"), ("esc", "Close", "close"), ("↑↓", "Move", "move(1)")])

    def on_mount(self) -> None:
        """From now on hear what the server says."""
        self._feed.event_filter = self._hear
        if self._first_query:
            self.ask(self._first_query)
        else:
            self._show()

    def on_unmount(self) -> None:
        """What was found is forgotten."""
        if self._feed.event_filter == self._hear:
            self._feed.event_filter = None

    @property
    def _hits(self) -> HitList:
        return self.query_one(HitList)

    @property
    def _typed(self) -> str:
        return self.query_one("#record-query", Input).value.strip()

    # -- the server ---------------------------------------------------------------------------------------------

    def ask(self, query: str) -> None:
        """Ask the server anew."""
        self._send(self.search.ask(query))
        self._hits.move(-MOST)

    def _send(self, line: str | None) -> None:
        if line is not None and self._feed.store.plain:
            self.search.not_sent("This server has no search.")
        elif line is not None and not self._feed.send_query(line):
            self.search.not_sent("Not connected. The search runs once you're back.")
        self._show()

    def _hear(self, heard: list[Event]) -> list[Event]:
        rest = self.search.take(heard)
        if self.search.stale:
            # The feed has not taken the greeting yet, and until then nothing can be sent.
            self.call_next(self.ask, self.search.query)
        if self.search.changed:
            self.call_next(self._show)
        return rest

    def expire(self) -> None:
        """What has reached its end goes."""
        self._expiring = None
        self.search.expire(self._feed.store.server_now(self._clock()))
        self._show()

    # -- what is seen -------------------------------------------------------------------------------------------

    def _show(self) -> None:
        """Bring everything up to date, unless that is on its way out already."""
        self.search.changed = False
        if not self.query(HitList):
            return
        store, search, now = self._feed.store, self.search, self._clock()
        search.expire(store.server_now(now))
        shown = [message for message in search.hits.values() if not store.people.is_muted(message)]
        hits = [Hit(*found_of(store, one, now), one.text, spans_of(search.query, one.text)) for one in shown]
        self._hits.show_hits(hits)
        self.query_one("#record-state", Static).update(self._state(len(hits)))
        if self._expiring is not None:
            self._expiring.stop()
            self._expiring = None
        if (end := search.next_expiry()) is not None:
            wait = min(max(0.0, end - store.server_now(now)), _LONGEST_WAIT)
            self._expiring = self.set_timer(wait, self.expire)

    def _state(self, found: int) -> str:
        search = self.search
        if search.problem:
            return search.problem
        if not search.query:
            return retention(self._feed.store) or "Searches everything the server has kept."
        if search.waiting:
            return f"{found} found, searching older ones…" if found else "Searching…"
        if not found:
            return "Nothing found."
        if search.more:
            return (
                f"Newest {found} shown: add words to narrow it down."
                if found >= MOST
                else f"Newest {found} shown; there are more."
            )
        return f"{found} found, newest first."

    # -- what is done -------------------------------------------------------------------------------------------

    def on_input_changed(self, event: Input.Changed) -> None:
        """Nothing is asked before the query is complete."""
        event.stop()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Ask; once that is answered, go where the cursor is."""
        event.stop()
        self.action_choose()

    def action_choose(self) -> None:
        """Ask what is typed, or go to the message that the cursor is on."""
        typed = self._typed
        if typed == self.search.query and (chosen := self._hits.chosen) is not None:
            self.end(self.search.hits.get(chosen))
        elif not (self.search.waiting and typed == self.search.query):
            self.ask(typed)

    def on_hit_list_chosen(self, event: HitList.Chosen) -> None:
        """Go to the message that was clicked."""
        self.end(self.search.hits.get(event.key))

    def on_hit_list_end_near(self) -> None:
        """Have older ones come, unless they did meanwhile."""
        if self._hits.end_near and not self.search.problem and (line := self.search.ask_more()) is not None:
            self._send(line)

    def action_move(self, step: int) -> None:
        """Move the cursor by `step` hits; who goes on at the end after an error has older ones asked for again."""
        self.search.problem = self.search.problem if not self.search.hits else ""
        self._hits.move(step)

    def action_page(self, pages: int) -> None:
        """Move the cursor by `pages` screens."""
        self._hits.page(pages)

    def end(self, result: Message | None) -> None:
        """Hear the server no more."""
        if self.is_current:
            self._feed.event_filter = None
        super().end(result)
