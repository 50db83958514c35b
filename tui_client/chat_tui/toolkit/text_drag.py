"""Text drags: the selection that the mouse makes on a screen."""

from typing import Any

from textual.screen import Screen
from textual.selection import SelectState


def newest_drag(screen: Screen[Any]) -> SelectState | None:
    """What was dragged over last, be the button up or still down; None before the first drag, or with no selection."""
    return screen._select_state


def drag_under_way(screen: Screen[Any]) -> SelectState | None:
    """What is being dragged over; None while no button is down."""
    return screen._select_state if screen._selecting else None
