"""A screen with nothing but a list, a reply bar and a composer, and what the composer has said."""

from textual import on
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.geometry import Region
from textual.message import Message
from textual.screen import Screen
from textual.strip import Strip
from textual.widgets import Static

from chat_protocol.commands import CommandSpec
from chat_tui.toolkit.screen_text import screen_strips
from chat_tui.widgets.composer.composer import Composer
from chat_tui.widgets.composer.reply_bar import ReplyBar

COMMANDS = (
    CommandSpec("/reply", "<id> <text>", "reply to a message", "/reply 12 me too", field="reply_to"),
    CommandSpec("/temp", "<seconds> <text>", "delete itself later", "/temp 30 code", field="lifetime"),
    CommandSpec("/to", "<name> <text>", "message one person", "/to bob hi", field="to", takes_name=True),
    CommandSpec("/delete", "<id>", "delete a message", "/delete 12"),
    CommandSpec("/exit", "", "leave", "/exit"),
)
NAMES = ("ana", "bob", "[/b]", "[red]x", "zoë")


class CountingScreen(Screen[None]):
    """Counts how often it is laid out."""

    layouts = 0

    def on_mount(self) -> None:
        """Listen to Textual's signal of a layout."""
        self.screen_layout_refresh_signal.subscribe(self, self._count, immediate=True)

    def _count(self, _: Screen) -> None:
        self.layouts += 1


class DrawnComposer(Composer):
    """Counts how often it was drawn."""

    drawn = 0

    def render_lines(self, crop: Region) -> list[Strip]:
        """Count it."""
        self.drawn += 1
        return super().render_lines(crop)


class Host(App[None]):
    """`said` holds (text, target, temp) for what was submitted and the message's class for all else.

    `quotes` are author and text of the messages that can be replied to.
    """

    CSS = "#list { height: 1fr; } #bottom { height: auto; }"

    def __init__(self, *, compact: bool = False) -> None:
        super().__init__()
        self.said: list[tuple[str, str, str] | type[Message]] = []
        self.quotes: dict[int, tuple[str, str]] = {}
        self._compact = compact

    def get_default_screen(self) -> Screen[None]:
        """One that counts."""
        return CountingScreen()

    def compose(self) -> ComposeResult:
        """As on the real screen, from top to bottom."""
        yield Static("list", id="list")
        with Vertical(id="bottom"):
            yield ReplyBar(self.quotes.__getitem__)
            yield DrawnComposer()

    def on_mount(self) -> None:
        """Give the composer what it completes, and the focus."""
        self.composer.compact = self.reply_bar.compact = self._compact
        self.composer.commands = COMMANDS
        self.composer.names = NAMES
        self.composer.focus()

    @property
    def composer(self) -> DrawnComposer:
        """The composer."""
        return self.query_one(DrawnComposer)

    @property
    def reply_bar(self) -> ReplyBar:
        """The reply bar."""
        return self.query_one(ReplyBar)

    @property
    def frame(self) -> str:
        """What is on the screen, as text."""
        return "\n".join(strip.text for strip in screen_strips(self))

    @property
    def layouts(self) -> int:
        """How often the screen was laid out."""
        return self.screen.layouts

    @on(Composer.Submitted)
    def hear_submitted(self, message: Composer.Submitted) -> None:
        """Note a line."""
        self.said.append((message.text, message.target, message.temp))

    @on(Composer.PickRequested)
    @on(Composer.Cancelled)
    @on(Composer.TempRequested)
    @on(ReplyBar.Cancelled)
    def hear(self, message: Message) -> None:
        """Note that something was asked for."""
        self.said.append(type(message))
