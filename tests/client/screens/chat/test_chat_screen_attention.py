"""Who is looking, and who is not listened to: the whole app, before a real server."""

from textual import events

from chatting import open_house
from client.chat_host import chat


async def look(person, *, away):
    """Put the terminal into the background, or bring it back."""
    person.app.post_message(events.AppBlur() if away else events.AppFocus())
    await person.until(lambda: person.screen.parts.notifier.focused is not away)
    await person.pilot.pause()


async def test_what_comes_while_nobody_looks_is_unread():
    """Per person and for everyone; a look at the end of the list reads it, and the rule shows where it began."""
    async with open_house() as house, chat(house, size=(120, 36)) as ana:
        bob = await house.person("bob")
        await bob.say("before")
        await ana.shows("▊ before", "● bob")
        await ana.click("● bob")
        await ana.shows("private to bob")
        await look(ana, away=True)
        await bob.say("to all", "and again, Ana", "/to ana psst")
        await ana.shows("┃ psst", "▸ bob                1", "@   2", "↓ lobby 2")
        await look(ana, away=False)
        await ana.lacks("▸ bob                1")
        await ana.press("f4")
        await ana.shows("mentions you", "to Everyone")
        await ana.lacks("@   2", "↓ lobby")
        rule = ana.rows.index(ana.row("new since"))
        assert ana.rows[rule + 2].startswith(" ▊ to all")
        await ana.press("ctrl+o", *"bob", "enter")
        await bob.say("/to ana you see this")
        await ana.shows("┃ you see this")
        await ana.pilot.pause()
        assert not ana.app.store.unread.count


async def test_what_comes_below_what_is_being_read_is_unread():
    """Until one goes to the end, with a search open or not."""
    async with open_house() as house, chat(house, size=(120, 36)) as ana:
        bob = await house.person("bob")
        await bob.say(*(f"old {n}." for n in range(60)))
        await ana.shows("▊ old 59.", "● bob")
        await ana.press("ctrl+f", *"old 3.", "enter")
        await ana.shows("▊ old 3.", "1 of 1")
        await bob.say("to all", "to ana")
        await ana.shows("↓ 2 new, 1 to you", "@   2")
        await ana.press("escape")
        await ana.shows("▊ to ana")
        await ana.lacks("↓", "@   2")


async def test_muting_from_command_to_command():
    """What they say is one line that opens; nothing of theirs is counted, quoted or found; and it ends."""
    async with open_house() as house, chat(house, size=(120, 36)) as ana:
        bob, zoe = await house.person("bob"), await house.person("zoe")
        await bob.say("spam one", "spam two")
        await ana.shows("▊ spam two", "● zoe")
        await zoe.hears("spam two")
        await zoe.say("/reply 2 what?")
        await ana.say("/mute bob")
        await ana.shows("bob is muted.", "▊ muted: bob", "╭ muted: bob", "bob (muted)", "▊ what?")
        await ana.lacks("spam")
        await look(ana, away=True)
        await bob.say("spam, ana", "/to ana spam")
        await ana.until(lambda: len(ana.app.store.messages) == 4 and ana.app.store.views.people)
        await ana.pilot.pause()
        assert not any(view.unread.count for view in ana.app.store.views)
        await look(ana, away=False)
        await ana.press("ctrl+f", *"spam")
        await ana.shows("nothing found")
        await ana.press("escape")
        await ana.click("muted: bob", "▊")
        await ana.shows("spam one")
        await ana.say("/unmute @BOB")
        await ana.shows("bob is no longer muted.", "▊ spam one", "▊ spam, ana", "╭ bob: spam two")
        await ana.lacks("muted: bob", "(muted)")
        await ana.say("/mute ana")
        await ana.shows("That's you.")
        await ana.say("/mute nobody")
        await ana.shows("Nobody here is called nobody.", "/mute nobody")


async def test_muting_in_the_roster_and_in_the_palette():
    """A key on a name, and a dialog that asks for one; nobody mutes themselves."""
    async with open_house() as house, chat(house, size=(120, 40)) as ana:
        bob = await house.person("bob")
        await bob.say("spam")
        await ana.shows("▊ spam", "● bob")
        await ana.press("ctrl+b", "end", "m")
        await ana.shows("bob (muted)", "muted: bob")
        await ana.press("up", "m")
        await ana.press("escape", "ctrl+p", *"unmute", "enter")
        await ana.shows("Mute or unmute")
        await ana.press(*"bob", "enter")
        await ana.shows("bob is no longer muted.", "▊ spam")
        assert not ana.app.store.people.muted


async def test_completion_offers_to_mute_who_is_heard_and_to_unmute_who_is_not():
    """Also when somebody who is muted has left, or has another name."""
    async with open_house() as house, chat(house, size=(80, 24)) as ana:
        bob = await house.person("bob")
        await house.person("zoe")
        await ana.until(lambda: len(ana.app.store.people.clients) == 3)
        await ana.say("/mute bob")
        await ana.shows("bob is muted.")
        await ana.write("/unmute ")
        await ana.until(lambda: [row.strip() for row in ana.rows[-5:-4]] == ["bob"])
        await ana.press("ctrl+u")
        await ana.write("/mute ")
        await ana.until(lambda: [row.strip() for row in ana.rows[-5:-4]] == ["zoe"])
        await bob.say("/name rob")
        await ana.until(lambda: ana.screen.composer.names_for == {"/mute": ["zoe"], "/unmute": ["rob"]})
        await bob.say("/exit")
        await ana.until(lambda: len(ana.app.store.people.clients) == 2)
        assert ana.screen.composer.names_for == {"/mute": ["zoe"], "/unmute": ["rob"]}
