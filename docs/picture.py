"""Draws docs/chat-tui.svg: the app itself, in the middle of a conversation on a real server. Run by `make picture`."""

import asyncio
import os
import re
import secrets
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect

from chat_protocol.commands import Say, format_command
from chat_server.app import ChatServer
from chat_server.settings import Settings
from chat_tui.app.app import ChatApp
from chat_tui.toolkit.screen_text import screen_text

PICTURE = Path(__file__).with_name("chat-tui.svg")
SIZE = (112, 30)


async def say(who: ClientConnection, app: ChatApp, text: str, to: str | None = None, **fields: float) -> None:
    """Somebody says something; done when the app shows it."""
    reply_to = int(fields["reply_to"]) if "reply_to" in fields else None
    await who.send(format_command(Say(text, to, reply_to, fields.get("lifetime"))))
    await shown(app, text[:20])


async def shown(app: ChatApp, text: str) -> None:
    """Wait until the app shows a text."""
    async with asyncio.timeout(10):
        while text not in screen_text(app):  # noqa: ASYNC110 - a screen has no event for what it shows
            await asyncio.sleep(0.02)


async def main() -> None:
    """Hold the conversation and draw its end, in all colours wherever this runs."""
    os.environ.pop("NO_COLOR", None)
    os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
    server = ChatServer(Settings(host="127.0.0.1", port=0))
    await server.start()
    serving = asyncio.create_task(server.serve())
    url = f"ws://127.0.0.1:{server.port}"
    app = ChatApp(url, name="kim", secret=secrets.token_hex(32))
    async with (
        app.run_test(size=SIZE) as pilot,
        connect(f"{url}/?name=ana", proxy=None) as ana,
        connect(f"{url}/?name=bob", proxy=None) as bob,
        connect(f"{url}/?name=zo%C3%AB", proxy=None) as zoe,
    ):
        await shown(app, "4 here")
        await say(ana, app, "morning! build is green, release at 14:00")
        await say(bob, app, "nice. notes are at https://example.org/notes", reply_to=1)
        await say(zoe, app, "door code is 4471, gone soon", lifetime=42)
        await say(bob, app, "can you cover for me at 3?", to="kim")
        await say(ana, app, "who takes the demo? 🚀")
        await pilot.press("alt+up")
        await shown(app, "Message ana")
        picture = app.export_screenshot(title="chat-tui")
        await pilot.press("ctrl+q")
    server.stop()
    await serving
    # Fonts come from the reader's computer, not from the network.
    picture = re.sub(r"@font-face\s*\{.*?\}", "", picture, flags=re.DOTALL)
    PICTURE.write_text(picture.replace("Fira Code", "DejaVu Sans Mono, Menlo, Consolas"), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
