"""Replies, temporary messages, commands, and what happens to a line that is refused."""

from chatting import open_house
from client.chat_host import HeldLog, chat

REPLYING = "↪ replying to bob: build is green"


async def test_a_line_is_pending_until_the_server_keeps_it():
    """Nothing is drawn as sent before; a second Enter sends nothing twice."""
    async with open_house() as house, chat(house) as ana:
        log = HeldLog(house)
        await ana.say("hello")
        await ana.press("enter")
        await ana.shows("▊ hello", "sending…")
        log.let_go()
        await ana.lacks("sending…")
        assert [message.text for message in ana.app.store.messages.values()] == ["hello"]
        assert sum("hello" in row for row in ana.rows) == 1


async def test_a_reply_by_keyboard():
    """Pick, r, write: the bar says to what, the message shows it, and the next one is no reply."""
    async with open_house() as house, chat(house) as ana:
        bob = await house.person("bob")
        await bob.say("build is green")
        await ana.shows("build is green")
        await ana.press("up")
        await ana.shows("Reply   Delete   Copy   Message bob")
        await ana.press("r")
        await ana.shows(REPLYING, "[esc cancels]")
        await ana.say("nice")
        await ana.shows("╭ bob: build is green", "▊ nice")
        await ana.lacks("↪ replying")
        await ana.say("by the way")
        await ana.shows("▊ by the way")
        assert [message.reply_to for message in ana.app.store.messages.values()] == [None, 1, None]


async def test_a_reply_by_mouse_and_its_way_back():
    """Click, Reply; a click on the bar, or Esc, cancels it, and the draft stays."""
    async with open_house() as house, chat(house) as ana:
        bob = await house.person("bob")
        await bob.say("build is green")
        for _ in range(2):
            await ana.click("▊ build is green")
            await ana.click("Reply")
            await ana.shows(REPLYING)
            await ana.click("[esc cancels]")
            await ana.lacks("↪ replying")
        await ana.click("▊ build is green")
        await ana.click("Reply")
        await ana.write("nice")
        await ana.press("escape")
        await ana.lacks("↪ replying")
        await ana.shows("▊ nice")


async def test_a_reply_whose_parent_is_deleted_is_cancelled():
    """With a sentence; nothing of the text is left on the screen, and the draft stays."""
    async with open_house() as house, chat(house) as ana:
        bob = await house.person("bob")
        await bob.say("build is green")
        await ana.click("▊ build is green")
        await ana.click("Reply")
        await ana.write("nice")
        await bob.say("/delete last")
        await ana.shows("The message you were replying to was deleted.", "▊ nice")
        await ana.lacks("build is green", "↪ replying")


async def test_after_a_click_the_keys_are_the_actions():
    """As the highlighted action says, unless something is being written already."""
    async with open_house() as house, chat(house) as ana:
        bob = await house.person("bob")
        await bob.say("build is green")
        await ana.click("▊ build is green")
        await ana.press("enter")
        await ana.shows(REPLYING)
        await ana.write("ad")
        await ana.click("▊ build is green")
        await ana.press("d", "d")
        await ana.shows("▊ addd")
        await ana.press("escape")
        await ana.lacks("Message bob")
        await ana.shows(REPLYING)


async def test_the_chip_is_sent():
    """Ctrl+L and a click go through the times; each message takes what the chip shows, and counts down."""
    async with open_house() as house, chat(house) as ana:
        bob = await house.person("bob")
        await ana.press("ctrl+l")
        await ana.shows("temp: 30 s")
        await ana.say("gone soon")
        await ana.shows("⏳ 0:30")
        await ana.click("temp: 30 s")
        await ana.shows("temp: 5 min")
        await ana.say("gone later")
        await ana.press("ctrl+l", "ctrl+l")
        await ana.shows("temp: off")
        await ana.say("here to stay")
        await ana.shows("▊ here to stay")
        lives = [
            round(event.get("expires_at", event["sent_at"]) - event["sent_at"])
            for event in [await bob.next() for _ in range(3)]
        ]
        assert lives == [30, 300, 0]


async def test_what_expires_is_gone_without_a_connection_too():
    """The countdown goes on, and so does the end."""
    async with open_house() as house, chat(house) as ana:
        await ana.say("/temp 1 door code is 4471")
        await ana.shows("⏳ 0:01")
        await ana.cut()
        await ana.lacks("4471")
        assert "connection lost" in ana.rows[0]


