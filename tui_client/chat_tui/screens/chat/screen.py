"""The one screen of a conversation. The store is the only state; what is shown here is a picture of it."""

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.geometry import Size
from textual.message import Message
from textual.widgets import Static

from chat_protocol.commands import COMMANDS, Delete
from chat_tui.engine.feed import Feed
from chat_tui.screens.chat import rows
from chat_tui.screens.chat.addressing import LOCAL_COMMANDS, TEMPS
from chat_tui.screens.chat.find import Search
from chat_tui.screens.chat.message_actions import MessageActions
from chat_tui.screens.chat.notifier import Notifier
from chat_tui.screens.chat.people import PresenceScreen
from chat_tui.screens.chat.status import StatusLine
from chat_tui.screens.chat.timeline import TimelinePresenter
from chat_tui.screens.chat.undo import SECONDS, Undo
from chat_tui.screens.key_table import KeyTable
from chat_tui.state.store import Change, Store
from chat_tui.storage.drafts import Drafts
from chat_tui.storage.outbox_file import OutboxFile
from chat_tui.toolkit.compositor import cull
from chat_tui.toolkit.ordered_keys import OrderedKeysApp
from chat_tui.widgets.bars.banner import Banner
from chat_tui.widgets.bars.header import HeaderBar
from chat_tui.widgets.bars.keys import KeyBar
from chat_tui.widgets.composer.completion import CommandHint
from chat_tui.widgets.composer.composer import Composer
from chat_tui.widgets.composer.reply_bar import ReplyBar
from chat_tui.widgets.lists.roster import Roster
from chat_tui.widgets.messages.message_list import Action, MessageList, Row
from chat_tui.wording import notices
from chat_tui.wording.notices import Notice
from chat_tui.wording.page_edges import retention

if TYPE_CHECKING:
    from chat_tui.connection.client import Connection

NARROW = 72
WIDE = 104


