"""A long history in the message list: first paint, leafing, a new size, a deletion, memory; beside weechat's.

The list is in an app of its own (`list_app.py`); weechat has the same lines, from an IRC server. Both run in a pty of
120x40. What a key or a new size costs is the time to the last byte of the repaint that it causes.
"""

import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median

from lines import line
from measuring import resident_kib
from terminals import KEYS, Terminal
from weechat import INSTALLED, MISSING, IrcServer, weechat

from chat_tui.widgets.messages.heights import MessageBlocks

COUNTS = (100_000, 1_000_000)
RUNS = 5
PAGES = 200
COLUMNS, ROWS = 120, 40
_APP = Path(__file__).with_name("list_app.py")
_LAST = "Ж"


def _percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def _first_paint(count: int) -> float:
    with tempfile.TemporaryDirectory() as home:
        terminal = Terminal([sys.executable, str(_APP), str(count)], Path(home), COLUMNS, ROWS)
        try:
            terminal.wait_for(line(count).text.split()[0].encode() if count else b"loaded")
            assert terminal.painted is not None
            return terminal.painted
        finally:
            terminal.end()


def _leaf(terminal: Terminal) -> tuple[float, float, float, float]:
    """PageUp's median and 99th percentile, a resize's median (seconds); MiB."""
    terminal.settle()
    mib = resident_kib(terminal.pid) / 1024
    pages = [terminal.repaint(KEYS["pageup"]) for _ in range(PAGES)]
    sizes = [terminal.resize(*size) for _ in range(RUNS) for size in ((100, 40), (COLUMNS, ROWS))]
    return median(pages), _percentile(pages, 0.99), median(sizes), mib


def _ours(count: int) -> tuple[float, float, float, float]:
    with tempfile.TemporaryDirectory() as home:
        terminal = Terminal([sys.executable, str(_APP), str(count)], Path(home), COLUMNS, ROWS)
        try:
            terminal.wait_for(b"loaded")
            return _leaf(terminal)
        finally:
            terminal.end()


def _theirs(count: int) -> tuple[float, float, float, float]:
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
    """Seconds that it takes the list to forget a message in the middle and to find its place again."""
    blocks = MessageBlocks()
    blocks.extend((key, len(line(key).text), False) for key in range(1, count + 1))
    took = []
    for run in range(RUNS * 5):
        key = count // 2 + run
        begin = time.perf_counter()
        blocks.remove([key])
        blocks.place_at(blocks.total // 2)
        took.append(time.perf_counter() - begin)
    return median(took)


def _figures(leafed: tuple[float, float, float, float]) -> str:
    p50, p99, resize, mib = leafed
    return f"PageUp p50 {p50 * 1e3:.1f} p99 {p99 * 1e3:.1f} ms, resize {resize * 1e3:.1f} ms, {mib:.1f} MiB"


def main() -> None:
    """Print a line for each length of history."""
    if not INSTALLED:
        print(MISSING, flush=True)
    empty = median(_first_paint(0) for _ in range(RUNS))
    for count in COUNTS:
        paint = median(_first_paint(count) for _ in range(RUNS))
        text = (
            f"message list of {count:,}: first paint {paint * 1e3:.0f} ms ({paint / empty:.2f} of the empty app's);"
            f" {_figures(_ours(count))}, deletion in the middle {_deletion(count) * 1e3:.2f} ms"
        )
        if INSTALLED:
            text += f"; weechat: {_figures(_theirs(count))}"
        print(text, flush=True)


if __name__ == "__main__":
    main()
