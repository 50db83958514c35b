"""Is anybody there? A connection that is opened and closed again, and says nothing."""

import asyncio
from urllib.parse import urlsplit

_PATIENCE = 5.0
"""Seconds."""


async def knock(url: str) -> OSError | None:
    """Try the host and port of a parsed URL; returns what is in the way, or None when something answers."""
    parts = urlsplit(url)
    try:
        async with asyncio.timeout(_PATIENCE):
            _, writer = await asyncio.open_connection(parts.hostname, parts.port, happy_eyeballs_delay=0.25)
    except OSError as error:
        return error
    writer.transport.abort()
    return None
