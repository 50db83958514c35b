"""Bounds of a timeline and of an initial sync."""

from chat_protocol.commands import Delete, Say
from chat_protocol.events import Deleted, encode_event
from chat_server.core.entries import encode_draft
from chat_server.core.room import Delivery
from chat_server.core.sync import PAGE_BYTES, PAGE_MESSAGES
from rooms import NumberedRoom


def test_the_oldest_go_first():
    """The newest `history` messages are remembered, and a greeting says that there were more."""
    room = NumberedRoom("ana", history=3)
    for _ in range(3):
        room.say("ana")
    assert room.seen_by("ana") == [1, 2, 3]
    assert not room.initial_sync("ana").more
    room.say("ana")
    assert room.seen_by("ana") == [2, 3, 4]
    assert room.initial_sync("ana").more


def test_deletions_do_not_count():
    """They make room in the history, and are not among what is forgotten."""
    room = NumberedRoom("ana", history=3)
    for _ in range(10):
        room.say("ana")
        room.delete("ana")
    room.say("ana")
    assert room.seen_by("ana") == [21]
    assert not room.initial_sync("ana").more


def test_a_greeting_holds_the_newest_200():
    """And says so when there were older ones that this client may see."""
    room = NumberedRoom("ana", "bob")
    for _ in range(PAGE_MESSAGES):
        room.say("ana")
    assert not room.initial_sync("ana").more
    room.say("ana", "to ana alone", to="ana")
    assert room.seen_by("ana") == list(range(2, PAGE_MESSAGES + 2))
    assert room.initial_sync("ana").more
    assert room.seen_by("bob") == list(range(1, PAGE_MESSAGES + 1))
    assert not room.initial_sync("bob").more


def test_a_greeting_holds_at_most_256_kibibytes_of_messages():
    """The newest that fit, as they are written in the frame."""
    room = NumberedRoom("ana")
    for _ in range(100):
        room.say("ana", "漢" * 4096)
    greeting = room.initial_sync("ana")
    size = len(b",".join(map(encode_event, greeting.messages)))
    one = len(encode_event(greeting.messages[0]))
    assert PAGE_BYTES - 2 * one < size <= PAGE_BYTES
    assert greeting.messages[-1].id == 100
    assert greeting.more


def test_a_crowd_is_greeted_with_one_text():
    """Who may see no direct message is shown the same bytes, encoded once; whoever has one is shown that as well."""
    room = NumberedRoom("ana", "bob", "cat")
    room.say("ana", "to all")
    room.say("ana", "to bob", to="bob")
    shared = room.encoded_sync("cat").messages
    assert room.seen_by("bob") == room.seen_by("ana") == [1, 2]
    assert room.seen_by("dan") == room.seen_by("cat") == [1]
    assert room.encoded_sync("dan").messages is room.encoded_sync("cat").messages is shared
    room.delete("bob", 2)
    assert room.seen_by("bob") == room.seen_by("cat") == [1]
    assert not any(room.timeline.has_own_view(client_id, None) for client_id in ("~ana", "~bob"))


def test_what_was_pushed_out_while_its_deletion_was_on_the_way_is_deleted():
    """Whoever was shown it is told that it is gone."""
    room = NumberedRoom("ana", "bob", history=2)
    room.say("ana", "secret", to="bob")
    draft = room.decide("ana", Delete(1))
    for _ in range(3):
        room.say("ana")
    assert room.keep(draft) == Delivery(Deleted(1, 5), {"~ana", "~bob"})


def test_what_the_log_has_let_go_of_is_forgotten():
    """Its alarm, and who could see it, too; who comes is told that there was more."""
    room = NumberedRoom("ana", "bob")
    room.say("ana", "old", lifetime=10.0)
    room.say("ana", "old", to="bob")
    room.say("ana", "kept")
    assert room.seen_by("cat") == [1, 3]
    room.timeline.forget_before(3)
    assert room.seen_by("cat") == [3]
    assert room.seen_by("bob") == [3]
    assert room.timeline.next_due() is None
    assert not room.timeline.has_own_view("~bob", None)
    assert room.initial_sync("ana").more
    room.timeline.forget_before(2)
    assert room.seen_by("bob") == [3]


def test_of_messages_that_are_not_replayed_the_ends_are_told():
    """Once, to those who may see them, and without their texts."""
    room, before = NumberedRoom("ana", "bob"), NumberedRoom("ana", "bob")
    drafts = [before.decide("ana", Say("secret", to=to, lifetime=10.0)) for to in (None, "bob")]
    room.seq = 2
    room.timeline.begin_after(2)
    for _ in range(2):
        room.timeline.remember_ends((number, encode_draft(draft)) for number, draft in enumerate(drafts, 1))
    assert room.seen_by("bob") == []
    assert room.timeline.next_due() == 10.0
    assert room.expire(10.0) == [Delivery(Deleted(1, 3), None), Delivery(Deleted(2, 4), {"~ana", "~bob"})]
    assert room.timeline.next_due() is None
    room.timeline.remember_ends([(1, encode_draft(drafts[0]))])
    assert room.timeline.next_due() is None
