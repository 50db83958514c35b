"""Presence: who is here, who was, who we are, and who is muted. Pure."""

from collections.abc import Iterable, Mapping

import msgspec

from chat_protocol.commands import Say
from chat_protocol.events import Client, Message
from chat_protocol.names import CLIENT_ID_MARK, fold_name
from chat_protocol.rooms import LOBBY
from chat_tui.state.mentions import mentions

_MOST_NAMES = 20_000
_UNKNOWN = "somebody who left"


class People:
    """Everybody on a server, by client id.

    `you` is who we are, None before anybody has said so; `clients` are the names of those who are in `room`, which is
    the one on the screen, ours among them. `muted` are the ids of those who are not listened to, each with the name
    that they have or had last, folded: who has no secret comes back under another id, and is known by that name.
    `written_to` are those to whom we have written privately in this run, under the name that they had then. `names` are
    known from before.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self.you: Client | None = None
        self.room = LOBBY
        self._here: dict[str, dict[str, str]] = {}  # room -> who is in it
        self._crowds: dict[str, int] = {}  # room -> how many are in it, where not all of them are known
        self.muted: dict[str, str] = {}
        self.written_to: dict[str, str] = {}
        self._own_ids: set[str] = set()
        self._names: dict[str, str] = dict(names)
        self._muted_since: list[str] = []  # who was found to be muted, and not told yet

    # -- what the server says -----------------------------------------------------------------------------------

    def take_clients(
        self, room: str, clients: dict[str, str], named: Iterable[tuple[str, str]], crowd: int = 0
    ) -> bool:
        """These are in a room from now on, and no others; `named` are the ids whose names may be new. Is it a change?

        `crowd` is how many are there, where not all of them are known.
        """
        before, self._here[room] = self._here.get(room), clients
        crowd_before = self._crowds.pop(room, 0)
        if crowd > len(clients):
            self._crowds[room] = crowd
        for client_id, name in named:
            self.remember(client_id, name)
        return clients != before or crowd != crowd_before

    # -- who is where -------------------------------------------------------------------------------------------

    @property
    def clients(self) -> dict[str, str]:
        """The names of those who are in the room on the screen, by client id."""
        return self._here.get(self.room) or {}

    @property
    def count(self) -> int:
        """How many are in the room on the screen."""
        return self._crowds.get(self.room) or len(self.clients)

    def in_room(self, room: str) -> dict[str, str]:
        """The names of those who are in a room."""
        return self._here.get(room) or {}

    def crowd(self, room: str) -> int:
        """How many are in a room, where not all of them are known; else 0."""
        return self._crowds.get(room, 0)

    def everywhere(self) -> dict[str, str]:
        """The names of all who are in any of our rooms."""
        found: dict[str, str] = {}
        for clients in self._here.values():
            found |= clients
        return found

    def is_here(self, client_id: str) -> bool:
        """Is somebody in any of our rooms?"""
        return any(client_id in clients for clients in self._here.values())

    def leave_room(self, room: str) -> None:
        """We don't hear any more who is in a room."""
        self._here.pop(room, None)
        self._crowds.pop(room, None)

    def move_room(self, before: str, room: str) -> None:
        """A room has another name than was thought."""
        self._here[room] = self._here.pop(before, {})
        if self.room == before:
            self.room = room

    def take_you(self, you: Client | None) -> bool:
        """This is who we are; is it a change?"""
        before, self.you = self.you, you
        if you is not None:
            self._own_ids.add(you.id)
        return you != before

    def forget_own_ids(self) -> None:
        """The ids that we had so far mean somebody else, if anybody."""
        self._own_ids.clear()

    def remember(self, client_id: str, name: str) -> None:
        """A client is called that, here or not."""
        if self.muted and self._names.get(client_id) != name:
            self._follow_name(client_id, fold_name(name))
        self._names[client_id] = name
        if len(self._names) > _MOST_NAMES:
            del self._names[next(iter(self._names))]

    # -- who is muted -------------------------------------------------------------------------------------------

    def mute(self, client_id: str) -> list[str]:
        """Listen to a client no more, nor to anybody else who had the same name last. Returns the ids of them all."""
        bearers = [client_id]
        folded = ""
        if self.is_remembered(client_id):
            folded = fold_name(self.name_of(client_id))
            bearers += [who for who, name in self._names.items() if who != client_id and fold_name(name) == folded]
        bearers = [who for who in bearers if who not in self._own_ids]
        self.muted.update(dict.fromkeys(bearers, folded))
        return bearers

    def unmute(self, client_id: str) -> list[str]:
        """Listen again to a client, and to all who are muted under the same name. Returns the ids of them all."""
        folded = self.muted.pop(client_id, "")
        namesakes = [who for who, name in self.muted.items() if folded and name == folded]
        for who in namesakes:
            del self.muted[who]
        return [client_id, *namesakes]

    def take_muted(self) -> list[str]:
        """The ids that turned out since the last call to be of who is muted."""
        found, self._muted_since = self._muted_since, []
        return found

    def _follow_name(self, client_id: str, folded: str) -> None:
        """A client has another name: it stays muted, and whoever takes the name of one who is muted is muted too."""
        if client_id in self.muted:
            self.muted[client_id] = folded
        elif client_id not in self._own_ids and self._is_muted_name(folded):
            self.muted[client_id] = folded
            self._muted_since.append(client_id)

    def _is_muted_name(self, folded: str) -> bool:
        return bool(folded) and folded in self.muted.values()

    # -- who is who ---------------------------------------------------------------------------------------------

    def is_remembered(self, client_id: str) -> bool:
        """Is it known how they are called?"""
        return client_id in self._names

    def name_of(self, client_id: str) -> str:
        """The name of a client, of one who has left too; words for somebody never seen.

        What is no id at all, as the name in a line that the server has yet to look at, stands for itself.
        """
        return self._names.get(client_id) or _unknown(client_id)

    def names_by_muting(self) -> tuple[list[str], list[str]]:
        """Who is muted, also of those who have left; and who is here and is not, but us."""
        you = self.you.id if self.you else ""
        heard = [name for who, name in self.clients.items() if who != you and who not in self.muted]
        muted = {folded: self.name_of(who) for who, folded in self.muted.items() if self.is_remembered(who)}
        return list(muted.values()), heard

    def bearer(self, name: str) -> str | None:
        """The id of who has this name, or had it last; None where nobody is known by it."""
        wanted = fold_name(name)
        known = [*self._names.items(), *self.everywhere().items()]
        return next((client_id for client_id, one in reversed(known) if fold_name(one) == wanted), None)

    def with_recipient(self, command: Say, parent: Message | None) -> Say:
        """The message with an id for the name that it is for; a reply to a direct message is for the other of the two.

        A name that nobody here has, or more than one, stays as it is.
        """
        to = command.to
        if to is not None and not self.is_here(to):
            to = self.id_here(to) or to
        elif to is None and parent is not None and parent.to_id is not None:
            to = parent.to_id if self.is_own(parent) else parent.from_id
        if to is not None and (name := self._names.get(to)):
            self.written_to[to] = name
        return msgspec.structs.replace(command, to=to)

    def id_here(self, name: str) -> str | None:
        """The id of the one person in our rooms who has this name."""
        wanted = fold_name(name)
        bearers = [client_id for client_id, one in self.everywhere().items() if fold_name(one) == wanted]
        return bearers[0] if len(bearers) == 1 else None

    # -- whose is a message -------------------------------------------------------------------------------------

    def is_own(self, message: Message) -> bool:
        """Did we send it, on this connection or an earlier one?"""
        return message.from_id in self._own_ids

    def is_muted(self, message: Message) -> bool:
        """Is it from somebody who was muted here? Who is not known yet, as in a search, is known by the name in it."""
        who = message.from_id
        if who in self.muted or not self.muted or self.is_remembered(who) or who in self._own_ids:
            return who in self.muted
        return self._is_muted_name(fold_name(message.from_name))

    def is_heard(self, message: Message) -> bool:
        """Is it somebody else's, who was not muted?"""
        return not self.is_own(message) and not self.is_muted(message)

    def is_to_you(self, message: Message) -> bool:
        """Is it for us alone, or does it mention us?"""
        you = self.you
        return you is not None and (message.to_id == you.id or mentions(message.text, you.name))


def _unknown(client_id: str) -> str:
    return _UNKNOWN if client_id.startswith(CLIENT_ID_MARK) else client_id
