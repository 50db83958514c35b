"""Frames of other servers: what is missing is filled in, what is unknown passed over, what is senseless refused."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_protocol.events import (
    MOST_AMOUNT,
    Client,
    ClientsChanged,
    Deleted,
    EventError,
    Init,
    LeftRoom,
    Message,
    PeoplePage,
    ReadPlace,
    Refusal,
    RoomsPage,
    RoomState,
    RoomView,
    Unread,
    decode_event,
)


def decoded(**event):
    """What a client makes of an object."""
    return decode_event(json.dumps(event))


def bare_message(number, text="hi"):
    """A message of which only number and text are known."""
    return Message(number, text, None, "", "", None, 0.0, number)


def bare_init(*messages, **known):
    """A greeting of which only the messages are known."""
    fields = {"epoch": "", "seq": 0, "resumed": False, "deleted": (), "more": False, "limits": {}, **known}
    return Init(messages, **fields)


@pytest.mark.parametrize(
    ("fields", "event"),
    [
        ({}, bare_init()),
        ({"messages": []}, bare_init()),
        ({"messages": None}, bare_init()),
        ({"messages": [{"id": 1, "text": "hi"}]}, bare_init(bare_message(1))),
        ({"messages": [], "you": {"id": "7", "name": "ana"}}, bare_init(you=Client("7", "ana"))),
        ({"messages": [], "you": {"id": 7}}, bare_init(you=Client("7", "7"))),
        ({"messages": [], "you": "ana"}, bare_init(you=Client("ana", "ana"))),
        ({"messages": [], "clients": ["ana", "bob"]}, bare_init(clients=(Client("ana", "ana"), Client("bob", "bob")))),
        ({"messages": [], "clients": [{"id": "7", "name": "ana"}]}, bare_init(clients=(Client("7", "ana"),))),
        (
            {"messages": [], "clients": [{"id": 7, "name": None}, 8]},
            bare_init(clients=(Client("7", "7"), Client("8", "8"))),
        ),
        ({"messages": [], "clients": []}, bare_init(clients=())),
        ({"messages": [], "limits": {"text": 500}, "now": 5}, bare_init(limits={"text": 500.0}, now=5.0)),
        ({"messages": [], "epoch": 4, "seq": 9, "deleted": [2]}, bare_init(epoch="4", seq=9, deleted=(2,))),
    ],
)
def test_a_greeting_of_few_words(fields, event):
    """With and without who is here and who you are; clients as objects, as names, as numbers."""
    assert decoded(type="init", **fields) == event


@pytest.mark.parametrize(
    ("fields", "event"),
    [
        ({"id": 1, "text": "hi", "reply_to": None}, bare_message(1)),
        ({"id": 2, "text": "hi", "reply_to": 1}, Message(2, "hi", 1, "", "", None, 0.0, 2)),
        ({"id": 1, "text": 4711}, bare_message(1, "4711")),
        ({"id": 1, "text": ""}, bare_message(1, "")),
        ({"id": 1, "text": "hi", "expires_at": 30}, Message(1, "hi", None, "", "", None, 0.0, 1, 30.0)),
        ({"id": 1, "text": "hi", "from_id": 7}, Message(1, "hi", None, "7", "", None, 0.0, 1)),
        ({"id": 1, "text": "half \ud83d"}, bare_message(1, "half \ufffd")),
        ({"id": 1, "text": "hi", "colour": "red", "type_of": {"a": [1]}}, bare_message(1)),
        ({"id": -5, "text": "hi"}, bare_message(0)),
        ({"id": 10**30, "text": "hi"}, bare_message(0)),
        ({"id": 1, "text": "hi", "sent_at": -1e308}, bare_message(1)),
        (
            {"id": 1, "text": "hi", "expires_at": 1e308},
            Message(1, "hi", None, "", "", None, 0.0, 1, expires_at=MOST_AMOUNT),
        ),
    ],
)
def test_a_message_of_few_words(fields, event):
    """The three fields of the public contract are enough; what is unknown is passed over, a mad number brought in."""
    assert decoded(type="message", **fields) == event


@pytest.mark.parametrize(
    ("fields", "event"),
    [
        ({"type": "delete", "id": 3}, Deleted(3, 3)),
        ({"type": "delete", "id": 3, "seq": 9, "by": "ana"}, Deleted(3, 9)),
        ({"type": "clients", "clients": ["ana"]}, ClientsChanged((), (), (Client("ana", "ana"),))),
        (
            {"type": "clients", "clients": [{"id": "7", "name": "ana"}]},
            ClientsChanged((), (), (Client("7", "ana"),)),
        ),
        ({"type": "clients", "clients": None}, ClientsChanged((), ())),
        ({"type": "clients", "joined": ["ana"]}, ClientsChanged((Client("ana", "ana"),), ())),
        ({"type": "clients", "left": [7]}, ClientsChanged((), ("7",))),
        ({"type": "error", "message": "No."}, Refusal("error", "No.")),
        ({"type": "error"}, Refusal("error", "The server refused this.")),
        ({"type": "error", "code": 12, "text": "No.", "txn": 7}, Refusal("12", "No.", "7")),
    ],
)
def test_other_events_of_few_words(fields, event):
    """A full list of clients, an error in other words."""
    assert decoded(**fields) == event


@pytest.mark.parametrize("kind", ["typing", "", "MESSAGE", "ping", "\x1b"])
def test_an_unknown_event_is_passed_over(kind):
    """Whatever it holds."""
    assert decoded(type=kind, id="x", messages=5) is None


GARBAGE = [
    "", " ", "null", "5", '"init"', "[]", "{}", "{", '{"type":', "hello", "\ufeff{}", '{"type":null}', '{"type":5}',
    '{"type":["init"]}', '{"type":"message"}', '{"type":"delete"}', '{"type":"message","id":1}',
    '{"type":"message","text":"x"}', b"\xff\xfe", b'{"type":"\xff"}', b"\x00", "\ud800", '{"type":"\ud800',
]  # fmt: skip

NO_NUMBER = ['"1"', "1.0", "1.5", "true", "[]", "{}", "NaN", "Infinity", "9" * 5000, "-", "1e999"]
NO_TIME = ['"1"', "true" * 2, "[]", "{}", "NaN", "Infinity", "-Infinity", "1e999", "9" * 400, "9" * 5000]
NO_TEXT = ["[]", "{}", "1.5", "NaN", "9" * 5000]
NO_LIST = ["5", '"abc"', '{"a":1}', "true", "NaN", "[[]]", "[{}]", "[null]", "[1.5]"]


@pytest.mark.parametrize(
    "frame",
    [
        *GARBAGE,
        *(f'{{"type":"delete","id":{value}}}' for value in [*NO_NUMBER, "null"]),
        *(f'{{"type":"message","text":"x","id":{value}}}' for value in [*NO_NUMBER, "null"]),
        *(f'{{"type":"message","id":1,"text":"x","seq":{value}}}' for value in NO_NUMBER),
        *(f'{{"type":"message","id":1,"text":"x","reply_to":{value}}}' for value in NO_NUMBER),
        *(f'{{"type":"message","id":1,"text":"x","sent_at":{value}}}' for value in NO_TIME),
        *(f'{{"type":"message","id":1,"text":"x","expires_at":{value}}}' for value in NO_TIME),
        *(f'{{"type":"message","id":1,"text":{value}}}' for value in [*NO_TEXT, "null"]),
        *(f'{{"type":"message","id":1,"text":"x","txn":{value}}}' for value in NO_TEXT),
        *(f'{{"type":"init","messages":{value}}}' for value in [*NO_LIST, '[{"id":1}]', '["x"]']),
        *(f'{{"type":"init","deleted":{value}}}' for value in [*NO_LIST, '["1"]']),
        *(f'{{"type":"init","clients":{value}}}' for value in NO_LIST),
        *(f'{{"type":"init","you":{value}}}' for value in ["[]", "1.5", "{}", '{"name":"x"}']),
        *(f'{{"type":"init","now":{value}}}' for value in NO_TIME),
        *(f'{{"type":"init","limits":{value}}}' for value in ["5", '"x"', "[1]", '{"a":"5"}', '{"a":NaN}']),
        *(f'{{"type":"clients","clients":{value}}}' for value in NO_LIST),
        *(f'{{"type":"clients","left":{value}}}' for value in NO_LIST),
        *(f'{{"type":"error","text":{value}}}' for value in ["[1]", '{"a":1}', "1.5"]),
        *(f'{{"type":"error","txn":{value}}}' for value in NO_TEXT),
    ],
    ids=lambda frame: repr(frame)[:60],
)
def test_what_makes_no_sense_is_refused(frame):
    """Wrong types, numbers that are none, numbers too long: always the one error."""
    with pytest.raises(EventError, match="This frame is not an event"):
        decode_event(frame)


DEEP = 10_000


@pytest.mark.parametrize(
    "frame",
    [
        "[" * DEEP + "]" * DEEP,
        '{"type":' * DEEP + "1" + "}" * DEEP,
        '{"type":"ping","a":' + "[" * DEEP + "]" * DEEP + "}",
        '{"type":"message","id":1,"text":"x","a":' + '{"a":' * DEEP + "1" + "}" * DEEP + "}",
        '{"type":"init","messages":' + "[" * DEEP + "]" * DEEP + "}",
    ],
    ids=["lists", "types", "unknown event", "unknown field", "messages"],
)
def test_deep_nesting_is_refused(frame):
    """10,000 levels: the one error, not a crash."""
    with pytest.raises(EventError, match="This frame is not an event"):
        decode_event(frame)


@given(st.text() | st.binary())
def test_random_frames_raise_nothing_else(frame):
    """Text and bytes alike."""
    with suppress(EventError):
        decode_event(frame)


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "text", "name"]), inner),
    max_leaves=5,
)
_fields = st.sampled_from([
    *("id", "text", "reply_to", "from_id", "from_name", "to_id", "sent_at", "seq", "expires_at", "txn", "messages"),
    *("epoch", "resumed", "deleted", "more", "limits", "now", "you", "clients", "joined", "left", "code", "message"),
])  # fmt: skip
_kinds = st.sampled_from(["init", "message", "delete", "clients", "error", "other"])


@given(_kinds, st.dictionaries(_fields, _values))
def test_random_fields_are_an_event_or_refused(kind, fields):
    """Any value in any field: an event with texts that can be written, or the one error."""
    try:
        event = decoded(**{**fields, "type": kind})
    except EventError:
        return
    match event:
        case Message(text=text, from_name=name) | Refusal(text=text, code=name):
            assert (text + name).encode()
        case None:
            assert kind == "other"


@pytest.mark.parametrize(
    ("fields", "event"),
    [
        ({"type": "room", "room": "dev"}, RoomView(0, "dev")),
        ({"type": "room", "messages": [{"id": 1, "text": "hi"}], "topic": None}, RoomView(0, None, (bare_message(1),))),
        (
            {"type": "room", "here": ["ana"], "unread": {"count": 3}},
            RoomView(0, here=(Client("ana", "ana"),), unread=Unread(3, 0)),
        ),
        ({"type": "left"}, LeftRoom()),
        (
            {"type": "rooms", "rooms": [{"room": "dev"}, {"room": 5, "people": 2}]},
            RoomsPage((RoomState("dev", 0), RoomState("5", 2)), more=False),
        ),
        (
            {"type": "who", "people": ["ana"], "room": "dev"},
            PeoplePage((Client("ana", "ana"),), more=False, room="dev"),
        ),
        ({"type": "read", "id": 4}, ReadPlace(4)),
    ],
)
def test_rooms_in_few_words(fields, event):
    """What is missing is what it is where nobody says anything: open, empty, nobody."""
    assert decode_event(json.dumps(fields)) == event
