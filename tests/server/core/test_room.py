"""Rules of a room: messages and deletions, their audiences, and the refusals."""

import pytest

from chat_protocol.commands import Delete, Say
from chat_protocol.events import Client, Deleted, Message
from chat_server.core.entries import NewDeletion, NewMessage
from chat_server.core.room import CommandRefused, Delivery
from rooms import NumberedRoom

EVERYONE = None


@pytest.fixture
def room():
    """Ana, bob and cat are here."""
    return NumberedRoom("ana", "bob", "cat")


def refusal(room, name, command, now=0.0):
    """Code and words of what somebody may not."""
    with pytest.raises(CommandRefused) as caught:
        room.decide(name, command, now)
    return caught.value.code, caught.value.text


def test_a_message_is_what_was_said_and_who_said_it_when(room):
    """Every field comes from the command, the sender and the time; only the number from the log."""
    first = room.say("bob")
    command = Say("the code", to="ANA", reply_to=first.id, lifetime=30.0, txn="k7")
    draft = room.decide("bob", command, 1000.0)
    assert draft == NewMessage("the code", "~bob", "bob", 1000.0, first.id, "~ana", 1030.0, "k7")
    delivery = room.keep(draft)
    assert delivery.event == Message(2, "the code", 1, "~bob", "bob", "~ana", 1000.0, 2, 1030.0, "k7")
    assert delivery.audience == {"~ana", "~bob"}


def test_a_draft_has_every_field_of_a_message_but_its_numbers():
    """A field that only one of them had would be lost in the log."""
    assert {*NewMessage.__struct_fields__, "id", "seq", "room"} == {*Message.__struct_fields__}


def test_nothing_is_shown_before_the_log_has_kept_it(room):
    """Deciding alone changes no greeting."""
    room.decide("ana", Say("hi"))
    assert room.initial_sync("bob").messages == ()


def test_numbers_grow_and_are_never_used_again(room):
    """A deletion leaves a hole and uses a number of its own."""
    ids = [room.say("ana").id for _ in range(3)]
    assert room.delete("ana", 3).event == Deleted(3, 4)
    ids.append(room.say("ana").id)
    assert ids == [1, 2, 3, 5]
    assert room.seen_by("bob") == [1, 2, 5]
    assert room.initial_sync("bob").seq == 5


def test_everyone_sees_a_public_message_and_its_deletion(room):
    """Whoever may see a message may delete it."""
    room.say("ana")
    delivery = room.delete("bob", 1)
    assert delivery == Delivery(Deleted(1, 2), EVERYONE)
    assert room.seen_by("cat") == []


def test_a_direct_message_has_two_readers(room):
    """Live, in the greeting, and when it is deleted."""
    delivery = room.keep(room.decide("ana", Say("secret", to="bob")))
    assert delivery.audience == {"~ana", "~bob"}
    assert (room.seen_by("ana"), room.seen_by("bob"), room.seen_by("cat")) == ([1], [1], [])
    assert room.delete("bob", 1).audience == {"~ana", "~bob"}


def test_a_message_to_oneself_has_one_reader(room):
    """A note."""
    assert room.keep(room.decide("ana", Say("note", to="ana"))).audience == {"~ana"}


def test_a_direct_message_goes_to_whoever_has_the_name_now(room):
    """It stays with the client that had it, whatever becomes of the name."""
    room.say("ana", "secret", to="bob")
    room.roster.leave("~bob", 0.0, keep_name=False)
    room.roster.join("~eve", "bob", 0.0)
    assert room.seen_by("eve") == []
    assert room.decide("ana", Say("x", to="bob")).to_id == "~eve"


@pytest.mark.parametrize("target", ["nobody", "~nobody", "~ANA", "Everyone"])
def test_a_message_to_nobody_is_refused(room, target):
    """And quoted; it is not sent to anybody else instead."""
    assert refusal(room, "ana", Say("x", to=target)) == ("no_such_client", f'Nobody here is called "{target}".')


def test_who_is_away_can_be_written_to(room):
    """For as long as the name is kept."""
    room.roster.leave("~bob", 0.0, keep_name=True)
    assert room.decide("ana", Say("x", to="bob")).to_id == "~bob"
    room.roster.expire_names(60.0)
    assert refusal(room, "ana", Say("x", to="bob"))[0] == "no_such_client"


