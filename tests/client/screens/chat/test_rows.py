"""How messages look in the list, and what can be done with them."""

from datetime import datetime

import pytest

from chat_protocol.commands import Say
from chat_protocol.events import Client, Deleted, Init, Message, decode_event
from chat_tui.screens.chat import rows
from chat_tui.screens.chat.addressing import Addressing, spelled_out
from chat_tui.state.store import Store
from chat_tui.state.view import person_key
from chat_tui.wording.times import clock_time

NOW = datetime(2026, 3, 5, 10, 2).timestamp()  # noqa: DTZ001 - ten in the morning wherever the test runs
ANA, BOB = Client("~a", "ana"), Client("~b", "bob")


def message(id=1, text="hello", sender=BOB, **fields):  # noqa: A002 - the field's name
    """What somebody said."""
    defaults = {"reply_to": None, "to_id": None, "sent_at": NOW, "seq": id}
    return Message(id=id, text=text, from_id=sender.id, from_name=sender.name, **defaults | fields)


def store_with(*messages):
    """What ana knows."""
    store = Store("t-")
    init = Init(messages, "e", len(messages), False, (), False, {}, NOW, ANA, (ANA, BOB))
    store.apply(init, NOW)
    return store


def test_a_message_of_somebody_else():
    """Author, time of day, text; what can be done with it."""
    store = store_with(message())
    row = rows.row_of(store, 1, NOW)
    assert (row.author, row.author_id, row.text, row.time, row.own, row.note, row.rule) == (
        "bob", "~b", "hello", "10:02", False, "", ""
    )  # fmt: skip
    assert [action.label for action in rows.actions_for(store, 1)] == [
        "Reply", "Delete", "Copy", "Message bob", "#1"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        ({"to_id": "~a"}, "private → you"),
        ({"to_id": "~b", "sender": ANA}, "private → bob"),
        ({"to_id": "~a", "sender": ANA}, "private → you"),
        ({"to_id": "~gone", "sender": ANA}, "private → somebody who left"),
    ],
)
def test_a_direct_message_says_for_whom(fields, note):
    """In words, with a colour of its own."""
    store = store_with(message(**fields))
    store.switch(next(view.key for view in store.views.people))
    row = rows.row_of(store, 1, NOW)
    assert (row.note, row.note_kind) == (note, "private")


def test_own_messages_offer_nobody_to_write_to():
    """They can be answered, deleted and copied."""
    store = store_with(message(sender=ANA))
    assert rows.row_of(store, 1, NOW).own
    assert [action.name for action in rows.actions_for(store, 1)] == ["reply", "delete", "copy", "number"]


def test_a_message_with_a_link_and_a_quote_offers_both():
    """To open the first address of the web, and to go to what was replied to."""
    store = store_with(message(), message(2, "ftp://a.b see https://c.d/e and http://f.g", reply_to=1))
    assert [action.name for action in rows.actions_for(store, 2)][-3:] == ["open", "jump", "number"]
    assert rows.first_link(store.messages[2].text) == "https://c.d/e"


def test_what_is_gone_has_no_row():
    """And nothing can be done with it; a quote of it says so."""
    store = store_with(message())
    assert rows.quote_of(store, 1) == ("bob", "hello")
    store.apply(Deleted(1, 2), NOW)
    assert rows.row_of(store, 1, NOW) is None
    assert rows.actions_for(store, 1) == []
    assert rows.quote_of(store, 1) == ("", "deleted message")
    assert rows.row_of(store, -5, NOW) is None


def test_a_line_that_is_not_kept_yet():
    """What becomes of it, and for whom it is; it can be copied or discarded."""
    store = store_with(message())
    private = store.say(Say("psst", to="bob", reply_to=1), "psst")
    row = rows.row_of(store, private.key, NOW)
    assert (row.author, row.note, row.note_kind, row.reply_to, row.own) == (
        "ana", "private → bob, not sent yet", "pending", 1, True
    )  # fmt: skip
    list(store.outbox.to_send(NOW))
    assert rows.row_of(store, private.key, NOW).note == "private → bob, sending…"
    assert [action.name for action in rows.actions_for(store, private.key)] == ["copy", "discard"]


def test_a_server_that_names_nobody():
    """A number stands for the author; nobody can be written to; there is no time."""
    store = Store("t-")
    plain = decode_event('{"type":"init","messages":[{"id":7,"text":"hello","reply_to":null}]}')
    assert isinstance(plain, Init)
    store.apply(plain, NOW)
    row = rows.row_of(store, 7, NOW)
    assert (row.author, row.time) == ("#7", "")
    assert [action.name for action in rows.actions_for(store, 7)] == ["reply", "delete", "copy", "number"]


def test_the_unread_begin_under_a_rule():
    """It says since when, where that is known."""
    store = store_with(message(), message(2, sent_at=0.0))
    store.mark_unread_from(1)
    assert rows.row_of(store, 1, NOW).rule == "new since 10:02"
    store.mark_unread_from(2)
    assert rows.row_of(store, 1, NOW).rule == ""
    assert rows.row_of(store, 2, NOW).rule == "new"


