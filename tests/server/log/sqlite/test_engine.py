"""The log in one file: what outlives the program, and what must not."""

import asyncio
import json
import os
import random
import sqlite3
import stat
from contextlib import asynccontextmanager, closing

import pytest

from chat_protocol.queries import parse_query
from chat_server.core.entries import DELETE, MESSAGE, NewEntry
from chat_server.log import LogError, OpenError
from chat_server.log.memory import MemoryLog
from chat_server.log.recent_keys import KEY_SECONDS
from chat_server.log.sqlite import SqliteLog

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def said(text, **fields):
    """The body of a message, as the log keeps it."""
    return json.dumps({"text": text, "from_id": "~ana", "from_name": "ana", "sent_at": 1.0} | fields).encode()


@pytest.fixture
def path(tmp_path):
    """Where the log is."""
    return tmp_path / "log.db"


@asynccontextmanager
async def opened(path, **options):
    """A log that is open, and what there was when it was opened."""
    log = SqliteLog(path, **options)
    found = await log.open()
    try:
        yield log, found
    finally:
        await log.close()


async def texts(log, before=1 << 40, reader="~ana"):
    """Every message."""
    return [json.loads(entry.body)["text"] for entry in await log.page(before, 10_000, reader)]


def traces(path, *words):
    """How many of these words are anywhere in the files of the log."""
    files = [file.read_bytes() for file in path.parent.iterdir()]
    return sum(any(word.encode() in data for data in files) for word in words)


def secrets(count):
    """Words that nobody else says."""
    dice = random.Random(count)
    return ["".join(dice.choices(LETTERS, k=14)) for _ in range(count)]


async def test_what_was_kept_is_there_again(path):
    """Messages with their numbers, the life that they belong to, names, keys, and where the numbers go on."""
    async with opened(path) as (log, first):
        for text in ("one", "two", "three"):
            await log.append(NewEntry(MESSAGE, said(text, sent_at=77.0), key=text))
        await log.append(NewEntry(DELETE, b'{"id":3}', erases=3))
        assert await log.claim("ana", "~ana") == "~ana"
        await log.claim("bob", "~bob")
        await log.claim("cat", "~cat", lasting=False)
        await log.release("bob")
    async with opened(path) as (log, again):
        assert (again.epoch, again.first, again.last, again.time) == (first.epoch, 1, 4, 77.0)
        assert await texts(log) == ["one", "two"]
        assert await log.roster() == {"ana": "~ana"}
        assert [await log.find(key) for key in ("one", "three", "four")] == [1, 3, None]
        assert await log.append(NewEntry(MESSAGE, said("one"), key="one")) == 1
        assert await log.append(NewEntry(MESSAGE, said("five"))) == 5


async def test_what_was_kept_outlives_a_sudden_end(path, tmp_path):
    """A copy of the files while they are open is what a loss of power leaves: nothing that was answered is missing."""
    later = tmp_path / "later"
    later.mkdir()
    async with opened(path, index_from=8) as (log, _):
        await asyncio.gather(*(log.append(NewEntry(MESSAGE, said(f"message {number}"))) for number in range(100)))
        for file in path.parent.glob("log.db*"):
            (later / file.name).write_bytes(file.read_bytes())
    async with opened(later / path.name) as (log, found):
        assert found.last == 100
        assert len(await texts(log)) == 100
        assert len(await log.search(parse_query("message"), 200, "~ana")) == 100


