"""Unread messages: counts what came after the place that a client has read, and what of it is to that client. Pure."""

from collections.abc import Callable, Iterable

from chat_protocol.events import Message, Unread
from chat_protocol.words import words_of

MOST_UNREAD = 1_000


def mentioner(name: str) -> Callable[[str], bool]:
    """Return what tells whether a text has a name in it, as words of its own."""
    wanted = words_of(name)
    plain = name.lower()

    def mentions(text: str) -> bool:
        if text.isascii() and plain.isascii() and plain not in text.lower():
            return False  # most have not even the letters, which is seen sooner
        words = words_of(text)
        return any(words[start : start + len(wanted)] == wanted for start in range(len(words) - len(wanted) + 1))

    return mentions if wanted else lambda text: plain in text.lower()


def count_unread(newest_first: Iterable[Message], client_id: str, name: str) -> Unread:
    """Of messages after the place read, those of others: how many, counted to 1,000, and how many to this client."""
    mentions = mentioner(name)
    count = to_you = 0
    for message in newest_first:
        if message.from_id == client_id:
            continue
        count += 1
        to_you += message.to_id == client_id or mentions(message.text)
        if count >= MOST_UNREAD:
            break
    return Unread(count, to_you)
