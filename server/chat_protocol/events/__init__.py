"""Events: what a server may send. `types` defines them, `codec` encodes and decodes frames, `lenient` reads others'."""

from chat_protocol.events.codec import clean_message, decode_event, encode_event
from chat_protocol.events.types import (
    CLOSE_RESTART,
    CLOSE_SLOW,
    Client,
    ClientsChanged,
    Deleted,
    EncodedInit,
    Event,
    EventError,
    HistoryPage,
    Init,
    Message,
    Refusal,
    SearchResults,
)

__all__ = [
    "CLOSE_RESTART",
    "CLOSE_SLOW",
    "Client",
    "ClientsChanged",
    "Deleted",
    "EncodedInit",
    "Event",
    "EventError",
    "HistoryPage",
    "Init",
    "Message",
    "Refusal",
    "SearchResults",
    "clean_message",
    "decode_event",
    "encode_event",
]
