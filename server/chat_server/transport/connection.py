"""WebSocket connection: a thin shell over the library's Sans-I/O protocol, which parses, answers pings and closes.

What is received is handled where it arrives, without a coroutine or a queue in between. The shell owns what the
library leaves open: handshake and keepalive deadlines, and backpressure (`write_buffer`). A peer that says much is read
a piece at a time (`read_scheduler`), and not listened to for long once it is being closed. What is said is for the
connection's `handler`.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol

from chat_server.transport.frame_reader import FrameReader
from chat_server.transport.handler import Handler
from chat_server.transport.opening import Opening, answer_to_broken
from chat_server.transport.read_scheduler import PIECE, take_turn
from chat_server.transport.registry import ConnectionRegistry
from chat_server.transport.write_buffer import ReadHold, Stage, WriteBuffer

_log = logging.getLogger("websockets.server")  # looked up once: 20 us each

MAX_FRAGMENTS = 64
MAX_CONTROLS = 100
"""Pings and pongs from one peer between two sweeps. Nothing else limits them, and each has to be parsed."""

_OPEN = Stage.OPEN  # looked up once: it takes 70 ns in an enum, and each line is asked several times
_PONG = 0x8A  # the first byte of the frame
_LAST_WORDS = 65_536
"""Bytes that are still parsed of a peer that is being closed, because its own close frame is somewhere behind them."""


class Connection(WriteBuffer):
    """Frames and deadlines of one peer.

    `make_handler` is given the connection, and makes its first handler. `excess` says why it is one too many, as the
    registry found. `address` is the client's, where it is known; its limits count by `household`, "" for no limit.
    """

    __slots__ = (
        "_controls", "_deadline", "_fragments", "_heard", "_last_words", "_opening", "_pinged", "_protocol",
        "_reader", "_registry", "_scheduler", "address", "excess", "has_secret", "household",
    )  # fmt: skip

    def __init__(self, registry: ConnectionRegistry, make_handler: "Callable[[Connection], Handler]") -> None:
        super().__init__(registry.settings, registry.counts, make_handler(self))
        self._registry = registry
        self._scheduler = registry.scheduler
        self._protocol = ServerProtocol(max_size=registry.settings.max_frame, logger=_log)
        self._reader = FrameReader(self._protocol, registry.settings.max_frame)
        self._fragments: list[Frame] | None = None  # made when it is needed: an empty one is 64 bytes
        self._controls = 0  # since the last sweep
        self._last_words = _LAST_WORDS
        self._heard = self._pinged = self.has_secret = False
        self._deadline = 0.0
        self._opening: Opening | None = None  # until the WebSocket is open
        self.address = self.household = self.excess = ""

    # -- what the transport says --------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Enter the registry, and set the first deadline: the handshake's."""
        super().connection_made(transport)
        peer: Any = transport.get_extra_info("peername")
        self.address = peer[0] if isinstance(peer, tuple) else ""
        self._deadline = asyncio.get_running_loop().time() + self.settings.open_timeout
        self._opening = Opening(from_proxy=self._registry.enter(self))

    def get_buffer(self, _sizehint: int) -> memoryview:
        """Where the transport puts what came. It is handled before anybody else's, so one buffer is enough for all."""
        return self._scheduler.buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Handle a piece. A whole one waits for its turn, and what may come after it too."""
        data = bytes(self._scheduler.buffer[:nbytes])
        if nbytes < PIECE:
            self.data_received(data)
        else:
            self.hold_reading(ReadHold.TURN)
            self._scheduler.wait(partial(take_turn, self, data), speaks=self.stage is Stage.OPEN)

    @property
    def busy(self) -> bool:
        """Is something that was received still being worked on, or waiting for that?"""
        return self.handler.busy or ReadHold.TURN in self.read_holds

    def data_received(self, data: bytes) -> None:
        """Handle everything that `data` completes."""
        self._heard = True
        if self.stage is not _OPEN and not (data := self._to_be_parsed(data)):
            return
        between = self.stage is _OPEN and self._fragments is None and not self.has_ended
        for event in self._reader.read(data, between_messages=between):
            if self.stage is not _OPEN:
                if isinstance(event, Request) and self._opening is not None:
                    self._handshake(self._opening, event)
            elif isinstance(event, bytes):
                self._text(event)
            elif isinstance(event, Frame):
                self._frame(event)
        if self._reader.asked_library:
            self._send_pending()

    def _to_be_parsed(self, data: bytes) -> bytes:
        """What the library is to have while the connection opens, or closes."""
        if self._opening is not None:
            return self._opening.take(data)
        self._last_words -= len(data)
        return data if self._last_words >= 0 else b""  # read, or else it could not read why it was closed

    def eof_received(self) -> bool:
        """The peer will say nothing more: the transport closes, once all that was said is done."""
        if self.stage is not Stage.HANDSHAKE and self._protocol.state is not State.CLOSED:
            self._protocol.receive_eof()
        self._peer_ended()
        self._send_pending()
        return self.stage is Stage.OPEN

    def connection_lost(self, _exc: Exception | None) -> None:
        """Let go of everything."""
        self._begin_closing()
        self.drop_held()
        self._fragments = None
        self._registry.leave(self)
        self.handler = _GONE  # which knows nothing of this connection: both go at once, without the garbage collector

    # -- frames -------------------------------------------------------------------------------------------------

    def _handshake(self, opening: Opening, request: Request) -> None:
        self._registry.locate(self, opening, request)
        response = opening.respond(self._protocol, self.handler, request, self.counts)
        self._protocol.send_response(response)
        if response.status_code != 101:
            self._send_pending()
            return
        self._opening = None
        self.keep_first(b"".join(self._protocol.data_to_send()))
        self.stage = Stage.OPEN
        self._deadline = asyncio.get_running_loop().time() + self.settings.ping_interval
        self._registry.opened(self)
        self.handler.on_open(request)
        request.headers.clear()  # the library's parser holds on to the request, at 1.7 KiB each
        if opening.rest:
            self.data_received(opening.rest)

    def _frame(self, frame: Frame) -> None:
        if frame.opcode is Opcode.BINARY and frame.fin:
            self.handler.on_text(None)
        elif frame.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            self._fragment(frame)
        elif frame.opcode is Opcode.CLOSE:
            self._peer_ended()
        else:
            self._controls += 1
            if self._controls > MAX_CONTROLS:
                self.close(CloseCode.POLICY_VIOLATION, "Too many pings; slow down.")

    def _fragment(self, frame: Frame) -> None:
        self._fragments = fragments = [*(self._fragments or ()), frame]
        if len(fragments) > MAX_FRAGMENTS:
            self._protocol.fail(CloseCode.MESSAGE_TOO_BIG, f"more than {MAX_FRAGMENTS} fragments")
            self._begin_closing()
        elif frame.fin:
            self._fragments = None
            if fragments[0].opcode is Opcode.TEXT:
                self._text(b"".join(fragment.data for fragment in fragments))
            else:
                self.handler.on_text(None)

    def _text(self, data: bytes | bytearray | memoryview) -> None:
        try:
            text = str(data, "utf-8")
        except UnicodeDecodeError as error:
            self._protocol.fail(CloseCode.INVALID_DATA, f"{error.reason} at position {error.start}")
            self._begin_closing()
            self._send_pending()
            return
        self.handler.on_text(text)

    def _peer_ended(self) -> None:
        """The peer has said all that it will: close, or leave it to the handler, which is not done with all of it."""
        if self.stage is Stage.OPEN and self.handler.on_goodbye():
            self.hold_reading(ReadHold.ENDED)
        else:
            self._begin_closing()

    def _send_pending(self) -> None:
        """Write what the library wants written: handshake, pongs, close frames; empty means the end."""
        if self.has_ended:  # the answer to a goodbye comes after the answers to what was said before it
            return
        for data in self._protocol.data_to_send():
            if data:
                if data[0] != _PONG or self._last_words == _LAST_WORDS:  # nothing is said after a goodbye
                    self.write_past(data)
            else:
                if self.stage is Stage.HANDSHAKE and self._protocol.handshake_exc is not None:
                    self.counts.refused["invalid"] += 1
                    self.write_past(answer_to_broken(self._protocol.handshake_exc))
                self._end_stream()

    def _end_stream(self) -> None:
        """Write nothing more. What comes still is read: to close over it would reset what the peer has not read yet."""
        opening, self._opening = self._opening, None
        self._begin_closing()
        end = self.transport.close if opening and not opening.has_more else self.transport.write_eof
        with suppress(OSError):  # the peer may be gone already
            end()

    # -- deadlines ----------------------------------------------------------------------------------------------

    def sweep(self, now: float) -> None:
        """Called about once a second, with the loop's time."""
        settings = self.settings
        self._controls = 0
        if self.paused and self.stage is Stage.OPEN and not self.reads(now):
            self.handler.on_slow()
            return
        if now < self._deadline:
            return
        if self.stage is not Stage.OPEN or (self.awaits_pong and not self.read_holds):
            if self.stage is Stage.HANDSHAKE:
                self.counts.refused["late"] += 1
            self.transport.abort()
        elif self._pinged:
            self._pinged = False
            self._deadline = now + max(0.0, settings.ping_interval - settings.ping_timeout)
        else:
            self._pinged, self._heard = True, False
            self._deadline = now + settings.ping_timeout
            self.ping()

    @property
    def awaits_pong(self) -> bool:
        """Has nothing come since the last ping of the keepalive?"""
        return self._pinged and not self._heard

    def ping(self) -> None:
        """Ask for a sign of life, unless the peer has said its goodbye."""
        if not self.has_ended:
            self._protocol.send_ping(b"")
            self._send_pending()

    def close(self, code: int, reason: str = "") -> None:
        """Say goodbye; the peer has `close_timeout` to take it, then it is cut off."""
        if self.stage is Stage.OPEN:
            self.pass_on_held()
            if self._protocol.state is State.OPEN:  # the peer's own close frame may be read already
                self._protocol.send_close(code, reason)
            self._begin_closing()
            self._send_pending()
            if self._protocol.state is State.CLOSED:  # there is nobody left to answer the goodbye
                self.transport.close()
        elif self.stage is Stage.HANDSHAKE:
            self.transport.abort()

    def _begin_closing(self) -> None:
        if self.stage is not Stage.CLOSING:
            was, self.stage = self.stage, Stage.CLOSING
            self.end_writing()
            self.release_reading(ReadHold.ENDED)
            self._deadline = asyncio.get_running_loop().time() + self.settings.close_timeout
            if was is Stage.OPEN:
                self.handler.on_closed()


_GONE = Handler()
