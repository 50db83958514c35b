"""Any doings of four people end as they should; and rooms that break a rule are caught at it."""

import math

import pytest
from hypothesis import Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from chat_protocol.commands import Delete
from chat_protocol.events import Deleted, Message
from chat_server.core.room import CommandRefused, Room
from room_model import Conversation

TestConversation = Conversation.TestCase
TestConversation.settings = settings(stateful_step_count=40)


class _Loud(Room):
    """Shows everything to everyone."""

    def apply(self, seq, body):
        delivery = super().apply(seq, body)
        return delivery and delivery._replace(audience=None)


class _LoudDeletions(Room):
    """Tells everyone of every deletion."""

    def apply(self, seq, body):
        delivery = super().apply(seq, body)
        return delivery._replace(audience=None) if delivery and isinstance(delivery.event, Deleted) else delivery


class _Silent(Room):
    """Forgets to show a direct message to its target."""

    def apply(self, seq, body):
        delivery = super().apply(seq, body)
        if isinstance(delivery.event, Message) and delivery.audience is not None:
            return delivery._replace(audience=frozenset({delivery.event.from_id}))
        return delivery


class _OpenGreeting(Room):
    """Greets with everything, as if the newcomer had sent it all."""

    def _shown_to(self, *_):
        return list(reversed(self._messages.values()))


class _Immortal(Room):
    """Lets nothing expire."""

    def due(self, _now):
        return []


class _Nagging(Room):
    """Tells an expiry again until it is kept."""

    def due(self, now):
        drafts = super().due(now)
        for draft in drafts:
            self.abandon(draft)
        return drafts


class _Telling(Room):
    """Has other words for what somebody may not see than for what is not there."""

    def decide(self, sender, command, now):
        try:
            return super().decide(sender, command, now)
        except CommandRefused as refused:
            number = command.id if isinstance(command, Delete) else command.reply_to
            if number in self._messages:
                raise CommandRefused(refused.code, "That is private.") from None
            raise


class _Stubborn(Room):
    """Remembers a deletion that the log could not keep."""

    def abandon(self, draft):
        pass


class _Renumbering(Room):
    """Numbers messages by itself."""

    def apply(self, _seq, body):
        return super().apply(len(self._messages) + 1, body)


class _Hoarding(Room):
    """Deletes for those who are here, and greets with it again."""

    def _apply_deletion(self, seq, message_id):
        message = self._messages.get(message_id)
        delivery = super()._apply_deletion(seq, message_id)
        if message:
            self._messages[message_id] = message
        return delivery


class _Remembering(Room):
    """Greets with what it had encoded before the last entry."""

    def apply(self, seq, body):
        encoded = dict(self._public)
        delivery = super().apply(seq, body)
        self._public = encoded
        return delivery


class _Timeless(Room):
    """Greets with what has ended since it was encoded."""

    def _encode_newest(self, client_id, now, after):
        return super()._encode_newest(client_id, now, after)._replace(until=math.inf)


class _Alike(Room):
    """Takes what it has encoded for one as good for all."""

    def _newest(self, client_id, now, after):
        if after not in self._public:
            self._public[after] = self._encode_newest(client_id, now, after)
        return self._public[after]


class _Amnesiac(Room):
    """Does not remember who came back that something is gone."""

    def _note_deletion(self, seq, deletion):
        pass


class _Gossip(Room):
    """Tells whoever comes back of everybody's deletions."""

    def _note_deletion(self, seq, deletion):
        super()._note_deletion(seq, deletion._replace(audience=None))


class _Repeating(Room):
    """Sends again the last that was seen."""

    def _shown_to(self, client_id, now, after):
        return super()._shown_to(client_id, now, max(0, after - 1))


class _Forgiving(Room):
    """Leaves on the screen what has ended and is only waiting to be deleted."""

    def _gone_since(self, after, client_id, now):
        return [number for number in super()._gone_since(after, client_id, now) if number in self._gone]


class _Careless(Room):
    """Takes what one who comes back has missed for what all have missed."""

    def _newest(self, client_id, now, after):
        key = None if after is None else -1
        if key not in self._public:
            shown = self._encode_newest(client_id, now, after)
            if key is None:
                return shown
            self._public[key] = shown
        return self._public[key]


@pytest.mark.parametrize(
    "mutant",
    [
        _Loud, _LoudDeletions, _Silent, _OpenGreeting, _Immortal, _Nagging, _Telling, _Stubborn, _Renumbering,
        _Hoarding, _Remembering, _Timeless, _Alike, _Amnesiac, _Gossip, _Repeating, _Forgiving, _Careless,
    ],
    ids=lambda mutant: mutant.__name__,
)  # fmt: skip
def test_a_room_that_breaks_a_rule_is_caught(mutant):
    """The check above would notice. Of the searches tried, this one is the quickest to find all of them."""
    machine = seed(14)(type(mutant.__name__, (Conversation,), {"room_type": mutant}))
    quick = settings(
        max_examples=2000,
        stateful_step_count=25,
        database=None,
        phases=[Phase.generate],
        print_blob=False,
    )
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine, settings=quick)
