"""Which web pages may connect."""

import pytest
from websockets.datastructures import Headers

from chat_server.transport.origin import foreign_origin


def headers(*origins, host="localhost:6789"):
    """A handshake's headers."""
    return Headers([("Host", host), *(("Origin", origin) for origin in origins)])


def test_a_program_may_connect():
    """It sends no Origin."""
    assert not foreign_origin(headers(), "")


@pytest.mark.parametrize("host", ["localhost:6789", "127.0.0.1:6789", "192.168.1.23:6789", "[::1]:6789", "localhost"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_page_from_the_same_address_may_connect(host, scheme):
    """Where that is localhost or a number."""
    assert not foreign_origin(headers(f"{scheme}://{host}", host=host), "")


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
    ],
)
def test_a_page_from_elsewhere_may_not(origin):
    """Another port, another spelling of the same address, no address at all: all foreign."""
    assert foreign_origin(headers(origin), "")


@pytest.mark.parametrize("host", ["chat.example:6789", "evil.example", "2130706433:6789", "localhost.evil.example"])
def test_a_name_is_foreign_even_to_itself(host):
    """Its owner could point it at this server after the page was loaded (DNS rebinding)."""
    assert foreign_origin(headers(f"http://{host}", host=host), "")


def test_an_allowed_page_may_connect():
    """The whole origin has to be on the list; parts and spellings are not enough."""
    allowed = "https://chat.example, https://other.example:8443,"
    assert not foreign_origin(headers("https://chat.example"), allowed)
    assert not foreign_origin(headers("https://other.example:8443"), allowed)
    for origin in (
        "http://chat.example",
        "https://chat.example:443",
        "https://other.example",
        "https://a.chat.example",
        "",
    ):
        assert foreign_origin(headers(origin), allowed)


def test_two_origins_are_foreign():
    """No browser sends two; even if both are allowed."""
    assert foreign_origin(headers("http://localhost:6789", "http://localhost:6789"), "http://localhost:6789")


def test_without_a_host_every_page_is_foreign():
    """There is nothing to compare with."""
    assert foreign_origin(Headers([("Origin", "http://localhost:6789")]), "")
    two_hosts = Headers([("Host", "localhost"), ("Host", ":6789"), ("Origin", "http://localhost:6789.evil.example")])
    assert foreign_origin(two_hosts, "")
