"""The input parser: a state machine that turns what a terminal sends into events, however it is cut into pieces.

Pure: it is told the time, and says when it wants to be woken. What is unfinished gets time to be finished; what never
is, or means nothing here, is dropped, and none of it is ever typed. Whatever comes, the next key works.
"""

import re
from codecs import getincrementaldecoder
from collections.abc import Callable, Mapping, Sequence
from enum import Enum, auto

from chat_protocol.patterns import deferred
from chat_tui.toolkit.input.events import InputEvent, KeyPressed, Pasted
from chat_tui.toolkit.input.keys import AFTER_ESCAPE, CONTROLS, alt_key, text_key
from chat_tui.toolkit.input.paste import PASTE_BEGIN, PASTE_END, PasteBuffer
from chat_tui.toolkit.input.sequences import csi_events, osc_events, ss3_events

PATIENCE = 1.0
"""Seconds that a sequence may pause before it is given up, and a paste before it has ended."""
ESCAPE_DELAY = 0.1
"""Seconds after which an Escape is the key, and not the beginning of something."""

_LONGEST_SEQUENCE = 4096
"""Bytes; an input method that commits a long sentence needs a few hundred."""
_LONGEST_STRING = 256
"""Bytes of a string that are looked at: an answer that matters is far shorter."""
_CADENCE = 0.05
"""Seconds between two bytes; who types is slower."""
_MANY = 128
"""Bytes that come at once, and were not typed."""
_REMEMBERED = 5.0
"""Seconds in which what comes at once may be the rest of what was given up."""

_ESC, _BEL, _BACKSLASH = 0x1B, 0x07, 0x5C
_TEXT = deferred(rb"[^\x00-\x1f\x7f]+")
_CONTROL = deferred(rb"[\x00-\x1f]")
# Few ever need these two, and they take a while to compile.
_WHOLE = (
    rb"\x1b(?:\[(?:\[[A-E]|M[ -\xff]{3}|[ -?]*(?:[@-~]|\$))"  # CSI
    rb"|O[A-FHIMP-SXa-dj-y]"  # SS3
    rb"|[\]P_^X][^\x07\x1b]*(?:\x07|\x1b\\))"  # strings
)
_ESCAPE_KEY = KeyPressed("escape", "\x1b")
_SURE = rb"\[(?:[<=>?][0-9]|[0-9]+[;:])"  # nobody writes like that


class _State(Enum):
    GROUND = auto()
    ESCAPE = auto()
    CSI = auto()
    LINUX = auto()
    X10 = auto()
    SS3 = auto()
    STRING = auto()
    STRING_END = auto()
    PASTE = auto()


_INTRODUCERS: Mapping[int, _State] = {
    ord("["): _State.CSI,
    ord("O"): _State.SS3,
    **dict.fromkeys(b"]P_^X", _State.STRING),
}
"""What is behind an Escape and begins more than a key."""


