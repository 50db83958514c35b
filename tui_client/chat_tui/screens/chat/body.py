"""The body: a container of the message area and the roster, which stands beside it, over it or in its place."""

from textual.containers import Horizontal

from chat_tui.screens.chat.message_area import MessageArea
from chat_tui.screens.chat.mute import Muting
from chat_tui.screens.chat.people import RosterPresenter
from chat_tui.screens.chat.recipient import Recipient
from chat_tui.toolkit.breakpoints import NARROW, WIDE
from chat_tui.widgets.lists.roster import Roster


class Body(Horizontal):
    """Answers what the roster posts."""

    def __init__(
        self,
        message_area: MessageArea,
        roster: Roster,
        people: RosterPresenter,
        recipient: Recipient,
        muting: Muting,
    ) -> None:
        super().__init__(message_area, roster, id="body")
        self._roster = roster
        self._people = people
        self._recipient = recipient
        self._muting = muting

    def fit(self, width: int) -> None:
        """Give the roster its place in a terminal of so many columns."""
        # Classes of the one that changes, not breakpoints of the screen: those would style every widget anew.
        self._roster.set_class(width < WIDE, "-over").set_class(width < NARROW, "-full")

    def on_roster_target_chosen(self, event: Roster.TargetChosen) -> None:
        """A name in the roster."""
        self._recipient.turn_to(event.id)
        self._people.leave()

    def on_roster_left(self) -> None:
        """Back to the composer."""
        self._people.leave()

    def on_roster_mute_toggled(self, event: Roster.MuteToggled) -> None:
        """The other way round than it is."""
        self._muting.toggle(event.id)
