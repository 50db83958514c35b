"""Server addresses: parses what people type into the WebSocket URL that it means. Pure."""

import ipaddress
import re
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from chat_protocol.patterns import deferred
from chat_protocol.text import clean_line

DEFAULT_PORT = 6789
DEFAULT_TLS_PORT = 443

_EXAMPLE = "Use one like 192.168.1.23:6789 or wss://chat.example.org."
_QUOTES = {'"': '"', "'": "'", "`": "`", "<": ">", "“": "”", "„": "“", "«": "»"}
_SLASHES_MISSING = deferred(r"(wss?|https?):/?(?![0-9]+(?:/|$))([^/\s].*)", re.IGNORECASE)
"""`ws:/host` and `ws:host:1`; not `ws:6789`, which is a port of a host called ws."""
_LABELS = deferred(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")  # as IDNA would leave it, whose codec takes a while
_HOST = deferred(r"(?!-)[A-Za-z0-9._-]{1,253}")
_LOGIN = deferred(r"^((?:[^/?#@]*://)?)[^/?#]*@")
_PATH_SAFE = "/%:@!$&'()*+,;=~"
_HERE = "localhost"
_NUMBERS = deferred(r"(?:0x[0-9a-f]+|[0-9]+)(?:\.(?:0x[0-9a-f]+|[0-9]+)){0,3}")
"""An IPv4 address as systems take it, `127.1` and `0x7f000001` included."""
_LOCAL_ENDINGS = (".local", ".lan", ".internal", ".home.arpa", ".localhost", ".test")


class ConnectionUrlError(ValueError):
    """An address that can't be one. Its text is for the person who typed it."""


def parse_url(text: str) -> str:
    """Return the URL that an address means: ASCII, with a scheme, a port and a path.

    `host`, `host:port`, `ws://…` and `wss://…` are understood; an IPv6 address may stand in brackets, and has to when a
    port follows. A login for a proxy in front of the server may stand before the host: `wss://user:password@host`.

    Raises:
        ConnectionUrlError: when it is no address; its text says what is wrong.
    """
    text = _unquoted(text.strip())
    if not text:
        raise ConnectionUrlError(f"The address is empty. {_EXAMPLE}")
    if without := _SLASHES_MISSING.fullmatch(text):
        scheme, rest = without[1].lower(), without[2]
        better = f"{scheme if scheme in ('ws', 'wss') else 'ws'}://{rest}"
        raise ConnectionUrlError(f'"{_short(text)}" needs two slashes: {_short(better)}')
    if "://" not in text:
        text = f"ws://[{text}]" if _is_ipv6(text) else f"ws://{text}"
    try:
        parts = urlsplit(text)
    except ValueError:
        raise ConnectionUrlError(f'"{_short(without_login(text))}" isn\'t an address. {_EXAMPLE}') from None
    if parts.scheme not in {"ws", "wss"}:
        raise ConnectionUrlError(f"Start the address with ws:// or wss://, not {_short(parts.scheme)}://.")
    if parts.fragment:
        raise ConnectionUrlError(f"Leave #{_short(parts.fragment)} out of the address.")
    path = quote(parts.path or "/", safe=_PATH_SAFE)
    query = f"?{quote(parts.query, safe=_PATH_SAFE + '?')}" if parts.query else ""
    host = _host(parts)
    return f"{parts.scheme}://{_login(parts, host)}{host}:{_port(parts)}{path}{query}"


def without_login(text: str) -> str:
    """Return an address as it may be shown and kept: without a user name and a password."""
    return _LOGIN.sub(r"\1", text)


def may_have_login(url: str) -> bool:
    """May a password be sent to this parsed URL? It goes over the network in secret only."""
    return urlsplit(url).scheme == "wss" or is_here(url)


def with_login(url: str, user: str, password: str) -> str:
    """Return a parsed URL with this user name and password in place of any other."""
    return without_login(url).replace("://", f"://{quote(user, safe='')}:{quote(password, safe='')}@", 1)


def has_login(url: str) -> bool:
    """Does a parsed URL hold a user name and a password?"""
    return "@" in urlsplit(url).netloc


def with_query(url: str, **wanted: str | None) -> str:
    """Return `url` with these query fields, in place of its own of the same name; None leaves a field alone."""
    fields = {key: value for key, value in wanted.items() if value}
    base, _, query = url.partition("?")
    kept = [pair for pair in query.split("&") if pair and pair.partition("=")[0] not in fields]
    pairs = kept + [f"{key}={quote(value, safe='', errors='replace')}" for key, value in fields.items()]
    return f"{base}?{'&'.join(pairs)}" if pairs else base


def place(url: str) -> str:
    """Return the host and port of a parsed URL, as people write them."""
    return urlsplit(url).netloc.rpartition("@")[2]


def one_spelling(url: str) -> str:
    """Return the one URL, without a query, for all spellings of a parsed URL that mean the same room.

    This computer is `localhost`, whichever of its own addresses was typed; a host has no dot at its end, a path no
    slash, an address its shortest form.
    """
    parts = urlsplit(url)
    return f"{parts.scheme}://{_one_host(parts.hostname or '')}:{parts.port}{parts.path.rstrip('/') or '/'}"


def one_place(url: str) -> str:
    """Return the host and port of a parsed URL in their one spelling."""
    return place(one_spelling(url))


def as_typed(url: str) -> str:
    """Return the shortest text that `parse_url` takes for this parsed URL, but for a login."""
    scheme, _, rest = without_login(url).partition("://")
    where, _, path = rest.partition("/")
    if scheme == "wss":
        where = f"wss://{where.removesuffix(f':{DEFAULT_TLS_PORT}')}"
    return f"{where}/{path}" if path else where


def moved(url: str, location: str) -> str:
    """Where a redirect from a parsed URL leads: a URL that may be followed, for whoever was asked is still who answers.

    That is another path at the same place, or TLS at the same host: what is secret stays with whom it was meant for.

    Raises:
        ConnectionUrlError: when it leads elsewhere; its text says where.
    """
    here = urlsplit(url)
    try:
        there = urlsplit(urljoin(url, location))
        given = there.port
    except ValueError:
        raise ConnectionUrlError(f"{place(url)} says it has moved, but not where to.") from None
    scheme = {"http": "ws", "https": "wss"}.get(there.scheme, there.scheme)
    port = given or {"ws": 80, "wss": DEFAULT_TLS_PORT}.get(scheme, 0)
    host = f"[{there.hostname}]" if ":" in (there.hostname or "") else there.hostname
    new = parse_url(f"{scheme}://{host}:{port}{there.path}")
    if (here.scheme, scheme) == ("wss", "ws"):
        raise ConnectionUrlError(f"{place(url)} redirects to {_short(new)}, which isn't encrypted.")
    if here.hostname != urlsplit(new).hostname or (scheme == "ws" and here.port != port):
        raise ConnectionUrlError(f"{place(url)} says it has moved to {_short(as_typed(new))}. Connect there instead.")
    login = f"{here.netloc.rpartition('@')[0]}@" if has_login(url) else ""
    return new.replace("://", f"://{login}", 1) + (f"?{here.query}" if here.query else "")


def is_public(url: str) -> bool:
    """Is the host of a parsed URL a name of the public Internet, and no address and no name of a local network?"""
    host = urlsplit(url).hostname or ""
    return "." in host and not host.endswith(_LOCAL_ENDINGS) and not _is_address(host)


def is_same_here(url: str, here: str) -> bool:
    """Is a parsed URL the room at `here`, a port of this computer, by whatever name?"""
    return one_spelling(url) == one_spelling(here) and "?" not in url


def is_here(url: str) -> bool:
    """Is the host of a parsed URL this computer, by one of its own addresses?"""
    return _one_host(urlsplit(url).hostname or "") == _HERE


def _login(parts: SplitResult, host: str) -> str:
    """What stands before the host, with an `@`; "" for nothing. A password goes over the network in secret only."""
    if parts.username is None:
        return ""
    if not parts.username or not parts.password:
        raise ConnectionUrlError("Put a user name and a password before the @: wss://user:password@host.")
    if not may_have_login(f"{parts.scheme}://{host}:0"):
        raise ConnectionUrlError("A password needs an encrypted connection: start the address with wss://.")
    return f"{quote(unquote(parts.username), safe='')}:{quote(unquote(parts.password), safe='')}@"


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if _is_ipv6(host):
        return f"[{host}]"
    try:
        ascii_host = host if _LABELS.fullmatch(host) else host.encode("idna").decode()
    except UnicodeError:
        ascii_host = ""
    if "[" in _place(parts) or not _HOST.fullmatch(ascii_host):
        raise ConnectionUrlError(f'"{_short(_place(parts))}" isn\'t a host name. {_EXAMPLE}')
    return ascii_host


def _port(parts: SplitResult) -> int:
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port is None:
        return DEFAULT_TLS_PORT if parts.scheme == "wss" else DEFAULT_PORT
    if port == 0:
        raise ConnectionUrlError(f'The port in "{_short(_place(parts))}" must be a number from 1 to 65535.')
    return port


def _place(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[2]


def _one_host(host: str) -> str:
    host = host.rstrip(".") or host
    try:
        address = _ipv4(host) if _NUMBERS.fullmatch(host) else ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_loopback or address.is_unspecified:  # what a server prints that listens everywhere is typed, too
        return _HERE
    return f"[{address}]" if isinstance(address, ipaddress.IPv6Address) else str(address)


def _ipv4(host: str) -> ipaddress.IPv4Address:
    """Read an address as systems do: the last number fills all that is left, 0x begins a hexadecimal, 0 an octal one.

    Raises:
        ValueError: when it is none.
    """
    words = [f"0o{word}" if re.fullmatch("0[0-9]+", word) else word for word in host.split(".")]
    *numbers, last = [int(word, 0) for word in words]
    if any(number > 255 for number in numbers) or last >= 256 ** (4 - len(numbers)):
        raise ValueError(host)
    return ipaddress.IPv4Address(last + sum(number << 24 - 8 * at for at, number in enumerate(numbers)))


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_ipv6(host: str) -> bool:
    return ":" in host and _is_address(host)


def _unquoted(text: str) -> str:
    """What stands in quotes or angle brackets: it was copied with them."""
    while len(text) > 1 and _QUOTES.get(text[0]) == text[-1]:
        text = text[1:-1].strip()
    return text


def _short(text: str) -> str:
    """Enough of what was typed to recognise it, and harmless: an address may come from a stranger."""
    text = clean_line(text[:120])
    return text if len(text) <= 60 else f"{text[:60]}…"
