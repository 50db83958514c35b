"""A line from a terminal to the parser, with a clock that the test moves."""

from collections.abc import Sequence

from chat_tui.toolkit.input.events import InputEvent, KeyPressed, Pasted
from chat_tui.toolkit.input.parser import InputParser


class Line:
    """What was found so far is in `found`, in order."""

    def __init__(self) -> None:
        self.parser = InputParser()
        self.now = 0.0
        self.found: list[InputEvent] = []

    def send(self, data: bytes) -> None:
        """These bytes arrive at once."""
        self.found += self.parser.feed(data, self.now)

    def wait(self, seconds: float) -> None:
        """Nothing arrives; the parser is woken as it wishes."""
        end = self.now + seconds
        while self.parser.wake_at is not None and self.parser.wake_at <= end:
            self.now = self.parser.wake_at
            self.found += self.parser.tick(self.now)
        self.now = end


def heard(*pieces: bytes, gap: float = 0.0) -> list[InputEvent]:
    """What is made of bytes that arrive in pieces, with so many seconds between two, and quiet at the end."""
    line = Line()
    for number, piece in enumerate(pieces):
        if number:
            line.wait(gap)
        line.send(piece)
    line.wait(5.0)
    return line.found


def text_of(found: Sequence[InputEvent]) -> str:
    """All that would be in a text field afterwards."""
    return "".join(_text(event) for event in found)


def _text(event: InputEvent) -> str:
    match event:
        case KeyPressed(_, str(character)) if character.isprintable():
            return character
        case Pasted(text):
            return text
        case _:
            return ""
