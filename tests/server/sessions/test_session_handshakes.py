"""Who is let in: a good handshake from a program, or from a page that may; everything else ends there."""

import re
import socket

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.frames import Opcode

from chat_server.transport.connection import Connection
from chatting import House, short
from sockets import Wire, connect_peer, handshake, masked

SENTENCE = b"\n"  # a body is a sentence and a line feed
HANDSHAKES = {
    "garbage": (b"\x00\xff\x13garbage\r\n\r\n", b"HTTP/1.1 400 "),
    "a TLS hello": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64) + b"\n", b"HTTP/1.1 400 "),
    "a TLS hello without a line feed": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64), b"HTTP/1.1 400 "),
    "an empty line first": (b"\r\n" + handshake(), b"HTTP/1.1 400 "),
    "an SSH client": (b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 400 "),
    "bare line feeds": (handshake().replace(b"\r\n", b"\n"), b"HTTP/1.1 400 "),
    "a header of 9 kB": (handshake("/", "X: " + "x" * 9000), b"HTTP/1.1 431 "),
    "a target of 9 kB": (handshake("/?" + "x" * 9000), b"HTTP/1.1 414 "),
    "200 headers": (handshake("/", *["X: y"] * 200), b"HTTP/1.1 431 "),
    "POST": (handshake().replace(b"GET", b"POST"), b"HTTP/1.1 405 "),
    "HTTP/1.0": (handshake().replace(b"HTTP/1.1", b"HTTP/1.0"), b"HTTP/1.1 505 "),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"HTTP/1.1 400 "),
    "a body": (handshake("/", "Content-Length: 5") + b"hello", b"HTTP/1.1 400 "),
    "chunks": (handshake("/", "Transfer-Encoding: chunked") + b"0\r\n\r\n", b"HTTP/1.1 400 "),
    "a folded header": (handshake("/", "X: a", " b"), b"HTTP/1.1 400 "),
    "a space before the colon": (handshake("/", "X : a"), b"HTTP/1.1 400 "),
    "a NUL": (handshake("/", "X: a\0b"), b"HTTP/1.1 400 "),
    "a target that is no ASCII": (handshake("/\xe9"), b"HTTP/1.1 400 "),
    "two keys": (handshake("/", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="), b"HTTP/1.1 400 "),
    "an old version": (handshake().replace(b"Version: 13", b"Version: 8"), b"HTTP/1.1 426 "),
    "no version": (handshake().replace(b"Sec-WebSocket-Version: 13\r\n", b""), b"HTTP/1.1 400 "),
    "two versions": (handshake("/", "Sec-WebSocket-Version: 8"), b"HTTP/1.1 400 "),
    "a web browser": (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"HTTP/1.1 426 "),
    "no room": (handshake("/no.room"), b"HTTP/1.1 404 "),
    "no room, asked for twice": (handshake("/no.room") * 2, b"HTTP/1.1 404 "),
    "a broken address": (handshake("//["), b"HTTP/1.1 404 "),
    "a room of another server": (handshake("//elsewhere"), b"HTTP/1.1 404 "),
    "no address": (handshake("*"), b"HTTP/1.1 404 "),
    "two origins": (handshake("/", "Origin: http://127.0.0.1", "Origin: http://127.0.0.1"), b"HTTP/1.1 403 "),
    "half a request": (handshake()[:-2], None),
    "nothing": (b"", None),
}  # fmt: skip


@pytest.mark.parametrize("kind", HANDSHAKES)
async def test_a_bad_handshake_is_answered_or_closed_and_leaves_nothing_behind(house, caplog, kind):
    """One response at most, with a sentence; no session, no name, no line in the log for it."""
    request, answer = HANDSHAKES[kind]
    bob = await house.person("bob")
    peer = await connect_peer(house, request)
    if answer is None:
        peer.sock.shutdown(socket.SHUT_WR)
    response = await peer.rest()
    assert response.startswith(answer or b"")
    assert (response == b"") == (not answer)
    assert response.count(b"HTTP/1.1") <= 1
    assert not response or response.endswith(SENTENCE)
    peer.sock.close()
    await house.eventually(lambda: len(house.connections) == 1)
    assert (await bob.said("good"))["id"] == 1
    assert bob.people == {bob.id: "bob"}
    assert await house.host.log.roster() == {"bob": bob.id}
    assert not [record for record in caplog.records if record.name != "websockets.server"]


@pytest.mark.parametrize("version", ["8", "0", "14", "13, 8", "x", ""])
async def test_another_version_of_websocket_is_told_ours(house, version):
    """And that it is this to upgrade to; nothing else is told it, so that nobody tries another version in vain."""
    asked = handshake().replace(b"Version: 13", f"Version: {version}".encode())
    head, _, sentence = (await (await connect_peer(house, asked)).rest()).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 426 Upgrade Required\r\n")
    assert {b"Upgrade: websocket", b"Sec-WebSocket-Version: 13", b"Connection: close"} <= set(head.split(b"\r\n"))
    assert sentence == b"This server only speaks version 13 of the WebSocket protocol.\n"
    for broken in (handshake().replace(b"Key: A", b"Key: "), handshake().replace(b"GET", b"POST")):
        assert b"Sec-WebSocket-Version" not in (await (await connect_peer(house, broken)).rest())


@pytest.mark.parametrize(
    ("frame", "end"),
    [(b"\x81\x01x", b"\x88\x13\x03\xeaincorrect masking"), (masked(Opcode.CLOSE, b"\x03\xe8"), b"\x88\x02\x03\xe8")],
    ids=["a broken frame", "a goodbye"],
)
async def test_who_ends_it_with_the_handshake_is_let_in_and_out(house, frame, end):
    """The handshake is answered first, as it came first; nothing of it stays."""
    peer = await connect_peer(house, handshake("/?name=quick") + frame)
    response = await peer.rest()
    assert response.startswith(b"HTTP/1.1 101 ")
    assert response.endswith(end)
    peer.sock.close()
    await house.nobody()
    assert await house.host.log.roster() == {}


async def test_what_can_be_no_room_is_refused_with_a_sentence(house):
    """404 names the room, and says where to go."""
    with pytest.raises(InvalidStatus) as refused:
        await connect(house.url("/no.room?name=ana"), proxy=None)
    response = refused.value.response
    assert (response.status_code, response.body) == (
        404, b"There is no room /no.room here; connect to / for the lobby.\n",
    )  # fmt: skip


ORIGINS = [
    ("http://evil.example", "{host}", "", 403),
    ("null", "{host}", "", 403),
    ("", "{host}", "", 403),
    ("http://{host}", "{host}", "", 101),
    ("https://{host}", "{host}", "", 101),
    ("http://localhost:99", "localhost:99", "", 101),
    ("http://[::1]:99", "[::1]:99", "", 101),
    ("http://127.0.0.1:1", "{host}", "", 403),
    ("http://chat.example", "chat.example", "", 403),
    ("http://user@127.0.0.1", "127.0.0.1", "", 403),
    ("http://[", "[", "", 403),
    ("http://chat.example", "chat.example", "http://chat.example", 101),
    ("https://chat.example", "{host}", "http://a.example, https://chat.example", 101),
    ("https://chat.example.evil", "{host}", "https://chat.example", 403),
    (None, "chat.example", "", 101),
]


@pytest.mark.parametrize(("origin", "host", "allowed", "status"), ORIGINS, ids=short)
async def test_web_pages_of_other_sites_may_not_connect(open_a_house, origin, host, allowed, status):
    """A page is welcome from the very address that it connects to, as a number, or when it is allowed by name."""
    house = await open_a_house(allow_origin=allowed)
    here = f"127.0.0.1:{house.server.port}"
    more = [] if origin is None else ["Origin: " + origin.format(host=here)]
    peer = await connect_peer(house, handshake("/", *more, host=host.format(host=here)))
    assert (await peer.head()).startswith(b"HTTP/1.1 %d " % status)


def seat(house: House, data: bytes) -> tuple[Connection, list[bytes]]:
    """A connection that was sent this, and what is written to it, in its pieces."""
    wire, writes = Wire("127.0.0.1"), []
    wire.write = writes.append
    return house.seat(wire, data), writes


async def test_a_handshake_and_its_greeting_come_in_one_piece(house):
    """A newcomer is woken once."""
    connection, writes = seat(house, handshake("/?name=ana"))
    assert writes == []
    await house.eventually(lambda: writes)
    assert writes[0].startswith(b"HTTP/1.1 101 ")
    assert b'"type":"init"' in writes[0]
    connection.connection_lost(None)


async def test_what_comes_with_a_handshake_is_answered_after_it(house):
    """A frame in the same piece waits until the peer has been let in."""
    connection, writes = seat(house, handshake("/?name=ana") + masked(Opcode.PING, b"?"))
    await house.eventually(lambda: b"init" in writes[-1])
    assert re.match(rb"HTTP/1\.1 101 [^\n]*\r\n.*\r\n\r\n\x8a\x01\?\x81.*init", b"".join(writes), re.DOTALL)
    connection.connection_lost(None)


async def test_who_is_quicker_than_the_greeting_has_the_answer_to_its_handshake(house):
    """Before a pong, and before a goodbye, after which there is no greeting."""
    asking, answers = seat(house, handshake("/?name=ana"))
    asking.data_received(masked(Opcode.PING, b"?"))
    leaving, goodbye = seat(house, handshake("/?name=bob"))
    leaving.close(1012)
    silent, nothing_more = seat(house, handshake("/?name=cat"))
    silent.eof_received()
    assert [part[:12] for part in answers] == [b"HTTP/1.1 101", b"\x8a\x01?"]
    assert [part[:12] for part in goodbye] == [b"HTTP/1.1 101", b"\x88\x02\x03\xf4"]
    assert [part[:12] for part in nothing_more] == [b"HTTP/1.1 101"]
    await house.eventually(lambda: len(answers) == 3)
    assert b'"type":"init"' in answers[2]
    assert (len(goodbye), len(nothing_more)) == (2, 1)
    for connection in (asking, leaving, silent):
        connection.connection_lost(None)
