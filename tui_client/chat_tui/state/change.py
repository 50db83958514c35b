"""Change: the difference that events make to the store, all that a picture of it has to be told. Pure."""

from typing import Literal

import msgspec

from chat_tui.state.outbox import RefusedLine


class Change(msgspec.Struct):
    """What one or many events have changed.

    `reset`: `messages` is to be read anew, and `removed` says which ids are gone or are another message now. Otherwise
    take `removed` out first, then put `inserted` in their places and `added` at the end (ids, ascending). `changed` are
    the ids of messages that were here before and look different now, for whatever reason.
    `roster`: who is here, their names or their unread counts, or who is muted. `settled`: keys of pending messages that
    are kept now. `refused`: lines of ours that are not carried out, each with a code and a sentence. `errors`:
    sentences about none of our lines. `first`: a server has greeted us, for the first time in this run. `missed`: after
    a reconnect, or at the start of who was here before, how many messages of others came meanwhile, None otherwise;
    `missed_to_you`: how many of those that are here are for us alone or mention us. `anew`: after a reconnect, nothing
    of what was held is in the server's record any more; `lost`: so many of the messages are not, and others are, as
    after it was restored from a backup. `rule`: `first_unread` is another
    one. `edges`: where what is loaded ends looks different. `page`: the messages that were asked for have come, or why
    they don't (a code and a sentence). `more`: the next change follows at once, as whoever calls the store knows.

    All this is about the view on the screen, but for `settled`, `refused` and `errors`, and but for `missed`, which
    counts what came to any view. `unread_from` is the first message here of what was missed, or not seen before another
    view was shown. `switched`: another view is on the screen. `views`: in others there is more or less to read than
    before, or there are others. `greeted`: this is a new connection.
    """

    reset: bool = False
    added: list[int] = msgspec.field(default_factory=list)
    inserted: list[int] = msgspec.field(default_factory=list)
    removed: list[int] = msgspec.field(default_factory=list)
    changed: list[int] = msgspec.field(default_factory=list)
    roster: bool = False
    settled: list[int] = msgspec.field(default_factory=list)
    refused: list[RefusedLine] = msgspec.field(default_factory=list)
    errors: list[str] = msgspec.field(default_factory=list)
    first: bool = False
    missed: int | None = None
    missed_to_you: int = 0
    anew: bool = False
    lost: int = 0
    you_changed: bool = False
    rule: bool = False
    edges: bool = False
    page: Literal["loaded"] | tuple[str, str] | None = None
    more: bool = False
    unread_from: int | None = None
    switched: bool = False
    views: bool = False
    greeted: bool = False
