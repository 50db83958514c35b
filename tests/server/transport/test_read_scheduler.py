"""Who sends more than is read at once waits for a turn, and nobody waits for them."""

import asyncio

import pytest
from websockets.frames import Opcode

from chat_server.transport.connection import MAX_CONTROLS
from chat_server.transport.read_scheduler import PIECE, ReadScheduler
from chat_server.transport.write_buffer import Stage
from chatting import House
from sockets import Wire, connect_peer, greeted_peer, handshake, masked, split_frames, text

LINE = 100  # bytes of a frame


def lines(count: int) -> bytes:
    """Lines of the same size, numbered."""
    return b"".join(text(f"{number:06} ".ljust(LINE - 6, "x")) for number in range(count))


async def test_one_waiting_is_read_in_a_turn():
    """In the order in which they began to wait; who has to wait again goes to the end."""
    turns, read = ReadScheduler(), []

    def wait(name: str, times: int) -> None:
        def go_on() -> None:
            read.append(name)
            if times > 1:
                asyncio.get_running_loop().call_soon(wait, name, times - 1)

        turns.wait(go_on, speaks=True)

    for name in "abc":
        wait(name, 2)
    for turn in range(1, 7):
        await asyncio.sleep(0)
        assert len(read) == turn
    assert read == list("abcabc")


async def test_nobody_waits_for_who_sends_much(open_a_house):
    """A line is kept after a few pieces of a flood, not after all of it; and the flood comes whole and in order."""
    house = await open_a_house(rate_limit="off")
    ana = await house.person("ana")
    floods = [await greeted_peer(house, f"/?name=flood{number}") for number in range(2)]
    reading = [asyncio.create_task(peer.rest()) for peer in floods]
    sending = [asyncio.create_task(peer.send(lines(3000))) for peer in floods]
    await house.eventually(lambda: house.host.applied > 0)
    before = house.host.applied
    mine = await ana.said("mine")
    assert mine["id"] - before < 20 * PIECE // LINE
    await asyncio.gather(*sending)
    await ana.until(lambda: len(ana.seen) == 6001)
    for task in reading:
        task.cancel()
    await asyncio.gather(*reading, return_exceptions=True)
    names = {event["from_name"] for event in ana.seen} - {"ana"}
    for name in names:
        numbers = [int(event["text"].split()[0]) for event in ana.seen if event["from_name"] == name]
        assert numbers == list(range(3000))
    assert len(names) == 2


async def test_too_many_pings_are_closed(house: House):
    """100 between two sweeps are answered; with one more the connection ends, and says why."""
    peer = await greeted_peer(house)
    await peer.send(masked(Opcode.PING, b"?") * MAX_CONTROLS)
    await peer.send(text("done"))
    assert (await peer.until(lambda frame: b"done" in frame)).count(b"\x8a?") == MAX_CONTROLS
    (connection,) = house.connections
    connection.sweep(asyncio.get_running_loop().time())
    await peer.send(masked(Opcode.PONG, b"!") * (MAX_CONTROLS + 1))
    assert (await peer.until(lambda frame: frame.startswith(b"\x88")))[-1] == b"\x88\x03\xf0Too many pings; slow down."


@pytest.mark.parametrize(("more", "read"), [(10, True), (100_000, False)])
async def test_who_is_being_closed_is_soon_not_parsed_any_more(house: House, more, read):
    """A goodbye that comes soon is read. Much that is still said is thrown away; none of it is answered."""
    wire = Wire("192.0.2.1")
    connection = house.seat(wire, handshake())
    await house.settled()
    ping = masked(Opcode.PING, b"?")
    connection.data_received(ping * (MAX_CONTROLS + 1))
    assert connection.stage is Stage.CLOSING
    for _ in range(more // 10):
        connection.data_received(ping * 10)
    connection.data_received(masked(Opcode.CLOSE, b"\x03\xe8"))
    assert wire.finished == read
    frames = split_frames(wire.written.partition(b"\r\n\r\n")[2])
    assert frames.count(b"\x8a?") == MAX_CONTROLS + 1
    assert frames[-1] == b"\x88\x03\xf0Too many pings; slow down."
    connection.connection_lost(None)


async def test_nobody_gathers_lines_of_who_may_not_speak(house: House):
    """What comes before the handshake is done, or after the end, has its turn, and is not waited for with a tick."""
    turns = house.connections.scheduler
    connection = house.seat(Wire("192.0.2.1"))

    def piece(data: bytes) -> int:
        connection.get_buffer(-1)[:PIECE] = data.ljust(PIECE)
        connection.buffer_updated(PIECE)
        return turns.speakers

    assert piece(handshake("/", "X-Padding: ".ljust(PIECE - len(handshake()) - 2, "x"))) == 0
    await asyncio.sleep(0)
    await house.settled()
    assert connection.stage is Stage.OPEN
    assert piece(masked(Opcode.PING, b"?") * (PIECE // 7)) == 1
    await asyncio.sleep(0)
    assert (turns.speakers, turns.heard) == (0, 1)
    assert connection.stage is Stage.CLOSING
    assert piece(b"") == 0
    await asyncio.sleep(0)
    assert turns.heard == 1
    connection.connection_lost(None)


async def test_a_goodbye_behind_much_that_was_said_is_read(open_a_house):
    """Closing by both sides ends in good order, with all that was on its way before it."""
    house = await open_a_house(rate_limit="off")
    peer = await connect_peer(house, handshake("/?name=ana") + lines(200) + text("/exit") + lines(200))
    await peer.head()
    assert await peer.close_code() == 1000
    await peer.send(masked(Opcode.CLOSE, b"\x03\xe8"))
    assert await peer.rest() == b""
    assert house.host.applied == 200


async def test_others_run_while_all_deadlines_are_looked_at(house: House):
    """Many whose time is over are cut off a part at a time."""
    wires = [Wire(f"192.0.2.{number}") for number in range(250)]
    seated = [house.seat(wire) for wire in wires]
    looking = asyncio.create_task(house.connections.sweep(asyncio.get_running_loop().time() + 1e6))
    await asyncio.sleep(0)
    cut = sum(wire.closed for wire in wires)
    assert 0 < cut < len(wires)
    await looking
    assert all(wire.closed for wire in wires)
    for connection in seated:
        connection.connection_lost(None)
