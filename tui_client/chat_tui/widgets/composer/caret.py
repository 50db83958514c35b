"""Caret stops: where a cursor may stand in a line, which is never inside a grapheme cluster.

A flag, a family or a letter with its accents is one step for the arrow keys. Backspace takes an emoji away whole, and
of a letter with marks only the last mark, as writers of Hindi or Vietnamese expect of every other editor.
"""

from textual.widgets import TextArea

from chat_protocol.patterns import deferred
from chat_tui.widgets.markup.wrapping import clusters

_REACH = 256
"""Characters to each side of the cursor that are looked at: a cluster is shorter, but for nonsense."""
_JOINED_PICTURE = deferred("[\u200d\ufe0f\u20e3\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")


def cluster_at(line: str, column: int) -> tuple[int, int]:
    """The cluster that holds the character at `column`, as `(start, end)`; empty at the end of the line."""
    if column >= len(line):
        return len(line), len(line)
    if line.isascii():
        return column, column + 1
    start = column
    while start > 0 and column - start < _REACH and not line[start].isascii():
        start -= 1
    for first, end, _ in clusters(line[start : column + _REACH]):
        if start + end > column:
            return start + first, start + end
    return column, column + 1


def backspace_from(line: str, column: int) -> int:
    """Where what Backspace deletes begins, for a cursor at a stop inside the line."""
    start, _ = cluster_at(line, column - 1)
    return start if _JOINED_PICTURE.search(line, start, column) else column - 1


def left_of(area: TextArea) -> tuple[int, int]:
    """Where the cursor of a text area goes by one step to the left."""
    row, column = area.cursor_location
    if column:
        return row, cluster_at(area.document[row], column - 1)[0]
    return area.navigator.get_location_left(area.cursor_location)


def right_of(area: TextArea) -> tuple[int, int]:
    """Where the cursor of a text area goes by one step to the right."""
    row, column = area.cursor_location
    end = cluster_at(area.document[row], column)[1]
    return (row, end) if end > column else area.navigator.get_location_right(area.cursor_location)
