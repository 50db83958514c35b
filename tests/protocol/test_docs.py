"""The page for people who write other clients says what the source says."""

import json
import re
from pathlib import Path

import pytest

from chat_protocol import events
from chat_protocol.commands import COMMANDS, LIFETIME_MAX, MOST_ROOMS
from chat_protocol.events import CLOSE_RESTART, CLOSE_SLOW, decode_event
from chat_server.settings import Settings

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "protocol.md").read_text()
CODE = re.compile(r'\b(?:CommandRefused|CommandError|Refusal|__init__)\(\s*"(\w+)"')
SOURCES = [path.read_text() for path in (ROOT / "server").rglob("*.py")]


def table(heading):
    """The first cells of the rows under a heading."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"^\| (.+?) \|", section, re.MULTILINE)


def examples():
    """Every frame that is shown as JSON."""
    return re.findall(r"^```json\n(.+?)\n```$", PAGE, re.MULTILINE | re.DOTALL)


def test_every_command_is_in_the_table():
    """As it is written in its usage."""
    assert {f"`{spec.usage}`" for spec in COMMANDS} <= set(table("What you may send"))


def test_the_error_codes_are_those_of_the_source():
    """None is missing, and none is left from before."""
    codes = {code for source in SOURCES for code in CODE.findall(source)}
    assert len(codes) > 10
    assert {cell for cell in table("Errors") if cell.startswith("`")} == {f"`{code}`" for code in codes}


def test_every_event_has_its_heading_and_an_example():
    """Which our own client understands, and which has every field that is always there."""
    shown = {}
    for example in examples():
        event = decode_event(example)
        shown[json.loads(example)["type"]] = event
        assert decode_event(events.encode_event(event)) == event
    assert set(shown) == {kind.__struct_config__.tag for kind in events.Event.__args__}
    for kind in shown:
        assert f"\n### {kind}\n" in PAGE
    for example in examples():
        written = json.loads(example)
        assert set(json.loads(events.encode_event(decode_event(example)))) == set(written)


@pytest.mark.parametrize("kind", events.Event.__args__, ids=lambda kind: kind.__name__)
def test_every_field_is_mentioned(kind):
    """In words, or in the example of its event."""
    fields = set(kind.__struct_fields__) - ({"clients"} if kind is events.ClientsChanged else set())
    assert {field for field in fields if f"`{field}`" not in PAGE and f'"{field}"' not in PAGE} == set()


def test_the_close_codes_are_mentioned():
    """Our own, and those that the standard has."""
    assert {str(CLOSE_RESTART), str(CLOSE_SLOW), "1007", "1008", "1009"} <= set(table("How a connection ends"))


def test_the_limits_are_the_defaults():
    """What the page promises is what a server with nothing configured does."""
    settings = Settings()
    rows = dict(re.findall(r"^\| `(\w+)`.* \| ([\d, ]+) \|", PAGE.split("\n## Limits\n")[1], re.MULTILINE))
    assert rows == {
        "text": str(settings.max_text),
        "lines": str(settings.max_lines),
        "frame": str(settings.max_frame),
        "name": "32",
        "rooms": f"{MOST_ROOMS}, {settings.max_rooms}",
        "temp_min": f"1, {LIFETIME_MAX:.0f}",
        "history": str(settings.history),
        "burst": settings.rate_limit.replace("/", ", "),
    }


def test_the_session_is_made_of_real_events():
    """Each frame of it can be read; those that were shortened are marked."""
    session = PAGE.split("\n## A session\n")[1].split("```")[1]
    frames = re.findall(r"^< (.+)$", session, re.MULTILINE)
    assert len(frames) > 8
    for frame in frames:
        assert "…" in frame or decode_event(frame)
