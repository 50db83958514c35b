"""Clock of a server: one time that never jumps, for ends, and the wall's time, for stamps. Pure but for its defaults.

The wall clock may be wrong when a server starts, and be set right or wrong while it runs. What lasts for a time must
end neither early nor late by that, and what is said must show the wall's time again once that is right.
"""

import time
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

_TOLERANCE = 2.0
_PATIENCE = 30.0  # for which the wall clock has to differ
_PLAUSIBLE = 366 * 86_400.0  # for longer nobody leaves a log alone: then it is the clock that is wrong
_AHEAD_BELIEVED_AFTER = 7 * 86_400.0  # unless nobody sets it right for so long
_BEHIND_BELIEVED_AFTER = 3_600.0  # a computer without a battery begins in the past, and asks the network for the time


elapsed: Callable[[], float] = (
    partial(time.clock_gettime, time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic
)
"""Seconds since some moment, those in which the computer slept included, whatever the wall clock does."""


class Seen(NamedTuple):
    """Times that a log has seen last: of its servers' clocks, and of the wall. `ends`: something in it has an end."""

    time: float = 0.0
    wall: float = 0.0
    ends: bool = False


class Clock:
    """Seconds since the epoch. As a function it gives the time that never jumps; `stamp` is the wall's.

    The time goes on from what the log has `seen` by as much as the wall has since; where nothing has an end, it begins
    at the wall's. A wall clock that is implausibly far ahead of that is `doubtful`: nothing shall be lost by it.
    """

    def __init__(
        self,
        seen: Seen = Seen(),  # noqa: B008 - it can't be changed
        wall: Callable[[], float] = time.time,
        elapsed: Callable[[], float] = elapsed,
    ) -> None:
        self._wall, self._elapsed = wall, elapsed
        shown, started = wall(), elapsed()
        self._trusted = (seen.wall or shown) - started  # what to add for the wall's time, as far as it is believed
        self._disbelieved_since: float | None = None
        self.doubtful = False
        """Is the wall clock so far ahead of all that is known that it must be wrong?"""
        self._differs_since: float | None = None
        self._judge(shown, started)
        if not seen.ends and not self.doubtful:
            begin = shown
        else:
            begin = seen.time + (0.0 if self.doubtful else max(0.0, shown - (seen.wall or shown)))
        self._offset = begin - started
        self.ahead = shown - begin
        """What to add to the time for the wall's time."""

    def __call__(self) -> float:
        """Return the time now."""
        return self._elapsed() + self._offset

    @property
    def stamp(self) -> float:
        """The wall's time, as it is shown to people."""
        return self() + self.ahead

    @property
    def believed(self) -> float:
        """The wall's time; what it was last, and the time since, where it is doubtful."""
        return self._elapsed() + self._trusted

    def follow_wall(self) -> float:
        """Look at the wall clock, every second or so; returns by how much the stamps follow it now: 0.0 mostly."""
        shown, now = self._wall(), self._elapsed()
        self._judge(shown, now)
        difference = shown - now - self._offset - self.ahead
        if abs(difference) <= _TOLERANCE:
            self._differs_since = None
        elif self._differs_since is None:
            self._differs_since = now
        elif now - self._differs_since >= _PATIENCE:
            self._differs_since = None
            self.ahead += difference
            return difference
        return 0.0

    def _judge(self, shown: float, now: float) -> None:
        """Believe the wall clock, unless it is too far ahead, or has been set back just now."""
        beyond = shown - now - self._trusted
        self.doubtful = beyond > _PLAUSIBLE
        patience = _AHEAD_BELIEVED_AFTER if self.doubtful else _BEHIND_BELIEVED_AFTER if beyond < -_TOLERANCE else 0.0
        if patience and self._disbelieved_since is None:
            self._disbelieved_since = now
        elif not patience or now - (self._disbelieved_since or now) >= patience:
            self._trusted, self._disbelieved_since, self.doubtful = shown - now, None, False
