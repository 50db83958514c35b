"""First run: `chat-tui` with nothing said and nothing set begins with the choice of a room."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from textual.app import SystemCommand
from textual.screen import Screen

from chat_tui.app.app import WAY_OUT, ChatApp
from chat_tui.app.own_room import OwnRoom, ask_and_start
from chat_tui.screens.start.screen import FirstRunScreen
from chat_tui.settings.profile import Arrival

HERE = "ws://localhost:6789/"


class FirstRunApp(ChatApp):
    """Asks for name and room, and is an ordinary ChatApp from then on.

    `name` is proposed, `rooms` are URLs, the latest first; `arrive` is asked with the URL that was chosen. Where the
    proposed name is accepted, we are called as we were the last time in that room. `here` is the URL where a room of
    this computer is looked for; on its port one is started. A room that was started, `own_room`, ends with the app.
    """

    def __init__(
        self,
        name: str,
        rooms: Sequence[str],
        arrive: Callable[[str], Arrival],
        here: str = HERE,
        **options: Any,
    ) -> None:
        super().__init__("", name=None, **options)
        self._arrive = arrive
        self._here = here
        self._proposed = name
        self._first = FirstRunScreen(name, rooms, here)
        self.own_room: OwnRoom | None = None

    def get_default_screen(self) -> Screen[Any]:
        """First of all: where to?"""
        return self._first

    async def on_first_run_screen_chosen(self, event: FirstRunScreen.Chosen) -> None:
        """There is somebody at that address, or it does not matter."""
        await self._enter(event.url, event.name)

    def on_first_run_screen_room_wanted(self, event: FirstRunScreen.RoomWanted) -> None:
        """Start a room, go there, and tell how others come."""
        self.run_worker(self._start_room(event.name))

    async def _start_room(self, name: str) -> None:
        started = await ask_and_start(self, self._here)
        if isinstance(started, str):
            self._first.stay(started)
            return
        self.own_room = started
        self.keeping.forget_room()
        self.farewell = "The room you started has closed."
        await self._enter(started.server.url, name)
        started.invite()

    async def _enter(self, url: str, name: str) -> None:
        arrival = self._arrive(url)
        if name == self._proposed and arrival.name:
            name = arrival.name
        else:
            self.keeping.keep_name(name)
            self.keeping.keep_name_at(url, name)
        self.enter(url, arrival._replace(name=name))
        chat = self.chat
        chat.way_out = WAY_OUT if self.own_room is None else ""
        await self.push_screen(chat)
        if ahead := self._first.joining.typed_ahead:
            chat.composer.set_text(chat.composer.text + ahead)
        self.watch(chat.header, "state", self._choose_again, init=False)
        if arrival.notice:
            self.notify(arrival.notice, severity="warning", markup=False, timeout=10)

    async def _choose_again(self) -> None:
        """Nobody will ever let us in at that address: back to where another one can be chosen."""
        if self.chat.status.refusal:
            await self.choose_other()

    @property
    def may_go_back(self) -> bool:
        """Are we in no room, our own included, and is nothing lost by leaving?"""
        return self.own_room is None and super().may_go_back

    async def go_back(self) -> None:
        """Show the rooms again, and why this one will never do, if that is so."""
        await self.chat.feed.close()
        await self.pop_screen()
        self._first.stay(self.chat.status.refusal)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """What the palette offers."""
        if self.own_room is not None:
            yield from self.own_room.commands()
        elif screen is self.chat and self.store.people.you is None:
            yield SystemCommand("Other rooms", "Choose another room", self.choose_other)
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
