"""Every cell of the table in docs/using.md is a way that works: carried out on the whole app before a real server."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from chat_tui.app.keeping import Keeping
from chat_tui.settings.settings import Settings, load
from chat_tui.storage.choices import SavedChoices, change, recall
from chatting import House, Person, open_house
from client.action_paths import ActionCase, carry_out, command, keys, mouse, promised
from client.chat_host import Chat, chat


@dataclass
class Here:
    """A room with ana at the app and bob; `text` and `id` are those of the newest message of his."""

    house: House
    ana: Chat
    bob: Person
    folder: Path
    text: str = ""
    id: int = 0
    opened: list[str] = field(default_factory=list)

    async def bob_says(self, says, number):
        """The message that the next way is about; it stands at the end of the list, or is new below it."""
        await self.bob.say(says.format(number=number))
        self.text = says.format(number=number).removeprefix("/reply 1 ")
        await self.bob.hears(self.text)
        self.id = self.bob.seen[-1]["id"]
        views = self.ana.app.store.views
        await self.ana.until(lambda: any(self.id in view.history.messages for view in views))

    async def bob_hears(self, text):
        """The message with this text, as it came to him."""
        await self.bob.hears(text)
        return self.bob.seen[-1]


async def replied(here):
    """Everybody gets it as a reply to that message."""
    assert (await here.bob_hears("nice"))["reply_to"] == here.id
    await here.ana.shows(f"╭ bob: {here.text}")


async def deleted(here):
    """It is gone, for everybody."""
    while (event := await here.bob.next())["type"] != "delete":
        pass
    assert event["id"] == here.id
    await here.ana.lacks(here.text)


async def was_addressed(here):
    """The line begins with the whole name."""
    await here.bob_hears("bob: morning")


async def was_private(here):
    """The line went to bob alone."""
    assert (await here.bob_hears("psst"))["to_id"] == here.bob.id
    await here.ana.shows("to: Everyone")


async def was_public(here):
    """The line went to everyone."""
    assert (await here.bob_hears("hello all"))["to_id"] is None
    await here.ana.shows("to: Everyone", "Message everyone…")


async def is_in_dev(here):
    """What is written now goes there."""
    await here.ana.shows("▔ to # dev ▔", "▸ dev")


async def sees_it(here):
    """The room with it is on the screen, at its end."""
    await here.ana.shows("▔ to Everyone ▔", here.text)


async def left_dev(here):
    """It is not in the sidebar any more, and the lobby is on the screen."""
    await here.ana.shows("▔ to Everyone ▔", "▸ lobby")
    await here.ana.lacks("▸ dev", "# dev")


async def is_about_the_release(here):
    """The top row says so."""
    await here.ana.shows("to: Everyone   the release")


async def lives_30_seconds(here):
    """The line goes by itself, and says so."""
    event = await here.bob_hears("gone soon")
    assert round(event["expires_at"] - event["sent_at"]) == 30
    await here.ana.shows("⏳ 0:", "temp: off")


async def is_kept(here):
    """Nothing was deleted."""
    await here.ana.shows("Deletion undone.", here.text)
    await here.ana.lacks("deleting…")


async def is_at_the_end(here):
    """The newest message is in view, and nothing is new any more."""
    await here.ana.shows(here.text)
    await here.ana.lacks("↓")
    assert here.ana.screen.messages.at_end


async def nothing_is_missing(here):
    """All that was said meanwhile is here, in its place."""
    await here.ana.lacks("not loaded")
    await here.ana.until(lambda: list(here.ana.app.store.messages) == list(range(1, here.id + 1)))


async def is_copied(here):
    """The text is in the clipboard, and that is said."""
    await here.ana.shows("Sent to the terminal's clipboard.")
    assert here.ana.app.clipboard == here.text
    here.ana.app.copy_to_clipboard("")


async def is_opened(here):
    """The browser was asked for it."""
    await here.ana.shows("Opening e.org…")
    assert here.opened.pop() == "https://e.org/notes"


async def nothing_is_sought(here):
    """The search is over, and one is where one was."""
    await here.ana.lacks("Find:", "Search all messages")
    await here.ana.shows(here.text)


async def is_heard(here):
    """Muted and heard again: the last word was that of listening."""
    await here.ana.shows("bob is no longer muted.")
    assert not here.ana.app.store.people.muted


async def is_dracula(here):
    """The theme holds, and is there again after a restart."""
    await here.ana.lacks("╭─ Theme")
    assert here.ana.app.theme == "dracula"
    async with chat(here.house, "ana", start=load({}, {}, here.folder / "none", recall(here.folder))) as again:
        assert again.app.theme == "dracula"
    here.ana.app.theme = "chat-dark"


async def nobody_is_shown(here):
    """The list of people was there, and is not any more."""
    assert here.ana.screen.focused is here.ana.screen.composer


async def is_called_anna(here):
    """Everybody sees the name."""
    await here.bob.sees("anna", "bob")


async def has_two_lines(here):
    """One message, with the break."""
    await here.bob_hears("one\ntwo")


async def is_helped(here):
    """The page lists keys and commands; nothing was sent."""
    await here.ana.shows("Keys", "bring back what you sent", "esc Close")


async def has_left(here):
    """The program ends, and the name is free."""
    await here.ana.leaves()
    await here.bob.sees("bob")


TASKS = {
    "reply": ActionCase(
        (
            keys("press alt+up r", "shows ↪ replying to bob: {text}", "write nice", "press enter"),
            keys("press up r", "write nice", "press enter"),
            mouse("click {text} @ ▊", "click Reply", "shows ↪ replying", "write nice", "click ⏎ Send"),
            command("say /reply {id} nice"),
        ),
        replied,
    ),
    "delete": ActionCase(
        (
            keys("press alt+up d", "shows Delete? d again", "press d"),
            mouse("click {text} @ ▊", "click Delete", "click Delete? d again"),
            command("say /delete {id}"),
            command("say /delete last"),
        ),
        deleted,
    ),
    "write to one person": ActionCase(
        (
            keys("press ctrl+o", "write bo", "press enter", "shows private to bob", "say psst", "press escape"),
            mouse("click ● bob", "shows private to bob", "write psst", "click ⏎ Send", "click # lobby"),
            mouse("click {text} @ ▊", "click Message bob", "shows private to bob", "say psst", "press escape"),
            command("say /to bob psst"),
            command("say /to bob", "shows private to bob", "say psst", "press escape"),
        ),
        was_private,
        size=(120, 24),
    ),
    "go back to everyone": ActionCase(
        (
            keys("press escape", "say hello all"),
            mouse("click # lobby", "say hello all"),
            mouse("click to: bob (private)", "say hello all"),
        ),
        was_public,
        first=("press ctrl+o b enter", "shows private to bob"),
        size=(120, 24),
    ),
    "go to a room or a person": ActionCase(
        (
            keys("press ctrl+g", "write dev", "press enter"),
            mouse("click # dev"),
            command("say /join dev"),
        ),
        is_in_dev,
        first=("say /join dev", "shows ▔ to # dev ▔", "click # lobby", "shows ▔ to Everyone ▔"),
        after=("click # lobby", "shows ▔ to Everyone ▔"),
        size=(120, 24),
    ),
    "go where something is unread": ActionCase(
        (keys("press f4"), mouse("click ↓ lobby 1")),
        sees_it,
        first=("say /join dev", "shows ▔ to # dev ▔", "+"),
        size=(120, 24),
    ),
    "leave a room": ActionCase(
        (
            keys("press ctrl+b x", "press escape"),
            mouse("rightclick dev @ ▸ dev"),
            command("say /leave"),
        ),
        left_dev,
        first=("say /join dev", "shows ▔ to # dev ▔"),
        size=(120, 24),
    ),
    "say what a room is about": ActionCase(
        (command("say /topic the release"),),
        is_about_the_release,
        size=(120, 24),
    ),
    "send a temporary message": ActionCase(
        (
            keys(
                *("press ctrl+l", "shows temp: 30 s", "press ctrl+l", "shows temp: 5 min", "press ctrl+l"),
                *("shows temp: 1 h", "press ctrl+l", "shows temp: off", "press ctrl+l", "say gone soon"),
                "press ctrl+l ctrl+l ctrl+l",
            ),
            mouse(
                *("click temp: off", "shows temp: 30 s", "write gone soon", "click ⏎ Send"),
                *("click temp: 30 s", "click temp: 5 min", "click temp: 1 h", "shows temp: off"),
            ),
            command("say /temp 30 gone soon"),
        ),
        lives_30_seconds,
    ),
    "undo a deletion": ActionCase(
        (keys("press ctrl+z"), mouse("click [Undo]")),
        is_kept,
        first=("press alt+up d d", "shows deleting…"),
        options={"undo_seconds": 600.0},
    ),
    "go to the message replied to, and back": ActionCase(
        (
            keys("press alt+up g", "shows ▊ the root", "lacks ▊ {text}", "press backspace"),
            mouse("click ╭ bob: the root", "shows ▊ the root", "lacks ▊ {text}", "click [Back]"),
        ),
        is_at_the_end,
        says="/reply 1 message {number}",
    ),
    "go to the newest message": ActionCase(
        (keys("press end"), mouse("click ↓ 1 new")), is_at_the_end, first=("press pageup", "+", "shows ↓ 1 new")
    ),
    "go to the first unread message, and back": ActionCase(
        (
            keys("press home", "shows new since", "lacks ▊ {text}", "press backspace"),
            mouse("click ↑ first new", "shows new since", "lacks ▊ {text}", "click [Back]"),
            mouse("click ^p palette", "write first unread", "click Go to the first", "shows new since", "click [Back]"),
        ),
        is_at_the_end,
        first=("away", "++", "back", "shows ↑ first new"),
        after=("say read",),
    ),
    "load missing messages": ActionCase(
        (
            keys(
                "press home",
                "shows new since",
                "press pagedown pagedown pagedown",
                "shows Messages missing here",
                "press" + 11 * " alt+up",
                "shows Load older",
                "press l",
            ),
            mouse(
                "click ↑ first new",
                "shows new since",
                "press pagedown pagedown pagedown",
                "click Messages missing here",
            ),
        ),
        nothing_is_missing,
        first=("lose", "+340", "return", "shows Reconnected.", "+"),
        after=("say read",),
    ),
    "copy": ActionCase(
        (
            keys("press alt+up y"),
            mouse("drag {text}"),
            mouse("click {text} @ ▊", "click Copy"),
        ),
        is_copied,
    ),
    "open a link": ActionCase(
        (keys("press alt+up o"), mouse("click https://e.org/notes @ {number}")),
        is_opened,
        says="{number} https://e.org/notes",
    ),
    "find text": ActionCase(
        (
            keys(
                *("press ctrl+f", "write 7 before", "shows 1 of 4", "press enter n", "shows 2 of 4"),
                *("press N", "shows 1 of 4", "press escape"),
            ),
            mouse("click ^f Find", "write 7 before", "shows 1 of 4", "click [esc closes]"),
            mouse("click ^p palette", "click Find words in", "write 7 before", "shows 1 of 4", "click [esc closes]"),
        ),
        nothing_is_sought,
    ),
    "search everything the server keeps": ActionCase(
        (
            keys("press ctrl+r", "write 7 before", "press enter", "shows 1 found", "press escape"),
            keys("press ctrl+f", "write 7 before", "press ctrl+r", "shows 1 found", "press escape"),
            keys(
                "press ctrl+f", "write before 7", "shows nothing found", "press enter", "shows 1 found", "press escape"
            ),
            mouse("click ^f Find", "write 7 before", "click [all messages]", "shows 1 found", "click esc Close"),
            mouse(
                "click ^p palette",
                "write search all",
                "click Search everything",
                "write 7 before",
                "press enter",
                "click esc Close",
            ),
            command("say /search 7 before", "shows 1 found", "press escape"),
        ),
        nothing_is_sought,
    ),
    "mute or unmute somebody": ActionCase(
        (
            keys("press ctrl+b end m", "shows bob is muted.", "press m", "press escape"),
            mouse(
                *("click ^p palette", "click Mute or", "click ● bob", "shows bob is muted."),
                *("click ^p palette", "click Mute or", "click bob (muted)"),
            ),
            command("say /mute bob", "shows bob is muted.", "say /unmute bob"),
        ),
        is_heard,
        size=(80, 50),
    ),
    "see who is here": ActionCase(
        (
            keys("press ctrl+b", "shows ● ana (you)", "press ctrl+b", "lacks ● ana (you)"),
            mouse("click 2 here", "shows ● ana (you)", "click 2 here", "lacks ● ana (you)"),
        ),
        nobody_is_shown,
    ),
    "choose a theme": ActionCase(
        (
            keys(
                "press ctrl+p",
                "write theme",
                "shows Choose the colours",
                "press enter",
                "preview dracula",
                "press enter",
            ),
            mouse("click ^p palette", "click Choose the colours", "click dracula"),
        ),
        is_dracula,
        size=(120, 50),
    ),
    "change your name": ActionCase((command("say /name anna"),), is_called_anna),
    "start a new line": ActionCase(
        (
            keys("write one", "press ctrl+j *two enter"),
            keys("write one", "press alt+enter *two enter"),
            keys("write one", "press shift+enter *two enter"),
        ),
        has_two_lines,
    ),
    "complete a name": ActionCase(
        (keys("write bo", "press tab", "shows ▊ bob: ", "press *morning enter"),), was_addressed
    ),
    "get help": ActionCase(
        (keys("press f1"), mouse("click f1 Help"), command("say /help")),
        is_helped,
        after=("press escape", "lacks esc Close"),
    ),
    "quit": ActionCase((keys("press ctrl+q"), mouse("click ^q Quit"), command("say /exit")), has_left, alone=True),
}


def test_every_cell_of_the_table_is_a_way():
    """No task and no kind of way is on the page alone, and none is here alone."""
    assert {name: {way.kind for way in task.ways} for name, task in TASKS.items()} == promised()


@contextmanager
def named(*words: object) -> Iterator[None]:
    """A failure says which way it was."""
    try:
        yield
    except BaseException as error:
        error.add_note(": ".join(map(str, words)))
        raise


async def try_way(here, task, number):
    """Prepare, carry it out, and see what it did."""
    words = {"number": number}
    first = [*task.first]
    if not {"+", "++"} & {*first}:
        first.insert(0, "+")
    for step in first:
        if step in ("+", "++"):
            await here.bob.say(*(f"{n} more" for n in range(40 if step == "++" else 0)))
            await here.bob_says(task.says, number)
        elif step == "+340":
            await here.bob.say(*(f"{n} more" for n in range(340)))
            await here.bob.hears("339 more")
        else:
            await carry_out(here.ana, (step,), **words)
    words |= {"text": here.text, "id": here.id}
    await carry_out(here.ana, task.ways[number].steps, **words)
    await task.holds(here)
    await carry_out(here.ana, task.after, **words)


@pytest.mark.parametrize("name", TASKS)
async def test_every_way(name, tmp_path):
    """Each has its effect, one after the other in one app."""
    task = TASKS[name]
    ways = [*enumerate(task.ways)]
    async with open_house() as house:
        bob = await house.person("bob")
        await bob.say("the root", *(f"{n} before" for n in range(40)))
        for group in [[way] for way in ways] if task.alone else [ways]:
            async with chat(house, "ana", task.size, **(task.options or {})) as ana:
                here = Here(house, ana, bob, tmp_path)
                ana.app.use(
                    Settings(), Keeping(theme=lambda theme: change(tmp_path, lambda _: SavedChoices(theme=theme)))
                )
                ana.app.open_url = here.opened.append
                await ana.shows("39 before", "2 here")
                for number, way in group:
                    with named(name, way.kind, " · ".join(way.steps)):
                        await try_way(here, task, number)
