"""Event codec: one JSON object per frame. `encode_event` and `decode_event` are inverses.

`decode_event` is lenient, so that a client works with any server that speaks a part of this: missing fields get a
value that says so, unknown fields and events are skipped. Text by other people is sanitised here
(`chat_protocol.text`), so that nothing behind it meets a control character.
"""

from collections.abc import Callable

import msgspec

from chat_protocol.events.types import (
    Client,
    ClientsChanged,
    EncodedInit,
    Event,
    HistoryPage,
    Init,
    Message,
    Refusal,
    SearchResults,
)
from chat_protocol.text import clean, clean_line

__all__ = [
    "clean_message",
    "decode_event",
    "encode_event",
]

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
        # Our own server never needs it.
        from chat_protocol.events.lenient import decode_leniently  # noqa: PLC0415 - it would delay the first frame

        event = decode_leniently(frame)
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
        case HistoryPage():
            return msgspec.structs.replace(event, messages=tuple(map(clean_message, event.messages)))
        case SearchResults():
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
