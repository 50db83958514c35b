"""One person at the whole client, headless, in front of a real server; and what holds that server's clock or log."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from hashlib import sha256
from itertools import repeat
from typing import Any

from rich.cells import cell_len
from textual import events
from textual.pilot import Pilot
from textual.strip import Strip

from chat_server.log import LogError
from chat_tui.app.app import ChatApp
from chat_tui.screens.chat.screen import ChatScreen
from chat_tui.toolkit.screen_text import screen_strips, screen_text
from chatting import PATIENCE, House

TEN = datetime(2026, 3, 5, 10, 2).timestamp()  # noqa: DTZ001 - ten in the morning wherever the test runs
"""A moment in seconds since the epoch, for clocks that stand still."""

SIZES = [(120, 36), (80, 24), (50, 20)]
"""Wide, the usual one, narrow."""


class Chat:
    """One person: keys, the mouse, and what the terminal shows; `house` is where they are, if it is one of ours."""

    def __init__(self, app: ChatApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot
        self.house: House | None = None

    @property
    def screen(self) -> ChatScreen:
        """The conversation, whatever stands before it."""
        return self.app.chat

    # -- what is seen -------------------------------------------------------------------------------------------

    @property
    def rows(self) -> list[str]:
        """The lines of the terminal."""
        return screen_text(self.app).split("\n")

    @property
    def strips(self) -> list[Strip]:
        """The same with their styles."""
        return screen_strips(self.app)

    def row(self, text: str) -> str:
        """The first line that has this text."""
        return next(row for row in self.rows if text in row)

    async def until(self, holds: Callable[[], Any]) -> None:
        """Wait for a state that comes."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not holds():  # noqa: ASYNC110 - a screen has no event for what it shows
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError("it did not come:\n" + "\n".join(self.rows)) from None

    async def shows(self, *texts: str) -> None:
        """Wait until all of these texts are to be seen at once."""
        await self.until(lambda: all(map(screen_text(self.app).__contains__, texts)))

    async def leaves(self) -> None:
        """Wait until the program has come to its end."""
        await self.until(lambda: not self.app.is_running)

    async def lacks(self, *texts: str) -> None:
        """Wait until none of these texts is to be seen."""
        await self.until(lambda: not any(map(screen_text(self.app).__contains__, texts)))

    # -- what is done -------------------------------------------------------------------------------------------

    async def press(self, *keys: str) -> None:
        """Press keys one by one."""
        await self.pilot.press(*keys)

    async def write(self, text: str) -> None:
        """Put a text into the composer, as a paste does."""
        self.app.post_message(events.Paste(text))
        await self.pilot.pause()

    async def say(self, text: str) -> None:
        """Write a line and send it."""
        await self.write(text)
        await self.press("enter")

    async def click(self, text: str, within: str = "", *, wait: bool = True) -> None:
        """Click the first cell of a text, on the first line that has `within` too."""
        if wait:
            await self.shows(text)
        y = next(y for y, row in enumerate(self.rows) if text in row and within in row)
        x = cell_len(self.rows[y].split(text)[0])
        await self.pilot.click(offset=(x, y))
        await self.pilot.pause()

    async def cut(self) -> None:
        """Lose the connection, as when a cable is pulled; it is not tried again before `retry`."""
        assert self.house is not None
        you = self.app.store.people.you.id
        for session in self.house.sessions:
            if session.client_id == you:
                session.connection.transport.abort()
        await self.until(lambda: self.screen.header.state == "lost")

    def retry(self) -> None:
        """Connect again."""
        self.screen.feed.connection.retry_now()

    async def size(self, columns: int, rows: int) -> None:
        """Give the terminal another size."""
        await self.pilot.resize_terminal(columns, rows)
        await self.pilot.pause()


@asynccontextmanager
async def chat_at(
    url: str, name: str | None = "ana", size: tuple[int, int] = (80, 24), **options: Any
) -> AsyncIterator[Chat]:
    """A person whose app has been started, until the block ends; a fault of the app is the test's.

    A lost connection is tried again when the test says so, and not before; nothing is held back to be undone.
    """
    secret = sha256(str(name).encode()).hexdigest()
    options = {"secret": secret, "delays": lambda: repeat(8.0), "undo_seconds": 0.0} | options
    settings = options.pop("start", None)
    app = ChatApp(url, name=name, **options)
    if settings is not None:
        app.use(settings)
    async with app.run_test(size=size, notifications=True) as pilot:
        yield Chat(app, pilot)
        await app.action_quit()
    if app.crash is not None:
        raise app.crash


@asynccontextmanager
async def chat(
    house: House, name: str | None = "ana", size: tuple[int, int] = (80, 24), **options: Any
) -> AsyncIterator[Chat]:
    """A person who is connected."""
    async with chat_at(house.url(), name, size, **options) as person:
        await person.until(lambda: person.screen.header.state == "connected" and person.app.store.people.you)
        person.house = house
        yield person


class HeldLog:
    """The log of a running server, whose appends wait until they are let go; `full` then refuses them."""

    def __init__(self, house: House, *, full: bool = False) -> None:
        self._log = house.host.log
        self._go = asyncio.Event()
        self._full = full
        house.host.log = self  # type: ignore[assignment] - the sessions ask it for nothing else

    def hold(self, *, full: bool = False) -> None:
        """What comes from now on waits."""
        self._full = full
        self._go.clear()

    def let_go(self) -> None:
        """Answer everything from now on."""
        self._go.set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    def append(self, *entry: Any, **more: Any) -> asyncio.Future[int]:
        """Keep it when it is let go, unless the disk is full."""
        return asyncio.ensure_future(self._append(*entry, **more))

    async def _append(self, *entry: Any, **more: Any) -> int:
        await self._go.wait()
        if self._full:
            raise LogError("The disk is full; your line was not kept.")
        return await self._log.append(*entry, **more)
