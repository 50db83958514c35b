"""A log that takes its time: order is kept, what can't be kept is said, and who leaves meanwhile leaves nothing."""

import pytest

from slow_log import SlowLog
from sockets import connect_peer, greeted_peer, handshake, text


async def test_nothing_is_seen_before_it_is_kept(house):
    """Neither by others nor by the sender; then by all."""
    ana, bob = await house.people("ana", "bob")
    log = SlowLog(house)
    await ana.say("one", "two")
    await house.eventually(lambda: log.asked == ["message"] * 2)
    assert house.host.applied == 0
    assert bob.seen == []
    log.let_go()
    assert [(await bob.next())["text"], (await bob.next())["text"]] == ["one", "two"]


async def test_a_command_that_looks_at_messages_waits_for_ones_own(house):
    """`/delete last` in one breath with a line deletes that line; what comes after keeps its place."""
    ana, bob = await house.people("ana", "bob")
    log = SlowLog(house)
    await ana.say("one", "/delete last", "two", "/exit", "three")
    await house.eventually(lambda: log.asked == ["message"])
    log.let_go()
    assert (await ana.closed())[0] == 1000
    events = [await bob.next() for _ in range(3)]
    assert [event["type"] for event in events] == ["message", "delete", "message"]
    assert events[1]["id"] == events[0]["id"]
    assert [event["type"] for event in ana.seen] == ["message", "delete", "message"]
    await bob.sees("bob")
    assert [event.get("text") for event in bob.seen] == ["one", None, "two"]


SECRET = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize("line", ["/txn k hello", "/txn k /delete 2", "/txn k /delete last"])
@pytest.mark.parametrize("full", [False, True])
async def test_a_line_said_again_before_it_is_kept_happens_once(house, line, full):
    """On two connections of one client; if it can't be kept, both are told."""
    ana, bob = await house.person("ana", secret=SECRET), await house.person("bob")
    await bob.say("one", "two")
    await ana.hears("two")
    await bob.hears("two")
    again = await house.person(secret=SECRET)
    log = SlowLog(house)
    log.full = full
    await ana.say(line, line)
    await again.say(line)
    waiting = [2, 1] if "delete" in line else [0, 3]  # connections that are busy with a line, lines that the log has
    await house.eventually(lambda: [sum(each.lines.busy for each in house.sessions), len(log.asked)] == waiting)
    log.let_go()
    if full:
        errors = [await person.next() for person in (ana, ana, again)]
        assert [(error["code"], error["txn"]) for error in errors] == [("not_kept", "k")] * 3
        assert (await ana.said("/delete 2"))["code"] == "not_kept", "nothing is left of what was not kept"
        return
    await house.settled()
    await bob.say("end")
    for person in (ana, again, bob):
        events = await person.hears("end")
        assert len(events) == 1 + (person is ana and "delete" in line), "what was said once it was done is answered"


async def test_what_could_not_be_kept_is_said_to_its_sender(house):
    """With the token; nobody else hears; and when there is room again all goes on."""
    ana, bob = await house.people("ana", "bob")
    await ana.said("first")
    log = SlowLog(house)
    log.full = True
    log.let_go()
    error = await ana.said("/txn t1 lost")
    assert (error["code"], error["txn"], error["text"]) == (
        "not_kept", "t1", "The disk is full; your line was not kept.",
    )  # fmt: skip
    assert (await ana.said("/delete 1"))["code"] == "not_kept"
    log.full = False
    assert (await ana.said("/delete 1"))["type"] == "delete"
    await ana.said("again")
    await bob.hears("again")
    assert [event.get("text") for event in bob.seen] == ["first", None, "again"]


@pytest.mark.parametrize("line", ["/history 9", "/delete 1", "/delete last", "/reply 1 hello"])
async def test_what_could_not_be_read_is_said_to_who_asked(open_a_house, line):
    """With the token; nothing is done, and when the log can be read again it is."""
    house = await open_a_house(history=1)
    ana, bob = await house.people("ana", "bob")
    await ana.say("one", "/to ana two")
    await ana.hears("two")
    log = SlowLog(house)
    log.unreadable = True
    log.let_go()
    await bob.hears("one")
    error = await bob.said(f"/txn k {line}")
    assert (error["code"], error["txn"], error["text"]) == ("not_read", "k", "The disk is not responding.")
    log.unreadable = False
    answer = await bob.said(f"/txn k {line}")
    assert answer.get("code") != "not_read"
    await bob.said("still here")


