"""Room directory: every room in which something was said or set, in memory or not. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from chat_server.core.entries import NewSettings


@dataclass(slots=True)
class KnownRoom:
    """What a list of rooms says of one: its newest message, 0 for none, and when that was sent; and its topic.

    What is None was not asked of the log yet.
    """

    last: int | None = None
    last_at: float | None = None
    settings: NewSettings | None = None


class RoomDirectory:
    """The rooms of the log by name. The lobby is none of them."""

    def __init__(self) -> None:
        self._rooms: dict[str, KnownRoom] = {}
        self._names: list[str] | None = []  # sorted; None: to be sorted again

    def __len__(self) -> int:
        return len(self._rooms)

    def __contains__(self, name: object) -> bool:
        return name in self._rooms

    def get(self, name: str) -> KnownRoom | None:
        """A room, if there is one of this name."""
        return self._rooms.get(name)

    def note(self, name: str) -> KnownRoom:
        """Something was said or set in a room: from now on there is one."""
        known = self._rooms.get(name)
        if known is None:
            known = self._rooms[name] = KnownRoom()
            self._names = None
        return known

    def beginning_with(self, beginning: str, after: str = "") -> Iterator[str]:
        """The names that begin so, those after one of them, in their order."""
        if self._names is None:
            self._names = sorted(self._rooms)
        names = self._names
        start = max(bisect_left(names, beginning), bisect_right(names, after) if after else 0)
        for name in names[start:]:
            if not name.startswith(beginning):
                return
            yield name
