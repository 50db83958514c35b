"""What terminals send, and what each of it means: the keys of every encoding, the mouse, answers, pastes, commits."""

from typing import NamedTuple

from chat_tui.toolkit.input.events import (
    DOWN,
    MOVE,
    UP,
    WHEEL,
    BackgroundColorReported,
    FocusChanged,
    InputEvent,
    KeyPressed,
    ModeReported,
    MouseReported,
    Pasted,
    SizeReported,
)
from chat_tui.toolkit.key_names import key_name


class Row(NamedTuple):
    """Bytes of a terminal, and the events that they are."""

    sent: bytes
    means: list[InputEvent]


def key(name: str, character: str | None = None) -> list[InputEvent]:
    """One key."""
    return [KeyPressed(name, character)]


def typed(text: str) -> list[InputEvent]:
    """A key for each character."""
    return [KeyPressed(key_name(character), character) for character in text]


def rows(*pairs: tuple[str | bytes, list[InputEvent]]) -> list[Row]:
    """Rows whose bytes may be written as text."""
    return [Row(sent if isinstance(sent, bytes) else sent.encode(), means) for sent, means in pairs]


MODIFIERS = {
    2: "shift+",
    3: "alt+",
    4: "alt+shift+",
    5: "ctrl+",
    6: "ctrl+shift+",
    7: "alt+ctrl+",
    8: "alt+ctrl+shift+",
}
CURSOR = {"A": "up", "B": "down", "C": "right", "D": "left", "H": "home", "F": "end"}
CODES = {9: "tab", 13: "enter", 27: "escape"}
NUMBERED = {2: "insert", 3: "delete", 5: "pageup", 6: "pagedown", 15: "f5", 17: "f6", 20: "f9", 24: "f12"}

LEGACY = rows(
    *((f"\x1b[{final}", key(name)) for final, name in CURSOR.items()),
    *((f"\x1bO{final}", key(name)) for final, name in CURSOR.items()),
    *((f"\x1b[1;{n}{final}", key(m + name)) for n, m in MODIFIERS.items() for final, name in CURSOR.items()),
    *((f"\x1b[{number}~", key(name)) for number, name in NUMBERED.items()),
    *((f"\x1b[{number};{n}~", key(m + NUMBERED[number])) for n, m in MODIFIERS.items() for number in (3, 5, 15)),
    ("\x1b[1~", key("home")), ("\x1b[4~", key("end")), ("\x1b[7~", key("home")), ("\x1b[8~", key("end")),
    *((f"\x1bO{final}", key(f"f{n}")) for n, final in enumerate("PQRS", 1)),
    *((f"\x1b[{number}~", key(name)) for number, name in ((11, "f1"), (14, "f4"), (25, "f13"), (34, "f20"))),
    *((f"\x1b[1;2{final}", key(f"shift+f{n}")) for n, final in enumerate("PQRS", 1)),
    *((f"\x1b[[{final}", key(f"f{n}")) for n, final in enumerate("ABCDE", 1)),  # Linux console
    ("\x1b[Z", key("shift+tab")), ("\x1b\t", key("shift+tab")), ("\x1b[~", key("shift+tab")),
    # rxvt
    ("\x1b[a", key("shift+up")), ("\x1b[d", key("shift+left")), ("\x1bOa", key("ctrl+up")),
    ("\x1bOb", key("ctrl+down")),
    ("\x1b[3$", key("shift+delete")), ("\x1b[3^", key("ctrl+delete")), ("\x1b[3@", key("ctrl+shift+delete")),
    ("\x1b[7^", key("ctrl+home")), ("\x1b[8$", key("shift+end")), ("\x1b[11^", key("ctrl+f1")),
    ("\x1b[23$", key("f23")),
    ("\x1b[5A", key("ctrl+up")), ("\x1b\x1b[A", key("alt+up")), ("\x1b\x1bOB", key("alt+down")),
    ("\x1bOp", typed("0")), ("\x1bOk", typed("+")), ("\x1bOM", key("enter", "\r")), ("\x1bOj", typed("*")),
    # mintty
    ("\x1b[1;5p", key("ctrl+0")), ("\x1b[1;5u", key("ctrl+5")), ("\x1b[1;6y", key("ctrl+shift+9")),
    # one byte
    ("a", typed("a")), ("é", typed("é")), ("漢", typed("漢")), ("🙂", typed("🙂")), (" ", key("space", " ")),
    ("\r", key("enter", "\r")), ("\t", key("tab", "\t")), ("\x7f", key("backspace", "\x7f")),
    ("\x08", key("backspace", "\x08")),
    ("\n", key("ctrl+j", "\n")), ("\x11", key("ctrl+q", "\x11")), ("\x00", key("ctrl+@", "\x00")),
    ("\x1f", key("ctrl+underscore", "\x1f")),
    ("\x1b", key("escape", "\x1b")), ("\x1b\x1b", key("escape", "\x1b") * 2),
    # Alt
    ("\x1ba", key("alt+a")), ("\x1bA", key("alt+shift+a")), ("\x1b.", key("alt+full_stop")), ("\x1b5", key("alt+5")),
    ("\x1bö", key("alt+ö")), ("\x1bа", key("alt+f")), ("\x1b\r", key("ctrl+j")), ("\x1bb", key("ctrl+left")),
    ("\x1b\x7f", key("ctrl+w")),
    # no character at all
    (b"\xff", typed("\ufffd")), (b"\xe9", typed("\ufffd")), (b"\xf0\x9f\x98", typed("\ufffd")),
    (b"caf\xe9 x", typed("caf\ufffd x")),
    (b"\xc2\x9b", []), ("\x1b[E", key("kp_begin")), ("\x1b[G", []),
)  # fmt: skip

