"""What the screen says of the connection, and what becomes of names and lines meanwhile."""

import asyncio
import json
from contextlib import suppress

from websockets.asyncio.server import broadcast
from websockets.exceptions import ConnectionClosed

from chat_protocol.commands import Say
from chat_server.log.sqlite import backup, restore
from chatting import open_house
from client.chat_host import chat, chat_at
from client.connection_host import Room as OneRoom
from client.connection_host import free_port, serving


class Room(OneRoom):
    """Somebody else's server that can resume; `say` is what another person says."""

    def __init__(self):
        super().__init__()
        self._here = set()

    async def handler(self, socket):
        """Remember who is here."""
        self._here.add(socket)
        with suppress(ConnectionClosed):
            await super().handler(socket)
        self._here.discard(socket)

    def cut(self):
        """Cut off everybody."""
        for socket in self._here:
            socket.transport.abort()

    def say(self, *texts):
        """Keep it, and tell who is here."""
        for text in texts:
            self.kept.append(self.entry(text, sender="~bob"))
            broadcast(self._here, json.dumps(self.kept[-1]))


async def test_nobody_answers():
    """From the first moment: why, what to do, when it tries again, and that nothing is lost."""
    port = await free_port()
    async with chat_at(f"ws://127.0.0.1:{port}") as ana:
        await ana.shows(f"Can't reach 127.0.0.1:{port}.", "To start one,", "chat-server", "Your text is safe.")
        assert "Connection lost" not in "".join(ana.rows)
        assert "◌ connecting" in ana.rows[0]


async def test_a_first_connection_that_takes_long_says_where_to_and_how_to_leave():
    """After three seconds; before that the header alone says it."""

    async def silent(connection, request):
        await connection.wait_closed()

    async with serving(silent, process_request=silent) as port, chat_at(f"ws://127.0.0.1:{port}") as ana:
        await ana.shows(f"◌ connecting to 127.0.0.1:{port}…")
        assert "Still connecting" not in "".join(ana.rows)
        ana.screen.status.begin(slow_after=0.01)
        await ana.shows(f"Still connecting to 127.0.0.1:{port}.", "Press Ctrl+Q to quit.")


async def test_the_connection_is_lost_and_comes_back():
    """A line said meanwhile is kept as not sent, goes out by itself, and the draft stays; a click tries at once."""
    async with open_house() as house, chat(house) as ana:
        port = house.server.port
        house.server.stop()
        await ana.shows("Connection lost.", "Retrying", "[Try now]", "○ connection lost")
        await ana.say("said meanwhile")
        await ana.shows("not sent yet")
        await ana.write("half a")
        assert "here" not in ana.rows[0]
        async with open_house(port=port) as again:
            await ana.click("[Try now]")
            await ana.shows("▊ said meanwhile", "● connected", "▊ half a", "Reconnected. The server has restarted")
            await ana.lacks("not sent yet", "Try now")
            bob = await again.person("bob")
            assert [message["text"] for message in bob.init["messages"]] == ["said meanwhile"]


async def test_a_server_that_went_back_to_a_backup_says_what_is_gone(tmp_path):
    """What the backup has was read before, and stays so; it is not news, and nothing is said to be gone but what is."""
    log, copy = tmp_path / "chat.db", tmp_path / "copy.db"
    async with open_house(log=f"sqlite:{log}") as house, chat(house) as ana:
        port, bob = house.server.port, await house.person("bob")
        await bob.say("kept", "kept too")
        await ana.shows("▊ kept too")
        await asyncio.to_thread(backup, log, copy)
        await bob.say("too late")
        await ana.shows("▊ too late")
        house.server.stop()
        await ana.shows("Connection lost.")
        await house.ended()
        restore(copy, log)
        async with open_house(port=port, log=f"sqlite:{log}"):
            ana.retry()
            await ana.shows("The server went back to a backup; 1 newer message is gone.", "▊ kept too")
            await ana.lacks("too late", "new since", "earlier messages are gone")


async def test_the_key_does_what_the_button_does():
    """F5 tries at once, and says nothing where there is a connection."""
    port = await free_port()
    async with chat_at(f"ws://127.0.0.1:{port}") as ana:
        await ana.shows("in 8 s")
        async with open_house(port=port):
            await ana.press("f5")
            await ana.shows("● connected")
            await ana.press("f5")
            await ana.shows("● connected")


