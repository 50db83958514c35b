"""Whatever the network does ends in a status and another try, and frames come in order."""

import asyncio
import json
from contextlib import AsyncExitStack
from http import HTTPStatus
from itertools import count, repeat

import pytest

from chat_protocol.events import Init, Message
from chat_tui.connection.client import MOST_FRAMES, Connection, Waits, backoff
from chat_tui.connection.states import Connected, Connecting, Lost, TurnedAway
from chatting import open_house
from client.connection_host import INIT, Listener, free_port, greet, serving, tcp


def frame(number):
    """A message as one frame."""
    return f'{{"type":"message","id":{number},"text":"text {number}","reply_to":null}}'


async def test_connecting_connected_and_events_come_in_order():
    """`Connected` comes before the first event."""
    async with serving(greet) as port, Listener(f"127.0.0.1:{port}") as listener:
        await listener.until(lambda: len(listener.got) == 3)
        assert listener.got[:2] == [Connecting(f"127.0.0.1:{port}"), Connected()]
        assert isinstance(listener.got[2], Init)


async def test_the_request_carries_name_resume_point_and_secret():
    """Quoted, beside the path and the query of the address; a new name is asked for at the next connect."""
    asked = asyncio.Queue()

    async def handler(socket):
        asked.put_nowait((socket.request.path, socket.request.headers.get("Authorization")))
        await socket.send(INIT)

    options = {"name": "zoë & co", "secret": "abc", "resume": lambda: "e1.7"}
    async with serving(handler) as port, Listener(f"ws://127.0.0.1:{port}/dev?x=1", **options) as listener:
        assert await asked.get() == ("/dev?x=1&name=zo%C3%AB%20%26%20co&resume=e1.7", "Bearer abc")
        listener.connection.rename("zoe")
        while (path := (await asked.get())[0]) != "/dev?x=1&name=zoe&resume=e1.7":
            assert "zo%C3%AB" in path


async def test_without_name_and_secret_nothing_is_added():
    """A guest's request is the address alone."""
    asked = asyncio.Queue()

    async def handler(socket):
        asked.put_nowait((socket.request.path, "Authorization" in socket.request.headers))
        await greet(socket)

    async with serving(handler) as port, Listener(f"127.0.0.1:{port}"):
        assert await asked.get() == ("/", False)


async def test_lines_arrive_in_order():
    """Also what UTF-8 can't hold is sent, with a replacement."""
    heard = asyncio.Queue()

    async def handler(socket):
        await socket.send(INIT)
        async for line in socket:
            heard.put_nowait(line)

    async with serving(handler) as port, Listener(f"127.0.0.1:{port}") as listener:
        assert not listener.connection.send("too early")
        await listener.next(Init)
        assert [listener.connection.send(line) for line in ("zoë", "a\nb", "half \ud800")] == [True] * 3
        assert [await heard.get() for _ in range(3)] == ["zoë", "a\nb", "half ?"]
    assert not listener.connection.send("too late")


async def test_what_is_no_event_is_skipped():
    """Garbage and events of unknown types don't stop what follows; an event in a binary frame is one."""

    async def handler(socket):
        await socket.send(INIT)
        for data in ("garbage", b"\xff\xfe", '{"type":"message"}', '{"type":"weather"}', "", frame(1).encode()):
            await socket.send(data)
        await socket.wait_closed()

    async with serving(handler) as port, Listener(f"127.0.0.1:{port}") as listener:
        assert (await listener.next(Message)).text == "text 1"


async def test_a_large_init_is_taken():
    """One MiB of history in one frame."""
    messages = [json.loads(frame(number)) | {"text": "x" * 1000} for number in range(1, 1100)]

    async def handler(socket):
        await socket.send(json.dumps({"type": "init", "messages": messages}))
        await socket.wait_closed()

    async with serving(handler) as port, Listener(f"127.0.0.1:{port}") as listener:
        assert len((await listener.next(Init)).messages) == 1099


async def test_a_frame_too_large_is_a_reason_and_not_an_end():
    """The connection is lost with a sentence, and tried again."""

    async def handler(socket):
        await socket.send(INIT)
        await socket.send("x" * 5_000_000)
        await socket.wait_closed()

    async with serving(handler) as port, Listener(f"127.0.0.1:{port}") as listener:
        assert "more at once" in (await listener.next(Lost)).reason
        await listener.next(Connected)


async def test_a_flood_waits_outside():
    """Beyond its bound the queue is not filled, `notify` comes once, and nothing is lost or out of order."""
    total = 2 * MOST_FRAMES
    calls = []

    async def handler(socket):
        await socket.send(INIT)
        for number in range(1, total):
            await socket.send(frame(number))
        await socket.wait_closed()

    async with serving(handler) as port:
        connection = Connection(f"127.0.0.1:{port}", notify=lambda: calls.append(connection.waiting))
        running = asyncio.create_task(connection.run())
        numbers = []
        async with asyncio.timeout(20):
            while connection.waiting < MOST_FRAMES:  # noqa: ASYNC110 - between empty and full nothing is told
                await asyncio.sleep(0)
            assert calls == [1]
            while len(numbers) < total - 1:
                assert connection.waiting <= MOST_FRAMES
                numbers += [event.id for event in connection.take(1000) if isinstance(event, Message)]
                await asyncio.sleep(0)
        assert numbers == list(range(1, total))
        await connection.close()
        await running


