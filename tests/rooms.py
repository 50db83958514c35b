"""A room over the simplest log there can be: what is decided is numbered and applied at once."""

import math
from functools import partial

from chat_protocol.commands import Delete, Say
from chat_protocol.events import Client, Init, decode_event, encode_event
from chat_server.core.entries import decode_draft, encode_draft
from chat_server.core.presence import Presence
from chat_server.core.room import Room
from chat_server.core.roster import Roster
from chat_server.core.sync import SyncBuilder
from chat_server.core.timeline import Timeline


class NumberedRoom:
    """People who say and delete things in one room; somebody called ana has the id ~ana."""

    def __init__(self, *names, history=1000, keep=math.inf, max_text=4096, max_lines=100, part=object):
        self.roster = Roster(grace=60.0)
        self._people = [f"~{name}" for name in names]
        for name in names:
            self.roster.join(f"~{name}", name, 0.0)
        self._timeline = partial(_of(Timeline, part), history=history, keep=keep)
        self._room = partial(_of(Room, part), max_text=max_text, max_lines=max_lines)
        self._sync = _of(SyncBuilder, part)
        self.seq = 0
        self._kept = {}  # number -> body of an entry that was not erased
        self.restart()

    def restart(self):
        """All that is remembered is what the log has kept."""
        self.timeline = self._timeline()
        self.room = self._room(self.timeline, self.roster)
        self.presence = Presence(self.roster)
        for client_id in self._people:
            self.presence.enter(client_id)
        self.sync = self._sync(self.room, self.presence)
        for seq, body in self._kept.items():
            self.room.apply(seq, decode_draft(body))

    def keep(self, draft):
        """The log takes an entry; returns who is shown what by it."""
        self.seq += 1
        body = self._kept[self.seq] = encode_draft(draft)
        self._kept.pop(draft.erases, None)
        return self.room.apply(self.seq, decode_draft(body))

    def decide(self, name, command, now=0.0):
        """The draft of what somebody wishes; may raise CommandRefused."""
        return self.room.decide(f"~{name}", command, now)

    def say(self, name, text="hi", now=0.0, **fields):
        """Somebody's message, kept."""
        return self.keep(self.decide(name, Say(text, **fields), now)).event

    def delete(self, name, message_id=None, now=0.0):
        """Somebody deletes a message (None: the last); returns the delivery."""
        return self.keep(self.decide(name, Delete(message_id), now))

    def expire(self, now):
        """What is due by now, kept; returns the deliveries."""
        return [self.keep(draft) for draft in self.timeline.due(now)]

    def initial_sync(self, name, now=0.0, resume=None):
        """The first event for somebody who comes, or comes back, as it is read."""
        init = decode_event(encode_event(self.encoded_sync(name, now, resume)))
        assert isinstance(init, Init)
        return init

    def encoded_sync(self, name, now=0.0, resume=None):
        """The same, as it is written; its messages may have been encoded for others before."""
        you = Client(f"~{name}", name)
        return self.sync.initial_sync(
            you, epoch="e", now=now, limits={"text": 4096.0}, position=self.seq, resume=resume
        )

    def seen_by(self, name, now=0.0):
        """The ids in that greeting."""
        return [message.id for message in self.initial_sync(name, now).messages]


def _of(kind, part):
    """The part to be tested where it is of this kind; else the kind itself."""
    return part if issubclass(part, kind) else kind
