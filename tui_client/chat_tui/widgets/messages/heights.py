"""Message heights, for a million messages: columns in blocks, no object a message.

A message is a key, a length class of one byte, and a height that is an *estimate* from that byte until somebody
measures it. Far blocks hold no heights at all: a new width re-estimates a block with one `bytes.translate`.
Positions are `(block, index)` places; they are good until the next change of the messages.
"""

import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Sequence
from itertools import accumulate

Place = tuple[int, int]
Size = tuple[int, int, int]
"""(key, characters of text, what is above the text: HEADER, PREVIEW or NOTHING)."""

HEADER, PREVIEW, NOTHING = range(3)
"""A header; a preview and a header; neither, nor a gap, since the message goes on from the one above it."""

BLOCK = 512
FOLD_ROWS = 50
"""A text of more rows than this is folded, until somebody asks for all of it."""

_LENGTHS = 64
_FINE = 50
_CLASS_CHARACTERS = [8 * min(low, _FINE) + 288 * max(0, low - _FINE) for low in range(_LENGTHS)]


def length_class(characters: int, above: int) -> int:
    """One byte for how long a text is (bits 0 to 5, coarser when long) and what is above it (bits 6 and 7)."""
    low = (characters + 7) // 8 if characters <= 8 * _FINE else min(63, _FINE + (characters - 8 * _FINE + 287) // 288)
    return low + _LENGTHS * above


