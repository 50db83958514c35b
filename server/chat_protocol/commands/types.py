"""Command types: a line of a client as a frozen struct, in one closed union.

Each verb says of itself how it may be delivered (`Verb`), so that neither an outbox nor a server lists verbs again.
"""

from typing import TypeAlias

from msgspec import Struct

__all__ = [
    "HISTORY_COUNT",
    "HISTORY_MOST",
    "MOST_ROOMS",
    "TOPIC_LENGTH",
    "Command",
    "Delete",
    "Exit",
    "FetchHistory",
    "Join",
    "Leave",
    "ListPeople",
    "ListRooms",
    "LoggedCommand",
    "MarkRead",
    "RoomPlace",
    "Say",
    "Search",
    "SetTopic",
    "TakeName",
]

HISTORY_COUNT, HISTORY_MOST = 100, 200
"""Messages that one answer to `/history` holds: unless it is said, and at most."""

MOST_ROOMS = 200
"""Rooms that one connection may have joined."""
TOPIC_LENGTH = 200
"""Characters of a topic."""


class Verb(Struct, frozen=True):
    """Base of all commands: how one may be delivered. A verb that says nothing else is the harmless kind."""

    @property
    def outlives_restart(self) -> bool:
        """May it be written down, and said by a later run of the client?"""
        return False

    @property
    def speaks_of_message(self) -> bool:
        """Does it mean a message by its number, or by its place? Then it means nothing in another life of the log."""
        return False

    @property
    def can_be_repeated(self) -> bool:
        """Does it mean the same on the next connection? Then it may be said again there, with its token."""
        return True

    @property
    def is_idempotent(self) -> bool:
        """Is nothing changed by saying it twice, even to a server that has forgotten its token?"""
        return True

    @property
    def is_undone_by_deletion(self) -> bool:
        """Is nothing left of it when a message is deleted? Then who says it again is told so by its token."""
        return False

    @property
    def is_answered(self) -> bool:
        """Does the server answer it with an event?"""
        return True

    @property
    def waits_for_own_lines(self) -> bool:
        """Must what its sender said before be in the room first, since it looks at the room or leaves it?"""
        return True


class Say(Verb, frozen=True):
    """A message that somebody wishes to send.

    `to` is a client id or a name; `reply_to` a message id; `lifetime` is in seconds, at most three decimals. `room` is
    the name of the room that it is said in, None for the home of the connection; a direct message is in none.
    """

    text: str
    to: str | None = None
    reply_to: int | None = None
    lifetime: float | None = None
    txn: str | None = None
    room: str | None = None

    @property
    def outlives_restart(self) -> bool:
        """A message that waits to be sent is never lost."""
        return True

    @property
    def speaks_of_message(self) -> bool:
        """A reply does."""
        return self.reply_to is not None

    @property
    def is_idempotent(self) -> bool:
        """A text said twice is two messages."""
        return False

    @property
    def is_undone_by_deletion(self) -> bool:
        """Its message was all there was of it."""
        return True

    @property
    def waits_for_own_lines(self) -> bool:
        """A reply does: its parent may be one of them."""
        return self.reply_to is not None


class Delete(Verb, frozen=True):
    """Delete message `id` of a room (None: the home); None is the newest that the asker can see there."""

    id: int | None = None
    txn: str | None = None
    room: str | None = None

    @property
    def outlives_restart(self) -> bool:
        """Only with a number: by then another message may be the newest."""
        return self.id is not None

    @property
    def speaks_of_message(self) -> bool:
        """By its number, or as the newest."""
        return True

    @property
    def can_be_repeated(self) -> bool:
        """Only with a number: on the next connection another message may be the newest."""
        return self.id is not None


class TakeName(Verb, frozen=True):
    """Take a user name. Whether it is a good one is the room's to say."""

    name: str
    txn: str | None = None

    @property
    def waits_for_own_lines(self) -> bool:
        """No message is looked at."""
        return False


class Exit(Verb, frozen=True):
    """Close the connection and give up the user name."""

    txn: str | None = None

    @property
    def is_answered(self) -> bool:
        """The end of the connection is all the answer there is."""
        return False


class FetchHistory(Verb, frozen=True):
    """Show up to `count` messages of a room that are older than message `before`, which need not exist."""

    before: int
    count: int = HISTORY_COUNT
    txn: str | None = None
    room: str | None = None


class Search(Verb, frozen=True):
    """Show messages that fit `query`, as `chat_protocol.queries` reads it."""

    query: str
    txn: str | None = None


class RoomPlace(Struct, frozen=True):
    """A room, and the number of the newest of its events that the asker has; None for nothing."""

    room: str
    seq: int | None = None


class Join(Verb, frozen=True):
    """Get the events of these rooms, too: each from its place on, or from its newest messages."""

    places: tuple[RoomPlace, ...]
    txn: str | None = None

    @property
    def waits_for_own_lines(self) -> bool:
        """What is under way comes after the answer."""
        return False


class Leave(Verb, frozen=True):
    """Get no more events of these rooms."""

    rooms: tuple[str, ...]
    txn: str | None = None


class ListRooms(Verb, frozen=True):
    """Show the rooms whose names begin with `beginning`, those after the name `after`."""

    beginning: str = ""
    after: str = ""
    txn: str | None = None


class ListPeople(Verb, frozen=True):
    """Show who is in a room, those after the client with the id `after`."""

    after: str = ""
    txn: str | None = None
    room: str | None = None

    @property
    def waits_for_own_lines(self) -> bool:
        """No message is looked at."""
        return False


class SetTopic(Verb, frozen=True):
    """Say what a room is about; "" for nothing."""

    topic: str
    txn: str | None = None
    room: str | None = None


class MarkRead(Verb, frozen=True):
    """All up to message `id` is read in a room, or of what the home has."""

    id: int
    txn: str | None = None
    room: str | None = None

    @property
    def is_answered(self) -> bool:
        """Only the other connections of the same client are told."""
        return False

    @property
    def speaks_of_message(self) -> bool:
        """By its number."""
        return True

    @property
    def waits_for_own_lines(self) -> bool:
        """What was read was shown before."""
        return False


LoggedCommand: TypeAlias = Say | Delete | SetTopic
"""A command that becomes an entry of the log, unless the room refuses it."""
Command: TypeAlias = (
    LoggedCommand | TakeName | Exit | FetchHistory | Search | Join | Leave | ListRooms | ListPeople | MarkRead
)
