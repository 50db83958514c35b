"""Sent history: the lines that were sent from this composer, to be recalled. Pure.

A recalled line must never reach more people than it was written for, so what was said in private is kept with its
audience spelled out ("/to bob hi") and says so again when it is recalled elsewhere.
"""

from collections import deque
from collections.abc import Sequence

from chat_protocol.commands import COMMANDS, split_command
from chat_protocol.rooms import LOBBY

SENT_LIMIT = 100
"""How many lines are kept; the oldest goes first."""
ROOM_MARK = "# "
"""What stands before the name of a room."""
_NAME_NOBODY = frozenset(
    spec.name for spec in COMMANDS if spec.is_modifier and not spec.takes_name and spec.field != "room"
)
"""Modifiers that say nothing about who a text is for."""
_ABOUT_ROOMS = _NAME_NOBODY | {spec.name for spec in COMMANDS if spec.in_room}


def addressed(text: str, target: str, now: str) -> str:
    """`text`, written to `target`, as it has to be typed while the composer is set to `now` ("" is everyone).

    A room is "# dev". Commands that address nobody, and lines that name their own audience, stay as they are.
    """
    to_room = target.startswith(ROOM_MARK) or (not target and now.startswith(ROOM_MARK))
    if target == now or not (target or to_room):
        return text
    verb = split_command(text)[0]
    if to_room and (not verb or verb in _ABOUT_ROOMS):
        return f"/in {target.removeprefix(ROOM_MARK) or LOBBY} {text}"
    if not to_room and (not verb or verb in _NAME_NOBODY):
        return f"/to {target} {text}"
    return text


class SentHistory:
    """Sent lines, oldest first, and a walk through them that keeps the draft and every edit on its way."""

    def __init__(self, limit: int = SENT_LIMIT) -> None:
        self._sent: deque[tuple[str, str]] = deque(maxlen=limit)
        self._walk: list[str] | None = None
        self._at = 0

    @property
    def lines(self) -> Sequence[tuple[str, str]]:
        """The sent lines as (text, target), oldest first."""
        return tuple(self._sent)

    def add(self, text: str, target: str = "") -> None:
        """Remember a line; the same line twice in a row is remembered once. Ends a walk."""
        self.stop()
        if not self._sent or self._sent[-1] != (text, target):
            self._sent.append((text, target))

    def forget(self, text: str) -> None:
        """Drop every line that says `text`, with or without modifiers before it. Ends a walk."""
        self.stop()
        kept = [line for line in self._sent if line[0] != text and not _says(line[0], text)]
        self._sent.clear()
        self._sent.extend(kept)

    def stop(self) -> None:
        """End a walk: what is in the composer is the draft."""
        self._walk = None

    def is_recalled(self, current: str) -> bool:
        """Whether `current` is a line that was recalled and not changed since."""
        return self._walk is not None and self._at < len(self._walk) - 1 and self._walk[self._at] == current

    def older(self, current: str, target: str = "") -> str | None:
        """The line sent before, or None at the oldest; `current` is kept in its place.

        `target` is whom the composer is set to: lines said to somebody else come back with a `/to`.
        """
        if self._walk is None:
            self._walk = [addressed(text, to, target) for text, to in self._sent] + [current]
            self._at = len(self._walk) - 1
        return self._step(-1, current)

    def newer(self, current: str) -> str | None:
        """The line sent after, the draft at the end, or None when nothing is being recalled."""
        return None if self._walk is None else self._step(1, current)

    def _step(self, by: int, current: str) -> str | None:
        if self._walk is None or not 0 <= self._at + by < len(self._walk):
            return None
        self._walk[self._at] = current
        self._at += by
        return self._walk[self._at]


def _says(line: str, text: str) -> bool:
    """Whether a command line ends in the words of `text`."""
    return line.startswith("/") and line.endswith(f" {text}")
