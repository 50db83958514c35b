"""What is deleted or has expired is gone wherever it was: files, backups, logs, answers, and what clients hold."""

import asyncio
import json
import random
import subprocess
import sys
from contextlib import asynccontextmanager, suppress

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from chat_protocol.commands import Delete, Say
from chat_server.core.entries import MESSAGE, NewEntry, NewMessage, encode_draft
from chat_server.log.sqlite import SqliteLog
from client.feed_host import FeedHost
from processes import Server

DELETED, EXPIRED, PRIVATE = "zanzibarqx", "quetzalcoatlx", "ouagadougoux"
SECRETS = [DELETED, EXPIRED, PRIVATE]
_PIECE = 16 << 20  # bytes that are read of a file at a time
_OVERLAP = 64  # longer than a word that is looked for


@asynccontextmanager
async def clients(url, *names):
    """Connected until the block ends."""
    people = [FeedHost(url, 0.01, name=name, secret=f"{name:x<32}") for name in names]
    running = [asyncio.create_task(person.feed.run()) for person in people]
    for person in people:
        await person.until(lambda person=person: len(person.store.people.clients) == len(names))
    try:
        yield people
    finally:
        for person in people:
            await person.feed.close()
        await asyncio.gather(*running)


async def answers(url):
    """What a newcomer is shown, and finds."""
    async with connect(url, compression=None, proxy=None) as socket:
        said = [await socket.recv()]
        for line in ("/history 1000000 200", *(f"/search {word}" for word in SECRETS), "/search from:ana"):
            await socket.send(line)
            while json.loads(said[-1])["type"] not in ("history", "search") or len(said) == 1:
                said.append(await socket.recv())
                if json.loads(said[-1])["type"] in ("history", "search"):
                    break
        return said


def found_in(folder):
    """The secrets that are in the bytes of any file of a folder, and where."""
    return [(path.name, word) for path in folder.iterdir() for word in SECRETS if word.encode() in path.read_bytes()]


async def test_what_is_gone_is_found_nowhere(tmp_path):
    """Not by its bytes in the database, its journals, a later backup or the log; not in any answer, nor in a client."""
    folder = tmp_path / "server"
    folder.mkdir()
    path = folder / "chat.db"
    server = await asyncio.to_thread(Server, "--log", f"sqlite:{path}", "--rate-limit", "off")
    try:
        async with clients(server.url, "ana", "bob", "cat") as (ana, bob, cat):
            ana.say(Say(f"the word is {DELETED}"))
            ana.say(Say(f"for a moment: {EXPIRED}", lifetime=2.0))
            ana.say(Say(f"for bob alone: {PRIVATE}", to=bob.store.people.you.id, lifetime=2.0))
            ana.say(Say("this stays"))
            await bob.until(lambda: len(bob.texts) == 4)
            await cat.until(lambda: len(cat.texts) == 3)
            assert {word for _, word in found_in(folder)} == set(SECRETS)
            cat.say(Say("a reply to it", reply_to=cat.number_of(DELETED)))
            await ana.until(lambda: "a reply to it" in ana.texts)
            bob.say(Delete(bob.number_of(DELETED)))
            for person in (ana, bob, cat):
                await person.until(lambda person=person: person.texts == ["this stays", "a reply to it"])
                assert not any(word in repr(vars(person.store)) for word in SECRETS)
            assert not any(word in text for text in await answers(server.url) for word in SECRETS)
            copy = folder / "copy.db"
            command = [sys.executable, "-m", "chat_server", "backup", str(path), str(copy)]
            await asyncio.to_thread(subprocess.run, command, check=True)
            await ana.until(lambda: not found_in(folder))
            assert copy.stat().st_size > 0
    finally:
        await asyncio.to_thread(server.stop)
    assert not any(word in server.log for word in SECRETS)
    assert found_in(folder) == []
    command = [sys.executable, "-m", "chat_server", "export", str(path)]
    exported = await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True, text=True)
    assert [json.loads(line)["text"] for line in exported.stdout.splitlines()] == ["this stays", "a reply to it"]


