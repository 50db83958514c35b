"""The command palette, in a terminal of any size, in colours that can be read."""

from textual.command import CommandList, CommandPalette

from chat_tui.toolkit.steady_rows import draw_steadily


class Palette(CommandPalette):
    """Textual's own, but that a page of no rows is none: there its page keys would be a fault.

    Stock, its lines and its sign are black on any ground, and what a command does is dimmed.
    """

    DEFAULT_CSS = """
    Palette {
        & > Vertical { background: $surface; &:dark { background: $surface; } }
        & > .command-palette--help-text { color: $foreground-muted; text-style: not dim not bold; }
        & SearchIcon { color: $foreground; }
        & #--input { border: hkey $border-blurred; }
        & #--input.--list-visible { border-bottom: none; }
        & CommandList { border-bottom: hkey $border-blurred; }
        & CommandList.--populating { border-bottom: none; }
        & CommandList > .option-list--option-highlighted {
            color: $foreground;
            background: $panel;
            text-style: bold;
        }
        &:ansi CommandList > .option-list--option-highlighted {
            color: $foreground;
            background: $background;
            text-style: bold underline;
        }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        draw_steadily(self)

    def _action_command_list(self, action: str) -> None:
        if action not in ("page_up", "page_down") or self.query_one(CommandList)._lines:
            super()._action_command_list(action)
