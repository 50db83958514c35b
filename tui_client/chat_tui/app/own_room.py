"""A room of our own in the app: tells how others join, asks before it ends under them, and ends with the app."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Any

from textual.app import App, SystemCommand
from textual.screen import Screen

from chat_tui.screens.dialogs.invitation import InvitationScreen
from chat_tui.screens.dialogs.question import Answer, Question
from chat_tui.state.store import Store

if TYPE_CHECKING:
    from chat_tui.app.local_server import LocalServer


class RoomError(Exception):
    """A room can't be started. Its text is for a person."""


_WHO = "Who can join your room?"
_ANSWERS = (Answer("c", "This computer only", "computer"), Answer("n", "Anyone on this network", "network"))


async def ask_and_start(app: App[None], here: str) -> "OwnRoom | str":
    """Ask who may come, and start a room at the port of the URL `here` or one of the next.

    Returns why not, as a sentence, where there is none; "" where it is not wanted after all.
    """
    answered: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
    app.push_screen(Question(_WHO, _ANSWERS), answered.set_result)
    if (who := await answered) is None:
        return ""
    from chat_tui.app.local_server import open_room  # noqa: PLC0415 - few bring a server along

    port = int(here.rpartition(":")[2].strip("/"))
    try:
        return OwnRoom(app, await asyncio.to_thread(open_room, port, networked=who == "network"))
    except RoomError as error:
        return str(error)


def reach(bound: str, *, here_only: bool, networked: bool) -> str:
    """Who may come to a room that listens on this address, as a sentence; is there a network to this computer?"""
    if here_only:
        return f"Listening on {bound}: only people on this computer can join."
    if not networked:
        return f"Listening on {bound}, but this computer isn't on a network: nobody else can join right now."
    return f"Listening on {bound}, open to the network: anyone who can reach it can read, write and delete."


class OwnRoom:
    """A server that was started here, and the dialogs about it."""

    def __init__(self, app: App[None], server: "LocalServer") -> None:
        self.server = server
        self._app = app
        self._question: Screen[Any] | None = None

    def invite(self) -> None:
        """Show how others join."""
        if not isinstance(self._app.screen, InvitationScreen):
            server = self.server
            words = reach(server.bound, here_only=server.here_only, networked=server.network is not None)
            self._app.push_screen(InvitationScreen(server.invitation, words))

    def commands(self) -> Iterator[SystemCommand]:
        """What the palette offers."""
        yield SystemCommand("How others join", "Show the command to type", self.invite)

    def asks_first(self, store: Store, end: Callable[[], Awaitable[None]], stay: Callable[[], None]) -> bool:
        """Ask whether to leave, and to end the room under others; False where nobody else is in it."""
        you = store.people.you.id if store.people.you else ""
        others = [name for who, name in store.people.clients.items() if who != you]
        if len(store.people.clients) < 2:
            return False
        if self._question not in self._app.screen_stack:
            self._ask(others, end, stay)
        return True

    def _ask(self, others: list[str], end: Callable[[], Awaitable[None]], stay: Callable[[], None]) -> None:
        async def answered(answer: str | None) -> None:
            if answer == "end":
                await end()
            else:
                stay()

        who = f"{others[0]} is still here." if len(others) == 1 else f"{len(others)} others are still here."
        answers = [Answer("s", "Stay", "stay"), Answer("e", "End the room", "end")]
        self._question = Question(f"{who} The room closes when you leave.", answers)
        self._app.push_screen(self._question, answered)

    async def close(self) -> None:
        """The room ends with us."""
        await asyncio.to_thread(self.server.close)
