"""A connection that is reset before it is one: what the person is told depends on what was asked for."""

import asyncio
import socket
import struct
from contextlib import contextmanager

import pytest

from chat_tui.connection.states import Lost, TurnedAway
from client.connection_host import Listener

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: what is closed is reset


@contextmanager
def resetting():
    """Something on the loopback that resets whatever comes, at once; gives its port."""
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0), backlog=16) as listening:
        listening.setblocking(False)

        def reset():
            accepted, _ = listening.accept()
            accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            accepted.close()

        loop.add_reader(listening, reset)
        try:
            yield listening.getsockname()[1]
        finally:
            loop.remove_reader(listening)


@pytest.mark.parametrize("scheme", ["ws://", ""])
async def test_a_reset_where_no_tls_was_asked_for_is_not_told_as_tls(scheme):
    """Nor is it final: it is tried again, and every sentence is about the connection."""
    with resetting() as port:
        async with Listener(f"{scheme}127.0.0.1:{port}") as listener:
            reason = ""
            while reason != f"127.0.0.1:{port} dropped the connection.":
                reason = (await listener.next((Lost, TurnedAway))).reason
                assert "TLS" not in reason


async def test_a_reset_where_tls_was_asked_for_may_be_about_tls():
    """The other side has never shown that it speaks it."""
    with resetting() as port:
        async with Listener(f"wss://127.0.0.1:{port}") as listener:
            assert "TLS" in (await listener.next((Lost, TurnedAway))).reason
