"""Message rendering: draws one message as finished rows. Its text becomes segments as it is, and gives no style."""

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from chat_tui.toolkit.cells import cell_len
from chat_tui.widgets.markup.links import terminal_address
from chat_tui.widgets.markup.wrapping import Span, fit_cells, settle, wrap
from chat_tui.widgets.messages.frame import Drawn, Frame, Part
from chat_tui.widgets.messages.heights import FOLD_ROWS
from chat_tui.widgets.messages.preview import preview_line
from chat_tui.widgets.messages.row import Row, countdown_text
from chat_tui.widgets.messages.styles import Palette
from chat_tui.widgets.messages.text import FOUND, LINK, LOOKS, NAMES, SELECTED, FormattedText, MessageText, message_text

GAP = "  "  # between the parts of a header
AUTHOR_CELLS = 8  # an author keeps this much of the header, however long the note is
HOURGLASS = "⏳ "


def draw(row: Row, parent: Row | None, frame: Frame, palette: Palette, now: float) -> Drawn:
    """Draw a message; `parent` is what it replies to, None where that is gone."""
    return _Drawing(row, parent, frame, palette).draw(now)


def draw_missing(key: int, frame: Frame, palette: Palette) -> Drawn:
    """The place of a message that its owner no longer has."""
    return _Drawing(Row(key, "", "", "", ""), None, frame, palette).draw_missing()


def with_clock(strip: Strip, cells: range, text: str, palette: Palette, over: Style | None) -> Strip:
    """A header row with its countdown replaced by a text that has room; nothing else on it moves."""
    style = palette.named["countdown"] + over if over is not None else palette.named["countdown"]
    return laid_over(strip, cells, text + " " * (len(cells) - cell_len(text)), style, palette)


def laid_over(strip: Strip, cells: range, text: str, style: Style, palette: Palette) -> Strip:
    """A finished row with a text in place of some cells, as many as it has itself."""
    over = palette.filtered([Segment(text, style)])
    return Strip([*strip.crop(0, cells.start), *over, *strip.crop(cells.stop)], strip.cell_length)


def clock_text(expires_at: float, now: float) -> str:
    """The countdown of a header."""
    return HOURGLASS + countdown_text(expires_at - now)


