"""The viewport: finds out which rows of which messages are on the screen.

The viewport is pinned to a message, not to a row number: whatever is added, removed, measured or re-wrapped
above it, what is being read stays where it is. Without a pin it follows the end. Only the messages on the screen
and one page above them are measured.
"""

import sys
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from chat_tui.widgets.messages.heights import MessageBlocks, Place


class Visible(NamedTuple):
    """The rows `start` to `end` (excluded) of a message are on the screen."""

    key: int
    start: int
    end: int


class Steady(NamedTuple):
    """A message whose last row is above this line of the screen, or of what would be below it."""

    key: int
    line: int


class Viewport:
    """A window of some lines over `MessageBlocks`.

    `measure(key)` gives the exact rows (1 or more) of a message; it must not change the messages.
    """

    def __init__(self, blocks: MessageBlocks, measure: Callable[[int], int]) -> None:
        self._blocks = blocks
        self._measure_key = measure
        self._pin: tuple[int, int] | None = None  # the key and row at the top; None: follow the end
        self._held = False
        self._resume = False  # follow the end again when the hold ends
        self.visible: list[Visible] = []
        self.top = 0
        self.at_end = True
        self.at_start = True

    @property
    def following(self) -> bool:
        """Whether new messages scroll into view."""
        return self._pin is None

    @property
    def place(self) -> tuple[int, int] | None:
        """Where we are, for `go_to()`: the key and row at the top; None for the end, and whatever comes there."""
        return None if self._pin is None or self._resume else self._pin

    # -- moving ---------------------------------------------------------------

    def go_to(self, place: tuple[int, int] | None) -> bool:
        """Go back to a `place`; False where its message is gone."""
        if place is not None and self._blocks.find(place[0]) is None:
            return False
        self._pin, self._resume = place, False
        return True

    def follow_end(self) -> None:
        """Go to the end and stay there."""
        self._pin = None

    def scroll_to(self, row: int, lines: int) -> None:
        """Put a row of the whole at the top; the last page means following the end."""
        if not len(self._blocks) or row + lines >= self._blocks.total:
            self._pin = None
            return
        place, within = self._blocks.place_at(row)
        self._pin = self._blocks.key(place), within
        self._resume = False

    def hold(self) -> None:
        """Stay where we are, even at the end, until `release()`."""
        if not self._held:
            self._held, self._resume = True, False
        self._pin_where_we_are()

    def stay(self) -> None:
        """Keep the top line where it is through the next change of what is below it."""
        self._pin_where_we_are()
        self._resume = self._held and self._resume

    def release(self) -> None:
        """End the hold; if it began at the end, go back there."""
        if self._held and self._resume:
            self._pin = None
        self._held = self._resume = False

    def put(self, key: int, row: int, line: int) -> None:
        """Bring a row of a message on to a line of the screen."""
        place = self._blocks.find(key)
        if place is not None:
            above, within = self._above(place, min(row, self._measure(place)), line)
            self._pin = self._blocks.key(above), within
            self._resume = False

    def show(self, key: int, lines: int) -> None:
        """Scroll as little as needed for a message to be seen; its last rows where it is too high for the screen."""
        self.arrange(lines)
        place = self._blocks.find(key)
        if place is None:
            return
        shown = next((item for item in self.visible if item.key == key), None)
        height = self._measure(place)
        below = shown is None and bool(self.visible) and self._is_after(place, self.visible[0].key)
        if below or (shown is not None and shown.end < height) or (shown is None and height > lines):
            resume = self._resume  # making room at the bottom is not scrolling away
            self.put(key, height, lines)
            self._resume = resume
        elif shown is None or (shown.start > 0 and height <= lines):
            self.put(key, 0, 0)

    # -- changes of the messages that the pin must outlive --------------------

    def steady(self, key: int, wish: int | None = None) -> Steady | None:
        """What is to `keep` its line while messages are put in from `key` on; None: the top line, or the end, does.

        That is on the side of the message `wish`; without one, of what is above them and what is below, it is that
        which takes more of the screen.
        """
        if self._pin is None:
            return None
        above = 0
        for item in self.visible:
            if item.key > key or item.key < 0:  # lines that are not sent yet come after all others
                below = sum(other.end - other.start for other in self.visible) - above
                end = above + self._measure_key(item.key) - item.start
                stays_above = above > below if wish is None else wish < key
                return None if stays_above else Steady(item.key, end)
            above += item.end - item.start
        return None

    def keep(self, steady: Steady) -> None:
        """Bring the end of a message back to its line; what is drawn above its text may be another."""
        resume = self._resume
        self.put(steady.key, sys.maxsize, steady.line)
        self._resume = resume

    def remove(self, keys: Collection[int], lines: int) -> None:
        """Remove messages; the first one left below the pin keeps its line."""
        moved = self._after_removal(keys, lines)
        self._blocks.remove(keys)
        if moved is not None:
            self.put(*moved)

    def set_unsent(self, keys: Sequence[int]) -> None:
        """Replace the unsent messages; a pin on one that is gone means the end."""
        if self._pin is not None and self._pin[0] < 0 and self._pin[0] not in keys:
            self._pin = None
        self._blocks.set_unsent(keys)

    # -- the screen -----------------------------------------------------------

    def arrange(self, lines: int, *, look_back: bool = True) -> None:
        """Find out what is visible: fills `visible`, `top`, `at_end` and `at_start`.

        `look_back`: measure the page above too. Who leaves that out calls `look_back()` before anybody scrolls.
        """
        blocks = self._blocks
        if not len(blocks):
            self.visible, self.top, self.at_end, self.at_start, self._pin = [], 0, True, True, None
            return
        start = self._pinned_start()
        if start is None or not self._fill(start, lines):
            start = self._last_page(lines)
            self._fill(start, lines)
            self._pin = None
        if self.at_end and not self._held:
            self._pin = None
        if self._held:
            self._pin_where_we_are()
        if look_back:
            self._above(*start, lines)
        self.top = blocks.top(start[0]) + start[1]
        self.at_start = self.top == 0

    def look_back(self, lines: int) -> int:
        """Measure the page above, so that it cannot jump when somebody leafs back; returns how far that moves `top`."""
        place = self._blocks.find(self.visible[0].key) if self.visible else None
        if place is None:
            return 0
        before = self.top
        self._above(place, self.visible[0].start, lines)
        self.top = self._blocks.top(place) + self.visible[0].start
        return self.top - before

    def _pinned_start(self) -> tuple[Place, int] | None:
        if self._pin is None:
            return None
        key, row = self._pin
        place = self._blocks.find(key)
        if place is None:
            return None
        row = min(row, self._measure(place) - 1)
        self._pin = key, row
        return place, row

    def _fill(self, start: tuple[Place, int], lines: int) -> bool:
        """Walk down from a row until the screen is full; False where the messages end before that."""
        self.visible = []
        place: Place | None
        place, row = start
        left = lines
        self.at_end = False
        while place is not None and left > 0:
            height = self._measure(place)
            end = min(height, row + left)
            self.visible.append(Visible(self._blocks.key(place), row, end))
            left -= end - row
            row = 0
            following = self._blocks.step(place, 1)
            self.at_end = following is None and end == height
            place = following
        return left == 0

    def _last_page(self, lines: int) -> tuple[Place, int]:
        last = self._blocks.last()
        if last is None:
            raise ValueError("there is no message")
        return self._above(last, self._measure(last), lines)

    def _above(self, place: Place, row: int, count: int) -> tuple[Place, int]:
        """The place and row `count` rows above, measured on the way; the first row where there are fewer."""
        while row < count:
            before = self._blocks.step(place, -1)
            if before is None:
                return place, 0
            count -= row
            place, row = before, self._measure(before)
        return place, row - count

    def _measure(self, place: Place) -> int:
        height = self._measure_key(self._blocks.key(place))
        self._blocks.set_height(place, height)
        return height

    def _pin_where_we_are(self) -> None:
        if self._pin is None and self.visible:
            self._pin = self.visible[0].key, self.visible[0].start
            self._resume = True

    def _after_removal(self, gone: Collection[int], lines: int) -> tuple[int, int, int] | None:
        """Where to `put` what, once `gone` is gone: only when the pinned message is among it."""
        if self._pin is None or self._pin[0] not in gone:
            return None
        place = self._blocks.find(self._pin[0])
        line = -self._pin[1]
        self._pin = None
        while place is not None:
            key = self._blocks.key(place)
            if key not in gone:
                return key, 0, min(line, lines)
            line += self._blocks.height(place)
            place = self._blocks.step(place, 1)
        return None

    def _is_after(self, place: Place, key: int) -> bool:
        other = self._blocks.find(key)
        return other is not None and place > other
