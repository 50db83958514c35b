"""A copy in steps is the log as it is at the end: what was deleted while it was made is deleted in it."""

import asyncio
import json
import random
import sqlite3
from contextlib import closing

import pytest

from chat_protocol.queries import parse_query
from chat_server.core.entries import DELETE, MESSAGE, NewEntry
from chat_server.log.sqlite import SqliteLog
from chat_server.log.sqlite.copying import copy_in_steps
from chat_server.log.sqlite.schema import open_reader

COUNT = 2_500


def said(text, **fields):
    """The body of a message, as the log keeps it."""
    return json.dumps({"text": text, "from_id": "~ana", "from_name": "ana", "sent_at": 1.0} | fields).encode()


@pytest.fixture
async def log(tmp_path):
    """An open log, most of it in the index of words."""
    log = SqliteLog(tmp_path / "log.db", index_from=256)
    await log.open()
    await asyncio.gather(*(log.append(NewEntry(MESSAGE, said(f"canary{n:05} common"))) for n in range(1, COUNT + 1)))
    yield log
    await log.close()


def copied(source, target, meanwhile):
    """Copy; before the first step of each of these tables what belongs to it is done."""
    with closing(open_reader(source)) as reading, closing(sqlite3.connect(target)) as copy:

        def begins(statement):
            for table in [table for table in meanwhile if statement.startswith(f"INSERT INTO {table} ")]:
                meanwhile.pop(table)()

        copy.set_trace_callback(begins)
        copy_in_steps(reading, copy)
        assert not meanwhile


async def test_what_happens_while_a_log_is_copied_has_happened_in_the_copy(log, tmp_path):
    """At any of its steps: deletions of what is copied or not, and lines. No byte is left of what is gone."""
    loop = asyncio.get_running_loop()
    dice = random.Random(5)
    order = dice.sample(range(600, COUNT + 1), 160)
    deleted, lines = [], []

    def do(work):
        asyncio.run_coroutine_threadsafe(work, loop).result(30)

    async def change():
        some = [order.pop() for _ in range(40)]
        await asyncio.gather(*(log.append(NewEntry(DELETE, b'{"id":1}', erases=seq)) for seq in some))
        deleted.extend(some)
        lines.append(await log.append(NewEntry(MESSAGE, said("common line"))))

    await change()
    target = tmp_path / "copy.db"
    meanwhile = {"entries": lambda: do(change()), "words": lambda: do(change())}
    await loop.run_in_executor(None, copied, tmp_path / "log.db", target, meanwhile)
    assert len(deleted) == 120
    data = target.read_bytes()
    assert [n for n in deleted if b"canary%05d" % n in data] == []
    there = [n for n in range(COUNT, 0, -1) if n not in deleted]
    assert all(b"canary%05d" % n in data for n in there)
    with closing(sqlite3.connect(target)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert copy.execute("PRAGMA freelist_count").fetchone()[0] < 16
    again = SqliteLog(target)
    await again.open()
    try:
        query = parse_query("common")
        assert await again.search(query, 10_000, "~ana") == await log.search(query, 10_000, "~ana")
        assert [entry.seq for entry in await again.search(query, 10_000, "~ana")] == lines[::-1] + there
    finally:
        await again.close()


async def test_what_is_cut_off_while_a_log_is_copied_is_not_in_the_copy(log, tmp_path):
    """Neither the messages nor their words, although they were copied before."""
    loop = asyncio.get_running_loop()

    def cut():
        assert asyncio.run_coroutine_threadsafe(log.prune(newest=500), loop).result(30) == COUNT - 500

    target = tmp_path / "copy.db"
    await loop.run_in_executor(None, copied, tmp_path / "log.db", target, {"words": cut})
    data = target.read_bytes()
    assert [n for n in range(1, COUNT - 499) if b"canary%05d" % n in data] == []
    again = SqliteLog(target)
    await again.open()
    try:
        found = await again.search(parse_query("common"), 10_000, "~ana")
        assert [entry.seq for entry in found] == list(range(COUNT, COUNT - 500, -1))
    finally:
        await again.close()
