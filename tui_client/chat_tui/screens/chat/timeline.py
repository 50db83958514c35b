"""The picture of what is said: messages, what of it is unread, and what is not sent yet."""

from collections.abc import Iterable
from typing import Literal

from chat_protocol.events import Message
from chat_tui.screens.chat.rows import goes_on
from chat_tui.state.store import Change, Store
from chat_tui.widgets.bars.header import HeaderBar
from chat_tui.widgets.composer.composer import Composer
from chat_tui.widgets.messages.heights import HEADER, NOTHING, PREVIEW, Size
from chat_tui.widgets.messages.message_list import MessageList

_RECALLED = 100
"""Own lines that the composer may still recall, so that a deletion can reach them."""


class TimelinePresenter:
    """Keeps the message list, the header's count of new messages and the recalled lines true to the store."""

    def __init__(self, store: Store, messages: MessageList, header: HeaderBar, composer: Composer) -> None:
        self._store = store
        self._messages = messages
        self._header = header
        self._composer = composer
        self._unsent: list[tuple[int, str]] = []
        self._own_texts: dict[int, str] = {}
        self._news: set[int] = set()  # came while something older was being read, or nobody was looking
        self._rule: Literal["unseen", "seen", "read"] = "read"
        self._news_to_you: set[int] = set()
        self.focused = True
        """Is the terminal in the foreground, as far as it says so?"""
        self.goes_on_from: int | None = None
        """The message from which the next page is to be read; None where nobody has said."""

    @property
    def empty(self) -> bool:
        """Is there nothing to show?"""
        return not self._store.messages and not self._unsent

    def show(self, change: Change) -> None:
        """Bring everything up to date."""
        self._show_messages(change)
        self.keep_what_is_read()
        if change.rule:
            self._messages.first_unread = self._store.first_unread
        self._follow_pick(change)
        self._remember_own(change)
        self._count_news(change)
        self._show_unsent(change)

    def keep_what_is_read(self) -> None:
        """What is on the screen is not let go, however many messages there are."""
        reading = self._messages.reading
        self._store.reading = reading[0] if reading is not None and reading[0] > 0 else None

    def _show_messages(self, change: Change) -> None:
        messages = self._store.messages
        if change.reset:
            self._messages.are_older = self._store.more
            self._messages.reset(_sizes(messages.values()))
            return
        if change.removed:
            self._messages.remove_messages(change.removed)
        if change.inserted:
            self._messages.insert(self._sizes_in_place(change.inserted), self.goes_on_from)
            self.goes_on_from = None
        if change.added:
            before = self._store.before(change.added[0])
            fresh = (messages[id] for id in change.added)  # noqa: A001
            self._messages.extend(_sizes(fresh, before), more=change.more)
        if change.rule and self._store.first_unread is not None:
            self._messages.refresh_rows([self._store.first_unread])
        if change.edges:
            self._messages.redraw_edges()
        self._messages.are_older = self._store.more

    def _sizes_in_place(self, numbers: list[int]) -> Iterable[Size]:
        for number in numbers:
            yield from _sizes([self._store.messages[number]], self._store.before(number))

    def _is_own(self, message_id: int) -> bool:
        return self._store.is_own(self._store.messages[message_id])

    def _is_heard(self, message_id: int) -> bool:
        return self._store.is_heard(self._store.messages[message_id])

    def _follow_pick(self, change: Change) -> None:
        """A line of ours was picked and is kept now: the message that it has become is picked in its place."""
        picked = self._messages.picked
        if picked is None or picked not in change.settled:
            return
        echoes = [id for id in change.added if self._is_own(id)]  # noqa: A001
        if len(echoes) == len(change.settled):
            self._messages.pick(echoes[change.settled.index(picked)])

    def _remember_own(self, change: Change) -> None:
        """What was deleted is recalled by nothing any more."""
        for message_id in change.removed:
            if (text := self._own_texts.pop(message_id, None)) is not None:
                self._composer.forget(text)
        for message_id in change.added:
            if self._is_own(message_id):
                self._own_texts[message_id] = self._store.messages[message_id].text
        while len(self._own_texts) > _RECALLED:
            del self._own_texts[next(iter(self._own_texts))]

    def _show_unsent(self, change: Change) -> None:
        unsent: list[tuple[int, str]] = [(line.key, line.state) for line in self._store.unsent_rows()]
        if unsent == self._unsent and not change.you_changed:
            return
        self._unsent = unsent
        keys = [key for key, _ in unsent]
        self._messages.set_unsent(keys)
        self._messages.refresh_rows(keys)

    # -- unread -------------------------------------------------------------------------------------------------

    def _count_news(self, change: Change) -> None:
        """Count what came while something older is being read, as far as it is still there."""
        if change.reset:
            self._news.clear()
        self._news.difference_update(change.removed)
        messages = self._store.messages
        if change.added and not (self.focused and self._messages.at_end):
            added = [id for id in change.added if self._is_heard(id)]  # noqa: A001
            if added and not self._news and not self._rule_stands:
                self.mark_unread(added[0])
            self._news.update(added)
            self._news_to_you.update(id for id in added if self._store.is_to_you(messages[id]))  # noqa: A001
        self._news_to_you &= self._news
        self.show_news()

    def show_news(self) -> None:
        """Say how many new ones are below what is to be seen."""
        below = not self._messages.at_end
        self._header.unread = len(self._news) if below else 0
        self._header.unread_to_you = len(self._news_to_you) if below else 0

    @property
    def unseen_by_everyone(self) -> int:
        """How many of the new messages are for everyone."""
        messages = self._store.messages
        return sum(id in messages and messages[id].to_id is None for id in self._news)  # noqa: A001

    def forget_muted(self) -> None:
        """What is not listened to is no news."""
        self._news = {id for id in self._news if id in self._store.messages and self._is_heard(id)}  # noqa: A001
        self._news_to_you &= self._news
        self.show_news()
        self.look_at_rule()

    def all_seen(self) -> None:
        """The end is in view: nothing is new any more."""
        self._news.clear()
        self._news_to_you.clear()
        self._header.unread = self._header.unread_to_you = 0

    def mark_unread(self, message_id: int | None) -> None:
        """Put the rule above a message; None takes it away."""
        before = self._store.first_unread
        if message_id is None:
            self._store.clear_unread()
        else:
            self._store.mark_unread_from(message_id)
        self._messages.refresh_rows({key for key in (before, self._store.first_unread) if key is not None})
        self._messages.first_unread = self._store.first_unread
        self._rule = "unseen"
        self.look_at_rule()

    @property
    def _rule_stands(self) -> bool:
        """Is there something below the rule that was not read?"""
        return self._store.first_unread is not None and self._rule != "read"

    def look_at_rule(self) -> None:
        """The rule is seen when it is in view, and what is below it is read when one is at the end after that.

        Until it is read it stays; until it is seen, and while it is above the screen, the header leads there.
        """
        where = self._messages.where_unread
        if self.focused and where == "here" and self._rule == "unseen":
            self._rule = "seen"
        if self._rule == "seen" and self.focused and self._messages.at_end:
            self._rule = "read"
        self._header.unread_above = where == "above" and self._rule == "unseen"

    def pass_rule(self) -> None:
        """What is unread is not going to be read."""
        self._rule = "read"
        self._header.unread_above = False

    def mark_missed(self, missed: int) -> None:
        """Put the rule above the first of the newest `missed` messages of others; above older news it stays."""
        since = self._store.away_since or 0
        others = [id for id in self._store.messages if id >= since and self._is_heard(id)]  # noqa: A001
        if missed and others and len(self._news) <= missed and not self._rule_stands:
            self.mark_unread(others[-missed:][0])


def _sizes(messages: Iterable[Message], before: Message | None = None) -> Iterable[Size]:
    for message in messages:
        above = PREVIEW if message.reply_to is not None else HEADER
        if before is not None and goes_on(before, message):
            above = NOTHING
        yield message.id, len(message.text), above
        before = message
