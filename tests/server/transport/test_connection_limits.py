"""A slow or silent peer costs only itself: it is cut by bytes, by time and by silence, and nobody waits for it."""

import asyncio
import fcntl
import re
import socket
import struct
import termios

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.frames import Opcode

from chat_server.transport.connection import Connection
from chat_server.transport.write_buffer import Stage
from chatting import House, Person
from sockets import Peer, Wire, connect_peer, greeted_peer, handshake, masked, text

PADDING = "\u4e2d" * 4000  # 12 kB in a frame
FRAME = 12_500


async def flood(house: House, speaker: Person, stuck: Connection) -> tuple[int, int]:
    """Talk until `stuck` does not take it any more; returns the lines said and the most that waited for it."""
    said = most = 0
    while stuck.stage is Stage.OPEN and not stuck.paused:
        said, most = await say_more(speaker, stuck, said, most)
    return said, most


async def say_more(speaker: Person, stuck: Connection, said: int, most: int) -> tuple[int, int]:
    """One line more, and its echo."""
    await speaker.say(f"{said} {PADDING}")
    await speaker.hears(f"{said} {PADDING}")
    return said + 1, max(most, stuck.waiting_bytes + stuck.transport.get_write_buffer_size())


def numbers(events: list[dict]) -> list[int]:
    """Which of the flood's lines these are."""
    return [int(event["text"].split()[0]) for event in events]


async def stuck_reader(house: House) -> tuple[Peer, Connection]:
    """A peer that stops reading after its greeting."""
    peer = await greeted_peer(house, "/?name=stuck", receive_buffer=4096)
    connection = house.connection_of("stuck")
    connection.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16_384)
    return peer, connection


async def test_a_slow_reader_is_cut_by_bytes(open_a_house, caplog):
    """What waits for it is bounded; the others get every line in order; it can read why when it reads again."""
    house = await open_a_house(outbox=100_000, slow_after=1e6, close_timeout=30.0)
    ana, bob = await house.people("ana", "bob")
    peer, stuck = await stuck_reader(house)
    owner = house.host.roster.owner_of("stuck")
    said, most = await flood(house, ana, stuck)
    while stuck.stage is Stage.OPEN:
        said, most = await say_more(ana, stuck, said, most)
    assert 100_000 < most + FRAME < 100_000 + 3 * FRAME
    assert stuck.waiting_bytes == 0
    await bob.until(lambda: len(bob.seen) == said)
    await bob.sees("ana", "bob")
    assert numbers(ana.seen) == numbers(bob.seen) == list(range(said))
    assert await peer.close_code() == 4008
    peer.sock.close()
    await house.eventually(lambda: len(house.connections) == 2)
    assert [record.getMessage() for record in caplog.records if record.name == "chat_server"] == [
        f"closed a slow client: id={owner} address=127.0.0.1"
    ]


@pytest.mark.skipif(not hasattr(socket, "TCP_NOTSENT_LOWAT"), reason="this platform keeps what it likes")
async def test_the_system_keeps_little_for_who_does_not_read(open_a_house):
    """What a stalled peer has in the kernel is bounded too, so that it is soon noticed; else it would be 4 MiB."""
    house = await open_a_house(slow_after=1e6)
    ana = await house.person("ana")
    await greeted_peer(house, "/?name=stuck")
    stuck = house.connection_of("stuck")
    await flood(house, ana, stuck)
    sock = stuck.transport.get_extra_info("socket")
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT) == 65_536
    (unsent,) = struct.unpack("i", fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, bytes(4)))
    assert unsent < 500_000


async def test_a_slow_reader_is_cut_by_time(open_a_house):
    """However little waits for it; what it had been given before is whole."""
    house = await open_a_house(slow_after=10.0, close_timeout=30.0)
    ana = await house.person("ana")
    peer, stuck = await stuck_reader(house)
    said, _ = await flood(house, ana, stuck)
    now = asyncio.get_running_loop().time()
    stuck.sweep(now + 9.0)
    assert stuck.stage is Stage.OPEN
    stuck.sweep(now + 10.1)
    assert stuck.stage is Stage.CLOSING
    await ana.sees("ana")
    frames = await peer.until(lambda frame: frame.startswith(b"\x88"))
    assert frames[-1][1:3] == (4008).to_bytes(2, "big")
    given = [frame for frame in frames if b'"type":"message"' in frame]
    assert [f'"text":"{number} '.encode() in frame for number, frame in enumerate(given)] == [True] * len(given)
    assert len(given) <= said


