"""The key bar: shows in the bottom row which keys do what, each of them also a button."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from rich.segment import Segment
from textual import events
from textual.strip import Strip
from textual.widget import Widget

from chat_tui.toolkit.cells import cell_len
from chat_tui.toolkit.part_styles import PartStyle, PartStyles

GAP = "  "
EDGE = "▏"
"""What sets the item at the right edge apart."""


class KeyItem(NamedTuple):
    """A key as it is shown, what it does, and the action that a click runs.

    The action is looked for on the screen; with `app.` before it, on the app.
    """

    key: str
    text: str
    action: str

    @property
    def width(self) -> int:
        """Cells that it takes."""
        return cell_len(self.key) + 1 + cell_len(self.text)


LOOKS: Mapping[str, PartStyle] = {
    "key": PartStyle("$footer-key-foreground", attributes="bold"),
    "text": PartStyle("$foreground 80%"),
    "edge": PartStyle("$border-blurred"),
}


class KeyBar(Widget):
    """Items from the left, and one that keeps the right edge; those that don't fit are left out from the right."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    KeyBar {
        height: 1;
        background: $panel;
    }
    """

    def __init__(
        self,
        items: Sequence[tuple[str, str, str]],
        at_edge: tuple[str, str, str] | None = None,
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._looks = PartStyles(self, LOOKS)
        self.items: list[KeyItem] = []
        self.show(items)
        self.at_edge = KeyItem(*at_edge) if at_edge else None

    def show(self, items: Sequence[tuple[str, str, str]]) -> None:
        """Other keys do something now."""
        self.items = [KeyItem(*item) for item in items]
        self.refresh()

    def placed(self, width: int) -> Iterator[tuple[int, KeyItem]]:
        """The column of each item that fits into `width` cells, left to right."""
        edge = self.at_edge if self.at_edge and self.at_edge.width < width else None
        end = width - edge.width - len(EDGE) if edge else width
        x = 0
        for item in self.items:
            if x + item.width > end:
                break
            yield x, item
            x += item.width + len(GAP)
        if edge:
            yield width - edge.width, edge

    def render_line(self, y: int) -> Strip:
        """The one row."""
        width, base = self.size.width, self.rich_style
        if y:
            return Strip.blank(width, base)
        key, text, rim = (self._looks(part, base) for part in ("key", "text", "edge"))
        segments: list[Segment] = []
        used = 0
        for x, item in self.placed(width):
            if item is self.at_edge:
                segments += [Segment(" " * (x - used - len(EDGE)), base), Segment(EDGE, rim)]
            else:
                segments.append(Segment(" " * (x - used), base))
            segments += [Segment(item.key, key), Segment(f" {item.text}", text)]
            used = x + item.width
        return Strip(segments).adjust_cell_length(width, base)

    async def on_click(self, event: events.Click) -> None:
        """Run the action of the item under the mouse."""
        event.stop()
        for x, item in self.placed(self.size.width):
            if x <= event.x < x + item.width:
                await self.app.run_action(item.action, default_namespace=self.screen)
                return
