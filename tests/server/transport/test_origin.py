"""Which web pages may connect."""

import socket

import pytest
from websockets.datastructures import Headers

from chat_server.transport.origin import OriginCheck, own_names

OWN = {"localhost", "chat.example.org"}


def headers(*origins, host="localhost:6789"):
    """A handshake's headers."""
    return Headers([("Host", host), *(("Origin", origin) for origin in origins)])


def is_foreign(handshake, *allowed):
    """Where these are allowed."""
    return OriginCheck(allowed, OWN).is_foreign(handshake)


def test_a_program_may_connect():
    """It sends no Origin."""
    assert not is_foreign(headers())


HOSTS = ["localhost:6789", "127.0.0.1:6789", "192.168.1.23:6789", "[::1]:6789", "localhost", "chat.example.org"]


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_page_from_the_same_address_may_connect(host, scheme):
    """Where that is one of our own names or a number."""
    assert not is_foreign(headers(f"{scheme}://{host}", host=host))


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://localhost", "localhost:80"),
        ("http://localhost:80", "localhost"),
        ("https://chat.example.org", "chat.example.org:443"),
        ("https://[::1]", "[::1]:443"),
        ("http://LocalHost:6789", "localhost:6789"),
        ("http://localhost:6789", "LOCALHOST:6789"),
    ],
)
def test_one_address_may_be_spelled_in_two_ways(origin, host):
    """Capitals, and the port that a scheme has anyway, make no difference."""
    assert not is_foreign(headers(origin, host=host))


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://localhost:8000",
        "http://localhost",
        "http://127.0.0.1:6789",
        "http://localhost:6789.evil.example",
        "http://localhost:6789@evil.example",
        "http://evil@localhost:6789",
        "null",
        "",
        "file://",
        "localhost:6789",
        "http://[::1",
        "http://[",
        "http://localhost:x",
    ],
)
def test_a_page_from_elsewhere_may_not(origin):
    """Another port, another spelling of the same address, no address at all: all foreign."""
    assert is_foreign(headers(origin))


@pytest.mark.parametrize("host", ["chat.example:6789", "evil.example", "2130706433:6789", "localhost.evil.example"])
def test_a_name_that_is_not_ours_is_foreign_even_to_itself(host):
    """Its owner could point it at this server after the page was loaded (DNS rebinding)."""
    assert is_foreign(headers(f"http://{host}", host=host))


def test_an_allowed_page_may_connect():
    """The whole origin has to be among them; parts are not enough."""
    allowed = ("https://chat.example", "https://other.example:8443")
    assert not is_foreign(headers("https://chat.example"), *allowed)
    assert not is_foreign(headers("https://other.example:8443"), *allowed)
    for origin in ("http://chat.example", "https://other.example", "https://a.chat.example", ""):
        assert is_foreign(headers(origin), *allowed)


def test_two_origins_are_foreign():
    """No browser sends two; even if both are allowed."""
    assert is_foreign(headers("http://localhost:6789", "http://localhost:6789"), "http://localhost:6789")


def test_without_a_host_every_page_is_foreign():
    """There is nothing to compare with."""
    assert is_foreign(Headers([("Origin", "http://localhost:6789")]))
    two_hosts = Headers([("Host", "localhost"), ("Host", ":6789"), ("Origin", "http://localhost:6789.evil.example")])
    assert is_foreign(two_hosts)


def test_our_own_names_are_this_computers():
    """Its own, in full and in short, and the one that its network knows it by."""
    full = socket.gethostname().lower()
    short = full.split(".")[0]
    assert {"localhost", full, short, f"{short}.local"} == own_names()
