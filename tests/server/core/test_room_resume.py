"""Resuming: exactly what was missed, or a full initial sync that says it is one."""

import random

import pytest

from chat_protocol.commands import Delete, Say
from chat_protocol.events import Init, encode_event
from chat_server.core.entries import NewDeletion
from chat_server.core.expiries import MOST_DELETIONS
from chat_server.core.room import CommandRefused
from chat_server.core.sync import PAGE_BYTES, PAGE_MESSAGES
from rooms import NumberedRoom

PEOPLE = ("ana", "bob", "cat")


def told(greeting: Init) -> tuple[bool, list[int], list[int], bool, int | None]:
    """Is it a continuation, which messages, which are gone, are there others, how many were missed."""
    messages = [message.id for message in greeting.messages]
    return greeting.resumed, messages, list(greeting.deleted), greeting.more, greeting.missed


def busy_room(entries):
    """A room with so many entries, and what each reader's screen showed after each of them."""
    dice = random.Random(7)
    room = NumberedRoom(*PEOPLE)
    screens = [{name: {} for name in PEOPLE}]
    now = 0.0
    while room.seq < entries:
        now += dice.random()
        drafts = room.timeline.due(now)
        who = dice.choice(PEOPLE)
        try:
            if dice.random() < 0.3:
                drafts.append(room.decide(who, Delete(dice.randrange(1, room.seq + 2)), now))
            else:
                to = dice.choice([None, None, *PEOPLE])
                drafts.append(room.decide(who, Say("hi", to, lifetime=dice.choice([None, None, 5.0, 20.0])), now))
        except CommandRefused:
            pass
        for draft in drafts:
            delivery = room.keep(draft)
            event, audience = delivery.event, delivery.audience
            screen = {name: dict(shown) for name, shown in screens[-1].items()}
            for name in PEOPLE:
                if audience is not None and f"~{name}" not in audience:
                    continue
                if isinstance(draft, NewDeletion):
                    del screen[name][event.id]
                else:
                    screen[name][event.id] = event
            screens.append(screen)
    return room, screens, now


def test_every_gap_is_filled_exactly():
    """From each number of a log of 200 entries, for each reader: what came and what went since, nothing more."""
    room, screens, now = busy_room(200)
    for seq, before in enumerate(screens):
        for name in PEOPLE:
            greeting = room.initial_sync(name, now, seq)
            came = {message.id: message for message in greeting.messages}
            assert greeting.resumed
            assert sorted(came) == list(came)
            assert all(number > seq for number in came)
            assert set(greeting.deleted) <= set(before[name])
            screen = {number: message for number, message in before[name].items() if number not in greeting.deleted}
            assert screen | came == {message.id: message for message in room.initial_sync(name, now).messages}
            assert (greeting.seq, greeting.missed, greeting.more) == (room.seq, len(came), False)


@pytest.mark.parametrize("seq", [-1, 4, 2**63, 10**30])
def test_what_never_was_is_no_place_to_go_on_from(seq):
    """A full greeting."""
    room = NumberedRoom("ana")
    for _ in range(3):
        room.say("ana")
    assert told(room.initial_sync("ana", resume=seq)) == (False, [1, 2, 3], [], False, None)


def test_before_what_was_forgotten_there_is_no_going_on():
    """Nor before a deletion that is not remembered any more; from there on there is."""
    room = NumberedRoom("ana", history=3)
    for _ in range(5):
        room.say("ana")
    assert [room.initial_sync("ana", resume=seq).resumed for seq in range(6)] == [False, False, True, True, True, True]
    for _ in range(4):
        room.say("ana")
        room.delete("ana")
    assert next(seq for seq in range(room.seq + 1) if room.initial_sync("ana", resume=seq).resumed) == 7
    assert told(room.initial_sync("ana", resume=7)) == (True, [], [], False, 0)
    assert told(room.initial_sync("ana", resume=8)) == (True, [], [8], False, 0)


def test_more_deletions_than_a_greeting_is_long_are_not_told():
    """A full one is shorter."""
    room = NumberedRoom("ana", history=2 * MOST_DELETIONS)
    for _ in range(MOST_DELETIONS + 1):
        room.say("ana")
    for number in range(1, MOST_DELETIONS + 2):
        room.delete("ana", number)
    assert not room.initial_sync("ana", resume=MOST_DELETIONS + 1).resumed
    assert len(room.initial_sync("ana", resume=MOST_DELETIONS + 2).deleted) == MOST_DELETIONS


