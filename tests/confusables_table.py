"""The table of look-alikes made from Unicode's own: `python tests/confusables_table.py confusables.txt` prints it.

The file is https://www.unicode.org/Public/security/latest/confusables.txt.
"""

import sys
import unicodedata
from collections import defaultdict
from pathlib import Path

_NEVER_IN_A_NAME = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp", "Zs"}


def table(source: str) -> str:
    """A line for each thing that others look like: it, a space, and these others.

    What never stands in a name is left out, and so is what NFKC or NFD makes into something else before.
    """
    version = next(line.removeprefix("# Version:").strip() for line in source.splitlines() if "# Version:" in line)
    alike: dict[str, str] = defaultdict(str)
    for line in source.splitlines():
        fields = [field.strip() for field in line.partition("#")[0].split(";")]
        if len(fields) != 3:
            continue
        character, target = (("".join(chr(int(code, 16)) for code in field.split())) for field in fields[:2])
        stays = unicodedata.normalize("NFKC", character) == character == unicodedata.normalize("NFD", character)
        if stays and unicodedata.category(character) not in _NEVER_IN_A_NAME:
            alike[target] += character
    head = f"# Unicode {version}, confusables.txt, (c) Unicode, Inc., https://www.unicode.org/license.txt"
    return "\n".join([head, *(f"{target} {characters}" for target, characters in alike.items())]) + "\n"


if __name__ == "__main__":
    print(table(Path(sys.argv[1]).read_text("utf-8-sig")), end="")
