"""Fitting text of unknown width into one row of cells.

Names and room titles come from other people: their letters may be two cells wide, none, or joined into one picture.
"""

from rich.cells import cell_len, set_cell_size

ELLIPSIS = "…"


def one_line(text: str) -> str:
    """`text` with every run of white space, line breaks included, as one space."""
    return " ".join(text.split())


def cut(text: str, width: int) -> str:
    """`text` in at most `width` cells, ending in "…" where something had to go; never half a letter."""
    if cell_len(text) <= width:
        return text
    if width <= 0:
        return ""
    return set_cell_size(text, width - 1).rstrip(" ") + ELLIPSIS
