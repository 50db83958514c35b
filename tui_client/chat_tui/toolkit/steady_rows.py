"""Steady rows: put whatever stands in a row into the cells it was measured for, however wide the terminal draws it.

Terminals disagree about some characters. Where one draws fewer cells than were counted, what follows in the row would
stand too far to the left, and the end of what was there before would stay. So such a text is written onto blanks of its
own, and what follows begins at its own cell. The text itself is written in one go, with no gaps in its words: therefore
a row that has such a text is always drawn whole.
"""

from typing import Any, cast

from rich.console import Console
from rich.segment import Segment
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip

from chat_protocol.patterns import deferred
from chat_tui.toolkit.cells import cell_len
from chat_tui.toolkit.compositor import CullingCompositor

AGREED = (
    "[ -~\xa0-\xac\xae-\u0377\u0384-\u0386\u0388-\u038a\u038e-\u03a1\u03a3-\u0482"  # Latin, Greek, Cyrillic
    "\u2010-\u2027\u2030-\u205e\u2190-\u22ff\u23ce\u23f3\u2325\u2500-\u25fc\u2713\u2717\u2800-\u28ff"  # what we use
    "\u3001-\u3029\u3041-\u3096\u309b-\u30ff\u4e00-\u9fa5\uac00-\ud7a3\uff01-\uff60]*"  # Chinese, Japanese, Korean
)
"""Characters of which all terminals think the same; of others it does not matter much that most do."""
_PATTERN = deferred(AGREED)  # it takes 2 ms
USUAL = frozenset(map(chr, range(0x20, 0x7F))) | frozenset("…↑↓⏎→─✓●○╭⌥↪▸←·◌▲▏▎▊▔▁┃│⏳⇧•“”—\u2019")
"""Those of them that stand on most screens."""
_SAVE, _BACK = "\x1b7", "\x1b8"


def is_disputed(text: str) -> bool:
    """May a terminal draw this in fewer cells than were counted?"""
    return not (text.isascii() or USUAL.issuperset(text) or _PATTERN.fullmatch(text))


def steadied(strip: Strip) -> Strip:
    """The strip as it is to be written: the same one where no terminal disagrees."""
    for text, _, _ in strip:
        if not text.isascii() and is_disputed(text):  # a call for each part of each row would be felt
            return Strip([_placed(one) if is_disputed(one.text) else one for one in strip], strip.cell_length)
    return strip


def _placed(segment: Segment) -> Segment:
    cells = cell_len(segment.text)
    forward = f"\x1b[{cells}C" if cells else ""  # none at all would be one
    return Segment(f"{_SAVE}{' ' * cells}{_BACK}{_SAVE}{segment.text}{_BACK}{forward}", segment.style)


class _SteadyLayout(LayoutUpdate):
    """A whole screen, steady where it is written to a terminal; a picture of it has the texts alone."""

    def render_segments(self, console: Console) -> str:
        """What is written."""
        steady = LayoutUpdate([[steadied(strip) for strip in row] for row in self.strips], self.region)
        return steady.render_segments(console)


class SteadyCompositor(CullingCompositor):
    """Writes steady rows."""

    _disputed: frozenset[int] = frozenset()
    """The rows of the screen in which a text is disputed."""

    def render_full_update(self, simplify: bool = False) -> LayoutUpdate:  # noqa: FBT001, FBT002  # Textual's signature
        """Render everything."""
        update = super().render_full_update(simplify)
        strips = [list(row) for row in update.strips]
        self._disputed = frozenset(
            y for y, row in enumerate(strips) if any(steadied(strip) is not strip for strip in row)
        )
        return _SteadyLayout(list(strips), update.region)

    def render_part(self, region: Region) -> LayoutUpdate | None:
        """None where a text of it is or was disputed: such rows are drawn from end to end."""
        if not self._disputed.isdisjoint(range(region.y, region.bottom)):
            return None
        update = super().render_part(region)
        if update is None or any(steadied(strip) is not strip for row in update.strips for strip in row):
            return None
        return update

    def render_partial_update(self) -> ChopsUpdate | None:
        """Render what is dirty, and rows in which a text is or was disputed from end to end."""
        dirty = frozenset(self._dirty_regions)
        while True:
            if self._disputed:
                self._dirty_regions.update(self._whole_rows(dirty))
            update = super().render_partial_update()
            if update is None:
                return None
            whole = {y for y, start, end in update.spans if start <= 0 and end >= self.size.width}
            disputed = _steady(update)
            if disputed <= whole:
                self._disputed = (self._disputed - whole) | disputed
                return update
            self._disputed |= disputed
            self._dirty_regions.update(dirty)

    def _whole_rows(self, dirty: frozenset[Region]) -> list[Region]:
        rows = {y for region in dirty for y in self._disputed.intersection(range(region.y, region.bottom))}
        return [Region(0, y, self.size.width, 1) for y in rows]


def _steady(update: ChopsUpdate) -> set[int]:
    """Steady all rows of an update; returns those in which a text is disputed."""
    disputed = set()
    for y in {y for y, _, _ in update.spans}:
        row = cast("dict[int, Strip | None]", update.chops[y])  # as the compositor makes it
        for x, strip in row.items():
            if strip is not None and (steady := steadied(strip)) is not strip:
                row[x] = steady
                disputed.add(y)
    return disputed


def draw_steadily(screen: Screen[Any]) -> SteadyCompositor:
    """Have a screen drawn so, to be said before it is shown; returns what draws it."""
    screen._compositor = compositor = SteadyCompositor()
    return compositor
