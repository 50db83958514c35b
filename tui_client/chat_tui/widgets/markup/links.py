"""Link detection: finds the http and https addresses in a text, which are always shown as they are."""

import re

from chat_tui.widgets.markup.wrapping import Span

_URL = re.compile(r"https?://[^\s<>\"`]+")
_NOT_URL_END = ".,;:!?'\")]}*"
_LONGEST = 2000  # terminals drop longer ones
_HOST = re.compile(r"https?://(?:[a-zA-Z0-9.-]+|\[[0-9a-fA-F:.]+\])(?::[0-9]{1,5})?(?=[/?#]|\Z)")
_NOT_IN_A_SEQUENCE = re.compile(r"[^!#-:=?-Z_a-z~\[\]]|%(?![0-9a-fA-F]{2})")


def find_links(text: str) -> list[Span]:
    """Where the http(s) addresses of a text are; the punctuation of the sentence around them is not part of them."""
    if "://" not in text:
        return []
    found = []
    for match in _URL.finditer(text):
        address = match.group().rstrip(_NOT_URL_END)
        if len(address) > len("https://"):
            found.append((match.start(), match.start() + len(address)))
    return found


def terminal_address(url: str) -> str:
    """An address as a terminal may be told of it (OSC 8), "" for none.

    Nothing but printable ASCII without `;`, so that it can't end or extend the sequence; the host is the one that is
    read: no user name before it, no letters of other alphabets in it.
    """
    host = _HOST.match(url)
    if host is None:
        return ""
    rest = _NOT_IN_A_SEQUENCE.sub(lambda match: _percent(match.group()), url[host.end() :])
    address = host.group() + rest
    return address if len(address) <= _LONGEST else ""


def _percent(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "replace"))
