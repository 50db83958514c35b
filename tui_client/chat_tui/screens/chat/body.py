"""The body: a container of the message area and the sidebar, which stands beside it, over it or in its place."""

from textual.containers import Horizontal

from chat_tui.screens.chat.going import Going
from chat_tui.screens.chat.message_area import MessageArea
from chat_tui.screens.chat.mute import Muting
from chat_tui.screens.chat.sidebar import SidebarPresenter
from chat_tui.state.view import parse_key
from chat_tui.toolkit.breakpoints import NARROW, WIDE
from chat_tui.widgets.lists.sidebar import Sidebar


class Body(Horizontal):
    """Answers what the sidebar posts."""

    def __init__(
        self, message_area: MessageArea, sidebar: Sidebar, presenter: SidebarPresenter, going: Going, muting: Muting
    ) -> None:
        super().__init__(message_area, sidebar, id="body")
        self._sidebar = sidebar
        self._presenter = presenter
        self._going = going
        self._muting = muting

    def fit(self, width: int) -> None:
        """Give the sidebar its place in a terminal of so many columns."""
        # Classes of the one that changes, not breakpoints of the screen: those would style every widget anew.
        self._sidebar.set_class(width < WIDE, "-over").set_class(width < NARROW, "-full")

    def on_sidebar_chosen(self, event: Sidebar.Chosen) -> None:
        """A room, a person, or something else to do."""
        self._presenter.leave()
        self._going.go(event.id)

    def on_sidebar_close_requested(self, event: Sidebar.CloseRequested) -> None:
        """A room is to be left."""
        self._going.close(event.id)

    def on_sidebar_left(self) -> None:
        """Back to the composer."""
        self._presenter.leave()

    def on_sidebar_mute_toggled(self, event: Sidebar.MuteToggled) -> None:
        """The other way round than it is."""
        if (key := parse_key(event.id)) is not None:
            self._muting.toggle(key.name)
