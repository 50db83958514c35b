"""WebSocket clients on plain sockets: cheap, so that what is measured is the server."""

import select
import socket
import struct

TEXT, CLOSE, PING = 0x81, 0x88, 0x89  # first bytes of unfragmented frames
_PONG = 0x8A
_READ = 1 << 18
_AT_ONCE = 64
_PATIENCE = 20.0

_REQUEST = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
)


def request(port: int, path: str = "/", secret: str = "") -> bytes:
    """What a client asks first; with a secret it is the same client each time."""
    bearer = f"Authorization: Bearer {secret}\r\n" if secret else ""
    return f"{_REQUEST.format(port=port, path=path)}{bearer}\r\n".encode()


def client_frame(first: int, payload: bytes) -> bytes:
    """A frame as a client sends it. Masked with zeros, which costs the server as much as any mask."""
    size = len(payload)
    if size < 126:
        return bytes((first, 0x80 | size, 0, 0, 0, 0)) + payload
    return bytes((first, 0x80 | 126)) + struct.pack(">H4x", size) + payload


def frame_end(data: bytes | bytearray, at: int) -> tuple[int, int] | None:
    """Where the payload of the frame at `at` begins and ends; None when it is not whole."""
    if len(data) < at + 2:
        return None
    begin, size = at + 2, data[at + 1]
    if size >= 126:
        begin, form = (at + 4, ">H") if size == 126 else (at + 10, ">Q")
        if len(data) < begin:
            return None
        size = struct.unpack_from(form, data, at + 2)[0]
    return (begin, begin + size) if len(data) >= begin + size else None


class Client:
    """One connection. Answers pings when it reads; `pings` counts them.

    `closed` is the close code once there is one, 1006 for a lost connection. `unread` holds what has come and is not
    a whole frame yet.
    """

    def __init__(self, port: int, path: str = "/", secret: str = "") -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.settimeout(0.0)
        self.socket.sendall(request(port, path, secret))
        self.pings = 0
        self.closed: int | None = None
        self.unread = bytearray()
        self._upgraded = False

    def fileno(self) -> int:
        """For `select`."""
        return self.socket.fileno()

    def say(self, line: str) -> None:
        """Send a line."""
        self.socket.sendall(client_frame(TEXT, line.encode()))

    def receive(self, last: bytes | None = None) -> list[bytes]:
        """The payloads of the text frames that have come whole; what follows one that holds `last` stays unread."""
        try:
            data = self.socket.recv(_READ)
        except BlockingIOError:
            return []
        except ConnectionError:
            data = b""
        if not data:
            self.closed = self.closed or 1006
        self.unread += data
        if not self._upgraded and not self._take_response():
            return []
        return self._take_frames(last)

    def _take_response(self) -> bool:
        head, end, rest = self.unread.partition(b"\r\n\r\n")
        if end:
            if not head.startswith(b"HTTP/1.1 101 "):
                raise RuntimeError(f"no WebSocket: {head.decode('latin-1')}")
            self._upgraded, self.unread = True, rest
        elif self.closed:
            raise RuntimeError("the server hung up during the handshake")
        return self._upgraded

    def _take_frames(self, last: bytes | None) -> list[bytes]:
        texts, at, data = [], 0, self.unread
        while bounds := frame_end(data, at):
            payload = bytes(data[slice(*bounds)])
            if data[at] == TEXT:
                texts.append(payload)
            elif data[at] == PING:
                self.pings += 1
                self.socket.sendall(client_frame(_PONG, payload))
            elif data[at] == CLOSE:
                self.closed = int.from_bytes(payload[:2], "big") if payload else 1005
            at = bounds[1]
            if last and last in payload:
                break
        del data[:at]
        return texts


def connect(port: int, count: int) -> tuple[list[Client], list[bytes]]:
    """`count` clients whose first event has come, and these events."""
    clients: list[Client] = []
    first: dict[int, bytes] = {}
    poll = select.epoll()
    by_number: dict[int, tuple[int, Client]] = {}
    while len(first) < count:
        while len(clients) < min(count, len(first) + _AT_ONCE):
            client = Client(port)
            by_number[client.fileno()] = len(clients), client
            clients.append(client)
            poll.register(client, select.EPOLLIN)
        ready = poll.poll(_PATIENCE)
        if not ready:
            raise RuntimeError(f"only {len(first)} of {count} clients were let in")
        for number, _ in ready:
            index, client = by_number[number]
            for text in client.receive():
                first.setdefault(index, text)
            if client.closed:
                raise RuntimeError(f"client {index} was closed with {client.closed}")
    poll.close()
    return clients, [first[index] for index in range(count)]