@pytest.mark.parametrize("index_from", [1, 64, 10_000])
async def test_no_byte_is_left_of_what_was_deleted(path, index_from):
    """In no file, once the deletion is answered; neither of the text nor, in the index, of its words."""
    words = secrets(400)
    dice = random.Random(1)
    async with opened(path, index_from=index_from) as (log, _):
        await asyncio.gather(
            *(log.append(NewEntry(MESSAGE, said(f"{word} {'pad ' * dice.randrange(80)}"))) for word in words)
        )
        assert traces(path, *words) == 400
        order = dice.sample(range(400), 120)
        for at in range(0, 120, 10):
            some = order[at : at + 10]
            await asyncio.gather(*(log.append(NewEntry(DELETE, b"{}", erases=number + 1)) for number in some))
            assert traces(path, *(words[number] for number in order[: at + 10])) == 0
            assert traces(path, *(words[number][-9:] for number in order[: at + 10])) == 0
        assert await log.search(parse_query(words[order[0]]), 10, "~ana") == []
    assert traces(path, *(words[number][-9:] for number in order)) == 0


async def test_somebody_who_reads_for_long_holds_nobody_up(path):
    """A backup, say: what is deleted meanwhile is deleted for everyone, and wiped as soon as that has ended."""
    (word,) = secrets(1)
    async with opened(path) as (log, _):
        await log.append(NewEntry(MESSAGE, said(word)))
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN")
            other.execute("SELECT * FROM entries").fetchall()
            assert await log.append(NewEntry(DELETE, b"{}", erases=1)) == 2
            assert await texts(log) == []
            assert await log.append(NewEntry(MESSAGE, said("next"))) == 3
            other.execute("COMMIT")
        async with asyncio.timeout(30):
            while traces(path, word):  # noqa: ASYNC110 - a file has no event to wait for
                await asyncio.sleep(0.01)


async def test_what_a_tombstone_names_is_wiped_at_the_start(path):
    """Though the one that wrote it could not: its text is in no file once the log is open."""
    (word,) = secrets(1)
    async with opened(path) as (log, _):
        await log.append(NewEntry(MESSAGE, said(word)))
        await log.append(NewEntry(DELETE, b"{}"))
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("UPDATE entries SET erases = 1 WHERE seq = 2")
    async with opened(path) as (log, _):
        assert traces(path, word) == 0
        assert await texts(log) == []


async def test_what_is_cut_off_leaves_no_byte_either(path):
    """Also where it was in the index beside what stays; the others are found as before."""
    words = secrets(3000)
    async with opened(path, index_from=64) as (log, _):
        await asyncio.gather(*(log.append(NewEntry(MESSAGE, said(f"{word} common"))) for word in words))
        assert await log.prune(newest=700) == 2300
        assert traces(path, *(word[-9:] for word in words[:2300])) == 0
        assert traces(path, *(word[-9:] for word in words[2300:])) == 700
        assert len(await log.search(parse_query("common"), 5000, "~ana")) == 700
        assert await log.prune(newest=700) == 2300
    async with opened(path) as (log, found):
        assert (found.first, found.last) == (2301, 3000)
        assert await log.append(NewEntry(MESSAGE, said("next"))) == 3001


async def test_all_may_be_cut_off(path):
    """By their age; the numbers go on."""
    async with opened(path) as (log, _):
        for number in range(10):
            await log.append(NewEntry(MESSAGE, said("x", sent_at=100.0 + number)))
        assert await log.prune(before=104.0) == 4
        assert await log.prune(before=104.0) == 4
        assert await log.prune(before=1000.0) == 10
    async with opened(path) as (log, found):
        assert (found.first, found.last, found.replay_after) == (11, 10, 10)
        assert await log.append(NewEntry(MESSAGE, said("next"))) == 11


async def test_a_large_log_is_replayed_from_its_newest(path):
    """The newest 2,000 messages; of the others, those that have an end are listed."""
    async with opened(path) as (log, _):
        for number in range(2500):
            log.append(NewEntry(MESSAGE, said("x", **({"expires_at": 1e10 + number} if number % 100 == 7 else {}))))
        await log.append(NewEntry(DELETE, b"{}", erases=8))
    async with opened(path) as (log, found):
        assert (found.replay_after, found.last) == (500, 2501)
        assert [entry.seq for entry in await log.expiring(found.replay_after)] == [108, 208, 308, 408]
        entries = []
        async for batch in log.tail(found.replay_after):
            entries += batch
            if entries[-1].seq == found.last:
                break
        assert [entry.seq for entry in entries] == list(range(501, 2502))
        assert entries[-1].kind == DELETE


