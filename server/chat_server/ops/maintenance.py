"""What a log needs done that outlives the server: what happened before, what ended meanwhile, what is too old."""

import asyncio
import logging
from collections.abc import Callable

from chat_server.core.entries import NewDeletion, encode_draft
from chat_server.log import DELETE, LogError, Opened
from chat_server.sessions.context import Service

_log = logging.getLogger("chat_server")

_AT_ONCE = 1_000
_MARK_SECONDS = 60.0
_ROUND = 60  # marks from one looking for what is too old to the next


async def remember(service: Service, opened: Opened) -> None:
    """Tell the room what is not replayed, and who has a name: for them the time of grace begins now."""
    service.timeline.begin_after(opened.replay_after)
    await _remember_ends(service, opened.replay_after)
    for name in service.room.roster.restore(await service.log.roster(), service.now()):
        await service.log.release(name)


async def _remember_ends(service: Service, until: int) -> None:
    entries = await service.log.expiring(until)
    for start in range(0, len(entries), _AT_ONCE):
        service.timeline.remember_ends((entry.seq, entry.body) for entry in entries[start : start + _AT_ONCE])
        await asyncio.sleep(0)


async def end_what_is_over(service: Service) -> int:
    """Delete what has expired while there was no server; returns the number of the last deletion, or 0."""
    drafts = service.timeline.due(service.now())
    last = 0
    for start in range(0, len(drafts), _AT_ONCE):
        kept = [delete_expired(service, draft) for draft in drafts[start : start + _AT_ONCE]]
        for draft, result in zip(drafts[start:], await asyncio.gather(*kept, return_exceptions=True), strict=False):
            if isinstance(result, BaseException):  # it is shown to nobody, and tried again
                service.room.abandon(draft)
                service.log_failed_at = service.now()
                _log.warning("an expired message could not be deleted: %s", result)
            else:
                last = max(last, result)
    return last


def delete_expired(service: Service, draft: NewDeletion) -> asyncio.Future[int]:
    """Have the log keep the deletion of what has expired. The room asks for it once; no key has to be remembered."""
    return service.log.append(DELETE, encode_draft(draft), erases=draft.id)


async def tend(service: Service, alarm: Callable[[], None]) -> None:
    """For ever: the log knows how late it is, what is older than is to be kept goes, no end is forgotten.

    `alarm` is called when there may be something that is due earlier.
    """
    minutes = 0
    while True:
        try:
            await service.log.mark(service.now())
            if minutes % _ROUND == 0:
                await prune(service)
                await _remember_ends(service, service.timeline.applied)
                alarm()
        except LogError as error:
            _log.warning("the log was not seen to: %s", error)
        minutes += 1
        await asyncio.sleep(_MARK_SECONDS)


async def prune(service: Service) -> None:
    """Let go of what is not to be kept any longer."""
    seconds, messages = service.settings.keeping
    if seconds is not None or messages is not None:
        before = None if seconds is None else service.now() - seconds
        service.timeline.forget_before(await service.log.prune(before=before, newest=messages) + 1)