REFUSED = [
    ("/frobnicate now", "There is no /frobnicate; see /help. To send it as text, start with //."),
    ("/msg bob hi", "There is no /msg; use /to bob text."),
    ("/users", "There is no /users; press Ctrl+B to see who's here."),
    ("/to nobody", 'Nobody here is called "nobody".'),
    ("/temp soon hello", "/temp takes 1 to"),
    ("/reply 99 hello", "There is no message 99."),
    ("/delete 99", "There is no message 99."),
    ("/to nobody hello", 'Nobody here is called "nobody"'),
    ("/to bob /exit", "/exit"),
]


async def test_a_refused_line_comes_back():
    """With the reason beside it, whoever refuses; nobody else hears of it."""
    async with open_house() as house, chat(house) as ana:
        bob = await house.person("bob")
        await ana.shows("2 here")
        for line, why in REFUSED:
            await ana.say(line)
            await ana.shows(why, f"▊ {line}")
            await ana.press("ctrl+u")
        await ana.say("end")
        assert await bob.hears("end") == []


async def test_a_refused_reply_comes_back_as_a_reply():
    """With the bar, the lifetime and the reason."""
    async with open_house() as house, chat(house) as ana:
        log = HeldLog(house)
        log.let_go()
        await ana.say("build is green")
        await ana.shows("▊ build is green")
        await ana.lacks("sending…")
        log.hold(full=True)
        await ana.press("ctrl+l", "up", "r")
        await ana.say("nice")
        await ana.shows("sending…")
        await ana.lacks("↪ replying")
        await ana.press("ctrl+l", "ctrl+l", "ctrl+l")
        await ana.shows("temp: off")
        log.let_go()
        await ana.shows("↪ replying to ana: build is green", "▊ /temp 30 nice", "The disk is full")


async def test_a_refused_line_never_mixes_with_another():
    """The draft stays; Ctrl+Up brings the line with all that it was."""
    async with open_house() as house, chat(house) as ana:
        bob = await house.person("bob")
        await bob.say("build is green")
        await ana.shows("▊ build is green")
        log = HeldLog(house, full=True)
        await ana.press("ctrl+l", "up", "r")
        await ana.say("nice")
        await ana.write("a draft")
        log.let_go()
        await ana.shows("▊ a draft", "not sent, ctrl+↑ brings it back: The disk is full")
        await ana.press("ctrl+up")
        await ana.shows("▊ /temp 30 /reply 1 nice")


async def test_a_line_that_is_too_long_stays():
    """The limit is the server's; nothing is sent."""
    async with open_house(max_text=20) as house, chat(house) as ana:
        await ana.say("x" * 30)
        await ana.shows("too long by 10", "▊ " + "x" * 30)
        assert not ana.app.store.outbox.messages()


async def test_deleting_takes_two_steps_by_keyboard_and_by_mouse():
    """The strip asks in place."""
    async with open_house() as house, chat(house) as ana:
        bob = await house.person("bob")
        await bob.say("first", "second", "third")
        await ana.shows("▊ third")
        await ana.press("alt+up", "d")
        await ana.shows("Delete? d again", "▊ third")
        await ana.press("d")
        await ana.lacks("▊ third")
        await ana.click("▊ second")
        await ana.click("Delete")
        await ana.click("Delete? d again")
        await ana.lacks("▊ second")
        assert [message.text for message in ana.app.store.messages.values()] == ["first"]
        assert ana.screen.focused is ana.screen.composer


async def test_a_deletion_can_be_taken_back_for_a_while():
    """By key and by mouse; the server hears of it when something else is said, or at the end."""
    async with open_house() as house, chat(house, undo_seconds=600.0) as ana:
        bob = await house.person("bob")
        await bob.say("first", "second")
        await ana.shows("▊ second")
        for undo in (ana.press("ctrl+z"), ana.click("[Undo]")):
            await ana.press("alt+up", "d", "d")
            await ana.shows("deleting…", "Deleting message 2… [Undo]")
            await undo
            await ana.shows("Deletion undone.")
            await ana.lacks("deleting…")
        await ana.press("alt+up", "d", "d")
        await ana.say("well")
        await ana.lacks("▊ second")
        await ana.say("/delete 1")
        await ana.shows("deleting…")
        await ana.say("/exit")
        await bob.until(lambda: [event["id"] for event in bob.seen if event["type"] == "delete"] == [2, 1])


async def test_going_back_takes_no_deletion_back():
    """The note above the composer says what its button does, whatever else could be taken back."""
    async with open_house() as house, chat(house, undo_seconds=600.0) as ana:
        bob = await house.person("bob")
        await bob.say("first", *map(str, range(30)), "/reply 1 answer", "last")
        await ana.shows("▊ last")
        await ana.press("alt+up", "d", "d")
        await ana.shows("[Undo]")
        await ana.click("╭ bob: first")
        await ana.shows("▊ first")
        await ana.click("[Back]")
        await ana.shows("▊ answer", "deleting…")
        await ana.lacks("[Back]")
        await ana.press("ctrl+z")
        await ana.shows("Deletion undone.")


