"""The demo (`chat-tui demo`): runs a server of its own on a free loopback port, and the app, in one go.

In a terminal you are put into a room where two others are talking. Without one, two apps play a short conversation
over that server by the keys that a person would press, and their frames are printed as text. Nothing is written to
disk.
"""

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from textual.pilot import Pilot
from websockets.asyncio.client import connect

from chat_protocol.commands import Say, format_command
from chat_protocol.events import Message, decode_event
from chat_server.app import ChatServer
from chat_server.settings import Settings
from chat_tui.app.app import ChatApp
from chat_tui.storage.identity import user_name
from chat_tui.terminal.fitness import why_no_screen
from chat_tui.toolkit.screen_text import screen_text

_SIZE = (80, 18)
_PATIENCE = 20.0
_STEP = 0.02


def run_demo() -> int:
    """Show the program. Returns the exit status."""
    if not why_no_screen():
        return asyncio.run(_in_terminal())
    asyncio.run(_as_text())
    return 0


@asynccontextmanager
async def _server() -> AsyncIterator[str]:
    """A real server for as long as this lasts; yields its URL."""
    server = ChatServer(Settings(host="127.0.0.1", port=0))
    await server.start()
    serving = asyncio.create_task(server.serve())
    try:
        yield f"ws://127.0.0.1:{server.port}"
    finally:
        server.stop()
        await serving


# -- in a terminal ----------------------------------------------------------------------------------------------------


async def _in_terminal() -> int:
    async with _server() as url:
        company = asyncio.create_task(_company(url))
        app = ChatApp(url, name=user_name() or "kim", secret=secrets.token_hex(32))
        await app.run_async()
        company.cancel()
        await asyncio.gather(company, return_exceptions=True)
    if app.crash is not None:
        raise app.crash
    _say("The demo ran its own server. To chat with others, start chat-server; they join with chat-tui.")
    return app.return_code or 0


async def _company(url: str) -> None:
    """Two people who are there before you, greet you, and answer direct messages."""
    async with asyncio.TaskGroup() as group:
        group.create_task(
            _somebody(
                url,
                "ana",
                ["morning! build is green, release at 14:00", "/temp 120 this one disappears in two minutes"],
            )
        )
        group.create_task(
            _somebody(url, "zoë", ["welcome! press ↑ to pick a message, F1 for all keys, Ctrl+Q to quit"])
        )


async def _somebody(url: str, name: str, lines: Sequence[str]) -> None:
    async with connect(f"{url}/?name={name}", proxy=None) as socket:
        for line in lines:
            await socket.send(line)
        you = ""
        async for frame in socket:
            event = decode_event(frame)
            you = you or (event.you.id if event is not None and hasattr(event, "you") and event.you else "")
            if isinstance(event, Message) and event.to_id == you:
                answer = Say("only the two of us see this", to=event.from_id, reply_to=event.id)
                await socket.send(format_command(answer))


# -- as text ----------------------------------------------------------------------------------------------------------


async def _as_text() -> None:
    async with _server() as url, _person(url, "ana") as ana, _person(url, "bob") as bob:
        await _until(ana, lambda frame: "2 here" in frame, "two people are here")
        await _type(ana, "morning! build is green, release at 14:00")
        await _until(bob, lambda frame: "release at 14:00" in frame, "ana writes; bob's screen")

        await bob.press("alt+up", "r")
        await _type(bob, "nice. notes are at https://example.org/notes")
        await _until(ana, lambda frame: "notes are at" in frame, "bob replies (Alt+↑, r); ana's screen")

        await bob.press("ctrl+o", *"ana", "enter")
        await _until(bob, lambda frame: "private to ana" in frame)
        await _type(bob, "can you cover for me at 3?")
        await _until(ana, lambda frame: "private → you" in frame, "bob messages ana privately (Ctrl+O); ana's screen")
        await bob.press("escape")

        await _type(ana, "/temp 2 door code is 4471, gone soon")
        await _until(bob, lambda frame: "⏳" in frame, "a message that deletes itself after 2 seconds; bob's screen")
        await _until(bob, lambda frame: "door code" not in frame, "two seconds later; bob's screen")

        await bob.press("alt+up", "up", "up", "d")
        await _until(
            bob, lambda frame: "d again" in frame, "bob deletes ana's first message (d, and d again); bob's screen"
        )
        await bob.press("d")
        await _until(ana, lambda frame: "deleted message" in frame, "it's gone everywhere; ana's screen")


@asynccontextmanager
async def _person(url: str, name: str) -> AsyncIterator[Pilot[None]]:
    """An app of one person, driven by keys."""
    app = ChatApp(url, name=name, secret=secrets.token_hex(32))
    async with app.run_test(size=_SIZE, notifications=True) as pilot:
        await _until(pilot, lambda frame: "● connected" in frame)
        yield pilot


async def _type(pilot: Pilot[None], line: str) -> None:
    """Type a line as a person would, and send it."""
    keys = {" ": "space"}
    await pilot.press(*(keys.get(character, character) for character in line), "enter")


async def _until(pilot: Pilot[None], shows: Callable[[str], bool], caption: str = "") -> None:
    """Wait until the app's screen shows something; with a caption, print that screen.

    Raises:
        TimeoutError: when it never does.
    """
    async with asyncio.timeout(_PATIENCE):
        while not shows(frame := screen_text(pilot.app)):
            await pilot.pause(_STEP)
    if caption:
        _say(f"── {caption} ".ljust(_SIZE[0], "─"))
        _say(frame)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
