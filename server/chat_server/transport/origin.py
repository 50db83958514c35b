"""Origin check of a handshake: tells web pages of other sites, which may not connect.

Programs send no Origin; browsers always do, for every page that they show.
"""

import ipaddress
from urllib.parse import urlsplit

from websockets.datastructures import Headers


def foreign_origin(headers: Headers, allowed: str) -> bool:
    """Does this handshake come from a page of another site?

    A page is ours when its origin is in `allowed` (separated by commas), or when it was loaded from the very address
    that the handshake is for, and that is `localhost` or a number: a name could be made to point here by its owner.
    """
    origins = headers.get_all("Origin")
    if not origins:
        return False
    if len(origins) > 1:
        return True
    origin = origins[0]
    if origin in {part.strip() for part in allowed.split(",") if part.strip()}:
        return False
    try:
        parts = urlsplit(origin)
        host = parts.hostname or ""
    except ValueError:
        return True
    return parts.netloc != "".join(headers.get_all("Host")) or not _is_plain_address(host)


def _is_plain_address(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
