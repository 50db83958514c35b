"""A polite end: what was said before it is carried out in its order, and answered, as before `/exit`."""

import socket

import pytest
from websockets.frames import Opcode

from chatting import House, Person
from slow_log import SlowLog
from sockets import Peer, connect_peer, greeted_peer, handshake, masked, text

GOODBYE = masked(Opcode.CLOSE, b"\x03\xe8")
ENDS = {
    "a close frame": lambda: GOODBYE,
    "/exit": lambda: text("/exit"),
    "the end of the stream": lambda: b"",
}


async def say_and_end(peer: Peer, end: str, *lines: str) -> None:
    """All of it in one write."""
    await peer.send(b"".join(map(text, lines)) + ENDS[end]())
    if not ENDS[end]():
        peer.sock.shutdown(socket.SHUT_WR)


async def texts_heard(person: Person, *names: str) -> list[tuple[str, str]]:
    """Who has said what by the time that only these are here."""
    await person.sees(*names)
    return [(event["from_name"], event["text"]) for event in person.seen if event["type"] == "message"]


@pytest.mark.parametrize("end", ENDS)
async def test_lines_behind_a_new_name_are_said_under_it(house, end):
    """`/name backup`, `backup done`, and away."""
    ana = await house.person("ana")
    peer = await greeted_peer(house)
    await ana.sees("ana", "raw")
    await say_and_end(peer, end, "/name backup", "backup done")
    assert await texts_heard(ana, "ana") == [("backup", "backup done")]


@pytest.mark.parametrize("end", ENDS)
async def test_five_replies_are_five(house, end):
    """Each waits for the one before; all are said, and the peer is told so before the answer to its goodbye."""
    ana = await house.person("ana")
    await ana.said("first")
    peer = await greeted_peer(house)
    await ana.sees("ana", "raw")
    await say_and_end(peer, end, *["/reply 1 x"] * 5)
    assert await texts_heard(ana, "ana") == [("ana", "first"), *[("raw", "x")] * 5]
    frames = []
    while frame := await peer.frame():
        frames.append(frame)
    assert sum(b'"text":"x"' in frame for frame in frames) == 5
    if end != "the end of the stream":
        assert frames[-1][:1] == b"\x88"


@pytest.mark.parametrize("end", ENDS)
async def test_what_was_said_before_the_greeting_is_said_after_it(house, end):
    """The name is asked for still when the peer goes; who says nothing leaves nothing."""
    ana = await house.person("ana")
    log = SlowLog(house)
    peer = await connect_peer(house, handshake("/?name=raw"))
    await house.eventually(lambda: log.asked == ["raw"])
    await say_and_end(peer, end, "hello", "/reply 1 and again")
    await house.eventually(lambda: any(session.lines.waiting for session in house.sessions))
    log.let_go()
    await ana.hears("and again")
    assert await texts_heard(ana, "ana") == [("raw", "hello"), ("raw", "and again")]


@pytest.mark.parametrize("end", ENDS)
async def test_lines_that_wait_for_the_log_are_carried_out(house, end):
    """A reply to a line of one's own, and a deletion of the newest, are parked until that line is in the room."""
    ana = await house.person("ana")
    peer = await greeted_peer(house)
    await ana.sees("ana", "raw")
    log = SlowLog(house)
    await say_and_end(peer, end, "one", "two", "/reply 1 three", "/delete 2", "four")
    await house.eventually(lambda: log.asked == ["message"] * 2)
    assert ana.seen == []
    log.let_go()
    assert await texts_heard(ana, "ana") == [("raw", "one"), ("raw", "two"), ("raw", "three"), ("raw", "four")]
    assert [event["id"] for event in ana.seen if event["type"] == "delete"] == [2]


async def test_lines_that_are_too_fast_are_refused_before_the_goodbye(open_a_house):
    """The rate holds at the end as well: three are said, two are refused, and then the close frame is answered."""
    house = await open_a_house(rate_limit="3/0.01")
    ana = await house.person("ana")
    peer = await greeted_peer(house)
    await ana.sees("ana", "raw")
    await say_and_end(peer, "a close frame", "one", "/reply 1 two", "/reply 1 three", "four", "/txn k five")
    assert await texts_heard(ana, "ana") == [("raw", "one"), ("raw", "two"), ("raw", "three")]
    frames = []
    while frame := await peer.frame():
        frames.append(frame)
    assert [b"too_fast" in frame for frame in frames].count(True) == 2
    assert frames[-1] == b"\x88\x03\xe8"


async def test_nothing_counts_after_a_goodbye(house):
    """What follows the close frame is not heard, whether lines wait before it or not."""
    ana = await house.person("ana")
    for waiting in ([], ["/name dan", "said"]):
        peer = await greeted_peer(house)
        await peer.send(b"".join(map(text, waiting)) + GOODBYE + text("never") + text("/name eve"))
        while await peer.frame():
            pass
    await ana.say("end")
    await ana.hears("end")
    assert [event["text"] for event in ana.seen] == ["said", "end"]


async def test_who_has_said_goodbye_is_not_asked_for_a_sign_of_life(open_a_house):
    """However long its last lines wait for the log, it is neither pinged nor cut off; then all of it is said."""
    house = await open_a_house(ping_interval=0.01, ping_timeout=0.01)
    ana = await house.person("ana")
    peer = await greeted_peer(house)
    await ana.sees("ana", "raw")
    log = SlowLog(house)
    await say_and_end(peer, "a close frame", "one", "/reply 1 two")
    await house.eventually(lambda: log.asked == ["message"])
    connection = house.connection_of("raw")
    for second in range(1, 100):
        connection.sweep(house.host.now() + 1e6 + second)
    log.let_go()
    assert await texts_heard(ana, "ana") == [("raw", "one"), ("raw", "two")]
    frames = []
    while frame := await peer.frame():
        frames.append(frame[:1])
    assert set(frames) == {b"\x81", b"\x88"}


async def test_a_server_that_stops_hears_who_was_leaving(house: House):
    """Its last lines are kept before the server closes."""
    ana = await house.person("ana")
    peer = await greeted_peer(house)
    await ana.sees("ana", "raw")
    await say_and_end(peer, "a close frame", "/name backup", "backup done")
    house.server.stop()
    await house.ended()
    await ana.closed()
    assert [(event["from_name"], event["text"]) for event in ana.seen] == [("backup", "backup done")]
