"""What an operator's programs are told over plain HTTP, on real sockets."""

import asyncio
import http.client
import re
from contextlib import suppress

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from chat_server.app import ChatServer, StartError
from chat_server.log import LogError
from chat_server.settings import Settings
from chat_server.transport.frames import text_frame
from chatting import PATIENCE, House
from prometheus import read
from sockets import connect_peer, greeted_peer, handshake, text

PROBES = {
    "curl": "GET {} HTTP/1.1\r\nHost: 127.0.0.1:6789\r\nUser-Agent: curl/8\r\nAccept: */*\r\n\r\n",
    "a balancer": "GET {} HTTP/1.0\r\n\r\n",
    "a browser": "GET {} HTTP/1.1\r\nHost: chat.example\r\nConnection: keep-alive\r\nOrigin: http://evil.example\r\n\r\n",
    "with a query": "GET {}?now=1 HTTP/1.1\r\nHost: x\r\n\r\n",
    "a WebSocket": handshake("{}").decode(),
}


async def ask(house: House, request: str | bytes) -> tuple[int, dict[str, str], str]:
    """Status, headers and body of the one answer; the server closes after it."""
    peer = await connect_peer(house, request.encode() if isinstance(request, str) else request)
    head, _, body = (await peer.rest()).decode().partition("\r\n\r\n")
    peer.sock.close()
    first, *lines = head.split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(first.removeprefix("HTTP/1.1 ")[:3]), headers, body


async def metrics(house: House) -> dict[tuple, float]:
    """Every sample, by its name and labels."""
    status, headers, body = await ask(house, PROBES["curl"].format("/metrics"))
    assert status == 200
    assert headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return read(body)


@pytest.mark.parametrize("probe", PROBES)
async def test_a_server_that_works_is_well(house, probe):
    """200 and "ok", whoever asks and however; then the connection closes and leaves nothing."""
    status, headers, body = await ask(house, PROBES[probe].format("/healthz"))
    assert (status, body) == (200, "ok\n")
    assert (headers["connection"], headers["content-length"]) == ("close", "3")
    await house.nobody()
    assert dict(house.context.counts.refused) == {}


