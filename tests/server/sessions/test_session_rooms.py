"""Rooms as a client meets them: joined, left, spoken in, come back to; a home that is not the lobby."""

import json

import pytest

from chatting import Event, House, Person, open_house
from sockets import greeted_peer, text

SECRET, OTHER_SECRET = "a" * 32, "b" * 32


@pytest.fixture(params=["memory:", "sqlite:"])
async def house(request, tmp_path):
    """A server with either log."""
    log = request.param if request.param == "memory:" else f"sqlite:{tmp_path / 'log.db'}"
    async with open_house(log=log) as house:
        yield house


async def of_type(person: Person, kind: str) -> Event:
    """The next event of this type, past others."""
    while (event := await person.next())["type"] != kind:
        pass
    return event


async def joined(person: Person, rooms: str) -> dict[str, Event]:
    """Join rooms; the view of each by its name."""
    await person.say(f"/join {rooms}")
    views = [await of_type(person, "room") for _ in rooms.split(",")]
    return {view.get("room", "lobby"): view for view in views}


def ids(event: Event) -> list[int]:
    """The messages in an event."""
    return [message["id"] for message in event["messages"]]


async def test_what_is_said_in_a_room_reaches_those_who_are_in_it(house: House):
    """With its name, and nobody else; the lobby's has no name."""
    ana, bob, cat = await house.people("ana", "bob", "cat")
    await joined(ana, "dev")
    await joined(bob, "dev,ops")
    await ana.say("/in dev green", "to all")
    await bob.hears("green")
    assert (await cat.hears("to all")) == []
    heard = [event for event in bob.seen if event["type"] == "message"]
    assert [(event["text"], event.get("room")) for event in heard] == [("green", "dev")]
    assert await bob.hears("to all") == []
    assert "room" not in bob.seen[-1]


async def test_a_view_says_what_there_is(house: House):
    """The newest messages, who is here, the topic and who set it; each room's own."""
    ana, bob = await house.people("ana", "bob")
    await joined(ana, "dev")
    await ana.say("/in dev one", "/in dev /topic  the   release ", "/in ops elsewhere", "/in dev two")
    await ana.hears("two")
    views = await joined(bob, "#Dev,ops,nowhere")
    assert [message["text"] for message in views["dev"]["messages"]] == ["one", "two"]
    assert (views["dev"]["topic"], views["dev"]["by"]) == ("the release", {"id": ana.id, "name": "ana"})
    assert [client["name"] for client in views["dev"]["here"]] == ["ana", "bob"]
    assert [message["text"] for message in views["ops"]["messages"]] == ["elsewhere"]
    assert (views["nowhere"]["messages"], views["nowhere"]["people"]) == ([], 1)
    assert all(not view["resumed"] and not view["more"] for view in views.values())


async def test_who_speaks_in_a_room_without_being_in_it_gets_the_echo(house: House):
    """And nothing else of it: not what others say, nor who is there."""
    ana, bob = await house.people("ana", "bob")
    await joined(bob, "dev")
    echo = await ana.said("/txn k1 /in dev hello from outside")
    assert (echo["room"], echo["txn"]) == ("dev", "k1")
    await bob.hears("hello from outside")
    await bob.say("/in dev answer", "done")
    await bob.hears("done")
    assert await ana.hears("done") == []
    deleted = await ana.said(f"/in dev /delete {echo['id']}")
    assert (deleted["type"], deleted["id"], deleted["room"]) == ("delete", echo["id"], "dev")
    assert (await ana.said("/in dev /topic x"))["topic"] == "x"


async def test_a_plain_client_is_at_home_in_a_room(house: House):
    """The whole protocol of before at `/dev`: talk, reply, delete, temporary, direct, history, and `/exit`."""
    ana, bob = await house.person("ana", target="/dev?name=ana"), await house.person("bob", target="/DEV?name=bob")
    lobby = await house.person("cat")
    assert ana.init["room"] == bob.init["room"] == "dev"
    await bob.sees("ana", "bob")
    await ana.say("hello", "/reply 1 again", "/temp 60 soon", "/delete 1", "/to bob psst", "/to cat hi")
    await bob.hears("psst")
    assert [(event["type"], event.get("room")) for event in bob.seen] == [
        ("message", "dev"), ("message", "dev"), ("message", "dev"), ("delete", "dev"), ("message", None),
    ]  # fmt: skip
    assert await lobby.hears("hi") == []
    page = await bob.said("/history 99")
    assert [message["text"] for message in page["messages"]] == ["again", "soon", "psst"]
    answer = await bob.said("/reply 5 you too")
    assert answer["to_id"] == ana.id
    assert (await bob.said("/delete last"))["id"] == answer["id"]
    assert (await bob.said("/delete last"))["id"] == 5
    assert (await bob.said("/delete last"))["id"] == 3
    await ana.say("/exit")
    assert await ana.closed() == (1000, "Goodbye.")
    await bob.sees("bob")


