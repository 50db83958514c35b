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
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.server import ServerProtocol

from chat_protocol.events import CLOSE_SLOW
from chat_server.transport.handler import Answer, Handler
from chat_server.transport.read_scheduler import PIECE
from chat_server.transport.registry import ConnectionRegistry
from chat_server.transport.write_buffer import ReadHold, Stage, WriteBuffer

_log = logging.getLogger("websockets.server")  # looked up once: 20 us each

MAX_FRAGMENTS = 64
MAX_CONTROLS = 100
"""Pings and pongs from one peer between two sweeps. Nothing else limits them, and each has to be parsed."""

_PONG = 0x8A  # the first byte of the frame
_ENDED = int(ReadHold.ENDED)  # looked at for every piece that is read
_LAST_WORDS = 65_536
"""Bytes that are still parsed of a peer that is being closed, because its own close frame is somewhere behind them."""


class Connection(WriteBuffer):
    """Frames and deadlines of one peer.

    `make_handler` is given the connection, and makes its first handler. `excess` says why it is one too many: the
    server is `full`, or its address `crowded`; else it is empty.
    """

    __slots__ = (
        "_controls", "_deadline", "_fragments", "_heard", "_last_words", "_pinged", "_protocol", "_registry",
        "_scheduler", "address", "excess",
    )  # fmt: skip

    def __init__(self, registry: ConnectionRegistry, make_handler: "Callable[[Connection], Handler]") -> None:
        super().__init__(registry.settings, registry.counts, make_handler(self))
        self._registry = registry
        self._scheduler = registry.scheduler
        self._protocol = ServerProtocol(max_size=registry.settings.max_frame, logger=_log)
        self._fragments: list[Frame] | None = None  # made when it is needed: an empty one is 64 bytes
        self._controls = 0  # since the last sweep
        self._last_words = _LAST_WORDS
        self._heard = self._pinged = False
        self._deadline = 0.0
        self.address = self.excess = ""

    # -- what the transport says --------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Enter the registry, and set the first deadline: the handshake's."""
        super().connection_made(transport)
        peer: Any = transport.get_extra_info("peername")
        self.address = peer[0] if isinstance(peer, tuple) else ""
        self._deadline = asyncio.get_running_loop().time() + self.settings.open_timeout
        self._registry.enter(self)

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
            self._scheduler.wait(partial(self._take_turn, data), speaks=self.stage is Stage.OPEN)

    def _take_turn(self, data: bytes) -> None:
        try:
            if not self.transport.is_closing():
                self.data_received(data)
        finally:
            self.release_reading(ReadHold.TURN)

    @property
    def has_ended(self) -> bool:
        """Has the peer said its goodbye, and waits for the end of what it said before?"""
        return bool(self._read_holds & _ENDED)

    @property
    def busy(self) -> bool:
        """Is something that was received still being worked on, or waiting for that?"""
        return self.handler.busy or ReadHold.TURN in self.read_holds

    def data_received(self, data: bytes) -> None:
        """Handle everything that `data` completes."""
        self._heard = True
        if self.stage is Stage.CLOSING:
            self._last_words -= len(data)
            if self._last_words < 0:  # read, or else it could not read why it was closed
                return
        protocol = self._protocol
        protocol.receive_data(data)
        for event in protocol.events_received():
            if isinstance(event, Frame):
                self._frame(event)
            elif isinstance(event, Request):
                self._handshake(event)
        self._send_pending()

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

    def _handshake(self, request: Request) -> None:
        if self._protocol.eof_sent:  # what came with the request broke the protocol already: there is no answer
            return
        early = self._protocol.data_to_send()  # to frames that came with the request
        answer = self.handler.on_request(request)
        response = self._plain_response(answer, request) if answer else self._protocol.accept(request)
        self._protocol.send_response(response)
        if response.status_code != 101:
            self._send_pending()
            return
        self.keep_first(b"".join([*self._protocol.data_to_send(), *early]))
        self.stage = Stage.OPEN
        self._deadline = asyncio.get_running_loop().time() + self.settings.ping_interval
        self._registry.opened(self)
        self.handler.on_open(request)
        request.headers.clear()  # the library's parser holds on to the request, at 1.7 KiB each

    def _plain_response(self, answer: Answer, request: Request) -> Response:
        if answer.refused:
            self.counts.refused[answer.refused] += 1
        response = self._protocol.reject(answer.status, answer.text)
        del response.headers["Content-Type"]
        response.headers["Content-Type"] = answer.content_type
        if request.method == "HEAD":  # the same head, its Content-Length included
            response.body = b""
        return response

    def _frame(self, frame: Frame) -> None:
        if self.stage is not Stage.OPEN:
            return
        if frame.opcode is Opcode.TEXT and frame.fin:
            self._text(frame.data)
        elif frame.opcode is Opcode.BINARY and frame.fin:
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
        if self._fragments is None:
            self._fragments = []
        self._fragments.append(frame)
        if len(self._fragments) > MAX_FRAGMENTS:
            self._protocol.fail(CloseCode.MESSAGE_TOO_BIG, f"more than {MAX_FRAGMENTS} fragments")
            self._begin_closing()
        elif frame.fin:
            fragments, self._fragments = self._fragments, None
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
        if self._read_holds & _ENDED:  # the answer to a goodbye comes after the answers to what was said before it
            return
        for data in self._protocol.data_to_send():
            if data:
                if data[0] != _PONG or self._last_words == _LAST_WORDS:  # nothing is said after a goodbye
                    self.write_past(data)
            elif self.stage is Stage.HANDSHAKE:
                if _is_broken(self._protocol.handshake_exc):
                    self.counts.refused["invalid"] += 1
                self._begin_closing()
                self.transport.close()
            else:  # what the peer still sends is read, because closing over it would reset what it has not read yet
                self._begin_closing()
                with suppress(OSError):  # the peer may be gone already
                    self.transport.write_eof()

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
        if not self._read_holds & _ENDED:
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
            if self._read_holds & _ENDED:
                self.release_reading(ReadHold.ENDED)
            self._deadline = asyncio.get_running_loop().time() + self.settings.close_timeout
            if was is Stage.OPEN:
                self.handler.on_closed()

    def close_slow(self) -> None:
        """Let go of a peer that does not read, and of all that waits for it."""
        self.counts.slow_closes += 1
        self.drop_held()
        self.close(CLOSE_SLOW, "You were too slow to read; come back and catch up.")


_GONE = Handler()


def _is_broken(error: Exception | None) -> bool:
    """Was this request none, or not of a WebSocket? Who hangs up without having asked has asked for nothing."""
    return error is not None and not isinstance(error.__cause__, EOFError)
