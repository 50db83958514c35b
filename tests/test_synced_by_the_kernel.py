"""What the kernel is asked for, in which order: what is promised to outlive a loss of power is synced before it counts.

On the server a line is in the log, the log is synced, and only then it is shown; at the client a line that waits is in
its file, the file is synced, takes its name, and so is the folder.
"""

import asyncio
import json
import re
import shutil
import subprocess
import sys

import pytest
from websockets.asyncio.client import connect

from processes import Server

LINES = 300
PATIENCE = 20.0
CALLS = "fdatasync,fsync,pwrite64,write,writev,sendto,sendmsg"
_CALL = re.compile(r"^(\d+) +(?:(\w+)\((\d+)<(.*?)>[,)]|<\.\.\. (\w+) resumed>)(.*)$")


def trace(log):
    """The calls of a process, in the order in which they ended: name, what the file descriptor is, and the line."""
    begun = {}
    for line in log.read_text(errors="replace").splitlines():
        if match := _CALL.match(line):
            thread, name, _, file, resumed, rest = match.groups()
            if name and rest.endswith("<unfinished ...>"):
                begun[thread] = (name, file, line)
            elif resumed and thread in begun:
                name, file, whole = begun.pop(thread)
                yield name, file, whole + rest
            elif name:
                yield name, file, line


@pytest.mark.long
@pytest.mark.timeout(180)
@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
async def test_a_line_is_synced_before_it_is_shown(tmp_path):
    """Every one of them, for everybody who sees it."""
    folder = tmp_path / "log"
    folder.mkdir()
    traced = tmp_path / "trace"
    strace = ("strace", "-D", "-f", "-y", "-s", "8192", "-e", f"trace={CALLS}", "-o", str(traced))
    options = ("--log", f"sqlite:{folder / 'chat.db'}", "--rate-limit", "off")
    server = await asyncio.to_thread(Server, *options, under=strace)
    try:
        async with (
            connect(server.url, compression=None, proxy=None) as ana,
            connect(server.url, compression=None, proxy=None) as bob,
        ):
            for number in range(LINES):
                await ana.send(f"line-{number}-ends")
                for socket in (ana, bob):
                    while json.loads(await socket.recv()).get("text") != f"line-{number}-ends":
                        pass
    finally:
        await asyncio.to_thread(server.stop)
    async with asyncio.timeout(PATIENCE):
        while not re.search(rf"(?m)^{server.process.pid} +\+\+\+ exited", traced.read_text(errors="replace")):  # noqa: ASYNC110 - a file
            await asyncio.sleep(0.05)
    kept, synced, shown = set(), set(), set()
    for name, file, line in trace(traced):
        said = set(re.findall(r"line-\d+-ends", line))
        if name in ("fdatasync", "fsync") and file.endswith("chat.db-wal"):
            synced |= kept
        elif name == "pwrite64" and file.endswith("chat.db-wal"):
            kept |= said
        elif name != "pwrite64" and not file.startswith("/"):
            shown |= said
            assert said <= synced
    assert len(shown) == LINES


_SAVE = """
import sys
from pathlib import Path
from chat_tui.state.outbox_codec import SavedLine
from chat_tui.storage.outbox_file import OutboxFile
file = OutboxFile(Path(sys.argv[1]), "ws://h:1/", "s" * 64)
file.take_over(0.0)
file.save([SavedLine("t-1", "a line that waits", "a line that waits", 0.0)], 0.0)
"""


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_a_line_that_waits_is_synced_before_it_counts_as_written(tmp_path):
    """Its text, then its name, then the folder of it; a folder that is new is in its own folder for good as well."""
    folder, traced = tmp_path / "state" / "outbox", tmp_path / "trace"
    strace = ["strace", "-y", "-e", "trace=fsync,rename,write", "-o", str(traced)]
    subprocess.run([*strace, sys.executable, "-c", _SAVE, str(folder)], check=True)
    calls = [line for line in traced.read_text().splitlines() if str(tmp_path) in line]
    assert [line.partition("<")[2].partition(">")[0] for line in calls[:2]] == [str(folder.parent), str(tmp_path)]
    kinds = [line.split("(")[0] for line in calls]
    assert kinds[-4:] == ["write", "fsync", "rename", "fsync"]
    assert ".json." in calls[-3]
    assert f"<{folder}>" in calls[-1]
