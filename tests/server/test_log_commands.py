"""Copies of a log, and the way back to one, as an operator makes them: also after kills, and by hand."""

import asyncio
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from chat_server.cli import main
from chat_server.core.entries import MESSAGE, NewEntry, NewMessage, encode_draft
from chat_server.log import OpenError
from chat_server.log.kinds import ERASED
from chat_server.log.sqlite import SqliteLog
from power_loss import sqlite_library
from slow_disk import SlowDisk

PATIENCE = 30.0
ROWS = 20_000  # of a log whose copy takes long enough to be stopped


def said(text):
    """An entry that is a message."""
    draft = NewMessage(text=text, from_id="~ana", from_name="ana", sent_at=1.0)
    return NewEntry(MESSAGE, encode_draft(draft))


async def texts(path):
    """What a server finds in a log."""
    log = SqliteLog(path)
    await log.open()
    try:
        return [entry.body.split(b'"text":"')[1].split(b'"')[0].decode() for entry in await log.page(99, 99, "~ana")]
    finally:
        await log.close()


async def epoch(path):
    """Which life of the log a server finds."""
    log = SqliteLog(path)
    opened = await log.open()
    await log.close()
    return opened.epoch


async def killed_after(path, *lines):
    """Leave the files as a server leaves them that has kept these lines and is then killed."""
    live = path.with_name("live")
    live.mkdir()
    for file in path.parent.glob(f"{path.name}*"):
        file.rename(live / file.name)
    log = SqliteLog(live / path.name)
    await log.open()
    for line in lines:
        await log.append(said(line))
    for file in live.iterdir():
        shutil.copyfile(file, path.with_name(file.name))
    await log.close()
    shutil.rmtree(live)


def really_killed_after(path, *lines):
    """A program that keeps these lines in a log, and is then killed."""
    program = f"""
import asyncio, os, signal, sys
sys.path[:0] = {[str(Path(__file__).parent), *sys.path]!r}
from test_log_commands import SqliteLog, said
async def main():
    log = SqliteLog(__import__("pathlib").Path({str(path)!r}))
    await log.open()
    for line in {lines!r}:
        await log.append(said(line))
    os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", program], timeout=PATIENCE, check=False)
    assert done.returncode == -signal.SIGKILL


async def refused(path):
    """The sentence with which a server does not start on a log."""
    with pytest.raises(OpenError) as error:
        await SqliteLog(path).open()
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.fixture
async def chat(tmp_path):
    """A log of a server that was killed, with its newest lines beside it; `copy.db` is a backup of before these."""
    path = tmp_path / "chat.db"
    await killed_after(path, "one", "two")
    assert main(["backup", str(path), str(tmp_path / "copy.db")]) == 0
    await killed_after(path, "three")
    assert (tmp_path / "chat.db-wal").stat().st_size > 0
    return path


async def test_a_restored_log_is_the_copy(chat, tmp_path, capfd):
    """Nothing of after it is played onto it; the old log is beside it, whole; clients are not to go on in either."""
    copy = tmp_path / "copy.db"
    before = copy.read_bytes()
    assert main(["restore", str(copy), f"sqlite:{chat}"]) == 0
    (kept,) = tmp_path.glob("chat.db.replaced-*")
    assert str(kept) in capfd.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["chat.db", "chat.db-lock", kept.name, "copy.db"]
    assert copy.read_bytes() == before
    assert await texts(chat) == ["one", "two"]
    assert await texts(kept) == ["one", "two", "three"]
    assert len({await epoch(path) for path in (chat, kept, copy)}) == 3
    await killed_after(chat, "four")
    assert await texts(chat) == ["one", "two", "four"]


async def test_the_same_copy_twice_is_two_lives(chat, tmp_path):
    """Numbers above it are used again each time."""
    lives = set()
    for _ in range(2):
        assert main(["restore", str(tmp_path / "copy.db"), str(chat)]) == 0
        lives.add(await epoch(chat))
    assert len(lives) == 2


@pytest.mark.parametrize("by", ["renamed over", "written over"])
async def test_a_copy_put_in_place_by_hand_is_told_apart(chat, tmp_path, by):
    """Beside the old write-ahead log: one sentence names the command that mends it, and nothing is changed."""
    copy = (tmp_path / "copy.db").read_bytes()
    if by == "written over":
        chat.write_bytes(copy)
    else:
        (tmp_path / "new.db").write_bytes(copy)
        (tmp_path / "new.db").rename(chat)
    wal = (tmp_path / "chat.db-wal").read_bytes()
    assert f"`chat-server restore COPY {chat}`" in await refused(chat)
    assert (chat.read_bytes(), (tmp_path / "chat.db-wal").read_bytes()) == (copy, wal)
    elsewhere = chat.rename(tmp_path / "elsewhere.db")
    assert "chat.db is gone, and chat.db-wal beside it has the newest messages" in await refused(chat)
    assert main(["restore", str(elsewhere), str(chat)]) == 0
    assert await texts(chat) == ["one", "two"]


async def test_a_log_copied_cold_and_put_back_after_a_crash_is_told_apart(tmp_path):
    """With `cp`, of a server that had ended: it has the same epoch, but was another start's."""
    chat = tmp_path / "chat.db"
    log = SqliteLog(chat)
    await log.open()
    await log.append(said("one"))
    await log.close()
    cold = chat.read_bytes()
    await killed_after(chat, "two")
    chat.write_bytes(cold)
    assert "chat-server restore" in await refused(chat)


