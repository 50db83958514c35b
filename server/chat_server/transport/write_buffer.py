"""Write buffer with backpressure: the writing half of a connection, and what waits for a peer that does not read.

Such a peer is not read either, so that it cannot make us write, and what waits is bounded by bytes and by time:
`websockets`' own keepalive and close wait for its reading for ever.
"""

import asyncio
import fcntl
import struct
import termios
from collections.abc import Callable
from contextlib import suppress
from enum import Enum, IntFlag
from typing import Any, cast

from chat_server.core.metrics import Counts
from chat_server.settings import Settings
from chat_server.transport.handler import Handler

_TOGETHER = 65_536
"""Bytes; to copy a greeting that is longer, for a full room, takes more than a second write."""
_PROGRESS = 4096
"""Bytes; who takes so many within `slow_after` reads."""


class Stage(Enum):
    """Where a connection is in its life."""

    HANDSHAKE = "handshake"
    OPEN = "open"
    CLOSING = "closing"


class ReadHold(IntFlag):
    """Reasons not to read from a peer. It is read again when none is left."""

    UNREAD = 1
    """The peer does not read what is written to it."""
    BUSY = 2
    """A line that it sent is still being worked on, and others wait behind it."""
    STOPPING = 4
    """The server is shutting down."""
    TURN = 8
    """It sent much at once, and waits for its turn."""
    ENDED = 16
    """It has said its goodbye; nothing that comes after that counts."""


_ENDED = int(ReadHold.ENDED)


