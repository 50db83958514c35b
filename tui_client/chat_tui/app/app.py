"""The Textual application: sets up themes, signals, palette and connection around the screens, and ends in order."""

import asyncio
import gc
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.events import DescendantFocus, Resize
from textual.screen import Screen

from chat_tui.app.copying import Copying
from chat_tui.app.keeping import Keeping
from chat_tui.app.palette import chat_commands
from chat_tui.app.preferences import Preferences
from chat_tui.screens.chat.screen import ChatScreen
from chat_tui.screens.chat.undo import SECONDS
from chat_tui.settings.profile import Arrival
from chat_tui.settings.settings import Settings
from chat_tui.state.remembered import restore_views
from chat_tui.state.store import Store
from chat_tui.storage.drafts import Drafts
from chat_tui.storage.outbox_file import OutboxFile
from chat_tui.storage.places import PlaceFile
from chat_tui.terminal.splash import NONE
from chat_tui.toolkit.blinking import stop_blinking
from chat_tui.toolkit.crash_guard import CrashGuard
from chat_tui.toolkit.input.choice import terminal_driver
from chat_tui.toolkit.ordered_keys import OrderedKeysApp
from chat_tui.toolkit.quick_resize import resize_at_once
from chat_tui.toolkit.terminal_background import ask_background
from chat_tui.toolkit.terminal_cursor import TerminalCursor
from chat_tui.toolkit.tooltips import switch_off_tooltips

if TYPE_CHECKING:
    from chat_tui.connection.client import Connection
    from chat_tui.connection.head_start import HeadStart
    from chat_tui.toolkit.input.messages import BackgroundReported

_NO_COLOR = "NO_COLOR"
"""The variable by which people say that they want no colours (no-color.org)."""
WAY_OUT = "Press Esc to go back."
_GOODBYE = 1.0
"""Seconds that leaving may take."""


