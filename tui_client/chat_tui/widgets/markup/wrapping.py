"""Text layout in terminal cells: word wrap, and cutting to fit one row, never inside a cluster.

Names and texts come from other people: their letters may be two cells wide, none, or joined into one picture.
Widths are Rich's, so that what is measured here is what Textual lays out. Spans are `(start, end)` offsets into
the text that was given, so that a row knows which characters it shows.
"""

import re

from rich.cells import cell_len, split_graphemes

Span = tuple[int, int]

ELLIPSIS = "…"
_JOINER, _NON_JOINER = "\u200d", "\u200c"
_EMOJI = "\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
_LOOSE_JOINER = re.compile(f"(?<![{_EMOJI}\ufe0f]){_JOINER}|{_JOINER}(?![{_EMOJI}])")


def settle(text: str) -> str:
    """Replace joiners that join no emoji, same length.

    Rich counts whatever follows a zero-width joiner as no cells; terminals do so between emoji only. A line of
    letters and joiners would be drawn twice as wide as it was measured.
    """
    return _LOOSE_JOINER.sub(_NON_JOINER, text) if _JOINER in text else text


def clusters(text: str) -> list[tuple[int, int, int]]:
    """Every grapheme cluster as `(start, end, cells)`; the two halves of a flag are one cluster."""
    spans, _ = split_graphemes(text)
    if not any("\U0001f1e6" <= char <= "\U0001f1ff" for char in text):
        return spans
    merged: list[tuple[int, int, int]] = []
    half_open = False
    for start, end, cells in spans:
        half = "\U0001f1e6" <= text[start] <= "\U0001f1ff"
        if half and half_open:
            merged[-1] = (merged[-1][0], end, merged[-1][2] + cells)
            half_open = False
        else:
            merged.append((start, end, cells))
            half_open = half
    return merged


def fit_cells(text: str, width: int, *, trim: bool = False) -> str:
    """The text, cut to at most `width` cells with "…" as its last one where something is missing; no half clusters.

    `trim`: with no space before the "…".
    """
    if cell_len(text) <= width:
        return text
    used = 0
    for start, _, cells in clusters(text):
        used += cells
        if used > width - 1:
            kept = text[:start].rstrip(" ") if trim else text[:start]
            return kept + ELLIPSIS if width > 0 else ""
    return text  # cannot be: the clusters are as wide as the text


def one_line(text: str) -> str:
    """`text` with every run of white space, line breaks included, as one space."""
    return " ".join(text.split())


def wrap(text: str, width: int) -> list[Span]:
    """The rows of a text at `width` cells (2 or more), at least one. Line breaks and the spaces at cuts are in none."""
    rows: list[Span] = []
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        if len(line) <= width and line.isascii():
            rows.append((start, end))
        elif line.isascii() or cell_len(line) == len(line) == len(clusters(line)):
            _wrap_narrow(rows, text, start, end, width)
        else:
            _wrap_clusters(rows, line, start, width)
        start = end + 1
    return rows


def _wrap_narrow(rows: list[Span], text: str, start: int, end: int, width: int) -> None:
    """Append the rows of a line whose characters are one cell each: the work is per row, not per character."""
    while end - start > width:
        cut = text.rfind(" ", start + 1, start + width + 1)
        if cut < 0:
            rows.append((start, start + width))
            start += width
        else:
            rows.append((start, cut))
            start = cut + 1
    rows.append((start, end))


def _wrap_clusters(rows: list[Span], line: str, offset: int, width: int) -> None:
    """Append the rows of a line with wide or combining characters."""
    begin = used = 0
    space = -1  # the newest place to break at, and the cells used up to just after it
    used_at_space = 0
    for start, end, cells in clusters(line):
        if used + cells > width:
            if line[start:end] == " ":
                rows.append((offset + begin, offset + start))
                begin, used, space = end, 0, -1
                continue
            if space > begin:
                rows.append((offset + begin, offset + space))
                begin, used = space + 1, used - used_at_space
            if used + cells > width:
                rows.append((offset + begin, offset + start))
                begin, used = start, 0
            space = -1
        used += cells
        if line[start:end] == " ":
            space, used_at_space = start, used
    rows.append((offset + begin, offset + len(line)))


def offset_at(text: str, span: Span, cell: int) -> int:
    """The offset of the character that covers `cell` of a row; the row's end beyond it."""
    start, end = span
    used = 0
    for first, _, cells in clusters(text[start:end]):
        used += cells
        if cell < used:
            return start + first
    return end


def whole_clusters(text: str, start: int, end: int) -> Span:
    """The offsets, moved outwards so that no cluster is cut."""
    if text.isascii():
        return start, end
    for first, last, _ in clusters(text):
        if first < start < last:
            start = first
        if first < end < last:
            end = last
    return start, end
