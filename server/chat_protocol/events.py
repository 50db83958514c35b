"""What the server may say: one JSON object a frame. `encode_event` and `decode_event` are inverses.

`decode_event` is generous, so that a client works with any server that speaks a part of this: fields that are
missing get a value that says so, fields and events that are unknown are passed over. All text of other people is
made safe here (`chat_protocol.text`), so that nothing behind it meets a control character.
"""

import math
from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

from chat_protocol.text import clean, clean_line

# Close codes of our own; 4000 to 4999 are for private use (RFC 6455, 7.4.2).
CLOSE_SLOW = 4008
CLOSE_RESTART = 1012
"""Service restart: the server ends as planned; come back in a moment (IANA close code registry)."""


class Client(Struct, frozen=True):
    """Somebody connected. `id` has no spaces and outlives a reconnect; `name` may change."""

    id: str
    name: str


# Nothing in it can refer to it, and there are many: the garbage collector need not look at them.
class Message(Struct, frozen=True, tag="message", omit_defaults=True, gc=False):
    """A message that is kept and numbered.

    `sent_at` and `expires_at` are seconds since the epoch (UTC) on the server's clock. `to_id` is the target of a
    direct message. `txn` is the sender's token: it means something only together with `from_id`.
    """

    id: int
    text: str
    reply_to: int | None
    from_id: str
    from_name: str
    to_id: str | None
    sent_at: float
    seq: int
    expires_at: float | None = None
    txn: str | None = None


class Deleted(Struct, frozen=True, tag="delete", omit_defaults=True):
    """Message `id` is gone: deleted by somebody, or expired.

    `txn` is there for who has said the line with this token a second time: it was kept, and is gone since.
    """

    id: int
    seq: int
    txn: str | None = None


class ClientsChanged(Struct, frozen=True, tag="clients", omit_defaults=True):
    """Who came and who left. Somebody who is here already and stands in `joined` has a new name.

    `clients`, from other servers, is a full list.
    """

    joined: tuple[Client, ...]
    left: tuple[str, ...]
    clients: tuple[Client, ...] | None = None


class Refusal(Struct, frozen=True, tag="error", omit_defaults=True):
    """A line was refused. `text` is one or two sentences for a person."""

    code: str
    text: str
    txn: str | None = None


class History(Struct, frozen=True, tag="history", omit_defaults=True):
    """Messages that are older than message `before`, oldest first: the newest of them, for who has asked.

    `more` says that there are older ones still.
    """

    before: int
    messages: tuple[Message, ...]
    more: bool
    txn: str | None = None


class Found(Struct, frozen=True, tag="search", omit_defaults=True):
    """Messages that fit `query`, newest first, for who has asked.

    `more` says that there are older ones: ask for those `before:` the last of these.
    """

    query: str
    messages: tuple[Message, ...]
    more: bool
    txn: str | None = None


class Init(Struct, frozen=True, tag="init", omit_defaults=True):
    """The first event. `messages` oldest first; `more` says that there were older ones.

    `now` is the server's clock. `you` and `clients` are None where the server does not say. `missed` is None unless
    `resumed`: how many messages came since and still exist, those that are not in `messages` included.
    """

    messages: tuple[Message, ...]
    epoch: str
    seq: int
    resumed: bool
    deleted: tuple[int, ...]
    more: bool
    limits: dict[str, float]
    now: float | None = None
    you: Client | None = None
    clients: tuple[Client, ...] | None = None
    missed: int | None = None


class EncodedInit(Struct, frozen=True, tag="init", omit_defaults=True):
    """An `Init` as a server writes it: JSON arrays are in the place of the parts that newcomers have in common."""

    messages: msgspec.Raw
    epoch: str
    seq: int
    resumed: bool
    deleted: msgspec.Raw
    more: bool
    limits: dict[str, float]
    now: float
    you: Client
    clients: msgspec.Raw
    missed: int | None = None


Event: TypeAlias = Init | Message | Deleted | ClientsChanged | Refusal | History | Found


class EventError(ValueError):
    """A frame that is not an event: not JSON, or without what its type needs."""


encode_event: Callable[[Event | EncodedInit], bytes] = msgspec.json.Encoder().encode
"""The event as one JSON object, UTF-8."""
_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


def decode_event(frame: str | bytes) -> Event | None:
    """Read one frame; None for an event of a type that we don't know.

    Raises:
        EventError: when the frame is not an event.
    """
    event: Event | None
    try:
        event = _decoder.decode(frame)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        event = _decode_leniently(frame)
    return _cleaned(event)


def _cleaned(event: Event | None) -> Event | None:  # noqa: PLR0911 - one for each event
    match event:
        case Message():
            return clean_message(event)
        case Init():
            return msgspec.structs.replace(
                event,
                messages=tuple(map(clean_message, event.messages)),
                you=event.you and _clean_client(event.you),
                clients=event.clients and tuple(map(_clean_client, event.clients)),
            )
        case History():
            return msgspec.structs.replace(event, messages=tuple(map(clean_message, event.messages)))
        case Found():
            messages = tuple(map(clean_message, event.messages))
            return msgspec.structs.replace(event, query=clean_line(event.query), messages=messages)
        case ClientsChanged():
            return ClientsChanged(
                tuple(map(_clean_client, event.joined)),
                tuple(map(clean_line, event.left)),
                event.clients and tuple(map(_clean_client, event.clients)),
            )
        case Refusal():
            return Refusal(clean_line(event.code), clean(event.text), event.txn)
        case _:
            return event


