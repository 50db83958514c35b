"""A room of our own in the app: tells how others join, asks before it ends under them, and ends with the app."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Any

from textual.app import App, SystemCommand
from textual.screen import Screen

from chat_tui.screens.dialogs.invitation import InvitationScreen
from chat_tui.state.store import Store

if TYPE_CHECKING:
    from chat_tui.app.local_server import LocalServer


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
            networked = server.network is not None
            self._app.push_screen(InvitationScreen(server.invitation, server.bound, networked=networked))

    def commands(self) -> Iterator[SystemCommand]:
        """What the palette offers."""
        yield SystemCommand("How others join", "The line that they type", self.invite)

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
        from chat_tui.screens.dialogs.question import Answer, Question  # noqa: PLC0415 - few start a room

        async def answered(answer: str | None) -> None:
            if answer == "end":
                await end()
            else:
                stay()

        who = f"{others[0]} is here." if len(others) == 1 else f"Others are here ({len(others)})."
        answers = [Answer("s", "Stay", "stay"), Answer("e", "End it", "end")]
        self._question = Question(f"{who} Your room ends when you leave.", answers)
        self._app.push_screen(self._question, answered)

    async def close(self) -> None:
        """The room ends with us."""
        await asyncio.to_thread(self.server.close)
