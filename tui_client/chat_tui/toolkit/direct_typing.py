"""Direct typing: a character that is typed into a text area is in the text, and on the screen, before the loop goes on.

By way of a thread that reads and of Textual's queues it takes half a millisecond longer, a quarter of what a key costs.
"""

from threading import get_ident
from typing import Any

from textual import events
from textual.app import App

from chat_tui.toolkit.text_area import QuietTextArea


def type_at_once(app: App[Any], key: events.Key) -> bool:
    """Type a character where the focus is; False where it has to wait for its turn, or may mean something else.

    No binding has a character that a text area takes. It has to wait while anything is queued for the text area or for
    what it is in: that was typed, or clicked, before.
    """
    text_area, character = app.focused, key.character
    if not isinstance(text_area, QuietTextArea) or app._thread_id != get_ident():
        return False
    if character is None or not key.is_printable or "+" in key.key or text_area.read_only or not app.app_focus:
        return False
    for node in text_area.ancestors_with_self:
        if node.message_queue_size or node._pending_message is not None:
            return False
    with app._context(), text_area._context():
        text_area.type_character(character)
    return True
