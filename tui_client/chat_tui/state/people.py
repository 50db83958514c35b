"""What this client knows, and how it is asked: the half of the store that is read. Pure."""

from chat_protocol.events import Client, Message
from chat_protocol.names import fold_name
from chat_tui.state.gaps import Gap
from chat_tui.state.history import History
from chat_tui.state.notifications import mentions

_ALL = 1 << 62
"""Above every id."""


class People:
    """What is known of one room.

    Times called `now` are seconds since the epoch (UTC) on this computer's clock. `epoch` is None before the first
    `init`. `attending` is the id of the client whose direct messages are being read, and `muted` are the ids of those
    who are not listened to; the screen sets them. `plain` says that the server speaks only the simplest part of the
    protocol, without tokens and identities. `away_since` is the first id that could be missed while there was no
    connection; None where there always was one.
    """

    def __init__(self, history_limit: int) -> None:
        self.you: Client | None = None
        self.clients: dict[str, str] = {}
        self.epoch: str | None = None
        self.seq = 0
        self.limits: dict[str, float] = {}
        self.plain = False
        self.attending = ""
        self.muted: set[str] = set()
        self.first_unread: int | None = None
        self._history = History(history_limit)
        self.away_since: int | None = None
        self._clock_offset = 0.0
        self._own_ids: set[str] = set()
        self._names: dict[str, str] = {}
        self._unread: dict[str, set[int]] = {}

    @property
    def messages(self) -> dict[int, Message]:
        """Messages by id, ascending. Not to be changed from outside."""
        return self._history.messages

    def before(self, message_id: int) -> Message | None:
        """The message before one that is held; None before the first."""
        return self._history.before(message_id)

    @property
    def more(self) -> bool:
        """Were there older messages than these?"""
        return self.gap_above(next(iter(self.messages), _ALL)) is not None

    def gap_above(self, message_id: int) -> Gap | None:
        """Where, between a message that is held and the one before it, there may be others; the newest such place."""
        before = self._history.before(message_id)
        return self._history.gaps.newest_between(0 if before is None else before.id, message_id)

    def gap_below(self, message_id: int) -> Gap | None:
        """The same between a message that is held and the one after it; the oldest such place."""
        after = self._history.after(message_id)
        return self._history.gaps.oldest_between(message_id, _ALL if after is None else after)

    def gap_around(self, message_id: int) -> Gap | None:
        """Where a message is that is not held, as far as it may be anywhere."""
        return self._history.gaps.around(message_id) if self.is_unloaded(message_id) else None

    @property
    def last_gap(self) -> Gap | None:
        """The place below all that is held, where there may be others: those above the end, which are gone."""
        return self._history.gaps.newest_between(next(reversed(self.messages), 0), _ALL)

    def is_unloaded(self, message_id: int) -> bool:
        """May there be a message with this id that is not held here?"""
        return self._history.is_unloaded(message_id)

    @property
    def reading(self) -> int | None:
        """The id of the message at the top of the screen, so that it is not let go; None at the end of all."""
        return self._history.reading

    @reading.setter
    def reading(self, message_id: int | None) -> None:
        self._history.reading = message_id

    @property
    def resume_point(self) -> str | None:
        """What to ask the next connection to continue from; None where there is nothing to continue."""
        return f"{self.epoch}.{self.seq}" if self.epoch else None

    @property
    def unread(self) -> dict[str, int]:
        """Direct messages that were not read, by the id of their sender; only those that are still here."""
        counts = ((who, sum(number in self.messages for number in ids)) for who, ids in self._unread.items())
        return {who: count for who, count in counts if count}

    def server_now(self, now: float) -> float:
        """The server's clock at `now`."""
        return now + self._clock_offset

    def name_of(self, client_id: str) -> str:
        """The name of a client, of one who has left too; the id of somebody never seen."""
        return self.clients.get(client_id) or self._names.get(client_id, client_id)

    def is_own(self, message: Message) -> bool:
        """Did we send it, on this connection or an earlier one?"""
        return message.from_id in self._own_ids

    def is_muted(self, message: Message) -> bool:
        """Is it from somebody who was muted here?"""
        return message.from_id in self.muted

    def is_heard(self, message: Message) -> bool:
        """Is it somebody else's, who was not muted?"""
        return not self.is_own(message) and not self.is_muted(message)

    def is_to_you(self, message: Message) -> bool:
        """Is it for us alone, or does it mention us?"""
        you = self.you
        return you is not None and (message.to_id == you.id or mentions(message.text, you.name))

    def bearer(self, name: str) -> str | None:
        """The id of who has this name, or had it last; None where nobody is known by it."""
        wanted = fold_name(name)
        known = [*self._names.items(), *self.clients.items()]
        return next((client_id for client_id, one in reversed(known) if fold_name(one) == wanted), None)

    def next_expiry(self) -> float | None:
        """When to call `expire`, on this computer's clock; None for not at all."""
        when = self._history.next_expiry()
        return None if when is None else when - self._clock_offset
