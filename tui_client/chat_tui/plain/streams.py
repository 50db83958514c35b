"""Standard streams: input and output as lines, which never hold up the connection.

Neither is put into non-blocking mode: that would be the mode of everybody who shares them, the shell among them.
"""

import asyncio
import fcntl
import os
import select
import stat
import threading
from collections import deque
from collections.abc import Callable
from typing import NamedTuple, Protocol, TextIO

MOST_LINE_BYTES = 60_000
"""A longer line is cut here, and is not to be sent: a usual server would close the connection for it."""
MOST_AHEAD = 1024 * 1024
"""Characters of input that are read ahead of what can be sent."""
MOST_WAITING_BYTES = 256 * 1024
"""Output that may wait for its reader before nothing more should be written."""
_CHUNK = 65_536
_WHOLE_WRITE = select.PIPE_BUF  # so much at once never waits for a reader, once a pipe is ready at all


class Line(NamedTuple):
    """One line without its end. `cut` when it was too long and something is missing."""

    text: str
    cut: bool


class LineSource(Protocol):
    """What makes lines of the bytes that come; `over` when no more of them should be read."""

    @property
    def over(self) -> bool: ...  # noqa: D102 - as above

    def feed(self, data: bytes) -> list[Line]: ...  # noqa: D102 - as `Splitter`

    def end(self) -> list[Line]: ...  # noqa: D102 - as `Splitter`


class Splitter:
    """Bytes in, lines out; the last line need not have an end. Never holds more than one line of the longest."""

    over = False

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._begun = bytearray()
        self._cut = False

    def feed(self, data: bytes) -> list[Line]:
        """Return the lines that end in `data`."""
        *ends, rest = data.split(b"\n")
        lines = []
        for end in ends:
            self._add(end)
            lines.append(self._line())
        self._add(rest)
        return lines

    def end(self) -> list[Line]:
        """Return what stands after the last line end, if anything does."""
        return [self._line()] if self._begun else []

    def _add(self, data: bytes) -> None:
        room = MOST_LINE_BYTES - len(self._begun)
        self._cut |= len(data) > room
        self._begun += data[:room]

    def _line(self) -> Line:
        line = Line(self._begun.decode(self._encoding, errors="replace"), self._cut)
        self._begun.clear()
        self._cut = False
        return line


class Input:
    """Lines of a file. `arrived` is called in the loop when there are more of them, or there will be none.

    A thread waits for them, as a terminal or a file can't be waited for in the loop everywhere. It reads a little
    ahead, so that the end is known early, and not much, so that whoever writes too fast has to wait.
    """

    def __init__(self, file: TextIO | None, arrived: Callable[[], None], splitter: LineSource | None = None) -> None:
        self.ended = file is None
        self._file = file
        self._arrived = arrived
        self.waiting = 0
        """Characters that were read and not taken."""
        self._lines: deque[Line] = deque()
        self._wanted = threading.Semaphore(1)
        self._held_up = False
        self._splitter = splitter or Splitter((file and file.encoding) or "utf-8")

    def start(self) -> None:
        """Begin to read."""
        if self._file is not None:
            loop, number = asyncio.get_running_loop(), self._file.fileno()
            threading.Thread(target=self._read, args=(loop, number), name="input", daemon=True).start()

    def take(self) -> Line | None:
        """Return the next line; None when there is none."""
        if not self._lines:
            return None
        line = self._lines.popleft()
        self.waiting -= len(line.text) + 1
        if self._held_up and self.waiting <= MOST_AHEAD:
            self._held_up = False
            self._wanted.release()
        return line

    def rest(self) -> list[str]:
        """Return the lines that have not been taken."""
        return [line.text for line in self._lines]

    def stop(self) -> None:
        """Read no more. What has been read can be taken."""
        self.ended = True

    def close(self) -> None:
        """Read no more, and forget what has not been taken."""
        self.ended = True
        self._lines.clear()

    def _read(self, loop: asyncio.AbstractEventLoop, number: int) -> None:
        """What the thread does. It ends with the input, or with the program wherever it waits."""
        data = b"more"
        while data:
            self._wanted.acquire()
            data = _read_some(number)
            try:
                loop.call_soon_threadsafe(self.feed, data)
            except RuntimeError:
                return  # the loop is closed: nobody wants it any more

    def feed(self, data: bytes) -> None:
        """Take in what has been read; b"" for the end."""
        if self.ended:
            return
        lines = self._splitter.feed(data) if data else self._splitter.end()
        self._lines += lines
        self.waiting += sum(len(line.text) + 1 for line in lines)
        self.ended = not data or self._splitter.over
        self._held_up = self.waiting > MOST_AHEAD
        if not self._held_up:
            self._wanted.release()
        self._arrived()


