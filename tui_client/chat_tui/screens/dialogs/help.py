"""Help page: what can be typed and pressed, in two tables."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget
from textual.widgets import Static

from chat_tui.screens.dialogs.dialog import Dialog
from chat_tui.toolkit.cells import cell_len
from chat_tui.widgets.bars.keys import KeyBar

Entry = tuple[str, str]
"""What is typed or pressed, and what it does."""

NARROWEST_SUMMARY = 24
GAP = 2


def entry_rows(entries: Sequence[Entry], width: int) -> list[Content]:
    """Two columns in `width` cells, or, where the second would be too narrow, each summary below its term."""
    column = max((cell_len(term) for term, _ in entries), default=0) + GAP
    below = width - column < NARROWEST_SUMMARY
    rows: list[Content] = []
    for term, summary in entries:
        indent = GAP if below else column
        lines = Content(summary).wrap(max(1, width - indent))
        hung = [Content(" " * indent) + line for line in lines]
        head = Content.styled(term, "bold $primary")
        if below:
            rows += [*head.wrap(max(1, width)), *hung]
        else:
            rows += [head.pad_right(column - cell_len(term)) + lines[0], *hung[1:]]
    return rows


class Entries(Widget):
    """A table of terms and what they mean, as high as its width makes it."""

    ALLOW_SELECT = True
    DEFAULT_CSS = """
    Entries {
        height: auto;
        margin: 0 0 1 0;
    }
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        super().__init__()
        self._entries = entries

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - Textual's signature
        """The number of rows at this width."""
        return len(entry_rows(self._entries, width))

    def render(self) -> Content:
        """All rows."""
        return Content("\n").join(entry_rows(self._entries, self.size.width))


class HelpScreen(Dialog[None]):
    """Keys, then commands; Esc, F1, q or a click beside it closes it."""

    AUTO_FOCUS = "#help-page"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (90, "-normal")]  # noqa: RUF012 - Textual's annotation is not a ClassVar of ours
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,q", "close", "Close", show=False, id="help.close"),
    ]
    DEFAULT_CSS = """
    HelpScreen {
        & > #help-dialog {
            width: 84;
            height: auto;
            max-height: 90%;
        }
        & KeyBar { dock: bottom; }
        & #help-page {
            height: auto;
            max-height: 100%;
            padding: 0 1;
            scrollbar-size-vertical: 1;
        }
        & .help-heading {
            color: $foreground;
            text-style: bold underline;
        }
        &.-narrow > #help-dialog {
            width: 100%;
            height: 100%;
            max-height: 100%;
            border: none;
        }
    }
    """

    def __init__(self, commands: Sequence[Entry], keys: Sequence[Entry], room: str = "") -> None:
        """`commands` are (usage, summary), `keys` (key, summary), both in the order to show; `room` is a sentence."""
        super().__init__()
        self._room = room
        self._sections = [("Keys", keys), ("Commands", commands)]

    def compose(self) -> ComposeResult:
        """The page and the key that closes it."""
        dialog = Vertical(id="help-dialog", classes="dialog")
        dialog.border_title = "Help"
        with dialog:
            with VerticalScroll(id="help-page"):
                for heading, entries in self._sections:
                    yield Static(heading, classes="help-heading", markup=False)
                    yield Entries(entries)
                if self._room:
                    yield Static("This room", classes="help-heading", markup=False)
                    yield Static(self._room, id="help-room", markup=False)
            yield KeyBar([("esc", "Close", "close"), ("↑↓", "Scroll", "scroll(1)")])

    def action_scroll(self, pages: int) -> None:
        """Scroll by `pages`."""
        page = self.query_one("#help-page")
        page.scroll_relative(y=pages * max(1, page.size.height - 1), animate=False)
