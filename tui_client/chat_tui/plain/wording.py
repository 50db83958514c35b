"""Wording of every line that is written to standard output. Pure: told the time.

One event is one line, whatever is in it: what comes here has been made harmless (`chat_protocol.text`), and the line
breaks that are left in a text become a mark that can be seen.
"""

from collections.abc import Sequence

from chat_protocol.commands import TYPED_COMMANDS
from chat_protocol.events import HistoryPage, Message, PeoplePage, RoomsPage, SearchResults
from chat_protocol.rooms import LOBBY
from chat_tui.state.store import Store
from chat_tui.wording.times import ISO_DATE, clock_time

LINE_BREAK = " ⏎ "
_QUOTE = 40
_MOST_NAMES = 20


def event_line(what: str, now: float) -> str:
    """Something that happened now and is no message: `10:02 bob joined`."""
    return _joined(clock_time(now, now, ISO_DATE), what)


def message_line(store: Store, message: Message, now: float) -> str:
    """A message: `10:02 #12 ana, replying to #11 of bob "nice" (gone in 30 s): text`.

    `now` is on this computer's clock, in seconds since the epoch.
    """
    server_now = store.server_now(now)
    head = _joined(
        clock_time(message.sent_at, server_now, ISO_DATE),
        _room(store, message),
        f"#{message.id}",
        author(store, message),
        f"privately to {_reader(store, message.to_id)}" if message.to_id is not None else "",
    )
    if message.reply_to is not None:
        head += f", replying to {_parent(store, message, message.reply_to)}"
    if message.expires_at is not None:
        head += f" (gone in {lifetime(message.expires_at - server_now)})"
    return f"{head}: {on_one_line(message.text)}"


def author(store: Store, message: Message) -> str:
    """Who wrote it: `you`, a name, or "" where the server does not say."""
    return "you" if store.people.is_own(message) else message.from_name


def on_one_line(text: str) -> str:
    """The text with a mark in place of each line break."""
    return text.replace("\n", LINE_BREAK).rstrip()


def lifetime(seconds: float) -> str:
    """How long, in the unit that a person would use: `30 s`, `5 min`, `2 h`, `3 days`; never less than 1 s."""
    for size, unit, most in ((1, "s", 100), (60, "min", 100), (3600, "h", 48)):
        if (count := max(1, round(seconds / size))) < most:
            return f"{count} {unit}"
    return f"{round(seconds / 86400)} days"


def gone(number: int, whose: str, *, expired: bool) -> str:
    """A message is gone: its number and author, never its text."""
    what = f"your message {number}" if whose == "you" else f"message {number}" + (f" of {whose}" if whose else "")
    return f"expired: {what}" if expired else f"deleted: {what}"


def connected(store: Store, host: str, *, again: bool) -> str:
    """There is a connection: where, as whom, who else is here."""
    you = f" as {store.people.you.name}" if store.people.you else ""
    words = f"{'reconnected' if again else 'connected'} to {host}{you}."
    others = [
        name
        for client_id, name in store.people.clients.items()
        if not store.people.you or client_id != store.people.you.id
    ]
    if others:
        return f"{words} Also here: {names(others)}."
    return f"{words} Nobody else is here." if store.people.clients else words


def missed(count: int, *, gap: bool) -> str:
    """How much came while there was no connection; with a `gap`, before that there may be more."""
    if not count and not gap:
        return "you missed nothing"
    return f"you missed {messages(count)}{', and older ones before that' if gap else ''}:"


def went_back(lost: int) -> str:
    """The server's record is that of a backup: so many of the messages that were told are not in it."""
    gone = "1 newer message is gone" if lost == 1 else f"{lost} newer messages are gone"
    return f"the server went back to a backup; {gone}"


def missing(count: int) -> str:
    """How many can't be had of what was said; deleted ones are among them, as nobody can tell them apart."""
    return f"up to {count:,} messages are missing here: the server no longer has them"


def messages(count: int) -> str:
    """`1 message`, `2 messages`."""
    return f"{count} message{'' if count == 1 else 's'}"


def answer(store: Store, event: HistoryPage | SearchResults, now: float) -> list[str]:
    """What the server has found or fetched: how much, then the messages."""
    if isinstance(event, SearchResults):
        head = f"found {messages(len(event.messages))} for {event.query}" + (
            ", newest first:" if event.messages else ""
        )
        more = f"there are older ones: /search {event.query} before:{{}}"
    else:
        head = f"{messages(len(event.messages))} before #{event.before}" + (":" if event.messages else "")
        more = "there are older ones: /history {}"
    lines = [event_line(head, now), *(message_line(store, message, now) for message in event.messages)]
    if event.more and event.messages:
        lines.append(event_line(more.format(min(message.id for message in event.messages)), now))
    return lines


def listed(event: RoomsPage | PeoplePage, now: float) -> list[str]:
    """The rooms that there are, or who is in one."""
    if isinstance(event, PeoplePage):
        people = [client.name for client in event.people]
        words = f"[{event.room or LOBBY}] {len(people)} here: {', '.join(people)}"
        last = event.people[-1].id if event.people else ""
        more = [f"there are others: /in {event.room or LOBBY} /who {last}"] if event.more else []
        return [event_line(line, now) for line in (words, *more)]
    if not event.rooms:
        return [event_line("there are no other rooms", now)]
    lines = [f"{one.room}: {one.people} here{f', {one.topic}' if one.topic else ''}" for one in event.rooms]
    if event.more:
        lines.append(f"there are others: /rooms @{event.rooms[-1].room}")
    return [event_line(line, now) for line in lines]


def names(people: Sequence[str]) -> str:
    """`ana`, `ana and bob`, `ana, bob and 30 more`."""
    shown = list(people[:_MOST_NAMES])
    if (rest := len(people) - len(shown)) > 0:
        shown.append(f"{rest} more")
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else "".join(shown)


def help_lines() -> list[str]:
    """What can be typed."""
    lines = [f"{spec.usage}: {spec.summary}" for spec in TYPED_COMMANDS]
    return [*lines, "//text: send a message that starts with a /"]


def shortened(text: str, length: int) -> str:
    """The beginning of a text, on one line, of at most that many characters."""
    text = " ".join(on_one_line(text[: 4 * length]).split())
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def _reader(store: Store, client_id: str) -> str:
    return (
        "you" if store.people.you is not None and client_id == store.people.you.id else store.people.name_of(client_id)
    )


def _room(store: Store, message: Message) -> str:
    """In which room it was said, where that is not the home."""
    if message.to_id is not None or store.views.of_message(message) is store.views.home:
        return ""
    return f"[{message.room or LOBBY}]"


def _parent(store: Store, message: Message, number: int) -> str:
    """Whose message, and how it begins. What is to be gone soon is not repeated, as nothing could take it back here."""
    view = store.views.of_message(message)
    parent = None if view is None else view.history.messages.get(number)
    if parent is None:
        return f"#{number}"
    whose = author(store, parent)
    words = f"your #{number}" if whose == "you" else f"#{number}" + (f" of {whose}" if whose else "")
    return words if parent.expires_at is not None else f'{words} "{shortened(parent.text, _QUOTE)}"'


def _joined(*words: str) -> str:
    return " ".join(word for word in words if word)
