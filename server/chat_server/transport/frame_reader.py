"""WebSocket frame reader: short whole texts read by itself, and everything else by the library's parser (RFC 6455)."""

from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

_FINAL_TEXT = 0x81  # the first byte of a text in one frame, without extensions
_MASKED = 0x80
_SHORT = 125  # bytes of a payload whose length is in the second byte
_HEAD = 6  # bytes of such a frame before its payload


class FrameReader:
    """What one peer sends, in the order in which it came; `max_size` are the bytes that a message may have.

    Most of it is lines of a chat, which the library's parser takes 4 us each for, and `short_texts` one. The library
    gets the rest from the beginning of a frame on, and everything after that until it has had its last byte.
    """

    __slots__ = ("_most", "_protocol", "_unfinished", "asked_library")

    def __init__(self, protocol: ServerProtocol, max_size: int) -> None:
        self._protocol = protocol
        self._most = min(_SHORT, max_size)
        self._unfinished = 0  # bytes that the library has, and that are in no frame yet
        self.asked_library = False
        """Was the library given something of what was read last? Then it may have an answer to it."""

    def read(self, data: bytes, *, between_messages: bool) -> list[bytes | Frame | Request]:
        """Return all that `data` completes: payloads of texts in one frame, and all else as the library's events.

        Nothing is read without the library unless the peer is `between_messages`: after the handshake, not within a
        message in fragments, and before its goodbye.
        """
        found: list[bytes | Frame | Request] = []
        if between_messages and not self._unfinished:
            start = short_texts(data, self._most, found)
            if start == len(data):
                self.asked_library = False
                return found
            data = data[start:]
        self.asked_library = True
        self._unfinished += len(data)
        self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            if isinstance(event, Frame):
                self._unfinished -= _least_size(event)
                is_text = event.opcode is Opcode.TEXT and event.fin
                found.append(bytes(event.data) if is_text else event)
            elif isinstance(event, Request):  # what comes after it are frames
                self._unfinished = 0
                found.append(event)
        return found


def short_texts(data: bytes, most: int, found: list[bytes | Frame | Request]) -> int:
    """Add to `found` the payloads of the whole, masked text frames of at most `most` bytes that `data` begins with.

    Returns where the first other frame begins.
    """
    start, end = 0, len(data)
    while start + _HEAD <= end and data[start] == _FINAL_TEXT:
        size = data[start + 1] - _MASKED
        begin = start + _HEAD
        if not 0 <= size <= most or begin + size > end:
            break
        mask = (data[start + 2 : begin] * 32)[:size]
        start = begin + size
        masked = int.from_bytes(data[begin:start], "big")
        found.append((masked ^ int.from_bytes(mask, "big")).to_bytes(size, "big"))
    return start


def _least_size(frame: Frame) -> int:
    """Bytes that a masked frame took at least; a length that is not written as short as can be takes more.

    With such a peer there are always bytes left over: the library reads all that it says.
    """
    size = len(frame.data)
    return size + (_HEAD if size <= _SHORT else _HEAD + 2 if size < 65_536 else _HEAD + 8)
