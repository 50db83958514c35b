"""What a server of others sends again in a newer state is drawn anew, and so is everything that quotes it."""

import json
from contextlib import asynccontextmanager

from client.chat_host import chat_at
from client.connection_host import serving

BOB = {"from_id": "~bob", "from_name": "bob", "sent_at": 1.0}


def said(number, text, **fields):
    """A message of bob's."""
    return (
        {"type": "message", "id": number, "text": text, "reply_to": None, "to_id": None, "seq": number} | BOB | fields
    )


@asynccontextmanager
async def room_of_others(*messages):
    """Ana before a server that says what it is told to; yields her, and how to say it."""
    sockets = []
    you = {"id": "~ana", "name": "ana"}
    greeting = {
        "type": "init", "messages": messages, "epoch": "e", "seq": len(messages), "resumed": False, "deleted": [],
        "more": False, "limits": {}, "now": 1.0, "you": you, "clients": [you, {"id": "~bob", "name": "bob"}],
    }  # fmt: skip

    async def speak(socket):
        await socket.send(json.dumps(greeting))
        sockets.append(socket)
        await socket.wait_closed()

    async def send(event):
        await sockets[0].send(json.dumps(event))

    async with serving(speak) as port, chat_at(f"ws://127.0.0.1:{port}") as ana:
        await ana.shows(messages[-1]["text"])
        yield ana, send


async def test_a_newer_state_is_drawn_everywhere():
    """In its row, in the preview above a reply, and in the bar above the composer."""
    async with room_of_others(said(1, "lunch at noon"), said(2, "fine", reply_to=1)) as (ana, send):
        await ana.shows("▊ lunch at noon", "╭ bob: lunch at noon")
        await ana.press("up", "up", "r")
        await ana.shows("↪ replying to bob: lunch at noon")
        await send(said(1, "lunch at one", seq=3))
        await ana.shows("▊ lunch at one", "╭ bob: lunch at one", "↪ replying to bob: lunch at one")
        await ana.lacks("noon")


async def test_what_goes_on_from_a_message_that_changes_is_drawn_anew():
    """What goes by itself stands alone, so what comes after it has a header."""
    async with room_of_others(said(1, "one"), said(2, "two"), said(3, "three")) as (ana, send):
        assert sum("bob" in row and "▊" in row for row in ana.rows) == 1
        await send(said(2, "two", seq=4, expires_at=1e9))
        await ana.until(lambda: sum("bob" in row and "▊" in row for row in ana.rows) == 3)


async def test_a_newer_state_is_found_by_what_it_says():
    """What does not hold the phrase any more is no find, and what holds it now is one."""
    async with room_of_others(said(1, "green"), said(2, "red"), said(3, "green")) as (ana, send):
        await ana.press("ctrl+f", *"green")
        await ana.shows("1 of 2")
        await send(said(3, "blue", seq=4))
        await ana.shows("▊ blue", "1 of 1")
        await send(said(2, "greenish", seq=5))
        await ana.shows("▊ greenish", "2 of 2")