async def test_direct_messages_come_to_every_home(house: House):
    """And are in the greeting of each, in their place; nobody else's home has them."""
    ana = await house.person("ana", secret=SECRET)
    dev = await house.person(secret=SECRET, target="/dev")
    bob = await house.person("bob")
    await ana.say("/in dev one", "/to bob two", "/in dev three")
    for person, texts in ((dev, ["one", "two", "three"]), (bob, ["two"])):
        for said in texts:
            await person.hears(said)
    again = await house.person(secret=SECRET, target="/dev")
    assert [message["text"] for message in again.init["messages"]] == ["one", "two", "three"]
    stranger = await house.person(target="/dev")
    assert [message["text"] for message in stranger.init["messages"]] == ["one", "three"]
    refused = await bob.said("/in dev /to ana hi")
    assert refused["code"] == "bad_argument"


async def test_each_cursor_gets_exactly_what_was_missed(house: House):
    """Twenty rooms on one connection, lost; deletions and expiries included, also where a room was out of memory."""
    ana, bob = await house.person("ana", secret=SECRET), await house.person("bob")
    rooms = [f"r{number}" for number in range(20)]
    await joined(ana, ",".join(rooms))
    for room in rooms:
        await bob.say(f"/in {room} kept", f"/in {room} to go", f"/in {room} /temp 30 to end")
    places: dict[str, int] = {}
    while len([event for event in ana.seen if event["type"] == "message"]) < 60:
        event = await of_type(ana, "message")
        places[event["room"]] = event["seq"]
    await ana.socket.close()
    gone = {}
    for number, room in enumerate(rooms):
        if number % 3 == 0:
            gone[room] = [places[room] - 1]
            await bob.say(f"/in {room} /delete {places[room] - 1}")
    await bob.say("/in r5 came meanwhile")
    await bob.hears("came meanwhile")
    house.clock.sleep(40.0)
    house.host.alarm.set()
    await house.eventually(lambda: not house.host.alarm.next_due())
    house.clock.sleep(601.0)
    await house.eventually(lambda: len(house.context.rooms) == 1)
    back = await house.person(secret=SECRET)
    views = await joined(back, ",".join(f"{room}@{places[room]}" for room in rooms))
    for room in rooms:
        view = views[room]
        assert view["resumed"]
        assert view["deleted"] == [*gone.get(room, []), places[room]]
        assert [message["text"] for message in view["messages"]] == (["came meanwhile"] if room == "r5" else [])
        assert view["missed"] == len(view["messages"])
    beyond = await joined(back, f"r7@{back.init['seq'] + 10_000}")
    assert (beyond["r7"]["resumed"], len(beyond["r7"]["messages"])) == (False, 2)


async def test_a_room_that_is_left_is_silent(house: House):
    """`left` is the last of it; who was not in it is told so, and nobody leaves home."""
    ana, bob = await house.people("ana", "bob")
    await joined(ana, "dev")
    assert (await of_type(ana, "clients"))["joined"][0]["name"] == "ana"
    await joined(bob, "dev")
    assert await of_type(ana, "clients") == {
        "type": "clients", "joined": [{"id": bob.id, "name": "bob"}], "left": [], "room": "dev",
    }  # fmt: skip
    await bob.say("/txn k /leave dev")
    assert await of_type(bob, "left") == {"type": "left", "room": "dev", "txn": "k"}
    assert (await of_type(ana, "clients"))["left"] == [bob.id]
    await ana.say("/in dev alone", "done")
    assert await bob.hears("done") == []
    assert (await bob.said("/leave dev"))["code"] == "not_joined"
    assert (await bob.said("/leave lobby"))["code"] == "bad_argument"


async def test_rooms_and_people_are_listed(house: House):
    """By name, with how many are there and what was said last; only where something was said or set."""
    ana, bob = await house.people("ana", "bob")
    await joined(ana, "dev,empty")
    await joined(bob, "dev")
    await ana.say("/in dev hi", "/in design /topic looks", "/in other x")
    await of_type(ana, "message")
    assert (await of_type(ana, "message"))["room"] == "other"
    listed = await ana.said("/rooms de")
    assert [(room["room"], room["people"], room.get("topic"), room.get("seq")) for room in listed["rooms"]] == [
        ("design", 0, "looks", None), ("dev", 2, None, 1),
    ]  # fmt: skip
    assert listed["rooms"][1]["last_at"] > 0
    assert [room["room"] for room in (await ana.said("/rooms @dev"))["rooms"]] == ["other"]
    people = await ana.said("/in dev /who")
    assert (people["room"], [client["name"] for client in people["people"]]) == ("dev", ["ana", "bob"])
    assert [client["name"] for client in (await ana.said(f"/who {ana.id}"))["people"]] == ["bob"]


