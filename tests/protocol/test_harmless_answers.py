"""Answers to questions as frames: what they hold of other people's text is harmless once it is decoded."""

import json

import pytest
from hypothesis import given

from chat_protocol.events import Message, decode_event
from chat_protocol.text import clean, clean_line
from protocol.strategies import texts

HOSTILE = ["\x1b]52;c;x\x07\x9b31m\u202e\u2028 [/b]\n\u200b", "\x1b[2J", "e" + "\u0301" * 3000, "two\nlines"]


def fields(text):
    """A message of somebody's as JSON: every place of it that holds text."""
    return {"id": 1, "text": text, "from_id": text, "from_name": text, "to_id": text}


def harmless(text):
    """That message as it must be read."""
    line = clean_line(text)
    return Message(1, clean(text), None, line, line, line, 0.0, 1)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_an_answer_to_a_search_is_harmless(hostile):
    """The query that it repeats is shown in one line, and is somebody's text as well."""
    found = decode_event(json.dumps({"type": "search", "query": hostile, "messages": [fields(hostile)], "more": True}))
    assert found.query == clean_line(hostile)
    assert found.messages == (harmless(hostile),)
    assert "\n" not in found.query


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_page_of_history_is_harmless(hostile):
    """Each message of it."""
    page = decode_event(json.dumps({"type": "history", "before": 9, "messages": [fields(hostile)], "more": True}))
    assert page.messages == (harmless(hostile),)


@given(texts)
def test_any_query_that_a_server_repeats_is_harmless(text):
    """Whatever characters it has."""
    found = decode_event(json.dumps({"type": "search", "query": text, "messages": [], "more": False}))
    assert found.query == clean_line(text)
