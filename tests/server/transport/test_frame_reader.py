"""Short texts are read without the library, and nobody can tell: any bytes say and cause the same."""

import struct
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol

from chat_server.transport.frame_reader import FrameReader, short_texts
from sockets import masked, text

MAX_SIZE = 300


class Library:
    """The library alone."""

    def __init__(self, max_size: int) -> None:
        self.protocol = ServerProtocol(state=State.OPEN, max_size=max_size)

    def read(self, data: bytes) -> list[bytes | Frame]:
        """What is complete now; a text in one frame as its bytes."""
        self.protocol.receive_data(data)
        return [
            bytes(event.data) if event.opcode is Opcode.TEXT and event.fin else event
            for event in self.protocol.events_received()
        ]


class Ours(Library):
    """The reader as a connection uses it."""

    def __init__(self, max_size: int) -> None:
        super().__init__(max_size)
        self._reader = FrameReader(self.protocol, max_size)
        self._in_fragments = False

    def read(self, data: bytes) -> list[bytes | Frame]:
        """The same."""
        is_open = self.protocol.state is State.OPEN and self.protocol.parser_exc is None
        found = self._reader.read(data, between_messages=is_open and not self._in_fragments)
        for frame in found:
            if isinstance(frame, Frame) and frame.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
                self._in_fragments = not frame.fin
        return found


def unchecked(opcode: Opcode, payload: bytes, mask: bytes, *, fin: bool) -> bytes:
    """A frame that nobody has looked at before it is sent: a long ping, or one in fragments."""
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack(">H", size)
    body = bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))
    return bytes([fin << 7 | opcode]) + length + mask + body


def written_long(payload: bytes) -> bytes:
    """A text whose length takes more bytes than it must."""
    return b"\x81\xff" + struct.pack(">Q", len(payload)) + bytes(4) + payload


LINES = st.binary(max_size=130)
FRAMES = st.one_of(
    LINES.map(lambda line: masked(Opcode.TEXT, line)),
    st.sampled_from([0, 1, 124, 125, 126, 127, 299, 300, 301]).map(lambda size: masked(Opcode.TEXT, b"x" * size)),
    st.text(max_size=40).map(text),
    st.builds(
        unchecked, st.sampled_from([Opcode.TEXT, Opcode.BINARY, Opcode.CONT, Opcode.PING, Opcode.PONG]), LINES,
        st.binary(min_size=4, max_size=4), fin=st.booleans(),
    ),
    LINES.map(written_long),
    st.sampled_from([b"", b"\x03\xe8", b"\x03", b"\x03\xe8\xff"]).map(lambda reason: masked(Opcode.CLOSE, reason)),
    st.binary(min_size=1, max_size=12),
)  # fmt: skip


def told(side: Library, pieces: list[bytes]) -> list[object]:
    """All that one side finds and answers, piece by piece."""
    history: list[object] = []
    for piece in pieces:
        found = side.read(piece)
        protocol = side.protocol
        history.append((found, protocol.data_to_send(), protocol.state, repr(protocol.parser_exc)))
    return history


@given(st.lists(FRAMES, max_size=6), st.lists(st.integers(0, 1000), max_size=6), st.sampled_from([MAX_SIZE, 20, 0]))
@example([text("a"), b"\x81\x01x"], [], MAX_SIZE)
def test_any_bytes_in_any_pieces_say_the_same_with_and_without_the_library(frames, cuts, max_size):
    """Messages, answers, the state and the error, after every piece."""
    data = b"".join(frames)
    places = sorted({0, *(cut for cut in cuts if cut < len(data)), len(data)})
    pieces = [data[one:other] for one, other in pairwise(places)]
    assert told(Ours(max_size), pieces) == told(Library(max_size), pieces)


def test_a_dialogue_may_be_cut_at_every_byte():
    """Frames of every kind, a length that is written too long among them: cut in two, at each place."""
    dialogue = b"".join([
        text("one"), text(""), text("\u4e2d" * 41), text("x" * 126), masked(Opcode.PING, b"?"), text("two"),
        masked(Opcode.TEXT, b"in ", fin=False), masked(Opcode.PING, b"!"), masked(Opcode.CONT, b"two"),
        masked(Opcode.BINARY, b"\0"), text("three"), written_long(b"four"), text("five"), text("six"),
        masked(Opcode.CLOSE, b"\x03\xe8"), text("hidden"),
    ])  # fmt: skip
    for cut in range(len(dialogue)):
        pieces = [piece for piece in (dialogue[:cut], dialogue[cut:]) if piece]
        assert told(Ours(MAX_SIZE), pieces) == told(Library(MAX_SIZE), pieces)


class Counting(ServerProtocol):
    """The library, and what it was given."""

    def __init__(self, **options) -> None:
        super().__init__(**options)
        self.pieces: list[bytes] = []

    def receive_data(self, data: bytes) -> None:
        """As ever."""
        self.pieces.append(data)
        super().receive_data(data)


def test_short_whole_texts_never_reach_the_library():
    """Nor do those after frames that only it can read."""
    found: list[bytes | Frame] = []
    lines = text("one") + text("x" * 125)
    assert short_texts(lines + text("x" * 126), 125, found) == len(lines)
    assert found == [b"one", b"x" * 125]
    protocol = Counting(state=State.OPEN, max_size=MAX_SIZE)
    reader = FrameReader(protocol, MAX_SIZE)
    ping = masked(Opcode.PING, b"?")
    pieces = [text("one"), ping[:3], ping[3:] + text("two"), text("three") * 20]
    assert [len(reader.read(piece, between_messages=True)) for piece in pieces] == [1, 0, 2, 20]
    assert protocol.pieces == pieces[1:3]
