"""Pagination: fetches messages that are not loaded, a page at a time, before anybody has to wait for them."""

from typing import NamedTuple

from chat_tui.engine.feed import Feed
from chat_tui.screens.chat.jumps import Jumps
from chat_tui.screens.chat.status import StatusLine
from chat_tui.screens.chat.timeline import TimelinePresenter
from chat_tui.state.change import Change
from chat_tui.state.gaps import Gap
from chat_tui.state.page_requests import PAGE
from chat_tui.state.store import Store
from chat_tui.widgets.messages.message_list import MessageList
from chat_tui.wording.notices import Notice, sentence

_SECONDS = 4.0
_TRIES = 5
"""Pages of all that was said that are looked through for the first line of a conversation."""
_AROUND, _AFTER = 100, 50
"""Messages of a page round one of them, and how many ids of it may be newer; a page that closes the gap may be more."""
_NEWER = 100
"""Ids of a page that goes on from a message to newer ones: as many as there are, all of them are in it."""


class _Wanted(NamedTuple):
    """A message that is to be shown as soon as it is here; `before` and `most` are what is or was to be asked."""

    id: int
    origin: int | None
    before: int
    most: int
    asked: bool = False


class Pager:
    """Has the server send the pages that come into reach, and the one with a message that is to be shown."""

    def __init__(
        self,
        store: Store,
        feed: Feed,
        messages: MessageList,
        timeline: TimelinePresenter,
        jumps: Jumps,
        status: StatusLine,
    ) -> None:
        self._store = store
        self._feed = feed
        self._messages = messages
        self._timeline = timeline
        self._jumps = jumps
        self._status = status
        self._wanted: _Wanted | None = None
        self._wants_rule = False
        self._tries = 0  # to find something in a view that has nothing

    def open_first_unread(self) -> None:
        """Go to the rule, once what was missed before the first message that is here has come."""
        gap = self._unread_gap
        self._wants_rule = gap is not None and self._feed.request_page(min(gap.stop, gap.start + _AFTER), _AROUND)
        if self._wants_rule:
            self._status.notice(Notice("info", "Fetching the first unread message…"))
        else:
            self._jumps.to_first_unread()

    @property
    def _unread_gap(self) -> Gap | None:
        """The oldest part of what was missed that is not here, below which the rule stands."""
        since, first = self._store.unread.away_since, self._store.unread.first_unread
        if since is None or first is None:
            return None
        gaps = self._store.history.gaps
        gap = gaps.around(since) or gaps.oldest_between(since, first)
        return None if gap is None or gap.start >= first else Gap(max(gap.start, since), gap.stop)

    def open_message(self, message_id: int, origin: int | None = None) -> None:
        """Show a message in its place, with a way back (to `origin`, where a message led here).

        What is not loaded is fetched, with what was said around it.
        """
        self._wanted = None
        if message_id in self._store.messages:
            self._jumps.go_to(message_id, origin)
        elif (gap := self._store.history.gap_around(message_id)) is None:
            self._tell("That message is no longer here.")
        elif not self._store.pages.ready:
            self._tell("That message isn't loaded, and there's no connection.")
        else:
            self._status.notice(Notice("info", "Fetching that message…"))
            closes = gap.stop <= message_id + PAGE - _AFTER
            page = (gap.stop, PAGE) if closes else (message_id + _AFTER, _AROUND)
            self._fetch_wanted(_Wanted(message_id, origin, *page))

    def open_parent(self, key: int) -> None:
        """Show what a message replies to."""
        message = self._store.messages.get(key)
        if message is not None and message.reply_to is not None:
            self.open_message(message.reply_to, key)

    def jumped_to_parent(self, parent_key: int, key: int) -> None:
        """The list has gone from a reply to what it replies to, where it knows that."""
        if self._store.history.is_unloaded(parent_key):
            self.open_message(parent_key, key)
        else:
            self._jumps.jumped(parent_key)

    def load_beside(self, key: int, *, older: bool) -> None:
        """Load what is missing above a message: the newest of that (`older`), or the oldest."""
        message = self._store.messages.get(key)
        gap = None if message is None else self._store.history.gap_above(key)
        if gap is None or message is None:
            return
        before = self._store.history.before(key)
        if older or before is None:
            self._fetch(gap.stop, key)
        else:
            self.load_newer(before.id)

    def load_newer(self, key: int) -> None:
        """Load what is missing below a message: what comes next."""
        gap = self._store.history.gap_below(key)
        if gap is not None:
            self._fetch(min(gap.stop, gap.start + _NEWER), key)

    def _fetch(self, before: int, goes_on_from: int) -> None:
        if not self._store.pages.ready:
            self._tell("Not connected.")
        elif self._feed.request_page(before):
            self._timeline.goes_on_from = goes_on_from

    def follow(self, change: Change) -> None:
        """What was asked for has come, or there is a new connection: go on. After a fault somebody has to scroll."""
        if change.switched:
            self._tries = 0
            self._wanted = self._timeline.goes_on_from = None
            self._wants_rule = False
        if isinstance(change.page, tuple):
            code, why = change.page
            if self._wanted is not None or self._wants_rule or code not in ("too_fast", "empty"):
                self._tell(f"Couldn't load older messages. {sentence(why)}")
            self._wanted = self._timeline.goes_on_from = None
            self._wants_rule = False
        elif self._wants_rule:
            if change.page == "loaded" or change.reset or change.missed is not None:
                self.open_first_unread()
        elif (
            change.page
            or change.reset
            or change.missed is not None
            or (change.removed and self._store.history.last_gap)
        ):
            if self._wanted is None:
                self._load_older()
            else:
                self._show_wanted(fetched=change.page == "loaded")

    def _show_wanted(self, *, fetched: bool) -> None:
        """Go to the message that somebody waits for; ask for it once more where its page was cut before it."""
        wanted = self._wanted
        if wanted is None:
            return
        if not self._store.history.is_unloaded(wanted.id):
            self.open_message(wanted.id, wanted.origin)
        else:
            was_cut = fetched and wanted.asked
            self._fetch_wanted(wanted._replace(before=wanted.id + 1) if was_cut else wanted)

    def _fetch_wanted(self, wanted: _Wanted) -> None:
        self._wanted = wanted._replace(asked=self._feed.request_page(wanted.before, wanted.most))

    def _load_older(self) -> None:
        """The next older page, where its end has come near; before that what leaves a hole at the end of all."""
        store = self._store
        if not store.views.shown.is_room:
            # What was said to one person may be anywhere in all that was said: more has to be asked for by somebody.
            if store.messages or self._tries >= _TRIES:
                return
            self._tries += 1
        if (last := store.history.last_gap) is not None:
            self._feed.request_page(last.stop)
        elif (first := next(iter(store.messages), None)) is not None and self._messages.near_start:
            gap = store.history.gap_above(first)
            if gap is not None:
                self._feed.request_page(gap.stop)

    def start_is_near(self) -> None:
        """Fetch the older ones before they are needed."""
        if self._wanted is None:
            self._load_older()

    def _tell(self, words: str) -> None:
        self._status.notice(Notice("info", words, seconds=_SECONDS))
