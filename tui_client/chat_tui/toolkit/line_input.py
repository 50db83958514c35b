"""A line input that takes a paste as far as it fits.

Stock, a paste that is too long, or begins with an empty line, is lost.
"""

from textual import events
from textual.widgets import Input


class LineInput(Input):
    """Textual's own, for one line of text."""

    def on_paste(self, event: events.Paste) -> None:
        """Take the first line that has something in it."""
        event.stop()
        event.prevent_default()
        self.paste(event.text)

    def paste(self, text: str) -> None:
        """Put the first line of a text that is not blank in the place of the selection."""
        line = next((line for line in text.splitlines() if not line.isspace() and line), "").replace("\t", " ")
        start, end = sorted(self.selection)
        room = self.max_length - len(self.value) + end - start if self.max_length else len(line)
        self.replace(line[: max(0, room)], start, end)