def height_table(width: int, extra: int) -> bytes:
    """The estimated rows for each length class: text wrapped at `width`, and `extra` rows for header and gap."""
    rows = [extra + min(FOLD_ROWS, max(1, -(-(n - 4) * 21 // (width * 20)))) for n in _CLASS_CHARACTERS]
    return bytes(rows + [row + 1 for row in rows] + [row - extra for row in rows] + rows)


class _Block:
    """Up to BLOCK messages; `heights` is None while none of them was measured."""

    __slots__ = ("classes", "heights", "keys", "total")

    def __init__(self) -> None:
        self.keys: array[int] = array("q")
        self.classes = bytearray()
        self.heights: list[int] | None = None
        self.total = 0

    def add(self, key: int, kind: int, height: int) -> None:
        self.keys.append(key)
        self.classes.append(kind)
        if self.heights is not None:
            self.heights.append(height)
        self.total += height

    def insert(self, at: int, key: int, kind: int, height: int) -> None:
        self.keys.insert(at, key)
        self.classes.insert(at, kind)
        if self.heights is not None:
            self.heights.insert(at, height)
        self.total += height

    def split(self, table: bytes) -> "_Block":
        """Keep the first half; returns the other one."""
        half, other = len(self.keys) // 2, _Block()
        other.keys, self.keys = self.keys[half:], self.keys[:half]
        other.classes, self.classes = self.classes[half:], self.classes[:half]
        if self.heights is not None:
            other.heights, self.heights = self.heights[half:], self.heights[:half]
        self.total, other.total = sum(self.rows(table)), sum(other.rows(table))
        return other

    def rows(self, table: bytes) -> Sequence[int]:
        return self.classes.translate(table) if self.heights is None else self.heights

    def estimate(self, table: bytes) -> None:
        self.heights = None
        # The low half of this checksum is the sum of bytes, up to 65,520 and in C: 2 ms for a million heights, not 11.
        self.total = zlib.adler32(self.classes.translate(table), 0) & 0xFFFF


class MessageBlocks:
    """The messages in order of their keys, then the unsent ones, with the heights of all."""

    def __init__(self) -> None:
        self._table = height_table(80, 2)
        self._blocks = [_Block()]  # the last block holds the unsent messages, in the order given
        self._tops: list[int] | None = None
        self._count = 0

    @property
    def block_sizes(self) -> list[int]:
        """How many messages each block holds; the last one has those that are not sent yet."""
        return [len(block.keys) for block in self._blocks]

    def __len__(self) -> int:
        return self._count

    @property
    def total(self) -> int:
        """Rows of everything."""
        return self._sums()[-1]

    def set_width(self, width: int, extra: int) -> None:
        """Estimate everything anew: text of `width` cells, `extra` rows a message around it."""
        self._table = height_table(width, extra)
        for block in self._blocks:
            block.estimate(self._table)
        self._tops = None

    def reset(self, sizes: Iterable[Size]) -> None:
        """Replace all but the unsent messages; keys ascend."""
        del self._blocks[:-1]
        self._count = len(self._blocks[-1].keys)
        self.extend(sizes)

    def extend(self, sizes: Iterable[Size]) -> None:
        """Append messages whose keys ascend and are greater than all before. Raises ValueError where they don't."""
        blocks, table = self._blocks, self._table
        block = blocks[-2] if len(blocks) > 1 else None
        newest = block.keys[-1] if block is not None else 0
        for key, characters, above in sizes:
            if key <= newest:
                raise ValueError(f"message {key} comes after {newest}")
            if block is None or len(block.keys) >= BLOCK:
                block = _Block()
                blocks.insert(-1, block)
            kind = length_class(characters, above)
            block.add(key, kind, table[kind])
            self._count += 1
            newest = key
        self._tops = None

    def prepend(self, sizes: Iterable[Size]) -> None:
        """Put older messages first; keys ascend and are less than all others. Raises ValueError where they aren't."""
        older = MessageBlocks()
        older._table = self._table
        older.extend(sizes)
        if not len(older):
            return
        if len(self._blocks) > 1 and older._blocks[-2].keys[-1] >= self._blocks[0].keys[0]:
            raise ValueError("older messages must come before the first one")
        self._blocks[:0] = older._blocks[:-1]
        self._count += len(older)
        self._tops = None

    def insert(self, sizes: Iterable[Size]) -> None:
        """Put messages in their places; keys ascend and are none that are here, else ValueError."""
        sizes = list(sizes)
        if len(self._blocks) == 1 or (sizes and sizes[-1][0] < self._blocks[0].keys[0]):
            self.prepend(sizes)
            return
        for key, characters, above in sizes:
            number = max(
                0, bisect_right(self._blocks, key, 0, len(self._blocks) - 1, key=lambda block: block.keys[0]) - 1
            )
            block = self._blocks[number]
            at = bisect_left(block.keys, key)
            if at < len(block.keys) and block.keys[at] == key:
                raise ValueError(f"message {key} is here already")
            kind = length_class(characters, above)
            block.insert(at, key, kind, self._table[kind])
            self._count += 1
            if len(block.keys) > BLOCK:
                self._blocks.insert(number + 1, block.split(self._table))
        self._tops = None

    def set_unsent(self, keys: Sequence[int]) -> None:
        """The unsent messages (keys < 0), in the order in which they are shown."""
        block = _Block()
        kind = length_class(40, HEADER)
        for key in keys:
            block.add(key, kind, self._table[kind])
        self._count += len(keys) - len(self._blocks[-1].keys)
        self._blocks[-1] = block
        self._tops = None

    def remove(self, keys: Collection[int]) -> None:
        """Forget messages; keys that are not here are no error."""
        for key in keys:
            place = self.find(key)
            if place is None:
                continue
            block = self._blocks[place[0]]
            block.total -= block.rows(self._table)[place[1]]
            if block.heights is not None:
                block.heights.pop(place[1])
            block.keys.pop(place[1])
            block.classes.pop(place[1])
            self._count -= 1
            self._tops = None
            if not block.keys and place[0] < len(self._blocks) - 1:
                del self._blocks[place[0]]

    def find(self, key: int) -> Place | None:
        """Where a message is, or None."""
        last = len(self._blocks) - 1
        if key < 0:
            keys = self._blocks[last].keys
            return (last, keys.index(key)) if key in keys else None
        number = bisect_right(self._blocks, key, 0, last, key=lambda block: block.keys[0]) - 1
        if number < 0:
            return None
        keys = self._blocks[number].keys
        at = bisect_left(keys, key)
        return (number, at) if at < len(keys) and keys[at] == key else None

    def key(self, place: Place) -> int:
        """The key of the message at a place."""
        return self._blocks[place[0]].keys[place[1]]

    def last(self) -> Place | None:
        """The place of the last message."""
        return self.step((len(self._blocks), 0), -1)

    def step(self, place: Place, by: int) -> Place | None:
        """The place of the message before (-1) or after (1); None at the ends."""
        number, at = place[0], place[1] + by
        if number < len(self._blocks) and 0 <= at < len(self._blocks[number].keys):
            return number, at
        number += by
        while 0 <= number < len(self._blocks):
            if count := len(self._blocks[number].keys):
                return number, 0 if by > 0 else count - 1
            number += by
        return None

    def following(self, keys: Iterable[int]) -> list[int]:
        """The keys that come right after these; keys that are not here have none."""
        places = [place for key in keys if (place := self.find(key)) is not None]
        return [self.key(after) for place in places if (after := self.step(place, 1)) is not None]

    def height(self, place: Place) -> int:
        """Rows of one message, as far as they are known."""
        return self._blocks[place[0]].rows(self._table)[place[1]]

    def set_height(self, place: Place, height: int) -> None:
        """The rows of one message, measured."""
        block = self._blocks[place[0]]
        change = height - block.rows(self._table)[place[1]]
        if not change:
            return
        if block.heights is None:
            block.heights = list(block.classes.translate(self._table))
        block.heights[place[1]] = height
        block.total += change
        self._tops = None

    def top(self, place: Place) -> int:
        """Rows above a message."""
        return self._sums()[place[0]] + sum(self._blocks[place[0]].rows(self._table)[: place[1]])

    def place_at(self, row: int) -> tuple[Place, int]:
        """The message at a row and the row within it; the nearest one where there is none. Needs a message."""
        row = max(0, min(row, self.total - 1))
        number = bisect_right(self._sums(), row) - 1
        sums = [0, *accumulate(self._blocks[number].rows(self._table))]
        left = row - self._sums()[number]
        at = bisect_right(sums, left) - 1
        return (number, at), left - sums[at]

    def keys_between(self, first: Place, last: Place) -> Iterable[int]:
        """The keys from one place to another, both included."""
        for number in range(first[0], last[0] + 1):
            keys = self._blocks[number].keys
            start = first[1] if number == first[0] else 0
            yield from keys[start : last[1] + 1] if number == last[0] else keys[start:]

    def _sums(self) -> list[int]:
        """Rows above each block, and the rows of all at the end."""
        if self._tops is None:
            self._tops = list(accumulate((block.total for block in self._blocks), initial=0))
        return self._tops
