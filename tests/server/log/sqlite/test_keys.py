"""Keys of entries by their age: two tables take turns, so that a key is known for an hour at least and two at most."""

import asyncio
import json

import pytest

from chat_server.core.entries import MESSAGE, NewEntry
from chat_server.log.sqlite import SqliteLog

START = 1_000_000.0
HOUR = 3600.0  # what the protocol promises for tokens


@pytest.fixture
async def log(tmp_path):
    """A log that is open, and has been told the time."""
    log = SqliteLog(tmp_path / "log.db")
    await log.open()
    await log.mark(START, START)
    yield log
    await log.close()


def said(text):
    """The body of a message, as the log keeps it."""
    return json.dumps({"text": text, "from_id": "~ana", "from_name": "ana", "sent_at": 1.0}).encode()


async def asked_both_ways(log, key):
    """What the reader finds, and what the writer does, which is asked while something waits to be written."""
    found = await log.find(key)
    waiting = log.append(NewEntry(MESSAGE, said("something else")))
    found_meanwhile = await log.find(key)
    await waiting
    return found, found_meanwhile


@pytest.mark.parametrize("turns", range(4))
async def test_a_key_is_found_in_the_older_table_too(log, turns):
    """Whichever of the two is the older one now: by who reads, by who writes, and by a line that comes again."""
    began = START
    for _ in range(turns):
        began += HOUR
        await log.mark(began, began)
    used = await log.append(NewEntry(MESSAGE, said("x"), key="k"))
    for now in (began + HOUR - 1, began + HOUR):  # in the newer table, and then in the older one
        await log.mark(now, now)
        assert await asked_both_ways(log, "k") == (used, used)
        assert await log.append(NewEntry(MESSAGE, said("x"), key="k")) == used
        assert (
            await asyncio.gather(*(log.append(NewEntry(MESSAGE, said("x"), key="k")) for _ in range(2))) == [used] * 2
        )
    await log.mark(began + 2 * HOUR, began + 2 * HOUR)
    assert await asked_both_ways(log, "k") == (None, None)


@pytest.mark.parametrize("used_at", [0.0, 60.0, 0.5 * HOUR, HOUR - 1.0])
async def test_a_key_is_known_for_an_hour_from_its_use(log, used_at):
    """The maintenance tells the time every minute meanwhile; after two hours it is not known."""
    await log.mark(START + used_at, START + used_at)
    used = await log.append(NewEntry(MESSAGE, said("x"), key="k"))
    minutes = [START + used_at + minute * 60.0 for minute in range(1, 61)]
    for now in minutes:
        await log.mark(now, now)
        assert await log.find("k") == used
    await log.mark(minutes[-1] + HOUR, minutes[-1] + HOUR)
    await log.mark(minutes[-1] + 2 * HOUR, minutes[-1] + 2 * HOUR)
    assert await log.find("k") is None


async def test_keys_of_both_tables_are_known_over_a_restart(tmp_path):
    """And so is which of the tables is the newer one."""
    log = SqliteLog(tmp_path / "log.db")
    await log.open()
    await log.mark(START, START)
    await log.append(NewEntry(MESSAGE, said("x"), key="older"))
    await log.mark(START + HOUR, START + HOUR)
    await log.append(NewEntry(MESSAGE, said("y"), key="newer"))
    await log.close()
    again = SqliteLog(tmp_path / "log.db")
    await again.open()
    try:
        assert await asked_both_ways(again, "older") == (1, 1)
        assert await asked_both_ways(again, "newer") == (2, 2)
        await again.mark(START + 2 * HOUR, START + 2 * HOUR)
        assert await asked_both_ways(again, "older") == (None, None)
        assert await asked_both_ways(again, "newer") == (2, 2)
    finally:
        await again.close()
