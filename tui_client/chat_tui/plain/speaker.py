"""Speaker: says the lines that were typed, or does what they ask for here."""

from collections.abc import Callable, Iterable

from chat_protocol.commands import (
    Command,
    CommandError,
    Exit,
    FetchHistory,
    Join,
    Leave,
    Search,
    TakeName,
    parse_command,
)
from chat_protocol.text import clean
from chat_tui.engine.feed import Feed
from chat_tui.plain import wording
from chat_tui.plain.streams import MOST_LINE_BYTES, Line
from chat_tui.plain.wanted_name import WantedName
from chat_tui.state.outbox import Pending
from chat_tui.state.view import room_key


class Speaker:
    """Parses each line. `ask` puts a command into the outbox, `refuse` says why a line was not sent."""

    def __init__(
        self,
        feed: Feed,
        name: WantedName,
        *,
        ask: Callable[[Command, str], Pending | None],
        tell: Callable[[Iterable[str]], None],
        refuse: Callable[[str, str], None],
        leave: Callable[[], None],
    ) -> None:
        self._feed = feed
        self._name = name
        self._ask = ask
        self._tell = tell
        self._refuse = refuse
        self._leave = leave

    def say(self, line: Line) -> None:
        """Say a line, unless nothing is in it."""
        text = clean(line.text).rstrip()
        if line.cut:
            self._refuse(text, f"A line can have at most {MOST_LINE_BYTES:,} bytes.")
        elif text.split()[:1] == ["/help"]:
            self._tell(wording.help_lines())
        elif text:
            self._say(text)

    def _say(self, text: str) -> None:
        try:
            command = parse_command(text)
        except CommandError as error:
            self._refuse(text, error.text)
            return
        match command:
            case Exit():
                self._leave()
            case Join(places=places):
                for one in places:
                    self._feed.join(one.room)
            case Leave(rooms=rooms):
                for room in rooms:
                    self._feed.leave(room_key(room))
            case FetchHistory() | Search() if self._feed.store.plain:
                self._refuse(text, "This server keeps no messages to search.")
            case TakeName(name=name):
                self._name.wanted = name
                self._ask(command, text)
            case _:
                self._ask(command, text)
