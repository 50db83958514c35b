"""Operator's log: lines on standard error, written by a thread of their own, so that nobody waits for their reader.

What can't be written is dropped and counted, and of lines that say the same so many a minute are written.
"""

import logging
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType

_STDERR = 2
_WAITING_MOST = 1_000  # lines
_SAME_MOST = 10  # lines in a minute that differ only in their values
_MINUTE = 60.0
_KINDS_MOST = 500  # that are counted apart
_OTHERS = (logging.WARNING, "other lines")
_FLUSH_SECONDS = 1.0


class SameLines:
    """Limit of lines that say the same: the first ten of a minute pass, the rest are counted. Pure.

    `now` is in seconds. A kind is the level and the text of a line without its values.
    """

    def __init__(self) -> None:
        self._counts: dict[tuple[int, str], int] = {}
        self._ends_at = 0.0

    def may_pass(self, kind: tuple[int, str]) -> bool:
        """Count a line; is it among the first?"""
        if kind not in self._counts and len(self._counts) >= _KINDS_MOST:
            self._counts[_OTHERS] = self._counts.get(_OTHERS, _SAME_MOST) + 1
            return False
        self._counts[kind] = count = self._counts.get(kind, 0) + 1
        return count <= _SAME_MOST

    def surplus(self, now: float) -> list[tuple[tuple[int, str], int]]:
        """Once a minute, the kinds of which there were more, and how many more."""
        if now < self._ends_at:
            return []
        self._ends_at = now + _MINUTE
        counts, self._counts = self._counts, {}
        return [(kind, count - _SAME_MOST) for kind, count in counts.items() if count > _SAME_MOST]


class OperatorLog(logging.Handler):
    """Log handler with a thread that writes; `write` is given whole lines, and may block or fail."""

    def __init__(self, write: Callable[[bytes], None], now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        self._write = write
        self._now = now
        self._same = SameLines()
        self._same.surplus(now())
        self._waiting: deque[bytes] = deque()
        self._dropped = 0
        self._fails = False  # the last line could not be written
        self._ended = False
        self._changed = threading.Condition(threading.Lock())
        self._thread = threading.Thread(target=self._run, name="operator-log", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Queue a line; what is too much is counted instead."""
        with self._changed:
            self._summarize()
            if self._same.may_pass((record.levelno, str(record.msg))):
                try:
                    self._push(record)
                except Exception:  # noqa: BLE001 - values that don't fit the text; there is no other place to say so
                    self._dropped += 1

    def _summarize(self) -> None:
        for (level, text), count in self._same.surplus(self._now()):
            line = logging.LogRecord("", level, "", 0, "… and %d more within a minute: %s", (count, text), None)
            self._push(line)

    def _push(self, record: logging.LogRecord) -> None:
        if len(self._waiting) >= _WAITING_MOST:
            self._dropped += 1
        else:
            self._waiting.append(self._encoded(record))
            self._changed.notify()

    def end(self, timeout: float = _FLUSH_SECONDS) -> None:
        """Write what waits, as far as that goes within so many seconds."""
        with self._changed:
            self._ended = True
            self._changed.notify()
        self._thread.join(timeout)

    # -- in the thread ------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while (taken := self._next()) is not None:
            line, stands_for = taken
            try:
                self._write(line)
                self._fails = False
            except OSError:  # nobody reads, or the disk behind it is full: later ones may pass
                self._fails = True
                with self._changed:
                    self._dropped += stands_for

    def _next(self) -> tuple[bytes, int] | None:
        """Wait for the next line to write, and for how many it stands; None at the end."""
        with self._changed:
            while True:
                if self._dropped and not self._fails:
                    dropped, self._dropped = self._dropped, 0
                    text = "lines that could not be written: %d"
                    return self._encoded(logging.LogRecord("", logging.WARNING, "", 0, text, (dropped,), None)), dropped
                if self._waiting:
                    return self._waiting.popleft(), 1
                if self._ended:
                    return None
                self._changed.wait(_MINUTE)
                self._summarize()

    def _encoded(self, record: logging.LogRecord) -> bytes:
        return self.format(record).encode(errors="backslashreplace") + b"\n"


def write_to_stderr(line: bytes) -> None:
    """Write a line, past what Python keeps for its stream: that would be locked while this waits.

    Raises:
        OSError: when it can't be written.
    """
    rest = memoryview(line)
    while rest:
        rest = rest[os.write(_STDERR, rest) :]


def open_missing_streams() -> None:
    """Give a program that was started without a standard stream one that leads nowhere.

    Otherwise the next file that it opens has that number, and gets what is meant for the stream.
    """
    for descriptor, way in ((0, os.O_WRONLY), (1, os.O_RDONLY), (_STDERR, os.O_RDWR)):  # use of the first two fails
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, way)  # the lowest number that is free: this one
    if sys.stderr is None:
        sys.stderr = open(_STDERR, "w", closefd=False)  # noqa: SIM115 - for as long as the program


def begin_operator_log() -> OperatorLog:
    """Have every line of this program go through an operator's log: of its libraries, its threads and its faults."""
    handler = OperatorLog(write_to_stderr)
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    logging.getLogger("websockets").setLevel(logging.CRITICAL)
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    log = logging.getLogger("chat_server")

    def tell_thread(fault: threading.ExceptHookArgs) -> None:
        _tell(log, "a thread crashed", fault.exc_type, fault.exc_value, fault.exc_traceback)

    def tell_unraisable(fault: "sys.UnraisableHookArgs") -> None:
        _tell(log, "unhandled error", fault.exc_type, fault.exc_value, fault.exc_traceback)

    threading.excepthook = tell_thread
    sys.unraisablehook = tell_unraisable
    return handler


def _tell(
    log: logging.Logger,
    what: str,
    kind: type[BaseException],
    error: BaseException | None,
    traceback: TracebackType | None,
) -> None:
    log.error(what, exc_info=(kind, error or kind(), traceback))
