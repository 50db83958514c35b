"""Gaps: ranges of message ids that this client knows nothing about, never asked for or let go. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import NamedTuple


class Gap(NamedTuple):
    """The ids from `start` on and below `stop`."""

    start: int
    stop: int


class Gaps:
    """Gaps that neither touch nor overlap, ascending."""

    def __init__(self) -> None:
        self._gaps: list[Gap] = []

    def __bool__(self) -> bool:
        return bool(self._gaps)

    def __iter__(self) -> Iterator[Gap]:
        return iter(self._gaps)

    def clear(self) -> None:
        """Everything is known."""
        self._gaps.clear()

    def add(self, start: int, stop: int) -> None:
        """Nothing is known any more of the ids from `start` on and below `stop`."""
        if start >= stop:
            return
        first = bisect_left(self._gaps, start, key=lambda gap: gap.stop)
        last = bisect_right(self._gaps, stop, key=lambda gap: gap.start)
        touched = self._gaps[first:last]
        low = min([start, *(gap.start for gap in touched)])
        self._gaps[first:last] = [Gap(low, max([stop, *(gap.stop for gap in touched)]))]

    def fill(self, start: int, stop: int) -> None:
        """The ids from `start` on and below `stop` are known now."""
        if start >= stop or not self._gaps or start >= self._gaps[-1].stop:
            return
        first = bisect_right(self._gaps, start, key=lambda gap: gap.stop)
        last = bisect_left(self._gaps, stop, key=lambda gap: gap.start)
        touched = self._gaps[first:last]
        left = [Gap(gap.start, min(gap.stop, start)) for gap in touched]
        left += [Gap(max(gap.start, stop), gap.stop) for gap in touched]
        self._gaps[first:last] = [gap for gap in left if gap.start < gap.stop]

    def around(self, number: int) -> Gap | None:
        """The gap that this id is in."""
        at = bisect_right(self._gaps, number, key=lambda gap: gap.start) - 1
        return self._gaps[at] if at >= 0 and number < self._gaps[at].stop else None

    def holds(self, number: int) -> bool:
        """Is this id in a gap?"""
        return self.around(number) is not None

    def newest_between(self, after: int, before: int) -> Gap | None:
        """The newest gap between two ids that are known."""
        at = bisect_left(self._gaps, before, key=lambda gap: gap.start) - 1
        return self._gaps[at] if at >= 0 and self._gaps[at].start > after else None

    def oldest_between(self, after: int, before: int) -> Gap | None:
        """The oldest gap between two ids that are known."""
        at = bisect_right(self._gaps, after, key=lambda gap: gap.start)
        return self._gaps[at] if at < len(self._gaps) and self._gaps[at].start < before else None

    def newest(self) -> Gap | None:
        """The newest of all."""
        return self._gaps[-1] if self._gaps else None
