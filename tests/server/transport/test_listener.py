"""Where a server listens: several addresses, one port, and Unix sockets for a proxy."""

import os
import socket
import stat
from pathlib import Path

import pytest
from websockets.asyncio.client import connect, unix_connect

from chat_server.app import ChatServer, StartError
from chat_server.settings import Settings
from chat_server.transport.listener import ListenError, bind
from chatting import House, open_house


def has_ipv6() -> bool:
    """Has this computer an IPv6 address of its own?"""
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


ipv6 = pytest.mark.skipif(not has_ipv6(), reason="this computer has no IPv6")


async def first_event(url: str) -> str:
    """What somebody is told who comes to an address."""
    async with connect(url, proxy=None) as client:
        return str(await client.recv())


@ipv6
@pytest.mark.parametrize(
    ("hosts", "reached"),
    [
        ("127.0.0.1,::1", "127.0.0.1 [::1]"),
        ("0.0.0.0,::", "127.0.0.1 [::1]"),
        ("::", "[::1]"),
        ("0.0.0.0", "127.0.0.1"),
        ("127.0.0.1,127.0.0.2,::1", "127.0.0.1 127.0.0.2 [::1]"),
    ],
)
async def test_one_port_is_one_port_for_all_addresses(open_a_house, hosts, reached):
    """Also where the system picks it; each family is there where it is asked for, and only there."""
    house = await open_a_house(host=hosts)
    assert {port for _, port in house.server.addresses} == {house.server.port}
    assert ",".join(host for host, _ in house.server.addresses) == hosts
    for host in ("127.0.0.1", "127.0.0.2", "[::1]"):
        everywhere = host.startswith("127") and hosts.startswith("0.0.0.0")
        if host in reached.split() or everywhere:
            assert "init" in await first_event(f"ws://{host}:{house.server.port}")
        else:
            with pytest.raises(OSError, match=r"."):
                await first_event(f"ws://{host}:{house.server.port}")


async def test_a_name_of_several_addresses_is_all_of_them(open_a_house):
    """Each once."""
    house = await open_a_house(host="localhost")
    found = {where[0] for *_, where in socket.getaddrinfo("localhost", 0, type=socket.SOCK_STREAM)}
    assert {host for host, _ in house.server.addresses} == found
    assert len(house.server.addresses) == len(found)


async def test_an_address_that_is_taken_leaves_nothing_behind():
    """None of the others is listened on; the sentence names the one."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ListenError, match=rf"127\.0\.0\.1:{port} is already in use"):
            bind(("127.0.0.2", "127.0.0.1"), port, "--port")
        bind(("127.0.0.2",), port, "--port").close()
    with pytest.raises(ListenError, match="2001:db8::1 is not an address of this computer"):
        bind(("2001:db8::1",), 6789, "--port")


async def come_by(path: Path) -> str:
    """What somebody is told who comes by a Unix socket."""
    async with unix_connect(str(path), uri="ws://chat/") as client:
        return str(await client.recv())


async def test_a_unix_socket_is_for_a_proxy_of_ones_own(short_path):
    """For the user and the group alone; whoever comes by it has no address, and it goes with the server."""
    path = short_path / "chat.sock"
    async with open_house(host=f"127.0.0.1,unix:{path}", per_address=1) as house:
        assert house.server.addresses[1] == (f"unix:{path}", 0)
        assert stat.S_IMODE(path.lstat().st_mode) == 0o660
        for _ in range(3):
            assert "init" in await come_by(path)
        await house.person("ana")
    assert not path.exists()


async def test_who_is_behind_a_unix_socket_is_told_by_the_proxy(open_a_house, short_path):
    """Where the operator trusts those who may open it; the path is nobody's name."""
    path = short_path / "chat.sock"
    house: House = await open_a_house(host=f"127.0.0.1,unix:{path}", trusted_proxy="unix")
    more = {"X-Forwarded-For": "203.0.113.7"}
    async with unix_connect(str(path), uri="ws://chat/", additional_headers=more) as client:
        await client.recv()
        assert [each.address for each in house.connections] == ["203.0.113.7"]
    await house.person("ana", headers=more)
    assert [session.connection.address for session in house.sessions] == ["127.0.0.1"]


async def test_a_unix_socket_that_was_left_is_replaced(short_path):
    """One that somebody listens on is not, nor is anything else of that name."""
    path = short_path / "chat.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    async with open_house(host=f"unix:{path}") as house:
        assert (house.server.port, "init" in await come_by(path)) == (0, True)
        with pytest.raises(StartError, match=r"chat\.sock is already in use\. Is another chat-server running\?"):
            await ChatServer(Settings(host=f"unix:{path}")).start()
        assert "init" in await come_by(path)
    path.write_text("precious")
    with pytest.raises(StartError, match="something other than a socket"):
        await ChatServer(Settings(host=f"unix:{path}")).start()
    assert path.read_text() == "precious"
    with pytest.raises(StartError, match=r"Can't listen on unix:.*: No such file or directory\."):
        await ChatServer(Settings(host=f"unix:{short_path}/nowhere/chat.sock")).start()
    with pytest.raises(StartError, match=r"unix:/.*: the path is too long for a socket \(use a shorter one\)\."):
        await ChatServer(Settings(host=f"unix:{short_path}/{'x' * 200}")).start()


async def test_a_unix_socket_that_somebody_else_has_made_since_stays(short_path):
    """Ours has gone already."""
    path = short_path / "chat.sock"
    door = bind((f"unix:{path}",), 0, "--port")
    path.unlink()
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        before = os.lstat(path).st_ino
        door.close()
        assert path.lstat().st_ino == before
