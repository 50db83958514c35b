"""Connection registry: admits the connections of a server, sweeps their deadlines, and waits for their end."""

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING

from websockets.http11 import Request

from chat_server.core.addresses import AddressSet, household_of
from chat_server.core.limits import Admission, PendingHandshakes
from chat_server.core.metrics import Counts
from chat_server.settings import Settings
from chat_server.transport.opening import Opening
from chat_server.transport.read_scheduler import ReadScheduler

if TYPE_CHECKING:  # a connection enters its registry, which looks at it in turn
    from chat_server.transport.connection import Connection

_SWEPT_AT_ONCE = 200  # connections; to ping or to cut off so many takes 4 ms


class ConnectionRegistry:
    """All connections of a server, those in a handshake included: admits them, sweeps them, waits for their end.

    It has what they share: settings, read scheduler and counts.
    """

    def __init__(self, settings: Settings, scheduler: ReadScheduler, counts: Counts, admission: Admission) -> None:
        self.settings = settings
        self.scheduler = scheduler
        self.counts = counts
        self.empty = asyncio.Event()  # there is no connection
        self._connections: set[Connection] = set()
        self.admission = admission
        self.proxies = AddressSet(settings.trusted_networks, unix=settings.trusts_unix)
        self.exempt = AddressSet(settings.exempt_networks)
        self._pending: PendingHandshakes[Connection] = PendingHandshakes(admission.most_handshakes)

    def __len__(self) -> int:
        return len(self._connections)

    def __iter__(self) -> "Iterator[Connection]":
        """Go through those of now; some may come and go meanwhile."""
        return iter(list(self._connections))

    def enter(self, connection: "Connection") -> bool:
        """Count it. Whether it fits is settled now, so that those who come later don't push it out.

        Its `excess` is `full`, of the server, or of its address `crowded` with those who have no secret, or `packed`.

        Returns whether it comes from a trusted proxy, so that its client's address is not known yet.
        """
        self._connections.add(connection)
        self.empty.clear()
        admission = self.admission
        admission.enter()
        if admission.full:
            connection.excess = "full"
        from_proxy = connection.address in self.proxies
        if not from_proxy:
            self._place(connection)
        if admission.overrun:
            self.counts.refused["overrun"] += 1
            connection.transport.abort()
        elif oldest := self._pending.enter(connection):
            self.counts.refused["shed"] += 1
            oldest.transport.abort()
        return from_proxy

    def locate(self, connection: "Connection", opening: Opening, request: Request) -> None:
        """Settle the address of who is behind a trusted proxy, if the proxy says it."""
        if opening.from_proxy and (address := opening.client_of(request.headers, self.proxies)):
            connection.address = address
            self._place(connection)

    def _place(self, connection: "Connection") -> None:
        """Count it for its address, unless that has no limit."""
        address = connection.address
        if not address or address in self.exempt:
            return
        connection.household = household = household_of(address)
        self.admission.enter_from(household)
        if not connection.excess and self.admission.packed(household):
            connection.excess = "packed"
        elif not connection.excess and self.admission.crowded(household):
            connection.excess = "crowded"

    def show_secret(self, connection: "Connection") -> None:
        """Count it among those who have a secret."""
        connection.has_secret = True
        self.admission.show_secret(connection.household)

    def opened(self, connection: "Connection") -> None:
        """Count a handshake that is done."""
        self._pending.leave(connection)
        self.counts.handshakes += 1

    def leave(self, connection: "Connection") -> None:
        """Forget it."""
        self._pending.leave(connection)
        self._connections.discard(connection)
        if not self._connections:
            self.empty.set()
        self.admission.leave()
        self.admission.leave_from(connection.household, has_secret=connection.has_secret)

    @property
    def busy(self) -> bool:
        """Is anything that was received still being worked on?"""
        return any(connection.busy for connection in self._connections)

    async def sweep(self, now: float) -> None:
        """Look at every deadline, at the loop's time `now`; whatever else there is to do goes on in between."""
        for number, connection in enumerate(self, 1):
            connection.sweep(now)
            if number % _SWEPT_AT_ONCE == 0:
                await asyncio.sleep(0)