async def test_a_server_that_does_not_read_is_not_fed_for_ever():
    """`send` says no instead of waiting or piling up, and `close` does not wait for it."""

    async def handler(socket):
        await socket.send(INIT)
        socket.transport.pause_reading()
        await released.wait()

    released = asyncio.Event()
    waits = Waits(close=0.01)
    async with serving(handler, close_timeout=0.01) as port:
        async with Listener(f"127.0.0.1:{port}", waits=waits) as listener:
            await listener.next(Init)
            line = "x" * 60_000
            taken = 0
            while listener.connection.send(line):
                taken += 1
                assert taken < 1000
        released.set()


async def test_a_server_that_was_restarted_is_found_again():
    """It goes away; then nothing answers; then it is back at the same port."""
    async with AsyncExitStack() as stack:
        async with serving(greet) as port:
            listener = await stack.enter_async_context(Listener(f"127.0.0.1:{port}"))
            await listener.next(Init)
        assert (await listener.next(Lost)).reason == "The server is shutting down."
        lost = await listener.next(Lost)
        assert lost.reason == f"Can't reach 127.0.0.1:{port}. Is the server running? To start one, run chat-server."
        assert lost.attempt > 1
        async with serving(greet, port):
            await listener.next(Connected)


async def test_every_end_of_a_connection_is_followed_by_another():
    """By a restart, by a cut wire, by a polite close."""
    codes = iter([1012, 4008, None, 1000])

    async def handler(socket):
        await socket.send(INIT)
        if code := next(codes, 0):
            await socket.close(code)
        elif code is None:
            socket.transport.abort()
        await socket.wait_closed()

    async with serving(handler) as port, Listener(f"127.0.0.1:{port}") as listener:
        reasons = [(await listener.next(Lost)).reason for _ in range(4)]
        await listener.next(Init)
    assert reasons == [
        "The server is restarting.",
        "This connection was too slow, so the server closed it; catching up.",
        "The connection was lost.",
        "The server closed the connection.",
    ]


async def test_delays_grow_until_a_connection_lasts():
    """Attempts are counted, and begin anew after a connection that has proven itself."""

    async def handler(socket):
        await socket.send(INIT)

    async with serving(handler) as port:
        async with Listener(f"127.0.0.1:{port}") as listener:
            assert [(await listener.next(Lost)).attempt for _ in range(3)] == [1, 2, 3]
        async with Listener(f"127.0.0.1:{port}", waits=Waits(steady=0.0)) as listener:
            assert [(await listener.next(Lost)).attempt for _ in range(3)] == [1, 1, 1]


async def test_retry_now_does_not_wait():
    """The person need not wait for the delay."""
    port = await free_port()
    async with Listener(f"127.0.0.1:{port}", delays=lambda: repeat(3600.0)) as listener:
        lost = await listener.next(Lost)
        assert lost.retry_at - asyncio.get_running_loop().time() == pytest.approx(3600, abs=60)
        async with serving(greet, port):
            listener.connection.retry_now()
            await listener.next(Connected)


async def test_who_accepts_and_never_answers_is_left():
    """The opening has its time limit."""

    async def silent(_reader, _writer, closing):
        await closing.wait()

    async with tcp(silent) as port, Listener(f"127.0.0.1:{port}", waits=Waits(open=0.2)) as listener:
        assert "isn't answering" in (await listener.next(Lost)).reason


async def test_closing_does_not_wait_for_an_opening():
    """Who quits while it is connecting quits at once."""

    async def silent(reader, _writer, closing):
        await reader.readline()
        accepted.set()
        await closing.wait()

    accepted = asyncio.Event()
    async with tcp(silent) as port, Listener(f"127.0.0.1:{port}", waits=Waits(open=3600.0)):
        await accepted.wait()


async def test_who_stops_answering_is_noticed():
    """The keepalive ends a connection whose other side hangs."""

    async def handler(socket):
        await socket.send(INIT)
        socket.transport.pause_reading()
        await socket.wait_closed()

    waits = Waits(ping=0.01, close=0.01)
    options = {"ping_interval": None, "close_timeout": 0.01}
    async with serving(handler, **options) as port, Listener(f"127.0.0.1:{port}", waits=waits) as listener:
        assert (await listener.next(Lost)).reason == "The server has stopped answering."


