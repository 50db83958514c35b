"""`--plain`: every event is one line, in words, and nothing in it is a control code."""

import unicodedata
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_protocol.events import Client, ClientsChanged, Deleted, Init, Message, clean_event, decode_event
from chat_protocol.text import clean_line
from chat_tui.plain import wording
from chat_tui.plain.journal import Journal
from chat_tui.state.store import Change, Store
from seed_server import ATTACKS

NOW = datetime(2026, 3, 5, 10, 2).timestamp()  # noqa: DTZ001 - ten in the morning wherever the test runs
ANA, BOB, ZOE = Client("~a", "ana"), Client("~b", "bob"), Client("~z", "zoë")
LIMIT = 50


def message(number, text="hello", sender=BOB, **fields):
    """What somebody said."""
    defaults = {"reply_to": None, "to_id": None, "sent_at": NOW, "seq": number}
    return Message(id=number, text=text, from_id=sender.id, from_name=sender.name, **defaults | fields)


def init(*messages, epoch="e1", seq=None, clients=(ANA, BOB), **fields):
    """A first event, for ana."""
    seq = max((said.seq for said in messages), default=0) if seq is None else seq
    defaults = {"resumed": False, "deleted": (), "more": False, "limits": {}, "now": NOW, "you": ANA}
    return Init(messages, epoch, seq, clients=clients, **defaults | fields)


class Told:
    """A store and its journal, for ana; `take` gives the lines that events are worth."""

    def __init__(self, *events, history=0, complete=False):
        self.store = Store("t-", history_limit=LIMIT, conversations=False)
        self.journal = Journal(self.store, "host:6789", history=history, limit=LIMIT, complete=complete)
        self.first = self.greet(*events) if events else []

    def take(self, *events, now=NOW):
        """Events that came together."""
        return self.journal.lines(self.store.apply_all(events, now), now)

    def greet(self, *events):
        """The first events of a connection."""
        self.journal.greeting()
        assert self.journal.lines(Change(), NOW) == []
        return self.take(*events)


@pytest.mark.parametrize(
    ("said", "line"),
    [
        (message(12), "10:02 #12 bob: hello"),
        (message(12, sender=ANA), "10:02 #12 you: hello"),
        (message(12, "a\n  b\n\nc\n"), "10:02 #12 bob: a ⏎   b ⏎  ⏎ c ⏎"),
        (message(12, to_id="~a"), "10:02 #12 bob privately to you: hello"),
        (message(12, sender=ANA, to_id="~b"), "10:02 #12 you privately to bob: hello"),
        (message(12, expires_at=NOW + 30), "10:02 #12 bob (gone in 30 s): hello"),
        (message(9, reply_to=1), '10:02 #9 bob, replying to your #1 "morning! the build is green and the rel…": hello'),
        (message(12, reply_to=2), "10:02 #12 bob, replying to #2 of zoë: hello"),
        (message(12, reply_to=8), "10:02 #12 bob, replying to #8: hello"),
        (
            message(12, to_id="~a", reply_to=3, expires_at=NOW + 300),
            '10:02 #12 bob privately to you, replying to #3 of bob "two ⏎ lines" (gone in 5 min): hello',
        ),
        (message(12, sent_at=NOW - 86400), "2026-03-04 10:02 #12 bob: hello"),
        (message(12, sent_at=0.0, sender=Client("", "")), "#12: hello"),
        (message(12, sent_at=1e300), "#12 bob: hello"),
        (message(12, "hi\n10:02 #14 ana: not me"), "10:02 #12 bob: hi ⏎ 10:02 #14 ana: not me"),
    ],
)  # fmt: skip
def test_a_message(said, line):
    """Time, number, author, for whom, in reply to what, for how long: text. A temporary message is never quoted."""
    before = (
        message(1, "morning! the build is green and the release is at 14:00", ANA),
        message(2, "the code is 4471", ZOE, expires_at=NOW + 60),
        message(3, "two\nlines"),
    )
    assert Told(init(*before)).take(said) == [line]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "1 s"),
        (0.2, "1 s"),
        (30.004, "30 s"),
        (99, "99 s"),
        (99.9, "2 min"),
        (300.004, "5 min"),
        (3600, "60 min"),
        (7200, "2 h"),
        (47 * 3600, "47 h"),
        (864e3, "10 days"),
    ],
)
def test_a_time_to_live(seconds, words):
    """In the unit that a person would use."""
    assert wording.lifetime(seconds) == words


