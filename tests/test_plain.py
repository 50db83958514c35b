"""`chat-tui --plain` between real pipes, before a real server."""

import re
import signal
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from websockets.http11 import Request, Response
from websockets.sync.client import connect
from websockets.sync.server import ServerConnection, serve

from plain_chat import PlainChat
from processes import Server, running_server, seed_server
from terminal import Terminal

LOUD = {"Cc", "Cs", "Co", "Zl", "Zp"}
NOBODY = "ws://127.0.0.1:9"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One for all tests that leave it running."""
    with running_server() as running:
        yield running


@pytest.fixture
def chat(server: Server, tmp_path: Path) -> Callable[..., PlainChat]:
    """Start one more person."""

    def start(name: str, *options: str, url: str = server.url) -> PlainChat:
        return PlainChat(url, *options, home=tmp_path / name, name=name)

    return start


def shape(text: str) -> list[str]:
    """The lines without their times and numbers."""
    return [re.sub(r"^\d\d:\d\d |#\d+ ", "", re.sub(r"^\d\d:\d\d ", "", line)) for line in text.splitlines()]


def test_a_conversation_of_two_programs_and_a_job(
    chat: Callable[..., PlainChat], server: Server, tmp_path: Path
) -> None:
    """Messages, replies, private and temporary ones as lines; a job says its line, waits for the echo, ends with 0."""
    with chat("ana") as ana, chat("bob") as bob:
        ana.hears("connected to 127.0.0.1")
        bob.hears("connected to 127.0.0.1")
        ana.say("morning")
        number = bob.hears("ana: morning").split("#")[1].split()[0]
        bob.say(f"/reply {number} hi", "/to ana psst", "/temp 300 code 4471", "//shrug")
        ana.hears(f'bob, replying to your #{number} "morning": hi')
        ana.hears("bob privately to you: psst")
        ana.hears("bob (gone in 5 min): code 4471")
        with PlainChat(server.url, home=tmp_path / "ana", name="ci") as job:  # at ana's computer, but not ana
            assert job.ends("deploy done") == 0
            assert shape(job.out)[-1] == "you: deploy done"
            assert "morning" not in job.out, "a program is told what comes, not what was"
            assert job.err == ""
        ana.hears("ci: deploy done")
        ana.hears("ci left")
        ana.say(f"/delete {number}")
        assert "morning" not in bob.hears(f"deleted: message {number} of ana")
        assert bob.ends("/exit", "never said") == 0
        assert shape(ana.hears("bob left")) == ["bob left"]
        assert ana.ends() == 0
        assert ana.err == bob.err == ""
        assert "never said" not in ana.out
        assert not LOUD & {unicodedata.category(char) for char in ana.out + bob.out if char != "\n"}


def test_a_line_that_is_refused(chat: Callable[..., PlainChat]) -> None:
    """By us or by the server: reason and line, harmless, on standard error; the others are said all the same."""
    with chat("eva") as eva:
        assert eva.ends("/nope \x1b[2J", "/to nobody hi", "", "x" * 70_000, "fine", "/reply 99999 what") == 1
        assert shape(eva.out)[-1] == "you: fine"
        reasons = ["There is no /nope", 'Nobody here is called "nobody"', "at most 60,000 bytes", "no message 99999"]
        assert len(eva.err.splitlines()) == len(reasons)
        for reason in reasons:
            assert "not sent: " in eva.complains(reason)
        assert "\x1b" not in eva.err


def test_what_is_asked_is_answered(chat: Callable[..., PlainChat]) -> None:
    """Searches and pages as lines, in the order asked; a job waits for them; what can't be looked for is refused."""
    with chat("uma") as uma:
        uma.say("nothing of the kind", "the quokka smiles")
        number = int(uma.hears("you: the quokka").split("#")[1].split()[0])
        assert uma.ends("/search quokka", f"/history {number + 1} 1", "/search nosuchword", '/search "') == 1
        assert [line[6:] for line in uma.out.splitlines()][-6:] == [
            "found 1 message for quokka, newest first:",
            f"#{number} you: the quokka smiles",
            f"1 message before #{number + 1}:",
            f"#{number} you: the quokka smiles",
            f"there are older ones: /history {number}",
            "found 0 messages for nosuchword",
        ]
        uma.complains('not sent: /search "')


def test_without_a_server(chat: Callable[..., PlainChat]) -> None:
    """Status 1 and a sentence after the timeout; every line that was not said is told, however many there are."""
    with chat("ana", "--timeout", "1", url=NOBODY) as ana:
        assert ana.ends(*[f"line {number}" for number in range(300)]) == 1
        assert ana.out == ""
        ana.complains("Can't reach 127.0.0.1:9.")
        ana.complains("No answer in 1 s.")
        ana.complains("hasn't confirmed 300 of your lines:")
        ana.complains("  line 0")
        ana.complains("and 250 more")
    with chat("ana", "--timeout", "0.2", url=NOBODY) as ana:
        assert ana.ends() == 1, "an empty input asks whether there is a server"