@pytest.mark.parametrize("kills", [1, 3])
async def test_a_log_of_killed_servers_is_no_strangers(tmp_path, kills):
    """Nothing is refused that belongs together: killed again and again, moved, or with its record lost."""
    chat = tmp_path / "chat.db"
    for number in range(kills):
        really_killed_after(chat, f"line {number}")
    (tmp_path / "moved").mkdir()
    for file in tmp_path.glob("chat.db*"):
        (tmp_path / "moved" / file.name).write_bytes(file.read_bytes())
    expected = [f"line {number}" for number in range(kills)]
    assert await texts(tmp_path / "moved" / "chat.db") == expected
    (tmp_path / "chat.db-lock").unlink()
    assert await texts(chat) == expected


async def test_a_restore_refuses_what_would_lose_something(chat, tmp_path, capfd):
    """A log in use; a copy that is damaged, half, none of ours, or the log itself. The log is as it was."""
    copy = tmp_path / "copy.db"
    half = tmp_path / "half.db"
    half.write_bytes(copy.read_bytes()[:-4096])
    scratched = tmp_path / "scratched.db"
    page = bytearray(copy.read_bytes())
    page[4096 * 2 : 4096 * 4] = b"\xff" * 8192
    scratched.write_bytes(page)
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE x (y)")
    (tmp_path / "empty.db").touch()
    for source, sentence in (
        (half, "half.db: the log is damaged"),
        (scratched, "scratched.db"),
        (tmp_path / "other.db", "other.db is another program's database."),
        (tmp_path / "empty.db", "empty.db"),
        (tmp_path / "none.db", "There is no log "),
        (chat, "are the same file."),
    ):
        assert main(["restore", str(source), str(chat)]) == 1
        error = capfd.readouterr().err
        assert sentence in error
        assert error.count("\n") == 1
    log = SqliteLog(chat)
    await log.open()
    assert main(["restore", str(copy), str(chat)]) == 1
    assert capfd.readouterr().err.endswith("chat.db is in use: another chat-server has it open.\n")
    assert len(await log.page(99, 99, "~ana")) == 3
    await log.close()
    assert not [*tmp_path.glob("*.unfinished*"), *tmp_path.glob("*.replaced*")]


