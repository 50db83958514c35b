"""The whole screen, as a reviewer reads it; by clocks that stand still at two minutes past ten."""

import re
from contextlib import asynccontextmanager

from chat_tui.settings.settings import Settings
from chat_tui.toolkit.screen_text import screen_text
from chat_tui.widgets.composer.completion_popup import CompletionPopup
from chatting import open_house
from client.chat_host import SIZES, TEN, HeldLog, chat

pytest_plugins = ("snapshots",)


@asynccontextmanager
async def conversation():
    """Ana, among two others, in a conversation with everything in it; the last line is on its way."""
    async with open_house() as house:
        house.clock.stop_at(TEN)
        bob, zoe = await house.person("bob"), await house.person("zoë")
        await bob.say("morning! build is green, release at 14:00")
        async with chat(house, clock=lambda: TEN) as ana:
            await zoe.hears("morning! build is green, release at 14:00")
            await zoe.say("/reply 1 nice. notes are at https://example.org/notes")
            await bob.hears("nice. notes are at https://example.org/notes")
            await bob.say("/temp 42 door code is 4471, gone soon", "/to ana can you cover for me at 3?")
            await ana.shows("bob wrote to you privately")
            await ana.say("sure")
            await ana.lacks("sending…")
            HeldLog(house)
            await ana.say("shipping now 🚀")
            await ana.shows("sending…", "⏳ 0:42")
            await ana.until(lambda: len(ana.app.store.people.clients) == 3)
            await ana.pilot.pause()
            yield ana


async def draw(snapshot, person, words, sizes=SIZES):
    """Compare the screen at every size with what is kept; what changes by the second is written as 8."""
    for size in sizes:
        await person.size(*size)
        shown = re.sub(r"in \d s", "in 8 s", screen_text(person.app))
        snapshot(person.app if shown == screen_text(person.app) else shown, f"chat-{words}-{size[0]}x{size[1]}")


async def test_empty(snapshot):
    """Nobody else, nothing said."""
    async with open_house() as house, chat(house) as ana:
        await ana.shows("You're the first one here.")
        await draw(snapshot, ana, "empty")


async def test_busy(snapshot):
    """A reply, a link, a temporary message, a private one, one of ours, and one that is on its way."""
    async with conversation() as ana:
        await draw(snapshot, ana, "busy", [*SIZES, (40, 12)])


async def test_compact(snapshot):
    """The same, a row a message; one of them picked."""
    async with conversation() as ana:
        await ana.press("f8")
        await ana.shows("✓ Compact rows.")
        await ana.lacks("✓ Compact rows.")
        await draw(snapshot, ana, "compact", [*SIZES, (40, 12)])
        await ana.press("alt+up", "up", "up", "up")
        await ana.shows("Message bob")
        await draw(snapshot, ana, "compact-picked")


async def test_compact_and_unread(snapshot):
    """Days and what is new are told by rules, and what is from one author goes together."""
    async with open_house() as house:
        bob = await house.person("bob")
        house.clock.stop_at(TEN - 86_400)
        await bob.say("yesterday", "and once more")
        await bob.hears("and once more")
        house.clock.stop_at(TEN)
        async with chat(house, clock=lambda: TEN, start=Settings(density="compact")) as ana:
            await bob.say("before")
            await ana.shows("│ before")
            await ana.cut()
            await bob.say("anybody here? `cat notes.txt` says that there is one more thing to be done before we leave")
            await bob.say("ana, are you there?", "/to ana psst")
            ana.retry()
            await ana.shows("wrote to you", "new since", "2 here")
            await draw(snapshot, ana, "compact-unread")


async def test_answering_in_private(snapshot):
    """The reply bar, and whom it is for; a chip."""
    async with conversation() as ana:
        await ana.click("bob wrote to you privately")
        await ana.shows("private → you")
        await ana.press("alt+up")
        await ana.shows("Message bob")
        await ana.press("r", "ctrl+l")
        await ana.write("in 5 minutes")
        await ana.shows("↪", "temp: 30 s", "▊ in 5")
        await draw(snapshot, ana, "private")


async def test_a_picked_message(snapshot):
    """Its actions are below it; the first half of a deletion is done."""
    async with conversation() as ana:
        await ana.press("alt+up", "up", "up", "up")
        await ana.shows("Message bob")
        await ana.press("d")
        await ana.shows("Delete? d again")
        await draw(snapshot, ana, "picked")