@pytest.mark.parametrize(
    ("people", "words"),
    [
        ([], ""),
        (["ana"], "ana"),
        (["ana", "bob"], "ana and bob"),
        ([f"u{number}" for number in range(50)], ", ".join(f"u{number}" for number in range(20)) + " and 30 more"),
    ],
)
def test_names(people, words):
    """As one would say them; a crowd is a number."""
    assert wording.names(people) == words


def test_what_can_be_typed():
    """Every command but the one for programs."""
    lines = wording.help_lines()
    assert "/to <name> <text>: send a direct message" in lines
    assert not any("/txn" in line for line in lines)


# -- events -----------------------------------------------------------------------------------------------------------


def test_a_program_is_not_told_what_was_before():
    """Where and as whom we are, who else is; then what comes, also when it comes together with the greeting."""
    told = Told(init(message(1), message(2)), message(3, "new"))
    assert told.first == ["10:02 connected to host:6789 as ana. Also here: bob.", "10:02 #3 bob: new"]


def test_a_person_is_told_the_newest_of_what_was_before():
    """And whether there were more."""
    told = Told(init(message(1), message(2), message(3)), history=2)
    assert told.first[1:] == [
        "10:02 the newest 2 messages from before:", "10:02 #2 bob: hello", "10:02 #3 bob: hello"
    ]  # fmt: skip
    assert Told(init(message(1)), history=2).first[1:] == ["10:02 1 message from before:", "10:02 #1 bob: hello"]
    assert Told(init(clients=(ANA,)), history=2).first == ["10:02 connected to host:6789 as ana. Nobody else is here."]


def test_a_deletion_is_number_and_author():
    """Never the text; what came and went in one go was never there."""
    told = Told(init(message(1, "secret", ANA), message(2, "secret")))
    assert told.take(Deleted(1, 3), Deleted(2, 4)) == [
        "10:02 deleted: your message 1",
        "10:02 deleted: message 2 of bob",
    ]
    assert told.take(message(5, "secret"), Deleted(5, 6)) == []
    assert told.take(Deleted(99, 7)) == []


def test_an_expiry_says_so_where_the_message_was_told():
    """By the server or by this computer's clock, once."""
    told = Told(init(message(1, expires_at=NOW + 5), message(2, expires_at=NOW + 5)), history=1)
    assert told.take(Deleted(2, 3), now=NOW + 5) == ["10:02 expired: message 2 of bob"]
    told.take(message(4, expires_at=NOW + 8))
    assert told.journal.lines(told.store.expire(NOW + 9), NOW + 9) == ["10:02 expired: message 4 of bob"]


def test_an_end_that_is_set_later_counts():
    """A message that comes again in a newer state is not told again; that it goes, and why, is."""
    told = Told(init(message(1)), history=1)
    assert told.take(message(1, seq=2, expires_at=NOW + 5)) == []
    assert told.take(Deleted(1, 3), now=NOW + 5) == ["10:02 expired: message 1 of bob"]


def test_people_come_go_and_are_renamed():
    """A crowd in one line; our own name is told to us."""
    told = Told(init())
    assert told.take(ClientsChanged((ZOE,), ())) == ["10:02 zoë joined"]
    assert told.take(ClientsChanged((Client("~b", "bert"), Client("~k", "kim")), ("~z",))) == [
        "10:02 bob is now bert", "10:02 kim joined", "10:02 zoë left"
    ]  # fmt: skip
    assert told.take(ClientsChanged((Client("~a", "anna"),), ())) == ["10:02 you are now anna"]


def test_who_comes_is_told_before_what_they_say():
    """And who leaves after that, however much comes at once."""
    told = Told(init())
    assert told.take(message(1, sender=ZOE), ClientsChanged((ZOE, Client("~b", "bert")), ()), message(2)) == [
        "10:02 bob is now bert", "10:02 zoë joined", "10:02 #1 zoë: hello", "10:02 #2 bob: hello"
    ]  # fmt: skip
    assert told.take(ClientsChanged((), ("~z",)), message(3, sender=ZOE)) == ["10:02 #3 zoë: hello", "10:02 zoë left"]


# -- after a lost connection ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("resumed", [True, False])
def test_a_reconnect_tells_what_was_missed(resumed):
    """What came and what was deleted meanwhile, each once, whether the server continues or sends everything anew."""
    told = Told(init(message(1), message(2), message(3)))
    again = (message(4), message(5, sender=ANA))
    if not resumed:
        again = (message(1), message(3), *again)
    greeting = init(*again, seq=7, resumed=resumed, deleted=(2,) if resumed else (), clients=(ANA, BOB, ZOE))
    assert told.greet(greeting) == [
        "10:02 reconnected to host:6789 as ana. Also here: bob and zoë.",
        "10:02 you missed 1 message:",
        "10:02 #4 bob: hello",
        "10:02 #5 you: hello",
        "10:02 deleted: message 2 of bob",
    ]
    assert told.greet(init(seq=7, resumed=True))[1:] == ["10:02 you missed nothing"]


