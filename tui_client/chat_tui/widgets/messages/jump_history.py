"""Jump history: keeps the way back from messages that were jumped to, as browsers do. Pure."""

from collections import deque
from typing import NamedTuple

MOST_STEPS = 100


class Step(NamedTuple):
    """One jump: from which message (None: from none), and where the list was (`Viewport.place`)."""

    origin: int | None
    place: tuple[int, int] | None


class Trail:
    """The jumps that can be taken back, the newest last; at most `MOST_STEPS`."""

    def __init__(self) -> None:
        self._steps: deque[Step] = deque(maxlen=MOST_STEPS)

    def __bool__(self) -> bool:
        return bool(self._steps)

    def went(self, origin: int | None, place: tuple[int, int] | None) -> None:
        """Somebody jumps from here."""
        self._steps.append(Step(origin, place))

    def back(self) -> Step | None:
        """Take the newest jump back; None where there is none."""
        return self._steps.pop() if self._steps else None

    def forget(self) -> None:
        """Begin anew."""
        self._steps.clear()
