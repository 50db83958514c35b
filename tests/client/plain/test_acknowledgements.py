"""`--plain` ends when every line is answered, and gives up when none is for too long."""

import pytest

from chat_protocol.commands import parse_command
from chat_protocol.events import Client, Deleted, Init, Message, Refusal, decode_event
from chat_tui.plain.acknowledgements import Acknowledgements
from chat_tui.state.store import Store

ANA = Client("~a", "ana")


class Room:
    """A store that is connected, and what waits for an answer there."""

    def __init__(self, *, simple=False, rate=0.0):
        self.store = Store("t-", conversations=False)
        self.acknowledgements = Acknowledgements(self.store, 10.0)
        greeting = Init((), "e1", 0, False, (), False, {"burst": 2.0, "rate": rate}, 0.0, ANA, (ANA,))  # fmt: skip
        self.tell(decode_event('{"type":"init","messages":[]}') if simple else greeting)

    def tell(self, *events):
        """What the server says."""
        self.acknowledgements.take(self.store.apply_all(events, 0.0))

    def say(self, *lines):
        """Say lines, and send what may be sent."""
        said = [self.store.say(parse_command(line), line) for line in lines]
        for _ in self.store.outbox.to_send(0.0):
            pass
        for pending in said:
            self.acknowledgements.said(pending)
        return said

    def deadline(self, now):
        """When to give up, as the program asks it."""
        return self.acknowledgements.deadline(now, self.store.outbox.wait(now))


def echo(number, pending, sender=ANA):
    """What the server makes of a line."""
    return Message(number, pending.command.text, None, sender.id, sender.name, None, 1.0, number, txn=pending.txn)


def test_every_kind_of_line_has_its_answer():
    """A message its echo, a deletion a deletion, a name a name, any of them a refusal."""
    room = Room()
    one, two, _, _ = room.say("one", "two", "/delete 7", "/name anna")
    assert room.acknowledgements.lines == ["one", "two", "/delete 7", "/name anna"]
    room.tell(echo(1, one))
    room.tell(Deleted(7, 2))
    assert room.acknowledgements.lines == ["two", "/name anna"]
    room.tell(Refusal("too_fast", "Too fast.", two.txn))
    room.tell(decode_event('{"type":"clients","joined":[{"id":"~a","name":"anna"}]}'))
    assert not room.acknowledgements


def test_the_same_text_of_somebody_else_is_no_answer():
    """Nor is somebody else's message with our token, which everybody can see."""
    room = Room()
    [said] = room.say("one")
    room.tell(echo(1, said, Client("~m", "mallory")))
    assert room.acknowledgements.lines == ["one"]


def test_a_server_without_tokens_answers_with_the_text():
    """One message for one line; what has no echo there is not waited for."""
    room = Room(simple=True)
    room.say("one", "one", "/delete 7")
    room.tell(decode_event('{"type":"message","id":1,"text":"one"}'))
    assert room.acknowledgements.lines == ["one"]
    room.tell(decode_event('{"type":"message","id":2,"text":"other"}'))
    assert room.acknowledgements.lines == ["one"]
    room.tell(decode_event('{"type":"message","id":3,"text":"one"}'))
    assert not room.acknowledgements


@pytest.mark.parametrize("greeted", [True, False])
def test_patience_begins_with_the_first_question_and_with_every_answer(greeted):
    """Connecting counts."""
    room = Room()
    if not greeted:
        room.store.disconnected()
    one, _ = room.say("one", "two")
    assert room.deadline(100.0) == 110.0
    assert room.deadline(105.0) == 110.0
    room.tell(echo(1, one))
    assert room.deadline(108.0) == 118.0


def test_patience_does_not_run_while_the_limits_hold_lines_back():
    """What waits for its turn is no sign of a server that does not answer."""
    room = Room(rate=0.01)
    one, _ = room.say("one", "two")
    assert room.deadline(100.0) == 110.0, "one is under way"
    room.tell(echo(1, one))
    assert (room.deadline(101.0), room.deadline(109.0)) == (111.0, 119.0)