@pytest.mark.parametrize("path", ["/healthz", "/metrics"])
async def test_a_head_alone_may_be_asked_for(house, path):
    """The same head as with GET, and no body."""
    status, headers, body = await ask(house, f"HEAD {path} HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (status, body) == (200, "")
    assert int(headers["content-length"]) > 0


@pytest.mark.parametrize(("method", "answer"), [("POST", 405), ("DELETE", 405), ("PROPFIND", 405), ("OPTIONS", 200)])
@pytest.mark.parametrize("target", ["/", "/metrics", "/elsewhere", "*"])
async def test_pages_are_only_read(open_a_house, method, answer, target):
    """405, and to OPTIONS 200, with what is allowed, on either port."""
    house = await open_a_house()
    other = await open_a_house(metrics_address="127.0.0.1:0")
    other.server.port = other.server.metrics_port
    for one in (house, other):
        status, headers, _ = await ask(one, f"{method} {target} HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (status, headers["allow"], headers["connection"]) == (answer, "get, head, options", "close")


BODIES = {
    "a length": b"Content-Length: 5\r\n\r\nhello",
    "a length, and more than that": b"Content-Length: 5\r\n\r\nhello, world",
    "chunks": b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "both": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a question before it": b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n",
    "a length that is none": b"Content-Length: many\r\n\r\nhello",
    "none of any length": b"Content-Length: 0\r\n\r\n",
}


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize(("method", "answer"), [("POST", 405), ("PUT", 405), ("GET", 200), ("OPTIONS", 200)])
async def test_a_body_is_thrown_away_and_the_request_answered(house, method, answer, body):
    """Whatever it is said to be: one answer, then the end; a page is a page."""
    status, headers, text = await ask(house, f"{method} /healthz HTTP/1.1\r\nHost: x\r\n".encode() + BODIES[body])
    assert (status, headers["connection"], text == "ok\n") == (answer, "close", method == "GET")
    await house.nobody()


async def test_a_long_body_is_read_to_its_end(house):
    """A program that sends first and reads then has its answer: nothing is reset before that."""

    def post() -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(*house.address, timeout=10)
        connection.request("POST", "/healthz", body=b"x" * 3_000_000)
        response = connection.getresponse()
        return response.status, response.read()

    assert await asyncio.to_thread(post) == (405, b"Only GET, HEAD and OPTIONS are allowed here.\n")


async def test_a_body_without_end_is_cut_off(open_a_house):
    """After the time that a connection has to close; who sends on is reset."""
    house = await open_a_house(close_timeout=0.05)
    peer = await connect_peer(house, b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
    assert (await peer.rest()).startswith(b"HTTP/1.1 405 ")
    async with asyncio.timeout(PATIENCE):
        with suppress(ConnectionError):
            while len(house.connections):
                await peer.send(b"1000\r\n" + bytes(4096) + b"\r\n")
        await house.nobody()


@pytest.mark.parametrize("second", ["GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", handshake().decode(), "garbage\r\n"])
async def test_of_two_requests_in_one_write_the_first_is_answered(house, second):
    """And the answer says that the connection closes, which it does without a reset."""
    status, headers, text = await ask(house, PROBES["curl"].format("/healthz") + second)
    assert (status, headers["connection"], text) == (200, "close", "ok\n")


@pytest.mark.parametrize("start", ["http://127.0.0.1:6789", "HTTPS://chat.example", "http://[::1]:6789", "http://u@x"])
async def test_a_target_may_be_absolute(house, start):
    """As proxies get it; a room is found in it too."""
    assert (await ask(house, f"GET {start}/healthz?a=b HTTP/1.1\r\nHost: x\r\n\r\n"))[2] == "ok\n"
    assert (await ask(house, f"GET {start} HTTP/1.1\r\nHost: x\r\n\r\n"))[0] == 426
    await greeted_peer(house, f"{start}/?name=ana")
    assert [client.name for client in house.host.lobby.presence.clients()] == ["ana"]


async def test_a_request_may_come_byte_by_byte(house):
    """With a body behind it, and with none."""
    for request in (PROBES["curl"].format("/healthz").encode(), b"POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\nx"):
        peer = await connect_peer(house)
        for byte in request:
            await peer.send(bytes([byte]))
        assert (await peer.rest()).startswith(b"HTTP/1.1 ")
    peer = await connect_peer(house)
    for byte in handshake("/?name=slow"):
        await peer.send(bytes([byte]))
    assert (await peer.head()).startswith(b"HTTP/1.1 101 ")


async def test_the_head_of_a_room_has_no_body(house):
    """426 as for GET, without the sentence."""
    status, headers, text = await ask(house, "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (status, text, headers["upgrade"]) == (426, "", "websocket")


async def test_a_client_library_reads_the_pages(house):
    """The standard library's, which is as strict as any."""

    def fetch() -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(*house.address, timeout=10)
        connection.request("GET", "/metrics")
        response = connection.getresponse()
        return response.status, response.read()

    status, body = await asyncio.get_running_loop().run_in_executor(None, fetch)
    assert status == 200
    assert read(body.decode())[("chat_connections",)] == 1


async def test_a_full_server_is_well_and_says_what_it_counts(open_a_house):
    """It is asked most when it is full: pages are answered beside those who are turned away."""
    house = await open_a_house(max_connections=1)
    await house.person("ana")
    with pytest.raises(InvalidStatus):
        await connect(house.url(), proxy=None)
    assert (await ask(house, PROBES["curl"].format("/healthz")))[0] == 200
    assert (await metrics(house))[("chat_handshakes_refused_total", ("reason", "full"))] == 1


async def test_a_server_that_is_stopping_says_so(open_a_house):
    """503 to who was connected already; nobody else gets that far."""
    house = await open_a_house(close_timeout=5.0)
    mute = await greeted_peer(house)
    peer = await connect_peer(house, b"GET /healthz HT")
    await house.eventually(lambda: len(house.connections) == 2)
    house.context.stopping = True
    await peer.send(b"TP/1.1\r\nHost: x\r\n\r\n")
    assert (await peer.rest()).endswith(b"\r\n\r\nThe server is shutting down.\n")
    mute.sock.close()


class FullDisk:
    """The log of a running server, which keeps nothing as long as `full`."""

    def __init__(self, house: House) -> None:
        self.full = True
        self._log = house.host.log
        house.host.log = self

    def __getattr__(self, name):
        return getattr(self._log, name)

    def append(self, entry):
        """Keep it, if that can be."""
        if not self.full:
            return self._log.append(entry)
        failed = asyncio.get_running_loop().create_future()
        failed.set_exception(LogError("The disk is full; your line was not kept."))
        return failed


async def test_a_log_that_can_not_be_written_is_ill(house):
    """503 after a line that was not kept, 200 after one that was."""
    ana = await house.person("ana")
    log = FullDisk(house)
    assert (await ana.said("lost"))["code"] == "not_kept"
    status, _, body = await ask(house, PROBES["curl"].format("/healthz"))
    assert (status, body) == (503, "Can't save messages: the log can't be written.\n")
    log.full = False
    await ana.said("kept")
    assert (await ask(house, PROBES["curl"].format("/healthz")))[0] == 200


async def test_who_is_avoided_for_being_ill_is_tried_again(house):
    """Half a minute after the last failure nobody knows, so it is well."""
    ana = await house.person("ana")
    FullDisk(house)
    await ana.said("lost")
    now = house.clock()
    house.clock.stop_at(now + 30.1)
    assert (await ask(house, PROBES["curl"].format("/healthz")))[0] == 200


async def test_everything_is_counted(house):
    """Lines, deliveries and their bytes, errors by code, handshakes and why not; no name and no text."""
    ana, bob = await house.people("ana", "bob")
    before = await metrics(house)
    for line in ("canary one", "canary two", "/to bob canary three"):
        echo = await ana.said(line)
        assert await bob.next() == echo
    await ana.said("/delete last")
    await bob.next()
    await ana.said("/nonsense")
    await ana.said("/delete 99")
    await ana.said("/delete 98")
    after = await metrics(house)
    grown = {key: value - before.get(key, 0) for key, value in after.items()}
    assert grown[("chat_messages_total",)] == 3
    assert grown[("chat_deletions_total",)] == 1
    assert grown[("chat_deliveries_total",)] == 2 * 4 + 3
    assert grown[("chat_errors_total", ("code", "unknown_command"))] == 1
    assert grown[("chat_errors_total", ("code", "no_such_message"))] == 2
    assert after[("chat_connections",)] == 3
    assert after[("chat_clients",)] == 2
    assert after[("chat_handshakes_total",)] == 2
    page = (await ask(house, PROBES["curl"].format("/metrics")))[2]
    assert "canary" not in page
    assert not re.search(r"\b(ana|bob|127\.0\.0\.1)\b|~", page)


async def test_bytes_are_those_that_arrive(house):
    """What was sent is what a peer has read, frames and all."""
    peer = await connect_peer(house, handshake("/?name=raw"))
    await peer.head()
    await peer.send(text("hello") + text("/delete last") + text("/nope") + text("/exit"))
    *frames, goodbye = await peer.until(lambda frame: frame.startswith(b"\x88"))
    assert goodbye.endswith(b"Goodbye.")
    size = sum(len(text_frame(frame[1:])) for frame in frames)
    peer.sock.close()
    samples = await metrics(house)
    assert samples[("chat_sent_bytes_total",)] == size


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (handshake("/no.room"), "no_such_room"),
        (handshake("/", "Origin: http://evil.example"), "foreign_origin"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "invalid"),
        (b"\x16\x03\x01 hello\r\n\r\n", "invalid"),
        (handshake("/?" + "x" * 9000), "invalid"),
    ],
)
async def test_a_refused_handshake_is_counted_once_with_its_reason(house, request_, reason):
    """Whether we or the library refuse it."""
    peer = await connect_peer(house, request_)
    await peer.rest()
    await house.nobody()
    assert dict(house.context.counts.refused) == {reason: 1}


async def test_who_asks_for_nothing_is_not_refused(house):
    """A balancer that only looks whether the port is open, and who hangs up half-way."""
    for sent in (b"", b"GET / HT"):
        peer = await connect_peer(house, sent)
        await peer.hang_up()
    await house.nobody()
    assert dict(house.context.counts.refused) == {}


async def test_a_late_handshake_is_counted(house):
    """Who does not ask in time."""
    peer = await connect_peer(house, b"GET / HT")
    await house.eventually(lambda: len(house.connections) == 1)
    (connection,) = house.connections
    connection.sweep(asyncio.get_running_loop().time() + 6.0)
    assert await peer.rest() == b""
    await house.nobody()
    assert dict(house.context.counts.refused) == {"late": 1}


async def test_an_expiry_is_counted_with_its_lag(house):
    """Once, when the log has kept it."""
    ana = await house.person("ana")
    await ana.said("/temp 1 gone soon")
    assert (await ana.next())["type"] == "delete"
    samples = await metrics(house)
    assert samples[("chat_expiry_lag_seconds_count",)] == 1
    assert samples[("chat_deletions_total",)] == 1
    assert samples[("chat_loop_lag_seconds_count",)] >= 1


async def test_what_waited_for_a_slow_reader_is_counted(open_a_house):
    """How much waits now, the most that ever did, and that it was closed."""
    house = await open_a_house()
    ana, bob = await house.people("ana", "bob")
    connection = house.connection_of("ana")
    connection.pause_writing()
    await bob.said("x" * 1000)
    samples = await metrics(house)
    assert samples[("chat_outbox_bytes",)] == samples[("chat_outbox_most_bytes",)] > 1000
    connection.resume_writing()
    await ana.hears("x" * 1000)
    samples = await metrics(house)
    assert samples[("chat_outbox_bytes",)] == 0
    assert samples[("chat_outbox_most_bytes",)] > 1000
    connection.pause_writing()
    connection.sweep(asyncio.get_running_loop().time() + 10.1)
    assert (await metrics(house))[("chat_slow_closes_total",)] == 1
    connection.resume_writing()


async def test_metrics_may_have_an_address_of_their_own(open_a_house):
    """Then the chat's port does not serve them, but tells whether it is well; nobody can chat at the other."""
    house = await open_a_house(metrics_address="127.0.0.1:0")
    chat_port = house.server.port
    assert (await ask(house, PROBES["curl"].format("/metrics")))[0] == 404
    assert (await ask(house, PROBES["curl"].format("/healthz")))[0] == 200
    house.server.port = house.server.metrics_port
    assert (await metrics(house))[("chat_connections",)] == 1
    assert (await ask(house, PROBES["curl"].format("/healthz")))[0] == 200
    assert (await ask(house, handshake()))[0] == 404
    house.server.port = chat_port
    ana = await house.person("ana")
    assert (await ana.said("hello"))["text"] == "hello"


async def test_metrics_connections_are_bounded_as_all_are(open_a_house):
    """They count, and who asks for nothing is cut off in time."""
    house = await open_a_house(metrics_address="127.0.0.1:0")
    chat_port, house.server.port = house.server.port, house.server.metrics_port
    peer = await connect_peer(house, b"GET /met")
    await house.eventually(lambda: house.connections.admission.count == 1)
    (connection,) = house.connections
    connection.sweep(asyncio.get_running_loop().time() + 6.0)
    assert await peer.rest() == b""
    await house.nobody()
    house.server.port = chat_port


async def test_a_metrics_address_that_can_not_be_had_is_one_sentence():
    """And the chat's port is free again."""
    server = ChatServer(Settings(host="127.0.0.1", port=0, metrics_address="192.0.2.1:9100"))
    with pytest.raises(StartError, match=r"^192\.0\.2\.1 is not an address of this computer\.$"):
        await server.start()
    again = ChatServer(Settings(host="127.0.0.1", port=server.port))
    await again.start()
    again.stop()
    await again.serve()