async def test_a_new_name_is_told_in_every_room(house: House):
    """Names are the server's."""
    ana, bob = await house.people("ana", "bob")
    await joined(ana, "dev")
    await joined(bob, "dev")
    await bob.say("/name bert")
    assert (await of_type(ana, "clients"))["room"] == "dev"
    await of_type(ana, "clients")
    await ana.sees("ana", "bert")


async def test_how_far_one_has_read_is_known_on_every_computer(house: House):
    """Per room; told to the other connections of the same client, and to nobody else; without a secret not kept."""
    ana, other = await house.person("ana", secret=SECRET), await house.person(secret=SECRET)
    bob = await house.person("bob", secret=OTHER_SECRET)
    await joined(ana, "dev")
    await bob.say("/in dev one", "/in dev hi Ana, two", "/to ana three", "four")
    await ana.hears("four")
    assert (ana.init.get("read"), ana.init.get("unread")) == (None, None)
    await ana.say("/in dev /read 1", "/read 3")
    assert await of_type(other, "read") == {"type": "read", "id": 1, "room": "dev"}
    assert await of_type(other, "read") == {"type": "read", "id": 3}
    again = await house.person(secret=SECRET)
    assert (again.init["read"], again.init["unread"]) == (3, {"count": 1, "to_you": 0})
    view = (await joined(again, "dev"))["dev"]
    assert (view["read"], view["unread"]) == (1, {"count": 1, "to_you": 1})
    await again.say("/read 999999")
    await of_type(other, "read")
    assert (await house.person(secret=SECRET)).init["read"] <= 4
    guest = await house.person("guest")
    await guest.say("/read 2", "done")
    await guest.hears("done")
    assert "read" not in guest.init


async def test_a_search_is_in_the_rooms_that_one_is_in(house: House):
    """`in:` is one of them; what is said elsewhere is not found."""
    ana, bob = await house.people("ana", "bob")
    await joined(ana, "dev")
    await bob.say("/in dev green tea", "/in ops green light", "green lobby", "/to ana green secret")
    await ana.hears("green secret")
    assert ids(await ana.said("/search green")) == [4, 3, 1]
    assert ids(await ana.said("/search in:dev green")) == [1]
    assert ids(await ana.said("/search in:lobby green")) == [4, 3]
    assert (await ana.said("/search in:ops green"))["code"] == "not_joined"
    await bob.say("/search green")
    assert ids(await of_type(bob, "search")) == [4, 3]


async def test_what_is_to_me_is_found_wherever_it_was_said(house: House):
    """Private to me, or with my name as a word; of these what fits the rest of the query."""
    ana, bob = await house.people("ana", "bob")
    await joined(ana, "dev")
    await bob.say("/to ana one green", "/in dev Ana: two green", "anatomy green", "/in ops ana, green", "/to ana four")
    await ana.hears("four")
    await ana.say("/to bob ana says green")
    await ana.hears("ana says green")
    assert ids(await ana.said("/search to:me")) == [6, 5, 2, 1]
    assert ids(await ana.said("/search to:me green from:bob")) == [2, 1]
    assert ids(await ana.said("/search to:me in:dev")) == [2]
    assert ids(await ana.said("/search to:me before:2")) == [1]


async def test_a_token_holds_in_every_room(house: House):
    """Said twice, it happens once; the second time its sender is shown what has become of it."""
    ana = await house.person("ana", secret=SECRET)
    first = await ana.said("/txn k1 /in dev once")
    assert await ana.said("/txn k1 /in dev once") == first
    gone = await ana.said(f"/txn k2 /in dev /delete {first['id']}")
    assert await ana.said(f"/txn k2 /in dev /delete {first['id']}") == gone
    assert (await ana.said("/txn k1 /in dev once")) == {**gone, "txn": "k1"}
    topic = await ana.said("/txn k3 /in dev /topic x")
    assert (await ana.said("/txn k3 /in dev /topic x"))["topic"] == topic["topic"] == "x"


