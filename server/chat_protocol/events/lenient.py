"""Lenient decoding: reads frames of other servers, which may hold only `type` and what the event can't be without."""

import json
import math
from typing import Any

from chat_protocol.events.types import (
    Client,
    ClientsChanged,
    Deleted,
    Event,
    EventError,
    HistoryPage,
    Init,
    Message,
    Refusal,
    SearchResults,
)


def decode_leniently(frame: str | bytes) -> Event | None:  # noqa: PLR0911 - one for each event
    """Read a frame; None for an event of a type that we don't know.

    Raises:
        EventError: when the frame is not an event.
    """
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
                return HistoryPage(_number(fields["before"]), *_lenient_page(fields))
            case {"type": "search", **fields}:
                return SearchResults(_text(fields["query"]), *_lenient_page(fields))
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
