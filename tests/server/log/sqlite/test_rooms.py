"""Rooms in the file: an older file is taken over, whole; pages of every room go by its index."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from chat_server.core.entries import NewMessage, encode_draft, entry_of
from chat_server.log import read_file
from chat_server.log.sqlite import SqliteLog, backup
from chat_server.log.sqlite.schema import APPLICATION, HAS_TEXT, IN_ROOMS, IS_CHANGE, MAY_SEE

SERVER = Path(__file__).parents[4] / "server"
FORMAT_1 = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE entries (
    seq INTEGER PRIMARY KEY, kind INTEGER NOT NULL, body BLOB NOT NULL,
    from_id BLOB, to_id BLOB, expires_at REAL, erases INTEGER);
CREATE INDEX ending ON entries (seq) WHERE kind = 2 AND expires_at IS NOT NULL;
CREATE TABLE names (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE keys0 (hash BLOB PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE keys1 (hash BLOB PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE shards (shard INTEGER PRIMARY KEY);
INSERT INTO facts VALUES ('epoch', 'abc'), ('indexed', 0);
INSERT INTO names VALUES ('ana', '~ana');
"""


@pytest.fixture
def old(tmp_path):
    """A file as it was before there were rooms, with two messages and a direct one."""
    path = tmp_path / "log.db"
    with closing(sqlite3.connect(path)) as file, file:
        file.executescript(FORMAT_1)
        for seq, to_id in ((1, None), (2, "~bob"), (3, None)):
            body = encode_draft(NewMessage(f"m{seq}", "~ana", "ana", 1.0, to_id=to_id))
            ids = (b"~ana", to_id.encode()) if to_id else (None, None)
            file.execute("INSERT INTO entries VALUES (?, 2, ?, ?, ?, NULL, NULL)", (seq, body, *ids))
        file.execute(f"PRAGMA application_id={APPLICATION}")
        file.execute("PRAGMA user_version=1")
    return path


async def test_a_file_from_before_is_taken_over(old):
    """All that was said is the lobby's; rooms can be used at once; the epoch is the same, so that people go on."""
    log = SqliteLog(old)
    opened = await log.open()
    try:
        assert (opened.epoch, opened.last) == ("abc", 3)
        assert [entry.seq for entry in await log.page(99, 9, "~bob")] == [1, 2, 3]
        assert await log.append(entry_of(NewMessage("x", "~ana", "ana", 1.0), None, "dev")) == 4
        assert [entry.room for entry in await log.page(99, 9, "", room="dev")] == ["dev"]
        assert dict(await log.roster()) == {"ana": "~ana"}
    finally:
        await log.close()
    with closing(sqlite3.connect(old)) as file:
        assert file.execute("PRAGMA user_version").fetchone() == (2,)


def test_a_file_from_before_is_read_as_it_is(old, tmp_path):
    """An export and a backup change not a byte of it; the copy is taken over like the file itself."""
    before = old.read_bytes()
    with read_file(old) as (_, _, entries):
        assert [(entry.seq, entry.room) for entry in entries] == [(1, ""), (2, ""), (3, "")]
    backup(old, tmp_path / "copy.db")
    assert old.read_bytes() == before
    with closing(sqlite3.connect(tmp_path / "copy.db")) as file:
        assert file.execute("SELECT count(*) FROM entries").fetchone() == (3,)
        assert file.execute("PRAGMA user_version").fetchone() == (1,)


async def test_a_backup_has_the_rooms(tmp_path):
    """Names, messages and how far somebody has read."""
    log = SqliteLog(tmp_path / "log.db")
    await log.open()
    await log.append(entry_of(NewMessage("x", "~ana", "ana", 1.0), None, "dev"))
    await log.set_place("~ana", "dev", 1)
    backup(tmp_path / "log.db", tmp_path / "copy.db")
    await log.close()
    copy = SqliteLog(tmp_path / "copy.db")
    await copy.open()
    assert [record.name for record in await copy.rooms()] == ["dev"]
    assert [entry.room for entry in await copy.page(9, 9, "", room="dev")] == ["dev"]
    assert dict(await copy.places("~ana")) == {"dev": 1}
    await copy.close()


