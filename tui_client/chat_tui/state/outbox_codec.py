"""Outbox codec: lines that wait to be sent, as JSON in a file. `format_lines` and `parse_lines` are inverses. Pure.

Only what outlives a restart is a line here (`Verb.outlives_restart`). What has no such shape is passed over.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from chat_protocol.commands import Command, CommandError, Say, parse_command
from chat_protocol.patterns import deferred
from chat_protocol.text import clean

MOST_LINES = 200
MOST_BYTES = 1024 * 1024
LONGEST_WAIT = 30 * 86400.0
"""Seconds after which nobody means a line any more that was not sent."""
_CLOCK_STEP = 5.0
"""Seconds by which clocks are set right without anybody noticing."""
_TOKEN = deferred(r"[!-~]{1,64}")


class SavedLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line, `line` being what is said, without its token `txn`, and `typed` how it was said.

    `said_at` is in seconds since the epoch on this computer's clock, `epoch` the life of the record whose message
    numbers are in it. `tried`: the server may have it. `ask`: it is not to be sent unless the user says so again.
    """

    txn: str
    line: str
    typed: str
    said_at: float
    epoch: str = ""
    tried: bool = False
    ask: bool = False

    @property
    def command(self) -> Command:
        """What it says."""
        return parse_command(self.line)

    @property
    def ends_at(self) -> float:
        """When it is not to be written down any more: a message that deletes itself has no longer life here."""
        lifetime = self._lifetime
        return self.said_at + (LONGEST_WAIT if lifetime is None else min(lifetime, LONGEST_WAIT))

    def lasts(self, now: float) -> bool:
        """May it still be written down?

        Not what deletes itself and was said later than now: a clock was set back, and nobody knows how old it is.
        """
        return now < self.ends_at and (self._lifetime is None or self.said_at <= now + _CLOCK_STEP)

    @property
    def _lifetime(self) -> float | None:
        command = self.command
        return command.lifetime if isinstance(command, Say) else None


def format_lines(lines: Sequence[SavedLine]) -> tuple[bytes, int]:
    """Return the contents of a file, and how many of the lines, the first ones, it had room for."""
    parts: list[bytes] = []
    size = 2
    for line in lines[:MOST_LINES]:
        part = msgspec.json.encode(line)
        if (size := size + len(part) + 2) > MOST_BYTES:
            break
        parts.append(part)
    return b"[" + b",\n".join(parts) + b"]", len(parts)


class Parsed(NamedTuple):
    """The lines of a file, and the rows that are none."""

    lines: list[SavedLine]
    rest: list[bytes]


def parse_lines(data: bytes) -> Parsed:
    """Read the contents of a file; where it is damaged, all rows that are whole."""
    try:
        parts = [bytes(part) for part in msgspec.json.decode(data, type=list[msgspec.Raw])]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        parts = [row.strip().removeprefix(b"[").removesuffix(b"]").removesuffix(b",") for row in data.split(b"\n")]
    lines, rest = [], []
    for part in filter(None, parts):
        if (line := _parse_line(part)) is None:
            rest.append(part)
        else:
            lines.append(line)
    return Parsed(lines, rest)


def _parse_line(part: bytes) -> SavedLine | None:
    try:
        line = msgspec.json.decode(part, type=SavedLine)
        line = msgspec.structs.replace(line, line=clean(line.line), typed=clean(line.typed))
        command = line.command
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, CommandError):
        return None
    return line if command.outlives_restart and _TOKEN.fullmatch(line.txn) else None


def merged(lines: Iterable[SavedLine]) -> list[SavedLine]:
    """Each line once, in the order said."""
    return sorted({line.txn: line for line in lines}.values(), key=lambda line: line.said_at)
