"""Theme picker: shows each theme at once, keeps the one chosen, and on Esc brings back the one before."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import OptionList

from chat_tui.screens.dialogs.dialog import Dialog
from chat_tui.toolkit.choice_list import ChoiceList
from chat_tui.widgets.bars.keys import KeyBar

CHROME = 3
"""Rows of the dialog that are not themes: its border and the keys."""


class ThemePicker(Dialog[str]):
    """Ends with the name of the theme that the app has then; with None when it is the one from before."""

    AUTO_FOCUS = "#themes"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "Close", show=False, id="themes.close")]
    DEFAULT_CSS = """
    ThemePicker {
        align: right top;
        background: transparent;
        & > #themes-dialog {
            width: 30;
            max-width: 100%;
            max-height: 90%;
            margin: 1 0 0 0;
        }
        & #themes {
            height: 1fr;
            border: none;
            padding: 0 1;
            background: $surface;
            scrollbar-size-vertical: 1;
        }
    }
    """

    def __init__(self, names: Sequence[str], present: str) -> None:
        """Offer themes of the app by name; `present` is the one that it has."""
        super().__init__()
        self._names = names
        self._before = present

    def compose(self) -> ComposeResult:
        """The list and the keys, beside the conversation that shows how it looks."""
        dialog = Vertical(id="themes-dialog", classes="dialog")
        dialog.border_title = "Theme"
        dialog.styles.height = len(self._names) + CHROME
        with dialog:
            yield ChoiceList(*self._names, id="themes", markup=False)
            yield KeyBar([("⏎", "Keep", "keep"), ("esc", "Cancel", "close")])

    def on_mount(self) -> None:
        """Begin at the present one."""
        if self._before in self._names:
            self.query_one(OptionList).highlighted = self._names.index(self._before)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show it."""
        event.stop()
        name = self._names[event.option_index]
        if self.is_current and name != self.app.theme:
            self.app.theme = name

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Keep it."""
        event.stop()
        if self.is_current:
            self.app.theme = self._names[event.option_index]
            self.end(self.app.theme)

    def action_keep(self) -> None:
        """Keep the one that is shown."""
        self.query_one(OptionList).action_select()

    def action_close(self) -> None:
        """Bring back the one before."""
        if self.is_current:
            self.app.theme = self._before
        super().action_close()
