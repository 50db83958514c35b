"""Message rendering: draws one message as finished rows. Its text becomes segments as it is, and gives no style."""

from collections.abc import Callable, Sequence
from enum import Enum, auto

import msgspec
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from chat_tui.toolkit.cells import cell_len
from chat_tui.widgets.markup.links import terminal_address
from chat_tui.widgets.markup.wrapping import Span, fit_cells, settle, wrap
from chat_tui.widgets.messages.action_strip import ActionStrip
from chat_tui.widgets.messages.heights import FOLD_ROWS
from chat_tui.widgets.messages.preview import preview_line
from chat_tui.widgets.messages.row import Row, countdown_text
from chat_tui.widgets.messages.styles import Palette
from chat_tui.widgets.messages.text import FOUND, LINK, LOOKS, NAMES, SELECTED, FormattedText, MessageText, message_text

GAP = "  "  # between the parts of a header
AUTHOR_CELLS = 8  # an author keeps this much of the header, however long the note is
HOURGLASS = "⏳ "
Find = Callable[[str], Sequence[Span]]


class Part(Enum):
    """What a drawn row is."""

    GAP = auto()
    EDGE = auto()
    RULE = auto()
    PREVIEW = auto()
    HEADER = auto()
    TEXT = auto()
    MORE = auto()
    DETAILS = auto()
    ACTIONS = auto()


class Frame(msgspec.Struct, frozen=True):
    """What a drawing depends on beside the message itself."""

    width: int
    compact: bool = False
    gap: bool = True
    """A blank row above the message."""
    expanded: bool = False
    """All rows of a long text."""
    strip: ActionStrip | None = None
    """The message is picked, and these are its actions."""
    marked: bool = False
    selected: tuple[int, int] | None = None
    """The characters that are selected; an end of -1 is the text's end."""
    find: Find | None = None
    """Where what is looked for is in a text."""
    found: bool = False
    """This is the message that the search has gone to."""

    @property
    def indent(self) -> int:
        """Cells of the gutter."""
        return 1 if self.compact else 3

    @property
    def text_width(self) -> int:
        """Cells that text may take."""
        return text_width(self.width, compact=self.compact)


def text_width(width: int, *, compact: bool) -> int:
    """Cells that text may take on a list `width` cells wide; in wide layouts there is a margin on both sides."""
    return max(2, width - (1 if compact else 4))


class Drawn(msgspec.Struct):
    """A message as rows, and what is where on them."""

    reply_to: int | None = None
    expires_at: float | None = None
    strips: list[Strip] = msgspec.field(default_factory=list)
    parts: list[Part] = msgspec.field(default_factory=list)
    text: MessageText | None = None
    spans: list[Span] = msgspec.field(default_factory=list)
    """The characters of `text`, as it is shown, on each row of text."""
    author: range = range(0)
    """The cells of the header that are the author's name."""
    clock: range = range(0)
    """The cells of the header that are the countdown; empty where there is none."""
    hidden: int = 0
    """Rows of text that are folded away."""

    @property
    def header(self) -> int:
        """The row with author and time; only where there is one."""
        return self.parts.index(Part.HEADER)

    def has_room(self, countdown: str) -> bool:
        """Whether the header can show a countdown without moving what comes after it."""
        return cell_len(countdown) <= len(self.clock)

    def span(self, row: int) -> Span | None:
        """The characters on a row, or None where it is no row of text."""
        return self.spans[row - self.parts.index(Part.TEXT)] if self.parts[row] is Part.TEXT else None


def draw(row: Row, parent: Row | None, frame: Frame, palette: Palette, now: float) -> Drawn:
    """Draw a message; `parent` is what it replies to, None where that is gone."""
    return _Drawing(row, parent, frame, palette).draw(now)


def draw_missing(key: int, frame: Frame, palette: Palette) -> Drawn:
    """The place of a message that its owner no longer has."""
    return _Drawing(Row(key, "", "", "", ""), None, frame, palette).draw_missing()


def with_clock(strip: Strip, cells: range, text: str, palette: Palette, over: Style | None) -> Strip:
    """A header row with its countdown replaced by a text that has room; nothing else on it moves."""
    style = palette.named["countdown"] + over if over is not None else palette.named["countdown"]
    clock = palette.filtered([Segment(text + " " * (len(cells) - cell_len(text)), style)])
    return Strip([*strip.crop(0, cells.start), *clock, *strip.crop(cells.stop)], strip.cell_length)


def clock_text(expires_at: float, now: float) -> str:
    """The countdown of a header."""
    return HOURGLASS + countdown_text(expires_at - now)


