"""Events as frames: encoded and decoded without loss, and harmless once decoded."""

import json

import msgspec
import pytest
from hypothesis import given

from chat_protocol.events import (
    Client,
    ClientsChanged,
    Deleted,
    EncodedInit,
    EventError,
    HistoryPage,
    Init,
    Message,
    Refusal,
    clean_event,
    decode_event,
    encode_event,
)
from chat_protocol.text import clean, clean_line
from protocol.strategies import events, texts

MESSAGE = Message(12, "hi", None, "~a", "ana", None, 1.5, 12)
INIT = Init((MESSAGE,), "e", 12, False, (), False, {"text": 4096.0}, 2.0, Client("~b", "bob"), (Client("~b", "bob"),))
EVENTS = [
    INIT,
    MESSAGE,
    Deleted(12, 13),
    ClientsChanged((Client("~a", "ana"),), ("~b",)),
    Refusal("empty", "Can't send an empty message."),
]


@given(events)
def test_encode_and_decode_are_inverses(event):
    """Every event is read back as it was, from bytes and from text."""
    frame = encode_event(event)
    assert decode_event(frame) == event
    assert decode_event(frame.decode()) == event


@given(events)
def test_a_frame_is_one_json_object(event):
    """Any JSON reader understands it, and finds its type."""
    fields = json.loads(encode_event(event))
    assert fields["type"] == event.__struct_config__.tag


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_what_is_always_there_stands_in_the_frame(event):
    """Only what is marked as optional is left out; for what is nothing, `null` is written."""
    optional = {
        Init: {"missed", "room", "people", "topic", "read", "unread"}, Message: {"expires_at", "txn", "room"},
        Deleted: {"txn", "room"}, Refusal: {"txn"}, ClientsChanged: {"clients", "room"},
    }  # fmt: skip
    fields = {"type", *event.__struct_fields__} - optional.get(type(event), set())
    assert set(json.loads(encode_event(event))) == fields


def test_the_frames_of_the_lobby_are_what_they_always_were():
    """Byte for byte: a field of rooms is in none of them."""
    ana = Client("~a", "ana")
    message = Message(12, "hi", None, "~a", "ana", None, 1.5, 12)
    as_text = (
        b'{"type":"message","id":12,"text":"hi","reply_to":null,"from_id":"~a","from_name":"ana","to_id":null,'
        b'"sent_at":1.5,"seq":12}'
    )
    assert encode_event(message) == as_text
    assert encode_event(Deleted(12, 13)) == b'{"type":"delete","id":12,"seq":13}'
    assert encode_event(Refusal("empty", "Why.", "k")) == b'{"type":"error","code":"empty","text":"Why.","txn":"k"}'
    assert encode_event(ClientsChanged((ana,), ("~b",))) == (
        b'{"type":"clients","joined":[{"id":"~a","name":"ana"}],"left":["~b"]}'
    )
    assert encode_event(HistoryPage(13, (message,), more=False)) == (
        b'{"type":"history","before":13,"messages":[' + as_text + b'],"more":false}'
    )
    raw = msgspec.Raw
    init = EncodedInit(
        raw(b"[" + as_text + b"]"), "e", 13, resumed=False, deleted=raw(b"[]"), more=False, limits={"text": 9.0},
        now=2.5, you=ana, clients=raw(b'[{"id":"~a","name":"ana"}]'),
    )  # fmt: skip
    assert encode_event(init) == (
        b'{"type":"init","messages":[' + as_text + b'],"epoch":"e","seq":13,"resumed":false,"deleted":[],"more":false,'
        b'"limits":{"text":9.0},"now":2.5,"you":{"id":"~a","name":"ana"},"clients":[{"id":"~a","name":"ana"}]}'
    )


def test_a_message_frame():
    """The contract with plain clients, field by field."""
    message = Message(12, "hi", 3, "~a", "ana", "~b", 1.5, 12, expires_at=31.5, txn="k7")
    assert json.loads(encode_event(message)) == {
        "type": "message",
        "id": 12,
        "text": "hi",
        "reply_to": 3,
        "from_id": "~a",
        "from_name": "ana",
        "to_id": "~b",
        "sent_at": 1.5,
        "seq": 12,
        "expires_at": 31.5,
        "txn": "k7",
    }


def test_the_other_frames():
    """The contract with plain clients, field by field."""
    assert json.loads(encode_event(Deleted(12, 13))) == {"type": "delete", "id": 12, "seq": 13}
    assert json.loads(encode_event(ClientsChanged((Client("~a", "ana"),), ("~b",)))) == {
        "type": "clients",
        "joined": [{"id": "~a", "name": "ana"}],
        "left": ["~b"],
    }
    assert json.loads(encode_event(Refusal("empty", "Why.", "k7"))) == {
        "type": "error",
        "code": "empty",
        "text": "Why.",
        "txn": "k7",
    }


HOSTILE = "\x1b]52;c;x\x07\x9b31m\u202e\u2028\ud800 [/b]\n\u200b"


@pytest.mark.parametrize("hostile", [HOSTILE, "\x1b[2J", "e" + "\u0301" * 3000])
def test_what_is_decoded_is_harmless(hostile):
    """Every text, name and id of other people, in every event, at every place."""
    someone = {"id": hostile, "name": hostile}
    fields = {"id": 1, "text": hostile, "from_id": hostile, "from_name": hostile, "to_id": hostile}
    text, line = clean(hostile), clean_line(hostile)
    nobody = Client(line, line)
    message = Message(1, text, None, line, line, line, 0.0, 1)

    def decoded(**event):
        return decode_event(json.dumps(event))

    assert decoded(type="message", **fields) == message
    init = decoded(type="init", messages=[fields], you=someone, clients=[someone, hostile])
    assert (init.messages, init.you, init.clients) == ((message,), nobody, (nobody, nobody))
    changed = ClientsChanged((nobody,), (line,), (nobody,))
    assert decoded(type="clients", joined=[someone], left=[hostile], clients=[someone]) == changed
    assert decoded(type="error", code=hostile, text=hostile) == Refusal(line, text)


@given(texts, texts, texts)
def test_the_quick_way_is_no_less_careful(text, name, client_id):
    """A whole frame of ours, with text that nobody cleaned before it was encoded."""
    message = Message(1, text, None, client_id, name, client_id, 1.0, 1)
    decoded = decode_event(encode_event(message))
    line = clean_line(client_id)
    assert decoded == Message(1, clean(text), None, line, clean_line(name), line, 1.0, 1)


@pytest.mark.parametrize("control", [chr(number) for number in (*range(0x20), 0x7F)])
def test_no_control_passes_the_quick_way(control):
    """As an escape it is made harmless; as it is it ends the frame, but for the one that JSON allows."""
    frame = encode_event(Message(1, f"a{control}b", None, "~a", "ana", None, 1.0, 1))
    assert decode_event(frame) == Message(1, clean(f"a{control}b"), None, "~a", "ana", None, 1.0, 1)
    if control != "\x7f":
        with pytest.raises(EventError):
            decode_event(frame.replace(b'"ana"', b'"an%ba"' % control.encode()))


def test_a_harmless_message_is_not_copied():
    """Most messages are: they cost nothing."""
    assert clean_event(MESSAGE) is MESSAGE