def test_what_the_server_does_not_send_anew_was_not_deleted():
    """It sends the newest only; what is older than those may still be there."""
    told = Told(init(message(1), message(2), message(3)))
    lines = told.greet(init(message(3), message(4), more=True))
    assert lines[1:] == ["10:02 you missed 1 message:", "10:02 #4 bob: hello"]


def test_a_gap_that_is_not_filled_is_admitted():
    """The server sends less than was missed."""
    told = Told(init(message(1)))
    lines = told.greet(init(message(300), message(301), more=True))
    assert lines[1:] == [
        "10:02 you missed 2 messages, and older ones before that:", "10:02 #300 bob: hello", "10:02 #301 bob: hello"
    ]  # fmt: skip


def test_a_server_that_began_anew_is_told():
    """All that it has is new, and nothing was deleted: the numbers mean other messages now."""
    told = Told(init(message(1), message(2)))
    assert told.greet(init(message(1, "another"), epoch="e2"))[1:] == [
        "10:02 the server has restarted; earlier messages are gone", "10:02 you missed 1 message:",
        "10:02 #1 bob: another",
    ]  # fmt: skip


@pytest.mark.parametrize("complete", [False, True])
def test_a_server_that_was_restored_from_a_backup_is_told(complete):
    """What it still has is not told again; what it has no more, and what came since under the same numbers, is."""
    told = Told(init(*map(message, range(1, 6))), complete=complete)
    assert told.greet(init(message(1), message(2), message(3), epoch="e2"))[1:] == [
        "10:02 the server went back to a backup; 2 newer messages are gone", "10:02 you missed nothing",
    ]  # fmt: skip
    assert told.take(message(4, "since")) == ["10:02 #4 bob: since"]
    assert told.greet(init(message(3), message(4, "since"), message(5, "too"), more=True, epoch="e3"))[1:] == [
        "10:02 you missed 1 message:", "10:02 #5 bob: too",
    ]  # fmt: skip
    assert told.greet(init(message(6), epoch="e3", resumed=True))[1:] == [
        "10:02 you missed 1 message:", "10:02 #6 bob: hello",
    ]  # fmt: skip


def test_a_server_of_the_simplest_kind():
    """Without epochs, names and times: what it has already said is not told again."""

    def greeting(*texts):
        said = ",".join(f'{{"type":"message","id":{n},"text":"{text}"}}' for n, text in enumerate(texts, 1))
        return decode_event(f'{{"type":"init","messages":[{said}]}}')

    told = Told(greeting("one"))
    assert told.first == ["10:02 connected to host:6789."]
    assert told.take(decode_event('{"type":"message","id":2,"text":"two"}')) == ["#2: two"]
    assert told.greet(greeting("one", "two", "three"))[1:] == ["10:02 you missed 1 message:", "#3: three"]


def test_what_the_store_has_no_room_for_was_not_deleted():
    """Only a deletion is told as one."""
    told = Told(init())
    lines = [line for number in range(1, 3 * LIMIT) for line in told.take(message(number))]
    assert len(lines) == 3 * LIMIT - 1
    assert not any("deleted" in line for line in lines)
    assert told.take(Deleted(3 * LIMIT - 1, 3 * LIMIT)) == [f"10:02 deleted: message {3 * LIMIT - 1} of bob"]
    assert told.journal.remembered < LIMIT + 1


# -- hostile text -----------------------------------------------------------------------------------------------------

LOUD = {"Cc", "Cs", "Co", "Zl", "Zp"}
hostile = st.text(max_size=30) | st.sampled_from(ATTACKS)


@given(hostile, hostile, hostile, st.none() | st.just(1), st.none() | hostile)
def test_whatever_is_said_is_one_line_without_control_codes(text, name, client_id, reply_to, to_id):
    """Text, names, ids, and what is quoted of them."""
    evil = Client(client_id, name)
    said = clean_event(message(2, text, evil, reply_to=reply_to, to_id=to_id))
    told = Told(init(clean_event(message(1, text, evil))))
    joined = Client(clean_line(client_id), clean_line(name))
    lines = told.take(said, ClientsChanged((joined,), ()))
    assert 1 <= len(lines) <= 2
    for line in lines:
        assert line.splitlines() == [line]
        assert not LOUD & {unicodedata.category(char) for char in line}