async def test_a_key_is_known_for_an_hour(path):
    """Over a restart too; then it may be used again. What is kept of it is a hash."""
    async with opened(path) as (log, _):
        await log.mark(1000.0, 1000.0)
        assert await log.append(NewEntry(MESSAGE, said("x"), key="canary-token")) == 1
        await log.mark(1000.0 + KEY_SECONDS - 1, 1000.0 + KEY_SECONDS - 1)
    assert traces(path, "canary-token") == 0
    async with opened(path) as (log, found):
        assert found.time == 1000.0 + KEY_SECONDS - 1
        await log.mark(1000.0 + KEY_SECONDS, 1000.0 + KEY_SECONDS)
        assert (
            await log.append(NewEntry(DELETE, b"{}", key="canary-token", erases=1))
            == await log.find("canary-token")
            == 1
        )
        assert await texts(log) == ["x"]
        await log.mark(1000.0 + 2 * KEY_SECONDS, 1000.0 + 2 * KEY_SECONDS)
        assert await log.find("canary-token") is None
        await log.mark(500.0, 400.0)
    async with opened(path) as (_, found):
        assert (found.time, found.wall) == (500.0, 400.0)


async def test_an_index_finds_what_reading_finds(path):
    """Random messages in several alphabets, random queries by several people: the same from both engines."""
    dice = random.Random(7)
    words = [
        "green",
        "Build",
        "build",
        "BUILDS",
        "café",
        "cafe\u0301",
        "漢字",
        "ДОМ",
        "дома",
        "don't",
        "a_b",
        "__x",
        "ß",
        "12",
    ]
    names = ["ana", "Ana", "bob", "zoë"]
    memory = MemoryLog(history=1000)
    async with opened(path, index_from=16) as (log, _):
        bodies = []
        for _ in range(300):
            sender = dice.choice(names)
            fields = {"from_name": sender, "from_id": f"~{sender.casefold()}"}
            if dice.random() < 0.3:
                fields["to_id"] = f"~{dice.choice(names).casefold()}"
            if dice.random() < 0.1:
                fields["expires_at"] = 1e10
            body = said(dice.choice([" ", "\n", "-", ", "]).join(dice.choices(words, k=dice.randint(1, 6))), **fields)
            bodies.append(body)
        erased = dice.sample(range(1, 301), 60)
        for engine in (log, memory):
            for start in range(0, 300, 50):
                await asyncio.gather(*(engine.append(NewEntry(MESSAGE, body)) for body in bodies[start : start + 50]))
            await asyncio.gather(*(engine.append(NewEntry(DELETE, b"{}", erases=number)) for number in erased))
        for _ in range(300):
            parts = dice.choices([word.strip("_") for word in words], k=dice.randint(1, 2))
            line = dice.choice(
                [" ".join(parts), f'"{" ".join(parts)}"', parts[0][:2] + "*", f"{parts[0]} from:{dice.choice(names)}"]
            )
            query = parse_query(line + dice.choice(["", f" before:{dice.randint(1, 400)}"]))
            limit, reader = dice.choice([1, 5, 1000]), f"~{dice.choice(names).casefold()}"
            assert await log.search(query, limit, reader) == await memory.search(query, limit, reader), line


