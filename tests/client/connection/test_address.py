"""What people type as an address, and what it means."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.connection.address import (
    ConnectionUrlError,
    as_typed,
    has_login,
    is_public,
    moved,
    parse_url,
    place,
    with_query,
    without_login,
)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("host", "ws://host:6789/"),
        (" host:80 \n", "ws://host:80/"),
        ("192.168.1.23", "ws://192.168.1.23:6789/"),
        ("ws://host/dev", "ws://host:6789/dev"),
        ("wss://chat.example.org", "wss://chat.example.org:443/"),
        ("WSS://Chat.Example.org:8443/a/b?x=1&y=%20", "wss://chat.example.org:8443/a/b?x=1&y=%20"),
        ("::1", "ws://[::1]:6789/"),
        ("[::1]:7000", "ws://[::1]:7000/"),
        ("ws://[fe80::1%eth0]/", "ws://[fe80::1%eth0]:6789/"),
        ("my_box.local", "ws://my_box.local:6789/"),
        ("wss://ana:p%40ss:wörd@host", "wss://ana:p%40ss%3Aw%C3%B6rd@host:443/"),
        ("ws://ana:x@127.0.0.1:80", "ws://ana:x@127.0.0.1:80/"),
        ('"ws://host:80"', "ws://host:80/"),
        ("<wss://chat.example.org>", "wss://chat.example.org:443/"),
        (" “host:80” ", "ws://host:80/"),
        ("`host`", "ws://host:6789/"),
        ("ws:6789", "ws://ws:6789/"),
        ("bücher.example/zimmer/grün", "ws://xn--bcher-kva.example:6789/zimmer/gr%C3%BCn"),
    ],
)
def test_addresses_are_understood(text, url):
    """A missing scheme, port or path has its usual value; what comes out is understood as itself."""
    assert parse_url(text) == url
    assert parse_url(url) == url


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "is empty"),
        ("   ", "is empty"),
        ("http://host", "Start the address with ws:// or wss://"),
        ("ws://", "isn't a host name"),
        ("ho st", "isn't a host name"),
        ("host\x1b[2J", "isn't an address"),
        ("host\x1b2J", "isn't a host name"),
        ("-rf", "isn't a host name"),
        ("a..b", "isn't a host name"),
        ("host:0", "must be a number from 1 to 65535"),
        ("host:65536", "must be a number from 1 to 65535"),
        ("host:abc", "must be a number from 1 to 65535"),
        ("[::1", "isn't an address"),
        ("ws://ana:secret@host", "A password needs an encrypted connection"),
        ("ana:secret@host", "A password needs an encrypted connection"),
        ("wss://ana@host", "a user name and a password"),
        ("wss://:x@host", "a user name and a password"),
        ("host/#part", "Leave #part out"),
        ("ws:/host", "needs two slashes: ws://host"),
        ("ws:h:1", "needs two slashes: ws://h:1"),
        ("WSS:host/dev", "needs two slashes: wss://host/dev"),
        ("http:/host", "needs two slashes: ws://host"),
        ('""', "is empty"),
        ("'", "isn't a host name"),
    ],
)
def test_what_is_no_address_is_refused_with_a_reason(text, hint):
    """The sentence says what is wrong, and can be shown as it is."""
    with pytest.raises(ConnectionUrlError, match=hint) as caught:
        parse_url(text)
    assert str(caught.value).isprintable()


@given(st.text())
def test_any_text_is_an_address_or_refused(text):
    """No other error comes out, and what is accepted is plain ASCII without spaces."""
    try:
        url = parse_url(text)
    except ConnectionUrlError:
        return
    assert url.isascii()
    assert url.isprintable()
    assert " " not in url


@given(st.text())
def test_what_is_shown_can_be_typed(text):
    """And means the same again."""
    with suppress(ConnectionUrlError):
        url = parse_url(text)
        assert parse_url(as_typed(url)) == without_login(url)


@pytest.mark.parametrize(
    "text",
    [
        "wss://ana:geheim@host/x",
        "wss://ana:geheim@ho st",
        "ana:geheim@host",
        "ws://ana:geheim@host",
        "wss://geheim:@[x",
    ],
)
def test_a_password_is_never_shown(text):
    """Not in an error, nor where the address is shown or kept; nor is it part of the place."""
    assert "geheim" not in without_login(text)
    try:
        url, words = parse_url(text), ""
    except ConnectionUrlError as error:
        url, words = "", str(error)
    assert bool(url) == has_login(url)
    assert "geheim" not in words + place(url) + as_typed(url) + without_login(url)


HERE = "wss://ana:x@chat.example:443/dev?a=b"


@pytest.mark.parametrize(
    ("url", "location", "new"),
    [
        ("ws://chat.example:80/", "https://chat.example/", "wss://chat.example:443/"),
        ("ws://chat.example:80/dev", "https://chat.example:8443/dev", "wss://chat.example:8443/dev"),
        ("ws://chat.example:80/", "wss://CHAT.example", "wss://chat.example:443/"),
        ("ws://chat.example:80/", "/chat", "ws://chat.example:80/chat"),
        ("ws://[::1]:80/", "https://[::1]/", "wss://[::1]:443/"),
        (HERE, "/other", "wss://ana:x@chat.example:443/other?a=b"),
        (HERE, "https://chat.example/other?name=eve", "wss://ana:x@chat.example:443/other?a=b"),
    ],
)
def test_a_redirect_to_tls_or_another_path_is_followed(url, location, new):
    """At the same host; a login goes along, and what is asked for stays."""
    assert moved(url, location) == new


@pytest.mark.parametrize(
    ("url", "location", "why"),
    [
        (
            HERE,
            "http://chat.example/",
            "chat.example:443 redirects to ws://chat.example:80/, which isn't encrypted",
        ),
        (HERE, "ws://chat.example:443/", "which isn't encrypted"),
        (HERE, "https://evil.example/dev", "says it has moved to wss://evil.example/dev. Connect there instead."),
        (HERE, "//evil.example/dev", "says it has moved to wss://evil.example/dev."),
        ("ws://chat.example:80/", "https://www.chat.example/", "has moved to wss://www.chat.example."),
        ("ws://chat.example:80/", "http://chat.example:81/", "has moved to chat.example:81."),
        ("ws://chat.example:80/", "mailto:ana@chat.example", "Start the address with ws:// or wss://"),
        ("ws://chat.example:80/", "https://ana:x@evil.example/", "has moved to wss://evil.example."),
        ("ws://chat.example:80/", "https://[", "but not where to"),
        ("ws://chat.example:80/", "https://a:99999", "but not where to"),
        ("ws://chat.example:80/", "https://a\x1b2Jb", "isn't a host name"),
    ],
)
def test_where_else_a_redirect_leads_is_told(url, location, why):
    """Never to another host or an open connection by itself."""
    with pytest.raises(ConnectionUrlError) as caught:
        moved(url, location)
    assert why in str(caught.value)
    assert str(caught.value).isprintable()


@given(st.sampled_from([HERE, "ws://chat.example:80/"]), st.text())
def test_no_redirect_leads_to_another_host(url, location):
    """Whatever a server sends."""
    with suppress(ConnectionUrlError):
        new = moved(url, location)
        assert place(new).rpartition(":")[0] == "chat.example"
        assert new.startswith("wss") or url.startswith("ws:")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("ws://host:6789/", "host:6789"),
        ("ws://[::1]:80/?a=b", "[::1]:80/?a=b"),
        ("wss://chat.example.org:443/", "wss://chat.example.org"),
        ("wss://[::443]:8443/dev", "wss://[::443]:8443/dev"),
    ],
)
def test_an_address_is_shown_as_people_type_it(url, shown):
    """With nothing that goes without saying."""
    assert as_typed(url) == shown
    assert parse_url(shown) == url


def test_query_fields_are_quoted_and_replaced():
    """What is None is left alone, what is given comes once."""
    assert with_query("ws://h:1/") == "ws://h:1/"
    assert with_query("ws://h:1/?name=x&room=a", name=None, resume=None) == "ws://h:1/?name=x&room=a"
    assert with_query("ws://h:1/?name=x&room=a", name="a&b=c é", resume="e.1") == (
        "ws://h:1/?room=a&name=a%26b%3Dc%20%C3%A9&resume=e.1"
    )


def test_the_place_is_host_and_port():
    """As people write them."""
    assert place("wss://[::1]:443/x?y") == "[::1]:443"


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("wss://chat.example.org", True),
        ("wss://192.168.1.2", False),
        ("wss://[2001:db8::1]", False),
        ("wss://localhost", False),
        ("wss://box.lan", False),
    ],
)
def test_only_names_of_the_internet_are_public(text, public):
    """Those may be behind a proxy; what is near is not."""
    assert is_public(parse_url(text)) is public