class TestRefusals:
    """Somebody is there who does not want us, or is somebody else."""

    @pytest.mark.parametrize("status", [400, 401, 403, 404])
    async def test_a_4xx_ends_the_tries_until_asked(self, status):
        """With the server's own sentence, made harmless; `retry_now` tries again."""
        answers = []

        def refuse(connection, _request):
            if not answers:
                answers.append(status)
                return connection.respond(HTTPStatus(status), "There is no room \x1b]52;c;eA\x07dev here.\n")
            return None

        async with serving(greet, process_request=refuse) as port, Listener(f"127.0.0.1:{port}") as listener:
            refused = await listener.next(TurnedAway)
            assert (refused.fatal, refused.retry_at) == (True, None)
            assert refused.reason.startswith(f"127.0.0.1:{port} refused the connection: There is no room \ufffd]52;")
            listener.connection.retry_now()
            await listener.next(Connected)

    @pytest.mark.parametrize("status", [429, 500, 503])
    async def test_a_server_that_is_busy_is_asked_again(self, status):
        """Those refusals pass."""
        answers = iter([status, status])

        def refuse(connection, _request):
            return (status := next(answers, None)) and connection.respond(HTTPStatus(status), "Full.")

        async with serving(greet, process_request=refuse) as port, Listener(f"127.0.0.1:{port}") as listener:
            refused = await listener.next(TurnedAway)
            assert (refused.fatal, refused.retry_at is not None) == (False, True)
            await listener.next(Connected)

    async def test_something_else_that_listens_is_told_apart(self):
        """What is no WebSocket server is not tried again."""

        async def other(_reader, writer, closing):
            writer.write(b"SSH-2.0-OpenSSH_9.9\r\n")
            await closing.wait()

        async with tcp(other) as port:
            for scheme, hint in (("ws", "isn't a chat-server"), ("wss", "doesn't use TLS")):
                async with Listener(f"{scheme}://127.0.0.1:{port}") as listener:
                    refused = await listener.next(TurnedAway)
                    assert hint in refused.reason
                    assert refused.fatal

    async def test_a_server_without_tls_is_told_by_how_it_hangs_up(self):
        """One that makes nothing of a TLS handshake; the next step is said, and not tried for ever."""

        async def deaf(reader, _writer, _closing):
            await reader.read(1)

        async with tcp(deaf) as port, Listener(f"wss://127.0.0.1:{port}") as listener:
            refused = await listener.next(TurnedAway)
            assert "doesn't seem to use TLS. Try ws://" in refused.reason
            assert refused.fatal

    async def test_a_chat_server_without_tls_says_so(self):
        """It answers, and not in TLS: that is told for certain."""
        async with open_house() as house, Listener(house.url().replace("ws:", "wss:")) as listener:
            refused = await listener.next(TurnedAway)
            assert "doesn't use TLS" in refused.reason
            assert refused.fatal

    async def test_who_never_greets_is_no_chat_server(self):
        """Nor does any other talk count as connected for long."""

        async def handler(socket):
            await socket.send('{"type":"weather"}')
            await socket.wait_closed()

        async with serving(handler) as port, Listener(f"127.0.0.1:{port}", waits=Waits(init=0.05)) as listener:
            assert "isn't a chat-server" in (await listener.next(TurnedAway)).reason

    async def test_who_greeted_once_is_one_that_hangs(self):
        """A known server that does not greet is tried again."""
        visits = count(1)

        async def handler(socket):
            visit = next(visits)
            if visit != 2:
                await socket.send(INIT)
            if visit != 1:
                await socket.wait_closed()

        async with serving(handler) as port, Listener(f"127.0.0.1:{port}", waits=Waits(init=0.2)) as listener:
            await listener.next(Init)
            assert (await listener.next(Lost)).reason == "The server closed the connection."
            assert (await listener.next(Lost)).reason == f"127.0.0.1:{port} isn't answering."
            await listener.next(Init)

    async def test_a_bad_address_is_a_refusal(self):
        """With the sentence of `parse_url`."""
        async with Listener("http://example.org") as listener:
            assert "ws://" in (await listener.next(TurnedAway)).reason


async def test_a_cancelled_run_leaves_nothing_behind():
    """Its socket is closed and no task goes on."""
    gone = asyncio.Event()

    async def handler(socket):
        await socket.send(INIT)
        await socket.wait_closed()
        gone.set()

    async with serving(handler) as port:
        listener = await Listener(f"127.0.0.1:{port}").__aenter__()
        await listener.next(Init)
        listener.running.cancel()
        await asyncio.wait([listener.running])
        await asyncio.wait_for(gone.wait(), 20)
        assert listener.running.cancelled()
        await listener.connection.close()


async def test_where_nobody_takes_statuses_do_not_pile_up():
    """Of many in a row the first and the last two are kept."""
    port = await free_port()
    tried_enough = asyncio.Event()

    def delays():
        for number in count(1):
            if number == 50:
                tried_enough.set()
            yield 0.0

    connection = Connection(f"127.0.0.1:{port}", notify=lambda: None, delays=delays)
    running = asyncio.create_task(connection.run())
    await asyncio.wait_for(tried_enough.wait(), 20)
    assert connection.waiting == 3
    first, *last = connection.take()
    assert first == Connecting(f"127.0.0.1:{port}")
    assert max(status.attempt for status in last if isinstance(status, Lost)) >= 49
    await connection.close()
    await running


def test_the_backoff_has_no_end_and_is_bounded():
    """From a quarter of a second to eight, a quarter more or less."""
    delays = backoff()
    first = [next(delays) for _ in range(200)]
    assert 0.18 <= first[0] <= 0.32
    assert all(6 <= delay <= 10 for delay in first[5:])
