"""Origin check of a handshake: tells web pages of other sites, which may not connect.

Browsers send an Origin for every page that they show; most programs send none, and some libraries make one up from the
address that they connect to.
"""

import ipaddress
import socket
from collections.abc import Container
from urllib.parse import urlsplit

from websockets.datastructures import Headers

_PORTS = {"http": 80, "https": 443}
REFUSAL = (
    "Web pages from this Origin can't connect here. A program should send no Origin (websocket-client: "
    "suppress_origin=True). To allow a web page, use --allow-origin or --public-url.\n"
)
"""What the sender of a foreign Origin is told."""


def own_names() -> frozenset[str]:
    """Return what this computer calls itself, in full and in short, and in the local network."""
    full = socket.gethostname().lower().rstrip(".")
    short = full.partition(".")[0]
    return frozenset({"localhost", full, short, f"{short}.local"} - {"", ".local"})


class OriginCheck:
    """Which web pages may connect: those of `allowed` origins, and those that were loaded from this very server.

    A page is ours when its origin is the host that the handshake is for, and that is an address or one of `own` names:
    any other name could be made to point here by its owner after the page was loaded.
    """

    def __init__(self, allowed: Container[str], own: Container[str]) -> None:
        self._allowed = allowed
        self._own = own

    def is_foreign(self, headers: Headers) -> bool:
        """Does this handshake come from a page of another site?"""
        origins = headers.get_all("Origin")
        if not origins:
            return False
        if len(origins) > 1:
            return True
        origin = origins[0]
        if origin in self._allowed:
            return False
        try:
            parts = urlsplit(origin)
            host, port = "" if "@" in parts.netloc else parts.hostname or "", parts.port
        except ValueError:
            return True
        if not (host in self._own or _is_address(host)):
            return True
        return _named(headers) not in _forms(parts.netloc.lower(), host, port, _PORTS.get(parts.scheme))


def _named(headers: Headers) -> str:
    """The host and port that a handshake is for."""
    return "".join(headers.get_all("Host")).lower()


def _forms(netloc: str, host: str, port: int | None, usual: int | None) -> frozenset[str]:
    """How a `Host` may name what an origin names: the port that its scheme has anyway may be left out."""
    shown = f"[{host}]" if ":" in host else host
    return frozenset({netloc, shown, f"{shown}:{usual}"} if port in {None, usual} else {netloc})


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
