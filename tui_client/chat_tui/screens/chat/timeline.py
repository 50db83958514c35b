"""The timeline on the screen: the messages, the lines that are not sent yet, and a word where there are neither."""

from collections.abc import Iterable

from textual.widgets import Static

from chat_protocol.events import Message
from chat_tui.screens.chat.rows import goes_on
from chat_tui.screens.chat.status import StatusLine
from chat_tui.screens.chat.unread import UnreadMarker
from chat_tui.state.store import Change, Store
from chat_tui.state.view import TO_YOU, View
from chat_tui.widgets.composer.composer import Composer
from chat_tui.widgets.messages.heights import HEADER, NOTHING, PREVIEW, Size
from chat_tui.widgets.messages.message_list import MessageList

_RECALLED = 100
"""Own lines that the composer may still recall, so that a deletion can reach them."""


class TimelinePresenter:
    """Keeps the message list, what of it is unread, and the recalled lines true to the store."""

    def __init__(self, store: Store, messages: MessageList, unread: UnreadMarker, composer: Composer) -> None:
        self._store = store
        self._messages = messages
        self._unread = unread
        self._composer = composer
        self._unsent: list[tuple[int, str]] = []
        self._own_texts: dict[int, str] = {}
        self.goes_on_from: int | None = None
        """The message from which the next page is to be read; None where nobody has said."""

    @property
    def empty(self) -> bool:
        """Is there nothing to show?"""
        return not self._store.messages and not self._unsent

    def follow(self, change: Change) -> None:
        """Bring everything up to date."""
        self._show_messages(change)
        self.keep_what_is_read()
        if change.rule:
            self._messages.first_unread = self._store.unread.first_unread
        self._follow_pick(change)
        self._remember_own()
        self._unread.count(change)
        self._show_unsent(change)
        if change.you_changed and not change.reset:
            self._messages.redraw()  # other messages may mention us

    def keep_what_is_read(self) -> None:
        """What is on the screen is not let go, however many messages there are."""
        reading = self._messages.reading
        self._store.history.reading = reading[0] if reading is not None and reading[0] > 0 else None

    def begin_pick(self) -> None:
        """Choose a message by keyboard, if there is one."""
        if not self.empty:
            self._messages.screen.set_focus(self._messages)
            self._messages.begin_pick()

    def close_pick(self) -> bool:
        """End the choice of a message; False where none was chosen."""
        picked = self._messages.picked is not None
        if picked:
            self._messages.close_pick()
        return picked

    def _show_messages(self, change: Change) -> None:
        messages = self._store.messages
        if change.reset:
            self._messages.are_older = self._store.history.more
            self._messages.reset(_sizes(messages.values()))
            return
        if change.removed:
            self._messages.remove_messages(change.removed)
        if change.inserted:
            self._messages.insert(self._sizes_in_place(change.inserted), self.goes_on_from)
            self.goes_on_from = None
        if change.added:
            before = self._store.history.before(change.added[0])
            fresh = (messages[number] for number in change.added)
            self._messages.extend(_sizes(fresh, before), more=change.more)
        if change.changed:
            self._messages.refresh_rows(change.changed)
        if change.rule and self._store.unread.first_unread is not None:
            self._messages.refresh_rows([self._store.unread.first_unread])
        if change.edges:
            self._messages.redraw_edges()
        self._messages.are_older = self._store.history.more

    def _sizes_in_place(self, numbers: list[int]) -> Iterable[Size]:
        for number in numbers:
            yield from _sizes([self._store.messages[number]], self._store.history.before(number))

    def _is_own(self, message_id: int) -> bool:
        return self._store.people.is_own(self._store.messages[message_id])

    def _follow_pick(self, change: Change) -> None:
        """A line of ours was picked and is kept now: the message that it has become is picked in its place."""
        picked = self._messages.picked
        if picked is None or picked not in change.settled:
            return
        echoes = [number for number in change.added if self._is_own(number)]
        if len(echoes) == len(change.settled):
            self._messages.pick(echoes[change.settled.index(picked)])

    def _remember_own(self) -> None:
        """What was deleted is recalled by nothing any more."""
        for message_id in self._store.gone:
            if (text := self._own_texts.pop(message_id, None)) is not None:
                self._composer.forget(text)
        for message in self._store.arrived:
            if self._store.people.is_own(message):
                self._own_texts[message.id] = message.text
        while len(self._own_texts) > _RECALLED:
            del self._own_texts[next(iter(self._own_texts))]

    def _show_unsent(self, change: Change) -> None:
        unsent: list[tuple[int, str]] = [(line.key, line.state) for line in self._store.unsent()]
        if unsent == self._unsent and not change.you_changed:
            return
        self._unsent = unsent
        keys = [key for key, _ in unsent]
        self._messages.set_unsent(keys)
        self._messages.refresh_rows(keys)


class EmptyNotice(Static):
    """A sentence in the place of the messages while there are none: never a blank wall."""

    def __init__(self, store: Store, messages: MessageList, timeline: TimelinePresenter, status: StatusLine) -> None:
        super().__init__(id="empty", markup=False)
        self._store = store
        self._messages = messages
        self._timeline = timeline
        self._status = status
        self._words = ""

    def follow(self) -> None:
        """Show the sentence or the messages."""
        words = self._words_of(self._store.views.shown)
        if self._status.connected_once and words != self._words:
            self._words = words  # what is updated is laid out again, and this is called with every change
            self.update(words)
        self.display = self._timeline.empty
        self._messages.display = not self._timeline.empty

    def _words_of(self, view: View) -> str:
        if view.key == TO_YOU:
            return "Nobody has mentioned you or written to you yet."
        if view.key.kind == "person":
            return f"Only {self._store.people.name_of(view.key.name)} sees what you write here."
        if not view.synced:
            return f"Joining # {view.key.name}…"
        if view.history.more:
            return "Loading older messages…"
        alone = len(self._store.people.clients) == 1  # a server that does not say who is here leaves it open
        return "You're the first one here." if alone else "No messages yet."


def _sizes(messages: Iterable[Message], before: Message | None = None) -> Iterable[Size]:
    for message in messages:
        above = PREVIEW if message.reply_to is not None else HEADER
        if before is not None and goes_on(before, message):
            above = NOTHING
        yield message.id, len(message.text), above
        before = message
