"""What a log that outlives the server makes possible: going on after a restart, and speaking of what is old."""

import pytest

from chat_server.log.sqlite import backup
from chatting import House, Person, open_house

SECRET = "0123456789abcdef0123456789abcdef"
OTHER = "fedcba9876543210fedcba9876543210"


@pytest.fixture
def durable(tmp_path):
    """A server on one file; each is the one before, started again."""
    return lambda **overrides: open_house(log=f"sqlite:{tmp_path / 'log.db'}", **overrides)


def place(person: Person) -> str:
    """Where somebody would go on."""
    return f"/?resume={person.init['epoch']}.{max([person.init['seq'], *(event['seq'] for event in person.seen)])}"


async def ana_and_bob(house: House, target: str = "") -> tuple[Person, Person]:
    """Both with their secrets."""
    return await house.person("ana", secret=SECRET, target=target), await house.person("bob", secret=OTHER)


async def test_after_a_restart_one_goes_on(durable):
    """As after any lost connection: what was deleted and said since is told, and nothing twice."""
    async with durable() as house:
        ana, bob = await ana_and_bob(house)
        await bob.say("one", "/to ana two", "three")
        await ana.hears("three")
        await ana.socket.close()
        await bob.say("/delete 1", "/txn k four")
        await bob.hears("four")
    async with durable() as house:
        bob = await house.person(secret=OTHER, target=place(bob))
        assert (bob.init["resumed"], bob.init["messages"], bob.init["deleted"]) == (True, [], [])
        assert (await bob.said("/txn k four"))["id"] == 5
        await bob.said("/delete 2")
        await bob.said("five")
        ana = await house.person(secret=SECRET, target=place(ana))
        assert (ana.init["resumed"], ana.init["deleted"], ana.init["missed"]) == (True, [1, 2], 2)
        assert [message["text"] for message in ana.init["messages"]] == ["four", "five"]


async def test_nobody_goes_on_in_a_backup(durable, tmp_path):
    """What came after it has its numbers there: who has seen that is greeted anew."""
    async with durable() as house:
        bob = await house.person(secret=OTHER)
        await bob.said("one")
        backup(tmp_path / "log.db", tmp_path / "copy.db")
        await bob.said("two")
    async with open_house(log=f"sqlite:{tmp_path / 'copy.db'}") as house:
        ana = await house.person()
        await ana.say("another two", "three")
        await ana.hears("three")
        bob = await house.person(secret=OTHER, target=place(bob))
        assert not bob.init["resumed"]
        assert [message["text"] for message in bob.init["messages"]] == ["one", "another two", "three"]


async def test_a_line_is_known_after_a_restart(durable):
    """Message or deletion, still there or gone."""
    lines = ["/txn a one", "/txn b two", "/txn c /delete last", "/txn d /to bob /temp 60 three"]
    async with durable() as house:
        ana, _ = await ana_and_bob(house)
        before = [await ana.said(line) for line in lines]
    async with durable() as house:
        ana, bob = await ana_and_bob(house)
        again = [await ana.said(line) for line in lines]
        assert [event["type"] for event in again] == ["message", "delete", "delete", "message"]
        assert [again[0], *again[2:]] == [before[0], *before[2:]]
        assert again[1]["id"] == before[1]["id"]
        await ana.said("end")
        assert await bob.hears("end") == []


async def test_old_messages_can_be_named(durable):
    """Those that the room does not remember: by who may see them, and in the words of any other."""
    async with durable(history=3) as house:
        ana, bob = await ana_and_bob(house)
        cat = await house.person("cat")
        await ana.say("one", "/to bob two", "four", "five", "six", "seven")
        for person in (bob, cat):
            await person.hears("seven")
        for line in ("/reply 2 hello", "/delete 2", "/txn k /delete 2"):
            assert (await cat.said(line))["text"] == "There is no message 2."
        assert (await cat.said("/reply 1 hello"))["reply_to"] == 1
        await bob.hears("hello")
        assert (await bob.said("/reply 2 psst"))["to_id"] == ana.id
        deleted = await bob.said("/delete 2")
        assert (deleted["type"], deleted["id"]) == ("delete", 2)
        assert (await bob.said("/reply 2 psst"))["text"] == "There is no message 2."
        await bob.said("end")
        await ana.hears("psst")
        assert await ana.hears("end") == [deleted]
        assert await cat.hears("end") == []


async def test_what_was_said_long_ago_is_shown_again(durable):
    """Though the room has forgotten the message, the deletion, and what it has deleted."""
    async with durable(history=2) as house:
        ana, bob = await ana_and_bob(house)
        lines = ["/txn k one", "/txn l two", "/txn m /delete last", "/txn n three", "/txn o /delete last"]
        before = [await ana.said(line) for line in lines]
        for _ in range(3):
            await ana.say("x", "/delete last")
        await ana.say("x", "x", "end")
        await ana.hears("end")
        again = [await ana.said(line) for line in lines]
        assert [again[0], again[2], again[4]] == [before[0], before[2], before[4]]
        assert [(event["type"], event["id"]) for event in (again[1], again[3])] == [("delete", 2), ("delete", 4)]
        await ana.said("the very end")
        await bob.hears("end")
        assert await bob.hears("the very end") == []


async def test_the_last_message_may_be_old(durable):
    """When nothing that is remembered is for the asker to see."""
    async with durable(history=2) as house:
        _, bob = await ana_and_bob(house)
        cat = await house.person("cat")
        await bob.say("one", "two", "/to ana three", "/to ana four")
        await bob.hears("four")
        await cat.hears("two")
        assert [(await cat.said("/delete last"))["id"] for _ in range(2)] == [2, 1]
        assert (await cat.said("/delete last"))["text"] == "There is no message to delete."
