"""Connection handler: the interface between a WebSocket connection and what it is for.

A connection has one handler at a time. The first one answers the request, and may put another in its own place when the
WebSocket opens.
"""

from typing import NamedTuple

from websockets.http11 import Request


class Answer(NamedTuple):
    """Plain HTTP response to a request that does not become a WebSocket.

    `refused` is the reason, where it was to become one.
    """

    status: int
    text: str
    content_type: str = "text/plain; charset=utf-8"
    refused: str = ""
    headers: tuple[tuple[str, str], ...] = ()


class Handler:
    """Base of connection handlers: lets every handshake in and ignores every event.

    As with `asyncio.Protocol`, a handler defines the methods that it needs.
    """

    __slots__ = ()

    @property
    def busy(self) -> bool:
        """Is something that was received still being worked on? A server that stops waits for it."""
        return False

    def on_request(self, _request: Request) -> Answer | None:
        """Return a plain HTTP response: a page, or why this handshake is refused. None lets it in."""
        return None

    def on_open(self, request: Request) -> None:
        """Note that the handshake is done; from now on `write` may be used."""

    def on_text(self, text: str | None) -> None:
        """Take a whole text message; None stands for a binary one, which has been thrown away."""

    def on_goodbye(self) -> bool:
        """Note that the peer will say nothing more. True: the handler closes, when all before is done."""
        return False

    def on_slow(self) -> None:
        """Let go of a peer that does not read: what waits for it is more, or older, than may be."""

    def on_closed(self) -> None:
        """Leave: an open connection begins to close, and nothing more may be written to it. Called at most once."""

    def writer_changed(self) -> None:
        """Note that the connection's `write` and `descriptor` are others now."""