async def test_what_was_missed_is_told_and_marked():
    """The rule stands above the first message of others that came meanwhile; ours are not news."""
    async with open_house() as house, chat(house) as ana:
        bob = await house.person("bob")
        await bob.say("before")
        await ana.shows("▊ before")
        await ana.cut()
        await bob.say("while away", "and another")
        ana.retry()
        await ana.shows("Reconnected. 2 messages while you were away.", "▊ and another", "▊ before")
        rows = ana.rows
        rule = next(y for y, row in enumerate(rows) if "new since" in row)
        assert [row for row in rows[rule:] if "▊" in row][1] == " ▊ while away"
        await ana.say("I am back")
        await ana.lacks("new since")


async def test_nothing_was_missed():
    """That is worth a word too."""
    async with open_house() as house, chat(house) as ana:
        await ana.cut()
        ana.retry()
        await ana.shows("Reconnected. You missed nothing.")


async def test_older_unread_messages_stay_under_the_rule():
    """Scrolled up, with news below: a reconnect adds to them, moves nothing, and leaves the rule where it was."""
    room = Room()
    room.say(*(f"old {number}." for number in range(60)))
    async with serving(room.handler) as port, chat_at(f"ws://127.0.0.1:{port}", "me") as ana:
        await ana.shows("old 59.")
        await ana.press("pageup", "pageup")
        before = ana.rows[1:15]
        room.say("first news")
        await ana.shows("↓ 1 new")
        room.cut()
        await ana.until(lambda: ana.screen.header.state == "lost")
        room.say("second news")
        ana.retry()
        await ana.shows("↓ 2 new", "Reconnected. 1 message while you were away.")
        assert ana.rows[1:15] == before
        await ana.click("↓ 2 new")
        await ana.shows("second news", "── new ──")
        rule = ana.rows.index(ana.row("── new ──"))
        assert ana.rows[rule + 2] == " ▊ first news"
        await ana.lacks("↓ 2 new")


async def test_a_path_that_is_no_room():
    """A sentence, no more tries by itself, and no word of a connection that never was."""
    async with open_house() as house, chat_at(house.url("/no/room")) as ana:
        await ana.shows("✕ refused", "refused the connection", "[Try now]")
        assert "Retrying" not in "".join(ana.rows)


async def test_something_else_answers():
    """What is no chat server says so."""

    async def hello(socket):
        await socket.send("<h1>It works!</h1>")

    def works(connection, request):
        return connection.respond(200, "It works!")

    async with serving(hello, process_request=works) as port, chat_at(f"ws://127.0.0.1:{port}") as ana:
        await ana.shows("answers, but it isn't a chat-server", "✕ refused")


# -- names ------------------------------------------------------------------------------------------------------------


async def test_a_taken_name():
    """A sentence and a proposal; one Enter takes it, and it is what the next connection asks for."""
    async with open_house() as house:
        await house.person("ana")
        async with chat_at(house.url()) as ana:
            await ana.shows("ana is already taken.", "▊ /name ana2")
            await ana.press("enter")
            await ana.until(lambda: ana.app.store.people.you.name == "ana2")
            await ana.until(lambda: not ana.screen.composer.text)
            await ana.press("ctrl+b")
            await ana.shows("● ana2 (you)")
            ana.house = house
            await ana.cut()
            ana.retry()
            await ana.shows("Reconnected.", "● ana2 (you)")
            await ana.lacks("is already taken")


async def test_a_name_that_is_refused_is_not_asked_for_again():
    """The line comes back; who one was, one stays, at the next connection too."""
    async with open_house() as house, chat(house) as ana:
        await house.person("bob")
        await ana.say("/name bob")
        await ana.shows("bob is already taken.", "▊ /name bob")
        await ana.press("ctrl+u")
        await ana.cut()
        ana.retry()
        await ana.shows("Reconnected.")
        assert ana.app.store.people.you.name == "ana"
        assert not ana.screen.composer.text


async def test_a_proposal_is_free():
    """It counts on until nobody has that name; taking it is told."""
    async with open_house() as house:
        await house.people("ana", "ANA2", "ana3")
        async with chat_at(house.url()) as ana:
            await ana.shows("▊ /name ana4")
            await ana.press("enter")
            await ana.shows("You are now ana4.")


async def test_a_proposal_never_writes_over_a_draft():
    """Who is writing already is told, and that is all."""
    async with open_house() as house:
        await house.person("ana")
        async with chat_at(house.url()) as ana:
            await ana.write("hello")
            await ana.shows("ana is already taken.", "▊ hello")


async def test_lines_beyond_the_limit_come_back():
    """The outbox is bounded, and says so."""
    port = await free_port()
    async with chat_at(f"ws://127.0.0.1:{port}") as ana:
        await ana.shows("Can't reach")
        while ana.app.store.say(Say("another line"), "another line") is not None:
            pass
        await ana.say("one too many")
        await ana.shows("Too many unsent lines", "▊ one too many")