async def test_who_takes_a_little_now_and_then_reads(open_a_house):
    """A thin line is no reason to be cut; its time begins anew with whatever it takes."""
    house = await open_a_house(slow_after=10.0)
    ana = await house.person("ana")
    peer, stuck = await stuck_reader(house)
    said, most = await flood(house, ana, stuck)
    for _ in range(10):
        said, most = await say_more(ana, stuck, said, most)
    while stuck.transport.get_write_buffer_size() < 5 * FRAME:  # all of that is given to the transport at once
        await peer.frame()
    now = asyncio.get_running_loop().time()
    waiting = stuck.transport.get_write_buffer_size()
    while waiting - stuck.transport.get_write_buffer_size() < 4096:
        await peer.frame()
    assert stuck.paused
    stuck.sweep(now + 9.0)
    stuck.sweep(now + 18.0)
    assert stuck.stage is Stage.OPEN
    stuck.sweep(now + 19.1)
    assert stuck.stage is Stage.CLOSING


async def test_what_the_system_still_has_for_a_peer_counts_too(open_a_house):
    """Who takes it at a few hundred bytes a second reads, though the transport has got nothing off its hands."""
    house = await open_a_house(slow_after=10.0)
    ana = await house.person("ana")
    peer, stuck = await stuck_reader(house)
    await flood(house, ana, stuck)
    now = asyncio.get_running_loop().time()
    in_transport, waiting = stuck.transport.get_write_buffer_size(), stuck.unread_bytes()
    while waiting - stuck.unread_bytes() < 4096:
        await asyncio.get_running_loop().sock_recv(peer.sock, 256)
    assert stuck.transport.get_write_buffer_size() == in_transport
    stuck.sweep(now + 9.0)
    stuck.sweep(now + 18.0)
    assert stuck.stage is Stage.OPEN
    stuck.sweep(now + 19.1)
    assert stuck.stage is Stage.CLOSING


async def test_a_slow_reader_that_never_reads_again_is_cut_off(open_a_house):
    """The goodbye waits as long as any, and no longer."""
    house = await open_a_house(outbox=1, close_timeout=3.0)
    ana = await house.person("ana")
    _, stuck = await stuck_reader(house)
    await flood(house, ana, stuck)
    await ana.said(PADDING)
    assert stuck.stage is Stage.CLOSING
    stuck.sweep(asyncio.get_running_loop().time() + 2.5)
    assert stuck in house.connections
    stuck.sweep(asyncio.get_running_loop().time() + 3.1)
    await house.eventually(lambda: stuck not in house.connections)


async def test_a_slow_reader_that_reads_again_misses_nothing(open_a_house):
    """It gets every line once and in order; what it said meanwhile was not listened to, and is heard then."""
    house = await open_a_house()
    ana = await house.person("ana")
    peer, stuck = await stuck_reader(house)
    said, most = await flood(house, ana, stuck)
    for _ in range(10):
        said, most = await say_more(ana, stuck, said, most)
    await peer.send(text("I am back"))
    await ana.say("last")
    assert await ana.hears("last") == []
    frames = await peer.until(lambda frame: b"I am back" in frame)
    given = [frame for frame in frames if b'"type":"message"' in frame]
    assert len(given) == said + 2
    assert all(f'"text":"{number} '.encode() in frame for number, frame in enumerate(given[:said]))
    assert b'"last"' in given[-2]
    assert (stuck.write, stuck.waiting_bytes) == (stuck.transport.write, 0)


async def test_pings_of_a_peer_that_does_not_read_do_not_pile_up(house):
    """It is not listened to while something waits for it."""
    ana = await house.person("ana")
    peer, stuck = await stuck_reader(house)
    await flood(house, ana, stuck)
    pings = masked(Opcode.PING, b"x" * 125) * 1000
    sending = asyncio.create_task(send_for_ever(peer, pings))
    sizes = set()
    for number in range(20):
        await ana.said(f"line {number}")
        sizes.add(stuck.transport.get_write_buffer_size())
    assert max(sizes) < 400_000
    assert len(sizes) <= 2
    assert stuck.stage is Stage.OPEN
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)


async def send_for_ever(peer: Peer, data: bytes) -> None:
    """Until it is cancelled."""
    while True:
        await peer.send(data)


