"""What operators do wrong, and what their systems lack: one sentence, a status, and nothing lost."""

import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest

from chat_server.cli import main
from chat_server.core.entries import MESSAGE, NewEntry, NewMessage, encode_draft
from chat_server.log.sqlite import SqliteLog
from processes import running_server

PATIENCE = 30.0


def tried(*arguments, shell="", under=()):
    """A command that ends by itself: its status, and what it has said on standard error."""
    command = [*under, sys.executable, "-m", "chat_server", *arguments]
    if shell:
        command = ["sh", "-c", shell, *command]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    return done.returncode, done.stderr


@pytest.fixture
async def chat(tmp_path):
    """A log with a message, whose server has ended."""
    path = tmp_path / "chat.db"
    log = SqliteLog(path)
    await log.open()
    draft = NewMessage(text="x" * 2000, from_id="~ana", from_name="ana", sent_at=1.0)
    for _ in range(100):
        await log.append(NewEntry(MESSAGE, encode_draft(draft)))
    await log.close()
    return path


@contextmanager
def mounted(folder, *options):
    """A folder with something mounted on it; as root alone, and where the system allows it."""
    if os.geteuid() or not shutil.which("mount"):
        pytest.skip("it wants root, to mount")
    for each in options:
        if subprocess.run(["mount", *each, str(folder)], capture_output=True, check=False).returncode:
            pytest.skip("this system does not let anything be mounted")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("kind", ["symbolic link", "hard link", "link to the folder", "lock removed"])