def test_an_empty_input_asks_whether_there_is_a_server(chat: Callable[..., PlainChat]) -> None:
    """There is."""
    with chat("kim") as kim:
        assert kim.ends() == 0
        assert "connected to" in kim.out


def test_more_lines_than_the_server_takes_at_once(chat: Callable[..., PlainChat]) -> None:
    """They wait their turn; none is refused for coming too fast."""
    with chat("max") as many:
        lines = [f"line {number}" for number in range(14)]
        assert many.ends(*lines) == 0
        assert shape(many.out)[-14:] == [f"you: {line}" for line in lines]


def test_a_long_lived_one_outlives_its_server(tmp_path: Path) -> None:
    """It tells the loss once, comes back, says what was said meanwhile, and tells what it missed."""
    with running_server() as server, PlainChat(server.url, "--timeout", "0.1", home=tmp_path) as ana:
        ana.say("before")
        ana.hears("you: before")
        assert server.stop() == 0
        ana.complains("no connection, retrying: The server is restarting.")
        ana.say("meanwhile")
        with running_server(port=server.port):
            ana.hears("reconnected to")
            ana.hears("the server has restarted")
            ana.hears("you: meanwhile")
            assert ana.ends() == 0
        assert ana.out.count("you: before") == ana.out.count("you: meanwhile") == 1


def test_an_address_that_can_not_work(chat: Callable[..., PlainChat], server: Server) -> None:
    """It ends at once, though the input goes on: another try would end the same way."""
    with chat("ana", url=f"{server.url}/no/where") as ana:
        assert ana.ended() == 1
        ana.complains("There is no room /no/where here")


def test_a_server_that_would_have_us_no_more_may_change_its_mind(chat: Callable[..., PlainChat]) -> None:
    """Whoever was let in before goes on trying, and gives up after the end of the input only."""
    handshakes = iter([None])

    def once(connection: ServerConnection, _request: Request) -> Response | None:
        return next(handshakes, connection.respond(404, "Closed for today."))

    with serve(
        lambda socket: socket.send('{"type":"init","messages":[]}'), "127.0.0.1", 0, process_request=once
    ) as host:
        threading.Thread(target=host.serve_forever, daemon=True).start()
        with chat("ana", "--timeout", "0.5", url=f"ws://127.0.0.1:{host.socket.getsockname()[1]}") as ana:
            ana.complains("no connection, retrying: The server closed the connection.")
            ana.complains("Closed for today.")
            assert ana.process.poll() is None
            assert ana.ends("too late") == 1
            ana.complains("hasn't confirmed 1 of your lines")
        host.shutdown()


def test_a_fault_of_its_own(server: Server, tmp_path: Path) -> None:
    """Status 1, one sentence, a log that names the fault and holds no message."""
    fault = "def broken(store, message, now):\n    raise ZeroDivisionError(message)\n"
    (tmp_path / "sitecustomize.py").write_text(
        f"import chat_tui.plain.wording as wording\n{fault}wording.message_line = broken\n"
    )
    env = {"PYTHONPATH": str(tmp_path)}
    with PlainChat(server.url, "--guest", home=tmp_path / "gus", name="gus", env=env) as gus:
        gus.say("a canary in a message")
        assert gus.ended() == 1
        gus.complains("crashed because of a bug")
        log = next((tmp_path / "gus").rglob("crash-*.log"))
        assert str(log) in gus.err
        assert "Traceback" not in gus.err
        assert "ZeroDivisionError\n" in log.read_text()
        assert "canary" not in log.read_text() + gus.err.replace("  a canary in a message", "")


def test_a_reader_that_has_enough(chat: Callable[..., PlainChat]) -> None:
    """It ends quietly and at once, though nothing is said and the input goes on."""
    with chat("ivy") as ivy, chat("joe") as joe:
        joe.hears("connected to")
        ivy.hears("connected to")
        ivy.say("before the end")
        joe.hears("ivy: before the end")
        ivy.hears("you: before the end")
        ivy.close_stdout()
        assert ivy.ended() == 0
        assert ivy.err == ""


@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it(chat: Callable[..., PlainChat], sig: signal.Signals) -> None:
    """With its number, without a traceback; what was never said is told."""
    with chat("ana", url=NOBODY) as ana:
        ana.say("nobody hears this", "/no-such-command")
        ana.complains("no connection")
        ana.complains("/no-such-command")  # so the line before it has been read, too
        ana.process.send_signal(sig)
        assert ana.ended() == 128 + sig
        ana.complains("hasn't confirmed 1 of your lines")
        ana.complains("  nobody hears this")
        assert "Traceback" not in ana.err


