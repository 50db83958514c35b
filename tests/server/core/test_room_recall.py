"""Messages that the room does not remember and the log has: recalled, they are as any other."""

import pytest

from chat_protocol.commands import Delete, Say
from chat_protocol.events import Deleted, Message
from chat_server.core.entries import NewDeletion, NewMessage, encode_draft
from chat_server.core.room import CommandRefused, Delivery
from rooms import NumberedRoom


@pytest.fixture
def room():
    """Entries up to 100 were not replayed; ana, bob and cat are here, and 101 was said."""
    room = NumberedRoom("ana", "bob", "cat")
    room.timeline.begin_after(100)
    room.seq = 100
    room.say("ana")
    return room


def recall(room, seq, **fields):
    """The log had this message of ana's."""
    room.timeline.recall(seq, encode_draft(NewMessage("an old secret", "~ana", "ana", 1.0, **fields)))


def asks(room, command, name="ana"):
    """Before which number the log is asked."""
    return room.room.needs_lookup_before(f"~{name}", command, 5.0)


def refused(room, name, command):
    """The words in which somebody may not."""
    with pytest.raises(CommandRefused) as caught:
        room.decide(name, command, 5.0)
    return caught.value.text


def test_the_log_is_asked_for_what_is_older_than_memory(room):
    """And not for what is remembered, or for what must be gone because it is not."""
    for named, asked in ((100, 101), (1, 2), (101, None), (102, None), (10**17, None)):
        assert asks(room, Delete(named)) == asks(room, Say("x", reply_to=named)) == asked
    assert asks(room, Say("x")) is asks(room, Delete()) is None
    room.delete("ana")
    assert asks(room, Delete()) == 101
    assert asks(NumberedRoom("ana"), Delete()) is None


def test_a_recalled_message_is_replied_to_and_deleted_like_any_other(room):
    """By who may see it; its deletion reaches them, and whoever comes back."""
    recall(room, 40, to_id="~bob")
    assert asks(room, Delete(40)) is None
    assert room.decide("bob", Say("x", reply_to=40)).to_id == "~ana"
    assert refused(room, "cat", Delete(40)) == refused(room, "cat", Say("x", reply_to=40)) == "There is no message 40."
    assert room.delete("bob", 40) == Delivery(Deleted(40, 102), {"~ana", "~bob"})
    assert refused(room, "bob", Delete(40)) == "There is no message 40."
    assert [room.initial_sync(name, resume=101).deleted for name in ("ana", "bob", "cat")] == [(40,), (40,), ()]


def test_a_recalled_message_is_in_no_greeting(room):
    """It is older than those; and its text is not kept."""
    recall(room, 40)
    assert room.seen_by("ana") == [101]
    assert "secret" not in repr([getattr(room.timeline, name) for name in room.timeline.__slots__])


def test_what_has_ended_or_is_about_to_go_is_not_there(room):
    """Recalled or not."""
    recall(room, 40, expires_at=5.0)
    recall(room, 41)
    draft = room.decide("ana", Delete(41), 5.0)
    for number in (40, 41):
        assert refused(room, "ana", Delete(number)) == f"There is no message {number}."
    room.room.abandon(draft)
    assert room.decide("ana", Delete(41), 5.0) == NewDeletion(41)


def test_what_was_deleted_while_the_log_was_asked_does_not_come_back(room):
    """The page was read before."""
    room.keep(NewDeletion(40))
    recall(room, 40)
    assert refused(room, "ana", Delete(40)) == "There is no message 40."


def test_the_last_is_the_newest_that_was_recalled_when_nothing_newer_is_left(room):
    """That the asker can see."""
    recall(room, 40, to_id="~bob")
    recall(room, 30)
    assert room.decide("cat", Delete(), 5.0) == NewDeletion(101)
    assert room.decide("cat", Delete(), 5.0) == NewDeletion(30)
    assert refused(room, "cat", Delete()) == "There is no message to delete."
    assert room.decide("bob", Delete(), 5.0) == NewDeletion(40, ("~ana", "~bob"))


def test_few_are_recalled_at_once(room):
    """The oldest ones are asked for again; a deletion that is on its way is told all the same."""
    room.timeline.begin_after(5000)
    room.seq = 5000
    recall(room, 1, to_id="~bob")
    draft = room.decide("ana", Delete(1), 5.0)
    for number in range(2, 2000):
        recall(room, number)
    assert asks(room, Delete(500)) == 501
    assert asks(room, Delete(1999)) is None
    assert room.keep(draft) == Delivery(Deleted(1, 5001), {"~ana", "~bob"})


def test_what_history_has_pushed_out_may_be_in_the_log():
    """An engine may keep more than a room remembers."""
    room = NumberedRoom("ana", history=2)
    for _ in range(3):
        room.say("ana")
    assert asks(room, Delete(1)) == 2
    assert asks(room, Delete(2)) is None


@pytest.mark.parametrize(
    ("draft", "outcome"),
    [
        (NewMessage("hi", "~ana", "ana", 1.0), Message(40, "hi", None, "~ana", "ana", None, 1.0, 40)),
        (NewMessage("hi", "~ana", "ana", 1.0, expires_at=5.0), Deleted(40, 101)),
        (NewDeletion(30), Deleted(30, 40)),
    ],
)
def test_what_has_become_of_an_older_entry_is_read_from_it(room, draft, outcome):
    """A message is shown unless it has ended; a deletion says what it deleted."""
    assert room.timeline.outcome(40, 5.0) is None
    assert room.timeline.outcome_of(40, encode_draft(draft), 5.0) == outcome


def test_what_has_become_of_an_older_message_is_known_here(room):
    """Its deletion is newer than it."""
    room.keep(NewDeletion(40))
    assert room.timeline.outcome_of(40, encode_draft(NewMessage("hi", "~ana", "ana", 1.0)), 5.0) == Deleted(40, 102)
