"""Mentions: whether a message has a name in it as a word of its own, in any script. Pure.

Where words are written without spaces, a name ends where anything else begins; one letter alone is too common for that.
"""

import re
import unicodedata

from chat_protocol.names import fold_name

# As text: to compile them takes 3 ms of the start, and only a name that was found needs them.
_UNSPACED = (
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1950-\u19ff\u1a20-\u1aaf\u1b00-\u1b7f"  # Thai to Balinese
    "\u3005-\u3007\u3040-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"  # kana, Chinese
    "\ua980-\ua9ff\uaa60-\uaa7f\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff]"
)
_HANGUL = "[\uac00-\ud7a3]"
_AN_END = '[\\s<>"`\u2026\u3001\u3002\u300a-\u3011\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f]'
"""What ends an address of the web: a space, quotes, the punctuation of a sentence in Chinese and Japanese."""
_ADDRESS_BEFORE = r"://|\A\W*(?:www\.|[\w-]+(?:\.[\w-]+)+/)|[a-z0-9]@[a-z0-9.-]*\Z"
_ADDRESS_BEHIND = "[a-z0-9._+-]*@[a-z0-9]"
_LONGEST_ADDRESS = 300


def mentions(text: str, name: str) -> bool:
    """Is the name in the text as a word of its own, in capitals or not, with @ before it or without?

    A name in an address, of the web or for mail, is none.
    """
    folded, wanted = _fold(text), _fold(name)
    if not wanted or wanted not in folded:
        return False
    at = folded.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        if _stands_alone(wanted, folded[at - 1 : at], folded[end : end + 1]) and not _in_address(folded, at, end):
            return True
        at = folded.find(wanted, at + 1)
    return False


def _fold(text: str) -> str:
    return text.lower() if text.isascii() else fold_name(text)


def _stands_alone(name: str, before: str, behind: str) -> bool:
    if behind and unicodedata.category(behind).startswith("M"):  # it belongs to the last letter
        return False
    particle = len(name) > 1 and re.match(_HANGUL, name[-1]) and re.match(_HANGUL, behind)
    return _is_apart(name, name[0], before) and (bool(particle) or _is_apart(name, name[-1], behind))


def _is_apart(name: str, edge: str, neighbour: str) -> bool:
    """Is what stands beside the edge of a name no part of the same word?"""
    if not neighbour:
        return True
    if not (neighbour.isalnum() or neighbour == "_" or unicodedata.category(neighbour).startswith("M")):
        return True
    if len(name) == 1:
        return False
    unspaced = bool(re.match(_UNSPACED, neighbour)) or bool(re.match(_UNSPACED, edge))
    return unspaced or bool(re.match(_HANGUL, neighbour)) != bool(re.match(_HANGUL, edge))


def _in_address(text: str, start: int, end: int) -> bool:
    """Is this a part of an address? Only the run of letters around it is looked at."""
    if re.match(_ADDRESS_BEHIND, text[end : end + _LONGEST_ADDRESS]):
        return True
    before = text[max(text.rfind(" ", 0, start), start - _LONGEST_ADDRESS, 0) : start]
    run = re.split(_AN_END, before)[-1]
    return re.search(_ADDRESS_BEFORE, run) is not None
