"""Rooms on the screen: to go there and away, what each keeps for itself, and what is unread where."""

from chat_tui.state.view import room_key
from chat_tui.storage.places import PlaceFile
from chatting import open_house
from client.chat_host import SIZES, chat

WIDE, USUAL, _ = SIZES
URL = "ws://there:6789/"


def place(folder):
    """What the next start knows."""
    return PlaceFile(folder, URL, "s")


async def test_a_room_is_joined_by_its_name_and_left():
    """It is on the screen at once; what is said goes there and nowhere else."""
    async with open_house() as house, chat(house, size=WIDE) as ana:
        bob, zoe = await house.person("bob"), await house.person("zoe")
        await bob.say("/join dev")
        await ana.say("/join #Dev")
        await ana.shows("▔ to # dev ▔", "▸ dev", "# dev   to: Everyone", "here 2")
        await ana.say("hello dev")
        await ana.shows("▊ hello dev")
        await bob.hears("hello dev")
        await ana.say("/leave")
        await ana.shows("▔ to Everyone ▔", "▸ lobby", "✓ left dev")
        await ana.say("hello lobby")
        await zoe.hears("hello lobby")
        assert not any(event.get("text") == "hello dev" for event in zoe.seen)
        await ana.say("/leave")
        await ana.shows("it can't be left")


async def test_each_view_has_its_own_draft_reply_and_place():
    """And gives them back; a switch asks the server nothing."""
    async with open_house() as house, chat(house, size=WIDE) as ana:
        bob = await house.person("bob")
        await bob.say(*(f"line {number}." for number in range(60)))
        await ana.shows("▊ line 59.")
        await ana.say("/join dev")
        await ana.shows("▔ to # dev ▔")
        await ana.write("for dev")
        await ana.click("# lobby")
        await ana.shows("▊ line 59.", "Message everyone…")
        await ana.press("pageup", "pageup")
        await ana.lacks("line 59.")
        await ana.click("▊ line 3")
        await ana.press("r")
        await ana.write("for the lobby")
        top = ana.rows[2]
        await ana.press("ctrl+g", *"dev", "enter")
        await ana.shows("▊ for dev", "▔ to # dev ▔")
        await ana.lacks("↪", "for the lobby")
        await ana.press("ctrl+g", *"lob", "enter")
        await ana.shows("▊ for the lobby", "↪ replying to bob: line 3")
        assert ana.rows[2] == top


async def test_what_is_unread_elsewhere_is_counted_and_found():
    """Bold and counted at the room, with @ where it is to us; F4 and the header lead there, the rule is above it."""
    async with open_house() as house, chat(house, size=WIDE) as ana:
        bob = await house.person("bob")
        await ana.say("/join dev,ops")
        await ana.shows("▔ to # dev ▔", "# ops")
        await bob.say("one", "/in ops two", "/in ops ana: three", "/to ana four")
        await ana.shows("# lobby              1", "@   2", "● bob                1", "To you               2")
        await ana.press("f4")
        await ana.shows("▊ ana: three", "new since", "▸ ops", "↓ bob 1")
        await ana.click("↓ bob 1")
        await ana.shows("┃ four", "private to bob", "↓ lobby 1")
        await ana.press("f4")
        await ana.shows("▊ one", "bob wrote to you privately", "▸ lobby")
        await ana.lacks("↓")
        await ana.press("f4")
        await ana.shows("Nothing unread anywhere else.")
        await ana.click("To you")
        await ana.shows("ana: three", "┃ four", "# ops, mentions you", "nothing to send here")
        await ana.say("hm")
        await ana.shows("This list only collects")
        await ana.press("ctrl+u")
        await ana.click("▊ ana: three")
        await ana.press("r")
        await ana.shows("▔ to # ops ▔", "↪ replying to bob: ana: three")


