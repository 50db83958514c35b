"""The chat screen: layout, keys, and what the bars around the two areas post. It is a picture of the store."""

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.geometry import Size
from textual.message import Message

from chat_tui.screens.chat.addressing import command_table
from chat_tui.screens.chat.bottom_row import BottomRow
from chat_tui.screens.chat.parts import ChatParts, Host
from chat_tui.screens.chat.selection import SelectingScreen
from chat_tui.screens.chat.undo import SECONDS
from chat_tui.screens.copied import Copied
from chat_tui.screens.key_table import KeyTable
from chat_tui.state.store import Store
from chat_tui.storage.drafts import Drafts
from chat_tui.storage.outbox_file import OutboxFile
from chat_tui.storage.places import PlaceFile
from chat_tui.toolkit.breakpoints import NARROW
from chat_tui.toolkit.first_picture import draw_first_picture
from chat_tui.toolkit.steady_rows import draw_steadily
from chat_tui.widgets.bars.banner import Banner
from chat_tui.widgets.composer.composer import Composer
from chat_tui.widgets.lists.sidebar import Sidebar
from chat_tui.widgets.messages.frame import Spacing
from chat_tui.widgets.messages.message_list import MessageList
from chat_tui.wording.notices import Notice
from chat_tui.wording.page_edges import retention

if TYPE_CHECKING:
    from chat_tui.connection.client import Connection