async def test_a_silent_peer_is_asked_and_then_cut_off(open_a_house):
    """A ping after the interval; who has said nothing after the time-out is gone, and its name with it."""
    house = await open_a_house(ping_interval=15.0, ping_timeout=10.0)
    ana = await house.person("ana")
    peer = await greeted_peer(house, "/?name=silent")
    connection = house.connection_of("silent")
    now = asyncio.get_running_loop().time()
    connection.sweep(now + 14.9)
    connection.sweep(now + 15.1)
    connection.sweep(now + 25.0)
    assert connection.stage is Stage.OPEN
    connection.sweep(now + 25.2)
    await house.eventually(lambda: connection not in house.connections)
    frames = await peer.until(lambda frame: not frame)
    assert [frame for frame in frames if frame.startswith(b"\x89")] == [b"\x89"]
    await ana.sees("ana")


@pytest.mark.parametrize("sign", [masked(Opcode.PONG, b""), text("hello")], ids=["pong", "line"])
async def test_any_sign_of_life_is_an_answer(open_a_house, sign):
    """A pong or a line; the next ping comes an interval after the one before."""
    house = await open_a_house(ping_interval=15.0, ping_timeout=10.0)
    peer = await greeted_peer(house, "/?name=alive")
    connection = house.connection_of("alive")
    now = asyncio.get_running_loop().time()
    for beat in range(1, 4):
        connection.sweep(now + 15 * beat + 1)
        await peer.until(lambda frame: frame.startswith(b"\x89"))
        assert connection.awaits_pong
        await peer.send(sign)
        await house.eventually(lambda: not connection.awaits_pong)
        connection.sweep(now + 15 * beat + 11)
    assert connection.stage is Stage.OPEN


async def test_a_peer_that_is_not_listened_to_is_not_taken_for_silent(open_a_house):
    """While it is given time to read, its silence is ours."""
    house = await open_a_house(slow_after=1000.0, ping_interval=15.0, ping_timeout=10.0)
    ana = await house.person("ana")
    _, stuck = await stuck_reader(house)
    await flood(house, ana, stuck)
    now = asyncio.get_running_loop().time()
    for later in (16, 27, 43, 54):
        stuck.sweep(now + later)
        assert not stuck.transport.is_closing()


@pytest.mark.parametrize("sent", [b"", b"GET / HT", handshake()[:-2]], ids=["nothing", "a little", "nearly all"])
async def test_a_handshake_may_take_only_so_long(open_a_house, sent):
    """Who has not asked in full by then is cut off without a word."""
    house = await open_a_house(open_timeout=5.0)
    peer = await connect_peer(house, sent)
    await house.eventually(lambda: len(house.connections) == 1)
    (connection,) = house.connections
    now = asyncio.get_running_loop().time()
    connection.sweep(now + 4.9)
    connection.sweep(now + 5.1)
    assert await peer.rest() == b""
    await house.nobody()


async def test_the_server_looks_at_its_deadlines_by_itself(open_a_house):
    """About once a second: a late handshake, and a name whose owner does not come back."""
    house = await open_a_house(open_timeout=0.01, name_grace=0.01)
    late = await connect_peer(house)
    away = await house.person("away", secret="s" * 32)
    await away.socket.close()
    assert await late.rest() == b""
    await house.nobody()
    await house.eventually(lambda: house.host.roster.owner_of("away") is None)
    assert await house.host.log.roster() == {}


async def test_too_fast_is_refused_with_the_time_to_wait(open_a_house):
    """The burst passes; the next line is handed back, and said again after that time it passes."""
    house = await open_a_house(rate_limit="3/2")
    stopped = house.clock()
    house.clock.stop_at(stopped)
    ana, bob = await house.person("ana"), await house.person("bob")
    assert (ana.init["limits"]["burst"], ana.init["limits"]["rate"]) == (3, 2)
    await ana.say("one", "two", "/nonsense", "four", b"five")
    answers = [await ana.next() for _ in range(5)]
    refused = [event["text"] for event in answers if event.get("code") == "too_fast"]
    assert refused == ["Too fast: that line was not sent. Try again in 0.5 s."] * 2
    house.clock.stop_at(stopped + 0.5)
    await ana.say("six")
    await bob.hears("six")
    assert [event["text"] for event in bob.seen] == ["one", "two", "six"]


