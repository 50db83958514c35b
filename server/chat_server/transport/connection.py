"""One WebSocket connection: a thin shell over the library's Sans-I/O protocol, which parses, answers pings and closes.

What is received is handled where it arrives, without a coroutine or a queue in between. The shell owns what the
library leaves open: handshake and keepalive deadlines, and what is done about a peer that does not read (`outbox`). A
peer that says much is read a piece at a time (`turns`), and not listened to for long once it is being closed.
"""

import asyncio
import logging
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.server import ServerProtocol

from chat_protocol.events import CLOSE_SLOW
from chat_server.settings import Settings
from chat_server.transport.read_scheduler import PIECE, ReadScheduler
from chat_server.transport.write_buffer import Stage, WriteBuffer

_log = logging.getLogger("websockets.server")  # looked up once: 20 us each

MAX_FRAGMENTS = 64
MAX_CONTROLS = 100
"""Pings and pongs from one peer between two sweeps. Nothing else limits them, and each has to be parsed."""

_PONG = 0x8A  # the first byte of the frame
_LAST_WORDS = 65_536
"""Bytes that are still parsed of a peer that is being closed, because its own close frame is somewhere behind them."""

_TURN = 8  # a reason to hold reading; a peer's not reading is 1, and a subclass has others


class Answer(NamedTuple):
    """What a request gets that does not become a WebSocket. `refused` is the reason, where it was to become one."""

    status: int
    text: str
    content_type: str = "text/plain; charset=utf-8"
    refused: str = ""


