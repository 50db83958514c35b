"""Probe: finds out whether anybody is there, by a TCP connection that is opened and closed again and says nothing."""

import asyncio
from urllib.parse import urlsplit

from chat_tui.connection.address import is_public

_PATIENCE = 5.0
"""Seconds."""


async def probe(url: str) -> OSError | None:
    """Try the host and port of a parsed URL; returns what is in the way, or None when something answers."""
    parts = urlsplit(url)
    try:
        async with asyncio.timeout(_PATIENCE):
            _, writer = await asyncio.open_connection(parts.hostname, parts.port, happy_eyeballs_delay=0.25)
    except OSError as error:
        return error
    writer.transport.abort()
    return None


def goes_by_proxy(url: str) -> bool:
    """Will a connection take another way than a knock at the door would?"""
    if not (url.startswith("wss:") and is_public(url)):
        return False
    from urllib.request import getproxies  # noqa: PLC0415 - few go to such an address for the first time

    return bool(getproxies())
