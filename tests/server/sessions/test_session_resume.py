"""Coming back to a real server: what was missed, no more and no less."""

import asyncio
import random

import pytest

from chatting import House, Person
from sockets import connect_peer, handshake

SECRET = "0123456789abcdef0123456789abcdef"


def place(person: Person, seq: int | None = None) -> str:
    """Where somebody who has read so far would go on."""
    read = max([person.init["seq"], *(event["seq"] for event in person.seen if "seq" in event)])
    return f"/?resume={person.init['epoch']}.{read if seq is None else seq}"


async def test_who_comes_back_gets_what_was_missed(house):
    """Messages and deletions of the time between, direct ones if they were to those eyes; then what comes, once."""
    ana, bob = await house.person("ana", secret=SECRET), await house.person("bob")
    await bob.say("one", "/to ana two", "three")
    await ana.hears("three")
    await ana.socket.close()
    await bob.sees("bob")
    await bob.say("/delete 1", "/to ana /delete 2", "/delete 2", "/to ana four", "/to bob five", "six")
    await bob.hears("six")
    back = await house.person(target=place(ana), secret=SECRET)
    init = back.init
    assert (init["resumed"], init["deleted"], init["missed"], init["more"]) == (True, [1, 2], 2, False)
    assert [message["text"] for message in init["messages"]] == ["four", "six"]
    await bob.say("/delete 3", "seven")
    assert [event["type"] for event in [await back.next(), await back.next()]] == ["delete", "message"]
    other = await house.person("cat", target=place(ana))
    assert (other.init["deleted"], [message["text"] for message in other.init["messages"]]) == (
        [1, 3],
        ["six", "seven"],
    )


@pytest.mark.parametrize("point", ["", "x", "{}", "{}.", "{}.99", "{}.-1", "{}.x", "{}.1000000000000000000000", "y.1"])
async def test_a_place_that_is_none_gets_a_full_greeting(house, caplog, point):
    """With everything in it, and without a word about it."""
    ana = await house.person("ana")
    await ana.said("hello")
    bob = await house.person(target="/?resume=" + point.format(ana.init["epoch"]))
    assert (bob.init["resumed"], bob.init["deleted"], len(bob.init["messages"])) == (False, [], 1)
    assert "missed" not in bob.init
    assert not caplog.records


async def read_all(house: House, target: str, until: str) -> list[dict]:
    """What somebody is sent who comes now, to a text."""
    person = await house.person(target=target)
    messages = person.init["messages"]
    if until not in [message["text"] for message in messages]:
        await person.hears(until)
    return [*messages, *person.seen]


@pytest.mark.parametrize("engine", ["memory", "sqlite"])
async def test_whoever_comes_back_in_a_flood_gets_everything_once(open_a_house, tmp_path, engine):
    """At any moment of it: greeting and what follows it fit together, without a gap and without a repeat."""
    house = await open_a_house(log=f"{engine}:{tmp_path / 'log.db' if engine == 'sqlite' else ''}")
    ana = await house.person("ana")
    dice = random.Random(5)
    begin = f"/?resume={ana.init['epoch']}.0"
    readers = []
    for number in range(150):
        await ana.say(f"line {number}", *["/delete last"] * (dice.random() < 0.3))
        if number % 5 == 0:
            readers.append(asyncio.ensure_future(read_all(house, begin, "the end")))
        await asyncio.sleep(0)
    await ana.say("the end")
    await ana.hears("the end")
    kept = {event["id"] for event in ana.seen if event["type"] == "message"}
    kept -= {event["id"] for event in ana.seen if event["type"] == "delete"}
    for events in await asyncio.gather(*readers):
        messages = [event["id"] for event in events if event["type"] == "message"]
        gone = [event["id"] for event in events if event["type"] == "delete"]
        assert messages == sorted(set(messages))
        assert len(gone) == len(set(gone))
        assert set(gone) <= set(messages)
        assert set(messages) - set(gone) == kept


async def test_a_doubled_or_broken_query_is_answered_like_any_other(house):
    """By a greeting."""
    ana = await house.person("ana")
    epoch = ana.init["epoch"]
    for target in (f"/?resume={epoch}.0&resume={epoch}.0", "/?resume=%00%ff." + "9" * 50, "/?resume[]=1"):
        peer = await connect_peer(house, handshake(target))
        assert (await peer.head()).startswith(b"HTTP/1.1 101 ")
        assert b'"resumed":false' in (await peer.until(lambda frame: b'"type":"init"' in frame))[-1]
