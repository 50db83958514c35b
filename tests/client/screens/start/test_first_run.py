"""The choice of a room: what is known is offered, what can't be is told in words, nothing happens by accident."""

import socket
from contextlib import asynccontextmanager
from hashlib import sha256

import pytest
from textual import events
from textual.app import App
from websockets.asyncio.client import connect

from chat_tui.app.first_run import FirstRunApp
from chat_tui.app.keeping import Keeping
from chat_tui.app.own_room import reach
from chat_tui.app.themes import THEMES
from chat_tui.screens.dialogs.invitation import InvitationScreen
from chat_tui.settings.profile import Arrival
from chat_tui.settings.settings import Settings
from chatting import open_house
from client.chat_host import SIZES, Chat

pytest_plugins = ("snapshots",)

NOBODY = "ws://localhost:9/"
EVERYWHERE = [*SIZES, (40, 12)]


@asynccontextmanager
async def first_run(*rooms, name="ana", here=NOBODY, size=(80, 24), settings=Settings()):  # noqa: B008 - it is frozen
    """Somebody who has not said where to go; `kept` is what is written down about it."""
    kept = []

    def arrive(url):
        return Arrival(sha256(name.encode()).hexdigest(), None, None)

    app = FirstRunApp(name, rooms, arrive, here)
    app.use(settings, Keeping(name=kept.append, room=kept.append))
    async with app.run_test(size=size, notifications=True) as pilot:
        person = Chat(app, pilot)
        person.kept = kept
        await person.shows("Others will see this name.")
        await person.lacks("… looking")
        yield person
        await app.action_quit()
    if app.crash is not None:
        raise app.crash


