"""Previews: the beginning of a message where there is one row for it, above an answer and above the composer."""

from chat_tui.widgets.markup.wrapping import ELLIPSIS
from chat_tui.widgets.messages.text import message_text


def preview_line(text: str) -> str:
    """The first line with words, as it is shown, with an ellipsis where there are more."""
    lines = [line for line in preview_text(text).split("\n") if line.strip()]
    more = ELLIPSIS if len(lines) > 1 else ""
    return f"{message_text(lines[0]).text}{more}" if lines else ""


def preview_text(text: str) -> str:
    """The text with the code of fenced blocks in their place: a fence and a language say nothing."""
    if "```" not in text:
        return text
    from chat_tui.widgets.markup.parser import without_fences  # noqa: PLC0415  # patterns that no first frame needs

    return without_fences(text)