async def test_reading(snapshot):
    """Two days, messages that go together, formatted text and code; what is picked tells its time in full."""
    async with open_house() as house:
        bob, zoe = await house.person("bob"), await house.person("zoë")
        house.clock.stop_at(TEN - 86_400)
        await bob.say("tomorrow *then*. **No** `rm *.py` before 2*3 o'clock :rocket:", "ok?")
        await zoe.hears("ok?")
        house.clock.stop_at(TEN)
        await zoe.say(
            "it fails:\n```python\ndef wait(seconds: int) -> None:\n    # not yet\n    sleep(1.5, 'never')\n```"
        )
        await zoe.say("see https://example.org/notes?of=today#then and _mind_ snake_case_names", ":tada::+1:")
        async with chat(house, clock=lambda: TEN) as ana:
            await ana.shows("🎉")
            await ana.say("sure")
            await ana.lacks("sending…")
            await ana.say("shipping now")
            await ana.lacks("sending…")
            await ana.shows("▊ shipping now")
            await ana.press("alt+up", "up", "up")
            await ana.shows("zoë · Thursday")
            await draw(snapshot, ana, "reading")


async def test_lost(snapshot):
    """The banner counts down; what was under way is not sent."""
    async with conversation() as ana:
        await ana.cut()
        await ana.shows("not sent yet", "[Try now]")
        await draw(snapshot, ana, "lost")


async def test_help(snapshot):
    """Every key and every command, over the conversation or in its place."""
    async with conversation() as ana:
        await ana.press("f1")
        await ana.shows("esc Close")
        await draw(snapshot, ana, "help")


async def test_people(snapshot):
    """Over the messages, or in their place."""
    async with conversation() as ana:
        await ana.press("ctrl+b")
        await ana.shows("● zoë")
        await draw(snapshot, ana, "people", SIZES[1:])


async def test_back(snapshot):
    """What was missed, and the rule above it."""
    async with open_house() as house:
        house.clock.stop_at(TEN)
        bob = await house.person("bob")
        await bob.say("before")
        async with chat(house, clock=lambda: TEN) as ana:
            await ana.shows("▊ before")
            await ana.cut()
            await bob.say("anybody here?", "they say it rains")
            ana.retry()
            await ana.shows("▊ they say it rains", "Reconnected. 2 messages", "new since", "2 here")
            await draw(snapshot, ana, "back")


async def test_unread(snapshot):
    """Somebody has scrolled up: what is new is counted, and is below a rule when they get there."""
    async with open_house() as house:
        house.clock.stop_at(TEN)
        bob = await house.person("bob")
        await bob.say(*(f"{n}. of many" for n in range(40)))
        async with chat(house, clock=lambda: TEN) as ana:
            await ana.shows("▊ 39. of many")
            await ana.press("pageup")
            await ana.lacks("39. of many")
            await bob.say("ana, are you there?", "/to ana psst", "never mind")
            await ana.shows("↓ 2 new, 1 to you", "↓ bob 1")
            await draw(snapshot, ana, "unread-above")
            await ana.press("end")
            await ana.shows("▊never mind", "new since")
            await draw(snapshot, ana, "unread")


async def test_taking_back(snapshot):
    """A deletion waits for a while, and says so."""
    async with open_house() as house:
        house.clock.stop_at(TEN)
        async with chat(house, clock=lambda: TEN, undo_seconds=600.0) as ana:
            await ana.say("a slip")
            await ana.shows("▊ a slip")
            await ana.press("alt+up", "d", "d")
            await ana.shows("deleting…", "[Undo]")
            await draw(snapshot, ana, "undo")


async def test_completing(snapshot):
    """Commands and names float over the messages."""
    async with conversation() as ana:
        await ana.write("/to ")
        await ana.until(lambda: ana.screen.query_one(CompletionPopup).display)
        await draw(snapshot, ana, "completing")


async def test_choosing_a_theme(snapshot):
    """All of the program is the preview."""
    async with conversation() as ana:
        ana.app.action_change_theme()
        await ana.shows("chat-contrast", "Keep")
        await draw(snapshot, ana, "theme")


async def test_rooms(snapshot):
    """A room with a topic, another with something unread that is to us, a conversation, and the way to others."""
    async with open_house() as house:
        house.clock.stop_at(TEN)
        bob = await house.person("bob")
        await bob.say("/join dev", "/in dev the build is green")
        async with chat(house, clock=lambda: TEN) as ana:
            await ana.say("/join dev,ops")
            await ana.shows("▊ the build is green")
            await bob.say("hello", "/in ops ana: look", "/to ana psst", "/in dev /topic the release")
            await ana.shows("the release", "↓ ops 1")
            await ana.press("ctrl+b")
            await draw(snapshot, ana, "rooms")
            await ana.press("escape", "ctrl+g", *"de")
            await ana.shows("+ Join #de")
            await draw(snapshot, ana, "switcher")


async def test_what_is_to_us(snapshot):
    """From everywhere, with where it was said."""
    async with open_house() as house:
        house.clock.stop_at(TEN)
        bob = await house.person("bob")
        async with chat(house, clock=lambda: TEN) as ana:
            await ana.shows("2 here")
            await bob.say("ana, are you there?", "/to ana psst")
            await ana.shows("wrote to you privately")
            await ana.press("ctrl+g", *"To you", "enter")
            await ana.shows("┃ psst")
            await draw(snapshot, ana, "to-you")