async def test_a_full_disk_loses_nothing_that_was_answered(path):
    """The sentence says so; what is there can be read; with room it goes on by itself, with the next number."""
    async with opened(path) as (log, _):
        await log.append(NewEntry(MESSAGE, said("before")))
        await limit(log, 1)
        kept = 1
        while not isinstance(answer := await settled(log.append(NewEntry(MESSAGE, said("x" * 3000)))), LogError):
            kept += 1
        assert str(answer) == "The server couldn't save that: the disk is full."
        assert len(await texts(log)) == kept
        assert await log.claim("ana", "~ana") == "~ana"
        await limit(log, 1 << 30)
        assert await log.append(NewEntry(MESSAGE, said("after"))) == kept + 1
    async with opened(path) as (log, _):
        assert len(await texts(log)) == kept + 1


async def settled(kept):
    """The number of an entry, or why it has none."""
    (answer,) = await asyncio.gather(kept, return_exceptions=True)
    return answer


async def limit(log, pages):
    """Let the file have so many pages, or as many as it has."""
    await log.in_commit(lambda writer: writer.connection.execute(f"PRAGMA max_page_count={pages}").fetchone())


async def test_what_waits_to_be_written_is_bounded(path):
    """Beyond the bound a line is refused at once; those before it are kept."""
    async with opened(path) as (log, _):
        kept = [log.append(NewEntry(MESSAGE, said("x"))) for _ in range(20_000)]
        refused = log.append(NewEntry(MESSAGE, said("too many")))
        with pytest.raises(LogError, match=r"^The server can't keep up "):
            refused.result()
        assert await asyncio.gather(*kept) == list(range(1, 20_001))
        assert await log.append(NewEntry(MESSAGE, said("again"))) == 20_001


async def test_after_its_end_nothing_is_kept(path):
    """A sentence says so."""
    log = SqliteLog(path)
    await log.open()
    kept = log.append(NewEntry(MESSAGE, said("last")))
    await log.close()
    assert await kept == 1
    with pytest.raises(LogError, match=r"^The server is shutting down\.$"):
        await log.append(NewEntry(MESSAGE, said("late")))


async def test_only_its_owner_reads_it(path):
    """Also what stands beside it."""
    async with opened(path) as (log, _):
        await log.append(NewEntry(MESSAGE, said("x")))
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert set(modes) == {"log.db", "log.db-wal", "log.db-shm", "log.db-lock"}
    assert set(modes.values()) == {0o600}


def foreign(path):
    """Somebody else's database."""
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("CREATE TABLE theirs (x)")


async def newer(path):
    """A log of a later version."""
    async with opened(path):
        pass
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("PRAGMA user_version=99")


async def damaged(path):
    """A log with a page that is nonsense."""
    async with opened(path) as (log, _):
        await log.append(NewEntry(MESSAGE, said("x")))
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 16 * 4096)


def text(path):
    """No database at all."""
    path.write_text("not a database, but long enough to be looked at " * 100)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (foreign, "log.db is another program's database."),
        (newer, "log.db was written by a newer chat-server (format 99; this one knows 2)."),
        (damaged, "log.db: the log is damaged; restore a backup."),
        (text, "log.db: it is not a chat-server log."),
        (os.mkdir, "log.db is a folder; give the name of a file in it."),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
async def test_what_is_no_log_is_refused(path, make, sentence):
    """With one sentence, and without a change to it."""
    if (made := make(path)) is not None:
        await made
    before = path.read_bytes() if path.is_file() else b""
    log = SqliteLog(path)
    with pytest.raises(OpenError) as error:
        await log.open()
    assert str(error.value).endswith(sentence)
    await log.close()
    assert not path.is_file() or path.read_bytes() == before


async def test_a_log_has_one_server(path):
    """The second is refused, until the first has ended."""
    async with opened(path):
        with pytest.raises(OpenError, match=r"is in use: another chat-server has it open\.$"):
            await SqliteLog(path).open()
    async with opened(path):
        pass


async def test_a_folder_that_is_not_there_is_named(tmp_path):
    """As an operator wrote it."""
    with pytest.raises(OpenError, match=r"^There is no folder .*/none; create it first\.$"):
        await SqliteLog(tmp_path / "none" / "log.db").open()
