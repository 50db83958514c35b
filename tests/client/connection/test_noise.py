"""A server that sends frames without events, as many as it can: it is left, and nothing waits for them meanwhile."""

import pytest

from chat_tui.connection.opening import MOST_EMPTY_FRAMES
from chat_tui.connection.states import Connected, Lost
from client.connection_host import INIT, Listener, serving

PING, PONG, TEXT, GO_ON = b"\x89\x00", b"\x8a\x00", b"\x81\x00", b"\x00\x00"
SHORT, LETTER = b"\x81\x02{}", b"\x00\x01x"
BEGIN = b"\x01\x00"
MANY = 50_000


def sending(data):
    """A server that greets, sends this, and waits for the end."""

    async def handler(socket):
        await socket.send(INIT)
        socket.transport.write(data)
        await socket.wait_closed()

    return handler


@pytest.mark.parametrize(
    "flood", [PING * MANY, PONG * MANY, TEXT * MANY, SHORT * MANY, BEGIN + GO_ON * MANY, BEGIN + LETTER * MANY]
)
async def test_a_flood_of_frames_without_events_ends_the_connection(flood):
    """With a sentence; and of what was sent only a small part was ever looked at."""
    async with serving(sending(flood)) as port, Listener(f"127.0.0.1:{port}") as listener:
        await listener.next(Connected)
        lost = await listener.next(Lost)
        assert lost.reason == "The server sent too many empty frames, so the connection was closed."


@pytest.mark.parametrize("some", [PING, PONG, TEXT, BEGIN + GO_ON * 9 + b"\x80\x00"])
async def test_a_few_of_them_harm_nobody(some):
    """As many as any server needs."""
    data = some * (MOST_EMPTY_FRAMES // some.count(b"\x00") // 2)
    data += b"\x81\x19" + b'{"type":"delete", "id":7}'
    async with serving(sending(data)) as port, Listener(f"127.0.0.1:{port}") as listener:
        await listener.until(lambda: any(getattr(event, "id", None) == 7 for event in listener.got))
        assert not any(isinstance(event, Lost) for event in listener.got)


async def test_what_comes_in_one_piece_is_read_whole_and_in_order():
    """However many turns of the loop that takes."""
    events = [b'{"type":"delete","id":%d}' % (number + 1_000_000) for number in range(MANY)]
    data = b"".join(bytes([0x81, len(event)]) + event for event in events)
    async with serving(sending(data)) as port, Listener(f"127.0.0.1:{port}") as listener:
        await listener.until(lambda: listener.got and getattr(listener.got[-1], "id", 0) == 1_000_000 + MANY - 1)
        deleted = [event.id for event in listener.got if hasattr(event, "id")]
        assert deleted == [number + 1_000_000 for number in range(MANY)]
