"""Recalling what was sent."""

from hypothesis import given
from hypothesis import strategies as st

from chat_tui.widgets.composer.sent_history import SentHistory, addressed


def history(*lines, **options):
    """A history of public lines."""
    sent = SentHistory(**options)
    for line in lines:
        sent.add(line)
    return sent


def test_older_and_newer_walk_and_the_draft_is_at_the_end():
    """Both ends hold."""
    sent = history("one", "two")
    assert sent.older("draft") == "two"
    assert sent.older("two") == "one"
    assert sent.older("one") is None
    assert sent.newer("one") == "two"
    assert sent.newer("two") == "draft"
    assert sent.newer("draft") is None


def test_edits_on_the_way_are_kept():
    """A recalled line that was changed is found changed, until something is sent."""
    sent = history("one", "two")
    sent.older("")
    assert sent.older("two!") == "one"
    assert sent.newer("one") == "two!"
    sent.add("three")
    assert sent.older("") == "three"
    assert sent.older("three") == "two"


def test_newer_without_a_walk_is_nothing():
    """There is nothing newer than the draft."""
    assert history("one").newer("") is None
    assert history().older("") is None


def test_only_unchanged_lines_count_as_recalled():
    """The draft is not recalled, nor is an edited line."""
    sent = history("one")
    assert not sent.is_recalled("one")
    sent.older("")
    assert sent.is_recalled("one")
    assert not sent.is_recalled("one!")
    sent.newer("one")
    assert not sent.is_recalled("")


def test_the_same_line_twice_is_kept_once():
    """Repeats in a row are one."""
    assert [text for text, _ in history("a", "a", "b", "a").lines] == ["a", "b", "a"]


@given(st.lists(st.text(max_size=3), max_size=30))
def test_it_is_bounded(lines):
    """The newest lines stay."""
    sent = history(*lines, limit=5)
    assert len(sent.lines) <= 5
    assert not lines or sent.lines[-1][0] == lines[-1]


def test_a_private_line_keeps_its_audience():
    """Recalled where everyone reads, it says to whom it was written."""
    sent = SentHistory()
    sent.add("the code is 4711", "bob")
    assert sent.older("", "") == "/to bob the code is 4711"
    sent.stop()
    assert sent.older("", "bob") == "the code is 4711"
    sent.stop()
    assert sent.older("", "ana") == "/to bob the code is 4711"


def test_commands_are_not_addressed():
    """Only what is a message gets a target, and none gets two."""
    assert addressed("/delete 3", "bob", "") == "/delete 3"
    for unseen in ("", " ", "\u180b", "\u2800 "):
        assert addressed(f"{unseen}/to ana hi", "bob", "") == f"{unseen}/to ana hi"
    assert addressed("\uff0fto ana hi", "bob", "") == "\uff0fto ana hi"
    assert addressed("/temp 30 hi", "bob", "") == "/to bob /temp 30 hi"
    assert addressed("//hi", "bob", "") == "/to bob //hi"
    assert addressed("hi", "", "bob") == "hi"


def test_forgotten_lines_are_gone():
    """With modifiers before them too, and also from a walk that has begun."""
    sent = history("code 4711", "other", "/to bob code 4711", "my code 4711")
    sent.older("")
    sent.forget("code 4711")
    assert [text for text, _ in sent.lines] == ["other", "my code 4711"]
    assert sent.newer("") is None
