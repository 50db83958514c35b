"""The contract of a log as far as it is about rooms, held by every engine."""

import asyncio
import json
from contextlib import aclosing

import pytest

from chat_protocol.queries import parse_query
from chat_server.core.entries import (
    MESSAGE,
    NewDeletion,
    NewEntry,
    NewMessage,
    NewSettings,
    decode_draft,
    entry_of,
)
from chat_server.log import RoomRecord
from chat_server.log.memory import MemoryLog
from server.log.test_log import ENGINES, read


@pytest.fixture(params=ENGINES.values(), ids=ENGINES)
async def log(request, tmp_path):
    """An engine, opened."""
    engine = request.param(tmp_path)
    await engine.open()
    yield engine
    await engine.close()


async def say(log, text, room="", **fields):
    """A message; its number."""
    return await log.append(entry_of(NewMessage(text, "~ana", "ana", 1.0, **fields), None, room))


async def delete(log, number, room=""):
    """The deletion of a message; its number."""
    return await log.append(entry_of(NewDeletion(number), None, room))


def texts(entries):
    """What messages say, and where."""
    return [(json.loads(entry.body)["text"], entry.room) for entry in entries]


async def test_all_rooms_have_one_order(log):
    """A tail gives each entry with its room, as they came; one that begins later reads the same."""
    async with aclosing(log.tail(0)) as tail:
        await say(log, "a")
        await say(log, "b", "dev")
        await log.append(entry_of(NewSettings("x"), None, "ops"))
        await delete(log, 2, "dev")
        await say(log, "c", "ops", expires_at=9.0)
        seen = [(entry.seq, entry.kind, entry.room) for entry in await read(tail, 4)]
    expected = [(1, "message", ""), (3, "room", "ops"), (4, "delete", "dev"), (5, "message", "ops")]
    assert seen == expected, "the deleted one is gone"
    assert (await log.entry(5)).room == "ops"


async def test_a_page_is_of_one_room(log):
    """The lobby's has the direct messages that one may see; another room's on demand."""
    await say(log, "lobby")
    await say(log, "dev one", "dev")
    await say(log, "to bob", to_id="~bob")
    await say(log, "dev two", "dev")
    assert texts(await log.page(99, 9, "~bob")) == [("lobby", ""), ("to bob", "")]
    assert texts(await log.page(99, 9, "~cat")) == [("lobby", "")]
    assert texts(await log.page(99, 9, "~bob", room="dev")) == [("dev one", "dev"), ("dev two", "dev")]
    with_direct = [("dev one", "dev"), ("to bob", ""), ("dev two", "dev")]
    assert texts(await log.page(99, 9, "~bob", room="dev", with_direct=True)) == with_direct
    assert texts(await log.page(99, 2, "~bob", room="dev", with_direct=True)) == with_direct[1:]
    assert texts(await log.page(4, 1, "~bob", room="dev", with_direct=True)) == [("to bob", "")]
    assert texts(await log.page(99, 9, "~cat", room="dev", with_direct=True)) == [
        ("dev one", "dev"),
        ("dev two", "dev"),
    ]
    assert await log.page(99, 9, "~bob", room="nowhere") == []


async def test_a_search_is_in_some_rooms(log):
    """Those that are named, newest first; the lobby where nobody says."""
    for room in ("", "dev", "ops", "dev"):
        await say(log, f"word in {room}", room)
    await say(log, "word to bob", to_id="~bob")
    await say(log, "word that ends", "ops", expires_at=9.0)

    async def found(reader, *rooms):
        return [entry.seq for entry in await log.search(parse_query("word"), 9, reader, rooms=rooms)]

    assert [entry.seq for entry in await log.search(parse_query("word"), 9, "~bob")] == [5, 1]
    assert await found("~bob", "dev") == [4, 2]
    assert await found("~cat", "", "ops") == [6, 3, 1]
    assert await found("~cat", "nowhere") == []
    assert texts(await log.search(parse_query("word"), 1, "~cat", rooms=("dev",))) == [("word in dev", "dev")]


async def test_a_room_is_replayed_from_its_newest_messages(log):
    """With what has happened since to any message of it, and what was set; nothing of other rooms."""
    numbers = [await say(log, f"m{number}", "dev" if number % 2 else "") for number in range(8)]
    await delete(log, numbers[1], "dev")
    await log.append(entry_of(NewSettings("x"), None, "dev"))
    await say(log, "direct", to_id="~bob")
    assert await log.replay_point("dev", 2) == numbers[3]
    entries = await log.since("dev", numbers[3], 99)
    assert [(entry.seq, entry.kind) for entry in entries] == [
        (6, "message"),
        (8, "message"),
        (9, "delete"),
        (10, "room"),
    ]
    assert isinstance(decode_draft(entries[-1].body), NewSettings)
    assert [entry.seq for entry in await log.since("dev", 0, 2)] == [4, 6]
    assert await log.replay_point("dev", 3) == 0
    assert [entry.seq for entry in await log.since("", 5, 99)] == [7, 11]
    assert (await log.replay_point("nowhere", 2), list(await log.since("nowhere", 0, 9))) == (0, [])


