"""Link detection: finds the http and https addresses in a text, which are always shown as they are."""

import re
import unicodedata

from chat_protocol.patterns import deferred
from chat_tui.widgets.markup.wrapping import Span

_URL = deferred(r"https?://[^\s<>\"`]+", re.IGNORECASE)
_SENTENCE = ".,;:!?'\"*"
_OPENING = {")": "(", "]": "[", "}": "{"}
_CLOSING = {opening: closing for closing, opening in _OPENING.items()}
_EMPHASIS = "_~|"
_BRACKETS_AND_STOPS = frozenset({"Po", "Ps", "Pe", "Pi", "Pf"})
_LONGEST = 2000  # terminals drop longer ones
_HOST = deferred(r"(https?://)([^\s/?#@:\[\]]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?(?=[/?#]|\Z)", re.IGNORECASE)
_PLAIN_HOST = deferred(r"[a-zA-Z0-9.-]+|\[.*")
_NOT_IN_A_SEQUENCE = deferred(r"[^!#-;=?-Z_a-z~\[\]]|%(?![0-9a-fA-F]{2})")
_LOOKS_LIKE_LATIN = frozenset({"GREEK", "CYRILLIC", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU", "DESERET"})
_UNLIKE_ASCII = deferred("[\xdf-\xf6\xf8-\u0130\u0132-\u017e]")
"""Latin letters that nobody takes for others: no dotless i, no long s."""


def find_links(text: str) -> list[Span]:
    """Where the http(s) addresses of a text are; the punctuation of the sentence around them is not part of them."""
    if "://" not in text:
        return []
    found = []
    for match in _URL.finditer(text):
        start = match.start()
        address = _without_the_sentence(match.group(), text[start - 1 : start])
        if not address.endswith("://"):
            found.append((start, start + len(address)))
    return found


def _without_the_sentence(address: str, before: str) -> str:
    """The address alone: a bracket belongs to it where the other one does, too."""
    if not address.isascii():
        address = _to_the_first_stop(address)
    if (closing := _CLOSING.get(before)) is not None:
        address = _to_the_bracket(address, before, closing)
    left = {closing: address.count(closing) - address.count(opening) for closing, opening in _OPENING.items()}
    end = len(address)
    while end:
        last = address[end - 1]
        if left.get(last, 0) > 0:
            left[last] -= 1
        elif last not in _SENTENCE and not (last in _EMPHASIS and last == before):
            break
        end -= 1
    return address[:end]


def _to_the_first_stop(address: str) -> str:
    """Up to a bracket, a quote or a full stop of another script; a dot or an apostrophe within a word is none."""
    for at, char in enumerate(address):
        if char > "\x7f" and unicodedata.category(char) in _BRACKETS_AND_STOPS:
            within = char in "\xb7\u2019\u2027\u30fb\u05f3\u05f4\u0f0b\uff65" and address[at + 1 : at + 2].isalnum()
            if not within:
                return address[:at]
    return address


def _to_the_bracket(address: str, opening: str, closing: str) -> str:
    """Up to the bracket that closes the one before the address."""
    depth = 1
    for at, char in enumerate(address):
        depth += (char == opening) - (char == closing)
        if not depth:
            return address[:at]
    return address


def terminal_address(url: str) -> str:
    """An address as a terminal may be told of it (OSC 8), "" for none.

    Nothing but printable ASCII, so that it can't end the sequence; the host is the one that is read: no user name
    before it, no letters in it that look like others.
    """
    found = _HOST.match(url)
    if found is None or not _is_what_it_looks_like(found[2]):
        return ""
    rest = _NOT_IN_A_SEQUENCE.sub(lambda match: _percent(match.group()), url[len(found[1]) :])
    address = found[1].lower() + rest
    return address if len(address) <= _LONGEST else ""


def _is_what_it_looks_like(host: str) -> bool:
    if host.isascii():
        return _PLAIN_HOST.fullmatch(host) is not None
    if unicodedata.normalize("NFKC", host) != host:
        return False
    others = [char for char in host if char > "\x7f"]
    if not all(char.isalpha() or unicodedata.category(char) in {"Mn", "Mc", "Nd"} for char in others):
        return False
    if not _PLAIN_HOST.fullmatch("".join(char for char in host if char <= "\x7f") or "."):
        return False
    scripts = {unicodedata.name(char, "").split(" ")[0] for char in host if char.isalpha()}
    if scripts == {"LATIN"}:
        return all(map(_UNLIKE_ASCII.fullmatch, others))
    return len(scripts) == 1 or not scripts & _LOOKS_LIKE_LATIN


def _percent(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "replace"))
