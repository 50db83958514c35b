"""Metrics: counters and histograms, and their text format for Prometheus (exposition format 0.0.4). Pure: no I/O.

No metric holds a person's name or a message's text, so that anybody who can reach the port may read them.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Histogram:
    """Histogram of seconds: counts the values in each bucket, and adds all of them up."""

    __slots__ = ("_in_each", "sum")

    def __init__(self) -> None:
        self._in_each = [0] * (len(_BOUNDS) + 1)
        self.sum = 0.0

    def observe(self, seconds: float) -> None:
        """Count one value."""
        self._in_each[bisect_left(_BOUNDS, seconds)] += 1
        self.sum += seconds

    def samples(self) -> list["Sample"]:
        """The buckets, each with all that is in those below it, then sum and count."""
        up_to = list(accumulate(self._in_each))
        bounds = [*map(_number, _BOUNDS), "+Inf"]
        buckets = [Sample(count, {"le": bound}, "_bucket") for bound, count in zip(bounds, up_to, strict=True)]
        return [*buckets, Sample(self.sum, {}, "_sum"), Sample(up_to[-1], {}, "_count")]


@dataclass(slots=True)
class Counts:
    """Counters of the sessions and the server. The hub keeps its own."""

    delivered: defaultdict[type, int] = field(default_factory=lambda: defaultdict(int))  # type of event -> entries kept
    handshakes: int = 0
    refused: Counter[str] = field(default_factory=Counter)  # reason -> handshakes
    errors: Counter[str] = field(default_factory=Counter)  # code -> refused lines
    slow_closes: int = 0
    outbox_most: int = 0  # bytes that waited for one connection
    expiry_lag: Histogram = field(default_factory=Histogram)
    loop_lag: Histogram = field(default_factory=Histogram)


class Sample(NamedTuple):
    """One line: a value, the labels that tell it from its siblings, and what its name has after the family's."""

    value: float
    labels: Mapping[str, str] = {}
    suffix: str = ""


class Family(NamedTuple):
    """Samples of one name. `kind` is `counter`, `gauge` or `histogram`."""

    name: str
    kind: str
    explanation: str
    samples: Iterable[Sample]


def labelled(label: str, counts: Mapping[str, int]) -> list[Sample]:
    """One sample for each key of `counts`, in the order of the keys."""
    return [Sample(count, {label: key}) for key, count in sorted(counts.items())]


def format_metrics(families: Iterable[Family]) -> str:
    """Return the families as Prometheus reads them, each under its help and its type."""
    lines = []
    for family in families:
        lines.append(f"# HELP {family.name} {_escaped(family.explanation)}")
        lines.append(f"# TYPE {family.name} {family.kind}")
        for sample in family.samples:
            pairs = ",".join(f'{key}="{_quotable(value)}"' for key, value in sample.labels.items())
            labels = f"{{{pairs}}}" if pairs else ""
            lines.append(f"{family.name}{sample.suffix}{labels} {_number(sample.value)}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n")


def _quotable(text: str) -> str:
    return _escaped(text).replace('"', r"\"")


def _number(value: float) -> str:
    """As Go reads it; `repr` of a float is the shortest text that is exactly this one."""
    special = {"inf": "+Inf", "-inf": "-Inf", "nan": "NaN"}
    return special.get(repr(value), repr(value))