async def test_who_never_slows_down_is_closed(open_a_house):
    """After 200 refusals; nobody hears any of it, and nobody else is refused."""
    house = await open_a_house(rate_limit="2/0.01")
    ana, bob = await house.person("ana"), await house.person("bob")
    await ana.say(*["line"] * 210)
    code, reason = await ana.closed()
    assert (code, reason) == (1008, "Too many lines; slow down.")
    assert sum(event.get("code") == "too_fast" for event in ana.seen) <= 200
    await bob.sees("bob")
    await bob.say("fine")
    assert [event["text"] for event in await bob.hears("fine")] == ["line", "line"]


async def test_a_flood_in_the_very_first_bytes_leaves_nobody_behind(open_a_house):
    """Closed after its first line: it is listed no longer than that, and its name is free."""
    house = await open_a_house(rate_limit="1/0.01")
    bob = await house.person("bob")
    peer = await connect_peer(house, handshake("/?name=ghost") + text("hello") * 300)
    await peer.head()
    assert await peer.close_code() == 1008
    peer.sock.close()
    await house.eventually(lambda: len(house.connections) == 1)
    assert await bob.hears("hello") == []
    assert (await bob.said("good"))["id"] == 2
    await bob.sees("bob")
    assert await house.host.log.roster() == {"bob": bob.id}


async def test_a_full_server_says_so_and_has_room_again(open_a_house):
    """503 with a sentence for the one too many; those inside don't notice; a place that is left is free."""
    house = await open_a_house(max_connections=2)
    ana, bob = await house.people("ana", "bob")
    for _ in range(3):
        with pytest.raises(InvalidStatus) as refused:
            await connect(house.url(), proxy=None)
        assert refused.value.response.status_code == 503
        assert refused.value.response.body == b"This server is full; try again later.\n"
        await house.eventually(lambda: len(house.connections) == 2)
    await ana.say("still here")
    assert (await bob.next())["text"] == "still here"
    await bob.say("/exit")
    await bob.closed()
    await house.eventually(lambda: len(house.connections) == 1)
    zoe = await house.person("zoe")
    assert sorted(zoe.people.values()) == ["ana", "zoe"]


async def test_places_are_given_in_the_order_of_coming(open_a_house):
    """Who came when there was room is let in, whoever else comes before it has asked."""
    house = await open_a_house(max_connections=1)
    first = await connect_peer(house)
    await house.eventually(lambda: len(house.connections) == 1)
    second = await connect_peer(house, handshake())
    assert (await second.head()).startswith(b"HTTP/1.1 503 ")
    await first.send(handshake())
    assert (await first.head()).startswith(b"HTTP/1.1 101 ")


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1"])
async def test_an_address_has_only_so_many_connections(open_a_house, address):
    """429 with a sentence for one more; the place of one that ends is free; another address is not affected."""
    house = await open_a_house(per_address=2)

    async def come(address: str) -> tuple[Connection, Wire]:
        wire = Wire(address)
        connection = house.seat(wire, handshake())
        await house.eventually(lambda: wire.written)
        return connection, wire

    seated = [await come(address) for _ in range(2)]
    assert all(wire.written.startswith(b"HTTP/1.1 101 ") for _, wire in seated)
    refused, wire = await come(address)
    assert re.match(
        rb"HTTP/1\.1 429 .*\r\n\r\nToo many connections from your address; close one", wire.written, re.DOTALL
    )
    assert wire.closed
    other, wire = await come("192.0.2.2")
    assert wire.written.startswith(b"HTTP/1.1 101 ")
    for connection in (refused, seated[0][0]):
        connection.connection_lost(None)
    last, wire = await come(address)
    assert wire.written.startswith(b"HTTP/1.1 101 ")
    for connection in (last, other, seated[1][0]):
        connection.connection_lost(None)
    await house.nobody()


async def test_this_computer_may_have_many(open_a_house):
    """Loopback is exempt from the limit for one address."""
    house = await open_a_house(per_address=1)
    people = await house.people("ana", "bob", "zoe")
    assert len(people) == 3


async def test_half_open_handshakes_do_not_take_all_places(open_a_house):
    """The oldest is cut off for one more; who asks at once is let in, and nobody who is in notices."""
    house = await open_a_house(max_connections=80)
    ana = await house.person("ana")
    dripping = [await connect_peer(house, b"GET / HTTP/1.1\r\nHo") for _ in range(79)]
    await house.eventually(lambda: house.context.counts.refused["shed"] == 15)
    assert [await peer.rest() for peer in dripping[:15]] == [b""] * 15
    bob = await house.person("bob")
    await bob.say("let in")
    assert (await ana.next())["text"] == "let in"
    assert house.context.counts.refused["shed"] == 16
    assert len(house.connections) == 2 + 63