async def test_what_was_said_to_one_person_goes_to_everyone_only_after_a_while():
    """It can be taken back, and is in the composer again."""
    async with open_house() as house, chat(house, undo_seconds=600.0) as ana:
        bob = await house.person("bob")
        await ana.say("/to bob can you cover for me")
        await bob.hears("can you cover for me")
        await ana.say("can you cover for me")
        await ana.shows("This goes to everyone; you first sent it to one person. [Undo]", "not sent yet")
        await ana.press("ctrl+z")
        await ana.shows("✓ Not sent.", "▊ can you cover for me")
        await ana.lacks("not sent yet")


async def test_a_line_that_is_not_sent_can_be_discarded():
    """It never reaches the server."""
    async with open_house() as house, chat(house) as ana:
        await ana.cut()
        await ana.say("better not")
        await ana.shows("not sent yet")
        await ana.press("alt+up")
        await ana.shows("Copy   Discard")
        await ana.press("d")
        await ana.shows("Discard? d again")
        await ana.press("d")
        await ana.lacks("better not")
        ana.retry()
        await ana.shows("Reconnected.")
        assert not ana.app.store.messages


async def test_a_picked_message_that_goes_leaves_the_keys_to_nobody():
    """Somebody else deletes it: its letters are not typed into the next line, and it is told."""
    async with open_house() as house, chat(house) as ana:
        bob = await house.person("bob")
        await bob.say("first", "second")
        await ana.shows("▊ second")
        await ana.press("alt+up")
        await ana.shows("Message bob")
        await bob.say("/delete last")
        await ana.shows("That message is gone.")
        assert ana.screen.focused is ana.screen.messages
        await ana.press("escape")
        assert ana.screen.focused is ana.screen.composer


async def test_what_is_typed_while_a_message_is_picked_is_not_lost():
    """A letter that is no action goes on in the composer; words never delete by their letters."""
    async with open_house() as house, chat(house) as ana:
        bob = await house.person("bob")
        await bob.say("first")
        await ana.shows("▊ first")
        await ana.press("up", *"dad", "enter")
        await ana.shows("▊ ad")
        assert [message.text for message in ana.app.store.messages.values()] == ["first", "ad"]
        assert ana.screen.focused is ana.screen.composer


async def test_going_to_what_was_replied_to_and_opening_a_link(monkeypatch):
    """The strip has both, and the message's number; each says what it did."""
    async with open_house() as house, chat(house) as ana:
        opened: list[str] = []
        monkeypatch.setattr(ana.app, "open_url", lambda url, **_: opened.append(url))
        bob = await house.person("bob")
        await bob.say("first", "/reply 1 at https://a.b/c", *map(str, range(30)))
        await ana.shows("▊ 29")
        for action in "o#g":
            ana.screen.messages.focus()
            ana.screen.messages.pick(2)
            await ana.press(action)
            await ana.shows({"o": "Opening a.b…", "#": "Sent to the terminal's clipboard.", "g": "▊ first"}[action])
        assert (opened, ana.app.clipboard) == (["https://a.b/c"], "2")
        await ana.shows("Press Backspace to go back.")
        await ana.press("backspace")
        await ana.shows("▊ at https://a.b/c")
        await ana.click("╭ bob: first")
        await ana.shows("▊ first")
        await ana.press("end")
        await ana.shows("▊ 29")
        await ana.press("backspace")
        await ana.shows("▊ 29")


async def test_copying():
    """By key, and by a drag; it says so."""
    async with open_house() as house, chat(house) as ana:
        bob = await house.person("bob")
        await bob.say("notes are [b]here[/b]")
        await ana.shows("notes are")
        await ana.press("alt+up", "y")
        await ana.shows("Sent to the terminal's clipboard.")
        assert ana.app.clipboard == "notes are [b]here[/b]"
        y = ana.rows.index(ana.row("notes are"))
        await ana.pilot.mouse_down(offset=(3, y))
        await ana.pilot.hover(offset=(7, y))
        await ana.pilot.mouse_up(offset=(7, y))
        await ana.until(lambda: ana.app.clipboard == "notes")


async def test_a_pick_follows_the_line_that_becomes_a_message():
    """Picked while pending: the strip stays with it, and then offers what a message offers."""
    async with open_house() as house, chat(house) as ana:
        log = HeldLog(house)
        await ana.say("hello")
        await ana.shows("sending…")
        await ana.press("alt+up")
        await ana.shows("Copy   Discard")
        log.let_go()
        await ana.shows("Reply   Delete   Copy")