@pytest.mark.parametrize(
    ("select", "index"),
    [
        (f"{HAS_TEXT} AND room = 3 AND seq < 9 ORDER BY seq DESC LIMIT 9", "of_room"),
        (f"{HAS_TEXT} AND room = 0 AND seq < 9 AND (to_id IS NULL OR from_id = x'00') ORDER BY seq DESC", "of_room"),
        (f"{IS_CHANGE} AND room = 3 AND seq > 9 ORDER BY seq LIMIT 9", "changes_of_room"),
        (f"{HAS_TEXT} AND to_id IS NOT NULL AND seq < 9 ORDER BY seq DESC LIMIT 9", "direct"),
        (f"{HAS_TEXT} AND expires_at IS NOT NULL AND seq <= 9 ORDER BY seq", "ending"),
    ],
)
async def test_what_is_asked_of_a_room_goes_by_an_index(tmp_path, select, index):
    """Nothing of another room is read on the way."""
    log = SqliteLog(tmp_path / "log.db")
    await log.open()
    await log.close()
    with closing(sqlite3.connect(tmp_path / "log.db")) as file:
        plan = file.execute(f"EXPLAIN QUERY PLAN SELECT seq FROM entries WHERE {select}").fetchall()
    (step,) = [step for *_, step in plan]
    assert f"INDEX {index} " in step
    assert step.startswith("SEARCH")


@pytest.mark.parametrize("which", ["seq > 5 AND expires_at IS NULL", "expires_at IS NOT NULL"])
async def test_a_search_reads_by_number_whatever_rooms_it_is_in(tmp_path, which):
    """The index of rooms would give them room by room, all of each, to be sorted."""
    log = SqliteLog(tmp_path / "log.db")
    await log.open()
    await log.close()
    with closing(sqlite3.connect(tmp_path / "log.db")) as file:
        where = f"{HAS_TEXT} AND {which} AND seq <= 99 AND {MAY_SEE} AND {IN_ROOMS}"
        plan = file.execute(
            f"EXPLAIN QUERY PLAN SELECT seq, body FROM entries WHERE {where} ORDER BY seq DESC LIMIT 9",
            {"reader": b"~a", "rooms": "[0]"},
        ).fetchall()
    steps = [step for *_, step in plan]
    assert "INDEX ending" in steps[0] or "PRIMARY KEY" in steps[0]
    assert not any("of_room" in step or "B-TREE" in step for step in steps)


async def test_a_room_of_a_commit_that_failed_has_no_number(tmp_path):
    """The next one takes it, and both are right after a restart."""
    log = SqliteLog(tmp_path / "log.db")
    await log.open()

    def fail(writer):
        writer.rooms.number_of("lost")
        raise ValueError

    with pytest.raises(Exception, match="couldn't save"):
        await log.in_commit(fail)
    await log.append(entry_of(NewMessage("x", "~ana", "ana", 1.0), None, "dev"))
    await log.append(entry_of(NewMessage("y", "~ana", "ana", 1.0), None, "lost"))
    await log.close()
    log = SqliteLog(tmp_path / "log.db")
    await log.open()
    assert {record.name for record in await log.rooms()} == {"dev", "lost"}
    assert [len(await log.page(9, 9, "", room=room)) for room in ("dev", "lost")] == [1, 1]
    await log.close()


_OPEN = """
import asyncio, sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from chat_server.log.sqlite.schema import open_writer
print("begun", flush=True)
open_writer(Path(sys.argv[1])).close()
print("done", flush=True)
"""


@pytest.mark.parametrize("rows", [20_000, pytest.param(1_000_000, marks=[pytest.mark.long, pytest.mark.timeout(300)])])
def test_a_takeover_that_is_killed_begins_again(old, rows):
    """Killed later and later: the file is the old one, whole, until it is the new one, whole."""
    body = encode_draft(NewMessage("some text", "~ana", "ana", 1.0))
    with closing(sqlite3.connect(old)) as file, file:
        file.execute("PRAGMA journal_mode=WAL")
        file.executemany(
            "INSERT INTO entries VALUES (?, 2, ?, NULL, NULL, NULL, NULL)", ((seq, body) for seq in range(4, rows + 1))
        )
    delay, killed = 0.0, 0
    while True:
        program = subprocess.Popen(
            [sys.executable, "-c", _OPEN, str(old), str(SERVER)], stdout=subprocess.PIPE, text=True
        )
        assert program.stdout is not None
        assert program.stdout.readline() == "begun\n"
        try:
            program.wait(delay)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()
        done = program.stdout.read() == "done\n"
        program.stdout.close()
        with closing(sqlite3.connect(old)) as file:
            (version,) = file.execute("PRAGMA user_version").fetchone()
            assert version == 2 or not done
            assert file.execute("SELECT count(*), sum(seq) FROM entries").fetchone() == (rows, rows * (rows + 1) // 2)
            indexes = {name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}
            assert ({"of_room", "direct", "changes_of_room"} <= indexes) == (version == 2)
        if done:
            break
        killed += version == 1
        delay = 1.5 * delay + 0.002
    assert killed >= 3