class ChatApp(CrashGuard[None], OrderedKeysApp[None]):
    """One room of one server, as one user.

    `secret` keeps this client's id over reconnects; without one each connection has an id of its own. `notice` is
    shown once, as a warning. `clock` gives seconds since the epoch, `delays` the seconds before each new try to
    connect, where they are not to be the usual ones; for `undo_seconds` a deletion can be taken back. `drafts` are the
    texts that were being written when we were here last, `outbox` is where lines wait that could not be sent, `place`
    is what is remembered of the server. After the end, `crash` is the fault that ended it, and `unsent` are the lines
    that the server never had.
    """

    TITLE = "chat-tui"
    farewell = ""
    """What is still to be said when the terminal has been given back."""
    other_room: Literal["", "possible", "wanted"] = ""
    """Can another room be chosen once this app has ended; has it ended for that?"""
    begun: "HeadStart | None" = None  # the first connection, where it was begun before this app was there
    CSS_PATH = "chat.tcss"
    cursor_position = TerminalCursor()
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Quit", id="app.quit", priority=True),
        Binding("f8", "change_density", "Density", id="app.density", show=False, priority=True),
        Binding("ctrl+p", "command_palette", "palette", id="app.palette", show=False, priority=True),
    ]

    def __init__(  # noqa: PLR0913 - each is named where it is called
        self,
        url: str,
        *,
        name: str | None,
        secret: str | None = None,
        notice: str | None = None,
        clock: Callable[[], float] = time.time,
        delays: Callable[[], Iterator[float]] | None = None,
        undo_seconds: float = SECONDS,
        drafts: Drafts | None = None,
        outbox: OutboxFile | None = None,
        place: PlaceFile | None = None,
    ) -> None:
        super().__init__(terminal_driver(), ansi_color=True if _NO_COLOR in os.environ else None)
        switch_off_tooltips(self)
        self._url = url
        self._user_name = name
        self._secret = secret
        self._first_notice = notice
        self._clock = clock
        self._delays = delays
        self.store = _store(place)
        self._copying = Copying(self)
        self._preferences = Preferences(self, lambda: self.chat)
        self._preferences.themes.begin()
        self.keeping = Keeping()
        self.chat = ChatScreen(self.store, self._connection, name, clock, undo_seconds, drafts, outbox, place)

    def use(self, settings: Settings, keeping: Keeping | None = None, last_colours: str = NONE) -> None:
        """Look and behave as the user has set it, which is to be said before the app runs; choices go to `keeping`.

        `last_colours` are those that the program had at its last end: so it begins, where the user has set no theme.

        Raises:
            SettingsError: when there is no such theme or key, or when keys are in each other's way.
        """
        self.keeping = keeping or self.keeping
        self._preferences.use(settings, self.keeping.theme, self.keeping.density, last_colours)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Where nothing is to move, no cursor blinks either."""
        if self._preferences.still:
            stop_blinking(event.widget)

    def on_mount(self) -> None:
        """Listen to the system."""
        loop = asyncio.get_running_loop()
        self.guard(loop)
        if not self.is_headless:
            ask_background(self, os.environ)
            for number in (signal.SIGTERM, signal.SIGHUP):
                loop.add_signal_handler(number, self.end_by_signal, number)
            self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))  # the terminal has lost it all
        if self._first_notice:
            self.notify(self._first_notice, severity="warning", markup=False, timeout=10)
        if self.other_room:
            self.chat.way_out = WAY_OUT
        self.call_after_refresh(_begin_to_collect)

    def on_background_reported(self, event: "BackgroundReported") -> None:
        """Dark or light: the theme follows, if nobody has chosen one."""
        self._preferences.themes.background_is(Color(event.red, event.green, event.blue))

    def on_resize(self, event: Resize) -> None:
        """The terminal has another size."""
        resize_at_once(self, event)

    def get_default_screen(self) -> Screen[Any]:
        """The conversation is the first screen, and the last."""
        return self.chat

    def enter(self, url: str, arrival: Arrival) -> None:
        """From now on the conversation is that of another room; the one before has never begun."""
        before = self.chat
        self._url, self._user_name, self._secret = url, arrival.name, arrival.secret
        self.store = _store(arrival.place)
        self.chat = ChatScreen(
            self.store, self._connection, arrival.name, self._clock, before.undo_seconds, arrival.drafts,
            arrival.outbox, arrival.place,
        )  # fmt: skip
        self.chat.keymap = before.keymap
        self.chat.space(before.spacing)

    def _connection(self, notify: Callable[[], None]) -> "Connection":
        from chat_tui.connection.client import Connection, backoff  # noqa: PLC0415 - after the first frame: it takes a while

        gc.freeze()  # that too: looking through it all would hold up a key by 35 ms
        return Connection(
            self._url,
            name=self._user_name,
            secret=self._secret,
            notify=notify,
            resume=lambda: self.store.resume_point,
            delays=self._delays or backoff,
            busy=lambda: self.key_is_new,
            begun=self.begun,
        )

    async def on_composer_cancelled(self) -> None:
        """Esc where nobody answers: what is waited for may never come."""
        await self.choose_other()

    async def choose_other(self) -> None:
        """To where another room can be chosen, if that may be."""
        if self.may_go_back:
            await self.go_back()

    @property
    def may_go_back(self) -> bool:
        """Are we in no room, and is nothing lost by leaving? Else what to do is said in the conversation, too."""
        lost = self.chat.composer.text or (self.unsent and not self.unsent_waits)
        return self.screen is self.chat and not (self.store.people.you or lost)

    async def go_back(self) -> None:
        """Have another room chosen, by whoever has started this app."""
        if self.other_room:
            self.other_room = "wanted"
            await self.action_quit()

    def on_chat_screen_name_taken(self, event: ChatScreen.NameTaken) -> None:
        """This is who we are here, the next time as well."""
        self.keeping.keep_name_at(self._url, event.name)

    def on_chat_screen_greeted(self) -> None:
        """This is a room to come back to."""
        self.keeping.keep_room(self._url)

    async def action_quit(self) -> None:
        """Say goodbye to the server, if it listens, and end."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_GOODBYE):
                await self.chat.feed.close()
        self.exit()

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """What the palette offers: this program's own, not what Textual would do to any program."""
        yield SystemCommand("Theme", "Choose the colours", self.action_change_theme)
        yield from chat_commands(self.chat) if screen is self.chat else ()
        yield SystemCommand("Quit", f"Leave the chat · {self.chat.key_for('app.quit')}", self.action_quit)

    def copy_to_clipboard(self, text: str) -> None:
        """Copy by the programs that this computer has for it, and ask the terminal to copy as well (OSC 52)."""
        super().copy_to_clipboard(text)
        self._copying.copy(text)

    def action_command_palette(self) -> None:
        """Show all that can be done."""
        from chat_tui.toolkit.command_palette import Palette  # noqa: PLC0415 - not before the first frame

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette())

    def on_header_bar_palette_requested(self) -> None:
        """A click on the name of the room."""
        self.action_command_palette()

    def action_change_theme(self) -> None:
        """Choose a theme by looking at them."""
        self._preferences.themes.ask()

    def action_help_quit(self) -> None:
        """Ctrl+C, where there is nothing to copy and nothing to empty."""
        if self.screen is self.chat:
            self.chat.say_how_to_leave()

    def action_change_density(self) -> None:
        """Bring the messages closer together, or further apart."""
        if self.chat.is_mounted:
            self._preferences.density.change()

    def end_by_signal(self, number: int) -> None:
        """End as one who is asked to: the terminal is given back. What could have been taken back is said."""
        if self.chat.is_attached:
            self.chat.feed.flush_held()
        self.exit(return_code=128 + number)

    @property
    def unsent(self) -> list[str]:
        """What was typed and never reached the server; messages also where that is not known."""
        return [pending.typed for pending in self.store.outbox.undelivered()]

    @property
    def unsent_waits(self) -> bool:
        """Is all of that on disk, so that a later run sends it?"""
        return {pending.txn for pending in self.store.outbox.undelivered()} <= self.chat.feed.on_disk


def _store(place: PlaceFile | None) -> Store:
    """A store that goes on from what is remembered."""
    prefix = os.urandom(4).hex() + "-"
    if place is None:
        return Store(prefix)
    store = Store(prefix, read=place.read, names=place.names)
    restore_views(store, place.views)
    return store


def _begin_to_collect() -> None:
    """From now on, throw away what is not needed any more; what the start has made is never looked at again."""
    gc.freeze()
    gc.enable()
