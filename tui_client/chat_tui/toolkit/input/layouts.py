"""Keyboard layouts of other scripts: which key of a Latin keyboard stands where a letter is typed.

For shortcuts alone, and only where the terminal does not say so itself: Ctrl with a letter is the shortcut of the key
that it is on. Each layout is the usual one of its language.
"""

from collections.abc import Mapping
from functools import cache

_LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,./`"

# What each key of _LATIN types without Shift. A blank: nothing, or the same as on the Latin keyboard.
_LAYOUTS = (
    "йцукенгшщзхъфывапролджэячсмитьбю.ё",  # Russian
    "йцукенгшщзхїфівапролджєячсмитьбю. ",  # Ukrainian
    "йцукенгшўзх'фывапролджэячсмітьбю.ё",  # Belarusian
    "љњертзуиопшђасдфгхјклчћѕџцвбнм,.- ",  # Serbian
    "љњертѕуиопшѓасдфгхјклчќзџцвбнм,./ ",  # Macedonian
    ";ςερτυθιοπ[]ασδφγηξκλ΄'ζχψωβνμ,./`",  # noqa: RUF001 - Greek, with the accent that it has on a key of its own
    "/'קראטוןםפ][שדגכעיחלךף,זסבהנמצתץ.;",  # Hebrew
    "ضصثقفغعهخحجدشسيبلاتنمكطئءؤر ىةوزظذ",  # Arabic
    "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔ[]ㅁㄴㅇㄹㅎㅗㅓㅏㅣ;'ㅋㅌㅊㅍㅠㅜㅡ,./`",  # Korean
)


@cache
def _places() -> Mapping[str, str]:
    """The Latin key by the letter; where two layouts differ, the more usual one comes first and stays."""
    found: dict[str, str] = {}
    for layout in _LAYOUTS:
        for latin, letter in zip(_LATIN, layout, strict=True):
            if ord(letter) > 0x24F:
                found.setdefault(letter, latin)
    return found


def latin_key(letter: str) -> str:
    """The Latin key in the place of a letter of another script; the letter itself where none is known."""
    return _places().get(letter.lower(), letter)
