"""First run: `chat-tui` with nothing said and nothing set begins with the choice of a room."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from textual.app import SystemCommand
from textual.screen import Screen

from chat_tui.app.app import ChatApp
from chat_tui.app.own_room import OwnRoom
from chat_tui.screens.start.screen import FirstRunScreen
from chat_tui.storage.choices import RememberError
from chat_tui.storage.drafts import Drafts
from chat_tui.storage.outbox_file import OutboxFile

HERE = "ws://localhost:6789/"


class Arrival(NamedTuple):
    """Who we are at one server: as for ChatApp."""

    secret: str | None
    notice: str | None
    drafts: Drafts | None
    outbox: OutboxFile | None = None


class FirstRunApp(ChatApp):
    """Asks for name and room, and is an ordinary ChatApp from then on.

    `name` is proposed, `rooms` are URLs, the latest first; `arrive` is asked once, with the URL that was chosen.
    `keep_name` writes a name down; it may raise RememberError. `here` is the URL where a room of this computer is
    looked for; on its port one is started. A room that was started, `own_room`, ends with the app.
    """

    def __init__(
        self,
        name: str,
        rooms: Sequence[str],
        arrive: Callable[[str], Arrival],
        keep_name: Callable[[str], None] | None = None,
        here: str = HERE,
        **options: Any,
    ) -> None:
        super().__init__("", name=None, **options)
        self._arrive = arrive
        self._keep_name = keep_name
        self._here = here
        self._first = FirstRunScreen(name, rooms, here)
        self.own_room: OwnRoom | None = None

    def get_default_screen(self) -> Screen[Any]:
        """First of all: where to?"""
        return self._first

    async def on_first_run_screen_chosen(self, event: FirstRunScreen.Chosen) -> None:
        """There is somebody at that address, or it does not matter."""
        await self._enter(event.url, event.name)

    async def on_first_run_screen_room_wanted(self, event: FirstRunScreen.RoomWanted) -> None:
        """Start a room, go there, and tell how others come."""
        from chat_tui.app.local_server import RoomError, open_room  # noqa: PLC0415 - few bring a server along

        port = int(self._here.rpartition(":")[2].strip("/"))
        try:
            server = await asyncio.to_thread(open_room, port)
        except RoomError as error:
            self._first.stay(str(error))
            return
        self.own_room = OwnRoom(self, server)
        self.forget_room()
        self.farewell = "The room that you started has ended."
        await self._enter(server.url, event.name)
        self.own_room.invite()

    async def _enter(self, url: str, name: str) -> None:
        if self._keep_name is not None:
            with suppress(RememberError):  # nothing of it is needed
                self._keep_name(name)
        arrival = self._arrive(url)
        self.enter(url, name=name, secret=arrival.secret, drafts=arrival.drafts, outbox=arrival.outbox)
        chat = self.chat
        await self.push_screen(chat)
        if ahead := self._first.joining.typed_ahead:
            chat.composer.set_text(chat.composer.text + ahead)
        if self.own_room is None:
            chat.status.way_out = "Esc goes back."
        self.watch(chat.header, "state", self._heed_refusal, init=False)
        if arrival.notice:
            self.notify(arrival.notice, severity="warning", markup=False, timeout=10)

    def _heed_refusal(self, state: str) -> None:
        if state == "refused":
            self.call_later(self._choose_again)

    async def _choose_again(self) -> None:
        """Nobody will ever let us in at that address: back to where another one can be chosen."""
        if reason := self.chat.status.refusal:
            await self._go_back(reason)

    async def on_composer_cancelled(self) -> None:
        """Esc where nobody answers: back to the choice. What is waited for may never come."""
        await self._go_back()

    async def _go_back(self, reason: str = "") -> None:
        """Show the rooms again, if we are in none.

        Not when there is something to be lost: what to do is said in the conversation, too.
        """
        chat = self.chat
        lost = chat.composer.text or (self.unsent and not self.unsent_waits)
        if self.screen is chat and not (self.own_room or self.store.people.you or lost):
            await chat.feed.close()
            await self.pop_screen()
            self._first.stay(reason)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """What the palette offers."""
        if self.own_room is not None:
            yield from self.own_room.commands()
        elif screen is self.chat and self.store.people.you is None:
            yield SystemCommand("Other rooms", "Choose another one", self._go_back)
        yield from super().get_system_commands(screen)

    async def action_quit(self) -> None:
        """Say goodbye to the server, if there is one already; who would end a room under others is asked first."""
        if self.chat not in self.screen_stack:
            self.exit()
        elif self.own_room is None or not self.own_room.asks_first(self.store, super().action_quit, self._stay):
            await super().action_quit()

    def _stay(self) -> None:
        self.chat.feed.gives_up_name = False  # it was /exit that was typed

    async def on_unmount(self) -> None:
        """The room that was started here ends with us."""
        if self.own_room is not None:
            await self.own_room.close()