def test_of_many_that_were_missed_the_newest_come():
    """With how many there are; the others are between the resume point and the first of these."""
    room = NumberedRoom("ana", "bob")
    for _ in range(PAGE_MESSAGES + 50):
        room.say("ana")
    room.say("ana", "not for you", to="ana")
    greeting = room.initial_sync("bob", resume=10)
    assert (greeting.resumed, greeting.more, greeting.missed) == (True, True, PAGE_MESSAGES + 40)
    assert [message.id for message in greeting.messages] == list(range(51, PAGE_MESSAGES + 51))
    for _ in range(100):
        room.say("ana", "漢" * 4096)
    greeting = room.initial_sync("bob", resume=PAGE_MESSAGES + 51)
    assert len(b",".join(map(encode_event, greeting.messages))) <= PAGE_BYTES
    assert (greeting.resumed, greeting.more, greeting.missed) == (True, True, 100)


def test_what_ended_meanwhile_is_told_before_its_deletion_is_kept():
    """Also when history has pushed it out; to those who could see it."""
    room = NumberedRoom(*PEOPLE, history=2)
    room.say("ana", to="bob", lifetime=5.0)
    room.say("ana", lifetime=9.0)
    room.say("cat")
    assert [told(room.initial_sync(name, 4.9, 3))[2] for name in PEOPLE] == [[], [], []]
    assert [told(room.initial_sync(name, 5.0, 3))[2] for name in PEOPLE] == [[1], [1], []]
    assert [told(room.initial_sync(name, 9.0, 3))[2] for name in PEOPLE] == [[1, 2], [1, 2], [2]]
    room.timeline.due(9.0)
    assert [told(room.initial_sync(name, 9.0, 3))[2] for name in PEOPLE] == [[1, 2], [1, 2], [2]]


def test_a_message_that_came_and_went_meanwhile_is_not_told():
    """Nobody who was away has it on the screen."""
    room = NumberedRoom("ana")
    room.say("ana")
    room.say("ana", "a slip")
    room.delete("ana", 2)
    assert told(room.initial_sync("ana", resume=1)) == (True, [], [], False, 0)


def test_a_room_that_begins_in_the_middle_goes_on_from_there():
    """A deletion of what was not replayed is told to everyone: nobody knows any more who could see it."""
    room = NumberedRoom("ana", "bob")
    room.timeline.begin_after(100)
    room.seq = 100
    assert told(room.initial_sync("ana")) == (False, [], [], True, None)
    room.keep(NewDeletion(40))
    room.say("ana")
    room.seq = 103  # message 103 was erased, and is not replayed
    room.keep(NewDeletion(103))
    assert not room.initial_sync("ana", resume=99).resumed
    assert told(room.initial_sync("ana", resume=100)) == (True, [102], [40], False, 1)
    assert told(room.initial_sync("bob", resume=103)) == (True, [], [103], False, 0)


def test_a_crowd_that_comes_back_is_greeted_with_one_text():
    """All who were lost at the same time, and may see the same; whoever has more to see gets that."""
    room = NumberedRoom(*PEOPLE)
    for number in range(3):
        room.say("ana", f"line {number}")
    assert room.initial_sync("ana", resume=1) == room.initial_sync("ana", resume=1)
    shared = room.encoded_sync("ana", resume=1).messages
    assert room.encoded_sync("bob", resume=1).messages is shared
    room.say("ana", "to bob", to="bob")
    assert told(room.initial_sync("bob", resume=1))[1] == [2, 3, 4]
    assert told(room.initial_sync("cat", resume=1))[1] == [2, 3]
    room.delete("bob", 4)
    assert told(room.initial_sync("cat", resume=4))[2] == []
    assert told(room.initial_sync("bob", resume=4))[2] == [4]
    for _ in range(20):
        room.say("cat")
    first = room.encoded_sync("cat", resume=0).messages
    for seq in range(1, 16):
        room.encoded_sync("cat", resume=seq)
    assert room.encoded_sync("cat", resume=0).messages is first
    room.encoded_sync("cat", resume=16)  # of so many places to go on from, the texts are not all kept
    assert room.encoded_sync("cat", resume=0).messages is not first
