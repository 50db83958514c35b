"""What a service manager sees and does: readiness, reload, stop, and sockets that it has opened already."""

import os
import pty
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which

import pytest
from websockets.sync.client import connect, unix_connect

from chatting import PATIENCE

SERVER = (sys.executable, "-m", "chat_server")
ANYWHERE = (*SERVER, "--host", "127.0.0.1", "--port", "0")
# As systemd does it: descriptors from 3 on, and the number of the process that they are for.
HAND_OVER = (
    "import fcntl, os, sys; fds = [fcntl.fcntl(int(fd), fcntl.F_DUPFD, 100) for fd in sys.argv[1].split(',')]\n"
    "for place, fd in enumerate(fds, 3): os.dup2(fd, place)\n"
    "os.environ.update(LISTEN_FDS=str(len(fds)), LISTEN_PID=sys.argv[2] or str(os.getpid()))\n"
    "os.execv(sys.executable, [sys.executable, '-m', 'chat_server', *sys.argv[3:]])"
)


class Manager:
    """The socket on which a service manager is told."""

    def __init__(self, address: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self.socket.settimeout(PATIENCE)
        self.environment = {**os.environ, "NOTIFY_SOCKET": address}

    def told(self) -> list[str]:
        """The lines of the next message."""
        return self.socket.recv(4096).decode().split("\n")


@pytest.fixture(params=["a file", "an abstract name"])
def manager(request, short_path) -> Iterator[Manager]:
    """A service manager that listens."""
    address = str(short_path / "notify") if request.param == "a file" else f"@chat-test-{os.getpid()}"
    manager = Manager(address)
    yield manager
    manager.socket.close()


@contextmanager
def running(*command: str, **more) -> Iterator[subprocess.Popen[str]]:
    """A process until the end of the block."""
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, **more) as process:
        try:
            yield process
        finally:
            process.kill()


def read_until(process: subprocess.Popen[str], pattern: str) -> re.Match[str]:
    """The first line of a process that has this in it."""
    assert process.stderr is not None
    for line in process.stderr:
        if match := re.search(pattern, line):
            return match
    raise AssertionError(f"no {pattern}")


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGQUIT, signal.SIGINT])
def test_a_manager_is_told_when_it_is_ready_reloads_and_stops(manager, stop):
    """Ready only when it can be reached; SIGHUP ends nothing; every way to stop is a polite one."""
    with running(*ANYWHERE, env=manager.environment, start_new_session=True) as server:
        port = read_until(server, r"ws://127\.0\.0\.1:(\d+)")[1]
        assert manager.told() == ["READY=1"]
        with connect(f"ws://127.0.0.1:{port}", proxy=None) as ana:
            server.send_signal(signal.SIGHUP)
            reloading, since = manager.told()
            assert reloading == "RELOADING=1"
            assert 0 < int(since.removeprefix("MONOTONIC_USEC=")) <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
            assert manager.told() == ["READY=1"]
            ana.send("still here")
            while "still here" not in ana.recv(PATIENCE):
                pass
            server.send_signal(stop)
            assert manager.told() == ["STOPPING=1"]
            with pytest.raises(Exception, match="1012"):
                ana.recv(PATIENCE)
        assert server.wait(PATIENCE) == 0


def test_a_manager_that_is_not_there_is_no_matter(tmp_path):
    """Nor is a path that is none."""
    for address in (str(tmp_path / "nobody"), "nonsense"):
        with running(*ANYWHERE, env={**os.environ, "NOTIFY_SOCKET": address}) as server:
            read_until(server, r"listens on")
            server.terminate()
            assert server.wait(PATIENCE) == 0


