"""Commands on a log's file, beside a server or without one: `chat-server backup`, `restore` and `export`."""

import argparse
import os
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from chat_server.log import OpenError

COMMANDS = {
    "backup": "copy a log as it is now, even while a server is using it",
    "restore": "replace a log with a backup while no server is using it; the old log is kept beside it",
    "export": "print every message in a log as a line of JSON, oldest first",
}
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_BLOCK = 65_536


class _StoppedError(BaseException):
    """A signal asks to end. `number` is the signal's."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def run(arguments: Sequence[str]) -> int:
    """Carry out the command that the first argument names. Returns the exit status."""
    command = arguments[0]
    given = _parse(command, arguments[1:])
    try:
        with _ended_by_signals():
            _carry_out(command, given)
    except OpenError as error:
        return _fail(str(error))
    except BrokenPipeError:  # whoever reads has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    except OSError as error:
        return _fail(f"Can't {command}: {error.strerror or error}.")
    except _StoppedError as stopped:
        _fail({"export": "Stopped; the export is incomplete."}.get(command, "Stopped; nothing was changed."))
        return 128 + stopped.number
    return 0


def _parse(command: str, arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"chat-server {command}", description=COMMANDS[command])
    if command == "restore":
        parser.add_argument("file", help="the backup; it is not changed")
    parser.add_argument("log", help="the log file, or its sqlite:PATH")
    if command == "backup":
        parser.add_argument("file", help="where to write the backup; must not exist yet")
    return parser.parse_args(arguments)


def _carry_out(command: str, given: argparse.Namespace) -> None:
    from chat_server.log.sqlite import backup, path_of, restore  # noqa: PLC0415 - a server without a file needs none

    log = path_of(given.log)
    match command:
        case "backup":
            backup(log, path_of(given.file))
        case "restore":
            old = restore(path_of(given.file), log)
            if old is not None:
                print(f"chat-server: the old log is now {old}; delete it when you no longer need it.", file=sys.stderr)
        case "export":
            from chat_server.ops.export import export  # noqa: PLC0415 - only this command needs it

            _write_lines(export(log))


def _write_lines(lines: Iterable[bytes]) -> None:
    """Write to standard output, with no buffer that would have to be written when it is no use any more."""
    block = bytearray()
    for line in lines:
        block += line + b"\n"
        if len(block) >= _BLOCK:
            _write(block)
            block.clear()
    _write(block)


def _write(block: bytearray) -> None:
    rest = memoryview(bytes(block))
    while rest:
        rest = rest[os.write(1, rest) :]


def _fail(sentence: str) -> int:
    print(f"chat-server: {sentence}", file=sys.stderr)
    return 1


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Within the block, what asks a program to end is raised, so that what was begun is undone."""

    def stop(number: int, _frame: FrameType | None) -> None:
        for each in _ENDING:
            signal.signal(each, signal.SIG_IGN)  # once: what is undone now is undone to its end
        raise _StoppedError(number)

    usual = {number: signal.signal(number, stop) for number in _ENDING}
    try:
        yield
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)