@pytest.mark.parametrize("target", ["/", "/?name=ghost"])
async def test_who_leaves_while_its_name_is_asked_for_leaves_no_name(house, target):
    """The connection is gone before the log answers."""
    bob = await house.person("bob")
    log = SlowLog(house)
    peer = await connect_peer(house, handshake(target))
    await house.eventually(lambda: len(log.asked) == 1)
    peer.sock.close()
    await house.eventually(lambda: len(house.connections) == 1)
    log.let_go()
    assert (await bob.said("good"))["id"] == 1
    assert await log.roster() == {"bob": bob.id}
    assert bob.people == {bob.id: "bob"}


async def test_who_leaves_while_it_is_renamed_leaves_no_name(house, caplog):
    """Neither the old nor the new."""
    bob = await house.person("bob")
    peer = await greeted_peer(house, "/?name=ghost")
    log = SlowLog(house)
    await peer.send(text("/name spectre"))
    await house.eventually(lambda: log.asked == ["spectre"])
    peer.reset()
    await house.eventually(lambda: len(house.connections) == 1)
    log.let_go()
    assert (await bob.said("good"))["id"] == 1
    assert await log.roster() == {"bob": bob.id}
    assert not caplog.records


async def test_two_who_want_one_name_at_once_do_not_both_get_it(house):
    """The log decides; the other is told, and keeps what it had."""
    ana, bob = await house.people("ana", "bob")
    log = SlowLog(house)
    await ana.say("/name eve")
    await bob.say("/name EVE")
    await house.eventually(lambda: len(log.asked) == 2)
    log.let_go()
    await house.eventually(lambda: not house.connections.busy)
    await ana.say("done")
    refused = [person for person in (ana, bob) if await person.hears("done")]
    assert len(refused) == 1
    assert refused[0].seen[0]["code"] == "name_taken"
    names = {name.casefold() for name in ana.people.values()}
    assert names == {"eve", refused[0].name}
    assert set(await log.roster()) == {"ana", "bob", "eve"}


async def test_lines_wait_for_a_new_name(house):
    """What is said after `/name` is said under it, however long the log takes."""
    ana, bob = await house.people("ana", "bob")
    log = SlowLog(house)
    await ana.say("before", "/name anna", "after", "/name ana", "last")
    await house.eventually(lambda: log.asked == ["message", "anna"])
    log.let_go()
    await bob.hears("last")
    assert [event["from_name"] for event in bob.seen] == ["ana", "anna", "ana"]


async def test_a_stop_waits_for_what_was_heard(house):
    """Lines that the log has not kept yet are answered before the goodbye."""
    ana, bob = await house.people("ana", "bob")
    log = SlowLog(house)
    await ana.say("one", "two", "/nonsense")
    await house.eventually(lambda: len(log.asked) == 2)
    house.server.stop()
    await house.eventually(lambda: house.context.stopping)
    log.let_go()
    assert (await ana.closed())[0] == (await bob.closed())[0] == 1012
    assert [event["text"] for event in bob.seen] == ["one", "two"]
    assert len(ana.seen) == 3


async def test_what_is_said_after_a_deletion_comes_after_it(house):
    """Though the log keeps deletions together with others, and lines at once: nobody's own order changes."""
    ana, bob = await house.people("ana", "bob")
    await ana.said("one")
    await bob.next()
    log = SlowLog(house)
    await ana.say("/delete 1", "two", "/reply 1 three")
    await bob.say("four")
    await house.eventually(lambda: log.asked == ["delete", "message"])
    log.let_go()
    events = [await bob.next() for _ in range(3)]
    assert [event.get("text", event["type"]) for event in events] == ["delete", "four", "two"]
    assert (await ana.next())["type"] == "delete"
