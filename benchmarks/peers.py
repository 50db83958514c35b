"""The servers that people would otherwise pick, as far as they are on this machine, and the floor in C.

ngircd, inspircd and mosquitto from Debian's packages; `ws` and socket.io from npm (`npm install --global ws
socket.io`); ergo where somebody has it. Each is set up without limits on rate and number. The floor is compiled.
"""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from typing import NamedTuple

from measuring import Program, chat_server, plain_server
from protocols import IRC, MQTT, SOCKET_IO, WEBSOCKET, Protocol, lines_of

_HERE = Path(__file__).parent
_PATIENCE = 10.0
_SYSTEM = "/usr/local/sbin:/usr/sbin:/sbin"

_NGIRCD = """[Global]
Name = bench.local
Info = bench
Listen = 127.0.0.1
Ports = {port}
ServerUID = {user}
ServerGID = {user}
MotdPhrase = bench
[Limits]
MaxConnections = 0
MaxConnectionsIP = 0
MaxPenaltyTime = 0
PingTimeout = 600
[Options]
DNS = no
Ident = no
PAM = no
"""
_INSPIRCD = """<server name="bench.local" description="bench" network="bench" id="001">
<admin name="bench" nick="bench" email="bench@bench.local">
<path configdir="{folder}" datadir="{folder}" logdir="{folder}" runtimedir="{folder}">
<bind address="127.0.0.1" port="{port}" type="clients">
<connect name="main" allow="*" timeout="60" pingfreq="10m" threshold="1000000000" commandrate="1000000000"
 fakelag="no" recvq="1M" softsendq="64M" hardsendq="256M" localmax="100000" globalmax="100000"
 limit="100000" maxchans="10" resolvehostnames="no" useident="no">
<performance softlimit="100000" somaxconn="1024" nouserdns="yes" quietbursts="yes">
<log method="file" type="* -USERINPUT -USEROUTPUT" level="default" target="{folder}/log">
<options defaultmodes="n">
"""
_MOSQUITTO = """listener {port} 127.0.0.1
allow_anonymous true
persistence false
set_tcp_nodelay true
max_queued_messages 0
max_connections -1
log_type none
"""


class Peer(NamedTuple):
    """A kind of server: what people call it, what it speaks, and how to have one for a while."""

    name: str
    protocol: Protocol
    start: Callable[[], AbstractContextManager[Program]]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _listening(command: list[str], port: int, folder: Path, environment: Mapping[str, str]) -> Iterator[Program]:
    """A program that is to listen on `port`."""
    with (folder / "output").open("w+") as output:
        process = subprocess.Popen(command, cwd=folder, env=dict(environment), stdout=output, stderr=output)
        try:
            _wait_for(port, process, output.name)
            yield Program(process.pid, port)
        finally:
            process.terminate()
            try:
                process.wait(5.0)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(port: int, process: "subprocess.Popen[bytes]", output: str) -> None:
    end = time.perf_counter() + _PATIENCE
    while time.perf_counter() < end and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"{process.args!r} did not start: {Path(output).read_text()[-500:]}")


def _configured(command: list[str], configuration: str) -> Callable[[], AbstractContextManager[Program]]:
    """Starts a program with its own configuration file, whose name is the last word of its command."""

    @contextmanager
    def start() -> Iterator[Program]:
        with tempfile.TemporaryDirectory() as name:
            folder, port = Path(name), _free_port()
            (folder / "conf").write_text(configuration.format(port=port, folder=folder, user=os.getuid()))
            with _listening([part.format(folder=folder) for part in command], port, folder, os.environ) as program:
                yield program

    return start


def _ported(
    command: list[str], environment: Mapping[str, str] | None = None
) -> Callable[[], AbstractContextManager[Program]]:
    """Starts a program that is told its port in its command."""

    @contextmanager
    def start() -> Iterator[Program]:
        with tempfile.TemporaryDirectory() as name:
            port = _free_port()
            words = [part.format(port=port) for part in command]
            with _listening(words, port, Path(name), {**os.environ, **(environment or {})}) as program:
                yield program

    return start


