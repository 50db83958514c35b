"""Cell widths by the rules of usual terminals, and the table of their maximum that the client measures by.

Run as a program, it prints the ranges of `chat_tui/toolkit/cell_table.py`.
"""

import ctypes
import sys
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from itertools import groupby

import wcwidth
from rich.cells import CellTable

Rule = Callable[[int], int]

OLDEST_UNICODE = 10
"""Terminals that know no more than this are still in use: what came later is one cell wide there, also marks."""
_DRAWN_AS_NOTHING = frozenset({"Mn", "Me", "Cf"})
_SOFT_HYPHEN = 0xAD
_FUTURE_EMOJI = ((0x1F6D8, 0x1F6FF), (0x1F7F0, 0x1F7FF), (0x1FA70, 0x1FAFF))
"""Reserved for emoji: a newer terminal draws them in two cells."""


def by_categories(point: int) -> int:
    """What has no rule of its own is wide by East Asian width; spacing vowel signs, fillers, jamo take a cell."""
    char = chr(point)
    category = unicodedata.category(char)
    if category == "Cn":  # Python calls some of what is not assigned full-width
        return 1
    if point != _SOFT_HYPHEN and category in _DRAWN_AS_NOTHING:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def by_glib(point: int) -> int:
    """As VTE: conjoining jamo are nothing."""
    return 0 if 0x1160 <= point <= 0x11FF or point == 0x200B else by_categories(point)


def by_wcwidth(point: int) -> int:
    """As terminals that follow Markus Kuhn's function; half a flag has half of its cells."""
    return 1 if 0x1F1E6 <= point <= 0x1F1FF else max(0, wcwidth.wcwidth(chr(point)))


def by_emoji_style(point: int) -> int:
    """As a terminal where the selector makes the sign before it wide."""
    return int(point == 0xFE0F)


def by_new_emoji(point: int) -> int:
    """As a terminal with a newer Unicode than any of these."""
    return 2 if any(first <= point <= last for first, last in _FUTURE_EMOJI) else 0


def by_tables() -> dict[str, Rule]:
    """One rule for each version of Unicode that a terminal may know."""
    versions: tuple[str, ...] = import_module("rich._unicode_data._versions").VERSIONS
    return {
        f"Unicode {version}": _by_table(version) for version in versions if int(version.split(".")[0]) >= OLDEST_UNICODE
    }


def _by_table(version: str) -> Rule:
    table: CellTable = import_module(f"rich._unicode_data.unicode{version.replace('.', '-')}").cell_table
    widths = {point: cells for first, last, cells in table.widths for point in range(first, last + 1)}
    return lambda point: widths.get(point, 1)


def by_libc() -> dict[str, Rule]:
    """As tmux and xterm, which ask the system; nothing where that can't be asked."""
    libc = ctypes.CDLL(None)
    libc.setlocale.restype = ctypes.c_char_p
    libc.newlocale.restype = libc.uselocale.restype = ctypes.c_void_p
    libc.newlocale.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p]
    libc.uselocale.argtypes = [ctypes.c_void_p]
    locale = libc.newlocale(1, b"C.UTF-8", None)
    if not locale or not hasattr(libc, "wcwidth"):
        return {}

    def width(point: int) -> int:
        before = libc.uselocale(locale)
        try:
            return max(0, libc.wcwidth(point))
        finally:
            libc.uselocale(before)

    return {"libc": width}


@cache
def rules() -> dict[str, Rule]:
    """Every rule by its name."""
    return {
        "categories": by_categories,
        "glib": by_glib,
        "wcwidth": by_wcwidth,
        "emoji style": by_emoji_style,
        "new emoji": by_new_emoji,
        **by_tables(),
        **(by_libc() if sys.platform == "linux" else {}),
    }


def drawn_points() -> Iterator[int]:
    """Every code point that is ever drawn: no controls, no halves of a pair, none of planes that have no letters."""
    for point in (*range(0x20, 0x40000), *range(0xE0000, 0xE1000)):
        if not (0x7F <= point < 0xA0 or 0xD800 <= point < 0xE000):
            yield point


@cache
def widest() -> dict[int, int]:
    """For each code point the cells of the rule that gives most."""
    chosen = list(rules().values())
    return {point: max(rule(point) for rule in chosen) for point in drawn_points()}


def ranges() -> list[tuple[int, int, int]]:
    """The code points that are not one cell wide, as (first, last, cells)."""
    found: list[tuple[int, int, int]] = []
    for cells, points in groupby(widest().items(), key=lambda item: item[1]):
        if cells != 1:
            run = [point for point, _ in points]
            at = 0
            for end in range(1, len(run) + 1):
                if end == len(run) or run[end] != run[end - 1] + 1:
                    found.append((run[at], run[end - 1], cells))
                    at = end
    return found


def main() -> None:
    """Print the table."""
    line = "   "
    for first, last, cells in ranges():
        entry = f" (0x{first:X}, 0x{last:X}, {cells}),"
        if len(line) + len(entry) > 120:
            print(line)
            line = "   "
        line += entry
    print(line)


if __name__ == "__main__":
    main()
