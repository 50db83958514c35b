"""Direct messages: whom a line is for is said in words and colour wherever it matters, and never changes by itself."""

from textual.color import Color

from chatting import open_house
from client.chat_host import SIZES, chat

WORDS = "private to bob"


async def _to_bob_by_roster(ana):
    await ana.press("ctrl+b")
    await ana.click("● bob")


async def _to_bob_by_letters(ana):
    await ana.press("ctrl+o", "b", "o", "enter")


async def _to_bob_by_author(ana):
    await ana.click("bob", within="▊ bob")


async def _to_bob_by_action(ana):
    await ana.press("alt+up", "m")


async def _to_bob_by_strip(ana):
    await ana.click("▊ hello")
    await ana.click("Message bob")


async def _to_bob_by_command(ana):
    await ana.press(*"/to BOB", "enter")


async def test_six_ways_to_write_to_one_person():
    """Header, border and placeholder say it in words, the border in colour; a third hears nothing; Esc ends it."""
    async with open_house() as house, chat(house) as ana:
        bob, zoe = await house.person("bob"), await house.person("zoe")
        await bob.say("hello")
        await zoe.hears("hello")
        await ana.shows("▊ hello", "3 here")
        styles = ana.screen.composer.styles
        for choose in (
            _to_bob_by_roster, _to_bob_by_letters, _to_bob_by_author, _to_bob_by_action, _to_bob_by_strip,
            _to_bob_by_command,
        ):  # fmt: skip
            await choose(ana)
            await ana.shows(f"▔ {WORDS} ▔", "to: bob (private)", "Private message to bob…")
            assert styles.border_top[1] == styles.border_title_color == Color.parse(ana.app.theme_variables["warning"])
            await ana.press("escape")
            await ana.shows("▔ to Everyone ▔", "to: Everyone", "Message everyone…")
        await _to_bob_by_letters(ana)
        await ana.say("for you alone")
        await ana.shows("private → bob")
        await bob.hears("for you alone")
        await ana.press("escape")
        await ana.say("for all")
        await zoe.hears("for all")
        assert not any(event.get("text") == "for you alone" for event in zoe.seen)


async def test_private_in_words_at_every_size():
    """And one click on the header is for everyone again."""
    async with open_house() as house, chat(house) as ana:
        await house.person("bob")
        await ana.shows("2 here")
        for size in SIZES:
            await ana.size(*size)
            await ana.press("ctrl+o", "b", "o", "enter")
            await ana.shows(WORDS, "Private message to bob…")
            await ana.click("to: bob (private)")
            await ana.lacks(WORDS)


async def test_private_text_does_not_become_public_by_escape():
    """While something is written for one person, Esc says why it stays so; emptied, Esc leads back."""
    async with open_house() as house, chat(house) as ana:
        await house.person("bob")
        await ana.shows("2 here")
        await _to_bob_by_letters(ana)
        await ana.write("secret")
        await ana.press("escape")
        await ana.shows("This text is for bob only.", WORDS)
        await ana.press("ctrl+u", "escape")
        await ana.lacks(WORDS)


async def test_the_answer_to_a_private_message_is_private():
    """Reply sets the target, and going back to everyone drops the reply."""
    async with open_house() as house, chat(house) as ana:
        bob = await house.person("bob")
        await bob.say("/to ana can you cover for me?")
        await ana.click("bob wrote to you privately")
        await ana.shows("private → you", WORDS)
        await ana.press("up", "r")
        await ana.shows(WORDS, "↪ replying to bob")
        await ana.say("sure")
        assert (await bob.next(), await bob.next())[1]["to_id"] == bob.id
        await ana.press("up", "r")
        await ana.shows("↪ replying to ana", WORDS)
        await ana.click("to: bob (private)")
        await ana.lacks("↪ replying", WORDS)


async def test_the_target_renames():
    """The words follow, and so does the line."""
    async with open_house() as house, chat(house) as ana:
        bob = await house.person("bob")
        await ana.shows("2 here")
        await _to_bob_by_letters(ana)
        await ana.write("still you")
        await bob.say("/name bert")
        await ana.shows("private to bert", "to: bert (private)", "▊ still you")
        await house.person("bob")
        await ana.shows("3 here")
        await ana.press("enter")
        await bob.hears("still you")


async def test_the_target_leaves():
    """The text comes back, still addressed, with a name and no number in the reason; nobody else gets it."""
    async with open_house() as house, chat(house) as ana:
        bob, zoe = await house.person("bob"), await house.person("zoe")
        await ana.shows("3 here")
        await _to_bob_by_letters(ana)
        await bob.say("/exit")
        await ana.shows("2 here", WORDS)
        await ana.say("are you there")
        await ana.shows("bob has left.", "▊ are you there", WORDS)
        await ana.press("ctrl+u", "escape")
        await ana.say("end")
        assert await zoe.hears("end") == []


async def test_nobody_writes_to_themselves():
    """Picking oneself is answered, and changes nothing."""
    async with open_house() as house, chat(house) as ana:
        await ana.press("ctrl+b")
        await ana.click("ana (you)")
        await ana.shows("That's you.", "to: Everyone")
        await ana.press("ctrl+o", "a", "n", "enter")
        await ana.shows("No matching names.")


async def test_unread_direct_messages_are_counted_beside_the_name():
    """Until one turns to that person."""
    async with open_house() as house, chat(house, size=(120, 36)) as ana:
        bob = await house.person("bob")
        await bob.say("/to ana one", "/to ana two")
        await ana.shows("● bob                2", "To you               2")
        await ana.click("● bob")
        await ana.shows("▸ bob", "┃ two")
        await ana.lacks("   2")
        await bob.say("/to ana three")
        await ana.shows("┃ three")
        await ana.lacks("   1")


async def test_the_picker_is_left_without_a_choice():
    """Esc, or Ctrl+O again, changes nothing; what was typed goes on."""
    async with open_house() as house, chat(house) as ana:
        await house.person("bob")
        await ana.shows("2 here")
        for key in ("escape", "ctrl+o"):
            await ana.press("ctrl+o", "b")
            await ana.shows("Send messages to")
            await ana.press(key)
            await ana.lacks("Send messages to")
        await ana.press("x")
        await ana.shows("▊ x", "▔ to Everyone ▔")