class Connection(WriteBuffer):
    """Frames and deadlines of one peer. A subclass says what its texts mean."""

    __slots__ = (
        "_controls", "_deadline", "_fragments", "_heard", "_last_words", "_pinged", "_protocol", "_turns", "address",
    )  # fmt: skip

    def __init__(self, settings: Settings, turns: ReadScheduler) -> None:
        super().__init__(settings)
        self._turns = turns
        self._protocol = ServerProtocol(max_size=settings.max_frame, logger=_log)
        self._fragments: list[Frame] = []
        self._controls = 0  # since the last sweep
        self._last_words = _LAST_WORDS
        self._heard = self._pinged = False
        self._deadline = 0.0
        self.address = ""

    # -- for a subclass -----------------------------------------------------------------------------------------

    def answer(self, request: Request) -> Answer | None:
        """A plain HTTP answer: a page, or why this handshake is refused. None lets it in."""
        raise NotImplementedError

    def refused(self, reason: str) -> None:
        """There will be no WebSocket, though one was asked for. Called at most once."""
        raise NotImplementedError

    def opened(self, request: Request) -> None:
        """The handshake is done; from now on `write` may be used."""
        raise NotImplementedError

    def heard(self, text: str | None) -> None:
        """A whole text message came; None stands for a binary one, which has been thrown away."""
        raise NotImplementedError

    def closing(self) -> None:
        """An open connection begins to close: nothing more may be written to it. Called at most once."""
        raise NotImplementedError

    def ended(self) -> None:
        """The connection is gone. Called once."""
        raise NotImplementedError

    def log_slow(self) -> None:
        """The peer does not read and is being closed."""
        raise NotImplementedError

    # -- what the transport says --------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Set the first deadline: the handshake's."""
        super().connection_made(transport)
        peer: Any = transport.get_extra_info("peername")
        self.address = peer[0] if isinstance(peer, tuple) else ""
        self._deadline = asyncio.get_running_loop().time() + self._settings.open_timeout

    def get_buffer(self, _sizehint: int) -> memoryview:
        """Where the transport puts what came. It is handled before anybody else's, so one buffer is enough for all."""
        return self._turns.buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Handle a piece. A whole one waits for its turn, and what may come after it too."""
        data = bytes(self._turns.buffer[:nbytes])
        if nbytes < PIECE:
            self.data_received(data)
        else:
            self.hold_reading(_TURN)
            self._turns.wait(partial(self._take_turn, data), speaks=self.stage is Stage.OPEN)

    def _take_turn(self, data: bytes) -> None:
        try:
            if not self.transport.is_closing():
                self.data_received(data)
        finally:
            self.release_reading(_TURN)

    @property
    def waits_for_turn(self) -> bool:
        """Was something read that is not worked on yet?"""
        return bool(self._reading_holds & _TURN)

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

    def eof_received(self) -> None:
        """The peer will say nothing more: the transport closes."""
        if self.stage is not Stage.HANDSHAKE and self._protocol.state is not State.CLOSED:
            self._protocol.receive_eof()
        self._send_pending()
        self._begin_closing()

    def connection_lost(self, _exc: Exception | None) -> None:
        """Let go of everything."""
        self._begin_closing()
        self._drop_held()
        self._fragments.clear()
        self.ended()

    # -- frames -------------------------------------------------------------------------------------------------

    def _handshake(self, request: Request) -> None:
        if self._protocol.eof_sent:  # what came with the request broke the protocol already: there is no answer
            return
        early = self._protocol.data_to_send()  # to frames that came with the request
        answer = self.answer(request)
        response = self._plain_response(answer, request) if answer else self._protocol.accept(request)
        self._protocol.send_response(response)
        if response.status_code != 101:
            self._send_pending()
            return
        self._keep_first(b"".join([*self._protocol.data_to_send(), *early]))
        self.stage = Stage.OPEN
        self._deadline = asyncio.get_running_loop().time() + self._settings.ping_interval
        self.opened(request)
        request.headers.clear()  # the library's parser holds on to the request, at 1.7 KiB each

    def _plain_response(self, answer: Answer, request: Request) -> Response:
        if answer.refused:
            self.refused(answer.refused)
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
            self.heard(None)
        elif frame.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            self._fragment(frame)
        elif frame.opcode is Opcode.CLOSE:
            self._begin_closing()
        else:
            self._controls += 1
            if self._controls > MAX_CONTROLS:
                self.close(CloseCode.POLICY_VIOLATION, "Too many pings; slow down.")

    def _fragment(self, frame: Frame) -> None:
        self._fragments.append(frame)
        if len(self._fragments) > MAX_FRAGMENTS:
            self._protocol.fail(CloseCode.MESSAGE_TOO_BIG, f"more than {MAX_FRAGMENTS} fragments")
            self._begin_closing()
        elif frame.fin:
            fragments, self._fragments = self._fragments, []
            if fragments[0].opcode is Opcode.TEXT:
                self._text(b"".join(fragment.data for fragment in fragments))
            else:
                self.heard(None)

    def _text(self, data: bytes | bytearray | memoryview) -> None:
        try:
            text = str(data, "utf-8")
        except UnicodeDecodeError as error:
            self._protocol.fail(CloseCode.INVALID_DATA, f"{error.reason} at position {error.start}")
            self._begin_closing()
            return
        self.heard(text)

    def _send_pending(self) -> None:
        """Write what the library wants written: handshake, pongs, close frames; empty means the end."""
        for data in self._protocol.data_to_send():
            if data:
                if data[0] != _PONG or self._last_words == _LAST_WORDS:  # nothing is said after a goodbye
                    self._write_past(data)
            elif self.stage is Stage.HANDSHAKE:
                if _is_broken(self._protocol.handshake_exc):
                    self.refused("invalid")
                self._begin_closing()
                self.transport.close()
            else:  # what the peer still sends is read, because closing over it would reset what it has not read yet
                self._begin_closing()
                with suppress(OSError):  # the peer may be gone already
                    self.transport.write_eof()

    # -- deadlines ----------------------------------------------------------------------------------------------

    def sweep(self, now: float) -> None:
        """Called about once a second, with the loop's time."""
        settings = self._settings
        self._controls = 0
        if self._paused_since is not None and self.stage is Stage.OPEN and not self._reads(now):
            self.too_slow()
            return
        if now < self._deadline:
            return
        if self.stage is not Stage.OPEN or (self._pinged and not self._heard and not self._reading_holds):
            if self.stage is Stage.HANDSHAKE:
                self.refused("late")
            self.transport.abort()
        elif self._pinged:
            self._pinged = False
            self._deadline = now + max(0.0, settings.ping_interval - settings.ping_timeout)
        else:
            self._pinged, self._heard = True, False
            self._deadline = now + settings.ping_timeout
            self._protocol.send_ping(b"")
            self._send_pending()

    def close(self, code: int, reason: str = "") -> None:
        """Say goodbye; the peer has `close_timeout` to take it, then it is cut off."""
        if self.stage is Stage.OPEN:
            self._pass_on_held()
            if self._protocol.state is State.OPEN:  # the peer's own close frame may be read already
                self._protocol.send_close(code, reason)
            self._begin_closing()
            self._send_pending()
        elif self.stage is Stage.HANDSHAKE:
            self.transport.abort()

    def _begin_closing(self) -> None:
        if self.stage is not Stage.CLOSING:
            was, self.stage = self.stage, Stage.CLOSING
            self._end_writing()
            self._deadline = asyncio.get_running_loop().time() + self._settings.close_timeout
            if was is Stage.OPEN:
                self.closing()

    def too_slow(self) -> None:
        """Let go of a peer that does not read."""
        self.log_slow()
        self._drop_held()
        self.close(CLOSE_SLOW, "You were too slow to read; come back and catch up.")


def _is_broken(error: Exception | None) -> bool:
    """Was this request none, or not of a WebSocket? Who hangs up without having asked has asked for nothing."""
    return error is not None and not isinstance(error.__cause__, EOFError)
