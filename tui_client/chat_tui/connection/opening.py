"""Opening handshake: makes one WebSocket to a server, and says who we are where only that server can hear it."""

import asyncio
import logging
import sys
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus
from websockets.frames import CloseCode, Frame, Opcode
from websockets.protocol import Event

from chat_tui.connection.address import has_login, is_public
from chat_tui.connection.head_start import HeadStart

MOST_FRAME_BYTES = 4 * 1024 * 1024

# What the library logs must not reach the terminal, which is the screen; at the debug level it would hold the secret.
_log = logging.getLogger("chat_tui.connection")
_log.addHandler(logging.NullHandler())
_log.setLevel(logging.INFO)

# One address of a host that is out of reach must not hide the others: the next is tried after this many seconds.
# With Textual's eager tasks that fails in asyncio itself before 3.12.8 and 3.13.1 (python/cpython#124309).
_RACE_FAILS = (3, 12) <= sys.version_info < (3, 12, 8) or (3, 13) <= sys.version_info < (3, 13, 1)
_ADDRESS_DELAY = None if _RACE_FAILS else 0.25

MOST_EMPTY_FRAMES = 500
"""In a second: pings, pongs, and frames that are too short for an event. No server needs more than a few."""
_LEAST = {Opcode.TEXT: len('{"type":""}'), Opcode.BINARY: len('{"type":""}')}
_MOST_CONTROL = 126  # bytes; a longer piece of a message is no waste of time
_PIECE = 8192
_TURN = 0.004
"""Bytes, and seconds, that are read before something else has its turn."""

_MOVED = frozenset({301, 302, 303, 307, 308})
_MOVED_FOR_GOOD = frozenset({301, 308})


class MovedError(Exception):
    """The server is elsewhere, at `location`, as it says; `for_good`, and not only this time."""

    def __init__(self, location: str, *, for_good: bool) -> None:
        super().__init__(location)
        self.location = location
        self.for_good = for_good


class _Socket(ClientConnection):
    """Reads in short turns, so that no number of frames holds up a key, and closes where most of them are none.

    It does not wait for somebody who has already shown that this is no WebSocket server to hang up, either.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._rest = bytearray()  # what is not read yet
        self._empty = 0  # frames without an event, in the second that began at `_since`
        self._since = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.recv_messages.resume = self._resume

    def _resume(self) -> None:
        """Whoever takes messages has room again; read on when what has been read is sorted out."""
        if not self._rest:
            self.transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        waits = bool(self._rest)
        self._rest += data
        if not waits:
            self._read_on()

    def _read_on(self) -> None:
        """Sort out what has come for a moment; the rest has to wait for the next turn of the loop."""
        data, at = bytes(self._rest), 0
        end = self.loop.time() + _TURN
        while at < len(data) and not self.transport.is_closing():
            super().data_received(data[at : at + _PIECE])
            at += _PIECE
            if self.protocol.handshake_exc is not None or self._empty > MOST_EMPTY_FRAMES:
                self.transport.abort()
            elif at < len(data) and self.loop.time() > end:
                del self._rest[:at]
                self.transport.pause_reading()
                self.loop.call_soon(self._read_on)
                return
        self._rest.clear()
        if not self.recv_messages.paused and not self.transport.is_closing():
            self.transport.resume_reading()

    def process_event(self, event: Event) -> None:
        if not isinstance(event, Frame):
            super().process_event(event)
            return
        super(ClientConnection, self).process_event(event)  # the client's own only waits for the handshake's answer
        if len(event.data) < _MOST_CONTROL and len(event.data) < _LEAST.get(event.opcode, _MOST_CONTROL):
            self._count_empty()

    def _count_empty(self) -> None:
        now = self.loop.time()
        if now - self._since >= 1.0:
            self._since, self._empty = now, 0
        self._empty += 1
        if self._empty == MOST_EMPTY_FRAMES + 1:
            self.protocol.fail(CloseCode.POLICY_VIOLATION)
            self.send_data()


class _Connect(connect):
    """Leaves it to us where a redirect may lead: the library would go to any host."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


async def open_socket(
    url: str, secret: str | None, *, ping: float, close: float, begun: HeadStart | None = None
) -> ClientConnection:
    """Connect to a parsed URL, by what has `begun` if that is there already.

    A ping is sent and awaited for `ping` seconds, an end for `close` seconds.

    Raises:
        MovedError: when the server is elsewhere.
    """
    made = None if begun is None else begun.take(url)
    way = {"happy_eyeballs_delay": _ADDRESS_DELAY} if made is None else {"sock": made}
    try:
        return await _Connect(
            url,
            additional_headers=_credentials(url, secret),
            user_agent_header="chat-tui",
            proxy=True if url.startswith("wss:") and is_public(url) else None,
            compression=None,
            open_timeout=None,
            ping_interval=ping,
            ping_timeout=ping,
            close_timeout=close,
            max_size=MOST_FRAME_BYTES,
            logger=_log,
            create_connection=_Socket,
            **way,
        )
    except InvalidStatus as error:
        response = error.response
        location = response.headers.get("Location")
        if response.status_code not in _MOVED or not location:
            raise
        raise MovedError(location, for_good=response.status_code in _MOVED_FOR_GOOD) from error


def _credentials(url: str, secret: str | None) -> dict[str, str]:
    """Who we are; in a header of its own where the usual one has the login for a proxy, which is in the URL."""
    if not secret:
        return {}
    return {"Chat-Secret": secret} if has_login(url) else {"Authorization": f"Bearer {secret}"}
