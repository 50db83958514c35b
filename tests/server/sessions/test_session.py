"""One client's life at the server: who it is, what its name is worth, and how it goes."""

import asyncio
from urllib.parse import quote

import pytest
from websockets.frames import Opcode

from chatting import House
from sockets import connect_peer, greeted_peer, handshake, masked, text

SECRET = "0123456789abcdef0123456789abcdef"


async def claims(house: House) -> set[str]:
    """The names that the log holds for somebody."""
    return set(await house.host.log.roster())


async def test_a_secret_is_the_same_client_again(house):
    """The id and the name outlive the connection; without a secret neither does."""
    ana, bob = await house.person("ana", secret=SECRET), await house.person("bob")
    for person in (ana, bob):
        await person.socket.close()
    await house.nobody()
    back, other = await house.person(secret=SECRET), await house.person("bob")
    assert (back.id, back.name) == (ana.id, "ana")
    assert other.id != bob.id
    assert SECRET not in ana.id


@pytest.mark.parametrize("login", [{}, {"Authorization": "Basic YW5hOnA="}])
async def test_the_secret_may_have_a_header_of_its_own(house, login):
    """Where a proxy has the usual one; it is the same client, and the usual one counts where it holds a secret."""
    ana = await house.person("ana", secret=SECRET)
    assert (await house.person(headers={"Chat-Secret": SECRET, **login})).id == ana.id
    both = {"Chat-Secret": SECRET[::-1] + "x", "Authorization": f"Bearer {SECRET}"}
    assert (await house.person(headers=both)).id == ana.id


@pytest.mark.parametrize("value", ["Bearer short", "Basic " + SECRET, "Bearer " + "x" * 513, "Bearer", ""])
async def test_what_is_no_secret_is_as_none(house, value):
    """Too short, too long or of another kind: an id for this connection."""
    first = await house.person(headers={"Authorization": value})
    second = await house.person(headers={"Authorization": value})
    assert first.id != second.id


async def test_an_absent_name_is_kept_for_its_owner(house):
    """Nobody else may have it within the time of grace, and one may write to it."""
    ana, bob = await house.person("ana", secret=SECRET), await house.person("bob")
    await ana.socket.close()
    await bob.sees("bob")
    assert (await bob.said("/name ANA"))["code"] == "name_taken"
    assert (await bob.said("/to ana see you"))["to_id"] == ana.id
    back = await house.person(secret=SECRET)
    assert [message["text"] for message in back.init["messages"]] == ["see you"]


async def test_exit_gives_the_name_up_whatever_the_secret(house):
    """At once: whoever asks next has it, and its owner has another when it comes back."""
    ana, bob = await house.person("ana", secret=SECRET), await house.person("bob")
    await ana.say("/exit")
    await bob.sees("bob")
    await bob.say("/name ana")
    await bob.sees("ana")
    assert ana.id not in (await house.host.log.roster()).values()
    back = await house.person("ana", secret=SECRET)
    assert back.id == ana.id
    assert (await back.next())["code"] == "name_taken"
    assert await claims(house) == {"ana", "bob", back.name.casefold()}


async def test_two_connections_of_one_client_are_listed_once(house):
    """Both see everything, under one name; it leaves with the last of them."""
    desk, bob = await house.person("ana", secret=SECRET), await house.person("bob")
    phone = await house.person(secret=SECRET)
    assert phone.id == desk.id
    assert phone.people == {desk.id: "ana", bob.id: "bob"}
    await bob.say("/to ana for both")
    assert await desk.next() == await phone.next() == await bob.next()
    await desk.say("/name Anna")
    for person in (desk, phone, bob):
        await person.sees("Anna", "bob")
    await phone.say("/exit")
    assert (await phone.closed())[0] == 1000
    await desk.say("still here")
    await bob.hears("still here")
    assert bob.people[desk.id] == "Anna"
    await desk.say("/exit")
    await bob.sees("bob")
    assert await claims(house) == {"bob"}


async def test_a_second_connection_may_take_another_name_for_both(house):
    """The first connection goes by the new one; the other is kept for its owner for a time."""
    desk = await house.person("ana", secret=SECRET)
    phone = await house.person("anna", secret=SECRET)
    await desk.sees("anna")
    assert phone.name == "anna"
    assert await claims(house) == {"anna", "ana"}


async def test_ones_own_name_in_other_letters_is_ones_own(house):
    """It is shown as it was written last, and stays taken for the others."""
    ana, bob = await house.people("ana", "bob")
    for name in ("Ana", "ANA", "\uff21na", "Ana"):
        await ana.say(f"/name {name}")
    await bob.sees("Ana", "bob")
    assert (await bob.said("/name aNA"))["code"] == "name_taken"
    assert await claims(house) == {"ana", "bob"}