async def test_many_full_rooms_join_without_a_slow_close(house: House):
    """The answers are written as they are read."""
    ana = await house.person("ana")
    line = "x" * 4000
    for number in range(20):
        await ana.say(*[f"/in r{number} {line}"] * 50)
    while len([event for event in ana.seen if event["type"] == "message"]) < 1000:
        await ana.next()
    peer = await greeted_peer(house, receive_buffer=4096)
    await peer.send(text("/join " + ",".join(f"r{number}" for number in range(20))))
    await house.eventually(lambda: any(session.connection.paused for session in house.sessions))
    views = 0
    while views < 20:
        views += b'"type":"room"' in await peer.frame()
    assert house.context.counts.slow_closes == 0


@pytest.mark.parametrize(("option", "code"), [({"max_rooms": 2}, "no_such_room"), ({"new_rooms": 2}, "too_many_rooms")])
async def test_rooms_have_bounds(open_a_house, option, code):
    """So many in all, so many made by one client in a day; those that there are can be used as before."""
    house = await open_a_house(**option)
    ana = await house.person("ana")
    assert (await ana.said("/in one hi"))["type"] == "message"
    assert (await ana.said("/in two hi"))["type"] == "message"
    assert (await ana.said("/in three hi"))["code"] == code
    assert (await ana.said("/in two again"))["type"] == "message"
    assert (await ana.said("hello"))["type"] == "message"


async def test_a_closed_server_has_the_rooms_that_it_has(open_a_house):
    """All others are not there, in whatever way one asks."""
    house = await open_a_house(rooms="closed")
    ana = await house.person("ana")
    for line in (
        "/in dev hi",
        "/join dev",
        "/in dev /history 9",
        "/in dev /who",
        "/in dev /topic x",
        "/in dev /delete 1",
    ):
        assert (await ana.said(line))["code"] == "no_such_room"
    assert (await ana.said("/join lobby"))["type"] == "room"
    assert (await ana.said("/rooms"))["rooms"] == []


async def test_nobody_is_in_more_rooms_than_may_be(house: House):
    """The ones beyond are refused, each with a sentence."""
    ana = await house.person("ana")
    await joined(ana, ",".join(f"r{number}" for number in range(199)))
    await ana.say("/join one-more,r5")
    assert (await of_type(ana, "error"))["code"] == "too_many_rooms"
    assert (await of_type(ana, "room"))["room"] == "r5"


async def test_the_lobby_is_as_it_was_beside_busy_rooms(house: House):
    """Who knows nothing of rooms gets the same frames, byte for byte, but for the numbers that others took."""
    ana, noise = await house.people("ana", "noise")
    plain = await greeted_peer(house)
    await ana.sees("ana", "noise", "raw")
    rooms = [f"r{number}" for number in range(100)]
    await joined(noise, ",".join(rooms))
    await noise.say(*[f"/in {room} busy" for room in rooms])
    await ana.say("hello")
    await noise.say(*[f"/in {room} busy" for room in rooms])
    first = (await ana.next())["id"]
    await ana.say(f"/reply {first} again", f"/delete {first}")
    await ana.hears("again")
    deleted = await of_type(ana, "delete")
    frames = b"".join(await plain.until(lambda frame: b'"delete"' in frame))
    assert b'"room"' not in frames
    expected = [
        json.dumps(event, separators=(",", ":")).encode()
        for event in ana.seen
        if event["type"] in {"message", "delete"}
    ]
    assert expected[-1] == json.dumps(deleted, separators=(",", ":")).encode()
    for frame in expected:
        assert frame in frames


async def test_how_far_one_has_read_takes_nothing_from_the_rate(open_a_house):
    """Programs say it by themselves: it has a rate of its own, and what is beyond that is dropped without a word."""
    house = await open_a_house(rate_limit="3/0.01")
    ana = await house.person("ana", secret=SECRET)
    await ana.say("one", *["/read 1", "/in dev /read 1"] * 30, "two", "three", "four")
    await ana.until(lambda: len(ana.seen) >= 4)
    assert sorted(event.get("code") or event["text"] for event in ana.seen) == ["one", "three", "too_fast", "two"]


async def test_what_ends_in_a_room_that_came_back_into_memory_is_told(house: House):
    """While nobody was there, and after somebody has come."""
    ana = await house.person("ana")
    await ana.say("/in dev /temp 50 soon", "/in dev /temp 700 later", "/in dev /temp 900 last")
    await ana.hears("last")
    house.clock.sleep(601.0)
    house.host.alarm.set()
    await house.eventually(lambda: len(house.context.rooms) == 1)
    view = (await joined(ana, "dev"))["dev"]
    assert [message["text"] for message in view["messages"]] == ["later", "last"]
    house.clock.sleep(150.0)
    house.host.alarm.set()
    assert (await of_type(ana, "delete"))["id"] == ids(view)[0]
