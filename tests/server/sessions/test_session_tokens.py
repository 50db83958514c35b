"""A line with a token happens once, however often it is said."""

import msgspec
import pytest

from chatting import House
from sockets import Peer, connect_peer, handshake, text

SECRET = "0123456789abcdef0123456789abcdef"


async def test_what_is_said_twice_happens_once(house):
    """Who says it again is shown the message again, and nobody else is."""
    ana, bob = await house.people("ana", "bob")
    first = await ana.said("/txn k one")
    assert await ana.said("/txn k one") == first
    assert await ana.said("/to bob /txn k something else") == first
    await ana.say("two")
    await bob.hears("two")
    assert [event["text"] for event in bob.seen] == ["one", "two"]


async def test_a_token_is_its_senders(house):
    """Somebody else's means another line; so does another token."""
    ana, bob = await house.people("ana", "bob")
    await ana.say("/txn k one", "/txn K two")
    await ana.hears("two")
    await bob.say("/txn k three")
    await ana.hears("three")
    assert [event["text"] for event in ana.seen] == ["one", "two", "three"]


async def test_a_client_that_comes_back_is_known(house):
    """With its secret; without one it is somebody else, whose line is another."""
    for secret, happens in ((SECRET, 1), ("", 2)):
        ana = await house.person(secret=secret)
        await ana.said("/txn k hello")
        await ana.socket.close()
        back = await house.person(secret=secret)
        await back.said("/txn k hello")
        assert [event["from_id"] for event in back.seen] == [back.id]
        texts = [message["from_id"] for message in (await house.person()).init["messages"]]
        assert len(texts) == happens
        await back.said("/delete last")


async def test_what_is_gone_is_said_to_be_gone(house):
    """By its deletion, not by its text; also to a connection that never knew of it."""
    ana, bob = await house.person("ana", secret=SECRET), await house.person("bob")
    await ana.said("/txn k secret")
    await bob.say("/delete 1")
    deleted = await ana.next()
    assert (deleted["type"], deleted["id"]) == ("delete", 1)
    answer = deleted | {"txn": "k"}
    assert await ana.said("/txn k secret") == answer
    back = await house.person(secret=SECRET)
    assert (back.init["messages"], await back.said("/txn k secret")) == ([], answer)


async def test_what_has_ended_is_gone_before_its_deletion_is_kept(house):
    """A line said again in the moment between is not shown any more."""
    ana = await house.person("ana")
    end = (await ana.said("/txn k /temp 60 secret"))["expires_at"]
    house.clock.stop_at(end)
    assert (await ana.said("/txn k /temp 60 secret"))["type"] == "delete"


@pytest.mark.parametrize("what", ["3", "last"])
async def test_a_deletion_said_twice_deletes_once(house, what):
    """The same event again, and no other message goes."""
    ana, bob = await house.people("ana", "bob")
    await ana.say("one", "two", "three")
    await ana.hears("three")
    deleted = await ana.said(f"/txn k /delete {what}")
    assert (deleted["type"], deleted["id"]) == ("delete", 3)
    assert await ana.said(f"/txn k /delete {what}") == deleted
    await ana.said("four")
    await bob.hears("four")
    assert [event["id"] for event in bob.seen] == [1, 2, 3, 3, 5]
    error = await bob.said("/txn k /delete 3")
    assert (error["code"], error["txn"]) == ("no_such_message", "k")


async def test_an_error_is_not_remembered(house):
    """What was refused is decided anew."""
    ana = await house.person("ana")
    for line in ("/reply 1 hello", "/delete 1", "/to nobody hello", "/temp 0 hello"):
        error = await ana.said(f"/txn k {line}")
        assert (error["type"], error["txn"]) == ("error", "k")
    await ana.said("one")
    assert (await ana.said("/txn k /reply 1 hello"))["reply_to"] == 1
    await ana.said("/delete 1")
    assert (await ana.said("/txn k /reply 1 hello"))["id"] == 2, "though it would be refused now"


async def test_what_history_has_pushed_out_is_not_said_again(open_a_house):
    """Its token is remembered longer than it."""
    house = await open_a_house(history=2)
    ana, bob = await house.people("ana", "bob")
    await ana.say("/txn k one", "two", "/txn d /delete 2", "three", "four", "five")
    await ana.hears("five")
    assert (await ana.said("/txn k one"))["type"] == "delete"
    for number in range(3):
        await ana.said(f"more {number}")
        await ana.said("/delete last")
    assert (await ana.said("/txn d /delete 2"))["code"] == "no_such_message"
    await ana.said("end")
    assert "one" not in [event.get("text") for event in (await bob.hears("end"))[1:]]


async def test_a_line_said_again_costs_like_any_other(open_a_house):
    """Of what may be said at once."""
    house = await open_a_house(rate_limit="3/0.01")
    ana = await house.person("ana")
    kinds = [(await ana.said("/txn k hello"))["type"] for _ in range(4)]
    assert kinds == ["message"] * 3 + ["error"]


# -- bytes that come late ---------------------------------------------------------------------------------------


async def late_bytes(house: House, rounds: int) -> tuple[list[str], list[bytes]]:
    """A client is cut off within a line, comes back and says it again; then the rest of the first arrives.

    Returns the texts that somebody else was shown, and what each of the connections that were cut off was told.
    """
    bob = await house.person("bob")
    told = []
    for number in range(rounds):
        line = text(f"/txn t{number} line {number}")
        old = await connect_peer(house, handshake("/", f"Authorization: Bearer {SECRET}") + line[:-1])
        await old.head()
        await old.until(lambda frame: b'"type":"init"' in frame)
        back = await house.person(secret=SECRET)
        await back.said(f"/txn t{number} line {number}")
        assert b"message" in (await first_of_its_own(old))
        await old.send(line[-1:])
        told.append(await first_of_its_own(old))
        old.sock.close()
        await back.socket.close()
    await bob.say("end")
    return [event["text"] for event in await bob.hears("end")], told


async def first_of_its_own(peer: Peer) -> bytes:
    """The next event that is not about who is here."""
    return (await peer.until(lambda frame: b'"type":"clients"' not in frame))[-1]


@pytest.mark.parametrize("engine", ["memory", "sqlite"])
async def test_bytes_that_come_late_are_a_line_that_was_said(open_a_house, tmp_path, engine):
    """Once for everybody else; the same event for the connection on which they came."""
    house = await open_a_house(log=f"{engine}:{tmp_path / 'log.db' if engine == 'sqlite' else ''}")
    texts, told = await late_bytes(house, 20)
    assert texts == [f"line {number}" for number in range(20)]
    assert [b'"txn":"t%d"' % number in frame for number, frame in enumerate(told)] == [True] * 20


class Keyless:
    """The log of a running server, which takes no heed of keys."""

    def __init__(self, house: House) -> None:
        self._log = house.host.log
        house.host.log = self

    def __getattr__(self, name):
        return getattr(self._log, name)

    def append(self, entry):
        """Keep it once more."""
        return self._log.append(msgspec.structs.replace(entry, key=None))


async def test_without_keys_they_would_be_said_twice(house):
    """The check above would notice a log that takes no heed of keys."""
    Keyless(house)
    texts, _ = await late_bytes(house, 3)
    assert sorted(texts) == sorted(2 * [f"line {number}" for number in range(3)])
