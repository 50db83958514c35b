"""A server that is killed again and again loses nothing that it has acknowledged, and says nothing twice.

Each time after a random number of acknowledgements, none included, and while a commit waits for the disk; with the
server the computer loses its power, so that only what was synced is left. `make long` kills it more often.
"""

import asyncio
import json
import random
import secrets
from collections import Counter
from contextlib import suppress

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from chatting import PATIENCE
from power_loss import sqlite_library
from processes import Server
from slow_disk import SlowDisk

SENDERS = 20
IN_FLIGHT = 5
MOST_BETWEEN_KILLS = 400  # acknowledgements


class Flood:
    """What all senders do together."""

    def __init__(self, port):
        self.port = port
        self.acknowledged = 0
        self.over = False
        self.greetings = Counter()  # by whether what was missed came, or all anew

    async def until_acknowledged(self, more):
        """Wait for so many further acknowledgements."""
        goal = self.acknowledged + more
        async with asyncio.timeout(PATIENCE):
            while self.acknowledged < goal:  # noqa: ASYNC110 - many tasks count
                await asyncio.sleep(0.001)


class Sender:
    """Says line after line, each with a token, and again whatever was not acknowledged when the connection ended."""

    def __init__(self, flood, number):
        self.flood, self.number = flood, number
        self.said = 0
        self.pending = {}  # token -> line, in their order
        self.kept = {}  # token -> id
        self.screen = {}  # id -> text
        self.missing = []  # (above, below): what was not sent, of what was missed
        self._headers = {"Authorization": f"Bearer {secrets.token_hex(32)}"}
        self._seq = 0
        self._epoch = ""

    async def run(self):
        """Until the flood is over and everything is acknowledged."""
        while not self._done():
            resume = f"?resume={self._epoch}.{self._seq}" if self._epoch else ""
            url = f"ws://127.0.0.1:{self.flood.port}/{resume}"
            with suppress(OSError, ConnectionClosed, InvalidHandshake, EOFError):
                async with connect(
                    url, additional_headers=self._headers, compression=None, proxy=None, close_timeout=1
                ) as socket:
                    await self._talk(socket)
            await asyncio.sleep(0.005)

    def _done(self):
        return self.flood.over and not self.pending and not self.missing

    async def _talk(self, socket: ClientConnection):
        self._greet(json.loads(await socket.recv()))
        for token, line in self.pending.items():
            await socket.send(f"/txn {token} {line}")
        await self._ask(socket)
        while not self._done():
            while len(self.pending) < IN_FLIGHT and not self.flood.over:
                line = f"{self.number} says {self.said}"
                token = f"t{self.number}-{self.said}"
                self.said += 1
                self.pending[token] = line
                await socket.send(f"/txn {token} {line}")
            event = json.loads(await socket.recv())
            self._take(event)
            if event["type"] == "history":
                await self._ask(socket)

    def _greet(self, init):
        self.you = init["you"]["id"]
        self.flood.greetings[init["resumed"] if self._epoch else "first"] += 1
        if not init["resumed"]:
            self.screen.clear()
            self.missing.clear()
        elif init["more"]:
            self.missing.append((self._seq, init["messages"][0]["id"]))
        for number in init["deleted"]:
            self.screen.pop(number, None)
        for message in init["messages"]:
            self._take(message)
        self._seq, self._epoch = init["seq"], init["epoch"]

    async def _ask(self, socket):
        if self.missing:
            await socket.send(f"/history {self.missing[-1][1]} 200")

    def _take(self, event):
        match event:
            case {"type": "message", "id": number, "text": text, "seq": seq}:
                assert self.screen.setdefault(number, text) == text
                self._seq = max(self._seq, seq)
                if event["from_id"] == self.you and (token := event.get("txn")) in self.pending:
                    del self.pending[token]
                    self.kept[token] = number
                    self.flood.acknowledged += 1
                elif event["from_id"] == self.you:
                    assert self.kept[token] == number
            case {"type": "history", "messages": messages}:
                above, below = self.missing.pop()
                for message in messages:
                    assert self.screen.setdefault(message["id"], message["text"]) == message["text"]
                oldest = messages[0]["id"] if messages else above
                if oldest > above + 1 and event["more"]:
                    self.missing.append((above, min(below, oldest)))
            case {"type": "error"}:
                raise AssertionError(event)


async def all_heard(port):
    """Wait until everybody has what the server had for them before this."""
    async with connect(f"ws://127.0.0.1:{port}/", compression=None, proxy=None) as socket:
        await (await socket.ping())


async def whole_record(port):
    """All messages that the server has, oldest first, from its pages."""
    record = []
    async with connect(f"ws://127.0.0.1:{port}/", compression=None, proxy=None, max_size=None) as socket:
        await socket.recv()
        before, more = 10**12, True
        while more:
            await socket.send(f"/history {before} 200")
            while (page := json.loads(await socket.recv()))["type"] != "history":
                pass
            record[:0] = page["messages"]
            more = page["more"]
            before = record[0]["id"]
    return record


async def flood_and_kill(tmp_path, kills):
    """Kill a server so often; afterwards every acknowledged line is there once."""
    # Where SQLite is built into Python no disk can be held: there the server is killed wherever it happens to be.
    disk = SlowDisk(tmp_path / "disk") if sqlite_library() else None
    program = {} if disk is None else {"program": disk.program}
    path = tmp_path / "log" / "chat.db"
    path.parent.mkdir()
    options = ("--log", f"sqlite:{path}", "--rate-limit", "off")
    server = await asyncio.to_thread(Server, *options, **program)
    try:
        flood = Flood(server.port)
        senders = [Sender(flood, number) for number in range(SENDERS)]
        running = [asyncio.create_task(sender.run()) for sender in senders]
        for _ in range(kills):
            await flood.until_acknowledged(random.randrange(MOST_BETWEEN_KILLS))
            if disk is None:
                await asyncio.to_thread(server.kill)
            else:
                with disk.held():
                    await disk.commit_waits()
                    await all_heard(flood.port)
                    await asyncio.to_thread(server.kill)
                disk.lose_power(path)
            server = await asyncio.to_thread(Server, *options, port=flood.port, **program)
        await flood.until_acknowledged(MOST_BETWEEN_KILLS)
        flood.over = True
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*running)
        record = await whole_record(flood.port)
    finally:
        await asyncio.to_thread(server.end)

    assert [message["id"] for message in record] == list(range(1, len(record) + 1))
    texts = {message["id"]: message["text"] for message in record}
    assert len(set(texts.values())) == len(record)
    for sender in senders:
        own = [text for text in texts.values() if text.startswith(f"{sender.number} says ")]
        assert own == [f"{sender.number} says {number}" for number in range(sender.said)]
        assert [texts[sender.kept[f"t{sender.number}-{number}"]] for number in range(sender.said)] == own
        assert sender.screen.items() <= texts.items()
    assert flood.acknowledged == len(record)
    assert not flood.greetings[False]
    print(f"{kills} kills, {len(record)} lines, 0 lost, 0 doubled; greetings: {dict(flood.greetings)}")


async def test_what_was_acknowledged_is_kept_once(tmp_path):
    """Under a flood of twenty: every acknowledged line is there once, ids have no gap, everybody resumes."""
    await flood_and_kill(tmp_path, 3)


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_what_was_acknowledged_is_kept_once_over_many_kills(tmp_path):
    """The same, long enough for what happens once in a hundred times."""
    await flood_and_kill(tmp_path, 200)
