"""A screen with a message list, a text field that keeps the focus, and an owner that has the messages."""

import asyncio
from collections.abc import Sequence
from time import monotonic
from typing import Self

import msgspec
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.events import MouseScrollUp
from textual.geometry import Region
from textual.message import Message
from textual.widgets import Input

from chat_tui.screens.chat.selection import SelectingScreen
from chat_tui.widgets.messages.frame import Spacing
from chat_tui.widgets.messages.message_list import Action, MessageList, Row

ACTIONS = (
    Action("reply", "Reply", "r"),
    Action("copy", "Copy", "y"),
    Action("delete", "Delete", "d", confirm="Delete? d again"),
)
TOO_LONG = 10.0  # seconds after which a state that does not come is a failure


def row(key: int, text: str | None = None, **fields) -> Row:
    """A message by `ana`; its text says its key."""
    defaults = {"author": "ana", "author_id": "a1", "time": "10:02"}
    return Row(key, text=f"message {key}" if text is None else text, **defaults | fields)


class PaintedList(MessageList):
    """`painted` holds the regions that were to be painted, one tuple a time."""

    def __init__(self, *arguments, **options) -> None:
        self.painted: list[tuple[Region, ...]] = []
        super().__init__(*arguments, **options)

    def refresh(self, *regions: Region, **options) -> Self:
        """Note it."""
        self.painted.append(regions)
        return super().refresh(*regions, **options)


class Host(App[None]):
    """`heard` holds what the list posted, `looked_up` the keys it asked for, `copied` what drags have copied."""

    CSS = "Input { height: 1; border: none; }"

    def __init__(self, rows=(), *, compact: bool = False) -> None:
        super().__init__()
        self.rows = {one.key: one for one in rows}
        self.unsent: list[int] = []
        self.clock = 1000.0
        self.heard: list[Message] = []
        self.looked_up: list[int] = []
        self.copied: list[str] = []
        self.actions: Sequence[Action] = ACTIONS
        self.details: dict[int, str] = {}
        self.list = PaintedList(
            self.lookup,
            self.actions_of,
            lambda: self.clock,
            details=self.details_of,
            countdown_period=0.005,
            id="messages",
        )
        self.list.spacing = Spacing(narrow=compact)

    def get_default_screen(self) -> SelectingScreen:
        """One that selects; this host carries out what it asks for."""
        screen = SelectingScreen(id="_default")
        screen.messages, screen.actions = self.list, self  # type: ignore[assignment] - of the actions it needs one
        return screen

    def copy(self, text: str) -> None:
        """A drag has selected this."""
        self.copied.append(text)

    def compose(self) -> ComposeResult:
        """The list above the text field."""
        yield self.list
        yield Input(id="composer")

    def on_mount(self) -> None:
        """Everything is there from the start."""
        self.list.reset(size_of(one) for one in self.rows.values())
        self.query_one("#composer").focus()

    def lookup(self, key: int) -> Row | None:
        """What a message looks like."""
        self.looked_up.append(key)
        return self.rows.get(key)

    def actions_of(self, key: int):
        """What can be done with a message: nothing with an unknown one."""
        return self.actions if key in self.rows else ()

    def details_of(self, key: int) -> str:
        """The words above that."""
        return self.details.get(key, "")

    # -- what an owner does --------------------------------------------------

    def say(self, *rows: Row) -> None:
        """New messages arrive."""
        self.rows |= {one.key: one for one in rows}
        self.list.extend(size_of(one) for one in rows)

    def load_older(self, *rows: Row) -> None:
        """Older messages arrive."""
        self.rows |= {one.key: one for one in rows}
        self.list.insert(size_of(one) for one in rows)

    def delete(self, *keys: int) -> None:
        """Messages are deleted."""
        for key in keys:
            self.rows.pop(key, None)
        self.list.remove_messages(keys)

    def change(self, key: int, **fields) -> None:
        """A message looks different."""
        self.rows[key] = msgspec.structs.replace(self.rows[key], **fields)
        self.list.refresh_rows([key])

    def set_unsent(self, *rows: Row) -> None:
        """Our own lines that are not acknowledged."""
        self.rows |= {one.key: one for one in rows}
        self.list.set_unsent([one.key for one in rows])

    # -- what a reader sees --------------------------------------------------

    @property
    def shown(self) -> list[str]:
        """The lines of the list, as the next paint has them."""
        return [strip.text.rstrip() for strip in self.strips]

    @property
    def strips(self):
        """The lines of the list with their styles, as the next paint has them."""
        width, height = self.list.scrollable_content_region.size
        self.list.is_shown(0)  # asked for what is on the screen, it does what a paint begins with
        return self.list.render_lines(Region(0, 0, width, height))

    @property
    def texts(self) -> list[str]:
        """The lines that have something on them."""
        return [line for line in self.shown if line]

    def line_with(self, words: str) -> int:
        """The number of the only line that has these words."""
        [number] = [number for number, line in enumerate(self.shown) if words in line]
        return number

    def named(self, name: str) -> list[Message]:
        """What was heard of one kind."""
        return [message for message in self.heard if type(message).__name__ == name]

    def on_message_list_picked(self, message) -> None:
        """Keep what was posted."""
        self.heard.append(message)

    on_message_list_pick_closed = on_message_list_picked
    on_message_list_action_chosen = on_message_list_picked
    on_message_list_author_clicked = on_message_list_picked
    on_message_list_preview_clicked = on_message_list_picked
    on_message_list_link_clicked = on_message_list_picked
    on_message_list_scrolled = on_message_list_picked
    on_message_list_unread_moved = on_message_list_picked
    on_message_list_near_start = on_message_list_picked
    on_message_list_edge_clicked = on_message_list_picked


def size_of(one: Row) -> tuple[int, int, bool]:
    """What the list is told of a message."""
    return one.key, len(one.text), one.reply_to is not None


async def until(holds) -> None:
    """Wait for a state that comes."""
    end = monotonic() + TOO_LONG
    while not holds():
        assert monotonic() < end, "it did not come"
        await asyncio.sleep(0.002)


async def click(pilot, words: str, within: str | None = None) -> None:
    """Click the first cell of some words of the list, on the line that has `within`."""
    host = pilot.app
    line = host.line_with(within or words)
    before = host.shown[line].split(words)[0]
    await pilot.click("#messages", offset=(cell_len(before), line))
    await pilot.pause()


def scroll_up() -> MouseScrollUp:
    """The wheel, over the list."""
    return MouseScrollUp(None, 5, 5, 0, -1, 0, shift=False, meta=False, ctrl=False)
