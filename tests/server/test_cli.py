"""The command `chat-server`, as its operator meets it."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack, suppress
from dataclasses import fields
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from chat_server.cli import describe_address, read_settings
from chat_server.settings import Settings
from chatting import PATIENCE

ROOT = Path(__file__).parents[2]

# For every option: what may be written, and what it means.
VALUES = {
    "host": ("127.0.0.1", "127.0.0.1"),
    "port": ("7000", 7000),
    "log": ("memory:", "memory:"),
    "keep": ("30d", "30d"),
    "history": ("50", 50),
    "rooms": ("closed", "closed"),
    "max_rooms": ("50", 50),
    "new_rooms": ("3", 3),
    "max_text": ("100", 100),
    "max_lines": ("7", 7),
    "max_frame": ("1000", 1000),
    "outbox": ("5000", 5000),
    "slow_after": ("2.5", 2.5),
    "open_timeout": ("2", 2.0),
    "ping_interval": ("30", 30.0),
    "ping_timeout": ("20", 20.0),
    "close_timeout": ("1", 1.0),
    "name_grace": ("0", 0.0),
    "max_connections": ("100", 100),
    "per_address": ("5", 5),
    "exempt": ("10.0.0.0/8", "10.0.0.0/8"),
    "trusted_proxy": ("10.1.2.3, unix", "10.1.2.3, unix"),
    "rate_limit": ("5/2.5", "5/2.5"),
    "allow_origin": ("https://chat.example", "https://chat.example"),
    "public_url": ("wss://chat.example", "wss://chat.example"),
    "metrics_address": ("127.0.0.1:9100", "127.0.0.1:9100"),
}


def test_every_setting_is_in_the_table_of_this_test():
    """Who adds a setting says here what may be written for it."""
    assert list(VALUES) == [option.name for option in fields(Settings)]


@pytest.mark.parametrize("name", VALUES)
def test_every_setting_is_an_option_and_an_environment_variable(name):
    """`--ping-interval 30`, or CHAT_SERVER_PING_INTERVAL=30; the option wins; empty is as not set."""
    written, value = VALUES[name]
    flag, variable = "--" + name.replace("_", "-"), "CHAT_SERVER_" + name.upper()
    assert getattr(read_settings([flag, written], {}), name) == value
    assert getattr(read_settings([f"{flag}={written}"], {}), name) == value
    assert getattr(read_settings([], {variable: written}), name) == value
    assert getattr(read_settings([flag, written], {variable: "nonsense"}), name) == value
    assert read_settings([], {variable: ""}) == read_settings([], {}) == Settings()


def test_a_variable_of_kubernetes_is_passed_over_and_named(caplog):
    """It sets CHAT_SERVER_PORT for a service called chat-server; without such a service the value is a mistake."""
    kubernetes = {"CHAT_SERVER_SERVICE_HOST": "10.96.0.12", "CHAT_SERVER_PORT": "tcp://10.96.0.12:6789"}
    with caplog.at_level("WARNING"):
        assert read_settings([], kubernetes | {"CHAT_SERVER_HISTORY": "50"}) == Settings(history=50)
    assert [record.getMessage() for record in caplog.records] == [
        "CHAT_SERVER_PORT is ignored: Kubernetes sets it for a service called chat-server"
    ]
    del kubernetes["CHAT_SERVER_SERVICE_HOST"]
    with pytest.raises(ValueError, match="CHAT_SERVER_PORT is not valid"):
        read_settings([], kubernetes)


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("CHAT_SERVER_PORT", "abc", "CHAT_SERVER_PORT is not valid: 'abc'"),
        ("CHAT_SERVER_PORT", "70000", "--port must be a number from 0 to 65535, not 70000"),
        ("CHAT_SERVER_SLOW_AFTER", "nan", "--slow-after must be a number of seconds above 0, not nan"),
        ("CHAT_SERVER_HISTORY", "1.5", "CHAT_SERVER_HISTORY is not valid: '1.5'"),
        ("CHAT_SERVER_RATE_LIMIT", "fast", "--rate-limit must be BURST/PER_SECOND such as 20/10, or off, not fast"),
    ],
)
def test_a_variable_that_can_not_be_used_is_named(variable, value, sentence):
    """One sentence says which, and what is wrong with it."""
    with pytest.raises(ValueError) as error:  # noqa: PT011 - its text is the fact
        read_settings([], {variable: value})
    assert str(error.value) == sentence


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--port", "abc"], "argument --port: invalid int value: 'abc'"),
        (["--prot", "1"], "unrecognized arguments: --prot 1"),
        (["--por", "1"], "unrecognized arguments: --por 1"),
        (["lobby"], "unrecognized arguments: lobby"),
        (["--port"], "argument --port: expected one argument"),
    ],
)
def test_an_option_that_can_not_be_used_is_named(arguments, sentence, capsys):
    """Exit status 2, and the last line says why."""
    with pytest.raises(SystemExit) as error:
        read_settings(arguments, {})
    assert error.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1] == f"chat-server: error: {sentence}"


def test_the_help_names_every_option_with_its_default(capsys):
    """`--help` is enough to run it."""
    with pytest.raises(SystemExit) as error:
        read_settings(["--help"], {})
    assert error.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    for option in fields(Settings):
        assert f"--{option.name.replace('_', '-')} {option.metadata['metavar']}" in text
        assert f"{option.metadata['help']} (default: {option.default or 'none'})" in text
    assert "CHAT_SERVER_PORT" in text


@pytest.mark.parametrize(
    ("host", "described"),
    [
        ("127.0.0.1", "ws://127.0.0.1:6789 (this computer only)"),
        ("::1", "ws://[::1]:6789 (this computer only)"),
        ("chat.example", "ws://chat.example:6789"),
        (
            "::",
            (
                "ws://[::]:6789 (open to the network: anyone who can reach this port can read, write and delete; "
                "IPv6 only: add --host 0.0.0.0 for IPv4)"
            ),
        ),
        ("unix:/run/chat", "unix:/run/chat (for a proxy on this computer that runs as this user or in this group)"),
        (
            "0.0.0.0",
            "ws://0.0.0.0:6789 (open to the network: anyone who can reach this port can read, write and delete)",
        ),
    ],
)
def test_the_operator_is_told_who_can_reach_it(host, described):
    """The ready line says it."""
    assert describe_address(host, 6789) == described


def test_it_is_said_where_both_families_are_listened_on():
    """Then nothing is missing."""
    both = (("0.0.0.0", 6789), ("::", 6789))
    assert "not by" not in describe_address("::", 6789, both)


def test_several_hosts_may_be_given():
    """Each with an option of its own, or all in the variable, separated by commas."""
    given = read_settings(["--host", "127.0.0.1", "--host=::1", "--host", "unix:/run/chat"], {})
    assert given.hosts == ("127.0.0.1", "::1", "unix:/run/chat")
    assert read_settings([], {"CHAT_SERVER_HOST": "127.0.0.1, ::1,"}).hosts == ("127.0.0.1", "::1")


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def test_the_installed_command_says_its_version():
    """`chat-server --version`."""
    done = run(str(Path(sys.executable).with_name("chat-server")), "--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("chat-server 0.")


def test_a_bad_value_is_one_line_and_status_2():
    """On stderr, without a traceback."""
    done = run(sys.executable, "-m", "chat_server", CHAT_SERVER_PORT="abc")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "chat-server: CHAT_SERVER_PORT is not valid: 'abc'\n"


def test_it_runs_from_a_checkout_and_says_when_a_port_is_taken():
    """`python3 server` listens; a second one on that port ends with one line and status 1; SIGTERM ends it with 0."""
    command = [sys.executable, "server", "--host", "127.0.0.1", "--port"]
    with subprocess.Popen([*command, "0"], cwd=ROOT, stderr=subprocess.PIPE, text=True) as first:
        assert first.stderr is not None
        try:
            ready = first.stderr.readline()
            assert "chat-server listens on ws://127.0.0.1:" in ready
            assert ready.endswith(" (this computer only)\n")
            port = ready.split("127.0.0.1:")[1].split()[0]
            second = run(*command, port)
            assert (second.returncode, second.stdout) == (1, "")
            assert second.stderr == (
                f"chat-server: 127.0.0.1:{port} is already in use. Is another chat-server running? "
                "Choose another port with --port.\n"
            )
        finally:
            first.send_signal(signal.SIGTERM)
        assert first.wait(PATIENCE) == 0
        assert first.stderr.read().endswith("chat-server has stopped\n")


@pytest.mark.parametrize("event_loop", ["asyncio", "uvloop"])
def test_more_connections_than_files_are_turned_away_in_silence(event_loop):
    """Who is inside does not notice, nothing is written about it, and there is room again when they have gone."""
    program = "import sys; from chat_server.cli import main; sys.exit(main())"
    if event_loop == "asyncio":
        program = "import sys; sys.modules['uvloop'] = None; " + program
    command = ["sh", "-c", 'ulimit -n 60; exec "$0" "$@"', sys.executable, "-c", program]
    with subprocess.Popen(
        [*command, "--host", "127.0.0.1", "--port", "0"], stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stderr is not None
        try:
            port = int(server.stderr.readline().split("127.0.0.1:")[1].split()[0])
            with (
                connect(f"ws://127.0.0.1:{port}/?name=ana", proxy=None, open_timeout=PATIENCE) as ana,
                ExitStack() as rest,
            ):
                crowd = [rest.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(80)]
                crowd[-1].settimeout(PATIENCE)
                assert is_closed(crowd[-1])
                ana.send("still here")
                while "still here" not in ana.recv(PATIENCE):
                    pass
            came_in, tries = False, 0
            while not came_in and tries < 1000:
                tries += 1
                with suppress(InvalidStatus, OSError, EOFError), connect(f"ws://127.0.0.1:{port}", proxy=None):
                    came_in = True
            assert came_in
        finally:
            server.terminate()
        assert server.wait(PATIENCE) == 0
        assert [line.split()[2] for line in server.stderr.read().splitlines()] == ["INFO"]


def is_closed(peer: socket.socket) -> bool:
    """Wait for the end of a connection."""
    try:
        return peer.recv(1) == b""
    except ConnectionResetError:
        return True
