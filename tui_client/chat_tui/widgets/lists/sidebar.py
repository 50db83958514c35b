"""The sidebar: rooms, private conversations and people in one widget, a row each, drawn only where it is visible.

A crowd of a thousand costs what its visible rows cost. It posts what was chosen; what that leads to, the screen says.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import msgspec
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from chat_tui.toolkit.cells import cell_len
from chat_tui.toolkit.part_styles import PartStyle, PartStyles
from chat_tui.widgets.markup.wrapping import fit_cells, one_line

HERE, AWAY = "●", "○"
OPEN = "▸"


class Entry(msgspec.Struct, frozen=True):
    """A row. `id` is what is posted when it is chosen; one without is a heading, or with `rule` a rule across the list.

    `mark` stands before the name: a sign of what it is. `unread` is a number at the right, `to_you` says that some of
    that is for us. `quiet` is dim; `closes`: it can be taken away; `mutes`: it is somebody who can be muted.
    """

    name: str
    id: str = ""
    mark: str = ""
    unread: int = 0
    to_you: int = 0
    state: str = ""
    quiet: bool = False
    closes: bool = False
    mutes: bool = False
    rule: bool = False


LOOKS: Mapping[str, PartStyle] = {
    "quiet": PartStyle("$foreground-muted"),
    "online": PartStyle("$success"),
    "unread": PartStyle("$warning", attributes="bold"),
    "news": PartStyle(attributes="bold"),
    "open": PartStyle(attributes="bold"),
    "hover": PartStyle(background="$block-hover-background"),
    "cursor": PartStyle(
        "$block-cursor-foreground", "$block-cursor-background", "$block-cursor-text-style", "bold reverse"
    ),
}  # fmt: skip


class Sidebar(ScrollView, can_focus=True):
    """A list of entries.

    Up, Down, Home, End, PageUp and PageDown move a cursor while focused; Enter or a click chooses, `x` or a click with
    the right button takes away.
    """

    class Chosen(Message):
        """An entry was chosen."""

        def __init__(self, id: str) -> None:  # noqa: A002 - the field's name everywhere else
            super().__init__()
            self.id = id

    class CloseRequested(Message):
        """An entry is not wanted any more: a room is to be left."""

        def __init__(self, id: str) -> None:  # noqa: A002 - the field's name everywhere else
            super().__init__()
            self.id = id

    class MuteToggled(Message):
        """Somebody is not to be listened to any more, or again."""

        def __init__(self, id: str) -> None:  # noqa: A002 - the field's name everywhere else
            super().__init__()
            self.id = id

    class Left(Message):
        """The focus should go back to where it came from."""

    ALLOW_SELECT = False
    FOCUS_ON_CLICK = False
    CURSOR_ALWAYS: ClassVar[bool] = False
    """Whether the cursor shows while the focus is elsewhere."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", show=False, id="roster.up"),
        Binding("down", "move(1)", "Down", show=False, id="roster.down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="roster.page_up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="roster.page_down"),
        Binding("home", "edge(0)", "First", show=False, id="roster.first"),
        Binding("end", "edge(-1)", "Last", show=False, id="roster.last"),
        Binding("enter", "choose", "Open", show=False, id="roster.choose"),
        Binding("m", "mute", "Mute", show=False, id="roster.mute"),
        Binding("x", "take_away", "Leave", show=False, id="roster.close"),
        Binding("escape", "leave", "Back", show=False, id="roster.leave"),
    ]

    DEFAULT_CSS = """
    Sidebar {
        width: 24;
        height: 1fr;
        padding: 0 0 0 1;
        border-left: vkey $border-blurred;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        &:focus { border-left: vkey $primary; }
    }
    """

    open: reactive[str] = reactive("")
    """The id of the entry that is on the screen."""
    live: reactive[bool] = reactive(default=True)
    """Is it known what there is now? Else this was there at last."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, classes=classes)
        self._looks = PartStyles(self, LOOKS)
        self.entries: Sequence[Entry] = ()
        self.cursor = 0
        self._hover: int | None = None
        self._base = Style.null()

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """Show exactly these, in this order; the cursor stays on what it was on."""
        if entries == self.entries:
            return
        held = self.entry_at(self.cursor)
        self.entries = entries
        at = next((y for y, entry in enumerate(entries) if held and held.id and entry.id == held.id), self.cursor)
        self.cursor = self._landing(at, 1)
        self.virtual_size = Size(0, len(entries))
        self.refresh()

    def entry_at(self, y: int) -> Entry | None:
        """What is in that row of the whole list, None for nothing that can be chosen."""
        return self.entries[y] if 0 <= y < len(self.entries) and self.entries[y].id else None

    # Moving and choosing

    def move_to(self, y: int, step: int = 1) -> None:
        """Put the cursor on row `y`, clamped; what can't be chosen is stepped over in the direction of `step`."""
        self.cursor = self._landing(y, step)
        self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False, force=True)
        self.refresh()

    def _landing(self, y: int, step: int) -> int:
        """The nearest row from `y` on that can be chosen, else the nearest before; 0 where there is none."""
        rows = len(self.entries)
        y = max(0, min(y, rows - 1))
        down, up = range(y, rows), range(min(y, rows - 1), -1, -1)
        order = (*down, *up) if step > 0 else (*up, *down)
        return next((at for at in order if self.entries[at].id), 0)

    def action_move(self, step: int) -> None:
        """Move the cursor by `step` rows."""
        self.move_to(self.cursor + step, step)

    def action_page(self, pages: int) -> None:
        """Move the cursor by `pages` screens of rows."""
        self.move_to(self.cursor + pages * max(1, self.size.height - 1), pages)

    def action_edge(self, at: int) -> None:
        """Move the cursor to the first row (0) or the last (-1)."""
        self.move_to(0 if at == 0 else len(self.entries) - 1, 1 if at == 0 else -1)

    def action_choose(self) -> None:
        """Choose what the cursor is on."""
        self._choose(self.cursor)

    def action_mute(self) -> None:
        """Mute whom the cursor is on, or end that."""
        if (entry := self.entry_at(self.cursor)) is not None and entry.mutes:
            self.post_message(self.MuteToggled(entry.id))

    def action_take_away(self) -> None:
        """Leave the room that the cursor is on."""
        self._take_away(self.cursor)

    def action_leave(self) -> None:
        """Give the focus back."""
        self.post_message(self.Left())

    def _choose(self, y: int) -> None:
        if (entry := self.entry_at(y)) is not None:
            self.post_message(self.Chosen(entry.id))

    def _take_away(self, y: int) -> None:
        if (entry := self.entry_at(y)) is not None and entry.closes:
            self.post_message(self.CloseRequested(entry.id))

    def on_hide(self) -> None:
        """Nobody types into what can't be seen."""
        if self.has_focus:
            self.post_message(self.Left())

    def on_focus(self) -> None:
        """Begin at what is on the screen."""
        self.move_to(next((y for y, entry in enumerate(self.entries) if entry.id == self.open), 0))

    # The mouse

    def on_click(self, event: events.Click) -> None:
        """Choose the row under the mouse, or take it away."""
        offset = event.get_content_offset(self)
        if offset is None or self.entry_at(y := offset.y + self.scroll_offset.y) is None:
            return
        event.stop()
        if event.button == 3:
            self._take_away(y)
        else:
            self.cursor = y
            self._choose(y)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Light up the row under the mouse."""
        offset = event.get_content_offset(self)
        self._hover_over(None if offset is None else offset.y + self.scroll_offset.y)

    def on_leave(self) -> None:
        """Put the light out."""
        self._hover_over(None)

    def _hover_over(self, y: int | None) -> None:
        if y != self._hover:
            self._hover = y
            self.refresh()

    # Drawing

    def render_lines(self, crop: Region) -> list[Strip]:
        """The strips of visible rows; their base is worked out once, not for each: that took longer than the row.

        The rows below the last one are all alike, and drawn once: they were most of what a new size cost here.
        """
        self._base = self.rich_style
        alike = max(crop.y, len(self.entries) - self.scroll_offset.y)
        rows = max(0, min(crop.height, alike + 1 - crop.y))
        strips = super().render_lines(Region(crop.x, crop.y, crop.width, rows))
        return strips + strips[-1:] * (crop.height - rows)

    def render_line(self, y: int) -> Strip:
        """The strip of one visible row."""
        y += self.scroll_offset.y
        width = self.scrollable_content_region.width
        if not 0 <= y < len(self.entries):
            return Strip.blank(width, self._base)
        entry = self.entries[y]
        if not entry.id:
            return self._heading(entry, width)
        base = self._base if self.live else self._looks("quiet", self._base)
        if y == self.cursor and (self.has_focus or self.CURSOR_ALWAYS):
            return self._strip(entry, width, self._looks("cursor", base), plain=True)
        if y == self._hover:
            base = self._looks("hover", base)
        return self._strip(entry, width, base, plain=False)

    def _heading(self, entry: Entry, width: int) -> Strip:
        words = entry.name if self.live or not entry.rule else "connection lost"
        if entry.rule:
            words = fit_cells(f"── {words} " if words else "", width, trim=True)
            words += "─" * (width - cell_len(words))
        words = fit_cells(words, width, trim=True)
        words += " " * (width - cell_len(words))
        return Strip([Segment(words, self._looks("quiet", self._base))], width)

    def _strip(self, entry: Entry, width: int, base: Style, *, plain: bool) -> Strip:
        """One row; `plain` keeps to the base style, where parts would clash with a cursor."""

        def style(name: str) -> Style:
            return base if plain or not name or not self.live else self._looks(name, base)

        is_open = entry.id == self.open
        mark = f"{entry.mark if self.live or entry.mark != HERE else AWAY} " if entry.mark else ""
        mark = f"{OPEN} " if is_open else mark
        sign = "@" if entry.to_you and entry.unread else ""
        count = f" {sign:>2}{_counted(entry.unread):>4}" if entry.unread else ""
        room = width - len(mark) - len(count)
        name = fit_cells(one_line(entry.name), room - len(entry.state), trim=True) + entry.state
        name = fit_cells(name, room, trim=True)
        blank = " " * (room - cell_len(name))
        look = "open" if is_open else "news" if entry.unread else "quiet" if entry.quiet else ""
        segments = [
            Segment(mark, style("unread" if is_open else "online" if entry.mark == HERE else "quiet")),
            Segment(name, style(look)),
            Segment(blank, base),
            Segment(count, style("unread")),
        ]
        strip = Strip([segment for segment in segments if segment.text])
        return strip.adjust_cell_length(width, base)


def _counted(number: int) -> str:
    return str(number) if number < 1000 else "999+"
