"""Copied: what became of a text that was copied, posted to the screen in front."""

from textual.message import Message


class Copied(Message):
    """A text was copied. `by_tool`: a program says that it is in the clipboard; else the terminal was asked alone."""

    def __init__(self, *, by_tool: bool) -> None:
        super().__init__()
        self.by_tool = by_tool

    @property
    def words(self) -> str:
        """What can be said: a terminal does not answer whether it has done what it was asked."""
        return "Copied." if self.by_tool else "Sent to the terminal's clipboard."
