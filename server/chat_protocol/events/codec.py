"""Event codec: one JSON object per frame. `encode_event` and `decode_event` are inverses.

`decode_event` is lenient, so that a client works with any server that speaks a part of this: missing fields get a
value that says so, unknown fields and events are skipped. Text by other people is sanitised here
(`chat_protocol.text`), so that nothing behind it meets a control character; and no number is out of its bounds.
"""

from collections.abc import Callable
from typing import Annotated, Any, TypeAlias, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from chat_protocol.events.types import EncodedEvent, Event, Line
from chat_protocol.text import clean_line

__all__ = [
    "clean_event",
    "decode_event",
    "encode_event",
]

_Struct = TypeVar("_Struct", bound=Struct)
_Cleaner: TypeAlias = Callable[[Any], Any]

encode_event: Callable[[Event | EncodedEvent], bytes] = msgspec.json.Encoder().encode
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
        # Our own server never needs it.
        from chat_protocol.events.lenient import decode_leniently  # noqa: PLC0415 - it would delay the first frame

        event = decode_leniently(frame)
        return event and clean_event(event)
    if type(frame) is bytes and frame.isascii() and b"\\" not in frame and b"\x7f" not in frame:
        return event  # other controls would be escaped: most frames are done
    cleaned: Event = _cleaners[type(event)](event)
    return cleaned


def clean_event(event: _Struct) -> _Struct:
    """Return an event, or a part of one, with harmless texts; the same object when they were harmless already."""
    cleaned: _Struct = _cleaners[type(event)](event)
    return cleaned


class _Cleaners(dict[type[Struct], _Cleaner]):
    """Clean the texts of each type by its annotations, which are read when the first of its values comes."""

    def __missing__(self, kind: type[Struct]) -> _Cleaner:
        cleaner = self[kind] = _struct_cleaner(kind)
        return cleaner


_cleaners = _Cleaners()


def _struct_cleaner(kind: type[Struct]) -> _Cleaner:
    hints = get_type_hints(kind, include_extras=True)
    lines = [name for name, hint in hints.items() if hint in (Line, Line | None)]
    others = [(name, cleaner) for name, hint in hints.items() if name not in lines and (cleaner := _cleaner(hint))]

    def clean_struct(value: Any) -> Any:
        changes: dict[str, Any] | None = None
        for name in lines:
            line = getattr(value, name)
            if line is None or (line.isascii() and line.isprintable()):  # `clean_line` for each would double the time
                continue
            changes = changes or {}
            changes[name] = clean_line(line)
        for name, cleaner in others:
            old = getattr(value, name)
            if (new := cleaner(old)) is not old:
                changes = changes or {}
                changes[name] = new
        return msgspec.structs.replace(value, **changes) if changes else value

    return clean_struct


def _cleaner(hint: Any) -> _Cleaner | None:
    """What cleans values of a type; None where there is nothing to clean."""
    if get_origin(hint) is Annotated:
        cleaner: _Cleaner | None = next(filter(callable, hint.__metadata__), None)  # a number has its bounds there
        return cleaner
    if isinstance(hint, type) and issubclass(hint, Struct):
        return _cleaners[hint]
    inner = next(filter(None, map(_cleaner, get_args(hint))), None)
    if inner is None:
        return None
    if get_origin(hint) is tuple:
        return lambda values: tuple(map(inner, values))
    return lambda value: value and inner(value)  # where it may be None
