"""Quick resize: a new size of the terminal is laid out at once.

Stock, it waits for 8 ms, so that an edge that is dragged does not lay out too often. It does not: sizes that come while
one is laid out are in the queue, where each takes the place of the one before.
"""

from typing import Any

from textual import events
from textual.app import App


def resize_at_once(app: App[Any], event: events.Resize) -> None:
    """Tell the screens of an app, in place of what it does by default."""
    event.prevent_default()
    if event.size != app._size:
        app._size = event.size
        # Another event: the default of this one is prevented, for the screens as well.
        app._resize_event = events.Resize(event.size, event.virtual_size, event.container_size, event.pixel_size)
        app._check_resize()