def test_a_server_of_the_simplest_kind(chat: Callable[..., PlainChat]) -> None:
    """Without tokens a message of the same text is the answer."""
    with seed_server() as url, chat("ana", url=url) as ana, connect(url, proxy=None) as other:
        ana.hears("connected to")
        other.send("hello")
        ana.hears("#1: hello")
        assert ana.ends("hello", "/delete 1") == 0
        assert ana.out.splitlines()[1:3] == ["#1: hello", "#2: hello"]


def test_a_server_that_keeps_nothing_is_not_asked(chat: Callable[..., PlainChat]) -> None:
    """It would take the question for a text."""
    with seed_server() as url, chat("ana", url=url) as ana:
        ana.hears("connected to")
        assert ana.ends("/search hello", "/history 5") == 1
        ana.complains("not sent: /search hello: This server keeps no messages to search.")
        ana.complains("not sent: /history 5: This server keeps no messages")
        assert len(ana.out.splitlines()) == 1


def test_nothing_that_a_hostile_server_says_is_a_control_code(chat: Callable[..., PlainChat]) -> None:
    """Texts, names, our own name, errors: one line an event, no codes, no towers of marks."""
    with seed_server("--hostile") as url, chat("ana", url=url) as ana:
        ana.hears("the last word")
        ana.say("/name \x1b]0;x\x07")
        ana.complains("[/b] [bold red]markup")
        written = ana.out + ana.err
        assert not LOUD & {unicodedata.category(char) for char in written if char != "\n"}
        assert max(map(len, re.findall("[\u0300-\u036f]+", written))) == 3
        assert len(ana.out.splitlines()) == ana.out.count("\n")
        for line in ana.out.splitlines():
            assert re.match(r"\d\d:\d\d ((re)?connected|you are|.* (joined|left)$|.* is now )|#\d+", line), line


def test_a_person_at_a_terminal_is_told_what_was_before(server: Server, tmp_path: Path) -> None:
    """No alternate screen and no codes there either; Ctrl+D leaves."""
    with connect(f"{server.url}/?name=before", proxy=None) as other:
        other.send("said before")
        other.send("/delete nothing")
        while "error" not in str(other.recv()):
            pass
    argv = [sys.executable, "-m", "chat_tui", "--plain", server.url, "--guest", "--name", "tess"]
    with Terminal(argv, home=tmp_path) as terminal:
        terminal.wait("before: said before")
        terminal.type("hi there\r")
        terminal.wait("you: hi there")
        terminal.send(b"\x04")
        assert terminal.wait_exit() == 0
        assert b"\x1b" not in terminal.raw


def test_what_is_being_typed_stays_whole_below_what_arrives(server: Server, tmp_path: Path) -> None:
    """Without one escape sequence; editing works, and the terminal is given back as it was."""
    command = f'{sys.executable} -m chat_tui --plain --guest --name vera {server.url}; stty -a; echo "over"'
    with (
        connect(f"{server.url}/?name=other", proxy=None) as other,
        Terminal(["/bin/sh", "-c", command], home=tmp_path, cols=60) as terminal,
    ):
        terminal.wait("connected to")
        terminal.type("half a senp")
        terminal.wait("half a senp")
        other.send("news of the day")
        rows = terminal.wait("other: news of the day")
        at = next(at for at, row in enumerate(rows) if "news of the day" in row)
        assert terminal.wait(lambda rows: rows[at + 1] == "half a senp")
        terminal.send(b"\x7ft\x1b[Aence")
        terminal.wait(lambda rows: rows[at + 1] == "half a sentence")
        terminal.type("/nope\x15/nope\r")
        terminal.wait("not sent: /nope")
        terminal.type("漢" * 40 + "\r")
        terminal.wait("you: " + "漢" * 20)
        other.send("more news")
        terminal.wait("other: more news")
        terminal.send(b"\x04")
        terminal.wait("over")
        assert terminal.wait_exit() == 0
        text = terminal.raw.decode()
        assert "\x1b" not in text
        assert " icanon" in text
        assert " echo " in text


def test_streams_that_are_closed(server: Server, tmp_path: Path) -> None:
    """Nothing to read is an end; nowhere to write is no fault."""
    command = f"{sys.executable} -m chat_tui --plain --guest {server.url} <&- >&- 2>&-"
    done = subprocess.run(["/bin/sh", "-c", command], env={"HOME": str(tmp_path)}, check=False, timeout=20)
    assert done.returncode == 0
