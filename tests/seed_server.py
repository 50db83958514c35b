"""A chat server that is not ours: it speaks only the simplest part of the protocol. Run as a program; prints its port.

`--hostile`: everything that it says, names and errors among it, is an attack on the terminal.
"""

import asyncio
import json
import sys

from websockets.asyncio.server import ServerConnection, broadcast, serve

ATTACKS = [
    "\x1b]52;c;ZXZpbA==\x07 clipboard",
    "\x1b]0;evil title\x07 title",
    "\x1b]8;;file:///etc/passwd\x1b\\link\x1b]8;;\x1b\\",
    "\x9d0;evil title\x9c C1 \x9b31m\x90q\x9c",
    "\x1b[2J\x1b[H\x1b[31m clear \x1bc reset \x1b[?1049l \x1b[6n report \x1bP+q544e\x1b\\",
    "right to left \u202e\u2066 override \u200b\u200e\u2028\u2029 invisible \U000e0041",
    "[/b] [bold red]markup[/] [@click=app.quit]quit[/] [link=file:///]x[/link] [$primary] [a[0]]",
    "marks e" + "\u0301" * 3000 + " end",
    "backspace \b\b\b bell \a tab \t return \r over \x00 nul \x7f del \x0e\x0f",
    "private \ue000\U000f0000 surrogate \ud800 end",
    "https://example.org/;id=1;\x07\x1b https://example.org@evil.example/ https://xn.\u0430\u0440.example/ file:///etc",
    "```py\n\x1b[2J*a*\n``` `\x9b31m` *\x1b]8;;x\x07* :rocket: :\x1b:",
    "👩\u200d👩\u200d👧 한국어 ｗｉｄｅ end",
]


class Room:
    """Messages by number, and who is connected."""

    def __init__(self, *, hostile: bool) -> None:
        self.hostile = hostile
        self.everybody: set[ServerConnection] = set()
        self.messages: dict[int, dict[str, object]] = {}
        self.last = 0

    def post(self, text: str, reply_to: int | None = None, **more: object) -> dict[str, object]:
        """Number a message and keep it."""
        self.last += 1
        self.messages[self.last] = {"type": "message", "id": self.last, "text": text, "reply_to": reply_to, **more}
        return self.messages[self.last]

    async def serve(self, connection: ServerConnection) -> None:
        """See to one client."""
        self.everybody.add(connection)
        init: dict[str, object] = {"type": "init", "messages": list(self.messages.values())}
        if self.hostile:
            init |= {"you": {"id": "me", "name": ATTACKS[0]}, "epoch": ATTACKS[1], "clients": people()}
        await connection.send(json.dumps(init))
        if self.hostile:
            await self.attack(connection)
        async for line in connection:
            self.hear(str(line))
        self.everybody.discard(connection)

    async def attack(self, connection: ServerConnection) -> None:
        """Say every attack, in every place where a server can say something."""
        for attack in ATTACKS:
            message = self.post(attack, reply_to=self.last or None, from_id=attack, from_name=attack, to_id=None)
            await connection.send(json.dumps(message))
            await connection.send(json.dumps({"type": "error", "code": attack, "text": attack}))
        await connection.send(json.dumps({"type": "clients", "clients": people()}))
        await connection.send(json.dumps(self.post("the last word")))

    def hear(self, line: str) -> None:
        """Do what a line says, and tell everybody."""
        verb, _, rest = line.partition(" ")
        if verb == "/delete":
            number = self.last if rest == "last" else int(rest)
            self.messages.pop(number, None)
            event: dict[str, object] = {"type": "delete", "id": number}
        elif verb == "/reply":
            number, _, text = rest.partition(" ")
            event = self.post(text, int(number))
        else:
            event = self.post(line)
        broadcast(self.everybody, json.dumps(event))


def people() -> list[dict[str, str]]:
    """A roster of attacks."""
    return [{"id": f"p{number}", "name": attack} for number, attack in enumerate(ATTACKS)]


async def main() -> None:
    """Serve until ended."""
    room = Room(hostile="--hostile" in sys.argv)
    async with serve(room.serve, "127.0.0.1", 0) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