@pytest.mark.parametrize(
    ("second", "grouped"),
    [
        ({}, True),
        ({"sent_at": NOW + 299}, True),
        ({"sent_at": NOW + 300}, False),
        ({"sent_at": NOW - 1}, False),
        ({"sender": ANA}, False),
        ({"sender": Client("~b", "bobby")}, False),
        ({"reply_to": 1}, False),
        ({"expires_at": NOW + 60}, False),
    ],
)
def test_what_goes_on_needs_no_header(second, grouped):
    """The same author, the same readers, within five minutes; no reply, and nothing that goes by itself."""
    store = store_with(message(), message(2, **second))
    assert rows.row_of(store, 2, NOW).grouped is grouped
    assert not rows.row_of(store, 1, NOW).grouped


def test_what_goes_on_has_a_header_where_something_else_is_above_it():
    """A rule, nothing any more, or something that goes by itself; messages of nobody in particular as well."""
    store = store_with(message(1), message(2))
    assert rows.row_of(store, 2, NOW).grouped
    store.mark_unread_from(2)
    assert not rows.row_of(store, 2, NOW).grouped
    store.clear_unread()
    store.apply(Deleted(1, 3), NOW)
    assert not rows.row_of(store, 2, NOW).grouped
    assert not rows.row_of(store_with(message(expires_at=NOW + 9), message(2)), 2, NOW).grouped
    nobody = Client("", "")
    assert not rows.row_of(store_with(message(sender=nobody), message(2, sender=nobody)), 2, NOW).grouped


def test_a_day_begins_with_its_name():
    """Above the first message of each day but for today's, if there is nothing before it; also of last year."""
    times = [NOW - 86_400 * 400, NOW - 86_400, NOW - 86_400 + 60, NOW, 0.0, float("nan"), NOW + 60]
    store = store_with(*(message(number, sent_at=when) for number, when in enumerate(times, 1)))
    found = [rows.row_of(store, number, NOW) for number in store.messages]
    assert [row.day for row in found] == [
        "Wednesday, 29 January 2025",
        "Wednesday, 4 March",
        "",
        "Thursday, 5 March",
        "",
        "",
        "",
    ]
    assert [row.grouped for row in found] == [False, False, True, False, False, False, False]
    assert rows.row_of(store_with(message()), 1, NOW).day == ""


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "bob · Thursday, 5 March 2026, 10:02"),
        ({"sender": ANA}, "Thursday, 5 March 2026, 10:02"),
        ({"expires_at": NOW + 42}, "Thursday, 5 March 2026, 10:02 · gone by 10:02:42"),
        ({"expires_at": NOW + 86_400}, "Thursday, 5 March 2026, 10:02 · gone by 6 March, 10:02"),
        ({"sent_at": 0.0}, ""),
    ],
)
def test_the_full_time_of_a_message(fields, words):
    """When it was said and when it goes; by whom, where its header does not say so."""
    assert rows.details_of(store_with(message(), message(2, **fields)), 2, NOW) == words


@pytest.mark.parametrize(
    ("when", "text"),
    [(NOW, "10:02"), (NOW - 86_400, "04 Mar 10:02"), (0.0, ""), (-1e300, ""), (1e300, ""), (float("nan"), "")],
)
def test_a_time_of_day(when, text):
    """With its date when that is another one; nothing for what can't be a time."""
    assert clock_time(when, NOW) == text


# -- to whom, in reply to what, for how long --------------------------------------------------------------------------


def test_a_line_takes_what_the_composer_shows():
    """The target by the name that was shown, the reply, the chip."""
    address = Addressing(person_key("~b"), reply_to=3, names={"": "", "bob": "~b"})
    assert address.addressed(Say("hi"), "bob", "30 s") == Say("hi", to="~b", reply_to=3, lifetime=30.0)
    assert address.addressed(Say("hi"), "", "off") == Say("hi", reply_to=3)


def test_what_is_typed_out_wins():
    """`/to`, `/reply` and `/temp` say it themselves."""
    typed = Say("hi", to="zoe", reply_to=9, lifetime=5.0)
    assert Addressing(person_key("~b"), "", 3, {"bob": "~b"}).addressed(typed, "bob", "1 h") == typed


@pytest.mark.parametrize(
    ("command", "typed", "shown", "alone", "back"),
    [
        (Say("hi"), "hi", "off", True, "hi"),
        (Say("hi", lifetime=30.0), "hi", "30 s", True, "hi"),
        (Say("hi", lifetime=30.0), "hi", "off", True, "/temp 30 hi"),
        (Say("hi", lifetime=3600.0), "hi", "1 h", False, "/temp 3600 hi"),
        (Say("hi", lifetime=30.0), "/temp 30 hi", "off", True, "/temp 30 hi"),
        (Say("hi", reply_to=3), "hi", "off", True, "hi"),
        (Say("/hi", reply_to=3, lifetime=30.0), "//hi", "off", False, "/temp 30 /reply 3 //hi"),
    ],
)
def test_a_refused_line_says_again_what_is_no_longer_shown(command, typed, shown, alone, back):
    """So that what was temporary, or a reply, does not come back as something else."""
    assert spelled_out(command, typed, shown, alone=alone) == back