OTHER_KEYS = rows(
    ("\x1b[27;5;102~", key("ctrl+f")), ("\x1b[27;6;65~", key("ctrl+shift+a")), ("\x1b[27;2;13~", key("shift+enter")),
    ("\x1b[27;5;13~", key("ctrl+enter")), ("\x1b[27;3;13~", key("alt+enter")), ("\x1b[27;5;9~", key("ctrl+tab")),
    ("\x1b[27;2;33~", typed("!")), ("\x1b[27;5;1072~", key("ctrl+f")), ("\x1b[27;3;120~", key("alt+x")),
    ("\x1b[27;5;44~", key("ctrl+comma")), ("\x1b[27;2;127~", key("shift+backspace")),
    ("\x1b[27;2;32~", key("space", " ")),
)  # fmt: skip

KITTY = rows(
    *((f"\x1b[{code};{n}u", key(m + CODES[code])) for n, m in MODIFIERS.items() for code in CODES),
    *((f"\x1b[97;{n}u", key(m + "a")) for n, m in MODIFIERS.items() if n > 2),
    ("\x1b[27u", key("escape", "\x1b")), ("\x1b[13u", key("enter", "\r")), ("\x1b[127u", key("backspace", "\x7f")),
    ("\x1b[102;5u", key("ctrl+f")), ("\x1b[102;5:1u", key("ctrl+f")), ("\x1b[102;5:2u", key("ctrl+f")),
    ("\x1b[102;5:3u", []),
    ("\x1b[102;133u", key("ctrl+f")), ("\x1b[102;69u", key("ctrl+f")), ("\x1b[102::102;5u", key("ctrl+f")),
    # shortcuts by their place on the keyboard
    ("\x1b[1072::102;5u", key("ctrl+f")), ("\x1b[1072:1040:102;6u", key("ctrl+shift+f")),
    ("\x1b[1072;5u", key("ctrl+f")),
    ("\x1b[945;5u", key("ctrl+a")), ("\x1b[1499;5u", key("ctrl+f")), ("\x1b[1102::46;3u", key("alt+full_stop")),
    ("\x1b[1093;5u", key("ctrl+left_square_bracket")), ("\x1b[12622;5u", key("ctrl+g")),
    ("\x1b[1601;5u", key("ctrl+t")),
    # those of Latin keyboards by what is written on them
    ("\x1b[97::113;5u", key("ctrl+a")), ("\x1b[246::59;5u", key("ctrl+ö")), ("\x1b[70;5u", key("ctrl+f")),
    ("\x1b[97:65;2u", typed("A")), ("\x1b[49:33;2u", typed("!")), ("\x1b[97u", typed("a")),
    ("\x1b[1072:1040;2u", typed("А")),
    ("\x1b[97;65u", typed("A")), ("\x1b[97:65;66u", typed("A")), ("\x1b[97;3;229u", typed("å")),
    ("\x1b[97;;97u", typed("a")),
    ("\x1b[97;5;97u", key("ctrl+a")), ("\x1b[97;2:3;65u", []),
    # keys with numbers of their own
    ("\x1b[57404u", key("5", "5")), ("\x1b[57404;129u", key("5", "5")), ("\x1b[57409u", key("decimal", ".")),
    ("\x1b[57414u", key("enter", "\r")),
    ("\x1b[57419;3u", key("alt+up")), ("\x1b[57376u", key("f13")), ("\x1b[57398;5u", key("ctrl+f35")),
    ("\x1b[57399;5u", key("ctrl+0")),
    ("\x1b[57358u", key("caps_lock")), ("\x1b[57441;2u", []), ("\x1b[57440u", key("mute_volume")), ("\x1b[57500u", []),
    ("\x1b[1;1:3A", []), ("\x1b[1;5:1A", key("ctrl+up")), ("\x1b[3;1:3~", []), ("\x1b[P", key("f1")),
    ("\x1b[1;3S", key("alt+f4")),
    ("\x1b[0;;233u", typed("é")), ("\x1b[32;;32u", key("space", " ")), ("\x1b[13;;13u", key("enter", "\r")),
    # nonsense
    ("\x1b[99999999;5u", []), ("\x1b[55296;5u", []), ("\x1b[97;9999u", []), ("\x1b[;;u", []), ("\x1b[u", []),
    ("\x1b[:::;:;u", []),
    ("\x1b[97;;1114112u", typed("a")), ("\x1b[7;5u", []), ("\x1b[3;99999999999999~", []),
)  # fmt: skip

