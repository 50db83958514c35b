"""A log that answers when a test lets it, or can't."""

import asyncio

from chat_server.log import LogError
from chatting import House


class SlowLog:
    """The log of a running server, of which every answer waits until it is let go."""

    def __init__(self, house: House) -> None:
        self._log = house.host.log
        self._go = asyncio.Event()
        self.asked: list[str] = []
        self.full = self.unreadable = False
        house.host.log = self

    def let_go(self) -> None:
        """Answer everything from now on."""
        self._go.set()

    def append(self, entry):
        """Keep it when it is let go, unless the disk is full."""
        self.asked.append(entry.kind)
        return asyncio.ensure_future(self._append(entry))

    async def _append(self, entry):
        await self._go.wait()
        if self.full:
            raise LogError("The disk is full; your line was not kept.")
        return await self._log.append(entry)

    async def find(self, key):
        """As the log does, unless it can't be read."""
        if self.unreadable:
            raise LogError("The disk is not responding.")
        return await self._log.find(key)

    async def page(self, before, limit, reader, **which):
        """As the log does, later."""
        self.asked.append("page")
        await self._go.wait()
        if self.unreadable:
            raise LogError("The disk is not responding.")
        return await self._log.page(before, limit, reader, **which)

    async def claim(self, name, value, *, lasting=True):
        """As the log does, later."""
        self.asked.append(name)
        await self._go.wait()
        return await self._log.claim(name, value, lasting=lasting)

    async def release(self, name):
        """As the log does."""
        await self._log.release(name)

    async def roster(self):
        """As the log does."""
        return await self._log.roster()

    async def mark(self, now, wall):
        """As the log does."""
        await self._log.mark(now, wall)

    async def trouble(self):
        """As the log does."""
        return await self._log.trouble()

    async def close(self):
        """As the log does."""
        self.let_go()
        await self._log.close()
