"""Roster: the presence of a room's clients, and the names that they own. Pure: no I/O, no clock.

A name belongs to the client id that took it until `/exit` gives it up, or until the time of grace after its last
connection has passed. Only those with a connection are listed; one client may have several.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from chat_protocol.events import Client, ClientsChanged
from chat_protocol.names import CLIENT_ID_MARK, fold_name

_encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class _Member:
    name: str
    connections: int = 0
    kept_until: float = 0.0  # when the name goes back, once nobody is connected


class Roster:
    """The clients of one room by id, and their names. A name is kept for `grace` seconds after its owner has gone."""

    def __init__(self, grace: float) -> None:
        self._grace = grace
        self._members: dict[str, _Member] = {}
        self._owners: dict[str, str] = {}  # folded name -> client id
        self._away: set[str] = set()
        self._changed: dict[str, None] = {}
        self._guests = 0
        self._encoded: bytearray | None = None  # what `encoded_clients` returns, without its brackets

    def clients(self) -> tuple[Client, ...]:
        """Everybody who is connected, in the order of their coming."""
        return tuple(
            Client(client_id, member.name) for client_id, member in self._members.items() if member.connections
        )

    def encoded_clients(self) -> bytes:
        """The same as a JSON array. A crowd of newcomers costs no more than copies: each is added to what there is."""
        if self._encoded is None:
            self._encoded = bytearray(_encode(self.clients())[1:-1])
        return b"".join((b"[", self._encoded, b"]"))

    def name_of(self, client_id: str) -> str | None:
        """The name of a client that is here, or that is away and still has its name."""
        member = self._members.get(client_id)
        return member.name if member else None

    def owner_of(self, name: str) -> str | None:
        """The id of the client to whom a name belongs."""
        return self._owners.get(fold_name(name))

    def find(self, target: str) -> str | None:
        """The id of the client that an id or a name stands for."""
        if target.startswith(CLIENT_ID_MARK):
            return target if target in self._members else None
        return self.owner_of(target)

    def guest_name(self) -> str:
        """A name like User123 that nobody has."""
        while True:
            self._guests += 1
            name = f"User{self._guests}"
            if self.owner_of(name) is None:
                return name

    def join(self, client_id: str, name: str) -> None:
        """Count one more connection of a client, under a name that is its own or free."""
        member = self._members.get(client_id)
        if member is None:
            member = self._members[client_id] = _Member(name)
            self._owners[fold_name(name)] = client_id
            if self._encoded is not None:
                self._encoded += (b"," if self._encoded else b"") + _encode(Client(client_id, name))
        elif not member.connections:  # back at its old place, among the others
            self._encoded = None
        member.connections += 1
        self._away.discard(client_id)
        self._changed[client_id] = None
        if member.name != name:
            self.rename(client_id, name)

    def rename(self, client_id: str, name: str) -> None:
        """Give a client another name, which is its own or free."""
        member = self._members[client_id]
        self._owners.pop(fold_name(member.name), None)
        self._owners[fold_name(name)] = client_id
        member.name = name
        self._changed[client_id] = None
        self._encoded = None

    def leave(self, client_id: str, now: float, *, keep_name: bool) -> str | None:
        """Count one connection less. Returns the name that became free by it, if one did."""
        member = self._members[client_id]
        member.connections -= 1
        if member.connections:
            return None
        self._changed[client_id] = None
        self._encoded = None
        if keep_name and self._grace:
            member.kept_until = now + self._grace
            self._away.add(client_id)
            return None
        return self._forget(client_id)

    def restore(self, owners: Mapping[str, str], now: float) -> list[str]:
        """Take names from before a restart (folded -> client id): their grace begins. Returns those that are free."""
        free = []
        for name, client_id in owners.items():
            if not self._grace or client_id in self._members:
                free.append(name)
                continue
            self._members[client_id] = _Member(name, kept_until=now + self._grace)
            self._owners[fold_name(name)] = client_id
            self._away.add(client_id)
        return free

    def expire_names(self, now: float) -> list[str]:
        """Free the names whose time of grace has passed; returns them."""
        due = [client_id for client_id in self._away if self._members[client_id].kept_until <= now]
        return [self._forget(client_id) for client_id in due]

    def next_due(self) -> float | None:
        """When `expire_names` will next have something to do."""
        return min((self._members[client_id].kept_until for client_id in self._away), default=None)

    def take_changes(self) -> ClientsChanged | None:
        """Who came, left or was renamed since the last call; None when nobody did."""
        if not self._changed:
            return None
        changed, self._changed = self._changed, {}
        joined, left = [], []
        for client_id in changed:
            member = self._members.get(client_id)
            if member and member.connections:
                joined.append(Client(client_id, member.name))
            else:
                left.append(client_id)
        return ClientsChanged(tuple(joined), tuple(left))

    def _forget(self, client_id: str) -> str:
        member = self._members.pop(client_id)
        self._away.discard(client_id)
        self._owners.pop(fold_name(member.name), None)
        return member.name