async def test_rooms_are_those_in_which_something_was_said_or_set(log):
    """With what was set last; the lobby where something was set. The newest message is asked for by itself."""
    await say(log, "a")
    assert await log.rooms() == []
    await say(log, "b", "dev")
    await say(log, "c", "dev")
    await log.append(entry_of(NewSettings("one"), None, "ops"))
    await log.append(entry_of(NewSettings("two"), None, "ops"))
    await delete(log, 3, "dev")
    await log.append(entry_of(NewSettings("all"), None, ""))
    records = {record.name: record for record in await log.rooms()}
    assert records.keys() == {"dev", "ops", ""}
    assert records["dev"] == RoomRecord("dev", None)
    assert (await log.replay_point("dev", 0), await log.replay_point("ops", 0)) == (2, 0)
    assert [decode_draft(records[name].settings).topic for name in ("ops", "")] == ["two", "all"]


async def test_ends_are_those_of_all_rooms(log):
    """A start must see to each of them."""
    await say(log, "a", expires_at=5.0)
    await say(log, "b", "dev", expires_at=6.0)
    await say(log, "c", "dev")
    assert [(entry.seq, entry.room) for entry in await log.expiring(99)] == [(1, ""), (2, "dev")]


async def test_what_is_pruned_is_gone_in_every_room(log):
    """And a room can't be followed from before that."""
    for number in range(4):
        await say(log, f"m{number}", "dev" if number % 2 else "")
    assert await log.prune(newest=1) == 3
    assert await log.since("dev", 0, 9) is None
    assert [entry.seq for entry in await log.since("dev", 3, 9)] == [4]
    assert await log.replay_point("dev", 5) == 3
    assert await log.page(99, 9, "~bob") == []


async def test_how_far_one_has_read_only_grows(log):
    """By client and room; of a room in which nothing was said there is nothing to be read."""
    await say(log, "a", "dev")
    await log.set_place("~ana", "dev", 3)
    await log.set_place("~ana", "dev", 2)
    await log.set_place("~ana", "", 7)
    await log.set_place("~bob", "dev", 1)
    assert dict(await log.places("~ana")) == {"dev": 3, "": 7}
    assert dict(await log.places("~bob")) == {"dev": 1}
    assert dict(await log.places("~cat")) == {}


async def test_rooms_outlive_a_restart(tmp_path):
    """Their names, what was set, their messages, and how far somebody has read."""
    make = ENGINES["sqlite"]
    log = make(tmp_path)
    await log.open()
    await say(log, "a", "dev")
    await log.append(entry_of(NewSettings("x"), None, "ops"))
    await log.set_place("~ana", "dev", 1)
    await log.close()
    log = make(tmp_path)
    opened = await log.open()
    try:
        assert (opened.first, opened.last, opened.replay_after) == (1, 2, 0)
        assert {record.name for record in await log.rooms()} == {"dev", "ops"}
        assert texts(await log.page(99, 9, "", room="dev")) == [("a", "dev")]
        assert dict(await log.places("~ana")) == {"dev": 1}
        assert await say(log, "b", "ops") == 3
        assert texts(await log.page(99, 9, "", room="ops")) == [("b", "ops")]
        async with aclosing(log.tail(0)) as tail:
            assert [entry.room for entry in await read(tail, 3)] == ["dev", "ops", "ops"]
    finally:
        await log.close()


async def test_memory_keeps_so_many_messages_of_each_room_and_of_all():
    """A busy room pushes nothing out of a quiet one, until there are too many in all; the lobby keeps its own."""
    log = MemoryLog(history=3, most=5)
    await log.open()
    async with aclosing(log.tail(0)) as tail:
        await say(log, "m0", "busy")
        await read(tail, 1)
        for number in range(1, 5):
            await say(log, f"m{number}", "busy")
        await say(log, "quiet", "quiet")
        for number in range(3):
            await say(log, f"l{number}")
        await read(tail, 8)
        await say(log, "more", "third")
        await read(tail, 1)
        assert texts(await log.page(99, 9, "", room="busy")) == [(f"m{number}", "busy") for number in (2, 3, 4)]
        assert await log.since("busy", 1, 9) is None
        await say(log, "still more", "third")
        await read(tail, 1)
        assert [text for text, _ in texts(await log.page(99, 9, "", room="busy"))] == ["m3", "m4"]
        assert len(await log.page(99, 9, "", room="quiet")) == 1
        assert len(await log.page(99, 9, "")) == 3
    await log.close()


async def test_many_lines_at_once_find_their_rooms(log):
    """In one commit, where there are commits, with new rooms among them."""
    rooms = ["", "dev", "ops", "new"]
    numbers = await asyncio.gather(
        *(log.append(NewEntry(MESSAGE, NewMessage(f"m{n}", "~a", "a", 1.0), room=rooms[n % 4])) for n in range(40))
    )
    assert numbers == list(range(1, 41))
    for place, room in enumerate(rooms):
        page = await log.page(99, 5, "", room=room)
        assert [entry.seq for entry in page] == [place + 1 + 4 * step for step in range(5, 10)]
