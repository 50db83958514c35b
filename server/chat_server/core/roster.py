"""Roster: the clients of a server, and the names that they own. Pure: no I/O, no clock.

A name belongs to the client id that took it until `/exit` gives it up, or until the time of grace after its last
connection has passed. One client may have several connections. In which rooms they are says `presence`.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from chat_protocol.lookalikes import looks_of
from chat_protocol.names import CLIENT_ID_MARK, fold_name

_FORMER_NAMES = 3  # of one client that are kept for it
# Names of guests are many, and most have a digit that looks like a letter: what looks like one is turned back instead.
_GUEST = re.compile(r"User[0-9]+")
_LIKE_GUEST = re.compile(r"user[lo2-9]+")


@dataclass(slots=True)
class _Member:
    name: str
    connections: int = 0
    kept_until: float = 0.0  # when the name goes back, once nobody is connected


class Roster:
    """The clients of a server by id, and their names. A name is kept for `grace` seconds after its owner has gone.

    So is a former name after its owner has taken another: what is said to it reaches nobody else. Of those who have
    gone from one household (see `household_of`) `most_kept` names are kept, or all where that is "".
    """

    def __init__(self, grace: float, most_kept: int = 1 << 40) -> None:
        self._grace = grace
        self._most_kept = most_kept
        self._members: dict[str, _Member] = {}
        self._owners: dict[str, str] = {}  # folded name -> client id
        self._looks: dict[str, str] = {}  # what a name looks like, where that is another word -> folded name
        self._away: dict[str, str] = {}  # client id -> household
        self._kept_for: Counter[str] = Counter()  # households
        self._former: dict[str, dict[str, float]] = {}  # client id -> name -> until when it is kept
        self._guests = 0

    def name_of(self, client_id: str) -> str | None:
        """The name of a client that is here, or that is away and still has its name."""
        member = self._members.get(client_id)
        return member.name if member else None

    def owner_of(self, name: str) -> str | None:
        """The id of the client to whom a name belongs."""
        return self._owners.get(fold_name(name))

    def find(self, target: str) -> str | None:
        """The id of the client that an id or a name stands for."""
        if target.startswith(CLIENT_ID_MARK):
            return target if target in self._members else None
        return self.owner_of(target)

    def guest_name(self) -> str:
        """A name like User123 that nobody has."""
        while True:
            self._guests += 1
            name = f"User{self._guests}"
            if self.owner_of(name) is None:
                return name

    def looks_like(self, name: str, client_id: str) -> str | None:
        """Return the name of somebody else for which people would take this one."""
        for look in looks_of(name):
            for folded in (self._looks.get(look, look), _guest_with(look)):
                owner = self._owners.get(folded, client_id)
                if owner != client_id and folded != fold_name(name):
                    now = self._members[owner].name
                    return now if fold_name(now) == folded else folded
        return None

    def join(self, client_id: str, name: str, now: float) -> list[str]:
        """Count one more connection of a client, under a name that is its own or free; returns names that are free."""
        member = self._members.get(client_id)
        if member is None:
            member = self._members[client_id] = _Member(name)
            self._give(name, client_id)
        member.connections += 1
        self._come_back(client_id)
        return self.rename(client_id, name, now) if member.name != name else []

    def rename(self, client_id: str, name: str, now: float) -> list[str]:
        """Give a client another name, which is its own or free; returns names that are free by it."""
        member = self._members[client_id]
        old, member.name = member.name, name
        former = self._former.pop(client_id, {})
        for own in [own for own in former if fold_name(own) == fold_name(name)]:
            del former[own]
        if fold_name(old) == fold_name(name):
            self._take(old)
        else:
            former[old] = now + self._grace
        self._give(name, client_id)
        most = _FORMER_NAMES if self._grace else 0
        freed = list(former)[: max(0, len(former) - most)]
        for own in freed:
            del former[own]
            self._take(own)
        if former:
            self._former[client_id] = former
        return freed

    def leave(self, client_id: str, now: float, *, keep_name: bool, household: str = "") -> list[str]:
        """Count one connection less. Returns the names that became free by it."""
        member = self._members[client_id]
        member.connections -= 1
        if member.connections:
            return []
        if keep_name and self._grace and self._kept_for[household] < self._most_kept:
            self._go(client_id, now, household)
            return []
        return self._forget(client_id)

    def restore(self, owners: Mapping[str, str], now: float) -> list[str]:
        """Take names from before a restart (folded -> client id): their grace begins. Returns those that are free."""
        free = []
        for name, client_id in owners.items():
            former = self._former.get(client_id, {})
            is_here = client_id in self._members and client_id not in self._away
            if not self._grace or is_here or len(former) >= _FORMER_NAMES:
                free.append(name)
                continue
            if client_id in self._members:
                self._former[client_id] = {**former, name: now + self._grace}
            else:
                self._members[client_id] = _Member(name)
                self._go(client_id, now, "")
            self._give(name, client_id)
        return free

    def expire_names(self, now: float) -> list[str]:
        """Free the names whose time of grace has passed; returns them."""
        due = [client_id for client_id in self._away if self._members[client_id].kept_until <= now]
        freed = [name for client_id in due for name in self._forget(client_id)]
        for client_id, former in list(self._former.items()):
            for name in [name for name, until in former.items() if until <= now]:
                del former[name]
                self._take(name)
                freed.append(name)
            if not former:
                del self._former[client_id]
        return freed

    def next_due(self) -> float | None:
        """When `expire_names` will next have something to do."""
        ends = [self._members[client_id].kept_until for client_id in self._away]
        return min([*ends, *(until for former in self._former.values() for until in former.values())], default=None)

    # -- names --------------------------------------------------------------------------------------------------

    def _give(self, name: str, client_id: str) -> None:
        folded = fold_name(name)
        self._owners[folded] = client_id
        if _GUEST.fullmatch(name):
            return
        for look in looks_of(name):
            if look != folded:
                self._looks.setdefault(look, folded)

    def _take(self, name: str) -> None:
        folded = fold_name(name)
        self._owners.pop(folded, None)
        for look in looks_of(name):
            if self._looks.get(look) == folded:
                del self._looks[look]

    def _go(self, client_id: str, now: float, household: str) -> None:
        self._members[client_id].kept_until = now + self._grace
        self._away[client_id] = household
        if household:
            self._kept_for[household] += 1

    def _come_back(self, client_id: str) -> None:
        household = self._away.pop(client_id, "")
        if household:
            self._kept_for[household] -= 1
            if not self._kept_for[household]:
                del self._kept_for[household]

    def _forget(self, client_id: str) -> list[str]:
        member = self._members.pop(client_id)
        self._come_back(client_id)
        names = [member.name, *self._former.pop(client_id, {})]
        for name in names:
            self._take(name)
        return names


def _guest_with(look: str) -> str:
    """The folded name of the guest who looks like this; "" for none."""
    return look.replace("l", "1").replace("o", "0") if _LIKE_GUEST.fullmatch(look) else ""
