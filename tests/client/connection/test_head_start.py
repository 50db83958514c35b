"""The connection that is begun before there is anybody to talk over it: one that is used, or none that is left."""

import asyncio
import socket
from contextlib import suppress

import pytest

from chat_protocol.events import Init
from chat_tui.connection.head_start import HeadStart, head_start
from chat_tui.connection.states import Lost
from client.connection_host import INIT, PATIENCE, Listener, head_starts_end, serving


@pytest.fixture
def listening():
    """A listening socket on the loopback."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)
        yield server


def url_of(server, scheme="ws"):
    """Where it listens."""
    return f"{scheme}://127.0.0.1:{server.getsockname()[1]}/"


def accepted(server):
    """The next connection to it."""
    connection, _ = server.accept()
    connection.settimeout(PATIENCE)
    return connection


def nobody_else(server):
    """Has no further connection come?"""
    server.settimeout(0)
    with pytest.raises(BlockingIOError):
        server.accept()
    return True


def test_it_says_nothing_and_is_handed_over_once(listening):
    """Whoever takes it speaks first, and a second time there is none."""
    begun = HeadStart(url_of(listening))
    head_starts_end()
    with accepted(listening) as theirs, begun.take(url_of(listening) + "?name=ana") as ours:
        ours.send(b"first")
        assert theirs.recv(99) == b"first"
        assert begun.take(url_of(listening)) is None
    assert nobody_else(listening)


@pytest.mark.parametrize("leave", [HeadStart.drop, lambda begun: begun.take("ws://127.0.0.1:1/")])
def test_what_nobody_can_use_is_closed(listening, leave):
    """Nobody takes it, or somebody who goes to another place."""
    begun = HeadStart(url_of(listening))
    head_starts_end()
    with accepted(listening) as theirs:
        assert leave(begun) is None
        assert theirs.recv(99) == b""


def test_what_is_made_too_late_is_closed(listening):
    """Dropped while it may be under way: the other end never sees it, or sees it closed."""
    begun = HeadStart(url_of(listening))
    begun.drop()
    head_starts_end()
    assert begun.take(url_of(listening)) is None
    listening.settimeout(0)
    with suppress(BlockingIOError), accepted(listening) as theirs:
        assert theirs.recv(99) == b""


@pytest.mark.parametrize("said", [b"", b"SSH-2.0-hello\r\n"])
def test_a_connection_is_not_used_whose_other_end_has_closed_it_or_speaks_first(listening, said):
    """It would have other words for what happened than one that is made now."""
    begun = HeadStart(url_of(listening))
    head_starts_end()
    with accepted(listening) as theirs:
        theirs.sendall(said)
        theirs.shutdown(socket.SHUT_WR)
        assert begun.take(url_of(listening)) is None
        with suppress(ConnectionResetError):  # what was said has not been read
            assert theirs.recv(99) == b""


def test_every_address_of_a_host_is_tried():
    """`localhost` may have one of IPv6, where nobody listens, before the one where somebody does."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"ws://localhost:{server.getsockname()[1]}/"
        begun = HeadStart(url)
        head_starts_end()
        made = begun.take(url)
        assert made is not None
        made.close()


@pytest.mark.parametrize("name", ["https_proxy", "ALL_PROXY"])
def test_none_is_begun_where_a_proxy_may_be_on_the_way(name):
    """That is where a name of the public Internet is asked for over TLS."""
    assert head_start("wss://chat.example.org:443/", {name: "http://127.0.0.1:1"}) is None


def test_a_proxy_has_nothing_to_do_with_an_address(listening):
    """It is not asked for one."""
    begun = head_start(url_of(listening, "wss"), {"https_proxy": "http://127.0.0.1:1"})
    with accepted(listening) as theirs:
        begun.drop()
        head_starts_end()
        assert theirs.recv(99) == b""


async def test_a_conversation_is_led_over_what_was_begun():
    """The server sees one connection, and a second one only after the first has ended."""
    ports = []

    async def handler(connection):
        ports.append(connection.remote_address[1])
        await connection.send(INIT)
        if len(ports) == 1:
            return
        await connection.wait_closed()

    async with serving(handler) as port:
        url = f"ws://127.0.0.1:{port}/"
        begun = HeadStart(url)
        await asyncio.to_thread(head_starts_end)
        async with Listener(url, begun=begun) as listener:
            await listener.next(Init)
            await listener.next(Init)
    assert len(ports) == len(set(ports)) == 2


async def test_a_refusal_has_the_usual_words():
    """The head start fails in silence, and the usual way says why."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        url = url_of(bound)
        said = []
        for begun in (None, HeadStart(url)):
            await asyncio.to_thread(head_starts_end)
            async with Listener(url, begun=begun) as listener:
                said.append((await listener.next(Lost)).reason)
    assert said[0] == said[1] != ""
