"""The find bar: takes a phrase in one row above the composer, and says how often it was found."""

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from chat_tui.toolkit.breakpoints import NARROW
from chat_tui.toolkit.line_input import LineInput

_LONGEST = 200
"""Characters of a phrase."""


class SearchBar(Horizontal):
    """`Find: phrase        3 of 17  [esc closes]`. A click on the way out closes it.

    In a narrow terminal the words are shorter.
    """

    class Typed(Message):
        """Another phrase."""

        def __init__(self, phrase: str) -> None:
            super().__init__()
            self.phrase = phrase

    class Confirmed(Message):
        """This is the phrase: the focus may go to what was found."""

    class Stepped(Message):
        """To the next one: older (1) or newer (-1)."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    class WholeRecordWanted(Message):
        """It is to be looked for in messages, too, that are not here."""

    class Closed(Message):
        """Nothing is looked for any more."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(1)", "Older", show=False, id="find.bar-older"),
        Binding("down,shift+enter", "step(-1)", "Newer", show=False, id="find.bar-newer"),
        Binding("escape", "close", "Close", show=False, id="find.close"),
    ]
    DEFAULT_CSS = """
    SearchBar {
        height: 1;
        padding: 0 1;
        background: $panel;
        & > #search-label { width: auto; color: $primary; text-style: bold; }
        & > #search-phrase, & > #search-phrase:focus {
            width: 1fr;
            height: 1;
            padding: 0 1;
            border: none;
            background: $panel;
            background-tint: 0%;
        }
        & > #search-count { width: auto; color: $foreground 80%; }
        & > #search-record, & > #search-close { width: auto; color: $foreground-muted; }
        & > #search-record:hover, & > #search-close:hover { color: $foreground; }
    }
    """

    _letters = ""
    _nothing = False

    def compose(self) -> ComposeResult:
        """What it is, the phrase, the count, the way out."""
        yield Static("Find:", id="search-label", markup=False)
        yield LineInput(id="search-phrase", max_length=_LONGEST, select_on_focus=False)
        yield Static("", id="search-count", markup=False)
        yield Static(id="search-record", markup=False)
        yield Static(id="search-close", markup=False)

    def on_resize(self) -> None:
        """Fewer words where there is less room."""
        self._show_way_out()

    @property
    def phrase(self) -> str:
        """What is looked for."""
        return self._input.value

    @phrase.setter
    def phrase(self, phrase: str) -> None:
        self._input.value = phrase
        self._input.cursor_position = len(self._input.value)

    @property
    def _input(self) -> LineInput:
        return self.query_one("#search-phrase", LineInput)

    def type_on(self, text: str = "") -> None:
        """Go on with the phrase; without a text, all of it is selected, to be typed over."""
        self.screen.set_focus(self._input)  # at once: the next letters may be here already
        self._letters = ""
        self._show_way_out()
        if text:
            self._input.paste(text)
        else:
            self._input.action_select_all()

    def let_go(self) -> None:
        """The phrase is complete: say what letters do now."""
        self._letters = "n older  N newer  "
        self._show_way_out()

    def _show_way_out(self) -> None:
        narrow = self.size.width < NARROW
        words = "[esc]" if narrow else f"{self._letters}[esc closes]"
        record = (
            "" if self._letters else "[all]" if narrow else "[⏎ all messages]" if self._nothing else "[all messages]"
        )
        self.query_one("#search-record", Static).update(f"  {record}" if record else "")
        self.query_one("#search-close", Static).update(f"  {words}")

    def show_count(self, words: str, *, nothing: bool = False) -> None:
        """Say what was found; where there is `nothing`, Enter looks further."""
        self.query_one("#search-count", Static).update(words)
        if nothing != self._nothing:
            self._nothing = nothing
            self._show_way_out()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Another phrase."""
        event.stop()
        self.post_message(self.Typed(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """The phrase is complete."""
        event.stop()
        self.post_message(self.WholeRecordWanted() if self._nothing else self.Confirmed())

    def on_click(self, event: events.Click) -> None:
        """Close it."""
        where = None if event.widget is None else event.widget.id
        if where in ("search-close", "search-record"):
            event.stop()
            self.post_message(self.Closed() if where == "search-close" else self.WholeRecordWanted())

    def action_step(self, by: int) -> None:
        """To the next one."""
        self.post_message(self.Stepped(by))

    def action_close(self) -> None:
        """Look for nothing."""
        self.post_message(self.Closed())
