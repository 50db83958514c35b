"""A quiet client: its CPU time while nothing happens and while messages count down, and the echo of a key.

The real client, in a pty of 120x40, in a room of the real server; beside it weechat, in a channel. The client has a
core of its own, everything else the others. By turns, and each program anew in every round.
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from figures import tell
from measuring import MEASURED, OTHERS, Meter, Program, chat_server, on, percentile
from terminals import Terminal
from weechat import INSTALLED, MISSING, IrcServer, weechat
from wire import Client, connect

ROUNDS = int(os.environ.get("BENCH_RUNS", "3"))
COLUMNS, ROWS = 120, 40
IDLE, SETTLED = 6.0, 1.5  # seconds
COUNTDOWNS, LIFETIME = 50, 900  # messages, seconds: each is shown anew every second
TALL = 160  # rows: each of these messages takes three
COUNTDOWNS_GOAL = 1.0  # per cent of a core, above what the client takes at rest
RATES = {10: 60, 50: 200}  # keys a second: how many
_LETTERS = "αβγδεζηθικλμνξοπρστυφχψω"  # nobody else writes them
_EMPTY_LINE = b"\x15"


@dataclass(frozen=True, slots=True)
class Quiet:
    """Shares of a core, a value a round; seconds until a letter is shown, by the keys a second."""

    idle: list[float] = field(default_factory=list)
    counting: list[float] = field(default_factory=list)  # above `idle`
    echoes: dict[int, list[float]] = field(default_factory=lambda: {rate: [] for rate in RATES})


@contextmanager
def _ours(server: Program) -> Iterator[Terminal]:
    with tempfile.TemporaryDirectory() as home:
        with on(MEASURED):
            client = [sys.executable, "-m", "chat_tui", server.url, "--name", "bench"]
            terminal = Terminal(client, Path(home), COLUMNS, ROWS)
        try:
            terminal.wait_for("● connected".encode())
            yield terminal
        finally:
            terminal.end()


@contextmanager
def _theirs() -> Iterator[Terminal]:
    server = IrcServer()
    with tempfile.TemporaryDirectory() as home:
        with on(MEASURED):
            terminal = weechat(server, Path(home), COLUMNS, ROWS)
        try:
            yield terminal
        finally:
            terminal.end()


def _share(terminal: Terminal) -> float:
    """Of a core, while nobody types."""
    terminal.pass_by(SETTLED)
    meter = Meter(Program(terminal.pid, 0))
    terminal.pass_by(IDLE)
    usage = meter.read()
    return usage.servers[0] / usage.seconds


def _type(terminal: Terminal, quiet: Quiet) -> None:
    for rate, count in RATES.items():
        for number in range(count):
            letter = _LETTERS[number % len(_LETTERS)]
            begin = time.perf_counter()
            quiet.echoes[rate].append(terminal.echo(letter.encode()))
            terminal.pass_by(begin + 1 / rate - time.perf_counter())
            if letter == _LETTERS[-1]:
                _empty(terminal)
        _empty(terminal)


def _empty(terminal: Terminal) -> None:
    terminal.send(_EMPTY_LINE)
    terminal.pass_by(0.3)


def _count_down(terminal: Terminal, author: Client) -> float:
    """The share of a core with all countdowns on the screen."""
    terminal.resize(COLUMNS, TALL)
    for number in range(COUNTDOWNS):
        author.say(f"/temp {LIFETIME} counts down: {number:02}")
    terminal.wait_for(f"counts down: {COUNTDOWNS - 1:02}".encode())
    return _share(terminal)


def _measure(mine: Quiet, theirs: Quiet) -> None:
    """All rounds."""
    for _ in range(ROUNDS):
        # A server of its own: on the old one the countdowns of the round before would go on.
        with chat_server("--rate-limit", "off", "--ping-interval", "600") as server, _ours(server) as terminal:
            mine.idle.append(_share(terminal))
            _type(terminal, mine)
            (author,), _ = connect(server.port, 1)
            mine.counting.append(_count_down(terminal, author) - mine.idle[-1])
            author.socket.close()
        if INSTALLED:
            with _theirs() as terminal:
                theirs.idle.append(_share(terminal))
                _type(terminal, theirs)


def main() -> None:
    """Tell the figures beside weechat's, and the countdowns beside the client's own rest."""
    if not INSTALLED:
        print(MISSING, flush=True)
    mine, theirs = Quiet(), Quiet()
    with on(OTHERS):
        _measure(mine, theirs)
    idle, resting = (median(each.idle) * 100 if each.idle else None for each in (mine, theirs))
    assert idle is not None
    tell("quiet, CPU", idle, "weechat", resting, "% of a core", more_is_better=False)
    counting, what = median(mine.counting) * 100, f"quiet, {COUNTDOWNS} countdowns above that"
    tell(what, counting, "goal", COUNTDOWNS_GOAL, "% of a core", more_is_better=False)
    for rate, echoes in mine.echoes.items():
        others = theirs.echoes[rate]
        for part in (50, 99):
            took = percentile(others, part) * 1e3 if others else None
            what = f"quiet, echo of {rate} keys a second, p{part}"
            tell(what, percentile(echoes, part) * 1e3, "weechat", took, "ms", more_is_better=False)
    keys = " and ".join(f"{len(echoes)}" for echoes in mine.echoes.values())
    print(f"  {ROUNDS} rounds: medians of {IDLE:.0f} s, {keys} keys; {TALL} rows for the countdowns, else {ROWS}")


if __name__ == "__main__":
    main()