class _Drawing:
    """The making of one `Drawn`."""

    def __init__(self, row: Row, parent: Row | None, frame: Frame, palette: Palette) -> None:
        self.row, self.parent, self.frame, self.palette = row, parent, frame, palette
        self.indent, self.text_width = frame.indent, frame.text_width  # worked out once, not for each row
        self.over: Style | None = None
        if frame.strip is not None:
            self.over = palette.picked
        elif frame.marked:
            self.over = palette.marked
        self.base = self._over(palette.base)
        author = palette.named["own"] if row.own else palette.author(row.author_id)
        self.author_style = self._over(author)
        self.margin = self._margin()
        self.head: list[Segment] = []
        self.styles: dict[int, Style] = {}
        self.link_styles: dict[tuple[int, Style], Style] = {}
        self.out = Drawn(row.reply_to, row.expires_at)

    def _margin(self) -> list[Segment]:
        """What stands left of each row of the message."""
        kind = self.row.note_kind
        bar, style = ("┃", self._named("private")) if kind == "private" else ("▊", self.author_style)
        if self.frame.compact and not self.frame.dense:
            return [Segment(bar, style)]
        if not self.frame.dense:
            return [Segment(f" {bar} ", style)]
        if kind != "private":
            bar, style = "│", self._named("mention" if kind == "mention" else "time")
        return [Segment(" " * (self.indent - 2), self.base), Segment(f"{bar} ", style)]

    def _begin_beside(self, *, named: bool) -> None:
        """Where time and name stand beside the text: have them left of the first row of it."""
        row, frame = self.row, self.frame
        if not frame.dense:
            return
        time = row.time.rpartition(" ")[2].rjust(frame.time_cells - 1) + " " if frame.time_cells else ""
        name = fit_cells(settle(row.author), frame.name_cells) if named else ""
        used = cell_len(name)
        before = self.indent - 3 - frame.name_cells - len(time)
        self.out.author = range(self.indent - 3 - used, self.indent - 3)
        self.head = [
            Segment(" " * before + time, self._named("time")),
            Segment(" " * (frame.name_cells - used) + name, self.author_style),
            Segment(" ", self.base),
            self.margin[-1],
        ]

    def _gutter(self) -> list[Segment]:
        """What stands left of the next row."""
        if not self.head:
            return self.margin
        head, self.head = self.head, []
        self.out.name_row = len(self.out.parts)
        return head

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
        named = not self.row.grouped or bool(self.row.folded)
        self._begin_beside(named=named)
        if self.row.reply_to is not None:
            self._finish(Part.PREVIEW, [*self.margin, Segment(self._preview(), self._named("preview"))], self.base)
        if self.frame.dense:
            self._add_text(self._aside(now))
        else:
            if named:
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
        self._begin_beside(named=False)
        self.out.hidden = 0 if self.row.leads else 1
        words = fit_cells(settle(self.row.folded), self.text_width)
        self._add(Part.MORE, [Segment(words, self._named("preview"))])
        self._add_actions()
        return self.out

    def draw_missing(self) -> Drawn:
        if self.frame.gap:
            self._add_gap()
        words = fit_cells("deleted message", self.text_width)
        self._add_plain(Part.RULE, [Segment(" " * self.indent + words, self._named("preview"))])
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
        self._finish(part, [*self._gutter(), *segments], self.base)

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
        room = min(self.frame.width, self.indent + self.text_width + (not self.frame.compact))
        left = max(0, room - cell_len(line)) // 2
        self._add_plain(part, [Segment(" " * left + line, self.palette.named[name])])

    def _preview(self) -> str:
        if self.parent is None:
            return fit_cells("╭ deleted message", self.text_width)
        if self.parent.folded:
            return fit_cells(settle(f"╭ {self.parent.folded}"), self.text_width)
        words = f"╭ {self.parent.author}: {preview_line(self.parent.text)}"
        return fit_cells(settle(words), self.text_width)

    def _aside(self, now: float) -> list[tuple[str, str]]:
        """Countdown and note, each with its style."""
        row = self.row
        if row.expires_at is None and not row.note:  # most messages
            return []
        kind = row.note_kind if row.note_kind in {"private", "mention", "pending"} else "time"
        clock = clock_text(row.expires_at, now) if row.expires_at is not None else ""
        return [(text, name) for text, name in ((clock, "countdown"), (settle(row.note), kind)) if text]

    def _add_header(self, now: float) -> None:
        row, room = self.row, self.text_width
        rest = [*([(row.time, "time")] if row.time else []), *self._aside(now)]
        author = settle(row.author)
        needed = sum(len(GAP) + cell_len(text) for text, _ in rest)
        author = fit_cells(author, min(room, max(AUTHOR_CELLS, room - needed)))
        x = self.indent + cell_len(author)
        self.out.name_row, self.out.author = len(self.out.parts), range(self.indent, x)
        self._add(Part.HEADER, [Segment(author, self.author_style), *self._after(x, rest)])

    def _after(self, x: int, words: Sequence[tuple[str, str]]) -> list[Segment]:
        """What comes after cell `x` of the row that is made now, as far as there is room: words with their styles."""
        segments = []
        end = self.indent + self.text_width
        for text, name in words:
            shown = fit_cells(text, end - x - len(GAP))
            if not shown:
                break
            segments += [Segment(GAP, self.base), Segment(shown, self._named(name))]
            x += len(GAP) + cell_len(shown)
            if name == "countdown" and shown == text:
                self.out.clock_row, self.out.clock = len(self.out.parts), range(x - cell_len(shown), x)
        return segments

    def _add_text(self, aside: Sequence[tuple[str, str]] = ()) -> None:
        """The rows of the text; `aside` stands behind the last of them, below it where it has no room there."""
        found = self.frame.find(self.row.text) if self.frame.find is not None else ()
        text = self.out.text = message_text(self.row.text, self.frame.selected, found)
        spans = wrap(text.text, self.text_width)
        if len(spans) > FOLD_ROWS and not self.frame.expanded:
            self.out.hidden = len(spans) - (FOLD_ROWS - 1)
            del spans[FOLD_ROWS - 1 :]
        self.out.spans = spans
        last = spans[-1] if aside and not self.out.hidden and self._has_room(text, spans[-1], aside) else None
        style, plain = self._named("text"), not isinstance(text, FormattedText)
        for span in spans:
            if plain and span is not last:
                self._add(Part.TEXT, [Segment(text.text[span[0] : span[1]], style)])
            else:
                self._add_row_of_text(text, span, aside if span is last else ())
        if self.out.hidden:
            words = fit_cells(f"… {self.out.hidden} more lines (Enter to show all)", self.text_width)
            self._add(Part.MORE, [Segment(words, self._named("more"))])
        if aside and last is None:
            self._add(Part.HEADER, self._after(self.indent - len(GAP), aside)[1:])

    def _has_room(self, text: MessageText, span: Span, aside: Sequence[tuple[str, str]]) -> bool:
        needed = sum(len(GAP) + cell_len(words) for words, _ in aside)
        used = cell_len(text.text[span[0] : span[1]])
        return not text.in_block(span[0]) and used + needed <= self.text_width

    def _add_row_of_text(self, text: MessageText, span: Span, aside: Sequence[tuple[str, str]]) -> None:
        """A row cut where its look changes; a fenced block is as wide as the list."""
        pieces, links = [*self._gutter()], {}
        start, end = span
        if isinstance(text, FormattedText):
            for first, last, look in text.runs(start, end):
                if look & LINK and (number := text.link_at(first)) is not None:
                    links[len(pieces)] = number
                pieces.append(Segment(text.text[first:last], self._style(look)))
        else:
            pieces.append(Segment(text.text[start:end], self._named("text")))
        if aside:
            pieces += self._after(self.indent + cell_len(text.text[start:end]), aside)
        self._finish(Part.TEXT, pieces, self._named("code-block") if text.in_block(start) else self.base, links)

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
            room = self.frame.width - self.frame.strip_indent - 1 if self.frame.dense else self.text_width
            words = " " * (self.frame.strip_indent + 1) + fit_cells(settle(strip.words), max(1, room))
            self._add_plain(Part.DETAILS, [Segment(words, self.palette.named["time"])])
        left = self.frame.strip_indent
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


def _underlined(label: str, letter: str, style: Style) -> list[Segment]:
    """The label with the letter that triggers it underlined, where it has that letter."""
    at = next((at for at, char in enumerate(label) if char.lower() == letter), None)
    if at is None:
        return [Segment(label, style)]
    marked = style + Style(underline=True)
    parts = [Segment(label[:at], style), Segment(label[at], marked), Segment(label[at + 1 :], style)]
    return [part for part in parts if part.text]
