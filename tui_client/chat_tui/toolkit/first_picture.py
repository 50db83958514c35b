"""First picture of a screen: draws it once.

Stock, it is drawn, drawn again as a whole, and laid out and drawn a third time: for what was laid out already, and as
the widget for notices learns that there are none.
"""

from textual.events import ScreenResume
from textual.screen import Screen


def draw_first_picture(screen: Screen[None], event: ScreenResume) -> None:
    """Do what Textual does when a screen is shown, but draw when all has been said that the first layout answers."""
    event.prevent_default()
    screen.stack_updates += 1
    if screen.app._notifications:
        screen.app._refresh_notifications()
    screen._update_auto_focus()
    screen.call_later(_draw, screen)


def _draw(screen: Screen[None]) -> None:
    """Lay everything out, and draw it: nothing that was asked for before is left to be done."""
    screen._refresh_layout(screen.app.size)
    screen._layout_required = screen._repaint_required = False
    screen._dirty_widgets.clear()