class InputParser:
    """Feed it bytes, and `tick` it when `wake_at` has come; both return the events that are complete.

    `escape_delay` is in seconds. All times are seconds of one clock.
    """

    def __init__(self, escape_delay: float = ESCAPE_DELAY) -> None:
        self._escape_delay = escape_delay
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._state = _State.GROUND
        self._sequence = bytearray()  # behind its introducer
        self._introducer = 0
        self._escapes = 0  # Escape keys that came right before the sequence, or are its Alt
        self._alt = False  # the next character is behind an Escape
        self._paste = PasteBuffer()
        self._found: list[InputEvent] = []
        self._fed_at = 0.0
        self._given_up = b""
        self._given_up_at = 0.0
        self.wake_at: float | None = None
        self._steps: Mapping[_State, Callable[[bytes, int], int]] = {
            _State.GROUND: self._ground,
            _State.ESCAPE: self._escape,
            _State.CSI: self._csi,
            _State.LINUX: self._linux,
            _State.X10: self._x10,
            _State.SS3: self._ss3,
            _State.STRING: self._string,
            _State.STRING_END: self._string_end,
            _State.PASTE: self._pasted,
        }

    def feed(self, data: bytes, now: float) -> list[InputEvent]:
        """Take what was read at once."""
        found: list[InputEvent] = []
        self._found = found
        new = self._state in (_State.GROUND, _State.ESCAPE) or len(data) > 1 or now - self._fed_at < _CADENCE
        if self._given_up:
            data = self._resumed(data, now)
        at, steps = 0, self._steps
        while at < len(data):
            at = steps[self._state](data, at)
        self._set_alarm(now, new=new)
        self._fed_at = now
        return found

    def tick(self, now: float) -> list[InputEvent]:
        """Give up what has waited long enough."""
        found: list[InputEvent] = []
        self._found = found
        if self.wake_at is not None and now >= self.wake_at:
            self.wake_at = None
            self._give_up(now)
        return found

    # -- time -------------------------------------------------------------------------------------------------------

    def _set_alarm(self, now: float, *, new: bool) -> None:
        """Say when to be woken. A piece gives its sequence new time; a letter that is typed into one does not."""
        if self._state is _State.GROUND:
            self.wake_at = now + PATIENCE if self._alt or self._decoder.getstate()[0] else None
        elif self._state is _State.ESCAPE:
            self.wake_at = now + self._escape_delay
        elif new or self.wake_at is None:
            self.wake_at = now + PATIENCE

    def _give_up(self, now: float) -> None:
        state, self._state = self._state, _State.GROUND
        begun = bytes((_ESC, self._introducer)) + self._sequence
        match state:
            case _State.GROUND:
                self._end_text()
                return
            case _State.ESCAPE:
                begun = bytes((_ESC,))
                self._tell_escapes(1)
            case _State.PASTE:
                begun = PASTE_BEGIN + self._paste.cut_marker()
                self._end_paste()
            case _State.CSI | _State.SS3 | _State.STRING if not self._sequence:
                self._tell_escapes()
                self._tell(alt_key(chr(self._introducer)))
            case _State.X10:
                begun = b"\x1b[M" + self._sequence
            case _State.STRING_END:
                begun += bytes((_ESC,))
                self._tell_escapes()
            case _:
                self._tell_escapes()
        self._given_up, self._given_up_at = begun, now
        self._sequence.clear()

    def _resumed(self, data: bytes, now: float) -> bytes:
        """The same data, behind what it is the rest of: a line that stalls for seconds must type nothing either.

        Nobody types a whole rest at once; and what is typed is never so much.
        """
        begun, self._given_up = self._given_up, b""
        if now - self._given_up_at > (_REMEMBERED if len(begun) > 1 else PATIENCE):
            return data
        whole = begun + data
        if begun.startswith(PASTE_BEGIN):
            rest = whole[len(PASTE_BEGIN) :]
            return whole if PASTE_END in rest or len(data) >= _MANY else data
        match = re.match(_WHOLE, whole)
        if match is None or len(data) < 2 or match.end() <= len(begun):
            return data
        end = match.end()
        sure = _INTRODUCERS[whole[1]] is _State.STRING or whole.startswith(PASTE_BEGIN)
        sure = sure or (len(begun) == 1 and re.match(_SURE, data) is not None)
        return whole if sure or end == len(whole) or whole[end] == _ESC else data

    # -- what is found ----------------------------------------------------------------------------------------------

    def _tell(self, event: InputEvent) -> None:
        self._found.append(event)

    def _tell_escapes(self, more: int = 0) -> None:
        """The Escape key, as often as it was not the beginning of anything."""
        self._found += [_ESCAPE_KEY] * (self._escapes + more)
        self._escapes = 0

    def _complete(self, events: Sequence[InputEvent]) -> None:
        """A sequence has ended. An Escape right before a key is its Alt, as rxvt and others say it."""
        self._state = _State.GROUND
        self._sequence.clear()
        if self._escapes and len(events) == 1 and isinstance(key := events[0], KeyPressed):
            self._escapes -= 1
            events = (_with_alt(key),)
        self._tell_escapes()
        self._found += events

    def _abandon(self, at: int) -> int:
        """This byte is none of the sequence's: drop what there is of it, and see to the byte again."""
        self._complete(())
        return at

    # -- text -------------------------------------------------------------------------------------------------------

    def _ground(self, data: bytes, at: int) -> int:
        if match := _TEXT.match(data, at):
            for character in self._decoder.decode(match[0]):
                self._typed(character)
            return match.end()
        self._end_text()
        byte = data[at]
        if byte == _ESC:
            self._state = _State.ESCAPE
        else:
            self._tell(CONTROLS[byte])
        return at + 1

    def _end_text(self) -> None:
        """What is half a character here will not be a whole one."""
        if self._decoder.getstate()[0]:
            for character in self._decoder.decode(b"", final=True):
                self._typed(character)
        self._alt = False

    def _typed(self, character: str) -> None:
        if self._alt:
            self._alt = False
            self._tell(alt_key(character))
        elif not "\x80" <= character <= "\x9f":
            self._tell(text_key(character))

    # -- sequences --------------------------------------------------------------------------------------------------

    def _escape(self, data: bytes, at: int) -> int:
        byte = data[at]
        if byte == _ESC:
            self._tell_escapes()  # of three, the first is surely a key
            self._escapes = 1
        elif state := _INTRODUCERS.get(byte):
            self._state, self._introducer = state, byte
            self._sequence.clear()
        else:
            self._tell_escapes()
            self._state = _State.GROUND
            if byte >= 0x80:
                self._alt = True
                return at
            self._tell(AFTER_ESCAPE[byte] if byte in AFTER_ESCAPE else alt_key(chr(byte)))
        return at + 1

    def _csi(self, data: bytes, at: int) -> int:
        byte, sequence = data[at], self._sequence
        if not 0x20 <= byte < 0x7F:
            return self._abandon(at)
        if len(sequence) < _LONGEST_SEQUENCE:
            sequence.append(byte)
        if byte < 0x40 and not (byte == 0x24 and sequence[:-1].isdigit()):
            return at + 1
        if sequence == b"[":
            self._state = _State.LINUX
        elif sequence == b"M":
            self._state = _State.X10
            sequence.clear()
        elif sequence == PASTE_BEGIN[2:]:
            self._complete(())
            self._state = _State.PASTE
        else:
            self._complete(csi_events(sequence.decode("ascii")))
        return at + 1

    def _linux(self, data: bytes, at: int) -> int:
        """F1 to F5 of the Linux console: `ESC [ [ A`."""
        if not 0x20 <= data[at] < 0x7F:
            return self._abandon(at)
        number = data[at] - 0x40
        self._complete((KeyPressed(f"f{number}"),) if 1 <= number <= 5 else ())
        return at + 1

    def _x10(self, data: bytes, at: int) -> int:
        """Mouse reports of old: three bytes of any kind, from terminals that know no better ones."""
        if data[at] < 0x20:
            return self._abandon(at)
        self._sequence.append(data[at])
        if len(self._sequence) == 3:
            self._complete(())
        return at + 1

    def _ss3(self, data: bytes, at: int) -> int:
        byte = data[at]
        if not 0x20 <= byte < 0x7F:
            return self._abandon(at)
        if len(self._sequence) < _LONGEST_SEQUENCE:
            self._sequence.append(byte)
        if byte >= 0x40:
            self._complete(ss3_events(self._sequence.decode("ascii")))
        elif byte < 0x30:
            self._complete(())
        return at + 1

    def _string(self, data: bytes, at: int) -> int:
        match = _CONTROL.search(data, at)
        end = match.start() if match else len(data)
        self._sequence += data[at : min(end, at + _LONGEST_STRING - len(self._sequence))]
        if end == len(data):
            return end
        if data[end] == _ESC:
            self._state = _State.STRING_END
        elif data[end] == _BEL:
            self._end_string()
        else:
            return self._abandon(end)
        return end + 1

    def _string_end(self, data: bytes, at: int) -> int:
        if data[at] == _BACKSLASH:
            self._end_string()
            return at + 1
        self._complete(())
        self._state = _State.ESCAPE
        return at

    def _end_string(self) -> None:
        told = osc_events(self._sequence.decode("ascii", "replace")) if self._introducer == ord("]") else ()
        self._complete(told)

    # -- pastes -----------------------------------------------------------------------------------------------------

    def _pasted(self, data: bytes, at: int) -> int:
        behind = self._paste.add(data[at:])
        if behind is None:
            return len(data)
        self._state = _State.GROUND
        self._end_paste()
        return len(data) - behind

    def _end_paste(self) -> None:
        text = self._paste.text()
        self._paste = PasteBuffer()
        if text:
            self._tell(Pasted(text))


def _with_alt(key: KeyPressed) -> KeyPressed:
    """The same key, with Alt."""
    return KeyPressed(key.key if key.key.startswith("alt+") else f"alt+{key.key}")
