"""Events: what a server tells a client, as frozen types in one closed union.

A field that holds other people's words is a `Text` or a `Line`, which says how `codec` makes it harmless. A number is
a `Number` or an `Amount`, which says how large it may be: whoever computes with it need not fear what a server made up.
"""

from typing import Annotated, TypeAlias

import msgspec
from msgspec import Struct

from chat_protocol.text import clean, clean_line

__all__ = [
    "CLOSE_RESTART",
    "CLOSE_SLOW",
    "MOST_AMOUNT",
    "MOST_NUMBER",
    "Client",
    "ClientsChanged",
    "Deleted",
    "EncodedEvent",
    "EncodedInit",
    "EncodedRoom",
    "Event",
    "EventError",
    "HistoryPage",
    "Init",
    "LeftRoom",
    "Message",
    "MessageState",
    "PeoplePage",
    "ReadPlace",
    "Refusal",
    "RoomState",
    "RoomView",
    "RoomsPage",
    "SearchResults",
    "Unread",
]

# Close codes of our own; 4000 to 4999 are for private use (RFC 6455, 7.4.2).
CLOSE_SLOW = 4008
CLOSE_RESTART = 1012
"""Service restart: the server ends as planned; come back in a moment (IANA close code registry)."""


MOST_NUMBER = 10**18 - 1
"""The greatest number that a command can name."""
MOST_AMOUNT = 253_370_764_800.0
"""The beginning of the year 9999 (UTC): the last that is a date in every time zone."""

Number: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=MOST_NUMBER)]
"""A position in the log, the id of a message, or a count."""
Amount: TypeAlias = Annotated[float, msgspec.Meta(ge=0.0, le=MOST_AMOUNT)]
"""A time, in seconds since the epoch, or a limit."""
Text: TypeAlias = Annotated[str, clean]
Line: TypeAlias = Annotated[str, clean_line]


class Client(Struct, frozen=True):
    """Somebody connected. `id` has no spaces and outlives a reconnect; `name` may change."""

    id: Line
    name: Line


# Nothing in it can refer to it, and there are many: the garbage collector need not look at them.
class Message(Struct, frozen=True, tag="message", omit_defaults=True, gc=False):
    """A message that is kept and numbered.

    `sent_at` and `expires_at` are seconds since the epoch (UTC) on the server's clock. `to_id` is the target of a
    direct message. `txn` is the sender's token: it means something only together with `from_id`. `room` is None in the
    lobby, and for direct messages.
    """

    id: Number
    text: Text
    reply_to: Number | None
    from_id: Line
    from_name: Line
    to_id: Line | None
    sent_at: Amount
    seq: Number
    expires_at: Amount | None = None
    txn: str | None = None
    room: Line | None = None

    def applied_to(self, held: "Message") -> "Message":
        """The message after this event, for who holds it as `held`."""
        return self if self.seq > held.seq else held


MessageState: TypeAlias = Message
"""An event that says how a message is now, and is `applied_to` what is held of it."""


class Deleted(Struct, frozen=True, tag="delete", omit_defaults=True):
    """Message `id` is gone: deleted by somebody, or expired.

    `txn` is set for a client that repeats the line with this token: it was kept, and has gone since.
    """

    id: Number
    seq: Number
    txn: str | None = None
    room: Line | None = None


class ClientsChanged(Struct, frozen=True, tag="clients", omit_defaults=True):
    """A presence change: who came and who left. A client in `joined` who is here already has a new name.

    `clients`, from other servers, is a full list.
    """

    joined: tuple[Client, ...]
    left: tuple[Line, ...]
    clients: tuple[Client, ...] | None = None
    room: Line | None = None


class Refusal(Struct, frozen=True, tag="error", omit_defaults=True):
    """A line was refused. `text` is one or two sentences for a person."""

    code: Line
    text: Text
    txn: str | None = None


class HistoryPage(Struct, frozen=True, tag="history", omit_defaults=True):
    """The answer to `/history`: the newest of the messages before number `before`, oldest first.

    `more`: there are older ones still.
    """

    before: Number
    messages: tuple[Message, ...]
    more: bool
    txn: str | None = None
    room: Line | None = None


class SearchResults(Struct, frozen=True, tag="search", omit_defaults=True):
    """The answer to `/search`: messages that match `query`, newest first.

    `more`: there are older ones; ask for those `before:` the last of these.
    """

    query: Line
    messages: tuple[Message, ...]
    more: bool
    txn: str | None = None


