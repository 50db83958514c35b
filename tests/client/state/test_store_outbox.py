"""A line said here is kept exactly once, in order, or handed back with a reason."""

import pytest

from chat_protocol.commands import Delete, Exit, FetchHistory, Say, Search, TakeName, format_command, parse_command
from chat_protocol.events import Client, ClientsChanged, Deleted, Init, Message, Refusal
from chat_tui.state.outbox import MOST_TRIES, Outbox
from chat_tui.state.store import Store

ANA, BOB = Client("~ana", "ana"), Client("~bob", "bob")


def init(*messages, resumed=False, **fields):
    """A first event, for ana."""
    defaults = {"epoch": "e1", "seq": 0, "deleted": (), "more": False, "limits": {}, "now": 0.0, "you": ANA}
    return Init(messages=messages, resumed=resumed, **({"clients": (ANA, BOB)} | defaults | fields))


def echo(number, text, txn, sender=ANA):
    """A message as the server kept it."""
    return Message(number, text, None, sender.id, sender.name, None, 0.0, number, txn=txn)


def said(store, text):
    """Say a public message."""
    pending = store.say(Say(text), text)
    assert pending is not None
    return pending


def sent(store, now=0.0):
    """Send what may be sent."""
    return [line for _, line in store.outbox.to_send(now)]


@pytest.fixture
def store():
    """A store with a connection."""
    store = Store("t")
    store.apply(init(), 0.0)
    return store


def test_a_line_is_pending_until_its_echo(store):
    """Unsent, then sending, then kept; its key is below 0 so that it never meets a message id."""
    pending = said(store, "hello")
    assert (pending.key < 0, pending.state, store.outbox.messages()) == (True, "unsent", [pending])
    assert sent(store) == [f"/txn {pending.txn} hello"]
    assert (pending.state, sent(store)) == ("sending", [])
    change = store.apply(echo(1, "hello", pending.txn), 0.0)
    assert (change.settled, change.added, store.outbox.messages()) == ([pending.key], [1], [])


def test_later_lines_have_smaller_keys_and_other_tokens(store):
    """Keys descend and no token comes twice."""
    first, second = said(store, "same"), said(store, "same")
    assert first.key > second.key
    assert first.txn != second.txn
    assert said(Store("other"), "same").txn not in {first.txn, second.txn}


def test_somebody_else_with_our_text_and_token_settles_nothing(store):
    """The token is on everybody's screen; only together with our id is it an answer."""
    pending = said(store, "same")
    sent(store)
    assert store.apply(echo(1, "same", pending.txn, sender=BOB), 0.0).settled == []
    assert store.outbox.messages() == [pending]
    assert store.apply(echo(2, "same", pending.txn), 0.0).settled == [pending.key]


def test_a_refused_line_is_handed_back(store):
    """With what was typed and the server's reason."""
    pending = store.say(parse_command("/to nobody hi"), "/to nobody hi")
    sent(store)
    change = store.apply(Refusal("no_such_client", "Nobody here.", pending.txn), 0.0)
    assert change.refused == [(pending, "no_such_client", "Nobody here.")]
    assert pending.typed == "/to nobody hi"
    assert store.outbox.messages() == []


def test_nothing_is_sent_before_the_server_has_greeted():
    """Who we are and what the server understands is not known before."""
    store = Store("t")
    said(store, "early")
    assert sent(store) == []
    store.apply(init(), 0.0)
    assert len(sent(store)) == 1
    store.disconnected()
    said(store, "late")
    assert sent(store) == []


def test_a_line_that_the_connection_does_not_take_stays(store):
    """It counts as sent when the next one is asked for, so leaving the loop keeps it and all after it."""
    one, two, three = (said(store, text) for text in "abc")
    for pending, _ in store.outbox.to_send(0.0):
        if pending is two:
            break
    assert [one.state, two.state, three.state] == ["sending", "unsent", "unsent"]
    assert [line[-1] for line in sent(store)] == ["b", "c"]


def test_after_a_loss_only_what_was_not_kept_is_sent_again_in_order(store):
    """The echo in the next `init` is found by sender and token; the others keep their order and tokens."""
    lines = [said(store, text) for text in "abc"]
    sent(store)
    store.apply(echo(1, "a", lines[0].txn), 0.0)
    assert not store.disconnected().refused
    assert [line.state for line in lines[1:]] == ["unsent", "unsent"]
    said(store, "d")
    stranger = echo(3, "c", lines[2].txn, sender=BOB)
    change = store.apply(init(echo(2, "b", lines[1].txn), stranger, resumed=True, seq=3), 0.0)
    assert (change.settled, change.missed) == ([lines[1].key], 1)
    assert [line.split()[1:] for line in sent(store)] == [[lines[2].txn, "c"], ["t4", "d"]]


def test_an_init_alone_tells_of_a_loss(store):
    """A store that was not told of the loss sends again all the same."""
    pending = said(store, "a")
    sent(store)
    store.apply(init(resumed=True), 0.0)
    assert sent(store) == [f"/txn {pending.txn} a"]


