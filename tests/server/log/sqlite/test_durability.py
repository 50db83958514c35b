"""What was answered outlives a loss of power: it was synced, not only written."""

import asyncio
import json
import shutil
import sqlite3

import pytest

from chat_protocol.queries import parse_query
from chat_server.core.entries import DELETE, MESSAGE, NewEntry
from chat_server.log.sqlite import SqliteLog
from chat_server.log.sqlite.commits import Append, Work
from power_loss import SyncedDisk, sqlite_library
from sqlite_writer import make_writer

PATIENCE = 20.0
FULL = 2  # of `PRAGMA synchronous`: SQLite syncs its write-ahead log with every commit


def said(text):
    """The body of a message, as the log keeps it."""
    return json.dumps({"text": text, "from_id": "~ana", "from_name": "ana", "sent_at": 1.0}).encode()


@pytest.fixture
def disk(tmp_path):
    """A disk that can lose its power; SQLite uses it during the test."""
    if sqlite_library() is None:
        pytest.skip("Python's SQLite is built in, and has no names to reach its VFS by")
    disk = SyncedDisk(tmp_path / "disk")
    with disk.in_use():
        yield disk


class Losses:
    """Losses of power after which it must be known what is left."""

    def __init__(self, disk, folder):
        self._disk, self._folder = disk, folder
        self.expected = []

    def at(self, *texts):
        """Now; these messages were kept, and no others."""
        self._disk.after_a_loss_of_power(self._folder / str(len(self.expected)))
        self.expected.append(list(texts))

    async def left(self):
        """What is there after each of them, when the computer is on again."""
        return [await self._texts(self._folder / str(number) / "log.db") for number in range(len(self.expected))]

    async def _texts(self, path):
        log = SqliteLog(path)
        await log.open()
        try:
            return [json.loads(entry.body)["text"] for entry in await log.page(1 << 40, 10_000, "~ana")]
        finally:
            await log.close()


async def indexed(log, most):
    """Wait until no more than so many messages are not in the index of words."""
    async with asyncio.timeout(PATIENCE):
        while log.unindexed > most:  # noqa: ASYNC110 - an index step is nobody's to wait for
            await asyncio.sleep(0.001)


async def test_what_was_answered_outlives_a_loss_of_power(disk, tmp_path):
    """Lines, deletions and cuts; also after an index step, which does not wait for the disk itself."""
    losses = Losses(disk, tmp_path / "after")
    log = SqliteLog(tmp_path / "log.db", index_from=8)
    await log.open()
    try:
        await log.append(NewEntry(MESSAGE, said("one")))
        losses.at("one")
        await asyncio.gather(log.append(NewEntry(MESSAGE, said("two"))), log.append(NewEntry(MESSAGE, said("three"))))
        losses.at("one", "two", "three")
        await log.append(NewEntry(DELETE, b"{}", erases=2))
        losses.at("one", "three")
        for number in range(8):
            await log.append(NewEntry(MESSAGE, said(f"more {number}")))
        more = [f"more {number}" for number in range(8)]
        losses.at("one", "three", *more)
        await indexed(log, 7)
        await log.append(NewEntry(MESSAGE, said("after the index")))
        losses.at("one", "three", *more, "after the index")
        await log.append(NewEntry(DELETE, b"{}", erases=1))
        losses.at("three", *more, "after the index")
        assert await log.prune(newest=2) > 0
        losses.at("more 7", "after the index")
        await log.append(NewEntry(MESSAGE, said("last")))
        losses.at("more 7", "after the index", "last")
    finally:
        await log.close()
    assert await losses.left() == losses.expected


async def test_a_loss_of_power_during_an_index_step_leaves_an_index_that_fits(disk, tmp_path):
    """Whether the step is on the disk or not, every message is found by its words."""
    log = SqliteLog(tmp_path / "log.db", index_from=4)
    await log.open()
    try:
        for number in range(40):
            await log.append(NewEntry(MESSAGE, said(f"common word{number}")))
            disk.after_a_loss_of_power(tmp_path / str(number))
    finally:
        await log.close()
    for number in range(40):
        again = SqliteLog(tmp_path / str(number) / "log.db")
        await again.open()
        try:
            assert len(await again.search(parse_query("common"), 100, "~ana")) == number + 1
        finally:
            await again.close()


