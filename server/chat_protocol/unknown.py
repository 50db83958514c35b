"""Unknown commands: suggests the right one, by its name in other programs or by its spelling. A guess never acts."""

import re
from collections.abc import Iterable, Mapping

from chat_protocol.patterns import deferred
from chat_protocol.text import clean_line

_INSTEAD = (
    ("/msg /query /dm /pm /w /whisper /tell /private", "use /to bob text"),
    ("/nick /rename /user /register /login /identify", "use /name ana"),
    ("/quit /q /bye /disconnect /close /logout /signoff /wc", "use /exit"),
    ("/part", "use /leave dev"),
    ("/rm /del /remove /unsend /redact", "use /delete 12"),
    ("/r /re /quote /answer /thread", "use /reply 12 text"),
    ("/find /grep /lastlog", "use /search words"),
    ("/expire /timer /ephemeral /disappear", "use /temp 30 text"),
    ("/e /edit /s /correct /fix", "messages can't be edited: use /delete 12, then send it again"),
    ("/me /action /slap /shrug", "send it as a message"),
    ("/say /all /notice /amsg /broadcast", "text without a slash goes to everyone"),
    ("/names /users /nicks /people /online /here", "use /who"),
    ("/whois /whowas /info /seen /last", "people have a name, nothing more"),
    ("/away /afk /back /brb /status /presence", "send it as a message"),
    ("/clear /cls /reset", "your own program decides what it shows, and /delete deletes for everyone"),
    ("/ignore /block /mute /unignore /unblock /unmute", "hiding messages is up to your own program"),
    ("/title /motd /subject", "use /topic text"),
    ("/pin /unpin /pins", "nothing is pinned above the messages here"),
    ("/react /unreact /like", "use /reply 12 and an emoji"),
    ("/kick /ban /unban /op /deop /voice /devoice /mod /admin /mode /kill", "everyone here has the same rights"),
    ("/invite", "anyone who knows the address can join"),
    ("/j /room /channel /create /switch /cycle", "use /join dev"),
    ("/channels /list", "use /rooms"),
    ("/server /connect /reconnect /open", "connect to the other address instead"),
    ("/upload /file /send /attach /dcc /image", "only text can be sent, such as a link"),
    ("/theme /color /colour /colors /set /settings /config /preferences /bind /alias", "that's up to your own program"),
    ("/ping /lag /version /about /time /ctcp", "the server doesn't answer that"),
)
OTHER_NAMES: Mapping[str, str] = {name: instead for names, instead in _INSTEAD for name in names.split()}
"""What other programs call things, and what to do here, as the end of a sentence."""

_NO_GUESS = frozenset({"/exit", "/leave"})
"""Who follows a wrong guess must not lose anything by it, as a name is lost that is given up."""

_PLAIN = deferred(r"/[a-z]{1,20}", re.IGNORECASE | re.ASCII)
_AS_TEXT = "To send it as text, start with //."
_LONG = 5
"""A name of so many letters may have two slips of the finger in it, a shorter one has one."""


def unknown_command(name: str, known: Iterable[str], other_names: Mapping[str, str], else_say: str) -> str:
    """Say what is wrong with the command `name`, in a sentence that names the right one if one is near.

    `name` and the `known` ones begin with `/`. `else_say` is the end of the sentence where nothing is near.
    """
    if not _PLAIN.fullmatch(name):
        return f"There is no command {quoted(name)}{else_say}. {_AS_TEXT}"
    if instead := other_names.get(name.lower()):
        return f"There is no {name}; {instead}."
    if near := _nearest(name.lower(), known):
        return f"There is no {name}; did you mean {near}? {_AS_TEXT}"
    return f"There is no {name}{else_say}. {_AS_TEXT}"


def quoted(word: str) -> str:
    """A word of the sender's, short enough and harmless enough to be shown in an error."""
    word = clean_line(word)
    return f'"{word[:40]}…"' if len(word) > 40 else f'"{word}"'


def _nearest(name: str, known: Iterable[str]) -> str:
    """The command that `name` was most likely meant to be; "" for none."""
    slips, near = min(((_slips(name, one), one) for one in known if one not in _NO_GUESS), default=(_LONG, ""))
    two_are_few = len(name) > _LONG and name[1] == near[1:2]
    return near if slips <= (2 if two_are_few else 1) else ""


def _slips(word: str, wanted: str) -> int:
    """How many letters are missing, too many, wrong, or swapped with the next one."""
    older: list[int] = []
    old: list[int] = []
    new = list(range(len(wanted) + 1))
    for at, letter in enumerate(word, 1):
        older, old, new = old, new, [at]
        for to, other in enumerate(wanted, 1):
            slips = min(old[to] + 1, new[to - 1] + 1, old[to - 1] + (letter != other))
            if at > 1 and to > 1 and letter == wanted[to - 2] and word[at - 2] == other:
                slips = min(slips, older[to - 2] + 1)
            new.append(slips)
    return new[-1]
