"""Composition root of the conversation: makes every part of it, and gives each what it needs."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from msgspec import structs
from textual.app import App

from chat_tui.connection.states import Status
from chat_tui.engine.feed import Feed
from chat_tui.screens.chat.addressing import Addressing, typed_commands
from chat_tui.screens.chat.autosave import DraftAutosave
from chat_tui.screens.chat.body import Body
from chat_tui.screens.chat.compose_area import ComposeArea
from chat_tui.screens.chat.find import Find
from chat_tui.screens.chat.find_keys import FindKeys
from chat_tui.screens.chat.focus import FocusTracker
from chat_tui.screens.chat.going import Going
from chat_tui.screens.chat.jumps import Jumps
from chat_tui.screens.chat.keys import ChatKeys
from chat_tui.screens.chat.memory import PlaceMemory
from chat_tui.screens.chat.message_actions import MessageActions
from chat_tui.screens.chat.message_area import MessageArea
from chat_tui.screens.chat.mute import Muting
from chat_tui.screens.chat.notifier import Notifier
from chat_tui.screens.chat.own_name import OwnName
from chat_tui.screens.chat.pager import Pager
from chat_tui.screens.chat.proxy_login import ProxyLogin
from chat_tui.screens.chat.recipient import Recipient
from chat_tui.screens.chat.returns import ReturnedLines
from chat_tui.screens.chat.rows import RowSource
from chat_tui.screens.chat.sending import Sender
from chat_tui.screens.chat.server_search import ServerLookup
from chat_tui.screens.chat.sidebar import SidebarPresenter
from chat_tui.screens.chat.status import StatusLine
from chat_tui.screens.chat.submission import Submission
from chat_tui.screens.chat.switching import ViewSwitcher
from chat_tui.screens.chat.timeline import EmptyNotice, TimelinePresenter
from chat_tui.screens.chat.undo import Undo
from chat_tui.screens.chat.unread import UnreadMarker
from chat_tui.state.store import Change, Store
from chat_tui.storage.drafts import Drafts
from chat_tui.storage.outbox_file import OutboxFile
from chat_tui.storage.places import PlaceFile
from chat_tui.toolkit.breakpoints import NARROW
from chat_tui.toolkit.ordered_keys import OrderedKeysApp
from chat_tui.toolkit.terminal_output import write_to_terminal
from chat_tui.widgets.bars.banner import Banner
from chat_tui.widgets.bars.header import HeaderBar
from chat_tui.widgets.composer.composer import Composer
from chat_tui.widgets.composer.reply_bar import ReplyBar
from chat_tui.widgets.lists.sidebar import Sidebar
from chat_tui.widgets.messages.frame import Spacing
from chat_tui.widgets.messages.message_list import MessageList
from chat_tui.wording import notices

if TYPE_CHECKING:
    from chat_tui.connection.client import Connection


class Host(NamedTuple):
    """What the parts ask of the screen that they are on."""

    help: Callable[[], None]
    """Show everything that can be typed and pressed."""
    leave: Callable[[], None]
    """End the program, as `/exit` does."""
    greeted: Callable[[], None]
    """The server has said who we are and what there is."""
    name_taken: Callable[[str], None]
    """A name that was typed is ours."""
    key_for: Callable[[str], str]
    """The key of a binding, by its id, as it is written in a sentence."""


class ChatParts:
    """Widgets first, then what reads, then what writes, at last the two containers: no part needs a later one."""

    def __init__(  # noqa: PLR0913 - each is named where it is called
        self,
        app: App[None],
        host: Host,
        store: Store,
        *,
        connect: Callable[[Callable[[], None]], "Connection"],
        name: str | None,
        clock: Callable[[], float],
        undo_seconds: float,
        drafts: Drafts,
        outbox: OutboxFile | None,
        place: PlaceFile | None,
    ) -> None:
        self._store = store
        self._host = host
        self.header = HeaderBar(id="header")
        self.banner = Banner(id="banner")
        rows = RowSource(store, clock)
        self.reply_bar = ReplyBar(rows.quote, id="reply")
        self.composer = Composer(id="composer")
        self.sidebar = Sidebar(id="sidebar")
        self.messages = MessageList(rows.row, rows.actions, rows.server_now, details=rows.details, id="messages")
        busy = partial(_key_is_new, app)
        self.messages.gives_way = busy
        self.composer.commands = typed_commands()
        self.address = Addressing()
        self.status = StatusLine(self.header, self.banner, self.sidebar)
        self._warn = warn = partial(app.notify, severity="warning", markup=False, timeout=10)
        self.feed = Feed(store, connect, self.follow, self._follow_status, clock, busy, outbox, warn)
        self.login = ProxyLogin(app, self.feed, self.header)
        self.notifier = Notifier(store, partial(write_to_terminal, app))
        self.memory = PlaceMemory(store, place, self.messages, self.feed.send_query)
        self._make_reading()
        self._make_writing(app, clock, name, drafts, undo_seconds)

    def _make_reading(self) -> None:
        store, messages, status = self._store, self.messages, self.status
        self.unread = UnreadMarker(store, messages, self.header, status, self.memory)
        self.timeline = TimelinePresenter(store, messages, self.unread, self.composer)
        self.empty = EmptyNotice(store, messages, self.timeline, status)
        self.find = Find(store, messages)
        self.find_keys = FindKeys(self.find, messages, self.timeline, self.composer)
        self.jumps = Jumps(store, messages, self.find, self.unread, status)
        self.pager = Pager(store, self.feed, messages, self.timeline, self.jumps, status)
        self.people = SidebarPresenter(store, self.address, self.sidebar, self.composer, self.header)
        self.focus = FocusTracker(self.notifier, messages, self.timeline, self.unread, self.people)

    def _make_writing(
        self, app: App[None], clock: Callable[[], float], name: str | None, drafts: Drafts, undo_seconds: float
    ) -> None:
        store, feed, messages, composer, status = self._store, self.feed, self.messages, self.composer, self.status
        self.drafts = DraftAutosave(drafts, composer, self._warn)
        self.own_name = OwnName(store, feed, composer, self.drafts, status, wanted=name, taken=self._host.name_taken)
        self.switcher = ViewSwitcher(
            store, feed, address=self.address, messages=messages, reply_bar=self.reply_bar, drafts=self.drafts,
            find=self.find, focus=self.focus, sidebar=self.people, status=status, changed=self.follow,
        )  # fmt: skip
        self.recipient = Recipient(
            store, self.address, self.switcher, self.reply_bar, self.people, self.drafts, self.jumps, status
        )
        self.going = Going(app, store, feed, self.switcher, self.recipient, self.people, status)
        self.muting = Muting(store, self.follow, self.find, status)
        self.undo = Undo(feed, status, undo_seconds)
        sender = Sender(store, feed, self.undo, self.own_name)
        self.returned = ReturnedLines(store, composer, self.recipient, self.drafts, self.own_name, self.undo, status)
        self.lookup = ServerLookup(feed, clock, self.find, self.pager, self.switcher, composer, status)
        self.actions = MessageActions(app, store, feed, self.pager, self.recipient, sender, status)
        submission = Submission(
            composer, self.recipient, self.drafts, sender, self.returned, local=self._local_commands(),
            leave=self._host.leave, key_for=self._host.key_for,
        )  # fmt: skip
        self.keys = ChatKeys(
            composer, messages, self.find_keys, self.jumps, self.undo, self.returned, status, self.pager
        )
        message_area = MessageArea(
            self.empty, messages, self.focus, self.find, self.pager, self.actions, composer, status
        )
        self.body = Body(message_area, self.sidebar, self.people, self.going, self.muting)
        self.compose_area = ComposeArea(
            self.banner,
            self.reply_bar,
            composer,
            self.recipient,
            self.drafts,
            submission,
            self.find_keys,
            self.timeline,
        )

    def _local_commands(self) -> dict[str, Callable[[str], str | None]]:
        return {
            "/to": self.recipient.turn_by_name,
            "/help": lambda _: self._host.help(),
            "/search": self.lookup.open,
            "/mute": partial(self.muting.mute_by_name, muted=True),
            "/join": self.switcher.join,
            "/leave": self.switcher.leave,
            "/rooms": self.going.open,
            "/who": lambda _: self.people.toggle(),
            "/unmute": partial(self.muting.mute_by_name, muted=False),
        }

    def press_banner(self, action: str) -> None:
        """Do what the banner offers: go back from a jump, take a line back, log in, or try to connect now."""
        match action:
            case notices.GO_BACK:
                self.jumps.go_back()
            case notices.UNDO:
                self.returned.take_back()
            case notices.LOG_IN:
                self.login.ask()
            case _:
                self.feed.retry_now()

    def fit(self, width: int, spacing: Spacing) -> None:
        """Give everything its short form, or its long one, in so many columns; `spacing` is the list's."""
        narrow = width < NARROW
        for part in (self.composer, self.reply_bar, self.header):
            part.compact = narrow
        self.messages.spacing = structs.replace(spacing, narrow=narrow)
        self.body.fit(width)

    def _follow_status(self, status: Status) -> None:
        self.status.show(status)
        self.login.follow(status)

    def follow(self, change: Change) -> None:
        """Bring the picture up to date with the store. Of several notices the last one stays, so the order counts."""
        self.switcher.follow(change)
        self.timeline.follow(change)
        self.find.follow(change)
        self.notifier.follow(change)
        self.undo.follow()
        self.recipient.follow(change)
        self.people.follow(change)
        self.own_name.follow(change)
        self.returned.follow(change)
        self.unread.follow(change)
        if change.greeted:
            self._host.greeted()
        if change.views or change.switched:
            self.memory.changed()
        self.empty.follow()
        self.pager.follow(change)


def _key_is_new(app: App[None]) -> bool:
    return isinstance(app, OrderedKeysApp) and app.key_is_new
