"""Read place: how far a record has been read, as a later run is told it. Pure."""

import msgspec

LOBBY = "lobby"
"""The room that a connection is in without asking for one."""


class ReadPlace(msgspec.Struct, frozen=True):
    """All up to entry `seq` in the life `epoch` of a server's log has been read."""

    epoch: str
    seq: int


class SavedViews(msgspec.Struct, frozen=True):
    """The views of a run: up to which entry each was `read` in the life `epoch` of the log, by its key as one word.

    The home is called `LOBBY` there. `cursor` is from where the home is to go on, which is further back where a direct
    message was not read. `rooms` are those that were joined, `shown` is the view that was on the screen.
    """

    epoch: str = ""
    read: dict[str, int] = {}
    cursor: int = 0
    rooms: tuple[str, ...] = ()
    shown: str = ""