def _read_some(number: int) -> bytes:
    """Wait for something; b"" at the end, and where nothing can be read any more."""
    while True:
        try:
            return os.read(number, _CHUNK)
        except BlockingIOError:  # somebody else has put it into non-blocking mode
            select.select([number], [], [])
        except OSError:
            return b""


class Output:
    """Lines to a file, each at once as far as its reader keeps up; none is ever left out. Call `start` in the loop.

    `flow` is called when the output becomes `full`, and when it is so no more. `failed` is called once, when nothing
    can be written any more.
    """

    def __init__(
        self,
        file: TextIO | None,
        failed: Callable[[OSError], None],
        flow: Callable[[], None] = lambda: None,
    ) -> None:
        self.full = False
        """Does so much wait for the reader that whoever writes should wait as well?"""
        self._number = None if file is None else file.fileno()
        self._encoding = (file and file.encoding) or "utf-8"
        self._failed = failed
        self._flow = flow
        self._waiting = bytearray()
        self._empty = asyncio.Event()
        self._empty.set()

    @property
    def waiting(self) -> int:
        """Bytes that the reader has left no room for."""
        return len(self._waiting)

    def start(self) -> None:
        """Notice, also while there is nothing to write, that the reader of a pipe has gone."""
        number = self._number
        if number is not None and _is_end_of_pipe(number):
            asyncio.get_running_loop().add_reader(number, self._fail, BrokenPipeError())

    def write(self, line: str) -> None:
        """Write a line, now or as soon as there is room for it."""
        self.put(f"{line}\n")

    def put(self, text: str) -> None:
        """The same for any text."""
        if self._number is None:
            return
        self._waiting += text.encode(self._encoding, errors="replace")
        self._pump()
        if len(self._waiting) > MOST_WAITING_BYTES:
            self._set_full(full=True)

    async def drained(self) -> None:
        """Wait until everything is written, or can't be."""
        await self._empty.wait()

    def close(self) -> None:
        """Write no more."""
        if self._number is not None:
            loop = asyncio.get_running_loop()
            loop.remove_reader(self._number)
            loop.remove_writer(self._number)
        self._number = None
        self._waiting.clear()
        self._empty.set()
        self._set_full(full=False)

    def _set_full(self, *, full: bool) -> None:
        if full != self.full:
            self.full = full
            self._flow()

    def _pump(self) -> None:
        loop = asyncio.get_running_loop()
        while (number := self._number) is not None:
            if not self._waiting:
                self._empty.set()
                loop.remove_writer(number)
                self._set_full(full=False)
                return
            try:
                ready = bool(select.select([], [number], [], 0)[1])
                written = os.write(number, self._waiting[:_WHOLE_WRITE]) if ready else 0
            except BlockingIOError:
                written = 0
            except OSError as error:
                self._fail(error)
                return
            if not written:
                self._empty.clear()
                loop.add_writer(number, self._pump)
                return
            del self._waiting[:written]

    def _fail(self, error: OSError) -> None:
        self.close()
        self._failed(error)


def _is_end_of_pipe(number: int) -> bool:
    """Is this for writing into a pipe, and nothing else?"""
    write_only = fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE == os.O_WRONLY
    return write_only and stat.S_ISFIFO(os.fstat(number).st_mode)
