"""One message into finished rows. Text becomes segments as it is: no markup is read and no style comes from it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import pairwise

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from chat_tui.widgets.action_strip import ActionStrip
from chat_tui.widgets.message_blocks import FOLD_ROWS
from chat_tui.widgets.message_palette import Palette
from chat_tui.widgets.message_row import Row, countdown_text
from chat_tui.widgets.wrapping import ELLIPSIS, Span, fit, settle, whole_clusters, wrap

GAP = "  "  # between the parts of a header
AUTHOR_CELLS = 8  # an author keeps this much of the header, however long the note is
HOURGLASS = "⏳ "
Find = Callable[[str], Sequence[Span]]
_URL = re.compile(r"https?://[^\s<>\"]+")
_NOT_URL_END = ".,;:!?'\")]}"


class Part(Enum):
    """What a drawn row is."""

    GAP = auto()
    RULE = auto()
    PREVIEW = auto()
    HEADER = auto()
    TEXT = auto()
    MORE = auto()
    ACTIONS = auto()


@dataclass(frozen=True, slots=True)
class Frame:
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


@dataclass(slots=True)
class Drawn:
    """A message as rows, and what is where on them."""

    reply_to: int | None = None
    expires_at: float | None = None
    strips: list[Strip] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    """The characters on each row of text."""
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


def find_links(text: str) -> list[Span]:
    """Where the http(s) addresses of a text are; the punctuation of the sentence around them is not part of them."""
    if "://" not in text:
        return []
    found = []
    for match in _URL.finditer(text):
        address = match.group().rstrip(_NOT_URL_END)
        if len(address) > len("https://"):
            found.append((match.start(), match.start() + len(address)))
    return found


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
        self.selected = (0, 0)
        self.found: Sequence[Span] = ()
        self.out = Drawn(row.reply_to, row.expires_at)

    def draw(self, now: float) -> Drawn:
        if self.row.folded and not self.frame.expanded:
            return self.draw_folded()
        if self.frame.gap:
            self._add_plain(Part.GAP, [])
        if self.row.rule:
            self._add_rule()
        if self.row.reply_to is not None:
            self._add(Part.PREVIEW, [Segment(self._preview(), self._named("preview"))])
        self._add_header(now)
        self._add_text()
        self._add_actions()
        return self.out

    def draw_folded(self) -> Drawn:
        if self.row.rule:
            self._add_rule()
        self.out.hidden = 1
        self._add(Part.MORE, [Segment(fit(settle(self.row.folded), self.frame.text_width), self._named("preview"))])
        self._add_actions()
        return self.out

    def draw_missing(self) -> Drawn:
        if self.frame.gap:
            self._add_plain(Part.GAP, [])
        words = fit("deleted message", self.frame.text_width)
        self._add_plain(Part.RULE, [Segment(" " * self.frame.indent + words, self._named("preview"))])
        return self.out

    def _over(self, style: Style) -> Style:
        return style if self.over is None else style + self.over

    def _named(self, name: str) -> Style:
        return self._over(self.palette.named[name])

    def _add(self, part: Part, segments: list[Segment]) -> None:
        """A row of the message: gutter, segments, and blanks up to the width."""
        self._finish(part, [self.gutter, *segments], self.base)

    def _add_plain(self, part: Part, segments: list[Segment]) -> None:
        """A row beside the message: no gutter, not coloured with it."""
        self._finish(part, segments, self.palette.base)

    def _finish(self, part: Part, segments: list[Segment], blank: Style) -> None:
        used = sum(segment.cell_length for segment in segments)
        width = self.frame.width
        if used > width:  # not one letter has room; half a joined one would swallow what comes next
            segments = [Segment(fit("".join(segment.text for segment in segments), width), blank)]
            used = segments[0].cell_length
        if used < width:
            segments.append(Segment(" " * (width - used), blank))
        self.out.strips.append(Strip(self.palette.filtered(segments), width))
        self.out.parts.append(part)

    def _add_rule(self) -> None:
        dashes = "─" * (3 if self.frame.compact else 8)
        words = fit(settle(self.row.rule), max(1, self.frame.width - 2 * len(dashes) - 2))
        line = f"{dashes} {words} {dashes}"
        left = max(0, self.frame.width - cell_len(line)) // 2
        self._add_plain(Part.RULE, [Segment(" " * left + line, self.palette.named["rule"])])

    def _preview(self) -> str:
        if self.parent is None:
            return fit("╭ deleted message", self.frame.text_width)
        if self.parent.folded:
            return fit(settle(f"╭ {self.parent.folded}"), self.frame.text_width)
        lines = [line for line in self.parent.text.split("\n") if line.strip()]
        more = ELLIPSIS if len(lines) > 1 else ""
        text = f"╭ {self.parent.author}: {lines[0] if lines else ''}{more}"
        return fit(settle(text), self.frame.text_width)

    def _add_header(self, now: float) -> None:
        row, room = self.row, self.frame.text_width
        kind = row.note_kind if row.note_kind in {"private", "mention", "pending", "failed"} else "time"
        clock = clock_text(row.expires_at, now) if row.expires_at is not None else ""
        rest = [(row.time, "time"), (clock, "countdown"), (settle(row.note), kind)]
        rest = [(text, name) for text, name in rest if text]
        author = settle(row.author)
        needed = sum(len(GAP) + cell_len(text) for text, _ in rest)
        author = fit(author, min(room, max(AUTHOR_CELLS, room - needed)))
        segments = [Segment(author, self.author_style)]
        x = self.frame.indent + cell_len(author)
        self.out.author = range(self.frame.indent, x)
        end = self.frame.indent + room
        for text, name in rest:
            shown = fit(text, end - x - len(GAP))
            if not shown:
                break
            segments += [Segment(GAP, self.base), Segment(shown, self._named(name))]
            x += len(GAP) + cell_len(shown)
            if name == "countdown" and shown == text:
                self.out.clock = range(x - cell_len(shown), x)
        self._add(Part.HEADER, segments)

    def _add_text(self) -> None:
        text = settle(self.row.text)
        spans = wrap(text, self.frame.text_width)
        if len(spans) > FOLD_ROWS and not self.frame.expanded:
            self.out.hidden = len(spans) - (FOLD_ROWS - 1)
            del spans[FOLD_ROWS - 1 :]
        self.out.spans = spans
        links = find_links(text)
        if self.frame.selected is not None:
            low, high = self.frame.selected
            self.selected = whole_clusters(text, low, len(text) if high == -1 else high)
        if self.frame.find is not None:
            self.found = [whole_clusters(text, *span) for span in self.frame.find(text)]
        plain = not links and self.frame.selected is None and not self.found
        style = self._named("text")
        for start, end in spans:
            pieces = [Segment(text[start:end], style)] if plain else self._pieces(text, start, end, links, style)
            self._add(Part.TEXT, pieces)
        if self.out.hidden:
            words = fit(f"… {self.out.hidden} more lines (Enter shows all)", self.frame.text_width)
            self._add(Part.MORE, [Segment(words, self._named("more"))])

    def _pieces(self, text: str, start: int, end: int, links: list[Span], style: Style) -> list[Segment]:
        """A row cut where a link or the selection begins or ends."""
        low, high = self.selected
        ends = [low, high, *(at for span in (*links, *self.found) for at in span)]
        cuts = sorted({start, end, *(at for at in ends if start < at < end)})
        pieces = []
        for one, two in pairwise(cuts):
            look = style
            if any(first <= one < last for first, last in links):
                look = self._named("link")
            if any(first <= one < last for first, last in self.found):
                look += self.palette.named["found-here" if self.frame.found else "found"]
            if low <= one < high:
                look += self.palette.selected
            pieces.append(Segment(text[one:two], look))
        return pieces

    def _add_actions(self) -> None:
        strip = self.frame.strip
        if strip is None:
            return
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