_HAN = "有很大差别吗我们今天下午在哪里见面好不好请告诉大家带上自己的书和笔还有水杯谢谢你"
COMMITS = rows(
    *((f"\x1b[32;;{':'.join(str(ord(each)) for each in _HAN[:n])}u", typed(_HAN[:n])) for n in range(1, 41)),
    *((f"\x1b[0;;{':'.join(str(ord(each)) for each in text)}u", typed(text)) for text in ("é", "안녕", "ありがとう")),
    (_HAN[:40], typed(_HAN[:40])),
)  # fmt: skip

MOUSE = rows(
    ("\x1b[<0;20;10M", [MouseReported(DOWN, 19, 9, 1)]), ("\x1b[<0;20;10m", [MouseReported(UP, 19, 9, 1)]),
    ("\x1b[<1;1;1M", [MouseReported(DOWN, 0, 0, 2)]), ("\x1b[<2;300;200m", [MouseReported(UP, 299, 199, 3)]),
    ("\x1b[<35;20;10M", [MouseReported(MOVE, 19, 9)]), ("\x1b[<32;20;10M", [MouseReported(MOVE, 19, 9, 1)]),
    ("\x1b[<4;2;2M", [MouseReported(DOWN, 1, 1, 1, shift=True)]),
    ("\x1b[<24;2;2M", [MouseReported(DOWN, 1, 1, 1, False, True, True)]),
    *((f"\x1b[<{64 + n};5;6M", [MouseReported(action, 4, 5)]) for n, action in enumerate(WHEEL)),
    ("\x1b[<64;5;6m", []),
    # back, forward and the like are no buttons of ours
    *((f"\x1b[<{128 + n};5;6{final}", []) for n in range(4) for final in "Mm"),
    ("\x1b[<160;5;6M", [MouseReported(MOVE, 4, 5)]),
    ("\x1b[<0;0;5M", []), ("\x1b[<0;-3;5M", []), ("\x1b[<0;5M", []), ("\x1b[<0;5;6;7M", []),
    ("\x1b[<0;999999;5M", []), ("\x1b[<;;M", []),
    # urxvt
    ("\x1b[32;20;10M", [MouseReported(DOWN, 19, 9, 1)]), ("\x1b[35;20;10M", [MouseReported(UP, 19, 9, None)]),
    ("\x1b[67;20;10M", [MouseReported(MOVE, 19, 9)]), ("\x1b[97;5;6M", [MouseReported(WHEEL[1], 4, 5)]),
    ("\x1b[3;5;6M", []),
    # X10, which says too little
    ("\x1b[M !!", []), ("\x1b[M#AB", []), (b"\x1b[M \xc3\xa9", []), (b"\x1b[M \xff\xff", []), (b"\x1b[Maq~", []),
)  # fmt: skip

