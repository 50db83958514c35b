"""The command palette, in a terminal of any size."""

from textual.command import CommandList, CommandPalette

from chat_tui.toolkit.steady_rows import draw_steadily


class Palette(CommandPalette):
    """Textual's own, but that a page of no rows is none: there its page keys would be a fault."""

    def __init__(self) -> None:
        super().__init__()
        draw_steadily(self)

    def _action_command_list(self, action: str) -> None:
        if action not in ("page_up", "page_down") or self.query_one(CommandList)._lines:
            super()._action_command_list(action)
