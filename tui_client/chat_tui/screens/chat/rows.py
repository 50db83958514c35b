"""Rows of the message list: how the store's messages look, and what can be done with them. Told the time."""

from collections.abc import Callable

from msgspec import structs

from chat_protocol.commands import Say
from chat_protocol.events import Message
from chat_protocol.rooms import LOBBY
from chat_tui.state.mentions import mentions
from chat_tui.state.outbox import Pending
from chat_tui.state.store import Store
from chat_tui.state.view import TO_YOU
from chat_tui.widgets.markup.links import find_links
from chat_tui.widgets.messages.preview import preview_text
from chat_tui.widgets.messages.row import Action, Row
from chat_tui.wording.page_edges import edge_of
from chat_tui.wording.times import clock_time, goes_at, new_day, said_at

_QUOTE_LENGTH = 200
_STATES = {
    "unsent": "not sent yet",
    "sending": "sending…",
    "doubt": "maybe not sent: send again or discard",
}
_TOGETHER = 300.0
"""Seconds within which messages of one author go together."""
_UNLOADED = "an older message, not loaded"


REPLY = Action("reply", "Reply", "r")
DELETE = Action("delete", "Delete", "d", confirm="Delete? d again")
COPY = Action("copy", "Copy", "y")
MESSAGE = Action("message", "Message", "m")
OPEN = Action("open", "Open link", "o")
JUMP = Action("jump", "Go to quote", "g")
LOAD_OLDER = Action("load-older", "Load older", "l")
LOAD_NEWER = Action("load-newer", "Load newer", "w")
GO_THERE = Action("go-there", "Go there", "g")
NUMBER = Action("number", "#", "#")
AGAIN = Action("again", "Send again", "s")
DISCARD = Action("discard", "Discard", "d", confirm="Discard? d again")


class RowSource:
    """Answers what the list asks of a message, from the store and the clock."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    def row(self, key: int) -> Row | None:
        """How it looks."""
        return row_of(self._store, key, self._clock())

    def actions(self, key: int) -> list[Action]:
        """What can be done with it."""
        return actions_for(self._store, key)

    def details(self, key: int) -> str:
        """The words beside its actions."""
        return details_of(self._store, key, self._clock())

    def quote(self, key: int) -> tuple[str, str]:
        """Author and beginning, for who replies to it."""
        return quote_of(self._store, key)

    def server_now(self) -> float:
        """The server's clock, by which messages go."""
        return self._store.server_now(self._clock())


def row_of(store: Store, key: int, now: float) -> Row | None:
    """The row of a message (key > 0) or of a line of ours that is not acknowledged (key < 0); None: it is gone.

    `now` is in seconds since the epoch on this computer's clock.
    """
    if key < 0:
        pending = next((line for line in store.outbox.messages() if line.key == key), None)
        return None if pending is None else _pending_row(store, pending, now)
    message = store.messages.get(key)
    if message is None and store.history.is_unloaded(key):
        return Row(key, "", "", "", "", folded=_UNLOADED)
    if message is None:
        return None
    return _pointer_row(message) if _is_pointer(store, message) else _message_row(store, message, now)


def _is_pointer(store: Store, message: Message) -> bool:
    """Does it stand for a direct message that is elsewhere?"""
    return message.to_id is not None and not message.text and store.views.shown.is_room


def _pointer_row(message: Message) -> Row:
    """What stands in a room for a direct message, of which the room says nothing but who wrote it."""
    words = f"{author_of(message)} wrote to you privately \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}"
    return Row(message.id, "", "", "", "", folded=words, leads=GO_THERE.name)


def _message_row(store: Store, message: Message, now: float) -> Row:
    own = store.people.is_own(message)
    server_now = store.server_now(now)
    time = clock_time(message.sent_at, server_now)
    before = store.history.before(message.id)
    day = new_day(before.sent_at if before is not None else server_now, message.sent_at, server_now)
    edge, edge_opens = edge_of(store, message, before)
    rule = _unread_rule(time) if store.unread.first_unread == message.id else ""
    private = _private_note(store, message)
    place = _place_note(store, message)
    mentioned = (
        not own and not private and store.people.you is not None and mentions(message.text, store.people.you.name)
    )
    mention = "mentions you" if mentioned else ""
    muted = "muted" if store.people.is_muted(message) else ""
    deleting = store.outbox.is_deleting(message.id)
    return Row(
        key=message.id,
        author=author_of(message),
        author_id=message.from_id or message.from_name,
        text=message.text,
        time=time,
        own=own,
        note=", ".join(filter(None, (place, private, mention, muted, "deleting…" if deleting else ""))),
        note_kind="pending" if deleting else "private" if private else "mention" if mention else "",
        folded=f"muted: {author_of(message)}" if muted else "",
        expires_at=message.expires_at,
        reply_to=message.reply_to,
        rule=rule,
        day=day,
        edge=edge,
        edge_opens=edge_opens,
        grouped=not (edge or day or rule or mention or deleting) and before is not None and goes_on(before, message),
    )


