"""What stands on the screens, in every state of them, is in the list of looks: nothing is left unchecked."""

from contextlib import asynccontextmanager

import pytest
from rich.cells import cell_len

from chat_tui.app.themes import NAMES
from chat_tui.screens.dialogs.invitation import InvitationScreen
from chat_tui.settings.settings import Settings
from chat_tui.toolkit.screen_text import screen_strips
from chatting import open_house
from client.app.test_looks import listed
from client.chat_host import TEN, HeldLog, chat
from client.screens.start.test_first_run import first_run

_LINES = frozenset("▊▎▏▔▁▂▃▄▅▆▇█┃│─╭╮╰╯▌▍▐")


def seen(person):
    """Each text in front, as (text, foreground, background, is it only lines)."""
    screen = person.app.screen
    for y, strip in enumerate(screen_strips(person.app)):
        x = 0
        for text, style, _ in strip:
            where, x = x, x + cell_len(text)
            if not text.strip() or style is None or style.color is None or style.bgcolor is None:
                continue
            at = where + len(text) - len(text.lstrip())
            if screen.is_modal and screen.get_widget_at(min(at, 119), y)[0] is screen:
                continue  # what is behind a dialog is dimmed for as long as that is there
            pair = (style.bgcolor, style.color) if style.reverse else (style.color, style.bgcolor)
            yield text, *pair, set(text.strip()) <= _LINES


def unlisted(person, known):
    """What is on the screen and not in the list."""
    texts, lines = known
    return {
        f"{text.strip()[:30]!r} {one.name} on {other.name}"
        for text, one, other, line in seen(person)
        if (one.name, other.name) not in texts
        and not (line and {(one.name, other.name), (other.name, one.name)} & (texts | lines))
    }


@asynccontextmanager
async def company(theme, density):
    """Ana among two others, in a conversation with everything in it."""
    async with open_house() as house:
        house.clock.stop_at(TEN)
        bob, zoe = await house.person("bob"), await house.person("zoë")
        await bob.say("morning! build is green, release at 14:00")
        settings = Settings(theme=theme, density=density)
        async with chat(house, size=(120, 36), clock=lambda: TEN, start=settings) as ana:
            await zoe.hears("morning! build is green, release at 14:00")
            await zoe.say("/reply 1 *nice*. **notes** are at https://example.org/notes `code`")
            await zoe.say("```python\ndef wait(seconds: int):\n    # not yet\n    return 1.5, 'never'\n```")
            await zoe.say("```diff\n-old\n+new\n```")
            await bob.say("hello ana", "/temp 42 door code is 4471", "/to ana can you cover for me at 3?")
            await ana.shows("bob wrote to you privately")
            await ana.say("sure")
            await ana.lacks("sending…")
            HeldLog(house)
            await ana.say("shipping now 🚀")
            await ana.shows("sending…", "0:42")
            yield ana


async def states(ana):
    """Bring each state about, one after the other."""
    for some in (reading, writing, commanding, told):
        async for state in some(ana):
            yield state


async def reading(ana):
    """At the messages."""
    yield "talking"
    await ana.press("alt+up", "up", "up", "up")
    await ana.shows("Message bob")
    yield "picked"
    await ana.press("d")
    await ana.shows("Delete? d again")
    yield "armed"
    await ana.press("escape", "ctrl+f", *"green")
    await ana.shows("1 of")
    yield "finding"
    await ana.press("enter")
    await ana.pilot.pause()
    yield "found"
    await ana.press("escape")


async def writing(ana):
    """At the composer, and whom it is for."""
    await ana.write("/")
    await ana.shows("/reply")
    await ana.press("down")
    yield "completing"
    await ana.press("ctrl+c")
    await ana.shows("Cleared.")
    yield "a note"
    await ana.press("ctrl+l")
    await ana.write("x" * 4090)
    await ana.shows("/ 4,096")
    yield "a long draft"
    await ana.press("ctrl+c", "ctrl+b", "down", "down", "down")
    await ana.until(lambda: ana.screen.sidebar.has_focus)
    yield "people"
    await ana.press("enter")
    await ana.shows("private to")
    yield "private"
    await ana.write("for you alone")
    yield "private text"
    await ana.press("ctrl+c", "escape")


async def commanding(ana):
    """In front of the conversation."""
    await ana.press("f1")
    await ana.shows("esc Close")
    yield "help"
    await ana.press("escape", "ctrl+p")
    await ana.shows("Choose who gets")
    yield "palette"
    await ana.press(*"find")
    await ana.lacks("Leave the chat")
    yield "palette, looking"
    await ana.press("escape", "escape", "ctrl+o")
    await ana.shows("Send messages to")
    yield "whom"
    await ana.press(*"nob")
    await ana.shows("No matching names.")
    yield "nobody"
    await ana.press("escape", "ctrl+r", *"green", "enter")
    await ana.shows("esc Close")
    await ana.pilot.pause()
    yield "the record"
    await ana.press("escape")
    ana.app.action_change_theme()
    await ana.shows("Cancel")
    yield "themes"
    await ana.press("escape")
    await ana.press(*["ctrl+l"] * 3)
    await ana.say("password: hunter22")
    await ana.shows("This looks like a password or a key")
    yield "a question"
    await ana.press("escape", "ctrl+c")
    await ana.app.push_screen(InvitationScreen("chat-tui ws://192.168.1.23:6789", "This network can come in."))
    await ana.shows("Others join with")
    yield "an invitation"
    await ana.press("escape")


async def told(ana):
    """What the program says by itself."""
    for severity in ("information", "warning", "error"):
        ana.app.notify(f"some {severity}", title=severity, severity=severity)
    await ana.shows("some error")
    yield "toasts"
    await ana.press("ctrl+c")
    await ana.shows("to quit.")
    yield "how to leave"
    await ana.cut()
    await ana.shows("[Try now]")
    yield "lost"


async def first_steps(ana):
    """Before there is a conversation."""
    yield "the name"
    await ana.press("enter", "end", "up", "enter")
    await ana.write("a b")
    await ana.press("enter")
    await ana.shows('▲ "a b" isn\'t')
    yield "a wrong address"
    await ana.click("ana")
    await ana.press("end", "space", "x")
    await ana.shows("A name can't contain spaces.")
    yield "a wrong name"


async def check(ana, steps, theme):
    """Go through states, and look at each."""
    found = {}
    async for state in steps(ana):
        await ana.pilot.pause()
        if missing := unlisted(ana, listed(theme)):
            found[state] = missing
    assert found == {}


async def check_all(theme, density):
    """All states that there are."""
    async with company(theme, density) as ana:
        await check(ana, states, theme)
    rooms = ("ws://192.168.1.23:6789/", "wss://chat.example.org:443/dev")
    async with first_run(*rooms, size=(120, 36), settings=Settings(theme=theme)) as ana:
        await check(ana, first_steps, theme)


@pytest.mark.parametrize(("theme", "density"), [("chat-dark", "comfortable"), ("chat-light", "compact")])
async def test_all_that_is_seen_is_listed(theme, density):
    """Every text on its ground."""
    await check_all(theme, density)


@pytest.mark.long
@pytest.mark.parametrize("theme", NAMES)
@pytest.mark.parametrize("density", ["comfortable", "compact"])
async def test_all_that_is_seen_is_listed_in_every_theme(theme, density):
    """Every text on its ground."""
    await check_all(theme, density)
