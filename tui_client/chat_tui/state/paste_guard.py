"""Paste guard: finds texts that were hardly meant for everyone, and says why. Pure: guesses from the text alone.

What can be of any length has a bound in every expression here: a text of the longest kind takes milliseconds, whatever
is in it.
"""

import re

MANY_LINES = 10
"""From so many on, a text is more likely a slip of the clipboard than a message."""

# What services of today hand out begins so that it can be found; and what people write before a password.
_SECRETS = (
    r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{36}|\bgithub_pat_[A-Za-z0-9_]{22}|\bglpat-[A-Za-z0-9_-]{20}|\bnpm_[A-Za-z0-9]{36}"
    r"|\bxox[abprs]-[A-Za-z0-9-]{10}|\bAIza[A-Za-z0-9_-]{35}|\bsk[-_](?:live_|ant-|proj-)?[A-Za-z0-9_-]{20}"
    r"|\beyJ[A-Za-z0-9_-]{8,500}\.eyJ[A-Za-z0-9_-]{8}"
    # a name that says so: `DB_PASSWORD: hunter22`, `"secret": "hunter22"`; but not what is filled in later
    r"|(?i:(?<![A-Za-z0-9])(?:password|passwd|passphrase|secret|api[_-]?key|(?:access|secret|private|auth)[_-]?key"
    r"|access[_-]?token)(?![A-Za-z0-9_-])[\"']?\s{0,9}[:=]\s{0,9}(?!\$\{|\{\{|[\"']?<)\S{6})"
    # less of a name, more of a value: `API_TOKEN=abcd1234efgh5678`
    r"|(?i:(?<![A-Za-z0-9?&])token[\"']?\s{0,9}[:=]\s{0,9}[\"']?(?=[a-z_+/=.~-]{0,64}[0-9])[a-z0-9_+/=.~-]{8,256}+"
    r"(?![(\[]))"
    # `postgres://bob:s3cret@db`, but not what stands for a password in an explanation
    r"|(?i:(?<=[a-z0-9])://[^\s/:@]{0,64}:(?!(?:password|pass|pw)@|[*<]|(?-i:\$[{A-Z]))[^\s/@]{1,128}@)"
    # the secret half of a key of AWS; a path has more slashes, a hash no capitals
    r"|(?<![^\s\"'`(])(?=[A-Za-z0-9+/]{40}(?![^\s\"'`),;.]))"
    r"(?=[^A-Z]{0,39}[A-Z])(?=[^a-z]{0,39}[a-z])(?=[^0-9]{0,39}[0-9])(?!(?:[^/]{0,39}/){4})"
)

_PASSWORD_LENGTHS = range(8, 65)
_PASSWORD_HAS = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[!#$%&*+=?^~|<>(){}\[\]\\]")
# One word that has all of these, and is none all the same.
_WELL_FORMED = (
    r"(?i:.*://|www\.|[\w-]+(?:\.[\w-]+)+(?:[:/]|$))"  # an address of the web
    r"|(?:[~.]{0,2}/|[A-Za-z]:\\|\$[A-Z_]+(?:/|$))"  # a path
    r"|[^@]+@[\w-]+(?:\.[\w-]+)+$"  # an address for mail
    r"|@[\w.-]+!*$|[#$&!+-]?[\w.:'-]+$|:.*:$"  # somebody's name; a tag, a variable; shortcodes
    r"|[\w.:]*[(\[{<].*[)\]}>](?:\.[\w.()]*)?$"  # code: `foo(Bar1)`, `Vec<U8>`, `(Foo2)`
    r"|[A-Za-z_]\w*[!=<>+*&|]?=[\w.]+$"  # code: `Foo1=Bar`
    r"|(?i:(?:ctrl|alt|shift|cmd|meta|super|win|option|fn)\+)"  # keys
)


def looks_like_a_secret(text: str) -> bool:
    """Is there a key, a token or a password in it, by its looks?"""
    # Compiled when it is first needed; that takes two milliseconds, for all alphabets four.
    return re.search(_SECRETS, text, re.ASCII) is not None or _is_a_password(text.strip())


def _is_a_password(text: str) -> bool:
    """Is it a single word with letters, capitals, digits and signs all mixed, as no language has them?"""
    if len(text) not in _PASSWORD_LENGTHS or len(text.split()) != 1:
        return False
    word = _bare(text)
    return all(re.search(one, word) for one in _PASSWORD_HAS) and re.match(_WELL_FORMED, word) is None


def _bare(word: str) -> str:
    """A word without the marks around it and the stops behind it."""
    word = re.sub(r"[?,;.]+$", "", word)
    marked = re.fullmatch(r"([*_~`\"']{1,3})(.*)\1", word)
    return marked[2] if marked else word


def worry(text: str, *, to_everyone: bool) -> str:
    """Why one should look twice before this is sent, as a sentence; "" for no reason.

    A secret is nothing to ask about when it is for one person.
    """
    if to_everyone and looks_like_a_secret(text):
        return "This looks like a password or a key, and everyone will see it."
    lines = text.count("\n") + 1
    return f"This message has {lines} lines." if lines >= MANY_LINES else ""