@pytest.mark.parametrize("ignored", [False, True])
def test_it_stops_when_its_terminal_goes_away(ignored):
    """Politely, unless hang-ups are ignored, as `nohup` does."""
    log, write = os.pipe()
    pid, terminal = pty.fork()
    if pid == 0:
        os.dup2(write, 2)
        if ignored:
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
        os.execv(sys.executable, ANYWHERE)
    os.close(write)
    with os.fdopen(log) as lines:
        try:
            port = re.search(r"127\.0\.0\.1:(\d+)", lines.readline())[1]
            os.kill(pid, signal.SIGHUP)
            if not ignored:
                assert "reload requested" in lines.readline()
            os.close(terminal)
            if not ignored:
                assert "chat-server has stopped" in lines.readline()
            else:
                with connect(f"ws://127.0.0.1:{port}", proxy=None) as ana:
                    assert "init" in str(ana.recv(PATIENCE))
        finally:
            if ignored:
                os.kill(pid, signal.SIGTERM)
            assert os.waitpid(pid, 0)[1] == 0


def test_sockets_that_were_handed_over_are_used(short_path):
    """In place of what the options name: TCP and Unix, named at the start, and left where they are at the end."""
    path = short_path / "chat.sock"
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as unix:
        unix.bind(str(path))
        unix.listen()
        handed = [tcp.fileno(), unix.fileno()]
        command = (sys.executable, "-c", HAND_OVER, ",".join(map(str, handed)), "", "--port", "1")
        with running(*command, pass_fds=handed) as server:
            port = tcp.getsockname()[1]
            read_until(server, rf"listens on ws://127\.0\.0\.1:{port} ")
            read_until(server, rf"listens on unix:{path} ")
            with connect(f"ws://127.0.0.1:{port}", proxy=None) as ana, unix_connect(str(path), uri="ws://x/") as bob:
                assert ["init" in str(client.recv(PATIENCE)) for client in (ana, bob)] == [True, True]
            server.terminate()
            assert server.wait(PATIENCE) == 0
    assert path.exists()


def test_sockets_for_another_process_are_left_alone():
    """The variables may be those of a parent."""
    with socket.create_server(("127.0.0.1", 0)) as tcp:
        command = (sys.executable, "-c", HAND_OVER, str(tcp.fileno()), "1", "--host", "127.0.0.1", "--port", "0")
        with running(*command, pass_fds=[tcp.fileno()]) as server:
            assert read_until(server, r"listens on ws://127\.0\.0\.1:(\d+)")[1] != str(tcp.getsockname()[1])


@pytest.mark.parametrize("kind", ["a file", "a stream", "datagrams"])
def test_what_is_no_listening_socket_is_named(kind, tmp_path):
    """One sentence, and status 1."""
    mine, other = socket.socketpair()
    with open(tmp_path / "file", "w") as file, mine, other, socket.socket(type=socket.SOCK_DGRAM) as datagrams:  # noqa: PTH123 - its number
        handed = {"a file": file, "a stream": mine, "datagrams": datagrams}[kind].fileno()
        command = [sys.executable, "-c", HAND_OVER, str(handed), ""]
        done = subprocess.run(command, pass_fds=[handed], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 1
    assert re.fullmatch(
        r"chat-server: LISTEN_FDS=1, but 3 is not a (socket: .*|listening stream socket .*)\.\n", done.stderr
    )


@pytest.mark.skipif(which("systemd-socket-activate") is None, reason="systemd-socket-activate is not installed")
def test_systemd_hands_over_its_socket():
    """Systemd's own program starts the server at the first connection, which is then answered."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with running("systemd-socket-activate", "-l", f"127.0.0.1:{port}", *SERVER) as server:
        read_until(server, "Listening on")
        with connect(f"ws://127.0.0.1:{port}", proxy=None, open_timeout=PATIENCE) as ana:
            assert "init" in str(ana.recv(PATIENCE))
        server.terminate()
        assert server.wait(PATIENCE) == 0


UNITS = Path(__file__).parents[2] / "docs" / "systemd"


@pytest.mark.skipif(which("systemd-analyze") is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("unit", ["chat-server.service", "chat-server.socket"])
def test_the_units_in_the_docs_are_good(unit, tmp_path):
    """As they stand, but for the path of the program, which is not installed there."""
    for each in UNITS.iterdir():
        (tmp_path / each.name).write_text(each.read_text().replace("/usr/local/bin/chat-server", "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / unit)], capture_output=True, text=True, check=False
    )
    assert [line for line in done.stderr.splitlines() if "chat-server" in line] == []
