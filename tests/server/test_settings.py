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
    with pytest.raises(ValueError, match=f"^{option} is .*{'' if option == 'rate_limit' else value}"):
        Settings(**{option: value})
