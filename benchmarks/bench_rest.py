"""What the client costs while nothing is said: idle, and with 50 countdowns in view that change every second.

The real client, connected to the real server; weechat, idle in its channel, beside it.
"""

import sys
import tempfile
from pathlib import Path

from flooding import Authors
from lines import AUTHORS, Line
from measuring import Meter, Program, chat_server
from terminals import Terminal
from weechat import INSTALLED, MISSING, IrcServer, weechat

SECONDS = 10.0
COUNTDOWNS = 50
COLUMNS, ROWS = 120, 40
_ALL_ROWS = 3 * COUNTDOWNS + 10
_LIFETIME = 3_000


def _share(terminal: Terminal) -> tuple[float, float]:
    """Shares of a core: this program's, and everybody else's."""
    terminal.settle()
    meter = Meter(Program(terminal.pid, 0))
    terminal.pass_by(SECONDS)
    usage = meter.read()
    return usage.servers[0] / usage.seconds, usage.others / usage.seconds


def _ours(countdowns: int, rows: int) -> tuple[float, float]:
    with chat_server("--rate-limit", "off") as server, tempfile.TemporaryDirectory() as home:
        authors = Authors(server.port)
        client = [sys.executable, "-m", "chat_tui", server.url, "--name", "bench"]
        terminal = Terminal(client, Path(home), COLUMNS, rows)
        try:
            terminal.wait_for("● connected".encode())
            terminal.settle()
            for number in range(countdowns):  # one by one: the server hears one person after the other
                authors.say([Line(AUTHORS[number % len(AUTHORS)], f"/temp {_LIFETIME} until {number}.")])
                terminal.wait_for(f"until {number}.".encode())
            _check(terminal, countdowns)
            return _share(terminal)
        finally:
            terminal.end()
            authors.close()


def _check(terminal: Terminal, countdowns: int) -> None:
    """Raises RuntimeError unless all countdowns are in view."""
    if countdowns:
        terminal.resize(COLUMNS, _ALL_ROWS - 1)
        in_view = terminal.shown.count("⏳".encode())
        if in_view < countdowns:
            raise RuntimeError(f"{in_view} of {countdowns} countdowns are in view")


def _theirs() -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as home:
        terminal = weechat(IrcServer(), Path(home), COLUMNS, ROWS)
        try:
            return _share(terminal)
        finally:
            terminal.end()


def main() -> None:
    """Print one line, and one of details."""
    idle, busy = _ours(0, ROWS), _ours(COUNTDOWNS, _ALL_ROWS)
    text = f"at rest: connected and idle {idle[0]:.2%} of a core; {COUNTDOWNS} countdowns in view {busy[0]:.2%}"
    if INSTALLED:
        weechats = _theirs()
        text += f"; weechat, idle {weechats[0]:.2%}; ratio {idle[0] / weechats[0]:.2f}"
    else:
        text += f"; {MISSING}"
    print(
        f"{text}\n  over {SECONDS:.0f} s each, in ptys of {COLUMNS}x{ROWS} and {COLUMNS}x{_ALL_ROWS};"
        f" other programs {idle[1]:.0%} and {busy[1]:.0%} of a core",
        flush=True,
    )


if __name__ == "__main__":
    main()
