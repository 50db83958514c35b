"""What an earlier run has written down is said once: by itself while the server is sure to know, else by the user."""

import pytest

from chat_protocol.commands import Delete, Exit, Say, TakeName
from chat_protocol.events import Client, Deleted, Init, Message
from chat_tui.state.outbox import TOKEN_LIFE
from chat_tui.state.store import Store

ANA, BOB = Client("~ana", "ana"), Client("~bob", "bob")


def init(*messages, epoch="e1", seq=0, more=False, now=0.0):
    """A first event, for ana."""
    return Init(messages, epoch, seq, False, (), more, {}, now, ANA, (ANA, BOB))


def echo(number, text, txn):
    """A message of ours as the server kept it."""
    return Message(number, text, None, ANA.id, ANA.name, None, 0.0, number, txn=txn)


def said(*commands, held=0.0, at=1000.0, ready=True):
    """A store in which this was said; `ready` to send it."""
    store = Store("before-")
    if ready:
        store.apply(init(), at)
    for command in commands:
        store.say(command, "typed", held, at)
    return store


def restored(store, now=0.0):
    """Another run, which knows what the one before has written down."""
    again = Store("after-")
    again.outbox.restore(store.outbox.saved_lines(now))
    return again


def sent(store):
    """What goes out now."""
    return [line for _, line in store.outbox.to_send(0.0)]


def states(store):
    """How the lines are."""
    return [line.state for line in store.outbox]


def test_what_waited_goes_out_with_its_token_in_its_order():
    """Messages and deletions; not a name, "the last one", or leaving."""
    store = said(Say("one", to="~bob"), TakeName("anna"), Delete(None), Exit(), Delete(7), Say("/two", lifetime=30.0))
    again = restored(store)
    assert sent(again) == []
    assert [(line.command.text, line.key < 0) for line in again.outbox.messages()] == [("one", True), ("/two", True)]
    again.say(Say("three"), "three")
    again.apply(init(), 1000.0)
    tokens = [line.txn for line in store.outbox]
    assert sent(again)[:3] == [
        f"/txn {tokens[0]} /to ~bob one", f"/txn {tokens[4]} /delete 7", f"/txn {tokens[5]} /temp 30 //two",
    ]  # fmt: skip
    assert sent(again) == []


def test_what_the_server_has_is_not_sent():
    """The init holds it, or the answer to sending it again says so: the message, or that it is gone since."""
    store = said(Say("one"), Say("two"), Say("three"))
    one, two, three = (line.txn for line in store.outbox)
    again = restored(store)
    again.apply(init(echo(500, "one", one), seq=600, more=True), 1000.0)
    assert len(sent(again)) == 2
    again.apply(echo(3, "two", two), 1000.0)
    assert [*again.messages] == [500], "what lies between is not held, and two is with it"
    again.apply(Deleted(4, 601, three), 1000.0)
    assert list(again.outbox) == []


@pytest.mark.parametrize(
    ("ready", "later", "expected"),
    [(True, TOKEN_LIFE - 1, "unsent"), (True, TOKEN_LIFE + 1, "doubt"), (True, -TOKEN_LIFE - 1, "doubt"),
     (False, TOKEN_LIFE + 1, "unsent")],
)  # fmt: skip
def test_a_token_that_may_be_forgotten_is_not_used_again_by_itself(ready, later, expected):
    """Only what was never sent may go out by itself at any time; a deletion twice is one."""
    again = restored(said(Say("one"), Delete(7), ready=ready))
    again.apply(init(), 1000.0 + later)
    assert states(again) == [expected, "unsent"]


def test_the_same_holds_in_a_window_that_stays_open():
    """Such as on a computer that slept."""
    store = said(Say("one"), Say("two"))
    first = next(store.outbox.to_send(0.0))[0]
    store.disconnected()
    store.apply(init(), 1000.0 + TOKEN_LIFE + 1)
    assert states(store) == ["unsent", "unsent"], "neither was handed over"
    assert len(sent(store)) == 2
    store.disconnected()
    store.apply(init(), 1000.0 + TOKEN_LIFE + 1)
    assert states(store) == ["doubt", "doubt"]
    assert store.outbox.is_in_doubt(first.key)
    store.outbox.send_again(first.key, 1000.0 + TOKEN_LIFE + 1)
    assert sent(store) == [f"/txn {first.txn} one"]
    assert states(store) == ["sending", "doubt"]
    assert [line.ask for line in store.outbox.saved_lines(0.0)] == [False, True]


def test_what_could_be_taken_back_is_asked_about():
    """Nobody can take it back any more; a deletion was asked for, and is carried out."""
    store = said(Say("to everyone?"), held=600.0)
    store.say(Delete(7), "typed", 600.0, 1000.0)
    next(iter(store.outbox)).held_until = 600.0
    again = restored(store)
    again.apply(init(), 1001.0)
    assert states(again) == ["doubt", "unsent"]


def test_numbers_of_another_life_of_the_record_are_not_used():
    """The replies and deletions come back; what names no number goes out."""
    store = said(Say("nice", reply_to=3), Delete(3), Say("hello"))
    again = restored(store)
    change = again.apply(init(epoch="e2"), 1001.0)
    assert [code for _, code, _ in change.refused] == ["lost", "lost"]
    assert [line.command for line in again.outbox] == [Say("hello")]


def test_a_line_is_restored_once():
    """Two files may have it, when a window was killed while it took another's over."""
    store = said(Say("one"))
    again = restored(store)
    again.outbox.restore(store.outbox.saved_lines(0.0))
    assert len(again.outbox) == 1