class Unread(Struct, frozen=True):
    """What came after the place read and is still there: `count` in all, counted to 1,000; `to_you` of them."""

    count: Number
    to_you: Number


class Init(Struct, frozen=True, tag="init", omit_defaults=True):
    """The initial sync, the first event. `messages` are the newest, oldest first; `more`: there are older ones.

    `now` is the server's clock. `you` and `clients` are None where the server does not say. `missed` is None unless
    `resumed`: how many messages came since and still exist, including those that are not in `messages`.
    """

    messages: tuple[Message, ...]
    epoch: str
    seq: Number
    resumed: bool
    deleted: tuple[Number, ...]
    more: bool
    limits: dict[str, Amount]
    now: Amount | None = None
    you: Client | None = None
    clients: tuple[Client, ...] | None = None
    missed: Number | None = None
    room: Line | None = None
    people: Number | None = None
    topic: Line = ""
    read: Number | None = None
    unread: Unread | None = None


class RoomView(Struct, frozen=True, tag="room", omit_defaults=True):
    """A room that was joined, as `Init` for the home; or, where `messages` is None, only what was set in it.

    `here` are those who are in it, 1,000 at most of `people`. `by` is who has set the topic last. `room` is None for
    the lobby.
    """

    seq: Number
    room: Line | None = None
    messages: tuple[Message, ...] | None = None
    resumed: bool | None = None
    deleted: tuple[Number, ...] | None = None
    more: bool | None = None
    missed: Number | None = None
    people: Number | None = None
    here: tuple[Client, ...] | None = None
    mode: Line = "open"
    topic: Line = ""
    by: Client | None = None
    read: Number | None = None
    unread: Unread | None = None
    txn: str | None = None


class LeftRoom(Struct, frozen=True, tag="left", omit_defaults=True):
    """A room was left by this connection; None is the lobby."""

    room: Line | None = None
    txn: str | None = None


class RoomState(Struct, frozen=True, omit_defaults=True):
    """A room in a list of rooms. `seq` is the number of its newest message, `last_at` when that was sent."""

    room: Line
    people: Number
    seq: Number = 0
    last_at: Amount | None = None
    topic: Line = ""


class RoomsPage(Struct, frozen=True, tag="rooms", omit_defaults=True):
    """The answer to `/rooms`, by name. `more`: there are others after these."""

    rooms: tuple[RoomState, ...]
    more: bool
    txn: str | None = None


class PeoplePage(Struct, frozen=True, tag="who", omit_defaults=True):
    """The answer to `/who`: who is in a room, in the order of their coming. `more`: there are others after these."""

    people: tuple[Client, ...]
    more: bool
    room: Line | None = None
    txn: str | None = None


class ReadPlace(Struct, frozen=True, tag="read", omit_defaults=True):
    """The same client has read up to message `id` on another connection."""

    id: Number
    room: Line | None = None


class EncodedInit(Struct, frozen=True, tag="init", omit_defaults=True):
    """An `Init` as a server writes it: what newcomers have in common is JSON, encoded once for all."""

    messages: msgspec.Raw
    epoch: str
    seq: int
    resumed: bool
    deleted: msgspec.Raw
    more: bool
    limits: dict[str, float]
    now: float
    you: Client
    clients: msgspec.Raw
    missed: int | None = None
    room: str | None = None
    people: int | None = None
    topic: str = ""
    read: int | None = None
    unread: Unread | None = None


class EncodedRoom(Struct, frozen=True, tag="room", omit_defaults=True):
    """A `RoomView` with messages, as a server writes it."""

    seq: int
    messages: msgspec.Raw
    resumed: bool
    deleted: msgspec.Raw
    more: bool
    people: int
    here: msgspec.Raw
    room: str | None = None
    missed: int | None = None
    mode: str = "open"
    topic: str = ""
    by: Client | None = None
    read: int | None = None
    unread: Unread | None = None
    txn: str | None = None


EncodedEvent: TypeAlias = EncodedInit | EncodedRoom
Event: TypeAlias = (
    Init
    | Message
    | Deleted
    | ClientsChanged
    | Refusal
    | HistoryPage
    | SearchResults
    | RoomView
    | LeftRoom
    | RoomsPage
    | PeoplePage
    | ReadPlace
)


class EventError(ValueError):
    """A frame that is not an event: not JSON, or without what its type needs."""