def free_port():
    """A port of this computer that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


async def test_enter_twice_is_enough_to_be_back():
    """The first takes the name, the second goes to the latest room; both are remembered once the server has greeted."""
    async with open_house() as house, first_run(house.url(), "wss://chat.example.org:443/") as ana:
        await ana.shows("127.0.0.1", "recent", "wss://chat.example.org", "This computer")
        await ana.press("enter")
        assert ana.kept == []
        await ana.press("enter")
        await ana.shows("● connected · 1 here")
        assert ana.kept == ["ana", house.url()]
        await ana.say("here I am")
        await ana.shows("▊ here I am")
        assert list(ana.app.store.people.clients.values()) == ["ana"]


async def test_what_is_pasted_on_the_way_is_for_the_room():
    """As letters are, and in their order."""
    async with open_house() as house, first_run(house.url()) as ana:
        await ana.press("enter")
        for event in (events.Key("enter", "\r"), events.Key("a", "a"), events.Paste(" b\nc")):
            ana.app.post_message(event)
        await ana.shows("● connected · 1 here")
        await ana.until(lambda: ana.screen.composer.text == "a b\nc")


async def test_the_mouse_goes_there_too():
    """One click on a room; the keys below are buttons as well."""
    async with open_house() as house, first_run("ws://[2001:db8::1]:6789/", house.url()) as ana:
        await ana.shows("[2001:db8::1]:6789  recent")
        await ana.click("tab Next")
        assert ana.app.focused.id == "first-rooms"
        await ana.click("↑↓ Move")
        await ana.click("recent", within="127.0.0.1")
        await ana.shows("● connected · 1 here")


async def test_what_is_set_holds_in_the_room_too():
    """Such as that nothing waits to be taken back."""
    async with open_house() as house, first_run(house.url(), settings=Settings(undo_seconds=0.0)) as ana:
        await ana.press("enter", "enter")
        await ana.shows("● connected · 1 here")
        await ana.say("a slip")
        await ana.shows("▊ a slip")
        await ana.say("/delete last")
        assert not ana.screen.parts.undo.possible
        await ana.lacks("a slip")


async def test_a_name_that_can_not_be_one_is_told_in_words():
    """At once, beside it; no room is gone to before it is another one."""
    async with open_house() as house, first_run(house.url(), name="two words") as ana:
        await ana.shows("▲ A name can't contain spaces.")
        await ana.press("enter", "enter")
        await ana.click("recent")
        assert ana.app.focused.id == "first-name"
        await ana.press("ctrl+u", "enter")
        await ana.shows("▲ A name needs at least one character.")
        await ana.write("admin")
        await ana.shows("▲ admin is reserved")
        await ana.press("ctrl+u")
        await ana.write("zoe")
        await ana.lacks("▲")
        await ana.press("enter", "enter")
        await ana.shows("● connected · 1 here")
        assert list(ana.app.store.people.clients.values()) == ["zoe"]


async def test_an_address_is_typed():
    """What is wrong with it stands beside it; Esc puts the field away."""
    async with open_house() as house, first_run(name="zoe") as zoe:
        await zoe.click("Join by address…")
        await zoe.write("http://x")
        await zoe.press("enter")
        await zoe.shows("▲ Start the address with ws:// or wss://, not http://.")
        await zoe.press("escape")
        await zoe.lacks("Address", "▲")
        await zoe.press("enter", "ctrl+u")
        await zoe.write(f"chat-tui {house.url()}")  # as it was told
        await zoe.press("enter")
        await zoe.shows("● connected · 1 here")
        assert zoe.kept == ["zoe", house.url()]


async def test_where_nobody_answers_one_can_wait():
    """The cause in words, and Enter again goes there all the same."""
    async with first_run(here=f"ws://localhost:{free_port()}/") as ana:
        await ana.shows("This computer  ○ no answer")
        await ana.press("enter", "home", "enter")
        await ana.shows("▲ Can't reach localhost:", "chat-server. Press Enter again to go there and wait.")
        await ana.press("down", "up")
        await ana.lacks("▲")
        await ana.press("enter")
        await ana.shows("▲ Can't reach localhost:")
        await ana.press("enter")
        await ana.shows("Message everyone…", "[Try now]")
        assert ana.kept == ["ana"]


async def test_where_nothing_runs_the_cursor_is_on_a_room_to_be_started():
    """Enter, Enter, Enter is a room for this computer alone; Esc is for starting none after all."""
    async with first_run(here="ws://localhost:0/") as ana:
        await ana.press("enter")
        await ana.shows("you choose")
        await ana.press("enter")
        await ana.shows("Who can join your room?", "This computer only", "Anyone on this network")
        await ana.press("escape")
        await ana.lacks("Who can join")
        assert ana.app.own_room is None
        await ana.press("enter")
        await ana.shows("Who can join your room?")
        await ana.press("enter")
        await ana.shows("Your room is open", "chat-tui ws://localhost:", "only people on this computer")


async def test_where_a_room_runs_the_cursor_is_on_it():
    """As before; a cursor that was moved stays where it is."""
    async with open_house() as house, first_run(here=f"ws://localhost:{house.server.port}/") as ana:
        await ana.press("enter")
        await ana.shows("A server answers at localhost:")


async def test_who_waits_for_nobody_can_choose_again():
    """Esc, or the palette, leads back to the rooms; while a text is being written it does not."""
    async with open_house() as house, first_run(f"ws://localhost:{free_port()}/", house.url()) as ana:
        await ana.press("enter", "enter")
        await ana.shows("▲ Can't reach localhost:")
        await ana.press("enter")
        await ana.shows("Press Esc to go back.", "[Try now]")
        await ana.press("x", "escape", "backspace", "escape")
        await ana.shows("Where to?", "You've been here before.")
        await ana.press("enter")
        await ana.shows("▲ Can't reach localhost:")
        await ana.press("enter")
        await ana.shows("Press Esc to go back")
        await ana.press("ctrl+p", *"other rooms")
        await ana.shows("Choose another room")
        await ana.press("enter")
        await ana.shows("Where to?")
        await ana.press("down", "enter")
        await ana.shows("● connected · 1 here")
        await ana.press("escape")
        await ana.say("here I am")
        await ana.shows("▊ here I am")


async def test_a_reason_goes_with_what_it_was_for():
    """What was said of one address does not stay under the next one, nor under another mistake."""
    async with open_house() as house, first_run(size=(80, 24)) as ana:
        await ana.click("Join by address…")
        await ana.write(f"localhost:{free_port()}")
        await ana.press("enter")
        await ana.shows("▲ Can't reach localhost:")
        await ana.press("backspace")
        await ana.lacks("▲")
        await ana.press("ctrl+u")
        await ana.write(house.url().replace("ws:", "wss:"))
        await ana.press("enter")
        await ana.shows("Where to?", "doesn't use TLS. Try", "▲")
        await ana.press("home")
        await ana.write("http://")
        await ana.press("enter")
        await ana.shows("▲ Start the address with ws:// or wss://, not http://.")
        await ana.lacks("doesn't seem to")


async def test_where_one_is_never_let_in_one_can_choose_again():
    """The reason comes back with one; the next choice is as good as the first."""
    async with open_house() as house, first_run(house.url("/no/where"), house.url()) as ana:
        await ana.press("enter", "enter")
        await ana.shows("Where to?", "refused the connection", "▲")
        await ana.press("down", "enter")
        await ana.shows("● connected · 1 here")
        await ana.say("here I am")
        await ana.lacks("sending…")
        assert ana.kept == ["ana", "ana", house.url()]


async def test_this_computer_is_looked_at_again():
    """Where a server runs since, something answers; a room of this computer is offered once, whatever it was called."""
    port = free_port()
    async with first_run(f"ws://127.0.0.1:{port}/", here=f"ws://localhost:{port}/") as ana:
        await ana.shows("This computer  ○ no answer")
        await ana.lacks("recent")
        async with open_house(port=port):
            await ana.press("ctrl+p", "escape")
            await ana.shows("This computer  ● answers")
            await ana.press("enter", "enter")
            await ana.shows("● connected · 1 here")


async def test_nobody_ends_a_room_under_others_by_one_key():
    """Keys, mouse and command: who started it is asked while somebody else is in it, and stays unless they say so."""
    async with first_run(here="ws://localhost:0/") as ana:
        await ana.press("enter", "enter")
        await ana.shows("Who can join your room?")
        await ana.press("n")
        await ana.shows("Your room is open", "● connected · 1 here")
        await ana.press("escape")
        url = ana.app.own_room.server.url
        async with connect(f"{url}?name=bob", proxy=None) as bob:
            await ana.shows("2 here")
            await ana.press("ctrl+q", "ctrl+q")
            await ana.shows("bob is still here. The room closes when you leave.", "Stay", "End the room")
            await ana.press("escape")
            await ana.lacks("The room closes")
            async with connect(f"{url}?name=zoe", proxy=None):
                await ana.shows("3 here")
                await ana.say("/exit")
                await ana.shows("2 others are still here. The room closes when you leave.")
                await ana.press("enter")
                await ana.lacks("The room closes")
            await ana.shows("2 here")
            await ana.click("^q Quit")
            await ana.click("Stay")
            await ana.lacks("The room closes")
            await ana.say("still here")
            await bob.send("/reply 1 good")
            await ana.shows("▊ good")
            await ana.press("ctrl+q")
            await ana.click("End the room")
            await ana.leaves()
            assert ana.app.return_value is None


@pytest.mark.parametrize("by_mouse", [True, False])
async def test_a_room_is_started_for_as_long_as_one_stays(by_mouse):
    """Others are told how to join and what is open; the line can be copied, now and later; at the end it is gone."""
    async with first_run(here="ws://localhost:0/") as ana:
        if by_mouse:
            await ana.click("Start a room")
            await ana.click("Anyone on this network")
        else:
            await ana.press("enter", "end", "enter")
            await ana.shows("Who can join your room?")
            await ana.press("n")
        await ana.shows("Your room is open", "Others join with", "chat-tui ws://", "0.0.0.0:", "It closes when")
        await ana.shows("● connected · 1 here")
        room = ana.app.own_room.server
        assert room.invitation in ana.row("chat-tui ws://")
        assert ana.kept == ["ana"]
        if by_mouse:
            await ana.click("[Copy]")
            await ana.shows("✓ Sent to the terminal's clipboard.")
            await ana.click("[Go to the room]")
        else:
            await ana.press("enter")
            await ana.shows("✓ Sent to the terminal's clipboard.")
            await ana.press("enter")
        assert ana.app.clipboard == room.invitation
        await ana.lacks("Your room is open")
        async with connect(f"{room.url}?name=bob", proxy=None) as bob:
            await ana.shows("2 here")
            await bob.send("found it")
            await ana.shows("▊ found it")
        await ana.shows("1 here")
        await ana.press("ctrl+p", *"join")
        await ana.shows("How others join")
        await ana.press("enter")
        await ana.shows("Your room is open")
        await ana.press("escape")
    with pytest.raises(ConnectionRefusedError):
        await connect(room.url, proxy=None)
    assert ana.app.farewell == "The room you started has closed."


async def test_without_colours_one_sees_what_enter_would_choose(monkeypatch):
    """NO_COLOR: the room under the cursor is underlined, and no other."""
    monkeypatch.setenv("NO_COLOR", "1")
    async with first_run() as ana:
        await ana.press("enter", "home", "down")
        lined = [
            segment.text.strip()
            for strip in ana.strips
            for segment in strip
            if segment.style is not None and segment.style.underline and segment.text.strip()
        ]
        assert lined == ["Join by address…"]


async def test_how_it_looks(snapshot):
    """The name first; a room and its address; what is wrong with both."""
    async with first_run("ws://192.168.1.23:6789/", "wss://chat.example.org:443/dev") as ana:
        for size in EVERYWHERE:
            await ana.size(*size)
            snapshot(ana.app, f"first-run-{size[0]}x{size[1]}")
        await ana.press("enter", "end", "up", "enter")
        await ana.write("a b")
        await ana.press("enter")
        await ana.shows('▲ "a b" isn\'t')
        await ana.click("ana")
        await ana.press("end", "space", "x")
        await ana.shows("A name can't contain spaces.")
        for size in EVERYWHERE:
            await ana.size(*size)
            snapshot(ana.app, f"first-run-wrong-{size[0]}x{size[1]}")


@pytest.mark.parametrize("who", ["network", "alone", "here"])
async def test_how_the_invitation_looks(snapshot, who):
    """The whole line, whatever the width; whom it serves."""
    app = App()
    for theme in THEMES:
        app.register_theme(theme)
    app.theme = THEMES[0].name
    line = f"chat-tui ws://{'192.168.100.123' if who == 'network' else 'localhost'}:6789"
    bound = "127.0.0.1:6789" if who == "here" else "0.0.0.0:6789"
    async with app.run_test() as pilot:
        words = reach(bound, here_only=who == "here", networked=who == "network")
        await app.push_screen(InvitationScreen(line, words))
        for size in EVERYWHERE if who == "network" else [(80, 24)]:
            await pilot.resize_terminal(*size)
            await pilot.pause()
            snapshot(app, f"first-run-{'invitation' if who == 'network' else who}-{size[0]}x{size[1]}")
