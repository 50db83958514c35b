"""How long `chat-tui` takes from its start to the first thing on the screen, to taking keys, and to being connected.

Both in a pty of 120x40, one beside the other in the same run: the client, and a Textual app that shows one word. Each
starts with an empty home and compiled bytecode; what counts is when the bytes have reached the terminal.
"""

import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from figures import tell
from measuring import Meter, chat_server, cpu_seconds, resident_kib
from terminals import Terminal

RUNS = 5
COLUMNS, ROWS = 120, 40
_SETTLED = 0.5  # seconds without output, before the memory is read

EMPTY_APP = """
from textual.app import App
from textual.widgets import Static

class EmptyApp(App):
    def compose(self):
        yield Static("ready")

EmptyApp().run()
"""


@dataclass(frozen=True, slots=True)
class Start:
    """One start: seconds from exec to the first visible character and to two awaited words, CPU seconds, MiB."""

    paint: float
    live: float
    word: float
    cpu: float
    mib: float


def _start(command: Sequence[str], live: str, word: str) -> Start:
    with tempfile.TemporaryDirectory() as home:
        terminal = Terminal(command, Path(home), COLUMNS, ROWS)
        try:
            drawn = terminal.wait_for(live.encode())
            shown = terminal.wait_for(word.encode())
            while terminal.read(_SETTLED):
                pass
            mib, cpu = resident_kib(terminal.pid) / 1024, cpu_seconds(terminal.pid)
        finally:
            terminal.end()
    assert terminal.painted is not None
    return Start(terminal.painted, drawn, shown, cpu, mib)


def _spread(seconds: Iterable[float]) -> str:
    """The least and the most, in milliseconds."""
    values = sorted(seconds)
    return f"{values[0] * 1e3:.0f} to {values[-1] * 1e3:.0f}"


def main() -> None:
    """Tell the times and what was used, beside the empty app."""
    with chat_server() as server:
        command = str(Path(sys.executable).with_name("chat-tui"))
        client = [command, server.url, "--name", "bench"], "Message everyone", "● connected"
        empty = [sys.executable, "-c", EMPTY_APP], "ready", "ready"
        meter = Meter(server)
        runs = [(_start(*client), _start(*empty)) for _ in range(RUNS + 1)][1:]  # the first may have to compile
        usage = meter.read()
    ours, theirs = zip(*runs, strict=True)
    paint, live, word, cpu, mib = (
        (median(getattr(run, what) for run in ours), median(getattr(run, what) for run in theirs))
        for what in ("paint", "live", "word", "cpu", "mib")
    )
    for what, one, other in (
        ("first paint", paint[0], paint[1]),
        ("takes keys", live[0], live[1]),
        ("connected", word[0], paint[1]),
        ("CPU until settled", cpu[0], cpu[1]),
    ):
        tell(f"start, {what}", one * 1e3, "an empty Textual app", other * 1e3, "ms", more_is_better=False)
    tell("start, memory", mib[0], "an empty Textual app", mib[1], "MiB", more_is_better=False)
    print(
        f"  medians of {RUNS}, in a pty of {COLUMNS}x{ROWS}; first paints {_spread(run.paint for run in ours)} and"
        f" {_spread(run.paint for run in theirs)} ms; other programs {usage.others / usage.seconds:.0%} of a core",
        flush=True,
    )


if __name__ == "__main__":
    main()
