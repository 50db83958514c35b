"""The message list: all messages of a room as one widget, which scrolls, selects, finds, picks.

This is its public face. The pane arranges and draws, its parts do one thing each; here they are put together, given
the events of keyboard and mouse, and asked on behalf of the owner.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, TypeAlias

from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.selection import Selection
from textual.strip import Strip

from chat_tui.toolkit.line_view import LineView
from chat_tui.widgets.messages import countdown, edges, mouse, pane, picking, top_name, unread
from chat_tui.widgets.messages.canvas import Lookup
from chat_tui.widgets.messages.find import FindHighlights, Reading
from chat_tui.widgets.messages.frame import Find, Spacing
from chat_tui.widgets.messages.heights import Size as MessageSize
from chat_tui.widgets.messages.jump_history import Trail
from chat_tui.widgets.messages.row import Action, Row
from chat_tui.widgets.messages.selection import TextSelection

__all__ = ["Action", "MessageList", "Row"]


class MessageList(LineView):
    """All messages of a room, of which the owner tells keys and lengths.

    `lookup(key)` gives what a message looks like; it is asked only for what is drawn, and must not change the list.
    `actions(key)` says what can be done with a message, `details(key)` are words that are shown with that, "" for none.
    `now()` is the server's clock, in seconds since the epoch; countdowns are looked at each `countdown_period` seconds.
    """

    ALLOW_SELECT = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "up", "Previous message", show=False, id="list.up"),
        Binding("down", "down", "Next message", show=False, id="list.down"),
        Binding("alt+up", "pick_step(-1)", "Previous message", show=False, id="list.previous"),
        Binding("alt+down", "pick_step(1)", "Next message", show=False, id="list.next"),
        Binding("left,shift+tab", "move_focus(-1)", "Previous action", show=False, id="list.action-previous"),
        Binding("right,tab", "move_focus(1)", "Next action", show=False, id="list.action-next"),
        Binding("enter", "activate", "Act", show=False, id="list.activate"),
        Binding("escape", "close_pick", "Close", show=False, id="list.close"),
        Binding("pageup", "page_up", "Page up", show=False, id="list.page-up"),
        Binding("pagedown", "page_down", "Page down", show=False, id="list.page-down"),
        Binding("home", "scroll_home", "Oldest", show=False, id="list.home"),
        Binding("end", "scroll_end", "Newest", show=False, id="list.end"),
    ]

    Scrolled: TypeAlias = pane.Scrolled
    UnreadMoved: TypeAlias = unread.UnreadMoved
    NearStart: TypeAlias = edges.NearStart
    EdgeClicked: TypeAlias = edges.EdgeClicked
    Picked: TypeAlias = picking.Picked
    PickClosed: TypeAlias = picking.PickClosed
    ActionChosen: TypeAlias = picking.ActionChosen
    AuthorClicked: TypeAlias = mouse.AuthorClicked
    PreviewClicked: TypeAlias = mouse.PreviewClicked
    LinkClicked: TypeAlias = mouse.LinkClicked

    gives_way: Callable[[], bool] = staticmethod(lambda: False)
    """Is there something that a paint should not hold up?"""

    def __init__(
        self,
        lookup: Lookup,
        actions: Callable[[int], Sequence[Action]],
        now: Callable[[], float],
        *,
        details: Callable[[int], str] = lambda _: "",
        countdown_period: float = countdown.PERIOD,
        id: str | None = None,  # noqa: A002  # Textual's name for it
    ) -> None:
        super().__init__(id=id)
        self._pane = pane.MessagePane(self, lookup, now, lambda: self.gives_way(), self._tell)  # noqa: PLW0108  # it may be set later
        self._selection = TextSelection(self._pane, lambda: self.text_selection)
        self._find = FindHighlights(self._pane)
        self._countdown = countdown.Countdown(self._pane, self, countdown_period)
        self._unread = unread.UnreadRule(self._pane, self._tell)
        self._edges = edges.PageEdges(self._pane, self._tell)
        self._picking = picking.Picking(self._pane, actions, details, self._tell)
        self._pane.parts = (self._countdown, self._unread, self._edges, self._picking, top_name.TopName(self._pane))
        self._mouse = mouse.MessageMouse(self._pane, self._picking, self._edges, self.jump, self._tell)
        self._trail = Trail()

    def _tell(self, message: Message) -> None:
        """Post as from the list: while the screen draws it, a message would pass for the screen's, and end there."""
        self.post_message(message.set_sender(self))

    # -- what the owner tells -------------------------------------------------

    @property
    def spacing(self) -> Spacing:
        """How messages are arranged."""
        return self._pane.spacing

    @spacing.setter
    def spacing(self, spacing: Spacing) -> None:
        self._pane.spacing = spacing

    def reset(self, sizes: Iterable[MessageSize]) -> None:
        """Replace everything but the unsent lines, close the pick, and go to the end. Keys ascend."""
        self._trail.forget()
        self._picking.close(gone=True)
        self._pane.reset(sizes)

    def extend(self, sizes: Iterable[MessageSize], *, more: bool = False) -> None:
        """Append messages. Keys ascend and are greater than all before, else ValueError.

        `more`: others follow at once, so that a paint can wait for them for the length of a frame.
        """
        self._pane.extend(sizes, more=more)

    def insert(self, sizes: Iterable[MessageSize], wish: int | None = None) -> None:
        """Put messages where they belong among the others; what is being read stays where it is. Keys ascend.

        `wish` is a message that is being read; None for what takes most of the screen.
        """
        self._pane.insert(sizes, wish)

    def remove_messages(self, keys: Iterable[int]) -> None:
        """Forget messages, and all that was drawn of them; replies to them, and what comes after, are drawn anew."""
        self._pane.remove(keys)

    def refresh_rows(self, keys: Iterable[int]) -> None:
        """These messages look different now, and other things may be done with them."""
        self._pane.redraw(keys)

    def redraw(self) -> None:
        """Any message may look different now."""
        self._pane.redraw_all()

    def set_unsent(self, keys: Sequence[int]) -> None:
        """Our own lines that are not acknowledged yet (keys < 0): drawn after everything else, in this order."""
        self._pane.set_unsent(keys)

    # -- reading, and going elsewhere -----------------------------------------

    @property
    def at_end(self) -> bool:
        """Whether the newest message is fully in view (or the next paint will bring it there)."""
        return self._pane.at_end

    @property
    def newest_shown(self) -> int | None:
        """The key of the newest message on the screen; None where there is none."""
        return max(self._pane.shown_keys(), default=None)

    def is_shown(self, key: int) -> bool:
        """Is any of the message on the screen?"""
        return key in self._pane.shown_keys()

    @property
    def reading(self) -> Reading:
        """Where we are, for `read_on`."""
        return self._pane.viewport.place

    def read_on(self, reading: Reading) -> None:
        """Go back to where somebody was reading; stay where that message is gone."""
        self._pane.go_to(reading)

    def reveal(self, key: int) -> bool:
        """Scroll until a message is in view and mark it until the next scroll; False where it is not known."""
        self._edges.reads_on = False
        return self._pane.reveal(key)

    def clear_mark(self) -> None:
        """End what `reveal()` began."""
        self._pane.mark(None)

    @property
    def can_go_back(self) -> bool:
        """Was there a jump that nobody has taken back?"""
        return bool(self._trail)

    def jump(self, origin: int | None, key: int) -> bool:
        """Go from one message, or from none, to another and mark that, with a way back; False where it is not known."""
        place = self.reading
        if not self.reveal(key):
            return False
        self._trail.went(origin, place)
        return True

    def go_back(self) -> None:
        """Take the newest jump back whose place is still there, and mark where it began."""
        while (step := self._trail.back()) is not None:
            if self._pane.go_to(step.place):
                self._pane.mark(step.origin)
                return

    def to_end(self) -> None:
        """Go to the newest message, and follow those that come; jumps are over."""
        self._trail.forget()
        self._pane.to_end()

    def find(self, find: Find | None) -> None:
        """From now on `find(text)` says what stands out in each text; None ends it."""
        self._find.find(find)

    def show_found(self, key: int | None) -> None:
        """Go to a message that has something in it, and to that row of it; None: the search is nowhere."""
        self._find.go_to(key)

    @property
    def first_unread(self) -> int | None:
        """The key of the message below the rule."""
        return self._unread.first_unread

    @first_unread.setter
    def first_unread(self, key: int | None) -> None:
        self._unread.first_unread = key

    @property
    def where_unread(self) -> unread.Where:
        """Where the rule is."""
        return self._unread.where

    @property
    def are_older(self) -> bool:
        """Can older messages be fetched?"""
        return self._edges.are_older

    @are_older.setter
    def are_older(self, are_older: bool) -> None:
        self._edges.are_older = are_older

    @property
    def near_start(self) -> bool:
        """Is it not far to the oldest message? False while nothing is shown."""
        return self._edges.near_start

    def redraw_edges(self) -> None:
        """What is said where the loaded messages end is another."""
        self._edges.redraw()

    @property
    def picked(self) -> int | None:
        """The key of the picked message."""
        return self._picking.picked

    def pick(self, key: int) -> None:
        """Show the actions of a message, and stay where we are until the pick is closed."""
        self._picking.pick(key)

    def begin_pick(self) -> None:
        """Pick what a search or a jump has gone to; else the last message; scrolled up, the last one shown in full."""
        self._picking.begin()

    def close_pick(self) -> None:
        """Take the actions away; if the list was at the end before, it goes on following."""
        self._picking.close()

    # -- keyboard and mouse ---------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        """A letter that triggers an action of the picked message."""
        if event.character and event.is_printable and self._picking.trigger(event.character.lower()):
            event.stop()
            event.prevent_default()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Remember what was pressed."""
        self._mouse.press(event)

    def on_click(self, event: events.Click) -> None:
        """Act on what was pressed."""
        self._mouse.click(event)

    def action_activate(self) -> None:
        """Carry out the focused action."""
        self._picking.activate_focused()

    def action_move_focus(self, by: int) -> None:
        """Focus another action."""
        self._picking.move_focus(by)

    def action_up(self) -> None:
        """Pick the previous message; scroll where none is picked."""
        self.scroll_up() if self.picked is None else self._picking.step(-1)

    def action_down(self) -> None:
        """Pick the next message; scroll where none is picked."""
        self.scroll_down() if self.picked is None else self._picking.step(1)

    def action_pick_step(self, by: int) -> None:
        """Pick another message."""
        self._picking.step(by)

    def action_close_pick(self) -> None:
        """Close the actions."""
        if self.picked is None:
            raise SkipAction
        self.close_pick()

    def action_scroll_home(self) -> None:
        """Go to the oldest message."""
        self.scroll_to(y=0)

    def action_scroll_end(self) -> None:
        """Go to the newest message."""
        self.to_end()

    def place_at(self, x: int, y: int) -> Offset | None:
        """The place in a text that is meant by a cell of the list, or beside it; None while no text is to be seen."""
        return self._selection.place_at(x, y)

    def selection_updated(self, selection: Selection | None) -> None:  # noqa: ARG002  # it is looked up when drawing
        """Draw it."""
        self._selection.redraw()

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text, with its authors where it is more than one message."""
        return self._selection.text_of(selection)

    def text_select_all(self) -> None:
        """A double click selects nothing: it is two clicks, and "all" would be a million messages."""

    # -- what Textual asks ----------------------------------------------------

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines in view."""
        return self._pane.render_lines(crop)

    def watch_scroll_y(self, old: float, new: float) -> None:
        """Somebody scrolled: by wheel, key or scrollbar."""
        self._edges.reads_on = new > old
        if round(old) != round(new):
            self._pane.scroll_to(round(new))

    def scroll_requested(self) -> None:
        """Somebody scrolls, also where nothing moves any more."""
        self._edges.scroll_requested()

    def resized(self, size: Size) -> None:
        """There are other columns or lines to draw on."""
        self._pane.resize(size)

    def notify_style_update(self) -> None:
        """Theme or style changed."""
        super().notify_style_update()
        self._pane.restyle()

    def on_unmount(self) -> None:
        """No paint after the end."""
        self._pane.end()
