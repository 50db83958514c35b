"""A server that is told to end answers what it has heard, says goodbye to everyone, and is gone."""

import asyncio
import json
import signal
import socket
from collections.abc import Iterator
from contextlib import suppress

import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from chat_server.app import ChatServer, StartError
from chat_server.core.entries import MESSAGE, NewEntry
from chat_server.settings import Settings
from chatting import PATIENCE, open_house
from processes import Server, running_server
from sockets import connect_peer, greeted_peer, handshake, text

CANARY = "canary-4711"
UNANSWERED = 50  # lines that one may have said without having seen their echo


class Talker:
    """Says numbered lines without a pause until the server hangs up."""

    def __init__(self, name: str, connection: ClientConnection) -> None:
        self.name = name
        self.said = 0
        self.seen: list[str] = []
        self.warmed_up = asyncio.Event()
        self._connection = connection
        self._may_speak = asyncio.Semaphore(UNANSWERED)

    @property
    def answered(self) -> list[str]:
        """The lines of its own that it has seen."""
        return [line for line in self.seen if line.startswith(f"{self.name} ")]

    async def talk(self) -> int:
        """To the end; returns the close code."""
        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
            tasks.create_task(self._speak())
            tasks.create_task(self._listen())
        return self._connection.close_code or 1006

    async def _speak(self) -> None:
        with suppress(ConnectionClosed):
            while True:
                await self._may_speak.acquire()
                await self._connection.send(self.line(self.said))
                self.said += 1

    async def _listen(self) -> None:
        with suppress(ConnectionClosed):
            while True:
                event = json.loads(await self._connection.recv())
                if event["type"] == "message":
                    self._heard(event["text"])
        self._may_speak.release()

    def _heard(self, line: str) -> None:
        self.seen.append(line)
        if line.startswith(f"{self.name} "):
            self._may_speak.release()
            if line == self.line(100):
                self.warmed_up.set()

    def line(self, number: int) -> str:
        """What it says as its line of this number."""
        return f"{self.name} {number} {CANARY}"


@pytest.fixture
def process() -> Iterator[Server]:
    """A server as a process of its own."""
    with running_server("--rate-limit", "off", "--close-timeout", "0.5") as server:
        yield server


async def talkers(url: str, count: int) -> list[Talker]:
    """People who are about to speak."""
    names = [f"talker{number}" for number in range(count)]
    connecting = [connect(f"{url}/?name={name}", compression=None, proxy=None, max_queue=None) for name in names]
    return [Talker(name, await one) for name, one in zip(names, connecting, strict=True)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
async def test_a_signal_in_a_flood_loses_nothing_that_was_said(process, number):
    """What was said before it is answered, all see the same, every close is 1012, and the exit status is 0.

    One of them never reads: that does not hold anything up. Nothing of what was said is in the log for the operator.
    """
    loop = asyncio.get_running_loop()
    people = await talkers(process.url, 5)
    mute = socket.create_connection(("127.0.0.1", process.port))
    mute.sendall(handshake())
    talking = [asyncio.create_task(person.talk()) for person in people]
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*[person.warmed_up.wait() for person in people])
    before = [person.said for person in people]
    since = loop.time()
    process.process.send_signal(number)
    codes = await asyncio.gather(*talking)
    _, log = await loop.run_in_executor(None, process.process.communicate)
    assert loop.time() - since < 5
    assert process.process.returncode == 0
    assert codes == [1012] * 5
    for person, said in zip(people, before, strict=True):
        assert person.answered == [person.line(line) for line in range(len(person.answered))]
        assert len(person.answered) >= said
        assert person.seen == people[0].seen
    assert CANARY not in log
    assert [line.split()[2] for line in log.splitlines()] == ["INFO"]
    assert log.endswith("INFO chat-server has stopped\n")
    mute.close()


async def test_what_was_kept_was_answered():
    """Nothing is in the log of a server that has ended which those inside have not seen."""
    async with open_house() as house:
        people = await talkers(house.url(""), 3)
        talking = [asyncio.create_task(person.talk()) for person in people]
        await house.eventually(lambda: min(len(person.answered) for person in people) >= 50)
        house.server.stop()
        assert await asyncio.gather(*talking) == [1012] * 3
        await house.ended()
        kept = [json.loads(entry.body)["text"] for entry in await house.host.log.page(1 << 40, 10_000, "")]
        assert people[0].seen == people[1].seen == people[2].seen == kept


async def test_nobody_is_left_when_it_ends():
    """Open ones hear 1012, those in a handshake are cut off, and nobody is let in any more."""
    async with open_house(close_timeout=0.05) as house:
        ana = await house.person("ana", secret="s" * 32)
        half = await connect_peer(house, handshake()[:-2])
        mute = await greeted_peer(house)
        await house.eventually(lambda: len(house.connections) == 3)
        house.server.stop()
        assert await ana.closed() == (1012, "The server is restarting.")
        assert await half.rest() == b""
        assert await mute.close_code() == 1012
        await house.ended()
        assert len(house.connections) == 0
        with pytest.raises(OSError, match=r"refused|failed"):
            await connect_peer(house)


async def test_lines_in_the_same_breath_as_the_stop_are_answered():
    """What has arrived but was not read yet counts as heard."""
    async with open_house() as house:
        peer = await greeted_peer(house)
        await peer.send(b"".join(text(f"line {number}") for number in range(100)))
        house.server.stop()
        frames = await peer.until(lambda frame: frame.startswith(b"\x88"))
        assert sum(b'"type":"message"' in frame for frame in frames) == 100
        assert frames[-1][1:3] == (1012).to_bytes(2, "big")


async def test_a_part_that_dies_ends_the_server(caplog):
    """With its error, after everyone was told."""
    server = ChatServer(Settings(host="127.0.0.1", port=0, close_timeout=0.5))
    await server.start()
    serving = asyncio.create_task(server.serve())
    async with connect(f"ws://127.0.0.1:{server.port}", proxy=None) as client:
        server.context.host.log.append(NewEntry(MESSAGE, b"not what the room has written"))
        async with asyncio.timeout(PATIENCE):
            await client.wait_closed()
        assert client.close_code == 1012
    with pytest.raises(msgspec.DecodeError):
        await serving
    assert [record.levelname for record in caplog.records if record.name == "chat_server"] == ["CRITICAL"]


async def test_a_server_that_can_not_start_leaves_nothing_running():
    """The port is somebody's: one sentence, and no task is left."""
    async with open_house() as house:
        tasks = asyncio.all_tasks()
        second = ChatServer(Settings(host="127.0.0.1", port=house.server.port))
        with pytest.raises(StartError, match=r"^127\.0\.0\.1:\d+ is already in use\."):
            await second.start()
        assert asyncio.all_tasks() == tasks


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"host": "no such host"}, "no such host is not an address of this computer."),
        ({"host": "192.0.2.1"}, "192.0.2.1 is not an address of this computer."),
        ({"log": "nowhere:"}, "--log must be memory: or sqlite:PATH, not nowhere:"),
    ],
)
async def test_why_it_can_not_start_is_one_sentence(settings, sentence):
    """For the operator, without a traceback."""
    with pytest.raises(StartError) as error:
        await ChatServer(Settings(**{"host": "127.0.0.1", "port": 0, **settings})).start()
    assert str(error.value).startswith(sentence)
    assert "\n" not in str(error.value)


async def test_a_stop_before_the_start_is_a_stop():
    """A signal that comes early is not forgotten."""
    server = ChatServer(Settings(host="127.0.0.1", port=0))
    server.stop()
    await server.start()
    await server.serve()
