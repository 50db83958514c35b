"""The index of words is only an index: whatever is wrong with it, no message is lost or refused, and it heals."""

import asyncio
import json
import random
import sqlite3
from contextlib import asynccontextmanager, closing
from zlib import crc32

import pytest

from chat_protocol.queries import parse_query
from chat_server.core.entries import DELETE, MESSAGE, NewEntry
from chat_server.log.sqlite import SqliteLog
from chat_server.log.sqlite.schema import open_reader
from chat_server.log.sqlite.search_index import is_complete
from chat_server.log.sqlite.word_lists import is_whole

PATIENCE = 30.0
COUNT = 300


def said(text, **fields):
    """The body of a message, as the log keeps it."""
    return json.dumps({"text": text, "from_id": "~ana", "from_name": "ana", "sent_at": 1.0} | fields).encode()


@asynccontextmanager
async def opened(path, **options):
    """A log that is open."""
    log = SqliteLog(path, **options)
    await log.open()
    try:
        yield log
    finally:
        await log.close()


async def fill(log, count=COUNT):
    """Messages that have one word in common, and each one of its own."""
    await asyncio.gather(*(log.append(NewEntry(MESSAGE, said(f"common word{number}"))) for number in range(count)))
    await eventually(lambda: log.unindexed < 16)


async def eventually(holds):
    """Wait for a fact."""
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 - what is done between commits tells nobody
            await asyncio.sleep(0.005)


async def found(log, words, limit=10_000):
    """The numbers of what is found."""
    return [entry.seq for entry in await log.search(parse_query(words), limit, "~ana")]


def garbage(file):
    """Every list is noise."""
    dice = random.Random(3)
    for (number,) in file.execute("SELECT id FROM words").fetchall():
        file.execute("UPDATE words SET list = ? WHERE id = ?", (dice.randbytes(dice.randrange(200)), number))


def one_letter(file):
    """One letter of one list is another."""
    file.execute("UPDATE words SET list = replace(list, 'common', 'commom') WHERE instr(list, 'common')")


def no_lists(file):
    """The lists are gone."""
    file.execute("DELETE FROM words")


def other_types(file):
    """Lists that are numbers."""
    file.execute("UPDATE words SET list = 7")


def no_segments(file):
    """Nothing is known of what is in the index."""
    file.execute("DELETE FROM segments")


def a_gap(file):
    """Of some messages nothing is known."""
    file.execute("DELETE FROM segments WHERE upto = (SELECT min(upto) FROM segments)")


def nonsense_segments(file):
    """Segments that are no numbers."""
    file.execute("UPDATE segments SET first = 'x', lists = 'y'")


def no_tables(file):
    """As if there had never been an index."""
    file.execute("DROP TABLE words")
    file.execute("DROP TABLE segments")


def other_words(file):
    """An earlier version has made it, which split texts into other words and sealed the lists without saying so."""
    for number, stored in file.execute("SELECT id, CAST(list AS BLOB) FROM words WHERE length(list) > 8").fetchall():
        lines = stored[8:].replace(b"word", b"w\xc3\xb6rd")
        file.execute("UPDATE words SET list = ? WHERE id = ?", (b"%08x%b" % (crc32(lines), lines), number))


HARMS = [garbage, one_letter, no_lists, other_types, other_words, no_segments, a_gap, nonsense_segments, no_tables]
UNSEEN_WHILE_RUNNING = {no_segments, a_gap, nonsense_segments, no_tables}  # looked at when a log is opened


def names(harms):
    """For the list of tests."""
    return {"argvalues": harms, "ids": lambda harm: harm.__name__}


def harm(path, how):
    """Somebody else writes into the file."""
    with closing(sqlite3.connect(path, timeout=20)) as file, file:
        how(file)


def is_as_it_should(path):
    """Has every list of the file its checksum, and is every message in one?"""
    with closing(open_reader(path)) as file:
        (indexed,) = file.execute("SELECT value FROM facts WHERE name = 'indexed'").fetchone()
        used = "FROM words WHERE id / 64 IN (SELECT serial FROM segments)"
        lists = file.execute(f"SELECT CAST(list AS BLOB) {used}").fetchall()
        bits = sum((row[0] % (1 << 64)).bit_count() for row in file.execute("SELECT lists FROM segments").fetchall())
        return (
            indexed > COUNT - 16
            and is_complete(file, 0, indexed)
            and len(lists) >= bits > 0
            and all(is_whole(stored) for (stored,) in lists)
        )


@pytest.mark.parametrize("how", **names(HARMS))
async def test_a_damaged_index_heals_at_the_start(tmp_path, how):
    """Everything is found meanwhile, everything can be deleted, and then the file is as it should be."""
    path = tmp_path / "log.db"
    async with opened(path, index_from=16) as log:
        await fill(log)
    harm(path, how)
    async with opened(path, index_from=16) as log:
        assert await found(log, "common") == list(range(COUNT, 0, -1))
        deletions = (log.append(NewEntry(DELETE, b"{}", erases=seq)) for seq in range(1, COUNT, 10))
        await asyncio.gather(*deletions)
        left = [seq for seq in range(COUNT, 0, -1) if seq % 10 != 1]
        assert await found(log, "common") == left
        await eventually(lambda: is_as_it_should(path))
        assert await found(log, "common") == left
        assert await found(log, "word2") == [3]


