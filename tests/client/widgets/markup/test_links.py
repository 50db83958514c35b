"""Links: where they end in sentences of any script, and what a terminal is told of them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.widgets.markup.links import find_links, terminal_address

WIKI = "https://e.org/wiki/Foo_(bar)"


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("no link", []),
        ("see https://e.org/a, and (http://e.org/b).", ["https://e.org/a", "http://e.org/b"]),
        ("https:// alone, javascript://x, file:///etc", []),
        ('<https://e.org/"x">', ["https://e.org/"]),
        ("http://a and HTTPS://E.org/X", ["http://a", "HTTPS://E.org/X"]),
        (f"{WIKI}, ({WIKI}) [x]({WIKI}).", [WIKI] * 3),
        (f"({WIKI})見 [https://e.org]x", [WIKI, "https://e.org"]),
        (
            "https://e.org/a) https://e.org/b)) https://e.org/)c",
            ["https://e.org/a", "https://e.org/b", "https://e.org/)c"],
        ),
        ("https://e.org/?a[]=1&b={x}; https://[::1]", ["https://e.org/?a[]=1&b={x}", "https://[::1]"]),
        (
            "*https://e.org/a* _https://e.org/b_ https://e.org/c_",
            ["https://e.org/a", "https://e.org/b", "https://e.org/c_"],
        ),
        ("https://e.org/a;b;c=1;", ["https://e.org/a;b;c=1"]),
        ("https://bücher.example:8080/ü?q=ä#ö", ["https://bücher.example:8080/ü?q=ä#ö"]),
        (
            "https://ja.e.org/ジョン・レノン。 https://e.org/L’été ok",
            ["https://ja.e.org/ジョン・レノン", "https://e.org/L’été"],
        ),
    ],
)
def test_links_are_web_addresses_without_the_sentence_around_them(text, links):
    """Only http and https, and no full stop, comma or bracket at the end but one that is paired."""
    assert [text[start:end] for start, end in find_links(text)] == links


@pytest.mark.parametrize("end", [*"（）。、，！？」』》】”’»›…।॥؟،؛۔։።၊။។๚་", "。次へ", "（説明）", "”、と", "।)"])
def test_what_closes_a_sentence_in_any_script_is_not_part_of_a_link(end):
    """Nor is what comes after it with no space between."""
    for address in ("https://e.org", "https://e.org/a_(b)", "https://e.org/路"):
        assert [f"{address}{end}"[start:stop] for start, stop in find_links(f"{address}{end}")] == [address]


@given(st.text(st.sampled_from("()[]{}.,;_。）é /ahttps:"), max_size=60))
def test_what_is_found_is_in_the_text_and_begins_like_an_address(text):
    """And ends in no comma, and none overlap."""
    end = 0
    for start, stop in find_links(f"https://{text} {text}"):
        assert end <= start < stop
        end = stop
        address = f"https://{text} {text}"[start:stop]
        assert re.match(r"https?://.", address)
        assert not address.endswith((",", ".", ";", "。", "）"))


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://e.org", "https://e.org"),
        ("http://e.org:80/a?b=c&d#e(f)", "http://e.org:80/a?b=c&d#e(f)"),
        ("https://[::1]:80/x", "https://[::1]:80/x"),
        ("https://e.org/a;b;c=1?d[]=e", "https://e.org/a;b;c=1?d[]=e"),
        ("https://e.org/é%20%zz;\ufffd\x1b\\", "https://e.org/%C3%A9%20%25zz;%EF%BF%BD%1B%5C"),
        ("HTTPS://e.org/A", "https://e.org/A"),
        ("https://bücher.example:80/", "https://b%C3%BCcher.example:80/"),
        ("https://日本.example/", "https://%E6%97%A5%E6%9C%AC.example/"),
        ("https://пример.рф", "https://%D0%BF%D1%80%D0%B8%D0%BC%D0%B5%D1%80.%D1%80%D1%84"),
        ("https://e.org@evil.example/", ""),
        ("https://e.org:80@evil.example/", ""),
        ("https://\u0430pple.com/", ""),
        ("https://\u0430\u0440\u0440\u04cf\u0435.com/", ""),
        ("https://g\u0131thub.com/", ""),
        ("https://e.org\u2044x.example/", ""),
        ("https://\uff45.org/", ""),
        ("https://e\u3002org/", ""),
        ("https://e.org;x/", ""),
        ("https://e.org/" + "x" * 2000, ""),
        ("javascript://e.org/", ""),
    ],
)
def test_a_terminal_is_told_plain_addresses_only(url, told):
    """Printable ASCII, of a host that is what it looks like; nothing of others."""
    assert terminal_address(url) == told