def test_our_echo_under_an_earlier_id_is_ours():
    """Without a secret each connection has its own id; the earlier ones of this epoch were us too."""
    store = Store("t")
    store.apply(init(you=Client("~g1", "User1")), 0.0)
    pending = said(store, "a")
    sent(store)
    kept = echo(1, "a", pending.txn, sender=Client("~g1", "User1"))
    change = store.apply(init(kept, you=Client("~g2", "User2"), resumed=True, seq=1), 0.0)
    assert (change.settled, change.missed, sent(store)) == ([pending.key], 0, [])
    assert store.people.is_own(kept)


def test_a_line_that_ends_every_connection_is_handed_back(store):
    """What was lost this often before any answer may be what the server can't bear."""
    pending = said(store, "poison")
    refused = []
    for _ in range(MOST_TRIES):
        assert not refused
        assert len(sent(store)) == 1
        store.disconnected()
        refused = store.apply(init(resumed=True), 0.0).refused
    assert [(line, code) for line, code, _ in refused] == [(pending, "lost")]
    assert sent(store) == []


def test_the_outbox_is_bounded():
    """A full one takes no more, and takes again when there is room."""
    store = Store("t", outbox_limit=2)
    first = said(store, "a")
    said(store, "b")
    assert store.say(Say("c"), "c") is None
    store.outbox.discard(first.key)
    assert store.say(Say("c"), "c") is not None
    assert [line.typed for line in store.outbox.messages()] == ["b", "c"]


def test_a_token_of_the_persons_own_is_said_once(store):
    """Whoever writes /txn means it."""
    command = parse_command("/txn mine hello")
    assert store.say(command, "") is store.say(command, "")
    assert sent(store) == ["/txn mine hello"]


def test_a_name_becomes_an_id_when_it_is_said(store):
    """A direct message that waits never reaches whoever bears the name later."""
    store.disconnected()
    store.say(Say("psst", to="BOB"), "")
    store.say(Say("psst", to="zoë"), "")
    store.apply(init(clients=(ANA, Client("~other", "bob"))), 0.0)
    assert sent(store) == ["/txn t1 /to ~bob psst", "/txn t2 /to zoë psst"]


class TestDelete:
    """Deletions are no rows and end in silence."""

    def test_it_ends_with_its_deletion(self, store):
        """Another message's deletion is not the answer."""
        store.say(Delete(5), "/delete 5")
        assert store.outbox.messages() == []
        sent(store)
        store.apply(Deleted(4, 7), 0.0)
        store.disconnected()
        store.apply(init(resumed=True), 0.0)
        assert sent(store) == ["/txn t1 /delete 5"]
        store.apply(Deleted(5, 8), 0.0)
        store.disconnected()
        store.apply(init(resumed=True), 0.0)
        assert sent(store) == []

    def test_repeated_in_vain_it_is_done(self, store):
        """The first try may have worked: "no such message" is then no error, but it is one at the first try."""
        store.say(Delete(5), "")
        sent(store)
        assert store.apply(Refusal("no_such_message", "There is no message 5.", "t1"), 0.0).refused
        store.say(Delete(6), "")
        sent(store)
        store.disconnected()
        store.apply(init(resumed=True), 0.0)
        sent(store)
        change = store.apply(Refusal("no_such_message", "There is no message 6.", "t2"), 0.0)
        assert (change.refused, change.errors) == ([], [])

    def test_the_last_one_is_never_repeated(self, store):
        """By then the last message may be another; the person is told."""
        pending = store.say(Delete(None), "/delete last")
        sent(store)
        refused = store.disconnected().refused
        assert [(line, code) for line, code, _ in refused] == [(pending, "lost")]
        store.apply(init(resumed=True), 0.0)
        assert sent(store) == []

    def test_the_last_one_comes_back_when_it_was_said_without_a_connection(self, store):
        """By the next connection another message may be the last."""
        store.disconnected()
        store.say(Delete(None), "/delete last")
        change = store.apply(init(resumed=True), 0.0)
        assert [pending.typed for pending, _, _ in change.refused] == ["/delete last"]
        assert sent(store) == []
        store.apply(Deleted(1, 2), 0.0)
        assert store.disconnected().refused == []


def test_a_new_name_is_asked_for_until_it_is_ours(store):
    """The roster says so, after a reconnect `init` does."""
    store.say(TakeName("Anna"), "")
    assert sent(store) == ["/txn t1 /name Anna"]
    store.disconnected()
    store.apply(init(resumed=True), 0.0)
    assert sent(store) == ["/txn t1 /name Anna"]
    assert store.apply(ClientsChanged((Client("~ana", "Anna"),), ()), 0.0).you_changed
    store.disconnected()
    store.apply(init(resumed=True, you=Client("~ana", "Anna")), 0.0)
    assert sent(store) == []