async def test_a_line_written_in_a_room_goes_there_after_a_reconnect():
    """The room is in the line, wherever one is by then; and the room goes on where it was."""
    async with open_house() as house, chat(house, size=USUAL) as ana:
        bob = await house.person("bob")
        await bob.say("/join dev")
        await ana.say("/join dev")
        await ana.shows("Message # dev…")
        await ana.until(lambda: ana.app.store.views.shown.synced)
        await ana.cut()
        await bob.say("/in dev missed")
        await ana.say("kept for dev")
        await ana.shows("not sent yet")
        await ana.press("ctrl+g", *"lobby", "enter")
        await ana.lacks("kept for dev")
        ana.retry()
        await ana.shows("1 message while you were away", "↓ dev 1")
        await bob.hears("kept for dev")
        assert bob.seen[-1]["room"] == "dev"
        await ana.press("f4")
        await ana.shows("▊ missed", "▊ kept for dev", "new since")


async def test_the_switcher_goes_on_where_nothing_fits():
    """What can be no room and nobody's name leaves an empty list, and other letters fill it again."""
    async with open_house() as house, chat(house, size=WIDE) as ana:
        await ana.press("ctrl+g", *"!!")
        await ana.shows("─ Go to ─", "!!")
        await ana.press("enter", "down", "backspace", "backspace", *"dev")
        await ana.shows("+ Join #dev")
        await ana.press("enter")
        await ana.shows("▔ to # dev ▔")


async def test_the_switcher_finds_rooms_people_and_makes_what_there_is_not():
    """Rooms of others too; an unknown name is a room to be made; a room is left by a key."""
    async with open_house() as house, chat(house, size=WIDE) as ana:
        bob = await house.person("bob")
        await bob.say("/join garden", "/in garden hello")
        await bob.hears("hello")
        await ana.press("ctrl+k")
        await ana.shows("─ Go to ─", "# garden  1 here", "● bob")
        await ana.press(*"gar", "enter")
        await ana.shows("▔ to # garden ▔", "▊ hello")
        await ana.press("ctrl+g", *"attic")
        await ana.shows("+ Join #attic")
        await ana.press("enter")
        await ana.shows("▔ to # attic ▔", "You're the first one here.")
        await ana.press("ctrl+b", "x")
        await ana.lacks("# attic", "▸ attic")
        await ana.press("escape")
        await ana.write("kill this")
        await ana.press("home", "ctrl+k")
        await ana.lacks("kill this", "Go to")


async def test_rooms_and_where_one_was_are_there_again(tmp_path):
    """How far each was read as well; what came meanwhile is told like a reconnect, over all of them."""
    async with open_house() as house:
        bob = await house.person("bob")
        async with chat(house, place=place(tmp_path), size=WIDE) as ana:
            await ana.say("/join ops")
            await ana.say("/join dev")
            await bob.say("/in dev before")
            await ana.shows("▊ before", "▸ dev", "# ops")
        await bob.say("/in dev after", "/in ops ana: look", "/in ops there", "/to ana psst")
        await bob.hears("psst")
        async with chat(house, place=place(tmp_path), size=WIDE) as ana:
            await ana.shows("4 messages while you were away, 2 to you.", "▸ dev", "▊ after", "@   2")
            await ana.shows("● bob                1")
            await ana.press("shift+f4")
            await ana.shows("▊ there", "new since")
        async with chat(house, place=place(tmp_path), size=WIDE) as ana:
            await ana.shows("1 message while you were away, 1 to you.", "▸ ops", "● bob                1")
            await ana.press("f4")
            await ana.shows("┃ psst")
            await ana.until(lambda: ana.app.store.views.shown.read_until)
        async with chat(house, place=place(tmp_path), size=WIDE) as ana:
            await ana.shows("▸ bob", "┃ psst")
            await ana.lacks("while you were away", "● bob                1")


async def test_what_was_read_here_is_read_elsewhere(tmp_path):
    """The server remembers it for who has a secret: another computer of the same person begins there."""
    async with open_house() as house:
        bob = await house.person("bob")
        async with chat(house, place=place(tmp_path / "one"), size=WIDE) as ana:
            await ana.say("/join dev")
            await bob.say("/in dev read")
            await ana.shows("▊ read")
            await ana.until(lambda: ana.screen.parts.memory._told.get("dev"))  # noqa: SLF001 - it is seen nowhere
        await bob.say("/in dev unread")
        await bob.hears("unread")
        async with chat(house, place=place(tmp_path / "other"), size=WIDE) as ana:
            await ana.say("/join dev")
            await ana.shows("1 message while you were away", "▊ unread", "new since")
            assert ana.app.store.views.by_key[room_key("dev")].read_until
