"""Trusted proxies: read from a proxy's PROXY header (versions 1 and 2) or X-Forwarded-For who is behind it. Pure.

The caller asks only where the peer is a proxy that the operator trusts: from anybody else both are a wish.
https://www.haproxy.org/download/3.2/doc/proxy-protocol.txt has the PROXY header.
"""

import ipaddress
import re
from collections.abc import Container
from typing import NamedTuple

from websockets.datastructures import Headers

from chat_server.core.addresses import plain_address

_LONGEST_FIRST = 107  # bytes of a header of version 1, by its definition
_LONGEST_SECOND = 4096  # bytes after the fixed part of version 2; a certificate's name may be in them
_FIRST = b"PROXY "
_SECOND = b"\r\n\r\n\x00\r\nQUIT\n"
_LINE = re.compile(
    rb"PROXY (?:UNKNOWN(?: [ -~]*)?|TCP[46] (?P<source>[0-9A-Fa-f.:]+) [0-9A-Fa-f.:]+ \d{1,5} \d{1,5})\r\n"
)
_ADDRESSES = {0x11: 4, 0x21: 16}  # TCP over IPv4 and IPv6: bytes of an address
_ENTRY = re.compile(r"\[(?P<bracketed>[^\]]*)\](?::\d+)?|(?P<plain>[0-9.]+)(?::\d+)?|(?P<bare>[0-9A-Fa-f:.]+)")


class ProxyHeader(NamedTuple):
    """A PROXY header: how many bytes it takes, and from which address the connection is; "" for the proxy's own."""

    size: int
    address: str


def read_proxy_header(data: bytes) -> ProxyHeader | None:
    """Read the PROXY header that `data` begins with. None: it may be one, but more has to come.

    Where there is none, its size is 0.

    Raises:
        ValueError: when it is a broken one.
    """
    if data.startswith(_FIRST):
        return _read_first(data)
    if data.startswith(_SECOND):
        return _read_second(data)
    if _FIRST.startswith(data) or _SECOND.startswith(data):
        return None
    return ProxyHeader(0, "")


def _read_first(data: bytes) -> ProxyHeader | None:
    if line := _LINE.match(data):
        return ProxyHeader(line.end(), plain_address(line["source"].decode()) if line["source"] else "")
    if b"\n" in data or len(data) >= _LONGEST_FIRST:
        raise ValueError("not a valid version 1 PROXY header")
    return None


def _read_second(data: bytes) -> ProxyHeader | None:
    fixed = len(_SECOND) + 4
    if len(data) < fixed:
        return None
    version, family, size = data[12], data[13], int.from_bytes(data[14:16], "big")
    if version not in {0x20, 0x21} or size > _LONGEST_SECOND:
        raise ValueError("not a valid version 2 PROXY header")
    if len(data) < fixed + size:
        return None
    length = _ADDRESSES.get(family)
    if version == 0x20 or length is None:  # the proxy itself asks, or does not say for whom
        return ProxyHeader(fixed + size, "")
    if size < 2 * length + 4:
        raise ValueError("a PROXY header without addresses")
    return ProxyHeader(fixed + size, plain_address(str(ipaddress.ip_address(data[fixed : fixed + length]))))


def forwarded_for(headers: Headers, trusted: Container[str]) -> str | None:
    """Return the address for which a trusted proxy asks: the rightmost of X-Forwarded-For that is no such proxy's.

    Where all of them are, it is the first. None when it is not said, or can't be read: each proxy adds the address that
    it sees to the end, so what is left of the first foreign one may be invented.
    """
    entries = [entry.strip() for line in headers.get_all("X-Forwarded-For") for entry in line.split(",")]
    address = None
    for entry in reversed(entries):
        match = _ENTRY.fullmatch(entry)
        if match is None:
            return None
        try:
            address = plain_address(match["bracketed"] or match["plain"] or match["bare"])
        except ValueError:
            return None
        if address not in trusted:
            return address
    return address
