"""Events go into the store in order and in slices, lines out of it in order; what has its time goes on time."""

import asyncio
import gc
import json
import weakref
from contextlib import asynccontextmanager

from chat_protocol.commands import Delete, Say
from chat_tui.connection.states import Connected, Connecting, Lost
from client.connection_host import Room, serving
from client.feed_host import FeedHost

FAR = 4_000_000_000.0
"""A moment in the next century."""


@asynccontextmanager
async def fed(handler, delay=8.0):
    """A feed that runs until the block ends; `delay` is the wait before each new try, in seconds."""
    async with serving(handler) as port:
        picture = FeedHost(f"ws://127.0.0.1:{port}", delay)
        picture.clock = lambda: 0.0
        running = asyncio.create_task(picture.feed.run())
        yield picture
        await picture.feed.close()
        await running


async def test_a_burst_is_taken_in_slices_and_in_order():
    """No slice is so large that a key would wait for it; nothing is left out."""
    room = Room()
    texts = [f"line {number}" for number in range(3000)]

    async def burst(socket):
        await socket.send(room.greeting(None))
        for text in texts:
            room.kept.append(room.entry(text, sender="~bob"))
            await socket.send(json.dumps(room.kept[-1]))
        await socket.wait_closed()

    async with fed(burst) as picture:
        await picture.until(lambda: len(picture.texts) == 3000)
        assert picture.texts == texts
        changes = [change for change in picture.told if hasattr(change, "added")]
        added = [number for change in changes if not change.reset for number in change.added]
        assert added == sorted(added)
        assert max(len(change.added) for change in changes) <= 64
        assert not changes[-1].more


async def three_lines(socket):
    """A server in whose room three things are said."""
    room = Room()
    await socket.send(room.greeting(None))
    for text in ("one", "two", "three"):
        room.kept.append(room.entry(text, sender="~bob"))
        await socket.send(json.dumps(room.kept[-1]))
    await socket.wait_closed()


async def test_what_comes_waits_for_a_key():
    """Nothing is taken while something else is to be done first; then everything is."""
    async with fed(three_lines) as picture:
        told = []

        def busy():
            told.append(len(picture.told))
            return len(told) <= 3

        picture.busy = busy
        await picture.until(lambda: picture.texts == ["one", "two", "three"])
        assert told[:4] == [0, 0, 0, 0]


async def test_keys_without_end_hold_up_nothing_for_long():
    """What comes is taken also while there is always something else to be done."""
    async with fed(three_lines) as picture:
        picture.busy = lambda: True
        await picture.until(lambda: picture.texts == ["one", "two", "three"])


async def test_statuses_and_events_come_in_the_order_of_things():
    """What was said before a loss is applied before the loss is told."""
    room = Room()

    async def once(socket):
        await socket.send(room.greeting(None))
        for number in (1, 2, 3):
            await socket.send(json.dumps(room.entry(f"line {number}", sender="~bob") | {"id": number, "seq": number}))
        await socket.close()

    async with fed(once) as picture:
        await picture.until(lambda: any(isinstance(told, Lost) for told in picture.told))
        kinds = [type(told).__name__ for told in picture.told]
        assert kinds[:2] == [Connecting.__name__, Connected.__name__]
        assert len(picture.texts) == 3
        lost = next(at for at, told in enumerate(picture.told) if isinstance(told, Lost))
        assert sum(len(told.added) for told in picture.told[:lost] if hasattr(told, "added")) == 3


async def test_lines_go_out_in_order_and_again_after_a_loss():
    """What was said without a connection waits; what got no answer is not kept twice."""
    room = Room()
    room.silent = True
    async with fed(room.handler, delay=0.0) as picture:
        for text in ("one", "two", "three"):
            picture.feed.say(Say(text), text)
        await picture.until(lambda: picture.texts == ["one", "two", "three"])
        assert not picture.store.outbox.messages()
        assert [entry["text"] for entry in room.kept] == ["one", "two", "three"]
        assert any(isinstance(told, Lost) for told in picture.told)


async def test_a_line_is_held_back_for_the_time_that_passes():
    """Whatever the clock says of it: that of a computer can be set, or jump."""
    room = Room()
    room.kept += [room.entry("a slip", sender="~bob")]
    async with fed(room.handler) as picture:
        await picture.until(lambda: picture.texts)
        held = picture.feed.say(Delete(1), "/delete 1", 0.05)
        assert held.state == "unsent"
        picture.clock = lambda: -3600.0
        await picture.until(lambda: held.state == "sending")


async def test_a_full_outbox_says_so():
    """Nothing grows without bound."""
    async with fed(lambda socket: socket.wait_closed()) as picture:
        said = [picture.feed.say(Say("x"), "x") for _ in range(501)]
        assert None not in said[:500]
        assert said[500] is None


async def test_a_question_that_does_not_go_out_is_not_awaited():
    """It can be asked as soon as there is somebody to ask; then it is awaited, and nothing else is asked."""
    room = Room()
    room.kept += [room.entry("new", sender="~bob")]
    async with fed(room.handler) as picture:
        await picture.until(lambda: picture.texts)
        connection, picture.feed.connection = picture.feed.connection, None
        assert not picture.feed.request_page(2)
        assert picture.store.pages.asked_before is None
        picture.feed.connection = connection
        assert picture.feed.request_page(2)
        assert (picture.store.pages.asked_before, picture.told[-1].edges) == (2, True)
        assert not picture.feed.request_page(4)


async def test_what_has_reached_its_end_goes_without_the_server():
    """By the server's clock as last heard; what lives on stays."""
    room = Room()
    room.kept += [room.entry("soon", sender="~bob") | {"expires_at": 0.05}]
    room.kept += [room.entry("later", sender="~bob") | {"expires_at": FAR}]
    async with fed(room.handler) as picture:
        await picture.until(lambda: picture.texts == ["soon", "later"])
        picture.clock = lambda: 1.0
        await picture.until(lambda: picture.texts == ["later"])
        assert picture.told[-1].removed == [1]


async def test_nothing_is_left_behind_at_the_end():
    """No timer of it fires after its end."""
    room = Room()
    room.kept += [room.entry("later", sender="~bob") | {"expires_at": FAR}]

    async def ended():
        async with fed(room.handler) as picture:
            await picture.until(lambda: picture.texts)
            return weakref.ref(picture.feed)

    feed = await ended()
    gc.collect()
    assert feed() is None, "a timer would hold it"
