"""Unread state of one view: which messages nobody has seen, and the mark above the first of them. Pure."""

from collections.abc import Iterable

from chat_protocol.events import Message
from chat_tui.state.change import Change
from chat_tui.state.history import MessageHistory
from chat_tui.state.people import People

MOST_COUNTED = 1_000
"""Unread messages that are known by their ids; of more than that there is only a number."""


class Unread:
    """The unread messages in `history`; those of whom `people` have muted are none.

    `news` are the ids of messages of others that nobody has seen, `news_to_you` those of them that are for us alone or
    mention us; `beyond` is how many more there are that are not loaded. `first_unread` is the id of the message with
    the mark above it, None where there is no mark. `away_since` is the first id that could be missed while there was no
    connection; None where there always was one.
    """

    def __init__(self, history: MessageHistory, people: People) -> None:
        self.news: set[int] = set()
        self.news_to_you: set[int] = set()
        self.beyond = 0
        self.first_unread: int | None = None
        self.away_since: int | None = None
        self._history = history
        self._people = people
        self._told = (0, 0)

    # -- news ---------------------------------------------------------------------------------------------------

    @property
    def count(self) -> int:
        """How many messages nobody has seen."""
        return len(self.news) + self.beyond

    @property
    def to_you(self) -> int:
        """How many of them are to us."""
        return len(self.news_to_you)

    @property
    def first_new(self) -> int | None:
        """The oldest of them that is known."""
        return min(self.news, default=None)

    def came(self, message_id: int, *, to_you: bool) -> None:
        """A message of somebody else's is new."""
        if len(self.news) >= MOST_COUNTED:
            self.beyond += 1
            return
        self.news.add(message_id)
        if to_you:
            self.news_to_you.add(message_id)

    def gone(self, message_id: int) -> None:
        """A message is gone."""
        self.news.discard(message_id)
        self.news_to_you.discard(message_id)

    def seen(self) -> bool:
        """All of them have been seen; was there any?"""
        before, self.beyond = self.count, 0
        self.news.clear()
        self.news_to_you.clear()
        return before > 0

    def seen_until(self, message_id: int) -> None:
        """They have been seen up to a message, elsewhere."""
        self.news = {number for number in self.news if number > message_id}
        self.news_to_you &= self.news
        self.beyond = 0

    def keep_known(self) -> None:
        """Other messages are held than before: what is not among them, nor may be loaded, is gone."""
        messages, gaps = self._history.messages, self._history.gaps
        self.news = {number for number in self.news if number in messages or gaps.holds(number)}
        self.news_to_you &= self.news

    def forget_muted(self) -> None:
        """What is not listened to is no news."""
        messages, people = self._history.messages, self._people
        self.news = {number for number in self.news if number in messages and people.is_heard(messages[number])}
        self.news_to_you &= self.news

    def take_change(self) -> bool:
        """Are there more or less of them than the last time?"""
        before, self._told = self._told, (self.count, self.to_you)
        return before != self._told

    # -- the mark -----------------------------------------------------------------------------------------------

    def mark_from(self, message_id: int | None) -> bool:
        """The unread begin here, or at the next message where this one is gone; None for no mark. Is it a change?"""
        before = self.first_unread
        self.first_unread = None if message_id is None else self._history.first_from(message_id)
        return before != self.first_unread

    def clear(self) -> bool:
        """Nothing is unread; was there a mark?"""
        self.seen()
        return self.mark_from(None)

    def count_missed(self, page: Iterable[Message], *, news: bool) -> bool:
        """Older messages were fetched: what came while we were away is unread all the same. Has the mark moved?

        They are `news` where nobody has counted them before.
        """
        if self.away_since is None:
            return False
        missed = [message for message in page if message.id >= self.away_since]
        heard = [message.id for message in missed if self._people.is_heard(message)]
        for number in heard if news else ():
            self.came(number, to_you=True)
        if not heard or self.first_unread is None or heard[0] >= self.first_unread:
            return False
        self.first_unread = heard[0]
        return True

    def update(self, change: Change) -> None:
        """The history has changed: keep mark and counts on what is there, and tell where they are others now."""
        if (first := self.first_unread) is not None:
            self.first_unread = self._heard_from(first)
            change.rule |= first != self.first_unread

    def _heard_from(self, message_id: int) -> int | None:
        """This message, where it is here and somebody is listened to; else the next such one of somebody else's."""
        messages, people = self._history.messages, self._people
        first = self._history.first_from(message_id)
        if first is None or (first == message_id and not people.is_muted(messages[first])):
            return first
        return next((one for one, each in messages.items() if one >= first and people.is_heard(each)), None)
