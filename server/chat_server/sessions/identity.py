"""Client identity: derives an id from a secret that only that client has."""

import base64
import hashlib
import secrets

from websockets.datastructures import Headers, MultipleValuesError

from chat_protocol.names import CLIENT_ID_MARK

_SHORTEST, _LONGEST = 16, 512


def bearer_secret(headers: Headers) -> str | None:
    """Return the secret in `Authorization: Bearer <secret>`, if it is there once and 16 to 512 characters long.

    Where that header has none, it may be in `Chat-Secret: <secret>`: a proxy may want the other one for itself.
    """
    try:
        scheme, _, secret = headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            secret = headers.get("Chat-Secret", "")
    except MultipleValuesError:
        return None
    return secret if _SHORTEST <= len(secret) <= _LONGEST else None


def client_id_of(secret: str | None) -> str:
    """Return an id that tells nothing about the secret; without one, an id for one connection alone."""
    if secret is None:
        return CLIENT_ID_MARK + secrets.token_hex(8)
    digest = hashlib.sha256(b"chat client id:" + secret.encode("utf-8", "surrogateescape")).digest()
    return CLIENT_ID_MARK + base64.b32encode(digest[:10]).decode().lower()
