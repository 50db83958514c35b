"""What is written to one peer, and what waits for it while it does not read.

A peer that does not read is not read either, so that it cannot make us write, and what waits is bounded by bytes and by
time: `websockets`' own keepalive and close wait for its reading for ever.
"""

import asyncio
import fcntl
import struct
import termios
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from typing import Any, cast

from chat_server.settings import Settings

_UNREAD = 1  # a reason to hold reading: the peer does not read
_TOGETHER = 65_536
"""Bytes; to copy a greeting that is longer, for a full room, takes more than a second write."""
_PROGRESS = 4096
"""Bytes; who takes so many within `slow_after` reads."""


class Stage(Enum):
    """Where a connection is in its life."""

    HANDSHAKE = "handshake"
    OPEN = "open"
    CLOSING = "closing"


class WriteBuffer(asyncio.BufferedProtocol):
    """The writing half of a connection.

    `write(data)` takes whole frames. It is replaced when the peer stops or begins to read, and so is `descriptor`, so
    whoever keeps a reference asks again at `writer_changed`.
    """

    __slots__ = (
        "_descriptor", "_first", "_held", "_held_bytes", "_paused_since", "_reading_holds", "_settings", "_unread",
        "stage", "transport", "write",
    )  # fmt: skip

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.stage = Stage.HANDSHAKE
        self.write: Callable[[bytes], None] = _discard
        self._first = b""  # the answer to the handshake, until it goes with whatever is said first
        self._held: list[bytes] = []
        self._held_bytes = 0
        self._paused_since: float | None = None
        self._unread = 0  # bytes that waited in the transport when the peer was seen to read
        self._reading_holds = 0

    # -- for a subclass -----------------------------------------------------------------------------------------

    def writer_changed(self) -> None:
        """`write` is another function now."""
        raise NotImplementedError

    def waited(self, size: int) -> None:
        """So many bytes at most had to wait for the peer; they are gone now."""
        raise NotImplementedError

    def too_slow(self) -> None:
        """More waits for the peer than may."""
        raise NotImplementedError

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
            self._unread = self._bytes_before_it()
            if self.stage is Stage.OPEN:
                self.write = self._hold
            self.hold_reading(_UNREAD)
            self.writer_changed()

    def resume_writing(self) -> None:
        """The peer reads again: pass on what was kept, in one write."""
        if self._paused_since is None or self.transport.is_closing():
            return
        self._paused_since = None
        if self.stage is Stage.OPEN:
            self.write = self.transport.write
            self._pass_on_held()  # may pause again at once
        if self._paused_since is None:
            self.release_reading(_UNREAD)
            self.writer_changed()

    # -- ways to write ------------------------------------------------------------------------------------------

    @property
    def descriptor(self) -> int | None:
        """The socket's number while it may be written to directly: nothing waits in the transport before it.

        What such a write leaves, and what it fails with, is for `write`. Until a connection is closing the number is
        its socket's: loops close a socket after they have called `connection_lost`, so nobody else can have got it.
        """
        is_ready = self.stage is Stage.OPEN and self._paused_since is None and not self._first
        return self._descriptor if is_ready else None

    def _keep_first(self, answer: bytes) -> None:
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

    def _write_past(self, data: bytes) -> None:
        """Write what does not wait for the greeting, nor behind messages that are held."""
        if self._first:
            first, self._first = self._first, b""
            self.transport.write(first)
        self.transport.write(data)

    def _hold(self, data: bytes) -> None:
        """`write` while the peer does not read."""
        self._held.append(data)
        self._held_bytes += len(data)
        if self._held_bytes > self._settings.outbox:
            self.too_slow()

    def _pass_on_held(self) -> None:
        if self._held:
            data = b"".join(self._held)
            self._drop_held()
            self.transport.write(data)

    def _drop_held(self) -> None:
        if self._held_bytes:
            self.waited(self._held_bytes)
        self._held.clear()
        self._held_bytes = 0

    def _end_writing(self) -> None:
        """Nothing more; the answer to the handshake, where that waits still, goes before the goodbye."""
        self.write = _discard
        first, self._first = self._first, b""
        if first and not self.transport.is_closing():
            self.transport.write(first)

    @property
    def waiting_bytes(self) -> int:
        """What is kept here for a peer that does not read."""
        return self._held_bytes

    def _reads(self, now: float) -> bool:
        """Has a peer for which something waits read lately? One at a thin line that takes a little now and then has."""
        waiting = self._bytes_before_it()
        if self._unread - waiting >= _PROGRESS:
            self._paused_since, self._unread = now, waiting
        else:
            self._unread = max(self._unread, waiting)
        return self._paused_since is None or now - self._paused_since <= self._settings.slow_after

    def _bytes_before_it(self) -> int:
        """What the peer has not taken: in the transport, and in the system where that says so (`TIOCOUTQ`, tcp(7))."""
        waiting = self.transport.get_write_buffer_size()
        if self._descriptor is not None:
            with suppress(OSError):
                (unsent,) = struct.unpack("i", fcntl.ioctl(self._descriptor, termios.TIOCOUTQ, bytes(4)))
                waiting += unsent
        return waiting

    # -- whether to listen --------------------------------------------------------------------------------------

    def hold_reading(self, reason: int) -> None:
        """Stop listening for one of several reasons (a power of two); the peer's own sending then waits."""
        if not self._reading_holds and not self.transport.is_closing():
            self.transport.pause_reading()
        self._reading_holds |= reason

    def release_reading(self, reason: int) -> None:
        """A reason not to listen is gone."""
        self._reading_holds &= ~reason
        if not self._reading_holds and not self.transport.is_closing():
            self.transport.resume_reading()


def _discard(_data: bytes) -> None:
    """`write` before a connection is open, and once it closes."""
