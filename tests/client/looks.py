"""Every look of the program: each text on its ground, once; what stands in the style sheets and beside the widgets.

Colours are written as a style sheet has them. What a test finds on the screen and not here is to be added here.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from chat_tui.toolkit.part_styles import PartStyle
from chat_tui.widgets.bars.banner import LOOKS as BANNER
from chat_tui.widgets.bars.header import LOOKS as HEADER
from chat_tui.widgets.bars.keys import LOOKS as KEYS
from chat_tui.widgets.composer.completion_popup import LOOKS as POPUP
from chat_tui.widgets.composer.frame import LOOKS as FRAME
from chat_tui.widgets.lists.search_hits import LOOKS as HITS
from chat_tui.widgets.lists.sidebar import LOOKS as SIDEBAR
from chat_tui.widgets.messages.styles import LOOKS as MESSAGES
from chat_tui.widgets.messages.styles import MARKED, PICKED

PLAIN = ("$background",)
DIALOG = ("$surface",)
BAR = ("$panel",)
LIST = (*PLAIN, PICKED.background, MARKED.background)
"""A message lies on the background; one that is picked, or jumped to, is tinted."""
FIELD = (*DIALOG, "$surface+$foreground 5%")
"""A field that has the focus is a little lighter."""


class Look(NamedTuple):
    """`text` on `ground`; `line`: it only separates. `part` is what makes it, where that is no style sheet."""

    text: str
    ground: str
    line: bool = False
    part: PartStyle | None = None


def _parts(parts: Mapping[str, PartStyle], grounds: Iterable[str], lines: Iterable[str] = ()) -> Iterator[Look]:
    for name, part in parts.items():
        for ground in [part.background] if part.background else grounds:
            text = part.color or "$foreground"
            reverse = "reverse" in part.attributes
            yield Look(ground if reverse else text, text if reverse else ground, name in lines, part)


def _sheet(grounds: Iterable[str], *texts: str, line: bool = False) -> Iterator[Look]:
    for text in texts:
        for ground in grounds:
            yield Look(text, ground, line)


LOOKS: list[Look] = [
    *_parts(MESSAGES, LIST),
    *_parts(BANNER, BAR),
    *_parts(HEADER, BAR),
    *_parts(KEYS, BAR, lines=["edge"]),
    *_parts(SIDEBAR, (*PLAIN, *DIALOG)),
    *_parts(HITS, DIALOG),
    *_parts(POPUP, BAR),
    *_parts(FRAME, DIALOG),
    *_sheet(PLAIN, "$foreground", "$foreground-muted", "$foreground 80%", "$warning"),
    *_sheet(DIALOG, "$foreground", "$foreground-muted", "$foreground 80%", "$primary", "$warning", "$error"),
    *_sheet(BAR, "$foreground", "$foreground-muted", "$foreground 80%", "$primary"),
    *_sheet(FIELD, "$foreground", "$foreground-muted", "$warning"),
    *_sheet(("$input-cursor-background",), "$input-cursor-foreground"),
    *_sheet([f"{ground}+$input-selection-background" for ground in (*FIELD, *BAR)], "$input-selection-foreground"),
    *_sheet(("$block-cursor-background",), "$block-cursor-foreground"),
    *_sheet(
        ("$background+$block-cursor-blurred-background", "$surface+$block-cursor-blurred-background"),
        "$block-cursor-blurred-foreground",
    ),
    *_sheet(BAR, "$text-success", "$text-warning", "$text-error"),
    *_sheet((*PLAIN, *FIELD), "$border-blurred", "$border", "$warning", "$primary", line=True),
    *_sheet(BAR, "$success", "$warning", "$error", line=True),
    *_sheet(("$background", "$surface", "$scrollbar-background"), "$scrollbar", line=True),
]

IN_TERMINALS = [Look("ansi_white", "ansi_black")]
"""What is added where a theme has the terminal's own colours: the cursor of a field."""
