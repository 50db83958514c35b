"""Who is behind a trusted proxy: read from its headers, and believed from nobody else."""

import asyncio
import ipaddress
import re
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.datastructures import Headers

from chat_server.core.addresses import AddressSet, household_of, plain_address
from chat_server.transport.proxies import ProxyHeader, forwarded_for, read_proxy_header
from chatting import House
from sockets import Peer, Wire, handshake, text

TRUSTED = AddressSet([ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fd00::/8")])
SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"


def second(address: str, command: int = 0x21, more: bytes = b"") -> bytes:
    """A PROXY header of version 2 for a connection from this address."""
    packed = ipaddress.ip_address(address).packed
    family = 0x11 if len(packed) == 4 else 0x21
    data = packed + packed + b"\x00\x50\x00\x51" + more
    return SIGNATURE + bytes([command, family]) + len(data).to_bytes(2, "big") + data


@pytest.mark.parametrize(
    ("lines", "client"),
    [
        (["203.0.113.7"], "203.0.113.7"),
        (["203.0.113.7, 10.0.0.2"], "203.0.113.7"),
        (["198.51.100.1, 203.0.113.7"], "203.0.113.7"),
        (["198.51.100.1", "203.0.113.7,10.1.1.1", "10.0.0.2"], "203.0.113.7"),
        (["garbage, 203.0.113.7, 10.0.0.2"], "203.0.113.7"),
        (["203.0.113.7:4711"], "203.0.113.7"),
        (["[2001:db8::7]:4711"], "2001:db8::7"),
        (["2001:DB8:0::7"], "2001:db8::7"),
        (["::ffff:203.0.113.7"], "203.0.113.7"),
        (["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        (["203.0.113.7, garbage"], None),
        (["203.0.113.7, "], None),
        (["unknown"], None),
        (["_hidden"], None),
        (["203.0.113.300"], None),
        ([], None),
    ],
)
def test_the_rightmost_foreign_entry_is_the_client(lines, client):
    """What stands left of it may be invented; where a proxy says nothing that can be read, nobody is named."""
    headers = Headers([("X-Forwarded-For", line) for line in lines])
    assert forwarded_for(headers, TRUSTED) == client


@pytest.mark.parametrize(
    ("data", "address"),
    [
        (b"PROXY TCP4 203.0.113.7 10.0.0.1 56324 443\r\n", "203.0.113.7"),
        (b"PROXY TCP6 2001:db8::7 2001:db8::1 56324 443\r\n", "2001:db8::7"),
        (b"PROXY UNKNOWN\r\n", ""),
        (b"PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", ""),
        (second("203.0.113.7"), "203.0.113.7"),
        (second("2001:db8::7", more=b"\x04\x00\x01x"), "2001:db8::7"),
        (second("203.0.113.7", command=0x20), ""),
        (SIGNATURE + b"\x21\x00\x00\x00", ""),
    ],
)
def test_a_header_of_either_version_is_read(data, address):
    """However it comes in pieces; what follows stays."""
    assert read_proxy_header(data + b"GET / HTTP/1.1") == ProxyHeader(len(data), address)
    for end in range(len(data)):
        assert read_proxy_header(data[:end]) is None


@pytest.mark.parametrize(
    "data",
    [
        b"PROXY TCP4 evil 10.0.0.1 1 2\r\n",
        b"PROXY TCP4 203.0.113.300 10.0.0.1 1 2\r\n",
        b"PROXY GET\r\n",
        b"PROXY TCP4 203.0.113.7 10.0.0.1 1 2\n",
        b"PROXY " + b"x" * 101,
        SIGNATURE + b"\x11\x11\x00\x0c" + bytes(12),
        SIGNATURE + b"\x21\x11\xff\xff",
        SIGNATURE + b"\x21\x21\x00\x0c" + bytes(12),
    ],
)
def test_a_broken_header_is_an_error(data):
    """Of either version."""
    with pytest.raises(ValueError):  # noqa: PT011 - which one is nobody's matter
        read_proxy_header(data)


@given(st.binary(max_size=200))
def test_what_is_no_header_has_no_size(data):
    """A request stays whole, whatever is in it."""
    assert read_proxy_header(b"GET " + data) == ProxyHeader(0, "")


def test_addresses_are_compared_in_their_plain_form():
    """A network, one address, IPv4 in IPv6, a zone; none is in nothing."""
    assert "10.200.3.4" in TRUSTED
    assert "::ffff:10.200.3.4" in TRUSTED
    assert "fd12::1%eth0" in TRUSTED
    assert "11.0.0.1" not in TRUSTED
    assert "" not in TRUSTED
    assert "" in AddressSet([], unix=True)
    assert plain_address("fe80::1%eth0") == "fe80::1"
    assert household_of("::ffff:192.0.2.1") == "192.0.2.1"
    assert household_of("2001:db8:1:2:3:4:5:6") == household_of("2001:db8:1:2::1") == "2001:db8:1:2::/64"


# -- at a real server -------------------------------------------------------------------------------------------

PROXY = "127.0.0.9"
REFUSED = b"HTTP/1.1 400 "


async def peer_from(house: House, address: str, data: bytes) -> Peer:
    """Somebody whose own address is this one, of this computer's many."""
    sock = socket.socket()
    sock.setblocking(False)
    house.stack.callback(sock.close)
    sock.bind((address, 0))
    await asyncio.get_running_loop().sock_connect(sock, house.address)
    peer = Peer(sock)
    await peer.send(data)
    return peer


async def addresses(house: House, count: int) -> list[str]:
    """Whom the server takes so many sessions for."""
    await house.eventually(lambda: len(house.sessions) == count)
    return sorted(session.connection.address for session in house.sessions)


WAYS = {
    "X-Forwarded-For": lambda address: handshake("/", f"X-Forwarded-For: evil, {address}"),
    "PROXY": lambda address: f"PROXY TCP4 {address} 127.0.0.1 1 2\r\n".encode() + handshake(),
    "PROXY 2": lambda address: second(address) + handshake(),
    "a chain": lambda address: second(PROXY) + handshake("/", f"X-Forwarded-For: {address}"),
    "a client that claims": lambda address: second(address) + handshake("/", "X-Forwarded-For: 198.51.100.9"),
}


@pytest.mark.parametrize("way", WAYS)
async def test_a_trusted_proxy_says_for_whom_it_asks(open_a_house, way, caplog):
    """The connection counts as that client's; the log names it."""
    house = await open_a_house(trusted_proxy=f"{PROXY}, 192.0.2.0/24", per_address=1, outbox=1)
    clients = ["203.0.113.7", "203.0.113.8", "203.0.113.7"]
    peers = [await peer_from(house, PROXY, WAYS[way](client)) for client in clients]
    heads = [(await peer.head())[:13] for peer in peers]
    assert heads == [b"HTTP/1.1 101 ", b"HTTP/1.1 101 ", b"HTTP/1.1 429 "]
    assert await addresses(house, 2) == ["203.0.113.7", "203.0.113.8"]
    house.sessions[0].on_slow()
    assert re.search(r"id=~\w+ address=203\.0\.113\.[78]$", caplog.records[-1].getMessage())


@pytest.mark.parametrize("way", WAYS)
async def test_nobody_else_is_believed(open_a_house, way):
    """A header is passed over, a PROXY header is no request."""
    house = await open_a_house(trusted_proxy=PROXY)
    peer = await peer_from(house, "127.0.0.8", WAYS[way]("203.0.113.7"))
    if "X-F" in way:
        assert (await peer.head()).startswith(b"HTTP/1.1 101 ")
        assert await addresses(house, 1) == ["127.0.0.8"]
    else:
        assert (await peer.rest()).startswith(REFUSED)


@pytest.mark.parametrize("start", [b"", b"PROXY UNKNOWN\r\n", second("203.0.113.7", command=0x20)])
async def test_a_proxy_that_names_nobody_gets_pages_alone(open_a_house, start):
    """Its own checks are answered; a WebSocket of nobody is refused with a sentence."""
    house = await open_a_house(trusted_proxy=PROXY)
    for page in ("/healthz", "/metrics"):
        peer = await peer_from(house, PROXY, start + f"GET {page} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert (await peer.rest()).startswith(b"HTTP/1.1 200 ")
    peer = await peer_from(house, PROXY, start + b"OPTIONS / HTTP/1.0\r\n\r\n")
    assert (await peer.rest()).startswith(b"HTTP/1.1 200 ")
    for more in ([], ["X-Forwarded-For: unknown"]):
        peer = await peer_from(house, PROXY, start + handshake("/", *more))
        response = await peer.rest()
        assert response.startswith(REFUSED)
        assert b"X-Forwarded-For or send a PROXY header" in response
    assert house.context.counts.refused == {"unnamed": 2}


async def test_a_broken_proxy_header_is_refused(open_a_house):
    """And nothing behind it is heard."""
    house = await open_a_house(trusted_proxy=PROXY)
    peer = await peer_from(house, PROXY, b"PROXY TCP4 evil evil 1 2\r\n" + handshake() + text("hello"))
    assert (await peer.rest()).startswith(REFUSED)
    assert house.sessions == []


async def test_limits_of_an_address_count_by_the_household(open_a_house):
    """IPv6 by its first 64 bits; loopback is exempt, unless the operator says otherwise."""
    house = await open_a_house(per_address=2, exempt="10.0.0.0/8")
    for address, answers in (
        ("2001:db8:0:1::%d", "101 101 429 429"),
        ("2001:db8:0:2::%d", "101 101 429 429"),
        ("203.0.113.%d", "101 101 101 101"),
        ("10.0.0.1", "101 101 101 101"),
        ("127.0.0.1", "101 101 429 429"),
    ):
        wires = []
        for number in range(1, 5):
            wires.append(Wire(address % number if "%" in address else address))
            house.seat(wires[-1], handshake())
        await house.settled()
        assert " ".join(wire.written[9:12].decode() for wire in wires) == answers