class _Drawing:
    """The making of one `Drawn`."""

    def __init__(self, row: Row, parent: Row | None, frame: Frame, palette: Palette) -> None:
        self.row, self.parent, self.frame, self.palette = row, parent, frame, palette
        self.over: Style | None = None
        if frame.strip is not None:
            self.over = palette.picked
        elif frame.marked:
            self.over = palette.marked
        self.base = self._over(palette.base)
        author = palette.named["own"] if row.own else palette.author(row.author_id)
        self.author_style = self._over(author)
        private = row.note_kind == "private"
        bar = "┃" if private else "▊"
        self.gutter = Segment(
            bar if frame.compact else f" {bar} ", self._named("private") if private else self.author_style
        )
        self.styles: dict[int, Style] = {}
        self.link_styles: dict[tuple[int, Style], Style] = {}
        self.out = Drawn(row.reply_to, row.expires_at)

    def draw(self, now: float) -> Drawn:
        if self.row.folded and not self.frame.expanded:
            return self.draw_folded()
        if self.row.edge:
            self._add_edge()
        elif self.frame.gap and not self.row.grouped:
            self._add_gap()
        if self.row.day:
            self._add_rule(self.row.day, "day")
        if self.row.rule:
            self._add_rule(self.row.rule, "rule")
        if self.row.reply_to is not None:
            self._add(Part.PREVIEW, [Segment(self._preview(), self._named("preview"))])
        if not self.row.grouped or self.row.folded:
            self._add_header(now)
        self._add_text()
        self._add_actions()
        return self.out

    def draw_folded(self) -> Drawn:
        if self.row.edge:
            self._add_edge()
        if self.row.day:
            self._add_rule(self.row.day, "day")
        if self.row.rule:
            self._add_rule(self.row.rule, "rule")
        self.out.hidden = 1
        words = fit_cells(settle(self.row.folded), self.frame.text_width)
        self._add(Part.MORE, [Segment(words, self._named("preview"))])
        self._add_actions()
        return self.out

    def draw_missing(self) -> Drawn:
        if self.frame.gap:
            self._add_gap()
        words = fit_cells("deleted message", self.frame.text_width)
        self._add_plain(Part.RULE, [Segment(" " * self.frame.indent + words, self._named("preview"))])
        return self.out

    def _over(self, style: Style) -> Style:
        return style if self.over is None else style + self.over

    def _named(self, name: str) -> Style:
        return self._over(self.palette.named[name])

    def _add_gap(self) -> None:
        self.out.strips.append(self.palette.blank(self.frame.width))
        self.out.parts.append(Part.GAP)

    def _add(self, part: Part, segments: list[Segment]) -> None:
        """A row of the message: gutter, segments, and blanks up to the width."""
        self._finish(part, [self.gutter, *segments], self.base)

    def _add_plain(self, part: Part, segments: list[Segment]) -> None:
        """A row beside the message: no gutter, not coloured with it."""
        self._finish(part, segments, self.palette.base)

    def _finish(self, part: Part, segments: list[Segment], blank: Style, links: dict[int, int] | None = None) -> None:
        """Fill a row up to the width; `links` says which segments are a part of which link."""
        used = sum(segment.cell_length for segment in segments)
        width = self.frame.width
        if used > width:  # not one letter has room; half a joined one would swallow what comes next
            segments = [Segment(fit_cells("".join(segment.text for segment in segments), width), blank)]
            used, links = segments[0].cell_length, None
        if used < width:
            segments.append(Segment(" " * (width - used), blank))
        segments = self.palette.filtered(segments)
        if links:
            for at, number in links.items():
                segments[at] = self._linked(segments[at], number)
        self.out.strips.append(Strip(segments, width))
        self.out.parts.append(part)

    def _add_edge(self) -> None:
        self._add_rule(self.row.edge, "more" if self.row.edge_opens else "day", Part.EDGE)

    def _add_rule(self, words: str, name: str, part: Part = Part.RULE) -> None:
        dashes = "─" * (3 if self.frame.compact else 8)
        words = fit_cells(settle(words), max(1, self.frame.width - 2 * len(dashes) - 2))
        line = f"{dashes} {words} {dashes}"
        left = max(0, self.frame.width - cell_len(line)) // 2
        self._add_plain(part, [Segment(" " * left + line, self.palette.named[name])])

    def _preview(self) -> str:
        if self.parent is None:
            return fit_cells("╭ deleted message", self.frame.text_width)
        if self.parent.folded:
            return fit_cells(settle(f"╭ {self.parent.folded}"), self.frame.text_width)
        words = f"╭ {self.parent.author}: {preview_line(self.parent.text)}"
        return fit_cells(settle(words), self.frame.text_width)

    def _add_header(self, now: float) -> None:
        row, room = self.row, self.frame.text_width
        kind = row.note_kind if row.note_kind in {"private", "mention", "pending"} else "time"
        clock = clock_text(row.expires_at, now) if row.expires_at is not None else ""
        rest = [(row.time, "time"), (clock, "countdown"), (settle(row.note), kind)]
        rest = [(text, name) for text, name in rest if text]
        author = settle(row.author)
        needed = sum(len(GAP) + cell_len(text) for text, _ in rest)
        author = fit_cells(author, min(room, max(AUTHOR_CELLS, room - needed)))
        segments = [Segment(author, self.author_style)]
        x = self.frame.indent + cell_len(author)
        self.out.author = range(self.frame.indent, x)
        end = self.frame.indent + room
        for text, name in rest:
            shown = fit_cells(text, end - x - len(GAP))
            if not shown:
                break
            segments += [Segment(GAP, self.base), Segment(shown, self._named(name))]
            x += len(GAP) + cell_len(shown)
            if name == "countdown" and shown == text:
                self.out.clock = range(x - cell_len(shown), x)
        self._add(Part.HEADER, segments)

    def _add_text(self) -> None:
        found = self.frame.find(self.row.text) if self.frame.find is not None else ()
        text = self.out.text = message_text(self.row.text, self.frame.selected, found)
        spans = wrap(text.text, self.frame.text_width)
        if len(spans) > FOLD_ROWS and not self.frame.expanded:
            self.out.hidden = len(spans) - (FOLD_ROWS - 1)
            del spans[FOLD_ROWS - 1 :]
        self.out.spans = spans
        style = self._named("text")
        for start, end in spans:
            if isinstance(text, FormattedText):
                self._add_formatted(text, start, end)
            else:
                self._add(Part.TEXT, [Segment(text.text[start:end], style)])
        if self.out.hidden:
            words = fit_cells(f"… {self.out.hidden} more lines (Enter shows all)", self.frame.text_width)
            self._add(Part.MORE, [Segment(words, self._named("more"))])

    def _add_formatted(self, text: MessageText, start: int, end: int) -> None:
        """A row cut where its look changes; a fenced block is as wide as the list."""
        pieces, links = [self.gutter], {}
        for first, last, look in text.runs(start, end):
            if look & LINK and (number := text.link_at(first)) is not None:
                links[len(pieces)] = number
            pieces.append(Segment(text.text[first:last], self._style(look)))
        blank = self._named("code-block") if text.in_block(start) else self.base
        self._finish(Part.TEXT, pieces, blank, links)

    def _style(self, look: int) -> Style:
        style = self.styles.get(look)
        if style is None:
            style = self._named("link" if look & LINK else NAMES[look & LOOKS])
            if look & FOUND:
                style += self.palette.named["found-here" if self.frame.found else "found"]
            if look & SELECTED:
                style += self.palette.selected
            self.styles[look] = style
        return style

    def _linked(self, segment: Segment, number: int) -> Segment:
        """A part of a link, told to the terminal as one: the same one on all rows that it takes."""
        if segment.style is None or self.out.text is None:
            return segment
        key = number, segment.style
        style = self.link_styles.get(key)
        if style is None:
            # Not by adding styles: Rich keeps sums, and what it keeps would outlive the message.
            address = terminal_address(self.out.text.urls[number])
            style = self.link_styles[key] = segment.style.update_link(address) if address else segment.style
        return Segment(segment.text, style)

    def _add_actions(self) -> None:
        strip = self.frame.strip
        if strip is None:
            return
        if strip.words:
            words = " " * self.frame.indent + fit_cells(settle(strip.words), self.frame.text_width)
            self._add_plain(Part.DETAILS, [Segment(words, self.palette.named["time"])])
        left = actions_indent(self.frame)
        for items in strip.rows(self.frame.width - left):
            segments = [Segment(" " * left, self.palette.base)]
            x = 0
            for item in items:
                name = "action-armed" if item.number == strip.armed else "action"
                if item.number == strip.focused and name == "action":
                    name = "action-focused"
                segments.append(Segment(" " * (item.x - x), self.palette.base))
                segments += _underlined(item.text, strip.actions[item.number].key, self.palette.named[name])
                x = item.x + cell_len(item.text)
            self._add_plain(Part.ACTIONS, segments)


def actions_indent(frame: Frame) -> int:
    """Cells left of the action strip: its first label begins where the text does."""
    return frame.indent - 1


def _underlined(label: str, letter: str, style: Style) -> list[Segment]:
    """The label with the letter that triggers it underlined, where it has that letter."""
    at = next((at for at, char in enumerate(label) if char.lower() == letter), None)
    if at is None:
        return [Segment(label, style)]
    marked = style + Style(underline=True)
    parts = [Segment(label[:at], style), Segment(label[at], marked), Segment(label[at + 1 :], style)]
    return [part for part in parts if part.text]
