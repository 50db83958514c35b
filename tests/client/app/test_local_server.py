"""A room of our own: it is there, it is told where, and it ends."""

import asyncio
import socket
from contextlib import closing

import pytest
from websockets.asyncio.client import connect

from chat_tui.app.local_server import lan_address, open_room
from chat_tui.app.own_room import RoomError
from chatting import open_house


async def test_a_port_that_is_taken_is_passed_over():
    """Whoever is there stays, even for this computer alone; the invitation has the port that it became."""
    async with open_house() as house:
        with closing(await asyncio.to_thread(open_room, house.server.port, networked=True)) as room:
            assert house.server.port < room.port < house.server.port + 10
            assert room.bound == f"0.0.0.0:{room.port}"
            assert room.invitation.endswith(f":{room.port}")
            async with connect(room.url, proxy=None) as socket_of_ours:
                assert '"type":"init"' in str(await socket_of_ours.recv())
        with pytest.raises(ConnectionRefusedError):
            await connect(room.url, proxy=None)
        room.close()  # once more is no fault
        await house.person("ana")


async def test_a_room_for_this_computer_alone_is_reached_from_nowhere_else():
    """It listens on loopback, and the line that others type says so."""
    with closing(await asyncio.to_thread(open_room, 0, networked=False)) as room:
        assert room.bound == f"127.0.0.1:{room.port}"
        assert (room.invitation, room.network) == (f"chat-tui ws://localhost:{room.port}", None)
        if address := lan_address():
            with pytest.raises(ConnectionRefusedError):
                await connect(f"ws://{address}:{room.port}", proxy=None)


def test_no_port_at_all_is_told_in_words():
    """The last one there is, taken."""
    words = "Can't start a room. Ports 65535 to 65535 are already in use."
    with closing(socket.create_server(("0.0.0.0", 65_535))), pytest.raises(RoomError, match=words):
        open_room(65_535, networked=True)


def test_the_address_is_one_that_others_can_use():
    """Where there is a network: not that of the computer itself."""
    address = lan_address()
    assert address is None or not address.startswith(("127.", "0."))
