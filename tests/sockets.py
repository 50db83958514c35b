"""Peers that do what no client should, byte by byte."""

import asyncio
import socket
import struct
from collections.abc import Callable

from websockets.frames import Frame, Opcode

from chatting import PATIENCE, House


def handshake(target: str = "/", *more: str, host: str = "127.0.0.1") -> bytes:
    """A good request, and further header lines."""
    lines = [
        f"GET {target} HTTP/1.1", f"Host: {host}", "Upgrade: websocket", "Connection: Upgrade",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Version: 13", *more,
    ]  # fmt: skip
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def masked(opcode: Opcode, data: bytes, *, fin: bool = True) -> bytes:
    """A frame as a client sends it."""
    return Frame(opcode, data, fin).serialize(mask=True)


def text(line: str) -> bytes:
    """A line as a client sends it."""
    return masked(Opcode.TEXT, line.encode())


def take_frame(data: bytes) -> tuple[bytes, bytes] | None:
    """The first frame of a server's bytes, as its first byte and its data, and the rest; None when it is not whole."""
    if len(data) < 2:
        return None
    start, size = 2, data[1]
    if size >= 126:
        start, form = (4, ">H") if size == 126 else (10, ">Q")
        if len(data) < start:
            return None
        (size,) = struct.unpack(form, data[2:start])
    if len(data) < start + size:
        return None
    return data[:1] + data[start : start + size], data[start + size :]


def split_frames(data: bytes) -> list[bytes]:
    """Whole frames of a server, each as its first byte and its data."""
    frames = []
    while taken := take_frame(data):
        frame, data = taken
        frames.append(frame)
    assert data == b""
    return frames


class Peer:
    """A socket that reads only when it is told to, and answers nothing by itself."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._data = b""
        self._loop = asyncio.get_running_loop()

    async def send(self, data: bytes) -> None:
        """Send all of it."""
        await self._loop.sock_sendall(self.sock, data)

    async def frame(self) -> bytes:
        """The next frame of the server: its first byte and its data; empty at the end."""
        async with asyncio.timeout(PATIENCE):
            while (taken := take_frame(self._data)) is None:
                if not (data := await self._receive()):
                    return b""
                self._data += data
        frame, self._data = taken
        return frame

    async def until(self, holds: Callable[[bytes], bool]) -> list[bytes]:
        """Read frames up to the one of which this holds, or to the end."""
        frames = [await self.frame()]
        while frames[-1] and not holds(frames[-1]):
            frames.append(await self.frame())
        return frames

    async def close_code(self) -> int | None:
        """Read on; the code with which the server closes, or None when it ends without."""
        last = (await self.until(lambda frame: frame.startswith(b"\x88")))[-1]
        if not last:
            return None
        return struct.unpack(">H", last[1:3])[0] if last[1:] else 1005

    async def head(self) -> bytes:
        """The head of the answer to the handshake; empty when the connection ends before."""
        async with asyncio.timeout(PATIENCE):
            while b"\r\n\r\n" not in self._data:
                if not (data := await self._receive()):
                    return b""
                self._data += data
        head, _, self._data = self._data.partition(b"\r\n\r\n")
        return head

    async def rest(self) -> bytes:
        """Everything to the end."""
        async with asyncio.timeout(PATIENCE):
            while data := await self._receive():
                self._data += data
        return self._data

    async def hang_up(self) -> None:
        """Say that nothing more will come, and wait until the server has done so too."""
        self.sock.shutdown(socket.SHUT_WR)
        await self.rest()
        self.sock.close()

    async def _receive(self) -> bytes:
        try:
            return await self._loop.sock_recv(self.sock, 1 << 20)
        except ConnectionError:
            return b""

    def reset(self) -> None:
        """Let go of the connection without an end of what was sent."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


async def connect_peer(house: House, data: bytes = b"", *, receive_buffer: int = 0) -> Peer:
    """Connect, and send this at once."""
    sock = socket.socket()
    sock.setblocking(False)
    house.stack.callback(sock.close)
    if receive_buffer:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    await asyncio.get_running_loop().sock_connect(sock, house.address)
    peer = Peer(sock)
    await peer.send(data)
    return peer


async def greeted_peer(house: House, target: str = "/?name=raw", *, receive_buffer: int = 0) -> Peer:
    """A peer after the handshake and the greeting."""
    peer = await connect_peer(house, handshake(target), receive_buffer=receive_buffer)
    assert (await peer.head()).startswith(b"HTTP/1.1 101 ")
    await peer.until(lambda frame: b'"type":"init"' in frame)
    return peer


class Wire(asyncio.Transport):
    """What a connection from another computer would be: an address, and what was written."""

    def __init__(self, address: str) -> None:
        super().__init__({"peername": (address, 50_000)})
        self.written = b""
        self.closed = False
        self.finished = False

    def set_write_buffer_limits(self, high=None, low=None) -> None:
        """There is no buffer."""

    def write(self, data) -> None:
        """Keep it."""
        assert not self.finished
        self.written += data

    def close(self) -> None:
        """No more."""
        self.closed = True

    abort = close

    def write_eof(self) -> None:
        """Nothing more will be written."""
        self.finished = True

    def is_closing(self) -> bool:
        """Was it closed?"""
        return self.closed

    def pause_reading(self) -> None:
        """There is nothing to read."""

    def resume_reading(self) -> None:
        """There is nothing to read."""
