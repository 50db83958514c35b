"""Notifications: tell a terminal in the background of new messages, by bell, notification, title. Pure: told the time.

A notification says who wrote, never what: it stands on lock screens, and in lists that outlive the message. Whether a
terminal is in the background is known only where it reports that; where it does not, nothing is ever told.
"""

from collections.abc import Collection, Sequence
from enum import Enum, auto
from typing import NamedTuple

QUIET = 5.0
"""Seconds between two bells."""
_LONGEST_NAME = 40
_BELL = "\a"
_KEEP_TITLE, _OLD_TITLE = "\x1b[22;2t", "\x1b[23;2t"


class Kind(Enum):
    """What a message is to us."""

    DIRECT = auto()
    MENTION = auto()
    ORDINARY = auto()


class News(NamedTuple):
    """A message of somebody else's."""

    id: int
    kind: Kind
    author: str


class Notifications:
    """What was not seen while the terminal was in the background, and what to write to the terminal about it."""

    def __init__(self) -> None:
        self._unseen: set[int] = set()
        self._titled = 0
        self._rang_at = -QUIET

    @property
    def unseen(self) -> int:
        """Messages that came meanwhile and are still there."""
        return len(self._unseen)

    def came(self, news: Sequence[News], now: float) -> str:
        """These came while the terminal was in the background; `now` is in seconds on any clock that only goes on."""
        self._unseen.update(one.id for one in news)
        alarm = ""
        if (words := _words(news)) and now - self._rang_at >= QUIET:
            self._rang_at = now
            alarm = f"{_BELL}\x1b]9;{words}\a"
        return self._title() + alarm

    def gone(self, ids: Collection[int]) -> str:
        """These messages are gone."""
        self._unseen.difference_update(ids)
        return self._title()

    def seen(self) -> str:
        """The terminal is in the foreground, or the program ends: everything is as it was before."""
        self._unseen.clear()
        return self._title()

    def _title(self) -> str:
        before, self._titled = self._titled, len(self._unseen)
        if before == self._titled:
            return ""
        if not self._titled:
            return f"\x1b]2;chat\a{_OLD_TITLE}"  # a terminal that keeps no titles shows at least no wrong number
        return f"{'' if before else _KEEP_TITLE}\x1b]2;({self._titled}) chat\a"


def _words(news: Sequence[News]) -> str:
    """What the notification says; "" where the messages are not worth one."""
    if direct := [one for one in news if one.kind is Kind.DIRECT]:
        if len(direct) == 1:
            return f"chat: direct message from {_shown(direct[0].author)}"
        return f"chat: {len(direct)} direct messages, the latest from {_shown(direct[-1].author)}"
    if mentioned := [one for one in news if one.kind is Kind.MENTION]:
        return f"chat: {_shown(mentioned[-1].author)} mentioned you"
    return ""


def _shown(name: str) -> str:
    """A name without anything that a terminal or a notification could take for more than letters."""
    plain = "".join(char if char.isprintable() and char != ";" else " " for char in name)
    return " ".join(plain.split())[:_LONGEST_NAME] or "somebody"
