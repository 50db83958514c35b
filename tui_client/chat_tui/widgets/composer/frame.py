"""The composer's frame: the words around the text, which say to whom it goes, how long it lives, what is wrong with it.

Wide, that is the border: target at the top left, a chip at the top right, length and problems at the bottom. Compact
there is no border; a row above appears for anything but a lasting message to everyone, a row below for a problem.
All of it may hold text from strangers: never markup.
"""

from collections.abc import Mapping

from rich.segment import Segment
from textual.content import Content
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from chat_tui.toolkit.cells import cell_len
from chat_tui.toolkit.part_styles import PartStyle, PartStyles
from chat_tui.widgets.composer.editor import ComposerEditor
from chat_tui.widgets.markup.wrapping import fit_cells, one_line

NOWHERE = "!"
"""The room where nothing can be said: it only collects what was said in others."""
_COUNTED = 256
"""The length is shown from so many characters below the limit."""

LOOKS: Mapping[str, PartStyle] = {
    "chip": PartStyle("$foreground-muted"),
    "chip-on": PartStyle("$warning", attributes="bold"),
}


FRAME_CSS = """
Composer {
    border-title-color: $foreground 80%;
    border-subtitle-color: $foreground-muted;
    border-subtitle-align: right;
    & .text-area--placeholder { color: $foreground-muted; }
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
"""The looks of the composer's border and what stands in it."""


class LifetimeChip:
    """The chip with a message's time to live, laid over the first row of a widget, `margin` cells from its right."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._looks = PartStyles(widget, LOOKS)
        self._laid: tuple[Strip | None, Region, str, Strip] = None, Region(), "", Strip([])

    def width(self, lifetime: str) -> int:
        """Cells that it takes."""
        return cell_len(_words(lifetime))

    def region(self, lifetime: str, margin: int) -> Region:
        """Where it is, from the top left of the widget, border included; empty where there is no room."""
        width = self.width(lifetime)
        x = self._widget.region.width - width - margin
        return Region(x, 0, width, 1) if x >= 0 else Region()

    def lay_over(self, row: Strip, lifetime: str, chip: Region, crop: Region) -> Strip:
        """The first row of what was cropped, with the chip in its region."""
        plain, *where, done = self._laid
        if plain is not row or where != [crop, lifetime]:  # the first row is seldom another one
            done = self._over(row, lifetime, chip, crop)
            self._laid = row, crop, lifetime, done
        return done

    def _over(self, row: Strip, lifetime: str, chip: Region, crop: Region) -> Strip:
        widget = self._widget
        name = "chip" if lifetime == "off" else "chip-on"
        laid = Strip([Segment(_words(lifetime), self._looks(name, widget.rich_style))], chip.width)
        for line_filter in widget.get_line_filters():
            laid = laid.apply_filter(line_filter, widget.background_colors[1])
        start, end = max(0, chip.x - crop.x), min(crop.width, chip.right - crop.x)
        laid = laid.crop(max(0, crop.x - chip.x), max(0, crop.x - chip.x) + end - start)
        return Strip.join([row.crop(0, start), laid, row.crop(end, crop.width)])


def _words(lifetime: str) -> str:
    return f" temp: {lifetime} "


class ComposerFrame:
    """The labels around an editor: title, chip, and below the length or a notice of what is wrong.

    `target` is who gets the message, "" for everyone; `lifetime` its time to live in words, "off" for none.
    """

    def __init__(self, editor: ComposerEditor) -> None:
        self._editor = editor
        self._chip = LifetimeChip(editor)
        self._title = self._subtitle = self._notice = ""
        self._notice_stays = False

    def show_title(self, target: str, lifetime: str, room: str = "") -> None:
        """Say who reads this."""
        editor, name = self._editor, one_line(target)
        editor.set_class(bool(target or room) or lifetime != "off", "-labelled")
        hint = f"Private message to {name}…" if name else f"Message {room or 'everyone'}… (/ for commands)"
        title = f"private to {name}" if name else f"to {room or 'Everyone'}"
        if room == NOWHERE and not name:
            hint, title = "Pick a message and press r to answer it where it was said", "nothing to send here"
        if editor.region.width:  # else this is before the first layout, whose picture has them whole
            hint = fit_cells(hint, max(1, editor.content_size.width), trim=True)
            title = fit_cells(title, max(1, editor.region.width - self._chip.width(lifetime) - 8), trim=True)
        editor.placeholder = Content(hint)
        title += ":" if editor.compact else ""
        if title != self._title:
            self._title = title
            editor.border_title = Content(title)

    def chip_region(self, target: str, lifetime: str) -> Region:
        """Where the chip is, from the top left of the editor, border included; empty while it is not shown."""
        if self._editor.compact and not target and lifetime == "off":
            return Region()
        return self._chip.region(lifetime, 1 if self._editor.compact else 2)

    def lay_chip(self, rows: list[Strip], crop: Region, target: str, lifetime: str) -> list[Strip]:
        """Lay the chip over the first of the rows that were cropped."""
        chip = self.chip_region(target, lifetime)
        if crop.y == 0 and rows and chip.right > crop.x and chip.x < crop.right:
            rows[0] = self._chip.lay_over(rows[0], lifetime, chip, crop)
        return rows

    def set_notice(self, text: str, *, stays: bool = False) -> None:
        """Have something to say that is wrong; `stays`: not until the next key only."""
        self._notice, self._notice_stays = text, stays

    def clear_notice(self, *, all_kinds: bool) -> bool:
        """Take that away, if its time has come; was it?"""
        if not self._notice or (self._notice_stays and not all_kinds):
            return False
        self.set_notice("")
        return True

    def show_length(self, length: int, limit: int) -> None:
        """Show what is wrong or, near the limit, the length."""
        editor = self._editor
        near = length >= limit - min(_COUNTED, limit // 8)
        subtitle = self._notice or (f"{length:,} / {limit:,}" if near else "")
        editor.set_class(length > limit or bool(self._notice), "-problem")
        if subtitle != self._subtitle:
            self._subtitle = subtitle
            editor.set_class(bool(subtitle), "-noted")
            editor.border_subtitle = Content(subtitle) if subtitle else None
