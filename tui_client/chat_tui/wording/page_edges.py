"""Page edges: words where the loaded messages end, and about how long messages are kept. Pure."""

from chat_protocol.events import Message
from chat_tui.state.gaps import Gap
from chat_tui.state.store import Store

LOADING = "Loading older messages…"
_UNITS = (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))


def edge_of(store: Store, message: Message, before: Message | None) -> tuple[str, bool]:
    """The words above a message that comes after `before`, "" for none; and whether more can be loaded there."""
    if store.plain or not (store.views.shown.is_room or store.history.gaps):
        return "", False  # such a server is asked for nothing, and does not say where it begins
    gap = store.history.gap_above(message.id)
    if gap is not None:
        return (LOADING if _is_asked_for(store, gap) else _missing(before)), True
    return ("", False) if before is not None else (_beginning(store, message), False)


def _is_asked_for(store: Store, gap: Gap) -> bool:
    return store.pages.asked_before is not None and gap.start < store.pages.asked_before <= gap.stop


def _missing(before: Message | None) -> str:
    if before is None:
        return "Older messages: click to load them"
    return "Messages missing here: click to load, or l on the next one"


def _beginning(store: Store, message: Message) -> str:
    """What is older than the first message: nothing ever was, or it is not kept any more."""
    keep, most = store.limits.get("keep", 0), store.limits.get("history", 0)
    if message.id == 1 or not (keep or most):
        return "Start of the conversation"
    if keep:
        return f"Messages are kept for {span_words(keep)}"
    # The others that are kept, and what was deleted since, have numbers between this one and the newest.
    return (
        f"The newest {most:,.0f} messages are kept"
        if store.seq - message.id + 1 >= most
        else "Start of the conversation"
    )


def retention(store: Store) -> str:
    """A sentence about how long this room keeps messages; "" while nobody has said so."""
    keep, most = store.limits.get("keep", 0), store.limits.get("history", 0)
    if not store.epoch or store.plain:
        return ""
    if not (keep or most):
        return "Messages are kept until someone deletes them."
    which = f"The newest {most:,.0f} messages" if most else "Messages"
    return f"{which} are kept for {span_words(keep)}." if keep else f"{which} are kept."


def span_words(seconds: float) -> str:
    """A span of time in one unit that it is a whole number of, such as "30 days"."""
    name, unit = next(((name, unit) for name, unit in _UNITS if seconds % unit == 0), _UNITS[-1])
    count = round(seconds / unit)
    return f"{count} {name}" if count == 1 else f"{count} {name}s"
