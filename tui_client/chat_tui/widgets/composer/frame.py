"""What stands around the text being written: to whom it goes, how long it lives, what is wrong with it.

Wide, that is the border: target at the top left, a chip at the top right, length and problems at the bottom. Compact
there is no border; a row above appears for anything but a lasting message to everyone, a row below for a problem.
"""

from collections.abc import Mapping

from rich.cells import cell_len
from rich.segment import Segment
from textual.content import Content
from textual.geometry import Region
from textual.reactive import reactive
from textual.strip import Strip

from chat_tui.toolkit.part_styles import PartStyle, PartStyles
from chat_tui.widgets.composer.editor import ComposerEditor
from chat_tui.widgets.markup.cells import cut, one_line

_COUNTED = 256
"""The length is shown from so many characters below the limit."""

LOOKS: Mapping[str, PartStyle] = {
    "chip": PartStyle("$foreground 60%"),
    "chip-on": PartStyle("$warning", attributes="bold"),
}


class ComposerFrame(ComposerEditor):
    """The editor with its target, chip and notices. All of them may hold text from strangers: never markup."""

    DEFAULT_CSS = """
    ComposerFrame {
        border-title-color: $foreground 80%;
        border-subtitle-color: $foreground 60%;
        border-subtitle-align: right;
        & .text-area--placeholder { color: $foreground 50%; }
        &.-private, &.-private:focus {
            border: tall $warning;
            border-title-color: $warning;
            border-title-style: bold;
            & .text-area--placeholder { color: $warning; }
        }
        &.-problem { border-subtitle-color: $error; border-subtitle-style: bold; }
        &.-compact, &.-compact:focus { border: none; }
        &.-compact.-labelled { border-top: blank; }
        &.-compact.-noted { border-bottom: blank; }
    }
    """

    target: reactive[str] = reactive("")
    """Who gets the message: "" is everyone, else a name."""
    temp: reactive[str] = reactive("off")
    """How long the message lives, in words: "off", "30 s"."""
    max_length: reactive[int] = reactive(4096)
    """Characters that a message may have."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name
        self._looks = PartStyles(self, LOOKS)
        self._chipped: tuple[Strip | None, Region, str, Strip] = None, Region(), "", Strip([])
        self._title = ""
        self._subtitle = ""
        self._notice = ""
        self._notice_stays = False
        super().__init__(id=id, classes=classes)

    # To whom, and for how long

    def watch_target(self) -> None:
        """Say in words and colour who reads this."""
        self.set_class(bool(self.target), "-private")
        self._show_title()

    def watch_temp(self) -> None:
        """Show the chip anew."""
        self._show_title()
        self.refresh()

    def watch_compact(self) -> None:
        """Change between border and rows."""
        super().watch_compact()
        self._show_title()

    def on_resize(self) -> None:
        """The title makes room for the chip."""
        self._show_title()

    @property
    def length(self) -> int:
        """Characters that would be sent."""
        return len(self.text.rstrip().lstrip("\n"))

    @property
    def chip_region(self) -> Region:
        """Where the chip is, from the top left of the widget, border included; empty while it is not shown."""
        if self.compact and not self._labelled:
            return Region()
        width = cell_len(self._chip)
        x = self.region.width - width - (1 if self.compact else 2)
        return Region(x, 0, width, 1) if x >= 0 else Region()

    @property
    def _chip(self) -> str:
        return f" temp: {self.temp} "

    @property
    def _labelled(self) -> bool:
        return bool(self.target) or self.temp != "off"

    def _show_title(self) -> None:
        self.set_class(self._labelled, "-labelled")
        name = one_line(self.target)
        hint = f"Private message to {name}…" if name else "Message everyone… (/ for commands)"
        self.placeholder = Content(cut(hint, max(1, self.content_size.width)))
        title = f"private to {name}" if name else "to Everyone"
        colon = ":" if self.compact else ""
        title = cut(title, max(1, self.region.width - cell_len(self._chip) - 8)) + colon
        if title != self._title:
            self._title = title
            self.border_title = Content(title)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows, with the chip laid over the first."""
        if self.content_size.width < 1:  # the stock one would cut its placeholder into pieces of no width
            return [Strip.blank(crop.width, self.rich_style)] * crop.height
        strips = super().render_lines(crop)
        chip = self.chip_region
        if crop.y == 0 and strips and chip.right > crop.x and chip.x < crop.right:
            plain, *where, done = self._chipped
            if plain is not strips[0] or where != [crop, self._chip]:  # the first row is seldom another one
                done = self._with_chip(strips[0], crop, chip)
                self._chipped = strips[0], crop, self._chip, done
            strips[0] = done
        return strips

    def _with_chip(self, strip: Strip, crop: Region, chip: Region) -> Strip:
        name = "chip" if self.temp == "off" else "chip-on"
        laid = Strip([Segment(self._chip, self._looks(name, self.rich_style))], chip.width)
        for line_filter in self.get_line_filters():
            laid = laid.apply_filter(line_filter, self.background_colors[1])
        start, end = max(0, chip.x - crop.x), min(crop.width, chip.right - crop.x)
        laid = laid.crop(max(0, crop.x - chip.x), max(0, crop.x - chip.x) + end - start)
        return Strip.join([strip.crop(0, start), laid, strip.crop(end, crop.width)])

    # What is wrong

    def show_notice(self, text: str, *, stays: bool = False) -> None:
        """Show a problem until the next key; `stays`: until the draft is sent, recalled over or escaped."""
        self._notice = text
        self._notice_stays = stays
        self.show_length()

    def clear_notice(self, *, all_kinds: bool = False) -> None:
        """Take the problem away, if its time has come."""
        if self._notice and (all_kinds or not self._notice_stays):
            self.show_notice("")

    def watch_max_length(self) -> None:
        """Count against the new limit."""
        self.show_length()

    def show_length(self) -> None:
        """Show the problem or, near the limit, the length."""
        length = self.length
        over = length > self.max_length
        near = length >= self.max_length - min(_COUNTED, self.max_length // 8)
        counter = f"{length:,} / {self.max_length:,}" if near else ""
        subtitle = self._notice or counter
        self.set_class(over or bool(self._notice), "-problem")
        if subtitle != self._subtitle:
            self._subtitle = subtitle
            self.set_class(bool(subtitle), "-noted")
            self.border_subtitle = Content(subtitle) if subtitle else None
