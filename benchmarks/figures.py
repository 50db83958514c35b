"""The figures that benchmarks tell: a line for each on the screen, a record for each in a file, and what has changed.

A figure is ours beside another of the same run. Absolute values differ from machine to machine and from hour to hour;
so what is compared with earlier runs is the ratio.
"""

import math
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

FILE = "BENCH_FIGURES"
"""The environment variable that names the file to which each figure is added, as a line of JSON."""

NOTABLE = 1.15
"""By this factor a ratio has to be better or worse to be spoken of."""


class Figure(msgspec.Struct, frozen=True):
    """`mine` and `theirs` are in `unit`; `ratio` is the first by the second. `what` and `against` name it."""

    what: str
    mine: float
    against: str
    theirs: float
    unit: str
    more_is_better: bool
    ratio: float

    @property
    def name(self) -> str:
        """By which it is found again in another run."""
        return f"{self.what}; {self.against}"


Figures = Mapping[str, Sequence[Figure]]
"""By the name of the script that told them."""


def tell(what: str, mine: float, against: str, theirs: float | None, unit: str, *, more_is_better: bool) -> None:
    """Print a figure, and add it to the file that `FILE` names.

    Where there is nothing to compare with (`theirs` is None, or nothing at all), it is printed only.
    """
    line = f"{what}: {number(mine)} {unit}"
    if not theirs:
        print(f"{line}; {against} {'is not here' if theirs is None else '0'}; no ratio", flush=True)
        return
    ratio = mine / theirs
    print(f"{line}; {against} {number(theirs)}; ratio {number(ratio)}", flush=True)
    if path := os.environ.get(FILE):
        figure = Figure(what, mine, against, theirs, unit, more_is_better, ratio)
        with Path(path).open("ab") as file:
            file.write(msgspec.json.encode(figure) + b"\n")


def number(value: float) -> str:
    """Three digits that count, and all of those before the point."""
    size = math.floor(math.log10(abs(value))) if value else 2
    return f"{value:,.{max(0, 2 - size)}f}"


def changes(now: Figures, kept: Figures) -> Iterator[str]:
    """A line for each figure that is notably better or worse, that is new, or that is no longer there."""
    for script, figures in now.items():
        before = {figure.name: figure for figure in kept.get(script, ())}
        for figure in figures:
            old = before.pop(figure.name, None)
            if old is None:
                yield f"new: {script}: {figure.name}: ratio {number(figure.ratio)}"
            elif change := _change(figure, old):
                yield f"{change}: {script}: {figure.name}: ratio {number(figure.ratio)}, was {number(old.ratio)}"
        yield from (f"missing: {script}: {name}" for name in before)


def _change(figure: Figure, old: Figure) -> str:
    """In words, "" when it is not worth speaking of."""
    if not figure.ratio or not old.ratio:
        return "" if figure.ratio == old.ratio else "changed"
    gain = figure.ratio / old.ratio if figure.more_is_better else old.ratio / figure.ratio
    if max(gain, 1 / gain) <= NOTABLE:
        return ""
    return f"better by {gain * 100 - 100:.0f} %" if gain > 1 else f"worse by {100 / gain - 100:.0f} %"