class Deleter:
    """Deletes messages one after the other, and looks after each answer whether a byte of it is left."""

    def __init__(self, folder):
        self._folder = folder
        self.deleted = []
        self.looked_for = 0

    async def run(self, url, numbers, every):
        """Until all are gone, or the server is; looks for every so many-th of them."""
        with suppress(ConnectionClosed, OSError):
            async with connect(url, compression=None, proxy=None) as socket:
                for place, number in enumerate(numbers):
                    await socket.send(f"/delete {number}")
                    while (event := json.loads(await socket.recv()))["type"] != "delete" or event["id"] != number:
                        assert event["type"] != "error", event
                    self.deleted.append(number)
                    if place % every == 0:
                        await self.look_for([number])

    async def look_for(self, numbers):
        """In all files, for the words of these messages."""
        words = {number: word(number).encode() for number in numbers}
        assert await asyncio.to_thread(left, self._folder, words) == []
        self.looked_for += len(words)


def word(number):
    """What only one message says."""
    return f"canary{number:08}"


def left(folder, words):
    """Those of the words that are in the bytes of a file, and where. The files may shrink meanwhile."""
    found = []
    for path in folder.iterdir():
        with path.open("rb") as file:
            before = b""
            while piece := file.read(_PIECE):
                data = before + piece
                found += [(path.name, number) for number, each in words.items() if each in data]
                before = data[-_OVERLAP:]
    return found


async def delete_under_load(folder, count, each, every):
    """Twenty people delete messages from anywhere in a record, others write and search; then the server is killed."""
    log = SqliteLog(folder / "chat.db")
    await log.open()
    for start in range(1, count + 1, 5_000):
        drafts = (
            NewMessage(text=f"{word(number)} and what all say", from_id="~ana", from_name="ana", sent_at=float(number))
            for number in range(start, min(start + 5_000, count + 1))
        )
        await asyncio.gather(*(log.append(NewEntry(MESSAGE, encode_draft(draft))) for draft in drafts))
    while log.unindexed > 1_024:  # noqa: ASYNC110 - an index step is nobody's to wait for
        await asyncio.sleep(0.05)
    await log.close()
    server = await asyncio.to_thread(Server, "--log", f"sqlite:{folder / 'chat.db'}", "--rate-limit", "off")
    try:
        order = random.Random(count).sample(range(1, count + 1), 20 * each)
        deleters = [Deleter(folder) for _ in range(20)]
        deleting = [
            asyncio.create_task(one.run(server.url, order[place * each : (place + 1) * each], every))
            for place, one in enumerate(deleters)
        ]
        async with connect(server.url, compression=None, proxy=None) as other:
            await other.recv()
            while sum(len(one.deleted) for one in deleters) < 15 * each:
                await other.send("what somebody else says")
                await other.send("/search what all say from:ana")
                while json.loads(await other.recv())["type"] != "search":
                    pass
                for task in deleting:
                    if task.done():
                        task.result()
            await asyncio.to_thread(server.kill)
        await asyncio.gather(*deleting)
    finally:
        server.end()
    for one in deleters:
        await one.look_for(one.deleted[:: max(1, every // 2)])
    return deleters


async def test_what_is_deleted_is_gone_when_its_author_is_answered(tmp_path):
    """Its bytes in all files, those of the index too, while twenty delete; also when the server is killed."""
    deleters = await delete_under_load(tmp_path, 5_000, 20, 1)
    assert sum(one.looked_for for one in deleters) >= 15 * 20


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_what_is_deleted_from_a_million_is_gone_when_its_author_is_answered(tmp_path):
    """The same in a record of a million."""
    deleters = await delete_under_load(tmp_path, 1_000_000, 100, 20)
    assert sum(one.looked_for for one in deleters) >= 15 * 5