@cache
def _floor() -> str | None:
    """The compiled floor, where there is a compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    program = Path(tempfile.mkdtemp(prefix="floor-")) / "floor"
    subprocess.run([compiler, "-O2", "-o", str(program), str(_HERE / "floor.c")], check=True)
    return str(program)


@cache
def _node_modules() -> str:
    npm = shutil.which("npm")
    if npm is None:
        return ""
    return subprocess.run([npm, "root", "--global"], capture_output=True, text=True, check=False).stdout.strip()


def _node(kind: str, protocol: Protocol) -> Peer | None:
    node = shutil.which("node")
    environment = {"NODE_PATH": os.pathsep.join(filter(None, (os.environ.get("NODE_PATH"), _node_modules())))}
    if node is None:
        return None
    there = subprocess.run(
        [node, "-e", f"require('{kind}')"], env=os.environ | environment, capture_output=True, check=False
    )
    if there.returncode:
        return None
    script = str(_HERE / "node_peer.js")
    return Peer(f"node {kind}", protocol, _ported([node, script, kind, "{port}"], environment))


def _ergo(program: str) -> Callable[[], AbstractContextManager[Program]]:
    """Ergo writes its default configuration itself; its limits are taken out of it."""

    @contextmanager
    def start() -> Iterator[Program]:
        with tempfile.TemporaryDirectory() as name:
            folder, port = Path(name), _free_port()
            text = subprocess.run([program, "defaultconfig"], capture_output=True, text=True, check=True).stdout
            text = re.sub(
                r'^        "127\.0\.0\.1:6667".*?^    unix-bind-mode',
                f'        "127.0.0.1:{port}":\n    unix-bind-mode',
                text,
                flags=re.DOTALL | re.MULTILINE,
            )
            text = text.replace("max-sendq: 96k", "max-sendq: 64M").replace("motd: ergo.motd", 'motd: ""')
            head, tail = text.split("\nfakelag:\n", 1)
            text = f"{head}\nfakelag:\n{tail.replace('enabled: true', 'enabled: false', 1)}"
            head, tail = text.split("\n    ip-limits:\n", 1)
            tail = tail.replace("count: true", "count: false", 1).replace("throttle: true", "throttle: false", 1)
            (folder / "conf").write_text(f"{head}\n    ip-limits:\n{tail}")
            subprocess.run([program, "initdb", "--conf", "conf", "--quiet"], cwd=folder, check=True)
            with _listening([program, "run", "--conf", "conf", "--quiet"], port, folder, os.environ) as running:
                yield running

    return start


def ours(*options: str) -> Peer:
    """The real server, without a limit on the rate."""
    return Peer(
        "chat-server", WEBSOCKET, lambda: chat_server("--rate-limit", "off", "--ping-interval", "600", *options)
    )


def floor(kind: str, size: int) -> Peer | None:
    """The floor, `joined` or with a write for `each`; its messages are of `size` bytes."""
    program = _floor()
    return Peer(f"C floor, {kind}", lines_of(size), _ported([program, "{port}", kind])) if program else None


def others() -> list[Peer]:
    """All that are on this machine."""
    where = os.pathsep.join((os.environ["PATH"], _SYSTEM))
    found: list[Peer | None] = [Peer("websockets.broadcast()", WEBSOCKET, plain_server)]
    found += [_node("ws", WEBSOCKET), _node("socket.io", SOCKET_IO)]
    if program := shutil.which("mosquitto", path=where):
        found.append(Peer("mosquitto", MQTT, _configured([program, "-c", "{folder}/conf"], _MOSQUITTO)))
    if program := shutil.which("inspircd", path=where):
        root = [] if os.getuid() else ["--runasroot"]
        command = [program, "--nofork", *root, "--config={folder}/conf"]
        found.append(Peer("inspircd", IRC, _configured(command, _INSPIRCD)))
    if program := shutil.which("ngircd", path=where):
        few = IRC._replace(at_once=8)  # its queue holds ten; whoever finds it full tries again after a second
        found.append(Peer("ngircd", few, _configured([program, "-n", "-f", "{folder}/conf"], _NGIRCD)))
    program = shutil.which("ergo")
    if program and subprocess.run([program, "defaultconfig"], capture_output=True, check=False).returncode == 0:
        found.append(Peer("ergo", IRC, _ergo(program)))
    return [peer for peer in found if peer]


def missing() -> str:
    """What is not here to compare with, in words; "" when all is."""
    here = {peer.name for peer in others()}
    known = ["node ws", "node socket.io", "mosquitto", "inspircd", "ngircd", "ergo"]
    absent = [name for name in known if name not in here] + ([] if _floor() else ["a C compiler"])
    return f"not on this machine: {', '.join(absent)}" if absent else ""