def _pending_row(store: Store, pending: Pending, now: float) -> Row:
    command = pending.command
    if not isinstance(command, Say):
        raise TypeError("only messages have rows")
    state = _STATES[pending.state]
    you = store.people.you
    return Row(
        key=pending.key,
        author=you.name if you else "you",
        author_id=you.id if you else "",
        text=command.text,
        time=clock_time(now, now),
        own=True,
        note=f"private → {store.people.name_of(command.to)}, {state}" if command.to else state,
        note_kind="pending",
        reply_to=command.reply_to,
    )


def found_of(store: Store, message: Message, now: float) -> tuple[int, str, str]:
    """Id, author, and when and for whom, of a message that need not be held."""
    aside = (clock_time(message.sent_at, store.server_now(now)), _private_note(store, message))
    return message.id, author_of(message), ", ".join(filter(None, aside))


def author_of(message: Message) -> str:
    """The author's name; where the server does not say, the message's number stands for it."""
    return message.from_name or f"#{message.id}"


def quote_of(store: Store, message_id: int) -> tuple[str, str]:
    """Author and beginning of a message that is replied to, for the bar above the composer; folded as in the list."""
    message = store.messages.get(message_id)
    if message is None:
        return "", _UNLOADED if store.history.is_unloaded(message_id) else "deleted message"
    if _is_pointer(store, message):
        return author_of(message), "a private message"
    if store.people.is_muted(message):
        return "muted", author_of(message)
    return author_of(message), preview_text(message.text)[:_QUOTE_LENGTH]


def actions_for(store: Store, key: int) -> list[Action]:
    """What can be done with a message, in the order of the strip."""
    if key < 0:
        return [*([AGAIN] if store.outbox.is_in_doubt(key) else []), COPY, DISCARD]
    message = store.messages.get(key)
    if message is None:
        return []
    if _is_pointer(store, message):
        return [GO_THERE]
    actions = [REPLY, DELETE, COPY]
    if store.views.shown.key == TO_YOU:
        actions.insert(1, GO_THERE)
    if message.from_id and not store.people.is_own(message):
        actions.append(structs.replace(MESSAGE, label=f"Message {author_of(message)}"))
    if first_link(message.text):
        actions.append(OPEN)
    if message.reply_to is not None and store.views.shown.key != TO_YOU:
        actions.append(JUMP)
    if store.history.gap_above(key) is not None:
        actions.append(LOAD_OLDER)
    if store.history.gap_below(key) is not None:
        actions.append(LOAD_NEWER)
    return [*actions, structs.replace(NUMBER, label=f"#{key}")]


def details_of(store: Store, key: int, now: float) -> str:
    """When a message was said and when it goes, in full, and by whom where its header is left out; "" if not known."""
    row, message = row_of(store, key, now), store.messages.get(key)
    if row is None or message is None:
        return ""
    gone = "" if message.expires_at is None else goes_at(message.expires_at, message.sent_at)
    return " · ".join(filter(None, (row.author if row.grouped else "", said_at(message.sent_at), gone)))


def first_link(text: str) -> str:
    """The first http or https address in a text, "" where there is none."""
    spans = find_links(text)
    return text[spans[0][0] : spans[0][1]] if spans else ""


def goes_on(before: Message, message: Message) -> bool:
    """Does a message need no header, since the one before it says who it is from, whom it is for, and about when?

    What goes by itself stands alone: its countdown is in its header, and is not that of what comes after it.
    """
    return (
        bool(message.from_id)
        and (message.from_id, message.from_name, message.to_id) == (before.from_id, before.from_name, before.to_id)
        and 0 <= message.sent_at - before.sent_at < _TOGETHER
        and message.reply_to is None
        and message.expires_at is None
        and before.expires_at is None
    )


def _private_note(store: Store, message: Message) -> str:
    if message.to_id is None:
        return ""
    to_you = store.people.you is not None and message.to_id == store.people.you.id
    return f"private → {'you' if to_you else store.people.name_of(message.to_id)}"


def _place_note(store: Store, message: Message) -> str:
    """Where it was said, in the list of what is to us."""
    if store.views.shown.key != TO_YOU or message.to_id is not None:
        return ""
    return f"# {message.room or LOBBY}"


def _unread_rule(time: str) -> str:
    return f"new since {time}" if time else "new"
