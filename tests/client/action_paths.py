"""What the table of keys, mouse and commands in docs/using.md says, as steps that can be carried out."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from rich.cells import cell_len
from textual import events

from client.chat_host import Chat

PAGE = Path(__file__).parents[2] / "docs" / "using.md"
Kind = Literal["keys", "mouse", "command"]
KINDS: tuple[Kind, ...] = ("keys", "mouse", "command")


@dataclass(frozen=True)
class ActionPath:
    """One way to do something: steps, each a verb of `carry_out` and what it is done with.

    `{text}` and `{id}` are those of the newest message, which is there for this way alone.
    """

    kind: Kind
    steps: tuple[str, ...]


@dataclass(frozen=True)
class ActionCase:
    """A row of the table: the ways, and what must hold after each of them; `first` and `after` are steps as well.

    `alone`: each way ends the app.
    """

    ways: tuple[ActionPath, ...]
    holds: Callable[..., Any]
    first: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    size: tuple[int, int] = (80, 24)
    says: str = "message {number}"
    options: dict[str, Any] | None = None
    alone: bool = False


def keys(*steps: str) -> ActionPath:
    """A way with the keyboard."""
    return ActionPath("keys", steps)


def mouse(*steps: str) -> ActionPath:
    """A way with the mouse, where nothing but text is typed."""
    return ActionPath("mouse", steps)


def command(*steps: str) -> ActionPath:
    """A way by a line that begins with a slash."""
    return ActionPath("command", steps)


def promised() -> dict[str, set[Kind]]:
    """Which kinds of ways the page's table has for which task."""
    rows = [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in PAGE.read_text().split("\n")
        if line.startswith("|") and line.count("|") == 5
    ]
    head, _, *tasks = rows
    assert head == ["to", "keys", "mouse", "or type"]
    return {task: {kind for kind, cell in zip(KINDS, cells, strict=True) if cell} for task, *cells in tasks}


async def carry_out(person: Chat, steps: tuple[str, ...], **words: Any) -> None:
    """Do one step after the other, as soon as what it needs is to be seen."""
    for step in steps:
        verb, _, rest = step.partition(" ")
        await VERBS[verb](person, rest.format(**words))


async def _press(person: Chat, keys: str) -> None:
    """As a terminal sends them, one behind the other; a word is a key, with * before it letter by letter."""
    for word in keys.split():
        for key in word[1:] if word[0] == "*" else [word]:
            person.app.post_message(events.Key(key, key if len(key) == 1 else None))
    await person.pilot.pause()


async def _say(person: Chat, text: str) -> None:
    person.app.post_message(events.Paste(text))
    await _press(person, "enter")


async def _click(person: Chat, place: str) -> None:
    """The first cell of a text, on the first row that has what is behind the @ as well."""
    text, _, within = place.partition(" @ ")
    await _mouse(person, text, within or text, "")


async def _drag(person: Chat, text: str) -> None:
    """From the first cell of a text to its last."""
    await _mouse(person, text, text, text)


async def _right_click(person: Chat, place: str) -> None:
    """The same with the right button."""
    text, _, within = place.partition(" @ ")
    await _mouse(person, text, within or text, "", button=3)


async def _mouse(person: Chat, text: str, within: str, through: str, button: int = 1) -> None:
    await person.until(lambda: any(text in row and within in row for row in person.rows))
    y, row = next((y, row) for y, row in enumerate(person.rows) if text in row and within in row)
    x = cell_len(row.split(text)[0])
    to = x + cell_len(through[:-1])
    path = [(events.MouseDown, x), (events.MouseMove, to), (events.MouseUp, to)]
    for event, column in path if to > x else [path[0], path[2]]:
        person.app.post_message(event(None, column, y, 0, 0, button, False, False, False, column, y))
    await person.pilot.pause()


async def _preview(person: Chat, theme: str) -> None:
    """Walk through the themes until the app looks like this one."""
    while person.app.theme != theme:
        await _press(person, "down")


async def _blur(person: Chat, _: str) -> None:
    person.app.post_message(events.AppBlur())
    await person.until(lambda: not person.screen.parts.notifier.focused)


async def _focus(person: Chat, _: str) -> None:
    person.app.post_message(events.AppFocus())
    await person.until(lambda: person.screen.parts.notifier.focused)


async def _lose(person: Chat, _: str) -> None:
    await person.cut()


async def _come_back(person: Chat, _: str) -> None:
    person.retry()


VERBS: dict[str, Callable[[Chat, str], Any]] = {
    "press": _press,
    "write": Chat.write,
    "say": _say,
    "click": _click,
    "rightclick": _right_click,
    "drag": _drag,
    "shows": Chat.shows,
    "lacks": Chat.lacks,
    "preview": _preview,
    "away": _blur,
    "back": _focus,
    "lose": _lose,
    "return": _come_back,
}
