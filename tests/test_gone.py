"""What is deleted or has expired is gone wherever it was: files, backups, logs, answers, and what clients hold."""

import asyncio
import json
import subprocess
import sys
from contextlib import asynccontextmanager

from websockets.asyncio.client import connect

from chat_protocol.commands import Delete, Say
from client.feed_host import FeedHost
from processes import Server

DELETED, EXPIRED, PRIVATE = "zanzibarqx", "quetzalcoatlx", "ouagadougoux"
SECRETS = [DELETED, EXPIRED, PRIVATE]


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
