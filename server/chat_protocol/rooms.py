"""Room names: checks whether a room may be called so, and reads lists of rooms as people write them.

A name is 1 to 32 of `a-z 0-9 - _`; capitals are the same letters, and a `#` before it is no part of it. The lobby is
called `lobby` where it has to be named; in events it has no name.
"""

from chat_protocol.patterns import deferred

LOBBY = "lobby"
ROOM_NAME_LENGTH = 32
RESERVED = frozenset({"healthz", "metrics", "hook", "events", "web", "static"})
"""What a server has at these paths is no room."""

_NAME = deferred(rf"#?([A-Za-z0-9_-]{{1,{ROOM_NAME_LENGTH}}})")


class InvalidRoomError(ValueError):
    """No room can be called so. Its text is for the person who wrote it."""


def check_room_name(written: str) -> str:
    """Return the name of the room that is meant.

    Raises:
        InvalidRoomError: with one sentence that says what is wrong with it.
    """
    name = check_beginning(written)
    if name in RESERVED:
        raise InvalidRoomError(f"{name} is reserved; choose another room name.")
    return name


def check_beginning(written: str) -> str:
    """Return what is meant by the beginning of a room's name, which may be a word that is reserved.

    Raises:
        InvalidRoomError: when no name begins so.
    """
    match = _NAME.fullmatch(written)
    if match is None:
        raise InvalidRoomError(
            f"A room name has 1 to {ROOM_NAME_LENGTH} of the letters a to z, digits, - and _, such as dev."
        )
    return match[1].lower()


def room_field(name: str) -> str | None:
    """What events of the room with this name have as their `room`: the lobby's have none."""
    return name or None
