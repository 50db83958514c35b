"""Many sockets are written to past the loop's transports: in order all the same, and to nobody else's socket."""

import asyncio
import os
import random
import socket
import struct
from collections.abc import Callable, Coroutine

import pytest

from chat_server.transport.write_buffer import Stage
from sockets import connect_peer, greeted_peer, handshake, text

LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {"asyncio": asyncio.new_event_loop}
try:
    import uvloop
except ImportError:
    pass
else:
    LOOPS["uvloop"] = uvloop.new_event_loop

PADDING = "\u4e2d" * 4000  # 12 kB in a frame
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: hang up with an RST


class Watcher(asyncio.Protocol):
    """One accepted socket, and what its number means when the loop says that it is lost."""

    def __init__(self) -> None:
        self.made = asyncio.Event()
        self.lost = asyncio.get_running_loop().create_future()

    def connection_made(self, transport) -> None:
        """Which file it is."""
        self.made.set()
        self.transport = transport
        self.number = transport.get_extra_info("socket").fileno()
        self.file = os.fstat(self.number).st_ino

    def connection_lost(self, _error) -> None:
        """Is it the same still?"""
        self.lost.set_result(os.fstat(self.number).st_ino == self.file)


async def hang_up(_watcher: Watcher, peer: socket.socket) -> None:
    """As a peer that is done."""
    peer.close()


async def reset(_watcher: Watcher, peer: socket.socket) -> None:
    """As a peer whose machine has died."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    peer.close()


async def reset_unseen(watcher: Watcher, peer: socket.socket) -> None:
    """The loop does not look for what the peer does, and learns of it by writing."""
    watcher.transport.pause_reading()
    await reset(watcher, peer)
    while not watcher.transport.is_closing():
        watcher.transport.write(b"anybody there?")
        await asyncio.sleep(0)


async def close(watcher: Watcher, _peer: socket.socket) -> None:
    """We are done."""
    watcher.transport.close()


async def close_full(watcher: Watcher, peer: socket.socket) -> None:
    """We are done, and the peer has yet to read the most of it."""
    watcher.transport.write(b"x" * 8_000_000)
    watcher.transport.close()
    peer.setblocking(False)
    while await asyncio.get_running_loop().sock_recv(peer, 1 << 20):
        pass


async def abort(watcher: Watcher, _peer: socket.socket) -> None:
    """We have had enough."""
    watcher.transport.abort()


Ending = Callable[[Watcher, socket.socket], Coroutine[None, None, None]]
ENDINGS: list[Ending] = [hang_up, reset, reset_unseen, close, close_full, abort]


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.__name__)
@pytest.mark.parametrize("loop", LOOPS)
def test_a_socket_is_closed_after_its_protocol_was_told(loop, ending):
    """Until `connection_lost` its number can't be given to another: on this the direct writes stand."""

    async def scenario() -> bool:
        watcher = Watcher()
        server = await asyncio.get_running_loop().create_server(lambda: watcher, "127.0.0.1", 0)
        with socket.create_connection(server.sockets[0].getsockname()) as peer:
            await watcher.made.wait()
            await ending(watcher, peer)
            same = await asyncio.wait_for(watcher.lost, 10.0)
        server.close()
        return bool(same)

    with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        assert runner.run(scenario())


async def test_who_may_be_written_to_directly(open_a_house):
    """Whoever is open, while nothing waits for it; its number is that of its socket."""
    house = await open_a_house(slow_after=1e6)
    ana = await house.person("ana")
    peer = await connect_peer(house)
    await house.eventually(lambda: len(house.connections) == 2)
    connection = next(connection for connection in house.connections if connection.stage is Stage.HANDSHAKE)
    assert connection.descriptor is None
    await peer.send(handshake("/?name=peer"))
    await peer.head()
    await peer.until(lambda frame: b'"type":"init"' in frame)
    assert connection.descriptor == connection.transport.get_extra_info("socket").fileno()
    assert os.fstat(connection.descriptor).st_ino != os.fstat(house.connection_of("ana").descriptor).st_ino
    while connection.transport.get_write_buffer_size() == 0:
        assert connection.descriptor is not None
        await ana.said(PADDING)
    assert connection.descriptor is None
    await ana.said("last")
    await peer.until(lambda frame: b'"last"' in frame)
    await house.eventually(lambda: connection.descriptor is not None)
    connection.close(1000)
    assert connection.descriptor is None


async def test_who_reads_in_jerks_gets_every_byte_in_its_order(open_a_house):
    """Sockets that take a part, pings in between from the library, what was held: one stream without a seam."""
    house = await open_a_house(slow_after=1e6, outbox=1 << 24)
    ana, bob = await house.people("ana", "bob")
    peer = await greeted_peer(house, "/?name=jerky", receive_buffer=4096)
    jerky = house.connection_of("jerky")
    jerky.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16_384)
    chance = random.Random(6)
    frames: list[bytes] = []
    parts = pauses = 0
    for number in range(300):
        was = jerky.descriptor
        size = chance.choice([1, 10, 1000, 4000])
        await ana.said(f"{number} {PADDING[:size]}")
        if was is not None and jerky.descriptor is None:
            pauses += 1
            parts += 0 < jerky.transport.get_write_buffer_size() < 3 * size
        if chance.random() < 0.1:
            jerky.ping()
        while jerky.descriptor is None and chance.random() < 0.7:
            frames.append(await peer.frame())
    await peer.send(text("the end"))
    frames += await peer.until(lambda frame: b'"the end"' in frame)
    given = [frame for frame in frames if b'"type":"message"' in frame]
    assert [f'"text":"{number} '.encode() in frame for number, frame in enumerate(given[:-1])] == [True] * 300
    assert parts
    assert pauses > 5
    await bob.hears("the end")
    assert len(bob.seen) == 301