ANSWERS = rows(
    ("\x1b[I", [FocusChanged(gained=True)]), ("\x1b[O", [FocusChanged(gained=False)]),
    ("\x1b[?62;22;52c", []), ("\x1b[?1;2c", []), ("\x1b[>1;10;0c", []), ("\x1b[=1c", []), ("\x1b[0n", []),
    ("\x1b[?997;1n", []),
    ("\x1b[24;80R", []), ("\x1b[1;1R", []), ("\x1b[?24;80R", []), ("\x1b[?1u", []), ("\x1b[?31u", []),
    ("\x1b[?0;1;2S", []), ("\x1b[2;1;1;112;112;1;0x", []),
    ("\x1b[?2026;2$y", [ModeReported(2026, 2)]), ("\x1b[?2048;1$y", [ModeReported(2048, 1)]), ("\x1b[4;1$y", []),
    ("\x1b[48;24;80;480;800t", [SizeReported(80, 24, 800, 480)]), ("\x1b[48;24;80t", [SizeReported(80, 24)]),
    ("\x1b[48;24:1;80:2;480:3;800:4t", [SizeReported(80, 24, 800, 480)]),
    ("\x1b[48;0;80;1;1t", []), ("\x1b[48;99999;99999;1;1t", []), ("\x1b[8;24;80t", []), ("\x1b[4;480;800t", []),
    ("\x1b]11;rgb:0000/8080/ffff\x07", [BackgroundColorReported(0, 128, 255)]),
    ("\x1b]11;rgb:1c1c/1c1c/1c1c\x1b\\", [BackgroundColorReported(28, 28, 28)]),
    ("\x1b]11;rgb:f/f/f\x07", [BackgroundColorReported(255, 255, 255)]),
    ("\x1b]11;#102030\x07", [BackgroundColorReported(16, 32, 48)]),
    ("\x1b]11;rgba:ffff/ffff/ffff/cccc\x1b\\", [BackgroundColorReported(255, 255, 255)]),
    ("\x1b]11;cornsilk\x07", []), ("\x1b]10;rgb:ffff/ffff/ffff\x1b\\", []), ("\x1b]4;1;rgb:cdcd/0000/0000\x07", []),
    ("\x1b]52;c;aHVudGVyMg==\x07", []), ("\x1b]52;c;" + "QUJD" * 200 + "\x1b\\", []), ("\x1b]lmy title\x1b\\", []),
    ("\x1b]Lxterm\x1b\\", []),
    ("\x1bP>|XTerm(390)\x1b\\", []), ("\x1bP1+r544e=787465726d\x1b\\", []), ("\x1bP0$r0m\x1b\\", []),
    ("\x1bP!|7E565445\x1b\\", []),
    ("\x1b_Gi=31;OK\x1b\\", []), ("\x1b^private\x1b\\", []), ("\x1bXstring\x1b\\", []),
    ("\x1b]11;rgb:zz/zz/zz\x07", []),
    ("\x1b[62~", []), ("\x1b[63~", []), ("\x1b[201~", []), ("\x1b[999~", []), ("\x1b[12345678901234567890A", []),
    ("\x1b[3 q", []), ("\x1b[!p", []),
)  # fmt: skip


def paste(raw: str | bytes, text: str) -> Row:
    """What stands between the brackets, and what is to be inserted."""
    return Row(
        b"\x1b[200~" + (raw if isinstance(raw, bytes) else raw.encode()) + b"\x1b[201~", [Pasted(text)] if text else []
    )


PASTES = [
    paste("hello", "hello"),
    paste("", ""),
    paste("one\rtwo\r", "one\ntwo\n"),
    paste("one\r\ntwo\n\rthree\u2028", "one\ntwo\n\nthree\u2028"),
    paste("\x1b[1 password: hunter2\rtwo\r", "[1 password: hunter2\ntwo\n"),
    paste("\x1b[31mred\x1b[0m\r/delete last\r\x11\x03\x1a", "[31mred[0m\n/delete last\n"),
    paste("\x1b", ""),
    paste("\x1b[200~nested\x1b[20", "[200~nested[20"),
    paste("\x1b[<0;20;10M\x1bOP\x1b]11;rgb:0/0/0\x07", "[<0;20;10MOP]11;rgb:0/0/0"),
    paste("a\x00b\x7fc\x85d\te", "abcd\te"),
    paste(b"caf\xe9 \xff", "caf\ufffd \ufffd"),
    paste("漢字🙂é\u200d", "漢字🙂é\u200d"),
    paste("x" * 300, "x" * 300),
]
"""Hostile ones among them."""

MIXED = [
    Row(b"a\x1b[A\x1bOB", [*typed("a"), *key("up"), *key("down")]),
    Row(b"\x1b\x1b[<35;2;3M", [*key("escape", "\x1b"), MouseReported(MOVE, 1, 2)]),
    Row(b"\x1b\x1b[I", [*key("escape", "\x1b"), FocusChanged(gained=True)]),
    Row(b"\x1b[200~x\x1b[201~\r", [Pasted("x"), *key("enter", "\r")]),
    Row(b"hi\x1b[200~x\x1b[201~\x1b[200~y\x1b[201~z", [*typed("hi"), Pasted("x"), Pasted("y"), *typed("z")]),
    Row(
        b"\x1b[<35;1;1M\x1b[<35;2;1M\xe6\xbc\xa2", [MouseReported(MOVE, 0, 0), MouseReported(MOVE, 1, 0), *typed("漢")]
    ),
]
"""One behind the other."""

INTERRUPTED = [
    Row(b"\x1b[12\x1b[B", key("down")),
    Row(b"\x1b]11;rgb\x1b[B", key("down")),
    Row(b"\x1b[1;\x11", key("ctrl+q", "\x11")),
    Row(b"\x1b]52;c\x11", key("ctrl+q", "\x11")),
]
"""What comes in the middle of something that is never finished."""

TABLE = [*LEGACY, *OTHER_KEYS, *KITTY, *COMMITS, *MOUSE, *ANSWERS, *PASTES, *MIXED]
