"""Presence: who is in one room, as its people are told. Pure: no I/O, no clock.

Names are the server's (`roster`); a client with several connections in a room is there once.
"""

from itertools import islice

import msgspec

from chat_protocol.events import Client, ClientsChanged
from chat_server.core.roster import Roster

MOST_LISTED = 1_000
"""People whom a greeting lists; of more it says how many."""
_encode = msgspec.json.Encoder().encode


class Presence:
    """The clients in the room that events call `room`, by id. `len` counts them."""

    __slots__ = ("_changed", "_connections", "_encoded", "_roster", "room")

    def __init__(self, roster: Roster, room: str | None = None) -> None:
        self.room = room
        self._roster = roster
        self._connections: dict[str, int] = {}
        self._changed: dict[str, None] | None = None  # made when it is needed: rooms are many
        self._encoded: bytearray | None = None  # the list without its brackets

    def __len__(self) -> int:
        return len(self._connections)

    def __contains__(self, client_id: object) -> bool:
        return client_id in self._connections

    def clients(self, after: str = "", most: int | None = None) -> tuple[Client, ...]:
        """Those who are here, in the order of their coming; those after one of them, and at most so many."""
        ids = iter(self._connections)
        if after:
            ids = iter([*self._connections][[*self._connections].index(after) + 1 :] if after in self else ())
        return tuple(map(self._client, islice(ids, most)))

    def encoded_clients(self, client_id: str = "") -> bytes:
        """The same as a JSON array, of at most `MOST_LISTED`: the first, and the one who asks.

        A crowd of newcomers costs no more than copies: each is added to what there is.
        """
        whole = len(self._connections) <= MOST_LISTED
        if self._encoded is None:
            self._encoded = bytearray(_encode(self.clients(most=None if whole else MOST_LISTED - 1))[1:-1])
        if whole or client_id not in self:
            return b"".join((b"[", self._encoded, b"]"))
        client = _encode(self._client(client_id))
        return b"".join((b"[", self._encoded, b"" if client in self._encoded else b"," + client, b"]"))

    @property
    def people(self) -> int | None:
        """How many are here, where the list does not say so."""
        return None if len(self._connections) <= MOST_LISTED else len(self._connections)

    def enter(self, client_id: str) -> None:
        """One more connection of a client is here."""
        count = self._connections.get(client_id, 0)
        self._connections[client_id] = count + 1
        self._note(client_id)
        if not count and self._encoded is not None and len(self._connections) < MOST_LISTED:
            self._encoded += (b"," if self._encoded else b"") + _encode(self._client(client_id))
        elif not count and len(self._connections) in (MOST_LISTED, MOST_LISTED + 1):
            self._encoded = None

    def leave(self, client_id: str) -> None:
        """One connection less."""
        count = self._connections[client_id] - 1
        if count:
            self._connections[client_id] = count
            return
        del self._connections[client_id]
        self._note(client_id)
        self._encoded = None

    def renamed(self, client_id: str) -> None:
        """A client has another name."""
        if client_id in self:
            self._note(client_id)
            self._encoded = None

    def take_changes(self) -> ClientsChanged | None:
        """Who came, left or was renamed since the last call; None when nobody did."""
        if not self._changed:
            return None
        changed, self._changed = self._changed, None
        joined = tuple(self._client(client_id) for client_id in changed if client_id in self)
        left = tuple(client_id for client_id in changed if client_id not in self)
        return ClientsChanged(joined, left, room=self.room)

    def _note(self, client_id: str) -> None:
        if self._changed is None:
            self._changed = {}
        self._changed[client_id] = None

    def _client(self, client_id: str) -> Client:
        return Client(client_id, self._roster.name_of(client_id) or client_id)
