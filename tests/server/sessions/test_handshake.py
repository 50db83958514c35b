"""What a handshake asks for."""

import pytest

from chat_server.sessions.handshake import HandshakeQuery, read_handshake

POINTS = {
    "": None,
    "?resume=e1.0": 0,
    "?resume=e1.12&name=ana": 12,
    "?resume=e1.999999999999999999": 999_999_999_999_999_999,
    "?resume=": None,
    "?resume=e1": None,
    "?resume=e1.": None,
    "?resume=.7": None,
    "?resume=7": None,
    "?resume=e2.7": None,
    "?resume=e1.-1": None,
    "?resume=e1.%2B1": None,
    "?resume=e1.abc": None,
    "?resume=e1.1_0": None,
    "?resume=e1.%201": None,
    "?resume=e1.1%0A": None,
    "?resume=e1.%D9%A7": None,
    "?resume=e1.7.0": None,
    f"?resume=e1.{2**63}": None,
    f"?resume=e1.{10**30}": None,
    "?resume=e1." + "9" * 5000: None,
    "?resume=e1.7&resume=e1.7": None,
    "?resume=e1.7" + "&x=" * 20: None,
}


@pytest.mark.parametrize("path", POINTS)
def test_a_place_to_go_on_from_is_an_epoch_and_a_number(path):
    """Once, in decimal digits, and of this life of the log; anything else is none."""
    assert read_handshake("/" + path).resume("e1") == POINTS[path]


def test_no_place_is_none_in_any_life():
    """Not even in one without a name."""
    assert HandshakeQuery().resume("") is None


def test_a_name_is_asked_for_once():
    """The first counts; percent-encoded where needed."""
    assert read_handshake("/?name=a%26b&name=c").name == "a&b"
    assert read_handshake("/").name == ""
