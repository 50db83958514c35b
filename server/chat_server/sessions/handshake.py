"""Handshake query: parses what a client asks for when it comes, a name and a place to resume from. Pure."""

import re
from typing import NamedTuple
from urllib.parse import parse_qs

_MOST_FIELDS = 16
_POINT = re.compile(r"(.+)\.([0-9]{1,18})", re.ASCII)


class HandshakeQuery(NamedTuple):
    """A wish for a name ("" for none), and the place to resume from: which epoch of the log, which entry."""

    name: str = ""
    epoch: str = ""
    seq: int = -1

    def resume(self, epoch: str) -> int | None:
        """Return the number to go on from in this epoch of the log; None where nobody asks for that."""
        return self.seq if self.epoch and self.epoch == epoch else None


def read_handshake(path: str) -> HandshakeQuery:
    """Read the part of a path after the `?`. What makes no sense is as if it were not there."""
    asked = path.partition("?")[2]
    if not asked:
        return HandshakeQuery()
    try:
        query = parse_qs(asked, max_num_fields=_MOST_FIELDS)
    except ValueError:  # too many fields: nobody that we know asks for that
        return HandshakeQuery()
    name = query.get("name", [""])[0]
    points = query.get("resume", [])
    point = _POINT.fullmatch(points[0]) if len(points) == 1 else None
    return HandshakeQuery(name, point[1], int(point[2])) if point else HandshakeQuery(name)
