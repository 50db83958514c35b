"""Any doings of four people end as they should; and rooms that break a rule are caught at it."""

import math
from itertools import chain

import pytest
from hypothesis import Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from msgspec.structs import replace

from chat_protocol.commands import Delete
from chat_protocol.events import Deleted, Message
from chat_server.core.room import CommandRefused, Room
from chat_server.core.sync import SyncBuilder
from chat_server.core.timeline import Timeline
from room_model import NAMES, Conversation

TestConversation = Conversation.TestCase
TestConversation.settings = settings(stateful_step_count=40)


class _Loud(Room):
    """Shows everything to everyone."""

    def apply(self, seq, draft):
        delivery = super().apply(seq, draft)
        return delivery and replace(delivery, audience=None)


class _LoudDeletions(Room):
    """Tells everyone of every deletion."""

    def apply(self, seq, draft):
        delivery = super().apply(seq, draft)
        return replace(delivery, audience=None) if delivery and isinstance(delivery.event, Deleted) else delivery


class _Silent(Room):
    """Forgets to show a direct message to its target."""

    def apply(self, seq, draft):
        delivery = super().apply(seq, draft)
        if isinstance(delivery.event, Message) and delivery.audience is not None:
            return replace(delivery, audience=frozenset({delivery.event.from_id}))
        return delivery


class _OpenGreeting(Timeline):
    """Greets with everything, as if the newcomer had sent it all."""

    def newest_first(self, *_):
        shown = [Timeline.newest_first(self, f"~{name}", -math.inf, 0) for name in NAMES]
        everything = {message.id: message for message in chain(*shown)}
        return [everything[number] for number in sorted(everything, reverse=True)]


class _Immortal(Timeline):
    """Lets nothing expire."""

    def due(self, _now):
        return []


class _Nagging(Timeline):
    """Tells an expiry again until it is kept."""

    def due(self, now):
        drafts = super().due(now)
        for draft in drafts:
            self.cancel_deletion(draft.id)
        return drafts


class _Telling(Room):
    """Has other words for what somebody may not see than for what is not there."""

    def decide(self, sender, command, now):
        try:
            return super().decide(sender, command, now)
        except CommandRefused as refused:
            number = command.id if isinstance(command, Delete) else command.reply_to
            if self.timeline.known(number):
                raise CommandRefused(refused.code, "That is private.") from None
            raise


class _Stubborn(Room):
    """Remembers a deletion that the log could not keep."""

    def abandon(self, draft):
        pass


class _Renumbering(Room):
    """Numbers messages by itself."""

    def apply(self, _seq, draft):
        return super().apply(len(self.timeline) + 1, draft)


class _Hoarding(Timeline):
    """Deletes for those who are here, and greets with it again."""

    def remove(self, seq, message_id, audience=None):
        message = self.known(message_id)
        deletion = super().remove(seq, message_id, audience)
        if message:
            self.add(message, deletion.audience)
            self.applied = seq
        return deletion


class _Remembering(Timeline):
    """Greets with what was encoded before the last entry."""

    def on_next_change(self, call):
        pass


class _Timeless(SyncBuilder):
    """Greets with what has ended since it was encoded."""

    def initial_sync(self, you, *, now, resume=None, **fields):
        self.encoded = getattr(self, "encoded", {})
        seq = super().initial_sync(you, now=now, **fields).seq
        since = self.encoded.setdefault((seq, resume), now)
        return super().initial_sync(you, now=since, resume=resume, **fields)


class _Alike(Timeline):
    """Takes what was encoded for one as good for all."""

    def has_own_view(self, _client_id, _after):
        return False


class _Amnesiac(Timeline):
    """Does not remember for who comes back that something is gone."""

    def gone_since(self, _after, _client_id, _now):
        return []


class _Gossip(Timeline):
    """Tells whoever comes back of everybody's deletions."""

    def gone_since(self, after, _client_id, now):
        return sorted(set(chain(*(Timeline.gone_since(self, after, f"~{name}", now) for name in NAMES))))


class _Forgetful(Timeline):
    """Knows after a restart no more who could see what is gone."""

    def remove(self, seq, message_id, audience=None):
        del audience
        return super().remove(seq, message_id)


class _Repeating(Timeline):
    """Sends again the last that was seen."""

    def newest_first(self, client_id, now, after):
        return super().newest_first(client_id, now, max(0, after - 1))


class _Forgiving(Timeline):
    """Leaves on the screen what has ended and is only waiting to be deleted."""

    def gone_since(self, after, client_id, now):
        return [number for number in super().gone_since(after, client_id, now) if self.end_of(number) is None]


class _Careless(SyncBuilder):
    """Takes what one who comes back has missed for what all have missed."""

    def initial_sync(self, you, *, resume=None, **fields):
        self.encoded = getattr(self, "encoded", {})
        seq = super().initial_sync(you, **fields).seq
        first = None if resume is None else self.encoded.setdefault(seq, resume)
        return super().initial_sync(you, resume=first, **fields)


@pytest.mark.parametrize(
    "mutant",
    [
        _Loud, _LoudDeletions, _Silent, _OpenGreeting, _Immortal, _Nagging, _Telling, _Stubborn, _Renumbering,
        _Hoarding, _Remembering, _Timeless, _Alike, _Amnesiac, _Gossip, _Forgetful, _Repeating, _Forgiving, _Careless,
    ],
    ids=lambda mutant: mutant.__name__,
)  # fmt: skip
def test_a_room_that_breaks_a_rule_is_caught(mutant):
    """The check above would notice. Of the searches tried, this one is the quickest to find all of them."""
    machine = seed(3)(type(mutant.__name__, (Conversation,), {"part": mutant}))
    quick = settings(
        max_examples=2000,
        stateful_step_count=25,
        database=None,
        phases=[Phase.generate],
        print_blob=False,
    )
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine, settings=quick)
