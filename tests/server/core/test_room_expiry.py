"""Temporary messages: gone at their time, told once, whatever happens meanwhile."""

import pytest

from chat_protocol.commands import Delete, Say
from chat_protocol.events import Deleted
from chat_server.core.entries import NewDeletion
from chat_server.core.room import Delivery
from rooms import NumberedRoom


@pytest.fixture
def room():
    """Ana and bob are here."""
    return NumberedRoom("ana", "bob", "cat")


def test_the_room_says_when_it_wants_to_be_woken(room):
    """At the end of the message that ends first; never where there is none."""
    assert room.timeline.next_due() is None
    room.say("ana")
    assert room.timeline.next_due() is None
    room.say("ana", now=100.0, lifetime=30.0)
    room.say("ana", now=100.0, lifetime=10.0)
    room.say("ana", now=100.0, lifetime=20.0)
    assert room.timeline.next_due() == 110.0


def test_what_has_expired_is_told_in_order_and_once(room):
    """Each at its time and not before."""
    for lifetime in (30.0, 10.0, 20.0, 10.0):
        room.say("ana", lifetime=lifetime)
    assert room.expire(9.999) == []
    assert [delivery.event.id for delivery in room.expire(10.0)] == [2, 4]
    assert room.expire(10.0) == []
    assert [delivery.event.id for delivery in room.expire(1000.0)] == [3, 1]
    assert room.timeline.next_due() is None


def test_an_expiry_reaches_those_who_saw_the_message(room):
    """The two of a direct message, and nobody else."""
    room.say("ana", "secret", to="bob", lifetime=5.0)
    assert room.expire(5.0) == [Delivery(Deleted(1, 2), {"~ana", "~bob"})]


def test_it_is_told_once_while_the_log_takes_its_time(room):
    """Asking again before the deletion is kept gives nothing."""
    room.say("ana", lifetime=5.0)
    assert room.timeline.due(5.0) == [NewDeletion(1)]
    assert room.timeline.due(6.0) == []
    assert room.timeline.next_due() is None


def test_what_has_expired_is_not_shown_any_more(room):
    """Even before its deletion is decided: to nobody who comes, whatever the alarm does."""
    room.say("ana", lifetime=5.0)
    assert room.seen_by("bob", now=4.999) == [1]
    assert room.seen_by("bob", now=5.0) == []


def test_deleted_by_hand_first(room):
    """The alarm then has nothing to say, before and after the deletion is kept."""
    room.say("ana", lifetime=5.0)
    draft = room.decide("bob", Delete(1))
    assert room.timeline.due(5.0) == []
    assert room.keep(draft).event == Deleted(1, 2)
    assert room.timeline.due(1000.0) == []
    assert room.timeline.next_due() is None


def test_an_expiry_that_the_log_could_not_keep_is_due_again(room):
    """Until it is kept."""
    room.say("ana", lifetime=5.0)
    for _ in range(3):
        (draft,) = room.timeline.due(5.0)
        room.room.abandon(draft)
        assert room.timeline.next_due() == 5.0
    assert [delivery.event.id for delivery in room.expire(5.0)] == [1]
    assert room.timeline.next_due() is None


def test_a_deletion_by_hand_that_failed_leaves_the_alarm(room):
    """One alarm, though there may be two in the heap."""
    room.say("ana", lifetime=5.0)
    room.room.abandon(room.decide("bob", Delete(1)))
    assert room.timeline.due(4.0) == []
    assert room.timeline.due(5.0) == [NewDeletion(1)]
    assert room.timeline.due(5.0) == []


def test_what_history_has_pushed_out_still_ends():
    """Screens still show it, so those who saw it are told; the text itself is not kept for that."""
    room = NumberedRoom("ana", "bob", "cat", history=2)
    room.say("ana", "the secret", to="bob", lifetime=5.0)
    for _ in range(2):
        room.say("cat")
    assert room.seen_by("ana") == [2, 3]
    assert room.timeline.next_due() == 5.0
    (draft,) = room.timeline.due(5.0)
    room.room.abandon(draft)
    assert room.expire(5.0) == [Delivery(Deleted(1, 4), {"~ana", "~bob"})]
    assert room.timeline.next_due() is None


def test_replayed_after_a_pause_everything_overdue_is_due():
    """A room that is built again from its log owes the expiries of the time between."""
    drafts = [NumberedRoom("ana").decide("ana", Say("hi", lifetime=5.0)) for _ in range(3)]
    room = NumberedRoom("ana")
    for draft in drafts:
        room.keep(draft)
    assert room.seen_by("ana", now=1e6) == []
    assert len(room.expire(1e6)) == 3


@pytest.mark.parametrize("history", [10, 1000])
def test_alarms_do_not_gather(history):
    """Month-long messages that are deleted or pushed out leave no trace that grows: the heap is bounded."""
    room = NumberedRoom("ana", history=history)
    for turn in range(6000):
        room.say("ana", lifetime=2_592_000.0)
        if turn % 2:
            room.delete("ana")
    assert room.timeline.expiries <= 4 * history + 1024 + 1
    assert room.timeline.next_due() == 2_592_000.0