@pytest.mark.parametrize("syncs", [1, 2])
async def test_what_was_not_kept_does_not_come_to_life(disk, tmp_path, syncs):
    """The disk fails while a line is synced, and the server is killed: the line is gone; said again, it is there once.

    Where the next sync fails as well, a loss of power might still bring it back, and the sentence says so.
    """
    log = SqliteLog(tmp_path / "log" / "log.db")
    (tmp_path / "log").mkdir()
    await log.open()
    try:
        await log.append(NewEntry(MESSAGE, said("one")))
        disk.fail_syncs(syncs)
        lines = [
            log.append(NewEntry(MESSAGE, said(f"lost {'x' * 9000}{number}"), key=str(number))) for number in (1, 2)
        ]
        answers = await asyncio.gather(*lines, return_exceptions=True)
        sentence = {1: "The server couldn't save that", 2: "The server can't tell whether that was saved"}[syncs]
        assert {str(answer) for answer in answers} == {f"{sentence}: the disk can't be read or written."}
        shutil.copytree(tmp_path / "log", tmp_path / "killed")
        await log.append(NewEntry(MESSAGE, said("next")))
        shutil.copytree(tmp_path / "log", tmp_path / "killed later")
    finally:
        await log.close()
    left = {}
    for folder in ("killed", "killed later"):
        again = SqliteLog(tmp_path / folder / "log.db")
        await again.open()
        await asyncio.gather(*(again.append(NewEntry(MESSAGE, said("again"), key=str(number))) for number in (1, 2)))
        left[folder] = [json.loads(entry.body)["text"] for entry in await again.page(1 << 40, 100, "~ana")]
        await again.close()
    assert left == {"killed": ["one", "again", "again"], "killed later": ["one", "next", "again", "again"]}


async def test_every_commit_is_synced(tmp_path):
    """After each kind of work the writer's connection is as it was: lines, deletions, index steps, keys, cuts."""
    loop = asyncio.get_running_loop()
    writer, outcomes = make_writer(tmp_path / "log.db", 8)
    writer.start()

    async def outcome(*items):
        writer.submit(list(items))
        async with asyncio.timeout(PATIENCE):
            return await outcomes.get()

    async def done(run):
        ((_, answer),) = (await outcome(Work(loop.create_future(), run))).answers
        return answer

    async def synchronous():
        return await done(lambda writer: writer.connection.execute("PRAGMA synchronous").fetchone()[0])

    def line(kind=MESSAGE, erases=None):
        return Append(loop.create_future(), NewEntry(kind, said("text"), erases=erases))

    levels = {"at the start": await synchronous()}
    await outcome(*(line() for _ in range(7)))
    levels["after lines"] = await synchronous()
    await outcome(line(DELETE, erases=1))  # the eighth, with which an index step begins
    levels["after an index step"] = await synchronous()
    assert writer.facts.indexed > 0
    await outcome(line(DELETE, erases=2))
    levels["after a deletion from the index"] = await synchronous()
    await done(lambda writer: writer.mark(10_000.0, 10_000.0))
    levels["after a turn of the keys"] = await synchronous()
    await done(lambda writer: writer.cut(4, 4))
    levels["after a cut"] = await synchronous()
    assert levels == dict.fromkeys(levels, FULL)
    writer.submit(None)
    assert await outcomes.get() is None


async def test_an_index_step_that_fails_leaves_the_next_commit_synced(tmp_path):
    """The disk is full, say, while words go into the index."""
    loop = asyncio.get_running_loop()
    writer, outcomes = make_writer(tmp_path / "log.db", 1)
    writer.connection.set_authorizer(
        lambda action, table, *_: sqlite3.SQLITE_DENY if (action, table) == (sqlite3.SQLITE_INSERT, "segments") else 0
    )
    writer.start()
    levels = []
    for _ in range(3):
        item = Append(loop.create_future(), NewEntry(MESSAGE, said("text")))
        level = Work(loop.create_future(), lambda writer: writer.connection.execute("PRAGMA synchronous").fetchone()[0])
        writer.submit([item, level])
        async with asyncio.timeout(PATIENCE):
            levels.append((await outcomes.get()).answers[-1][1])
    assert levels == [FULL] * 3
    assert writer.facts.indexed == 0
    writer.submit(None)
    assert await outcomes.get() is None
