"""Read place: how far a record has been read, as a later run is told it. Pure."""

import msgspec

LOBBY = "lobby"
"""The room that a connection is in without asking for one."""


class ReadPlace(msgspec.Struct, frozen=True):
    """All up to entry `seq` in the life `epoch` of a server's log has been read."""

    epoch: str
    seq: int
