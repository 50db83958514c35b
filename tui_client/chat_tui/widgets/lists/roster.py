"""The roster: shows who is here in one widget, a row a person, drawn only where it is visible.

A crowd of a thousand costs what its visible rows cost. The roster posts what was chosen; whom a message then goes to
is decided by the screen.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

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
from chat_tui.widgets.lists.person import Person
from chat_tui.widgets.markup.wrapping import fit_cells, one_line

ONLINE, UNKNOWN = "●", "○"
TARGET = "▸"


EVERYONE = Person("", "Everyone")

Row = Person | None
"""A person, or None for a rule across the list."""


def in_order(people: Sequence[Person]) -> list[Person]:
    """By name without regard to case, ids deciding between equals, you last."""
    return sorted(people, key=lambda person: (person.you, person.name.casefold(), person.id))


LOOKS: Mapping[str, PartStyle] = {
    "quiet": PartStyle("$foreground-muted"),
    "online": PartStyle("$success"),
    "unknown": PartStyle("$foreground-muted"),
    "unread": PartStyle("$warning", attributes="bold"),
    "target": PartStyle(attributes="bold"),
    "hover": PartStyle(background="$block-hover-background"),
    "cursor": PartStyle(
        "$block-cursor-foreground", "$block-cursor-background", "$block-cursor-text-style", "bold reverse"
    ),
}  # fmt: skip


class Roster(ScrollView, can_focus=True):
    """The list of people, Everyone first.

    Up, Down, Home, End, PageUp and PageDown move a cursor while focused; Enter or a click chooses.
    """

    class TargetChosen(Message):
        """Somebody was chosen: `id` is theirs, "" for Everyone."""

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
        Binding("enter", "choose", "Message", show=False, id="roster.choose"),
        Binding("m", "mute", "Mute", show=False, id="roster.mute"),
        Binding("escape", "leave", "Back", show=False, id="roster.leave"),
    ]

    DEFAULT_CSS = """
    Roster {
        width: 22;
        height: 1fr;
        padding: 0 0 0 1;
        border-left: vkey $border-blurred;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        &:focus { border-left: vkey $primary; }
    }
    """

    target: reactive[str] = reactive("")
    """The id of the person that direct messages go to, "" for Everyone."""

    everyone_unread: reactive[int] = reactive(0)
    """How many messages to everyone were not seen."""

    live: reactive[bool] = reactive(default=True)
    """Is it known who is here now? Else these were here at last."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, classes=classes)
        self._looks = PartStyles(self, LOOKS)
        self.rows: Sequence[Row] = ()
        self.cursor = 0
        self._hover: int | None = None
        self._base = Style.null()
        self.set_people(())

    def set_people(self, people: Sequence[Person]) -> None:
        """Show these people below Everyone; the cursor stays on whom it was on."""
        self.set_rows([EVERYONE, None, *in_order(people)])

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show exactly these rows, in this order."""
        if rows == self.rows:
            return
        held = self.person_at(self.cursor)
        self.rows = rows
        at = next((y for y, row in enumerate(rows) if row and held and row.id == held.id), self.cursor)
        self.cursor = self._landing(at, 1)
        self.virtual_size = Size(0, len(rows))
        self.refresh()

    def person_at(self, y: int) -> Row:
        """Who is in that row of the whole list, or None."""
        return self.rows[y] if 0 <= y < len(self.rows) else None

    # Moving and choosing

    def move_to(self, y: int, step: int = 1) -> None:
        """Put the cursor on row `y`, clamped; a rule is stepped over in the direction of `step`."""
        self.cursor = self._landing(y, step)
        self._show_cursor()
        self.refresh()

    def _landing(self, y: int, step: int) -> int:
        y = max(0, min(y, len(self.rows) - 1))
        if self.rows and self.rows[y] is None:
            return y + step if 0 <= y + step < len(self.rows) else y - step
        return y

    def _show_cursor(self) -> None:
        self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False, force=True)

    def action_move(self, step: int) -> None:
        """Move the cursor by `step` rows."""
        self.move_to(self.cursor + step, step)

    def action_page(self, pages: int) -> None:
        """Move the cursor by `pages` screens of rows."""
        self.move_to(self.cursor + pages * max(1, self.size.height - 1), pages)

    def action_edge(self, at: int) -> None:
        """Move the cursor to the first row (0) or the last (-1)."""
        self.move_to(0 if at == 0 else len(self.rows) - 1)

    def action_choose(self) -> None:
        """Choose whom the cursor is on."""
        self._choose(self.cursor)

    def action_mute(self) -> None:
        """Mute whom the cursor is on, or end that."""
        person = self.person_at(self.cursor)
        if person is not None and person.id and not person.you:
            self.post_message(self.MuteToggled(person.id))

    def action_leave(self) -> None:
        """Give the focus back."""
        self.post_message(self.Left())

    def _choose(self, y: int) -> None:
        if (person := self.person_at(y)) is not None:
            self.post_message(self.TargetChosen(person.id))

    def on_hide(self) -> None:
        """Nobody types into what can't be seen."""
        if self.has_focus:
            self.post_message(self.Left())

    def on_focus(self) -> None:
        """Begin at the present target."""
        at = next((y for y, row in enumerate(self.rows) if row and row.id == self.target), 0)
        self.move_to(at)

    # The mouse

    def on_click(self, event: events.Click) -> None:
        """Choose the row under the mouse."""
        offset = event.get_content_offset(self)
        if offset is not None and self.person_at(y := offset.y + self.scroll_offset.y):
            event.stop()
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
        alike = max(crop.y, len(self.rows) - self.scroll_offset.y)
        rows = max(0, min(crop.height, alike + 1 - crop.y))
        strips = super().render_lines(Region(crop.x, crop.y, crop.width, rows))
        return strips + strips[-1:] * (crop.height - rows)

    def render_line(self, y: int) -> Strip:
        """The strip of one visible row."""
        y += self.scroll_offset.y
        width = self.scrollable_content_region.width
        if not 0 <= y < len(self.rows):
            return Strip.blank(width, self._base)
        person = self.rows[y]
        if person is None:
            words = "" if self.live else fit_cells("── connection lost ", width, trim=True)
            rule = words + "─" * (width - cell_len(words))
            return Strip([Segment(rule, self._looks("quiet", self._base))], width)
        base = self._base if self.live else self._looks("unknown", self._base)
        if y == self.cursor and (self.has_focus or self.CURSOR_ALWAYS):
            lit = self._looks("cursor", base)
            return self._person_strip(person, width, lit, plain=True)
        if y == self._hover:
            base = self._looks("hover", base)
        return self._person_strip(person, width, base, plain=False)

    def _person_strip(self, person: Person, width: int, base: Style, *, plain: bool) -> Strip:
        """One person's row; `plain` keeps to the base style, where parts would clash with a cursor."""

        def style(name: str) -> Style:
            return base if plain or not self.live else self._looks(name, base)

        targeted = person.id == self.target
        mark = "" if person is EVERYONE else f"{TARGET if targeted else ONLINE if self.live else UNKNOWN} "
        count = person.unread if person.id else self.everyone_unread
        unread = f"   {count}" if count else ""
        name, state = one_line(person.name), " (you)" if person.you else " (muted)" if person.muted else ""
        name = fit_cells(name, width - len(mark) - len(state) - len(unread), trim=True) + state
        name = fit_cells(name, width - len(mark) - len(unread), trim=True)
        used = len(mark) + cell_len(name) + len(unread)
        segments = [
            Segment(mark, style("unread" if targeted else "online")),
            Segment(name, style("target") if targeted else base),
            Segment(unread, style("unread")),
            Segment(" " * (width - used), base),
        ]
        strip = Strip([segment for segment in segments if segment.text], max(used, width))
        return strip if used <= width else strip.crop(0, width)
