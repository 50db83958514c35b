"""Network addresses: sets of them, and the part of one that limits count by. Pure.

An address is what a socket gives: IPv4 or IPv6 as text, or "" where there is none (a Unix socket).
"""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache

from chat_server.settings import Network

_REMEMBERED = 4096
_HOUSEHOLD = 64  # bits of an IPv6 address that a provider gives to one customer


class AddressSet:
    """Addresses and networks, as an operator has named them; `unix`: those without an address are in it too."""

    def __init__(self, networks: Iterable[Network], *, unix: bool = False) -> None:
        self._networks = tuple(networks)
        self._unix = unix
        self._has = lru_cache(_REMEMBERED)(self._look)

    def __contains__(self, address: object) -> bool:
        return self._has(str(address)) if address else self._unix

    def _look(self, address: str) -> bool:
        parsed = _parse(address)
        return any(parsed.version == network.version and parsed in network for network in self._networks)


@lru_cache(_REMEMBERED)
def plain_address(address: str) -> str:
    """Return an address in its shortest form: without a zone, and IPv4 where it is only written as IPv6.

    Raises:
        ValueError: when it is none.
    """
    return str(_parse(address))


@lru_cache(_REMEMBERED)
def household_of(address: str) -> str:
    """Return what an address shares with others of the same owner: itself, or the first 64 bits of an IPv6 address."""
    parsed = _parse(address)
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.IPv6Network((int(parsed), _HOUSEHOLD), strict=False))


def _parse(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        return parsed.ipv4_mapped
    return parsed