def test_one_log_by_two_names_has_one_server(tmp_path, kind):
    """The lock is the file's own, whatever its name."""
    path = tmp_path / "chat.db"
    with running_server("--log", f"sqlite:{path}"):
        other = tmp_path / "other.db"
        if kind == "symbolic link":
            other.symlink_to("chat.db")
        elif kind == "hard link":
            other.hardlink_to(path)
        elif kind == "lock removed":
            (tmp_path / "chat.db-lock").unlink()
            other = path
        else:
            (tmp_path / "folder").symlink_to(tmp_path)
            other = tmp_path / "folder" / "chat.db"
        for arguments in (("--port", "0", "--log", f"sqlite:{other}"), ("restore", str(path), str(other))):
            status, error = tried(*arguments)
            assert status == 1
            assert error.endswith(("is in use: another chat-server has it open.\n", "are the same file.\n"))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["--log", "sqlite:~nosuchuser/x.db"],
            "~nosuchuser/x.db: there is no such user on this computer",
        ),
        (["export", "~nosuchuser/x.db"], "~nosuchuser/x.db: there is no such user on this computer."),
        (["backup", "x", "~nosuchuser/x.db"], "~nosuchuser/x.db: there is no such user"),
        (
            ["--log", "sqlite::memory:"],
            "sqlite::memory: is not a file; use memory: to keep messages until the server stops",
        ),
        (["--log", "sqlite:" + "x" * 300], ": File name too long."),
        (["export", "x" * 300], ": File name too long."),
        (["--log", "sqlite:/dev/null"], "/dev/null is not a regular file."),
        (["--log", "sqlite:/dev/full"], "/dev/full is not a regular file."),
        (["--log", "sqlite:/proc/x.db"], "Can't write /proc/x.db-lock: "),
        (["--log", "sqlite:/"], "/ is a folder; give the name of a file in it."),
        (["--host", "203.0.113.9"], "203.0.113.9 is not an address of this computer."),
        (["--host", "x" * 300], " is not an address of this computer."),
        (
            ["--host", "127.0.0.1", "--metrics-address", "203.0.113.9:0"],
            "203.0.113.9 is not an address of this computer.",
        ),
        (["restore", "/", "x.db"], "There is no log at /."),
    ],
)
def test_what_can_not_be_used_is_told_in_a_sentence(arguments, sentence, tmp_path, monkeypatch):
    """Whatever a person can type. Nothing is left behind."""
    monkeypatch.chdir(tmp_path)
    if arguments[0].startswith("--"):
        arguments = ["--port", "0", *arguments]
    status, error = tried(*arguments)
    assert status == 1
    assert error.startswith("chat-server: ")
    assert sentence in error
    assert error.index("\n") == len(error) - 1
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_may_not_be_entered(tmp_path):
    """As whoever may not."""
    locked = tmp_path / "locked"
    locked.mkdir(mode=0)
    under = ()
    if os.geteuid() == 0:
        if not shutil.which("setpriv"):
            pytest.skip("as root everything may be entered")
        for folder in (*tmp_path.parents[:-2], tmp_path):
            folder.chmod(folder.stat().st_mode | 0o055)
        under = ("setpriv", "--reuid=65534", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all", "--")
    path = locked / "chat.db"
    for arguments in (("--port", "0", "--log", f"sqlite:{path}"), ("export", str(path)), ("backup", str(path), "x")):
        status, error = tried(*arguments, under=under)
        assert (status, error.count("\n")) == (1, 1), error
        assert error.endswith(f" {path}: Permission denied.\n")


@pytest.mark.parametrize("most", [10, 14, 24, 39])
def test_too_few_files(tmp_path, most):
    """The limit is named before anything is begun."""
    status, error = tried(
        "--port", "0", "--log", f"sqlite:{tmp_path}/chat.db", shell=f'ulimit -n {most}; exec "$0" "$@"'
    )
    assert status == 1
    assert error.startswith(f"chat-server: Only {most} files can be open at once, too few for a server.")
    assert list(tmp_path.iterdir()) == []


def test_an_export_into_what_can_not_take_it(chat):
    """A full disk, a closed stream; who has read enough is none of these."""
    assert tried("export", str(chat), shell='exec "$0" "$@" >/dev/full') == (
        1, "chat-server: Can't export: No space left on device.\n",
    )  # fmt: skip
    assert tried("export", str(chat), shell='exec "$0" "$@" >&-') == (
        1, "chat-server: Can't export: Bad file descriptor.\n",
    )  # fmt: skip
    status, error = tried("export", str(chat), shell='"$0" "$@" | head -n 1 >/dev/null')
    assert (status, error) == (0, "")


def test_an_export_that_nobody_reads_can_be_stopped(chat):
    """It says that it is not complete."""
    reading, writing = os.pipe()
    export = subprocess.Popen(
        [sys.executable, "-m", "chat_server", "export", str(chat)], stdout=writing, stderr=subprocess.PIPE, text=True
    )
    os.close(writing)
    os.read(reading, 1)  # it has begun
    export.send_signal(signal.SIGTERM)
    assert export.communicate(timeout=PATIENCE)[1] == "chat-server: Stopped; the export is incomplete.\n"
    assert export.returncode == 128 + signal.SIGTERM
    os.close(reading)


def test_a_full_disk_is_named_at_the_start_and_by_a_copy(chat, tmp_path):
    """Not what SQLite could not do first on it. Of a copy nothing is left."""
    full = tmp_path / "full"
    full.mkdir()
    with mounted(full, ["-t", "tmpfs", "-o", "size=16k", "tmpfs"]):
        status, error = tried("--port", "0", "--log", f"sqlite:{full}/chat.db")
        assert (status, error) == (1, f"chat-server: Can't use {full}/chat.db: the disk is full.\n")
        for command in ("backup", "restore"):
            status, error = tried(command, str(chat), f"{full}/copy.db")
            assert status == 1
            assert error.endswith("/copy.db: the disk is full.\n")
        assert not (full / "copy.db").exists()
        assert not (full / "copy.db.unfinished").exists()


@pytest.mark.parametrize("of", ["a log", "a copy"])
def test_a_file_where_nothing_can_be_written_is_read(chat, tmp_path, of, capfdbinary):
    """Exported, copied, gone back to; a server on it says why it can't."""
    kept = tmp_path / "kept"
    kept.mkdir()
    file = kept / "chat.db"
    if of == "a copy":
        assert main(["backup", str(chat), str(file)]) == 0
    else:
        shutil.copyfile(chat, file)
    with mounted(kept, ["--bind", str(kept)], ["-o", "remount,ro,bind"]):
        assert main(["export", str(file)]) == 0
        assert len([json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]) == 100
        assert main(["backup", str(file), str(tmp_path / "copy.db")]) == 0
        assert main(["restore", str(file), str(chat)]) == 0
        status, error = tried("--port", "0", "--log", f"sqlite:{file}")
        assert (status, error) == (1, f"chat-server: Can't write {file}-lock: Read-only file system.\n")
    assert [path.name for path in kept.iterdir()] == ["chat.db"]


def test_newest_messages_that_can_not_be_read_there_are_not_left_out(tmp_path, capfdbinary):
    """A killed server's log on a read-only disk: whole where its index is beside it, else refused with what to do."""
    kept = tmp_path / "kept"
    kept.mkdir()
    file = kept / "chat.db"
    with running_server("--log", f"sqlite:{file}") as server:
        server.kill()
    with mounted(kept, ["--bind", str(kept)], ["-o", "remount,ro,bind"]):
        # It may have been killed while it wrote the index.
        assert main(["export", str(file)]) == 0 or b"Copy both to a folder" in capfdbinary.readouterr().err
    (kept / "chat.db-shm").unlink()
    (kept / "chat.db-wal").write_bytes((kept / "chat.db-wal").read_bytes() or bytes(32))
    with mounted(kept, ["--bind", str(kept)], ["-o", "remount,ro,bind"]):
        assert main(["export", str(file)]) == 1
        assert b"chat.db-wal beside it has the newest messages. Copy both to a folder" in capfdbinary.readouterr().err


@pytest.mark.long
@pytest.mark.parametrize("error", ["ENOLCK", "EOPNOTSUPP"])
def test_a_file_system_without_locks_is_named(tmp_path, error):
    """It is not taken for a log in use."""
    if not shutil.which("strace"):
        pytest.skip("it wants strace")
    under = ("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=flock", "-e", f"inject=flock:error={error}")
    status, said = tried("--port", "0", "--log", f"sqlite:{tmp_path}/chat.db", under=under)
    assert status == 1
    assert (
        said == f"chat-server: Can't use {tmp_path}/chat.db: its file system doesn't support locks."
        " Put it on a local disk.\n"
    )