class ChatScreen(SelectingScreen):
    """Message list, roster, composer, status."""

    class Greeted(Message):
        """The server has said who we are and what there is."""

    class NameTaken(Message):
        """A name that was typed is ours."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    AUTO_FOCUS = "#composer"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help", id="chat.help", priority=True),
        Binding("ctrl+o", "pick_target", "Send messages to", id="chat.to", priority=True),
        Binding("pageup", "page(-1)", "Older messages", id="chat.page-up", priority=True),
        Binding("pagedown", "page(1)", "Newer messages", id="chat.page-down", priority=True),
        Binding("end", "newest", "Newest message", id="chat.newest", priority=True),
        Binding("backspace", "back", "Back from a jump", id="chat.back", show=False, priority=True),
        Binding("escape", "write", "Write", id="chat.write", show=False),
        Binding("f5", "connect", "Connect now", id="chat.connect", show=False),
        Binding("ctrl+b", "people", "People", id="chat.people", priority=True),
        Binding("ctrl+g", "go", "Go to", id="chat.go", priority=True),
        Binding("ctrl+k", "go_at_end", "Go to", id="chat.go-at-end", show=False, priority=True),
        Binding("f4", "unread(1)", "Next unread", id="chat.next-unread", show=False, priority=True),
        Binding("shift+f4", "unread(-1)", "Previous unread", id="chat.previous-unread", show=False, priority=True),
        Binding("ctrl+z", "undo", "Undo", id="chat.undo", show=False, priority=True),
        Binding("ctrl+c", "empty", "Clear the composer", id="chat.empty", show=False, priority=True),
        Binding("ctrl+r", "find_in_record", "Search all messages", id="chat.record", show=False, priority=True),
        Binding("home", "first_unread", "First unread message", id="chat.first-unread", show=False, priority=True),
        Binding("ctrl+f", "find", "Find", id="chat.find", priority=True),
        Binding("n,enter", "find_step(1)", "Older match", id="find.older", show=False),
        Binding("N,shift+enter", "find_step(-1)", "Newer match", id="find.newer", show=False),
        Binding("alt+up,alt+down", "pick_found", "Pick the match", id="find.pick", show=False),
    ]

    def __init__(
        self,
        store: Store,
        connect: Callable[[Callable[[], None]], "Connection"],
        name: str | None,
        clock: Callable[[], float] = time.time,
        undo_seconds: float = SECONDS,
        drafts: Drafts | None = None,
        outbox: OutboxFile | None = None,
        place: PlaceFile | None = None,
    ) -> None:
        super().__init__(id="chat")
        draw_steadily(self)
        self.undo_seconds = undo_seconds
        self.keymap: Mapping[str, str] = {}
        self.way_out = ""
        self.spacing = Spacing()
        self._store = store
        self._make_parts = partial(
            ChatParts, store=store, connect=connect, name=name, clock=clock, drafts=drafts or Drafts(), outbox=outbox,
            place=place,
        )  # fmt: skip
        self._laid_out_for: Size | None = None

    def compose(self) -> ComposeResult:
        """Header; messages and roster; what stands around the composer; keys."""
        host = Host(self.action_help, self._leave, self._greet, self._take_name, self.key_for)
        self.parts = parts = self._make_parts(self.app, host, undo_seconds=self.undo_seconds)
        self.feed, self.status, self.actions, self.keys = parts.feed, parts.status, parts.actions, parts.keys
        self.header, self.messages, self.sidebar = parts.header, parts.messages, parts.sidebar
        self.banner, self.composer = parts.banner, parts.composer
        yield parts.header
        yield parts.body
        yield parts.compose_area
        self._bottom_row = BottomRow(self, parts, self._keys_with)
        yield self._bottom_row.bar

    def on_mount(self) -> None:
        """Begin with what there is; once the first frame is drawn, connect."""
        self.watch(self.app, "app_focus", self.parts.focus.focus_changed, init=False)
        self.status.way_out = self.way_out
        self.status.begin()
        self._fit(self.app.size.width)
        self.parts.empty.follow()
        self.parts.drafts.restore()
        self.parts.switcher.begin()
        self.feed.load_saved()
        self.call_after_refresh(lambda: self.run_worker(self.feed.run(), name="feed", exit_on_error=True))

    def on_unmount(self) -> None:
        """Leave the terminal as it was, and what was read on disk."""
        self.parts.notifier.end()
        self.parts.memory.flush()

    @property
    def typing_into(self) -> Composer:
        """Who begins to write while a message is picked, or people are open, writes there."""
        return self.composer

    # -- layout -------------------------------------------------------------------------------------------------

    def on_resize(self, event: events.Resize) -> None:
        """Another width may be another form of everything."""
        if event.size == self._laid_out_for:
            event.prevent_default()  # at the start three such events come
            return
        self._laid_out_for = event.size
        self._fit(event.size.width)

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """At the start all has just been styled, and is laid out next."""
        if self._laid_out_for is None:
            self._laid_out_for = self.app.size
            draw_first_picture(self, event)

    def space(self, spacing: Spacing) -> None:
        """Have the messages arranged so, whatever the width of the terminal."""
        self.spacing = spacing
        if self.is_mounted:
            self._fit(self.app.size.width)

    def _fit(self, width: int) -> None:
        self.parts.fit(width, self.spacing)
        self.query_one("#keys").display = width >= NARROW

    # -- the bars -----------------------------------------------------------------------------------------------

    def on_banner_action_pressed(self, event: Banner.ActionPressed) -> None:
        """Do what the banner offers."""
        self.parts.press_banner(event.action)

    def on_copied(self, event: Copied) -> None:
        """Say what became of a text that was copied."""
        self.status.done(event.words)

    def on_search_bar_whole_record_wanted(self) -> None:
        """What is looked for here is to be looked for everywhere."""
        self.parts.lookup.open()

    def on_header_bar_everyone_requested(self) -> None:
        """Back to everyone."""
        self.parts.recipient.set_target("")

    def on_header_bar_newest_requested(self) -> None:
        """To the end of the list."""
        self.parts.jumps.to_newest()

    def on_header_bar_first_unread_requested(self) -> None:
        """To where the unread begin."""
        self.parts.pager.open_first_unread()

    def on_header_bar_unread_view_requested(self) -> None:
        """To where else something is unread."""
        self.action_unread(1)

    def on_header_bar_people_requested(self) -> None:
        """Who is here."""
        self.parts.people.toggle()

    # -- the bottom row -----------------------------------------------------------------------------------------

    def on_descendant_focus(self) -> None:
        """Other keys do something there."""
        self._show_keys()

    def on_message_list_picked(self) -> None:
        """The keys are the picked message's, where the list has the focus."""
        self._show_keys()

    def on_message_list_pick_closed(self) -> None:
        """They no longer are."""
        self._show_keys()

    def _show_keys(self) -> None:
        self._bottom_row.show()

    # -- keys ----------------------------------------------------------------------

    @property
    def _key_table(self) -> KeyTable:
        return self._keys_with()

    def _keys_with(self, *more: type[DOMNode]) -> KeyTable:
        return KeyTable((type(self.app), ChatScreen, Composer, Sidebar, MessageList, *more), self.keymap)

    def key_for(self, name: str) -> str:
        """The key of a binding, by its id, as it is written in a sentence."""
        return self._key_table.key(name)

    def say_how_to_leave(self) -> None:
        """Ctrl+C ends other programs; here it does no harm."""
        self.status.notice(Notice("info", f"Press {self.key_for('app.quit')} to quit.", seconds=4))

    def on_key(self, event: events.Key) -> None:
        """A key that nobody wanted may be a letter for the composer."""
        self.keys.typed(event)

    def on_paste(self, event: events.Paste) -> None:
        """A paste that nobody wanted is for the composer, wherever the focus is."""
        if self.focused is self.sidebar:
            self.parts.people.leave()
        self.keys.pasted(event)

    def action_help(self) -> None:
        """Everything that can be typed and pressed."""
        from chat_tui.screens.dialogs.help import HelpScreen  # noqa: PLC0415 - not before the first frame
        from chat_tui.widgets.bars.find import SearchBar  # noqa: PLC0415 - not before the first frame

        self.app.push_screen(HelpScreen(command_table(), self._keys_with(SearchBar).help(), retention(self._store)))

    def _greet(self) -> None:
        self.post_message(self.Greeted())

    def _take_name(self, name: str) -> None:
        self.post_message(self.NameTaken(name))

    def _leave(self) -> None:
        self.feed.release_name_on_close()
        self.run_worker(self.app.action_quit())

    def action_send(self) -> None:
        """What Enter does in the composer."""
        self.composer.action_send()

    def action_write(self) -> None:
        """Back to the composer, and from a search to where one was reading."""
        self.parts.find_keys.close()

    def action_temp(self) -> None:
        """What Ctrl+L does in the composer."""
        self.parts.compose_area.next_temp()

    def action_undo(self) -> None:
        """Take the last line or deletion back."""
        self.keys.undo()

    def action_empty(self) -> None:
        """Begin a text anew; what is selected is copied instead."""
        self.keys.empty()

    def action_connect(self) -> None:
        """Don't wait for the next try."""
        self.feed.retry_now()

    def action_pick_message(self) -> None:
        """Choose a message by keyboard."""
        self.parts.timeline.begin_pick()

    def action_page(self, pages: int) -> None:
        """Leaf through the messages."""
        self.keys.page(pages)

    def action_newest(self) -> None:
        """To the newest message."""
        self.keys.newest()

    def action_first_unread(self) -> None:
        """To the first unread message."""
        self.keys.first_unread()

    def action_back(self) -> None:
        """Back from where a jump led."""
        self.keys.back()

    def action_pick_target(self) -> None:
        """Ask for the person that the next messages are for."""
        self.parts.recipient.pick()

    def action_people(self) -> None:
        """Show who is here, and go there; or come back."""
        self.parts.people.toggle()

    def action_go(self) -> None:
        """Ask where to go."""
        self.parts.going.open()

    def action_go_at_end(self) -> None:
        """The same by a key that deletes to the end of the line, where there is nothing to delete."""
        self.keys.must_be_at_end()
        self.parts.going.open()

    def action_unread(self, by: int) -> None:
        """To the next view with something unread, or the one before."""
        self.parts.switcher.open_unread(by)

    async def action_find(self, phrase: str = "") -> None:
        """Ask what to look for, or go on asking."""
        await self.parts.find_keys.open(phrase)

    def action_find_step(self, by: int) -> None:
        """The next older find (1), or the next newer one (-1)."""
        self.parts.find_keys.step_by_letter(by)

    def action_find_on(self, by: int) -> None:
        """The same by a click, wherever the focus is."""
        self.parts.find_keys.step(by)

    def action_pick_found(self) -> None:
        """From the phrase to the message that it was found in."""
        self.parts.find_keys.pick()

    def action_find_in_record(self, query: str = "") -> None:
        """Ask the server for messages."""
        self.parts.lookup.open(query)
