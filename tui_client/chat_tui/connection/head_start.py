"""Head start: makes the first TCP connection in a thread, while the main one still imports what talks over it.

Nothing is said on it. Whatever goes wrong is left to the usual way, which finds it again and has the words for it.
"""

import os
import select
import socket
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urlsplit

from chat_tui.connection.address import is_public

THREAD = "head-start"
_PATIENCE = 0.25
"""Seconds for one address. The usual way has begun with the next one by then, and the imports are done."""
_SYSTEMS_WITH_PROXIES = ("darwin", "win32")
"""They keep proxies elsewhere than in the environment, too, and looking there takes longer than is gained."""


class HeadStart:
    """The way to the host and port of one URL, from now on until somebody takes or drops it."""

    def __init__(self, url: str) -> None:
        self._place = _place(url)
        self._lock = threading.Lock()
        self._made: socket.socket | None = None
        self._over = False
        threading.Thread(target=self._connect, name=THREAD, daemon=True).start()

    def take(self, url: str) -> socket.socket | None:
        """Return a connection to the place of a parsed URL, once; None where there is none that can be used.

        One that is still being made is given up, and so is one whose other end has closed it or speaks unasked.
        """
        made = self._end()
        if made is None:
            return None
        if _place(url) == self._place and not select.select([made], [], [], 0)[0]:
            return made
        made.close()
        return None

    def drop(self) -> None:
        """Close what nobody has taken."""
        if (made := self._end()) is not None:
            made.close()

    def _end(self) -> socket.socket | None:
        """What is there by now; nothing is kept from now on."""
        with self._lock:
            made, self._made, self._over = self._made, None, True
        return made

    def _connect(self) -> None:
        host, port = self._place
        try:
            # In bytes: text would have the codec for IDNA imported, and a parsed URL has no need of it.
            found = socket.getaddrinfo(host.encode("ascii"), port, type=socket.SOCK_STREAM)
        except OSError:
            return
        for family, kind, protocol, _, address in found:
            if self._over:
                return
            with suppress(OSError):
                self._keep(_reach(socket.socket(family, kind, protocol), address))
                return

    def _keep(self, made: socket.socket) -> None:
        with self._lock:
            if not self._over:
                self._made = made
                return
        made.close()


def head_start(url: str, environ: Mapping[str, str] = os.environ) -> HeadStart | None:
    """Begin to connect to a parsed URL; None where a proxy may be on the way to it."""
    proxies = sys.platform in _SYSTEMS_WITH_PROXIES or any(name.lower().endswith("_proxy") for name in environ)
    return None if proxies and url.startswith("wss:") and is_public(url) else HeadStart(url)


def _place(url: str) -> tuple[str, int | None]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port


def _reach(made: socket.socket, address: tuple[object, ...]) -> socket.socket:
    """Connect it.

    Raises:
        OSError: when nobody is there in time; the socket is closed then.
    """
    try:
        made.settimeout(_PATIENCE)
        made.connect(address)
    except OSError:
        made.close()
        raise
    return made