class ChatScreen(PresenceScreen):
    """Message list, roster, composer, status."""

    class Greeted(Message):
        """The server has said who we are and what there is."""

    AUTO_FOCUS = "#composer"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help", id="chat.help", priority=True),
        Binding("ctrl+o", "pick_target", "Message whom?", id="chat.to", priority=True),
        Binding("pageup", "page(-1)", "Older messages", id="chat.page-up", priority=True),
        Binding("pagedown", "page(1)", "Newer messages", id="chat.page-down", priority=True),
        Binding("end", "newest", "Newest message", id="chat.newest", priority=True),
        Binding("backspace", "back", "Back from a jump", id="chat.back", show=False, priority=True),
        Binding("escape", "write", "Write", id="chat.write", show=False),
        Binding("f5", "connect", "Connect now", id="chat.connect", show=False),
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
    ) -> None:
        super().__init__(name, drafts or Drafts())
        cull(self)
        self.undo_seconds = undo_seconds
        self._clock = clock
        self.store = store
        self.notifier = Notifier(store, self.write_to_terminal)
        self._connect = connect
        self._outbox = outbox
        self._epoch: str | None = None
        self._empty_words = ""
        self._laid_out_for: Size | None = None
        self.keymap: Mapping[str, str] = {}

    @property
    def _keys(self) -> KeyTable:
        return KeyTable((type(self.app), ChatScreen, Composer, Roster), self.keymap)

    def compose(self) -> ComposeResult:
        """Header; messages and roster; what stands around the composer."""
        yield HeaderBar(id="header")
        with Horizontal(id="body"):
            with Vertical(id="stream"):
                yield Static(id="empty", markup=False)
                yield MessageList(self._row, self._actions, self._server_now, details=self._details, id="messages")
            yield Roster(id="roster")
        with Vertical(id="foot"):
            yield Banner(id="banner")
            yield ReplyBar(id="reply")
            yield Composer(id="composer")
        yield KeyBar(self._keys.bar(), self._keys.edge(), id="keys")

    def on_mount(self) -> None:
        """Find the parts, and begin."""
        self.header = self.query_one("#header", HeaderBar)
        self.empty = self.query_one("#empty", Static)
        self.messages = self.query_one("#messages", MessageList)
        self.messages.gives_way = self._key_is_new
        self.roster = self.query_one("#roster", Roster)
        self.banner = self.query_one("#banner", Banner)
        self.reply_bar = self.query_one("#reply", ReplyBar)
        self.composer = self.query_one("#composer", Composer)
        self.composer.commands = [
            *(CommandHint(spec.name, spec.arguments, spec.summary) for spec in COMMANDS if not spec.for_programs),
            *(CommandHint(*command) for command in LOCAL_COMMANDS),
        ]
        self.timeline = TimelinePresenter(self.store, self.messages, self.header, self.composer)
        self.search = Search(self.store, self.messages)
        self.follow_focus()
        self.status = StatusLine(self.header, self.banner)
        self.feed = Feed(
            self.store, self._connect, self.show_change, self.status.show, self._clock, self._key_is_new,
            self._outbox, self._warn,
        )  # fmt: skip
        self.undo = Undo(self.feed, self.status, self.undo_seconds)
        self.actions = MessageActions(
            self.app, self.store, self.feed, self.messages, self.status, delete=self.delete_message,
            reply_to=self.answer, write_to=self.set_target,
        )  # fmt: skip
        self._fit(self.app.size.width)
        self._show_emptiness()
        if draft := self.drafts.get(""):
            self.composer.set_text(draft)
        self.feed.load_saved()
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        """The first frame is drawn: connect."""
        self.run_worker(self.feed.run(), name="feed", exit_on_error=True)

    def _warn(self, text: str) -> None:
        """Say what is wrong beside the conversation."""
        self.app.notify(text, severity="warning", markup=False, timeout=10)

    def on_resize(self, event: events.Resize) -> None:
        """Below 72 columns everything has its short form."""
        if event.size == self._laid_out_for:
            event.prevent_default()  # at the start three such events come
            return
        self._laid_out_for = event.size
        self._fit(event.size.width)

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """At the start all has just been styled, and is laid out next."""
        if self._laid_out_for is None:
            event.refresh_styles = False
            self._laid_out_for = self.app.size

    def _fit(self, width: int) -> None:
        narrow = width < NARROW
        for part in (self.messages, self.composer, self.reply_bar, self.header):
            part.compact = narrow
        # Classes of the two that change, not breakpoints of the screen: those would style every widget anew.
        self.roster.set_class(width < WIDE, "-over").set_class(narrow, "-full")
        self.query_one("#keys").display = not narrow

    # -- what the list asks -------------------------------------------------------------------------------------

    def _row(self, key: int) -> Row | None:
        return rows.row_of(self.store, key, self._clock())

    def _actions(self, key: int) -> list[Action]:
        return rows.actions_for(self.store, key)

    def _details(self, key: int) -> str:
        return rows.details_of(self.store, key, self._clock())

    def _server_now(self) -> float:
        return self.store.server_now(self._clock())

    def _key_is_new(self) -> bool:
        return isinstance(self.app, OrderedKeysApp) and self.app.key_is_new

    # -- what the feed tells ------------------------------------------------------------------------------------

    def show_change(self, change: Change) -> None:
        """Bring the picture up to date with the store."""
        self.timeline.show(change)
        self.search.follow(change)
        self.notifier.follow(change)
        self.show_unread()
        self.end_undo()
        if self.address.reply_to in change.removed:
            self.reply_to(None)
            self.status.notice(Notice("warning", "The message that you were replying to was deleted.", seconds=6))
        if change.roster or change.you_changed or change.reset or change.missed is not None:
            self.show_people()
        if change.you_changed and not change.reset:
            self.messages.redraw()  # other messages may mention us
        if change.you_changed:
            self.learn_name(refused=bool(change.errors))
        for text in change.errors:
            self.status.notice(notices.taken_notice(text))
        for pending, code, reason in change.refused:
            if isinstance(pending.command, Delete):
                self.messages.refresh_rows([pending.command.id or 0])
            self.take_back(pending, code, reason)
        if change.missed is not None:
            self.status.notice(notices.back_notice(change.missed, anew=self._epoch != self.store.epoch))
            self.timeline.mark_missed(change.missed)
        if change.reset:
            self.post_message(self.Greeted())
        self._epoch = self.store.epoch
        self._show_emptiness()
        self.follow_pages(change)

    def _show_emptiness(self) -> None:
        """Never a blank wall."""
        alone = len(self.store.clients) == 1  # a server that does not say who is here leaves it open
        words = "You are the first one here." if alone else "Nothing was said here yet."
        words = "Loading older messages…" if self.store.more else words
        if self.status.connected_once and words != self._empty_words:
            self._empty_words = words  # what is updated is laid out again, and this is called with every change
            self.empty.update(words)
        self.empty.display = self.timeline.empty
        self.messages.display = not self.timeline.empty

    # -- the composer, the roster and the header ----------------------------------------------------------------

    def on_composer_temp_requested(self) -> None:
        """The next time to live."""
        labels = list(TEMPS)
        self.composer.temp = labels[(labels.index(self.composer.temp) + 1) % len(labels)]
        self.on_text_area_changed()  # what is to delete itself is not written down, nor what was written before

    def on_composer_pick_requested(self) -> None:
        """The newest message."""
        self.action_pick_message()

    def on_header_bar_everyone_requested(self) -> None:
        """Back to everyone."""
        self.set_target("")

    def on_header_bar_newest_requested(self) -> None:
        """To the end of the list."""
        self.to_newest()

    # -- keys ---------------------------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        """Whoever begins to write while a message is picked goes on in the composer.

        So does who began before there was one: such a key comes here, though the composer has the focus by now.
        """
        if event.key.startswith("alt+"):
            return
        if self.focused in (self.messages, self.composer, None) and event.is_printable and event.character:
            if self.finding_key(event):
                return
            event.stop()
            self.messages.close_pick()
            self.set_focus(self.composer)
            self.composer.insert_plain(event.character)

    def action_send(self) -> None:
        """What Enter does in the composer."""
        self.composer.action_send()

    def action_write(self) -> None:
        """Back to the composer, and from a search to where one was reading."""
        self.end_search()
        self.set_focus(self.composer)

    def action_temp(self) -> None:
        """What Ctrl+L does in the composer."""
        self.on_composer_temp_requested()

    def action_pick_message(self) -> None:
        """Choose a message by keyboard."""
        if not self.timeline.empty:
            self.set_focus(self.messages)
            self.messages.begin_pick()

    def action_page(self, pages: int) -> None:
        """Leaf through the messages, whatever has the focus."""
        if self.focused not in (self.composer, self.messages):
            raise SkipAction
        self.messages.action_page_up() if pages < 0 else self.messages.action_page_down()

    def action_newest(self) -> None:
        """To the newest message; while something is being written, End is the composer's."""
        if self.focused is not self.composer or self.composer.text:
            raise SkipAction
        self.to_newest()

    def action_back(self) -> None:
        """Back from where a jump led; while something is being written, Backspace is the composer's."""
        if not self.messages.can_go_back or self.focused not in (self.composer, self.messages):
            raise SkipAction
        if self.focused is self.composer and self.composer.text:
            raise SkipAction
        self.go_back()

    def key_for(self, binding: str) -> str:
        """The key of a binding, by its id, as it is written in a sentence."""
        return self._keys.key(binding)

    def action_help(self) -> None:
        """Everything that can be typed and pressed."""
        from chat_tui.screens.dialogs.help import HelpScreen  # noqa: PLC0415 - not before the first frame
        from chat_tui.widgets.bars.find import SearchBar  # noqa: PLC0415

        commands = [(spec.usage, spec.summary) for spec in COMMANDS if not spec.for_programs]
        local = [(f"{name} {arguments}".rstrip(), summary) for name, arguments, summary in LOCAL_COMMANDS]
        keys = KeyTable((type(self.app), ChatScreen, Composer, Roster, SearchBar), self.keymap)
        self.app.push_screen(HelpScreen([*commands, *local], keys.help(), retention(self.store)))