class WriteBuffer(asyncio.BufferedProtocol):
    """The writing half of a connection.

    `write(data)` takes whole frames. It is replaced when the peer stops or begins to read, and so is `descriptor`, so
    whoever keeps a reference asks again after the handler's `writer_changed`.
    """

    __slots__ = (
        "_descriptor", "_first", "_held", "_held_bytes", "_paused_since", "_read_holds", "_unread",
        "counts", "handler", "settings", "stage", "transport", "write",
    )  # fmt: skip

    def __init__(self, settings: Settings, counts: Counts, handler: Handler) -> None:
        self.settings = settings
        self.counts = counts
        self.handler = handler
        self.stage = Stage.HANDSHAKE
        self.write: Callable[[bytes], None] = _discard
        self._first = b""  # the answer to the handshake, until it goes with whatever is said first
        self._held: list[bytes] | None = None  # made when it is needed: an empty one is 64 bytes
        self._held_bytes = 0
        self._paused_since: float | None = None
        self._unread = 0  # bytes that waited in the transport when the peer was seen to read
        self._read_holds = 0  # a sum of `ReadHold`, as a plain number: flags take 0.3 us for each step

    # -- what the transport says --------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to write."""
        self.transport = cast("asyncio.Transport", transport)
        self.transport.set_write_buffer_limits(high=0)  # as soon as anything waits there, we are told
        self.write = self.transport.write
        sock: Any = transport.get_extra_info("socket")
        self._descriptor: int | None = None if sock is None else sock.fileno()

    def pause_writing(self) -> None:
        """The peer does not keep up: keep what is for it here, and don't listen to it meanwhile."""
        if self._paused_since is None:
            self._paused_since = asyncio.get_running_loop().time()
            self._unread = self.unread_bytes()
            if self.stage is Stage.OPEN:
                self.write = self._hold
            self.hold_reading(ReadHold.UNREAD)
            self.handler.writer_changed()

    def resume_writing(self) -> None:
        """The peer reads again: pass on what was kept, in one write."""
        if self._paused_since is None or self.transport.is_closing():
            return
        self._paused_since = None
        if self.stage is Stage.OPEN:
            self.write = self.transport.write
            self.pass_on_held()  # may pause again at once
        if self._paused_since is None:
            self.release_reading(ReadHold.UNREAD)
            self.handler.writer_changed()

    # -- ways to write ------------------------------------------------------------------------------------------

    @property
    def descriptor(self) -> int | None:
        """The socket's number while it may be written to directly: nothing waits in the transport before it.

        What such a write leaves, and what it fails with, is for `write`. Until a connection is closing the number is
        its socket's: loops close a socket after they have called `connection_lost`, so nobody else can have got it.
        """
        is_ready = self.stage is Stage.OPEN and self._paused_since is None and not self._first
        return self._descriptor if is_ready else None

    def keep_first(self, answer: bytes) -> None:
        """Have the answer to a handshake go with the greeting, in one write: 10 % less for a newcomer."""
        self._first = answer
        self.write = self._write_first

    def _write_first(self, data: bytes) -> None:
        """`write` until something is."""
        first, self._first = self._first, b""
        self.write = self.transport.write
        if len(data) < _TOGETHER:
            self.transport.write(first + data)
        else:
            self.transport.write(first)
            self.transport.write(data)

    def write_past(self, data: bytes) -> None:
        """Write what does not wait for the greeting, nor behind messages that are held."""
        if self._first:
            first, self._first = self._first, b""
            self.transport.write(first)
        self.transport.write(data)

    def _hold(self, data: bytes) -> None:
        """`write` while the peer does not read."""
        if self._held is None:
            self._held = []
        self._held.append(data)
        self._held_bytes += len(data)
        if self._held_bytes > self.settings.outbox:
            self.handler.on_slow()

    def pass_on_held(self) -> None:
        """Give everything that was held to the transport, in one write."""
        if self._held:
            data = b"".join(self._held)
            self.drop_held()
            self.transport.write(data)

    def drop_held(self) -> None:
        """Let go of what was held; the most that ever was is counted."""
        self.counts.outbox_most = max(self.counts.outbox_most, self._held_bytes)
        self._held = None
        self._held_bytes = 0

    def end_writing(self) -> None:
        """Nothing more; the answer to the handshake, where that waits still, goes before the goodbye."""
        self.write = _discard
        first, self._first = self._first, b""
        if first and not self.transport.is_closing():
            self.transport.write(first)

    @property
    def waiting_bytes(self) -> int:
        """Bytes that are held for a peer that does not read."""
        return self._held_bytes

    @property
    def paused(self) -> bool:
        """Does the transport take nothing more for now, so that what is for the peer is held?"""
        return self._paused_since is not None

    def reads(self, now: float) -> bool:
        """Has the peer read lately, if anything waits for it? One that takes a little now and then has."""
        if self._paused_since is None:
            return True
        waiting = self.unread_bytes()
        if self._unread - waiting >= _PROGRESS:
            self._paused_since, self._unread = now, waiting
        else:
            self._unread = max(self._unread, waiting)
        return now - self._paused_since <= self.settings.slow_after

    def unread_bytes(self) -> int:
        """Count what the peer has not taken: in the transport, and in the system if it tells (`TIOCOUTQ`, tcp(7))."""
        return self.transport.get_write_buffer_size() + _unsent(self._descriptor)

    # -- backpressure on the peer -------------------------------------------------------------------------------

    def hold_reading(self, reason: ReadHold) -> None:
        """Stop reading for one of several reasons; the peer's own sending then waits."""
        if not self._read_holds and not self.transport.is_closing():
            self.transport.pause_reading()
        self._read_holds |= int(reason)

    def release_reading(self, reason: ReadHold) -> None:
        """Take a reason not to read away, and read again when it was the last."""
        if self._read_holds:
            self._read_holds &= ~int(reason)
            if not self._read_holds and not self.transport.is_closing():
                self.transport.resume_reading()

    @property
    def has_ended(self) -> bool:
        """Has the peer said its goodbye, and waits for the end of what it said before?"""
        return self._read_holds & _ENDED != 0

    @property
    def read_holds(self) -> ReadHold:
        """Why the peer is not read just now; nothing when it is."""
        return ReadHold(self._read_holds)


def _unsent(descriptor: int | None) -> int:
    """Bytes of a socket that the system has not got rid of."""
    if descriptor is not None:
        with suppress(OSError):
            (unsent,) = struct.unpack("i", fcntl.ioctl(descriptor, termios.TIOCOUTQ, bytes(4)))
            return int(unsent)
    return 0


def _discard(_data: bytes) -> None:
    """`write` before a connection is open, and once it closes."""
