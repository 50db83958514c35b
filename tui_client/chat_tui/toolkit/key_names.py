"""Key names: what Textual calls the key that types a character."""

from textual.keys import _character_to_key


def key_name(character: str) -> str:
    """The name of the key, such as "full_stop" for "."."""
    return _character_to_key(character)
