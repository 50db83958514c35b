"""Opening handshake: makes one WebSocket to a server, and says who we are where only that server can hear it."""

import logging
import sys

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from chat_tui.connection.address import has_login, is_public

MOST_FRAME_BYTES = 4 * 1024 * 1024

# What the library logs must not reach the terminal, which is the screen; at the debug level it would hold the secret.
_log = logging.getLogger("chat_tui.connection")
_log.addHandler(logging.NullHandler())
_log.setLevel(logging.INFO)

# One address of a host that is out of reach must not hide the others: the next is tried after this many seconds.
# With Textual's eager tasks that fails in asyncio itself before 3.12.8 and 3.13.1 (python/cpython#124309).
_RACE_FAILS = (3, 12) <= sys.version_info < (3, 12, 8) or (3, 13) <= sys.version_info < (3, 13, 1)
_ADDRESS_DELAY = None if _RACE_FAILS else 0.25

_MOVED = frozenset({301, 302, 303, 307, 308})
_MOVED_FOR_GOOD = frozenset({301, 308})


class MovedError(Exception):
    """The server is elsewhere, at `location`, as it says; `for_good`, and not only this time."""

    def __init__(self, location: str, *, for_good: bool) -> None:
        super().__init__(location)
        self.location = location
        self.for_good = for_good


class _Socket(ClientConnection):
    """Does not wait for somebody who has already shown that this is no WebSocket server to hang up."""

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.protocol.handshake_exc is not None:
            self.transport.abort()


class _Connect(connect):
    """Leaves it to us where a redirect may lead: the library would go to any host."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


async def open_socket(url: str, secret: str | None, *, ping: float, close: float) -> ClientConnection:
    """Connect to a parsed URL. A ping is sent and awaited for `ping` seconds, an end for `close` seconds.

    Raises:
        MovedError: when the server is elsewhere.
    """
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
            happy_eyeballs_delay=_ADDRESS_DELAY,
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
