"""Lenient decoding: reads frames of other servers, which may hold only `type` and what the event can't be without.

An id or count out of its bounds is 0, which is the number of nothing; a time or limit is moved to the nearer bound. So
a message that a server has dated to the end of the world can be read, and harms nobody who computes with it.
"""

import functools
import json
import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import NoneType
from typing import Any, TypeAlias, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from chat_protocol.events.types import MOST_AMOUNT, MOST_NUMBER, Client, Event, EventError, Refusal

_Reader: TypeAlias = Callable[[Any], Any]

_EVENTS: Mapping[str, type[Struct]] = {str(kind.__struct_config__.tag): kind for kind in get_args(Event)}
_NEEDED = ("id", "text", "before", "query")
"""Fields that an event can't be without. Of the others, what is missing is empty, 0 or None."""


def decode_leniently(frame: str | bytes) -> Event | None:
    """Read a frame; None for an event of a type that we don't know.

    Raises:
        EventError: when the frame is not an event.
    """
    try:
        # Not msgspec, which refuses a whole frame for half a surrogate pair: what cutting a text in JavaScript leaves.
        match json.loads(str(frame, "utf-8") if isinstance(frame, bytes) else frame):
            case {"type": str(name), **fields}:
                event: Event | None = _reader(_EVENTS[name])(fields) if name in _EVENTS else None
                return event
    except (KeyError, OverflowError, RecursionError, TypeError, ValueError) as error:
        raise EventError(f"This frame is not an event: {error}") from error
    raise EventError("This frame is not an event: it has no type, or not what its type needs.")


@functools.cache
def _reader(hint: Any) -> _Reader:
    """What reads the values of a type."""
    inner = get_args(hint)
    if NoneType in inner:
        read = _reader(inner[0])
        return lambda value: None if value is None else read(value)
    if get_origin(hint) is tuple:
        read = _reader(inner[0])
        return lambda value: tuple(map(read, _list(value)))
    if get_origin(hint) is dict:
        read = _reader(inner[1])
        return lambda value: {key: read(each) for key, each in dict(value or {}).items()}
    return _READERS[hint] if hint in _READERS else partial(_struct, hint, *_fields(hint))


def _fields(kind: type[Struct]) -> tuple[list[tuple[str, _Reader]], list[tuple[str, _Reader]]]:
    """The fields that are needed, and the others, with what reads them."""
    hints = get_type_hints(kind)
    needed = [(name, _reader(hint)) for name, hint in hints.items() if name in _NEEDED]
    defaults = {field.name: field.default for field in msgspec.structs.fields(kind)}
    others = [(name, _if_any(_reader(hint), hint, defaults[name])) for name, hint in hints.items()]
    return needed, [field for field in others if field[0] not in _NEEDED]


def _if_any(read: _Reader, hint: Any, default: Any) -> _Reader:
    """What reads a value that may be missing: then it is the default, or where there is none the empty one."""
    missing = {str: "", int: 0}.get(hint) if default is msgspec.NODEFAULT else default
    if hint not in (str, int):
        return read
    return lambda value: missing if value is None else read(value)


def _struct(
    kind: type[Struct], needed: Sequence[tuple[str, _Reader]], others: Sequence[tuple[str, _Reader]], fields: Any
) -> Any:
    """An event or a part of one, from an object."""
    if not isinstance(fields, dict):
        raise TypeError(f"an object is needed, not {type(fields).__name__}")
    values: dict[str, Any] = {}
    for name, read in needed:
        values[name] = read(fields[name])
    for name, read in others:
        value = fields.get(name)
        values[name] = values.get("id", 0) if value is None and name == "seq" else read(value)
    return kind(**values)


def _refusal(fields: Any) -> Refusal:
    """An error may have other words for its text, and no code."""
    text = fields.get("text") or fields.get("message") or "The server refused this."
    return Refusal(_text(fields.get("code") or "error"), _text(text), _reader(str | None)(fields.get("txn")))


def _client(value: Any) -> Client:
    """A client is an object with an id, or just a name."""
    if isinstance(value, dict):
        return Client(_text(value["id"]), _text(value.get("name") or value["id"]))
    return Client(_text(value), _text(value))


def _list(value: Any) -> list[Any]:
    if value and not isinstance(value, list):
        raise TypeError(f"a list is needed, not {type(value).__name__}")
    return value or []


def _text(value: Any) -> str:
    if not isinstance(value, (str, int)):
        raise TypeError(f"a text is needed, not {type(value).__name__}")
    return str(value)


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"a whole number is needed, not {type(value).__name__}")
    return value if 0 <= value <= MOST_NUMBER else 0


def _amount(value: Any) -> float:
    if value is None:
        return 0.0
    if not isinstance(value, (int, float)) or not math.isfinite(value):
        raise TypeError(f"a number is needed, not {value if isinstance(value, float) else type(value).__name__}")
    return min(max(0.0, float(value)), MOST_AMOUNT)


def _is_true(value: Any) -> bool:
    return value is True


_READERS: Mapping[Any, _Reader] = {
    str: _text, int: _number, float: _amount, bool: _is_true, Client: _client, Refusal: _refusal,
}  # fmt: skip
