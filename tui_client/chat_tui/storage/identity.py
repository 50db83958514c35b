"""Identity: the secret that says that we are who we were, 256 random bits in a file that only its owner can read.

Each server is given another one, made from it and from the host and port in their one spelling
(`chat_tui.connection.address.one_place`): who runs one server can't be us on another, and who types `127.0.0.1` in
place of `localhost` is nobody else. Where an earlier version knew us by another spelling, that one goes on to count
(`SavedChoices.spellings`). Names that resolve to one address are not compared: what a name server says may change, and
must not make us somebody else.
"""

import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path

from chat_protocol.names import InvalidNameError, check_name
from chat_protocol.patterns import deferred
from chat_tui.storage.atomic_file import make_private_folder, sync_folder

NO_FOLDER = Path(os.devnull) / "chat-tui"
"""In place of a folder for a user who has none, as in a container: nothing is there, and nothing can be put there."""
_FILE = "secret"
_SECRET = deferred(r"[0-9a-f]{64}", re.ASCII)


class IdentityError(Exception):
    """There is no secret to be had. Its text is for a person; a chat can go on without one, as a guest."""


def state_folder() -> Path:
    """The folder for what this program remembers; it need not exist yet."""
    from platformdirs import user_state_path  # noqa: PLC0415 - its import would delay the first frame

    try:
        return user_state_path("chat-tui")
    except RuntimeError:  # neither HOME nor an entry for this user
        return NO_FOLDER


def login() -> str:
    """The name of this computer's user, whatever it looks like; "" where nobody says."""
    return os.environ.get("USER") or os.environ.get("LOGNAME") or ""


def user_name() -> str | None:
    """The name of this computer's user, where it can be a user name in a chat."""
    try:
        return check_name(login())
    except InvalidNameError:
        return None


def secret_for(secret: str, place: str) -> str:
    """Return what the server at `place`, a host and port, is told: 64 hexadecimal digits, nothing about `secret`."""
    return hmac.new(secret.encode(), place.casefold().encode(), hashlib.sha256).hexdigest()


def prove(place: str, *, guest: bool) -> tuple[str, str | None]:
    """Return what proves who we are at `place`, and what is wrong with it, as a sentence; a guest's is for this run."""
    if guest:
        return passing_secret(), None
    folder = state_folder()
    if folder == NO_FOLDER:
        why = "There's no home folder, so nothing can be remembered (set HOME); you're a guest this time."
        return passing_secret(), why
    try:
        return secret_for(load_secret(folder), place), None
    except IdentityError as error:
        return passing_secret(), str(error)


def passing_secret() -> str:
    """Return a secret for this run: whoever has no other is still the same one after the connection was lost."""
    return secrets.token_hex(32)


def load_secret(folder: Path) -> str:
    """Return the secret kept in `folder`, 64 hexadecimal digits; makes both where they are missing.

    Two programs that start at once get the same one. A damaged file is left as it is.

    Raises:
        IdentityError: when it can be neither read nor made, or is none; says which file, and what to do.
    """
    path = folder / _FILE
    try:
        return _read(path)
    except FileNotFoundError:
        return _make(path)


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            text = file.read(256).decode("ascii", errors="replace").strip()
            if os.name == "posix" and os.fstat(file.fileno()).st_mode & 0o077:
                os.fchmod(file.fileno(), 0o600)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise IdentityError(f"{path} can't be read ({error.strerror}); you're a guest this time.") from error
    if not _SECRET.fullmatch(text):
        raise IdentityError(f"{path} is damaged; you're a guest until you remove or restore it.")
    return text


def _make(path: Path) -> str:
    """Write it aside and link it into place: the file is there as a whole or not at all, and the first one stays."""
    draft = path.with_name(f"{_FILE}.{secrets.token_hex(8)}")
    try:
        make_private_folder(path.parent)
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_hex(32) + "\n")
                file.flush()
                os.fsync(file.fileno())
            _put_in_place(draft, path)
            sync_folder(path.parent)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise IdentityError(f"can't write {path} ({error.strerror}); you're a guest this time.") from error
    try:
        return _read(path)
    except FileNotFoundError as error:
        why = f"{path} is a link to a missing file; you're a guest until you remove or restore it."
        raise IdentityError(why) from error


def _put_in_place(draft: Path, path: Path) -> None:
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass  # another program of ours was quicker: its secret is ours too
    except OSError:
        draft.replace(path)  # a file system without links