@pytest.mark.parametrize("command", ["backup newer copy2", "restore newer chat", "restore newer fresh", "export newer"])
async def test_a_file_of_a_newer_version_is_told_as_that(chat, tmp_path, capfd, command):
    """In words, whatever is in it, which this version can't know; not a byte of anything is changed."""
    newer = tmp_path / "newer.db"
    with closing(sqlite3.connect(newer)) as file:
        file.execute("PRAGMA application_id=0x63686174")
        file.execute("PRAGMA user_version=99")
        file.execute("CREATE TABLE facts (what, else_, there, is_)")
        file.commit()
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    name, *files = command.split()
    assert main([name, *(str(tmp_path / f"{file}.db") for file in files)]) == 1
    sentence = f"chat-server: {newer} was written by a newer chat-server (format 99; this one knows 2).\n"
    assert capfd.readouterr() == ("", sentence)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert str(newer) in await refused(newer)
    assert await texts(chat) == ["one", "two", "three"]


async def test_half_a_file_is_no_empty_log(chat, tmp_path):
    """Put in place without what was beside the log: refused at the start, and not a byte of it is changed."""
    copy = (tmp_path / "copy.db").read_bytes()
    place = tmp_path / "place.db"
    for size in (4096, 8192, len(copy) // 2, len(copy) - 1):
        place.write_bytes(copy[:size])
        assert "place.db is incomplete" in await refused(place)
        assert place.read_bytes() == copy[:size]
    place.write_bytes(bytes(4096) + copy[4096:])
    assert "place.db: it is not a chat-server log" in await refused(place)
    for file in tmp_path.glob("chat.db-[sw]*"):
        file.unlink()
    chat.write_bytes(b"")
    assert "chat.db is empty, but it used to hold a log" in await refused(chat)


@pytest.mark.skipif(
    sqlite_library() is None, reason="Python's SQLite is built in, and has no names to reach its VFS by"
)
async def test_a_backup_that_is_killed_leaves_nothing_with_its_name(chat, tmp_path):
    """While it waits for the disk; the next one writes over what it has left."""
    disk = SlowDisk(tmp_path / "disk")
    copy = tmp_path / "second.db"
    with disk.held():
        backup = await asyncio.create_subprocess_exec(sys.executable, *disk.program, "backup", str(chat), str(copy))
        await disk.commit_waits()
        backup.kill()
        await backup.wait()
    left = {path.name for path in tmp_path.glob("second*")}
    assert {"second.db.unfinished"} <= left <= {"second.db.unfinished", "second.db.unfinished-journal"}
    assert main(["backup", str(chat), str(copy)]) == 0
    assert [path.name for path in tmp_path.glob("second*")] == ["second.db"]
    assert await texts(copy) == ["one", "two", "three"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("command", ["backup", "restore"])
def test_who_stops_a_copy_finds_nothing_changed(chat, tmp_path, number, command):
    """One sentence, the usual status, no file of it; of what was there before every byte."""
    with closing(sqlite3.connect(chat)) as log:
        log.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
            "INSERT INTO entries (seq, kind, body) SELECT 1000 + i, ?, zeroblob(4000) FROM n",
            (ROWS, ERASED),
        )
        log.commit()
    target = tmp_path / "target.db"
    arguments = [str(chat), str(target)]
    before = {path.name: path.stat().st_size for path in tmp_path.iterdir()}
    copying = subprocess.Popen(
        [sys.executable, "-m", "chat_server", command, *arguments], stderr=subprocess.PIPE, text=True
    )
    part = tmp_path / "target.db.unfinished"
    deadline = time.monotonic() + PATIENCE
    while not (part.exists() and part.stat().st_size) and copying.poll() is None and time.monotonic() < deadline:
        time.sleep(0.0005)
    copying.send_signal(number)
    _, error = copying.communicate(timeout=PATIENCE)
    assert (copying.returncode, error) == (128 + number, "chat-server: Stopped; nothing was changed.\n")
    left = {path.name: path.stat().st_size for path in tmp_path.iterdir()}
    for beside in ("target.db-lock", "chat.db-shm", "chat.db-wal"):  # empty ones, of who reads
        left.pop(beside, None)
    assert left == before
