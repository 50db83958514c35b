"""Unread state: how many direct messages nobody has read, and the mark above the first unread message. Pure."""

from collections.abc import Iterable

from chat_protocol.events import Message
from chat_tui.state.change import Change
from chat_tui.state.history import MessageHistory
from chat_tui.state.people import People


class Unread:
    """The unread messages in `history`; those of whom `people` have muted are none.

    `attending` is the id of the client whose direct messages are being read. `first_unread` is the id of the message
    with the mark above it, None where there is no mark. `away_since` is the first id that could be missed while there
    was no connection; None where there always was one.
    """

    def __init__(self, history: MessageHistory, people: People) -> None:
        self.attending = ""
        self.first_unread: int | None = None
        self.away_since: int | None = None
        self._history = history
        self._people = people
        self._direct: dict[str, set[int]] = {}  # sender -> ids of direct messages, some of which may be gone
        self._counted: dict[str, int] = {}

    # -- direct messages ----------------------------------------------------------------------------------------

    @property
    def counts(self) -> dict[str, int]:
        """Direct messages that were not read, by the id of their sender; only those that are still here."""
        messages = self._history.messages
        counts = ((who, sum(number in messages for number in ids)) for who, ids in self._direct.items())
        return {who: count for who, count in counts if count}

    def first_from(self, client_id: str) -> int | None:
        """The id of the oldest direct message from this client that was not read; None where there is none."""
        messages = self._history.messages
        return min((number for number in self._direct.get(client_id, ()) if number in messages), default=None)

    def count(self, message: Message) -> None:
        """A message is new: it is unread where it is for us alone and nobody attends to it."""
        you = self._people.you
        to_us = you is not None and message.to_id == you.id
        if to_us and self._people.is_heard(message) and message.from_id != self.attending:
            self._direct.setdefault(message.from_id, set()).add(message.id)

    def read(self, client_id: str) -> None:
        """The direct messages from this client have been read, or are not to be."""
        self._direct.pop(client_id, None)

    # -- the mark -----------------------------------------------------------------------------------------------

    def mark_from(self, message_id: int | None) -> bool:
        """The unread begin here, or at the next message where this one is gone; None for no mark. Is it a change?"""
        before = self.first_unread
        self.first_unread = None if message_id is None else self._history.first_from(message_id)
        return before != self.first_unread

    def clear(self) -> bool:
        """Nothing is unread; was there a mark?"""
        self._direct.clear()
        return self.mark_from(None)

    def count_missed(self, page: Iterable[Message]) -> bool:
        """Older messages were fetched: what came while we were away is unread all the same. Has the mark moved?"""
        if self.away_since is None:
            return False
        missed = [message for message in page if message.id >= self.away_since]
        for message in missed:
            self.count(message)
        heard = [message.id for message in missed if self._people.is_heard(message)]
        if not heard or self.first_unread is None or heard[0] >= self.first_unread:
            return False
        self.first_unread = heard[0]
        return True

    def update(self, change: Change) -> None:
        """The history has changed: keep mark and counts on what is there, and tell where they are others now."""
        if (first := self.first_unread) is not None:
            self.first_unread = self._heard_from(first)
            change.rule |= first != self.first_unread
        if self._direct or self._counted:
            before, self._counted = self._counted, self.counts
            change.roster |= before != self._counted

    def _heard_from(self, message_id: int) -> int | None:
        """This message, where it is here and somebody is listened to; else the next such one of somebody else's."""
        messages, people = self._history.messages, self._people
        first = self._history.first_from(message_id)
        if first is None or (first == message_id and not people.is_muted(messages[first])):
            return first
        return next((one for one, each in messages.items() if one >= first and people.is_heard(each)), None)
