"""Remembered views: what the next run is told of rooms and conversations, and how a run goes on from that. Pure."""

from chat_tui.state.read_place import LOBBY, ReadPlace, SavedViews
from chat_tui.state.store import Store
from chat_tui.state.view import NOTHING_READ, View, format_key, parse_key


def note_read(store: Store) -> bool:
    """All that has come to the view on the screen has been read; is that more than before?"""
    view = store.views.shown
    seq = view.position.seq
    if not store.epoch or seq <= view.read_until or view is store.views.to_you:
        return False
    view.read_until = seq
    return True


def home_cursor(store: Store) -> int:
    """Up to which entry all that comes with the home has been read, direct messages too."""
    news = [view.unread.first_new for view in store.views.people]
    return min([max(0, store.views.home.read_until), *(number - 1 for number in news if number is not None)])


def marks(store: Store) -> dict[str | None, int]:
    """Up to where each room has been read, by its name in commands: None for the home."""
    rooms = store.views.rooms
    found = {store.views.wire_room(view): view.read_until for view in rooms}
    return {room: seq for room, seq in (found | {None: home_cursor(store)}).items() if seq > 0}


def saved_views(store: Store) -> SavedViews:
    """What to write down."""
    views = store.views
    read = {_word(store, view): view.read_until for view in views if view.read_until >= 0 and view is not views.to_you}
    return SavedViews(
        store.epoch or "", read, home_cursor(store), tuple(store.joins.rooms), format_key(views.shown.key)
    )


def _word(store: Store, view: View) -> str:
    return LOBBY if view is store.views.home else format_key(view.key)


def restore_views(store: Store, saved: SavedViews) -> None:
    """Go on from what was written down."""
    store.views.home.read_until = saved.read.get(LOBBY, NOTHING_READ)
    for room in saved.rooms:
        seq = saved.read.get(f"#{room}")
        store.join(room, ReadPlace(saved.epoch, seq) if saved.epoch and seq is not None else None)
        store.views.open_room(room).read_until = NOTHING_READ if seq is None else seq
    for word, seq in saved.read.items():
        if (key := parse_key(word)) is not None and key.kind == "person":
            store.views.begin_conversation(key.name)
            if (view := store.views.by_key.get(key)) is not None:
                view.read_until = seq
    if (key := parse_key(saved.shown)) is not None and key in store.views.by_key:
        store.switch(key)


def names(store: Store) -> dict[str, str]:
    """The names of those with whom there is a conversation."""
    people = store.people
    known = {view.key.name: people.name_of(view.key.name) for view in store.views.people}
    return {who: name for who, name in known.items() if people.is_remembered(who)} | people.written_to
