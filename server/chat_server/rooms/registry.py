"""Room registry: maps the path of a handshake to the room that is hosted there."""

from collections.abc import Iterator

from chat_protocol.text import clean
from chat_server.rooms.hosted_room import HostedRoom

_LOBBY = "/"
_SHOWN = 100  # characters of a path


class NoSuchRoomError(Exception):
    """There is no room at a path. Its text is for the person who asked for it."""


class RoomRegistry:
    """The rooms of a server, by their paths. There is one: the lobby."""

    def __init__(self, lobby: HostedRoom) -> None:
        self._rooms = {_LOBBY: lobby}

    def __iter__(self) -> Iterator[HostedRoom]:
        return iter(self._rooms.values())

    @property
    def lobby(self) -> HostedRoom:
        """The room of those who ask for none."""
        return self._rooms[_LOBBY]

    def find(self, path: str) -> HostedRoom:
        """Return the room at a path, which has no query any more.

        Raises:
            NoSuchRoomError: when there is none.
        """
        room = self._rooms.get(path)
        if room is None:
            raise NoSuchRoomError(f"There is no room {clean(path)[:_SHOWN]} here; connect to / for the lobby.")
        return room