@pytest.mark.parametrize("how", **names([each for each in HARMS if each not in UNSEEN_WHILE_RUNNING]))
@pytest.mark.parametrize("first", ["search", "delete"])
async def test_a_damaged_index_heals_while_it_is_used(tmp_path, how, first):
    """By a search, and by a deletion; no line of others is refused meanwhile."""
    path = tmp_path / "log.db"
    async with opened(path, index_from=16) as log:
        await fill(log)
        await log.mark(1.0, 1.0)
        harm(path, how)
        if first == "search":
            assert await found(log, "common") == list(range(COUNT, 0, -1))
            await eventually(lambda: is_as_it_should(path))
        entries = [NewEntry(DELETE, b"{}", erases=seq) for seq in range(1, COUNT, 10)]
        lines = [NewEntry(MESSAGE, said(f"line {number}")) for number in range(30)]
        await asyncio.gather(*(log.append(entry) for pair in zip(entries, lines, strict=True) for entry in pair))
        assert await found(log, "common") == [seq for seq in range(COUNT, 0, -1) if seq % 10 != 1]
        if first == "delete":
            await found(log, "c*")
            await eventually(lambda: is_as_it_should(path))


async def test_one_item_that_fails_is_refused_alone(tmp_path):
    """However many are in its commit; what came before and after it is kept, in its order."""
    async with opened(tmp_path / "log.db") as log:
        bodies = [said(f"line {number}") for number in range(50)]
        bodies[17] = b'{"to_id": "no message"}'
        answers = await asyncio.gather(
            *(log.append(NewEntry(MESSAGE, body)) for body in bodies), return_exceptions=True
        )
        assert str(answers[17]) == "The server couldn't save that."
        assert [*answers[:17], *answers[18:]] == list(range(1, 50))
        page = await log.page(100, 100, "~ana")
        assert [entry.body for entry in page] == [*bodies[:17], *bodies[18:]]


async def test_an_index_of_an_earlier_version_is_replaced(tmp_path):
    """Its tables go, with all their words; messages are found meanwhile, and then by the new one."""
    path = tmp_path / "log.db"
    async with opened(path, index_from=10_000) as log:
        await asyncio.gather(*(log.append(NewEntry(MESSAGE, said(f"common word{number}"))) for number in range(COUNT)))
    with closing(sqlite3.connect(path)) as file, file:
        file.executescript(
            "DROP TABLE words; DROP TABLE segments; CREATE TABLE shards (shard INTEGER PRIMARY KEY);"
            "INSERT INTO shards VALUES (0);"
            "CREATE VIRTUAL TABLE words0 USING fts5(words, content='', columnsize=0, tokenize=ascii)"
        )
        file.executemany("INSERT INTO words0 (rowid, words) VALUES (?, ?)", [(1, "oldword common"), (2, "common")])
        file.execute("UPDATE facts SET value = 250 WHERE name = 'indexed'")
    async with opened(path, index_from=16) as log:
        assert await found(log, "common") == list(range(COUNT, 0, -1))
        await eventually(lambda: is_as_it_should(path) and tables(path) == {"words", "segments"})
        assert await found(log, "word7*", 3) == [80, 79, 78]
    assert not any(b"oldword" in file.read_bytes() for file in tmp_path.iterdir())


def tables(path):
    """Those of an index, of whichever version."""
    with closing(sqlite3.connect(path)) as file:
        found = {name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return found - {"facts", "entries", "names", "rooms", "places", "keys0", "keys1"}


@pytest.mark.parametrize("count", [1_500, pytest.param(5_000, marks=[pytest.mark.long, pytest.mark.timeout(300)])])
async def test_any_number_of_deletions_one_by_one(tmp_path, count):
    """Each waits for the one before; all are kept, words are found as before, and those of the last one are gone."""
    path = tmp_path / "log.db"
    async with opened(path) as log:
        await asyncio.gather(
            *(log.append(NewEntry(MESSAGE, said(f"t{n} some words here {n % 7}"))) for n in range(count + 5))
        )
        await eventually(lambda: log.unindexed < 1_024)
        for number in range(1, count + 1):
            assert await log.append(NewEntry(DELETE, b"{}", erases=number)) == count + 5 + number
        assert await found(log, "words") == list(range(count + 5, count, -1))
        assert await found(log, f"t{count - 1}") == []


@pytest.mark.parametrize("count", [2_000, pytest.param(20_000, marks=[pytest.mark.long, pytest.mark.timeout(300)])])
async def test_any_number_of_messages_is_cut_off(tmp_path, count):
    """What stays is found, of what goes no word is left; the file gives its space back."""
    path = tmp_path / "log.db"
    async with opened(path, index_from=512) as log:
        for start in range(0, count, 1_000):
            await asyncio.gather(
                *(
                    log.append(NewEntry(MESSAGE, said(f"canary{n} words {'x' * 300}")))
                    for n in range(start, start + 1_000)
                )
            )
        await eventually(lambda: log.unindexed < 512)
        size = path.stat().st_size
        assert await log.prune(newest=100) == count - 100
        assert await found(log, "words") == list(range(count, count - 100, -1))
        assert await found(log, "canary5") == []
        files = b"".join(file.read_bytes() for file in tmp_path.iterdir())
        assert not any(b"canary%d words" % n in files for n in range(0, count - 100, 7))
        assert b"canary%d words" % (count - 1) in files
        await eventually(lambda: path.stat().st_size < max(size // 3, 3 << 20))
