"""The command palette, in a terminal of any size."""

from textual.command import CommandList, CommandPalette


class Palette(CommandPalette):
    """Textual's own, but that a page of no rows is none: there its page keys would be a fault."""

    def _action_command_list(self, action: str) -> None:
        if action not in ("page_up", "page_down") or self.query_one(CommandList)._lines:
            super()._action_command_list(action)
