"""Is this what somebody meant to send to everyone? Pure: guesses from the text alone, and says why in words."""

import re

MANY_LINES = 10
"""From so many on, a text is more likely a slip of the clipboard than a message."""

# What services of today hand out begins so that it can be found; and what people write before a password.
_SECRETS = (
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{36}|\bgithub_pat_[A-Za-z0-9_]{22}|\bglpat-[A-Za-z0-9_-]{20}|\bnpm_[A-Za-z0-9]{36}"
    r"|\bxox[abprs]-[A-Za-z0-9-]{10}|\bAIza[A-Za-z0-9_-]{35}|\bsk[-_](?:live_|ant-|proj-)?[A-Za-z0-9_-]{20}"
    r"|\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\."
    r"|(?i:\b(?:password|passwd|passphrase|secret|api[_-]?key|access[_-]?token)\b\s*[:=]\s*\S{6})"
)


def looks_like_a_secret(text: str) -> bool:
    """Is there a key, a token or a password in it, by its looks?"""
    return re.search(_SECRETS, text) is not None  # compiled when it is first needed: it takes a millisecond


def worry(text: str, *, to_everyone: bool) -> str:
    """Why one should look twice before this is sent, as a sentence; "" for no reason.

    A secret is nothing to ask about when it is for one person.
    """
    if to_everyone and looks_like_a_secret(text):
        return "This looks like a password or a key, and it is for everyone."
    lines = text.count("\n") + 1
    return f"This has {lines} lines." if lines >= MANY_LINES else ""