def test_leaving_is_said_once(store):
    """The end of the connection is its answer."""
    store.say(Exit(), "/exit")
    assert sent(store) == ["/txn t1 /exit"]
    store.disconnected()
    store.apply(init(), 0.0)
    assert sent(store) == []


def test_what_waited_goes_no_faster_than_the_server_allows():
    """Half the burst at once, then nine tenths of the rate, so that no line is refused for its haste."""
    store = Store("t")
    for number in range(30):
        said(store, f"{number}")
    store.apply(init(limits={"burst": 20.0, "rate": 10.0}), 0.0)
    gone, now = sent(store, 0.0), 0.0
    assert len(gone) == 10
    while (wait := store.outbox.wait(now)) is not None:
        assert wait > 0
        now += wait
        gone += sent(store, now)
        assert len(gone) <= 10 + 9 * now + 1e-3
    assert [int(line.split()[-1]) for line in gone] == list(range(30))
    assert now == pytest.approx(20 / 9)


class TestPlainServer:
    """A server that knows no tokens."""

    def test_a_line_goes_without_a_token_and_is_gone(self):
        """Nothing would ever answer it, so it is not shown as pending; it is not sent twice either."""
        store = Store("t")
        said(store, "slash")
        store.say(Say("yes", reply_to=3), "")
        assert len(store.outbox.messages()) == 2
        store.apply(init(epoch="", you=None, now=None, clients=None), 0.0)
        assert sent(store) == ["slash", "/reply 3 yes"]
        assert store.outbox.messages() == []
        store.disconnected()
        store.apply(init(epoch="", you=None), 0.0)
        assert sent(store) == []

    def test_a_line_that_the_connection_does_not_take_stays(self):
        """Not sent is not gone."""
        store = Store("t")
        pending = said(store, "a")
        store.apply(init(epoch="", you=None), 0.0)
        for _ in store.outbox.to_send(0.0):
            break
        assert store.outbox.messages() == [pending]
        assert sent(store) == ["a"]


def test_an_answer_to_a_direct_message_says_whom_it_is_for(store):
    """Settled when it is said: by the next connection the message may be gone, and the answer would be for everyone."""
    secret = Message(7, "psst", None, BOB.id, BOB.name, ANA.id, 0.0, 7)
    store.apply(secret, 0.0)
    store.disconnected()
    assert store.say(Say("sure", reply_to=7), "/reply 7 sure").command.to == BOB.id
    assert store.say(Say("sure", reply_to=7, to="zoe"), "/to zoe /reply 7 sure").command.to == "zoe"


def test_what_speaks_of_a_message_comes_back_when_numbers_began_anew(store):
    """A reply or a deletion that waited would hit somebody else's message."""
    store.apply(echo(3, "hello", "x", BOB), 0.0)
    store.disconnected()
    store.say(Say("me too", reply_to=3), "/reply 3 me too")
    store.say(Delete(3), "/delete 3")
    said(store, "plain")
    change = store.apply(init(echo(3, "another", "y", BOB), epoch="e2"), 0.0)
    assert [pending.typed for pending, _, _ in change.refused] == ["/reply 3 me too", "/delete 3"]
    assert [line.rpartition(" ")[2] for line in sent(store)] == ["plain"]


def test_a_line_can_be_held_back(store):
    """Until its time, or until something else is said: then it goes first."""
    store.say(Delete(1), "/delete 1", held_until=5.0)
    assert (sent(store), store.outbox.wait(1.0)) == ([], 4.0)
    store.say(Delete(2), "/delete 2", held_until=9.0)
    assert [line.rpartition(" ")[2] for line in sent(store)] == ["1"]
    store.outbox.release()
    assert [line.rpartition(" ")[2] for line in sent(store)] == ["2"]
    assert store.outbox.is_deleting(2)
    assert store.outbox.wait(1.0) is None


def test_what_was_never_delivered_is_known_at_the_end():
    """A message until it is kept, a deletion until it was sent; a name or a question means nothing once we are gone."""
    outbox = Outbox("t-", 10)
    for command in (Say("hi"), Delete(3), Delete(), TakeName("ana"), Search("word"), FetchHistory(3)):
        outbox.say(command, format_command(command))
    assert [line.typed for line in outbox.undelivered()] == ["hi", "/delete 3", "/delete last"]
    outbox.connected(0.0, 0.0, now=0.0, epoch="e1", plain=False)
    assert len(list(outbox.to_send(0.0))) == 6
    assert [line.typed for line in outbox.undelivered()] == ["hi"]


def test_the_newest_message_is_deleted_on_the_first_connection_and_on_that_alone():
    """Who has seen nothing yet means what comes before it; on a later connection another message may be the newest."""
    outbox = Outbox("t-", 10)
    for number in range(2):
        outbox.say(Delete(), f"/delete last {number}")
        refused = outbox.connected(0.0, 0.0, now=0.0, epoch="e1", plain=False)
        assert [line.typed for line, _, _ in refused] == ["/delete last 1"] * number
        assert len(list(outbox.to_send(0.0))) == 1 - number
        outbox.deleted(1)
        outbox.disconnected()