def test_invisible_is_told_in_the_words_of_missing(room):
    """What never was, what is deleted, expired, on its way out, or not for these eyes: nothing tells them apart."""
    room.say("ana", "secret", to="bob")
    room.say("ana", "gone")
    room.delete("ana", 2)
    room.say("ana", "short", lifetime=5.0)
    room.say("ana", "going")
    room.decide("ana", Delete(5))
    for number in (1, 2, 3, 4, 5, 6, 99, 10**17):
        expected = ("no_such_message", f"There is no message {number}.")
        assert refusal(room, "cat", Say("x", reply_to=number), now=5.0) == expected
        assert refusal(room, "cat", Delete(number), now=5.0) == expected


def test_a_reply_holds_a_reference_and_no_text(room):
    """When the parent goes, the reply stays as it is."""
    room.say("ana", "the parent")
    reply = room.say("bob", "me too", reply_to=1)
    room.delete("ana", 1)
    assert room.initial_sync("cat").messages == (reply,)
    assert "parent" not in repr(room.initial_sync("cat"))


def test_the_last_message_is_the_newest_that_the_asker_can_see(room):
    """Whoever wrote it; what is on its way out does not count."""
    room.say("ana", "for all")
    room.say("bob", "for all too")
    room.say("ana", "secret", to="bob")
    assert room.decide("cat", Delete()) == NewDeletion(2)
    assert room.decide("cat", Delete()) == NewDeletion(1)
    assert refusal(room, "cat", Delete()) == ("no_such_message", "There is no message to delete.")
    assert room.decide("bob", Delete()) == NewDeletion(3, ("~ana", "~bob"))


def test_a_deletion_that_the_log_could_not_keep_was_never_decided(room):
    """The message can be replied to and deleted again."""
    room.say("ana")
    draft = room.decide("ana", Delete(1))
    assert refusal(room, "ana", Delete(1))[0] == "no_such_message"
    room.room.abandon(draft)
    room.room.abandon(room.decide("ana", Say("x")))
    assert room.decide("ana", Say("x", reply_to=1)).reply_to == 1
    assert room.delete("ana", 1).event == Deleted(1, 2)


def test_a_deletion_of_what_is_gone_shows_nothing(room):
    """Two nodes may decide on the same; the second entry is empty, and its number is used."""
    room.say("ana")
    room.keep(NewDeletion(1))
    assert room.keep(NewDeletion(1)) is None
    assert room.keep(NewDeletion(77)) is None
    assert room.timeline.applied == 4
    assert room.say("ana").id == 5


def test_a_name_is_the_one_at_the_time_of_the_message(room):
    """Taking another later does not change what was said; who has no name is called by the id."""
    room.say("ana")
    room.roster.rename("~ana", "anna", 0.0)
    room.say("ana")
    room.say("stranger")
    assert [message.from_name for message in room.initial_sync("bob").messages] == ["ana", "anna", "~stranger"]


@pytest.mark.parametrize(("letters", "fits"), [(1, True), (10, True), (11, False)])
@pytest.mark.parametrize("letter", ["x", "漢", "👍"])
def test_a_text_has_so_many_characters(letters, fits, letter):
    """Counted as characters, not bytes; too long is refused and never cut."""
    room = NumberedRoom("ana", max_text=10)
    if fits:
        assert room.say("ana", letter * letters).text == letter * letters
    else:
        expected = ("too_long", "A message has at most 10 characters; this one has 11.")
        assert refusal(room, "ana", Say(letter * letters)) == expected


def test_a_text_has_so_many_lines():
    """One more than it has line feeds."""
    room = NumberedRoom("ana", max_lines=3)
    assert room.say("ana", "1\n2\n3")
    expected = ("too_many_lines", "A message can have at most 3 lines; this one has 4.")
    assert refusal(room, "ana", Say("1\n2\n3\n")) == expected


def test_a_greeting_says_who_is_here_and_what_holds(room):
    """Everything that a client needs to begin."""
    room.say("ana")
    greeting = room.initial_sync("bob", now=12.5)
    assert greeting.you == Client("~bob", "bob")
    assert greeting.clients == room.presence.clients()
    assert (greeting.epoch, greeting.seq, greeting.now) == ("e", 1, 12.5)
    assert (greeting.resumed, greeting.deleted, greeting.more) == (False, (), False)
    assert greeting.limits == {"text": 4096.0}