async def test_a_name_that_was_left_is_kept_for_a_time(house):
    """What somebody says to it meanwhile reaches who had it, and nobody else; and one may have it back."""
    ana, bob, eve = await house.people("ana", "bob", "eve")
    await ana.say("/name anna")
    assert (await eve.said("/name ana"))["code"] == "name_taken"
    assert (await bob.said("/to ana secret"))["to_id"] == ana.id
    assert await ana.hears("secret") == []
    await ana.say("/name ana")
    await bob.sees("ana", "bob", "eve")
    assert await claims(house) == {"ana", "anna", "bob", "eve"}
    await ana.say("/exit")
    await bob.sees("bob", "eve")
    await eve.say("/name anna", "/name ana")
    await bob.sees("ana", "bob")
    assert [event["type"] for event in eve.seen] == ["error"]


async def test_a_former_name_is_free_after_the_time_of_grace(open_a_house):
    """For everybody, also in the log."""
    house = await open_a_house(name_grace=0.2)
    ana, bob = await house.people("ana", "bob")
    await ana.say("/name anna")
    await bob.sees("anna", "bob")
    await house.eventually(lambda: house.host.roster.owner_of("ana") is None)
    await bob.say("/name ana")
    await ana.sees("ana", "anna")


@pytest.mark.parametrize("look_alike", ["јое", "jοe", "J0E"])
async def test_a_name_that_looks_like_anothers_is_taken(house, look_alike):
    """Also when it is asked for in the handshake; the other is named, and nothing is left in the log."""
    joe = await house.person("joe")
    bob = await house.person("bob")
    error = await bob.said(f"/name {look_alike}")
    if error["code"] == "bad_name":
        assert "scripts" in error["text"]
        return
    assert (error["code"], error["text"]) == ("name_taken", f"{look_alike} looks too much like joe, which is taken.")
    guest = await house.person(quote(look_alike))
    assert (await guest.next())["code"] == "name_taken"
    assert await claims(house) == {"joe", "bob", guest.name.casefold()}
    await joe.say(f"/name {look_alike}")
    await bob.sees(look_alike, "bob", guest.name)


async def test_what_is_said_before_the_greeting_is_heard_after_it(house):
    """Lines that come with the handshake are neither lost nor out of order."""
    bob = await house.person("bob")
    lines = b"".join(text(f"line {number}") for number in range(50))
    peer = await connect_peer(house, handshake("/?name=eager") + lines + text("/name Eager") + text("done"))
    await peer.head()
    frames = await peer.until(lambda frame: b'"done"' in frame)
    assert b'"type":"init"' in frames[0]
    before = await bob.hears("done")
    assert [event["text"] for event in before] == [f"line {number}" for number in range(50)]
    assert bob.seen[-1]["from_name"] == "Eager"


@pytest.mark.parametrize(
    "last", [b"", masked(Opcode.CLOSE, b"\x03\xe8"), b"\xff\xff", text("/name later") + masked(Opcode.CLOSE, b"")],
    ids=["hang-up", "goodbye", "broken frame", "name and goodbye"],
)  # fmt: skip
async def test_who_dies_in_the_greeting_leaves_nothing(house, last):
    """No name, no listing, no place in the count, however the connection ended."""
    bob = await house.person("bob")
    for number in range(10):
        peer = await connect_peer(house, handshake(f"/?name=ghost{number}") + last)
        await peer.hang_up()
    await house.eventually(lambda: len(house.connections) == 1)
    await bob.say("/name Bob")
    await bob.sees("Bob")
    assert await claims(house) == {"bob"}
    assert house.connections.admission.count == 1
    assert len(asyncio.all_tasks()) < 10


async def test_a_line_cut_anywhere_is_heard_whole_or_not_at_all(house):
    """Hung up after each byte of two lines: exactly the whole ones arrive."""
    bob = await house.person("bob")
    first, second = text("first"), text("second")
    for cut in range(len(first + second) + 1):
        peer = await connect_peer(house, handshake() + (first + second)[:cut])
        await peer.hang_up()
        await house.eventually(lambda: len(house.connections) == 1)
        expected = ["first"] * (cut >= len(first)) + ["second"] * (cut == len(first + second))
        await bob.say(f"cut {cut}")
        assert [event["text"] for event in await bob.hears(f"cut {cut}")] == expected


async def test_bytes_one_by_one_are_as_good_as_all_at_once(house):
    """A handshake and a line in pieces of one byte."""
    bob = await house.person("bob")
    peer = await connect_peer(house)
    for byte in handshake("/?name=slow") + text("h\u00e9llo"):
        await peer.send(bytes([byte]))
    assert (await bob.next())["text"] == "h\u00e9llo"


async def test_a_hundred_who_come_and_go_leave_nothing(house):
    """Sessions, names, places and tasks are as before."""
    bob = await house.person("bob")
    tasks = len(asyncio.all_tasks())
    for _ in range(10):
        peers = [await greeted_peer(house, f"/?name=guest{number}") for number in range(10)]
        for number, peer in enumerate(peers):
            await peer.send([b"", text("/exit"), masked(Opcode.CLOSE, b""), b"\xff\xff"][number % 4])
            peer.sock.close()
        await house.eventually(lambda: len(house.connections) == 1)
    await bob.sees("bob")
    await house.eventually(lambda: len(asyncio.all_tasks()) == tasks)
    assert await claims(house) == {"bob"}
    assert house.connections.admission.count == 1
    assert house.host.parked == 0
    assert house.host.hub.people == 1