def clean_message(message: Message) -> Message:
    """Return the message with harmless text; the same object when it was harmless already."""
    text = clean(message.text)
    names = message.from_name + message.from_id + (message.to_id or "")
    if text is message.text and names == clean_line(names):
        return message
    return msgspec.structs.replace(
        message,
        text=text,
        from_name=clean_line(message.from_name),
        from_id=clean_line(message.from_id),
        to_id=message.to_id and clean_line(message.to_id),
    )


def _clean_client(client: Client) -> Client:
    return Client(clean_line(client.id), clean_line(client.name))


def _decode_leniently(frame: str | bytes) -> Event | None:  # noqa: PLR0911 - one for each event
    """Read what other servers may send: only `type`, and what the event can't be without."""
    import json  # noqa: PLC0415 - our own server never needs it, and it would delay the first frame

    try:
        # Not msgspec, which refuses a whole frame for half a surrogate pair: what cutting a text in JavaScript leaves.
        raw: dict[str, Any] = json.loads(str(frame, "utf-8") if isinstance(frame, bytes) else frame)
        match raw:
            case {"type": "init", **fields}:
                return _lenient_init(fields)
            case {"type": "message", **fields}:
                return _lenient_message(fields)
            case {"type": "delete", **fields}:
                number = _number(fields["id"])
                return Deleted(number, _number(fields.get("seq"), number), _optional_text(fields.get("txn")))
            case {"type": "clients", **fields}:
                full = _lenient_clients(fields["clients"]) if fields.get("clients") is not None else None
                left = tuple(map(_text, _list(fields.get("left"))))
                return ClientsChanged(_lenient_clients(fields.get("joined")), left, full)
            case {"type": "error", **fields}:
                text = _text(fields.get("text") or fields.get("message") or "The server refused this.")
                return Refusal(_text(fields.get("code") or "error"), text, _optional_text(fields.get("txn")))
            case {"type": "history", **fields}:
                return History(_number(fields["before"]), *_lenient_page(fields))
            case {"type": "search", **fields}:
                return Found(_text(fields["query"]), *_lenient_page(fields))
            case {"type": str()}:
                return None
    except (KeyError, OverflowError, RecursionError, TypeError, ValueError) as error:
        raise EventError(f"This frame is not an event: {error}") from error
    raise EventError("This frame is not an event: it has no type, or not what its type needs.")


def _lenient_init(fields: dict[str, Any]) -> Init:
    you = fields.get("you")
    return Init(
        messages=tuple(map(_lenient_message, _list(fields.get("messages")))),
        epoch=_text(fields.get("epoch") or ""),
        seq=_number(fields.get("seq"), 0),
        resumed=fields.get("resumed") is True,
        deleted=tuple(map(_number, _list(fields.get("deleted")))),
        more=fields.get("more") is True,
        limits={key: _seconds(value) or 0.0 for key, value in dict(fields.get("limits") or {}).items()},
        now=_seconds(fields.get("now")),
        you=None if you is None else _lenient_client(you),
        clients=_lenient_clients(fields["clients"]) if fields.get("clients") is not None else None,
        missed=None if fields.get("missed") is None else _number(fields["missed"]),
    )


def _lenient_page(fields: dict[str, Any]) -> tuple[tuple[Message, ...], bool, str | None]:
    messages = tuple(map(_lenient_message, _list(fields.get("messages"))))
    return messages, fields.get("more") is True, _optional_text(fields.get("txn"))


def _lenient_message(fields: dict[str, Any]) -> Message:
    number = _number(fields["id"])
    reply_to = fields.get("reply_to")
    return Message(
        id=number,
        text=_text(fields["text"]),
        reply_to=None if reply_to is None else _number(reply_to),
        from_id=_text(fields.get("from_id") or ""),
        from_name=_text(fields.get("from_name") or ""),
        to_id=_optional_text(fields.get("to_id")),
        sent_at=_seconds(fields.get("sent_at")) or 0.0,
        seq=_number(fields.get("seq"), number),
        expires_at=_seconds(fields.get("expires_at")),
        txn=_optional_text(fields.get("txn")),
    )


def _lenient_clients(values: Any) -> tuple[Client, ...]:
    return tuple(map(_lenient_client, _list(values)))


def _lenient_client(value: Any) -> Client:
    """A client is an object with an id, or just a name."""
    if isinstance(value, dict):
        return Client(_text(value["id"]), _text(value.get("name") or value["id"]))
    return Client(_text(value), _text(value))


def _list(value: Any) -> list[Any]:
    if value and not isinstance(value, list):
        raise TypeError(f"a list is needed, not {type(value).__name__}")
    return value or []


def _optional_text(value: Any) -> str | None:
    return None if value is None else _text(value)


def _text(value: Any) -> str:
    if not isinstance(value, (str, int)):
        raise TypeError(f"a text is needed, not {type(value).__name__}")
    return str(value)


def _number(value: Any, default: int | None = None) -> int:
    if value is None and default is not None:
        return default
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"a whole number is needed, not {type(value).__name__}")
    return value


def _seconds(value: Any) -> float | None:
    if value is None:
        return None
    if not isinstance(value, (int, float)) or not math.isfinite(value):
        raise TypeError(f"a number is needed, not {value if isinstance(value, float) else type(value).__name__}")
    return float(value)
