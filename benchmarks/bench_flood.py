"""A flood of messages: what each costs the client, how long a key and the last message take; beside it weechat.

The real client, in a pty of 120x40, is in a room of the real server, in which twelve people say the same lines at the
same rate that an IRC server brings to weechat. Servers and senders give way to the client, as if on other computers.
Cost and lag are measured while nobody types, keys in a run of their own. After each flood the client is leafed through
from its end to its beginning: the newest lines, as many as it keeps, have to be on its pages, each once, in the order
in which the server gave them to one of the twelve.
"""

import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import NamedTuple

from aside import Aside, give_way
from figures import tell
from flooding import Authors, Said
from measuring import Meter, Program, Usage, chat_server, percentile
from terminals import KEYS, Terminal
from weechat import INSTALLED, MISSING, IrcServer, weechat

FLOODS = ((1_000, 5.0), (10_000, 3.0))  # messages a second, seconds
RUNS = int(os.environ.get("BENCH_RUNS", "3"))
COLUMNS, ROWS = 120, 40
KEYS_PER_SECOND = 15
KEPT = 20_000  # messages that the client holds
_ALL_ROWS = 1_000  # of the terminal for leafing: fewer pages
_LAST = "Ж"
_LETTERS = "αβγδεζηθικλμνξοπρστυφχψω"  # nobody else writes them
_EMPTY_LINE = b"\x15"
_NUMBER = re.compile(rb"line (\d{6}):")

Flood = Callable[[int, float, str], Said]
Place = Callable[[], AbstractContextManager["Talk"]]


class Talk(NamedTuple):
    """A client in a conversation that has not begun, and what begins it."""

    terminal: Terminal
    flood: Flood


@dataclass(frozen=True, slots=True)
class Run:
    """CPU seconds a message, seconds from the last one's sending to its being shown; what else was used meanwhile."""

    cost: float
    lag: float
    usage: Usage


@contextmanager
def ours() -> Iterator[Talk]:
    """The client of this project."""
    with chat_server("--rate-limit", "off", "--ping-interval", "600") as server, tempfile.TemporaryDirectory() as home:
        give_way(server.pid)
        authors = Authors(server.port)
        client = [sys.executable, "-m", "chat_tui", server.url, "--name", "bench"]
        terminal = Terminal(client, Path(home), COLUMNS, ROWS)
        try:
            terminal.wait_for("● connected".encode())
            terminal.settle()
            yield Talk(terminal, authors.flood)
        finally:
            terminal.end()
            authors.close()


@contextmanager
def theirs() -> Iterator[Talk]:
    """The one to compare with."""
    server = IrcServer()
    with tempfile.TemporaryDirectory() as home:
        terminal = weechat(server, Path(home), COLUMNS, ROWS)
        try:
            yield Talk(terminal, lambda *flood: Said(server.flood(*flood), []))
        finally:
            terminal.end()


def quiet_run(place: Place, per_second: int, seconds: float, *, check: bool) -> Run:
    """A flood while nobody types."""
    count = int(per_second * seconds)
    with place() as (terminal, flood):
        meter = Meter(Program(terminal.pid, 0))
        sender = Aside(lambda: flood(count, per_second, _LAST))
        shown = terminal.begin + terminal.wait_for(_LAST.encode())
        terminal.settle()
        said, usage = sender.result(), meter.read()
        if check:
            leaf_through(terminal, said.order[-KEPT + 1 :])
    return Run(usage.servers[0] / count, shown - said.at, usage)


def typed_run(place: Place, per_second: int, seconds: float) -> list[float]:
    """A flood through which somebody types: seconds until each letter is shown."""
    with place() as (terminal, flood):
        sender = Aside(lambda: flood(int(per_second * seconds), per_second, _LAST))
        echoes: list[float] = []
        while not sender.done:
            for letter in _LETTERS:
                terminal.pass_by(1 / KEYS_PER_SECOND)
                if not sender.done:
                    echoes.append(terminal.echo(letter.encode()))
            terminal.send(_EMPTY_LINE)
        sender.result()
    return echoes


def leaf_through(terminal: Terminal, order: list[int]) -> None:
    """Raises RuntimeError unless the pages show the lines of these numbers, all of them, in this order."""
    terminal.resize(COLUMNS, _ALL_ROWS)
    terminal.repaint(KEYS["pageup"])
    terminal.repaint(KEYS["end"])
    above = len(order)  # lines above the highest one that was seen
    while True:
        page = [int(number) for number in _NUMBER.findall(terminal.shown)]
        at = order.index(page[0]) if page and page[0] in order else -1
        if at < 0 or page != order[at : at + len(page)] or not at < above <= at + len(page):
            raise RuntimeError(f"missed, doubled or out of order: {page}")
        above = at
        if not above:
            return
        terminal.repaint(KEYS["pageup"])


def _tell(per_second: int, seconds: float, runs: list[list[Run]], echoes: list[list[list[float]]]) -> None:
    def middle(of: Callable[[Run], float]) -> list[float]:
        return [median(map(of, each)) for each in runs]

    def echo(part: float) -> list[float]:
        return [median(percentile(run, part) for run in each) * 1e3 for each in echoes]

    flood = f"flood of {per_second:,} a second"
    for what, (mine, *theirs), unit in (
        ("a message", middle(lambda run: run.cost * 1e6), "us of CPU"),
        ("echo of a key p50", echo(50), "ms"),
        ("echo of a key p99", echo(99), "ms"),
        ("last message on the screen after", middle(lambda run: run.lag * 1e3), "ms"),
    ):
        tell(f"{flood}, {what}", mine, "weechat", theirs[0] if theirs else None, unit, more_is_better=False)
    spread = [sorted(run.cost * 1e6 for run in each) for each in runs]
    load = [sum(run.usage.others for run in each) / sum(run.usage.seconds for run in each) for each in runs]
    print(
        f"  medians of {RUNS} floods of {seconds:.0f} s; costs"
        f" {' and '.join(f'{each[0]:.0f} to {each[-1]:.0f}' for each in spread)} us;"
        f" {' and '.join(str(sum(map(len, each))) for each in echoes)} keys, {KEYS_PER_SECOND} a second; chat-tui's"
        f" newest {min(int(per_second * seconds) + 1, KEPT):,} messages are all on its pages, in the server's order;"
        f" servers, sender and other programs {' and '.join(f'{each:.0%}' for each in load)} of a core",
        flush=True,
    )


def main() -> None:
    """Tell the figures of each flood."""
    if not INSTALLED:
        print(MISSING, flush=True)
    places = [ours, theirs] if INSTALLED else [ours]
    for per_second, seconds in FLOODS:
        runs: list[list[Run]] = [[] for _ in places]
        for number in range(RUNS):
            for place, each in zip(places, runs, strict=True):  # by turns: other programs' load is shared fairly
                each.append(quiet_run(place, per_second, seconds, check=place is ours and number == 0))
        echoes: list[list[list[float]]] = [[] for _ in places]
        for _ in range(RUNS):
            for place, typed in zip(places, echoes, strict=True):
                typed.append(typed_run(place, per_second, seconds))
        _tell(per_second, seconds, runs, echoes)


if __name__ == "__main__":
    main()
