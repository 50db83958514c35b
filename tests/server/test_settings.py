"""What an operator may set, and what could not work."""

from dataclasses import fields

import pytest

from chat_server.settings import Settings


def test_the_defaults_work():
    """A server with nothing configured listens on every address and keeps nothing on disk."""
    settings = Settings()
    assert (settings.host, settings.port, settings.log) == ("0.0.0.0", 6789, "memory:")
    assert settings.rate == (20.0, 10.0)


def test_every_option_is_explained():
    """Each has a sentence and a word for its value, which the command's help shows."""
    for option in fields(Settings):
        assert option.metadata["help"]
        assert option.metadata["metavar"].replace("/", "").replace("_", "").isupper()


@pytest.mark.parametrize(
    "options",
    [
        {"port": 0},
        {"port": 65_535},
        {"max_connections": 0},
        {"name_grace": 0.0},
        {"history": 1},
        {"ping_interval": 0.01},
        {"rate_limit": "off"},
        {"rate_limit": "1/0.01"},
        {"rate_limit": "5/2"},
        {"metrics_address": "localhost:0"},
        {"host": "127.0.0.1,::1"},
        {"host": "unix:/run/chat.sock"},
        {"exempt": "none"},
        {"trusted_proxy": "10.0.0.7/8, ::1, unix"},
        {"keep": ""},
        {"keep": "1s"},
        {"keep": "1"},
    ],
)
def test_what_is_taken(options):
    """The ends of each range are in it."""
    assert Settings(**options)


@pytest.mark.parametrize(("rate_limit", "rate"), [("off", None), ("20/10", (20.0, 10.0)), ("1/0.5", (1.0, 0.5))])
def test_how_a_rate_is_read(rate_limit, rate):
    """Lines at once and lines a second, or no limit."""
    assert Settings(rate_limit=rate_limit).rate == rate


@pytest.mark.parametrize(
    ("written", "origins"),
    [
        ("", set()),
        ("https://chat.example.org", {"https://chat.example.org"}),
        ("https://chat.example.org/", {"https://chat.example.org"}),
        ("HTTPS://Chat.Example.Org:443", {"https://chat.example.org"}),
        ("http://localhost:80, http://localhost:8000/,", {"http://localhost", "http://localhost:8000"}),
        ("https://[2001:DB8::1]:443", {"https://[2001:db8::1]"}),
        ("https://münchen.example", {"https://xn--mnchen-3ya.example"}),
        ("moz-extension://0ab", {"moz-extension://0ab"}),
    ],
)
def test_how_an_origin_is_read(written, origins):
    """As browsers write it."""
    assert Settings(allow_origin=written).allowed_origins == origins


@pytest.mark.parametrize(
    "written",
    [
        "*", "https://*.example.org", "chat.example.org", "chat.example.org:443", "https://chat.example.org/chat",
        "null", "https://chat.example.org?x", "https://user@chat.example.org", "https://", "https://x:port", "//x", "http://[",
        "wss://chat.example.org", "https://chat.example.org https://other.example", "https://chat.example.org/#a",
    ],
)  # fmt: skip
def test_an_origin_that_no_browser_sends_is_refused(written):
    """It could never match, and its sentence says what would."""
    with pytest.raises(ValueError, match=r"^--allow-origin must .*https?://"):
        Settings(allow_origin=written)


@pytest.mark.parametrize(
    ("url", "origin"),
    [("", ""), ("wss://chat.example.org/", "https://chat.example.org"), ("http://chat:8080", "http://chat:8080")],
)
def test_the_public_url_may_be_a_pages_or_a_clients(url, origin):
    """The page is the same."""
    assert Settings(public_url=url).public_origin == origin


@pytest.mark.parametrize(
    ("keep", "keeping"),
    [("", (None, None)), ("100000", (None, 100_000)), ("12h", (43_200.0, None)), ("30d", (2_592_000.0, None))],
)
def test_how_long_messages_are_kept(keep, keeping):
    """A time, a number of messages, or for ever."""
    assert Settings(keep=keep).keeping == keeping


@pytest.mark.parametrize(
    ("metrics_address", "where"),
    [("", None), ("127.0.0.1:9100", ("127.0.0.1", 9100)), ("[::1]:65535", ("::1", 65_535))],
)
def test_how_an_address_for_metrics_is_read(metrics_address, where):
    """Host and port, brackets around numbers with colons; none where it is empty."""
    assert Settings(metrics_address=metrics_address).metrics_at == where


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("host", ""),
        ("host", "unix:"),
        ("exempt", "localhost"),
        ("exempt", "10.0.0.0/33"),
        ("trusted_proxy", "proxy.example"),
        ("trusted_proxy", "10.0.0.1-10.0.0.9"),
        ("public_url", "chat.example.org"),
        ("port", -1),
        ("port", 65_536),
        ("history", 0),
        ("history", -1),
        ("history", 1 << 41),
        ("max_text", 0),
        ("max_lines", 0),
        ("max_frame", 0),
        ("outbox", 0),
        ("per_address", 0),
        ("max_connections", -1),
        ("slow_after", 0.0),
        ("open_timeout", -1.0),
        ("ping_interval", float("nan")),
        ("ping_timeout", float("inf")),
        ("close_timeout", 1e8),
        ("name_grace", -1.0),
        ("rate_limit", ""),
        ("rate_limit", "fast"),
        ("rate_limit", "20"),
        ("rate_limit", "20/10/5"),
        ("rate_limit", "0/10"),
        ("rate_limit", "20/0"),
        ("rate_limit", "-1/1"),
        ("rate_limit", "nan/1"),
        ("rate_limit", "1/nan"),
        ("rate_limit", "inf/1"),
        ("keep", "0"),
        ("keep", "0d"),
        ("keep", "-1"),
        ("keep", "30 d"),
        ("keep", "1.5h"),
        ("keep", "d"),
        ("keep", "9999999999999"),
        ("metrics_address", "9100"),
        ("metrics_address", ":9100"),
        ("metrics_address", "localhost:http"),
        ("metrics_address", "localhost:65536"),
        ("metrics_address", "::1:9100"),
    ],
)
def test_what_could_not_work_is_refused(option, value):
    """With one sentence that names the option and the value."""
    with pytest.raises(
        ValueError, match=f"^--{option.replace('_', '-')} must .*{'' if option == 'rate_limit' else value}"
    ):
        Settings(**{option: value})
