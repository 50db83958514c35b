"""A long history in the message list: first paint, leafing, a new size, a deletion, memory; beside weechat's.

The list is in an app of its own (`list_app.py`); weechat has the same lines, from an IRC server. A list ten times as
long is beside the shorter one. All run in a pty of 120x40. What a key or a new size costs is the time to the last byte
of the repaint that it causes.
"""

import os
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

from figures import tell
from lines import line
from measuring import percentile, resident_kib
from terminals import KEYS, Terminal
from weechat import INSTALLED, MISSING, IrcServer, weechat

from chat_tui.widgets.messages.heights import MessageBlocks

COUNTS = (100_000, 1_000_000)
RUNS = int(os.environ.get("BENCH_RUNS", "3"))
PAGES = 150
_DELETIONS = 25
COLUMNS, ROWS = 120, 40
_APP = Path(__file__).with_name("list_app.py")
_LAST = "Ж"


def _first_paint(count: int) -> float:
    with tempfile.TemporaryDirectory() as home:
        terminal = Terminal([sys.executable, str(_APP), str(count)], Path(home), COLUMNS, ROWS)
        try:
            terminal.wait_for(line(count).text.split()[0].encode() if count else b"loaded")
            assert terminal.painted is not None
            return terminal.painted
        finally:
            terminal.end()


class Leafed(NamedTuple):
    """PageUp's median and 99th percentile, and the median of a new size, in seconds; MiB."""

    p50: float
    p99: float
    resize: float
    mib: float


WORDS = (("PageUp p50", "ms", 1e3), ("PageUp p99", "ms", 1e3), ("resize", "ms", 1e3), ("memory", "MiB", 1))
"""What each field of `Leafed` is called, the unit in which it is told, and how many of these are in one of its own."""


def _leaf(terminal: Terminal) -> Leafed:
    terminal.settle()
    mib = resident_kib(terminal.pid) / 1024
    pages = [terminal.repaint(KEYS["pageup"]) for _ in range(PAGES)]
    sizes = [terminal.resize(*size) for _ in range(RUNS) for size in ((100, 40), (COLUMNS, ROWS))]
    return Leafed(median(pages), percentile(pages, 99), median(sizes), mib)


def _ours(count: int) -> Leafed:
    with tempfile.TemporaryDirectory() as home:
        terminal = Terminal([sys.executable, str(_APP), str(count)], Path(home), COLUMNS, ROWS)
        try:
            terminal.wait_for(b"loaded")
            return _leaf(terminal)
        finally:
            terminal.end()


def _theirs(count: int) -> Leafed:
    with tempfile.TemporaryDirectory() as home:
        server = IrcServer()
        terminal = weechat(server, Path(home), COLUMNS, ROWS)
        try:
            # What it draws has to be read meanwhile, else it stops reading.
            threading.Thread(target=server.say, args=(0, count, _LAST), daemon=True).start()
            terminal.wait_for(_LAST.encode())
            return _leaf(terminal)
        finally:
            terminal.end()


def _deletion(count: int) -> float:
    """Milliseconds that it takes the list to forget a message in the middle and to find its place again."""
    blocks = MessageBlocks()
    blocks.extend((key, len(line(key).text), False) for key in range(1, count + 1))
    took = []
    for run in range(_DELETIONS):
        key = count // 2 + run
        begin = time.perf_counter()
        blocks.remove([key])
        blocks.place_at(blocks.total // 2)
        took.append(time.perf_counter() - begin)
    return median(took) * 1e3


def _tell(count: int, mine: Leafed, against: str, theirs: Leafed | None) -> None:
    for (what, unit, each), one, other in zip(WORDS, mine, theirs or [None] * len(WORDS), strict=True):
        those = None if other is None else other * each
        tell(f"list of {count:,}, {what}", one * each, against, those, unit, more_is_better=False)


def main() -> None:
    """Tell the shorter list beside weechat's, and the longer one beside the shorter."""
    if not INSTALLED:
        print(MISSING, flush=True)
    short, long = COUNTS
    empty, *paints = (median(_first_paint(count) for _ in range(RUNS)) * 1e3 for count in (0, short, long))
    for count, paint in zip(COUNTS, paints, strict=True):
        tell(f"list of {count:,}, first paint", paint, "an empty one", empty, "ms", more_is_better=False)
    mine, larger = _ours(short), _ours(long)
    _tell(short, mine, "weechat", _theirs(short) if INSTALLED else None)
    _tell(long, larger, f"{short:,}", mine)
    one, other = _deletion(long), _deletion(short)
    tell(f"list of {long:,}, deletion in the middle", one, f"{short:,}", other, "ms", more_is_better=False)
    print(f"  {PAGES} pages; medians of {RUNS} first paints and of {RUNS * 2} sizes", flush=True)


if __name__ == "__main__":
    main()
