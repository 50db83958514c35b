"""`chat-server backup` and `chat-server export`: a log that is in a file, copied while it is in use."""

import asyncio
import json
import stat

import pytest

from chat_server.cli import main
from chat_server.core.entries import DELETE, MESSAGE, NewDeletion, NewEntry, NewMessage, encode_draft
from chat_server.log import OpenError
from chat_server.log.sqlite import SqliteLog, backup
from chat_server.ops.export import export


@pytest.fixture
async def log(tmp_path):
    """An open log with messages, one of them deleted, one that ends at 1000."""
    log = SqliteLog(tmp_path / "chat.db", index_from=1)
    await log.open()
    for text, end in (("one", None), ("canary", None), ("three", 1000.0), ("four", None)):
        draft = NewMessage(text=text, from_id="~ana", from_name="ana", sent_at=1.0, expires_at=end)
        await log.append(NewEntry(MESSAGE, encode_draft(draft)))
    await log.append(NewEntry(DELETE, encode_draft(NewDeletion(2)), erases=2))
    yield log
    await log.close()


async def test_a_copy_is_a_log(log, tmp_path):
    """With what was kept when it was made; only its owner may read it; what was deleted is not in it."""
    copy = tmp_path / "copy.db"
    await asyncio.get_running_loop().run_in_executor(None, backup, tmp_path / "chat.db", copy)
    await log.append(NewEntry(MESSAGE, b'{"text":"later","from_id":"~ana","from_name":"ana","sent_at":2.0}'))
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.glob("copy*")) == ["copy.db"]
    assert b"canary" not in copy.read_bytes()
    other = SqliteLog(copy)
    opened = await other.open()
    assert opened.last == 5
    assert [entry.seq for entry in await other.page(100, 10, "~ana")] == [1, 3, 4]
    await other.close()


async def test_an_export_is_every_message(log, tmp_path):
    """As the wire has them, oldest first; what has ended by now is left out."""
    lines = [json.loads(line) for line in export(tmp_path / "chat.db", now=999.0)]
    assert [(line["type"], line["id"], line["text"]) for line in lines] == [
        ("message", 1, "one"),
        ("message", 3, "three"),
        ("message", 4, "four"),
    ]
    assert [json.loads(line)["id"] for line in export(tmp_path / "chat.db", now=1000.0)] == [1, 4]


async def test_the_commands_say_in_a_sentence_what_is_wrong(log, tmp_path, capfdbinary):
    """Status 1 and one line on standard error; nothing is overwritten, nothing half is left."""
    chat, copy, missing = (str(tmp_path / name) for name in ("chat.db", "copy.db", "none.db"))
    assert main(["backup", f"sqlite:{chat}", copy]) == 0
    assert main(["export", copy]) == 0
    out, error = capfdbinary.readouterr()
    assert ([json.loads(line)["id"] for line in out.splitlines()], error) == ([1, 4], b"")
    before = (tmp_path / "copy.db").read_bytes()
    (tmp_path / "text").write_text("not a database " * 100)
    for command, sentence in (
        (["backup", chat, copy], "copy.db already exists."),
        (["backup", missing, f"{copy}2"], "There is no log "),
        (["backup", chat, f"{missing}/x"], "Can't write "),
        (["backup", str(tmp_path / "text"), f"{copy}2"], "text: it is not a chat-server log."),
        (["export", missing], "There is no log "),
    ):
        assert main(command) == 1
        out, error = capfdbinary.readouterr()
        assert sentence in error.decode()
        assert (out, error.count(b"\n")) == (b"", 1)
    assert (tmp_path / "copy.db").read_bytes() == before
    assert not (tmp_path / "copy.db2").exists()
    with pytest.raises(OpenError):
        next(export(tmp_path / "none.db"))
