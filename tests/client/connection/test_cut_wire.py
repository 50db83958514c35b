"""A wire that is cut anywhere, in either direction, costs no line and doubles none.

A proxy stands between client and server, and cuts the connection when so many bytes have passed: at some bytes of the
conversation, and in `make long` at every one.
"""

import asyncio
from contextlib import asynccontextmanager, suppress

import pytest

from chat_protocol.commands import Delete, Say
from chatting import open_house
from client.feed_host import FeedHost

STRIDE = 53
SECRET = "0123456789abcdef0123456789abcdef"


class Proxy:
    """Passes on what comes, both ways, and cuts once: when `limit` bytes have gone in `direction` (0: up, 1: down)."""

    def __init__(self, port, direction, limit):
        self.port = 0
        self.passed = [0, 0]
        self._to = port
        self._direction, self._limit = direction, limit
        self._writers = set()

    @asynccontextmanager
    async def open(self):
        """Listen until the block ends."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self._cut()

    async def _serve(self, reader, writer):
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
        self._writers |= {writer, far_writer}
        await asyncio.gather(self._pass(reader, far_writer, 0), self._pass(far_reader, writer, 1))

    async def _pass(self, reader, writer, direction):
        with suppress(OSError):
            while data := await reader.read(1 << 16):
                left = self._limit - self.passed[direction] if direction == self._direction else len(data)
                self.passed[direction] += min(left, len(data))
                if 0 <= left <= len(data):
                    writer.write(data[:left])
                    if direction == self._direction:
                        await writer.drain()
                        self._cut()
                        return
                else:
                    writer.write(data)
        writer.close()

    def _cut(self):
        self._limit = 1 << 60
        for writer in self._writers:
            writer.close()
        self._writers.clear()


async def converse(direction, limit):
    """The conversation; returns how many bytes went each way."""
    async with open_house() as house, Proxy(house.server.port, direction, limit).open() as proxy:
        bob = await house.person("bob")
        ana = FeedHost(f"ws://127.0.0.1:{proxy.port}", 0.002, name="ana", secret=SECRET)
        running = asyncio.create_task(ana.feed.run())
        ana.feed.say(Say("one"), "one")
        await bob.hears("one")
        await bob.say("two", "/temp 600 three")
        await ana.until(lambda: ana.texts[-1:] == ["three"])
        ana.feed.say(Say("four", reply_to=ana.number_of("two")), "/reply four")
        ana.feed.say(Say("five", to=bob.id), "/to bob five")
        ana.feed.say(Delete(ana.number_of("two")), "/delete two")
        await bob.hears("five")
        await bob.until(lambda: bob.seen[-1]["type"] == "delete")
        await bob.say("six")
        await ana.until(lambda: ana.texts == ["one", "three", "four", "five", "six"])
        await ana.until(lambda: not list(ana.store.outbox.messages()))
        await bob.hears("six")
        heard = [event["text"] for event in bob.seen if event["type"] == "message"]
        assert heard == ["one", "two", "three", "four", "five", "six"]
        kept = await house.host.log.page(1 << 40, 100, bob.id)
        assert [entry.seq for entry in kept] == ana.numbers
        await ana.feed.close()
        await running
        return proxy.passed


directions = pytest.mark.parametrize("direction", [0, 1], ids=["to the server", "to the client"])


async def cut(direction, stride):
    """The conversation, cut at every `stride`th byte."""
    total = (await converse(direction, 1 << 60))[direction]
    assert total > 300
    for limit in range(0, total, stride):
        await converse(direction, limit)


@directions
async def test_a_cut_anywhere_costs_nothing(direction):
    """Every line is there once, in one order, on both screens."""
    await cut(direction, STRIDE)


@pytest.mark.long
@pytest.mark.timeout(900)
@directions
async def test_a_cut_at_every_byte_costs_nothing(direction):
    """The same, with no byte left out."""
    await cut(direction, 1)
