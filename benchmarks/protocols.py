"""How to come into a room and say something in it, in the protocol of each peer that the server is compared with.

Everybody in a room gets the same bytes for the same message, so nobody needs to take apart what comes back.
"""

import re
import struct
from collections.abc import Callable
from typing import NamedTuple

from wire import TEXT, client_frame

_ROOM = b"#bench"
_TOPIC = b"bench"


class Step(NamedTuple):
    """What a newcomer sends, and what it then waits for."""

    send: bytes
    answer: re.Pattern[bytes]


class Protocol(NamedTuple):
    """`enter(number)` brings newcomer `number` into the room; `say(text)` is a message, ASCII without line breaks.

    `at_once`: how many newcomers come together.
    """

    enter: Callable[[int], tuple[Step, ...]]
    say: Callable[[bytes], bytes]
    at_once: int = 64


def _upgrade(path: bytes) -> bytes:
    return (
        b"GET %b HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n" % path
    )


def _enter_websocket(_number: int) -> tuple[Step, ...]:
    return (Step(_upgrade(b"/"), re.compile(rb'"type":"init"')),)


def _enter_socket_io(_number: int) -> tuple[Step, ...]:
    return (
        Step(_upgrade(b"/socket.io/?EIO=4&transport=websocket"), re.compile(rb'0\{"sid"')),
        Step(client_frame(TEXT, b"40"), re.compile(rb'40\{"sid"')),
    )


def _enter_irc(number: int) -> tuple[Step, ...]:
    return (
        Step(b"NICK n%d\r\nUSER u 0 * :u\r\n" % number, re.compile(rb" (?:376|422) ")),
        Step(b"JOIN %b\r\n" % _ROOM, re.compile(rb" 366 ")),
    )


def _mqtt(kind: int, body: bytes) -> bytes:
    size = len(body)
    return bytes((kind, size) if size < 128 else (kind, size & 127 | 128, size >> 7)) + body


def _text(value: bytes) -> bytes:
    return struct.pack(">H", len(value)) + value


def _enter_mqtt(number: int) -> tuple[Step, ...]:
    hello = _text(b"MQTT") + b"\x04\x02\x00\x00" + _text(b"c%d" % number)
    return (
        Step(_mqtt(0x10, hello), re.compile(rb"\x20\x02\x00\x00", re.DOTALL)),
        Step(_mqtt(0x82, b"\x00\x01" + _text(_TOPIC) + b"\x00"), re.compile(rb"\x90\x03\x00\x01\x00", re.DOTALL)),
    )


def lines_of(size: int) -> Protocol:
    """Plain lines, filled up to `size` bytes: what the floor passes on."""
    return Protocol(lambda _number: (Step(b"", re.compile(rb"in\n")),), lambda text: text.ljust(size - 1, b"x") + b"\n")


WEBSOCKET = Protocol(_enter_websocket, lambda text: client_frame(TEXT, text))
SOCKET_IO = Protocol(_enter_socket_io, lambda text: client_frame(TEXT, b'42["say","%b"]' % text))
IRC = Protocol(_enter_irc, lambda text: b"PRIVMSG %b :%b\r\n" % (_ROOM, text))
MQTT = Protocol(_enter_mqtt, lambda text: _mqtt(0x30, _text(_TOPIC) + text))
