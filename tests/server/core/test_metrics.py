"""The text that Prometheus reads, against a reader of our own that knows nothing of the writer."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_server.core.metrics import Counts, Family, Histogram, Sample, format_metrics, labelled
from prometheus import read


def test_a_family_is_its_help_its_type_and_its_samples():
    """In this order, one a line; a sample without labels has no braces."""
    families = [
        Family("chat_connections", "gauge", "Who is here.", [Sample(2)]),
        Family("chat_errors_total", "counter", "What was refused.", labelled("code", {"twice": 1, "bad_id": 3})),
    ]
    assert format_metrics(families) == (
        "# HELP chat_connections Who is here.\n"
        "# TYPE chat_connections gauge\n"
        "chat_connections 2\n"
        "# HELP chat_errors_total What was refused.\n"
        "# TYPE chat_errors_total counter\n"
        'chat_errors_total{code="bad_id"} 3\n'
        'chat_errors_total{code="twice"} 1\n'
    )


@given(st.text(), st.text(), st.floats(allow_nan=False))
def test_any_text_and_any_number_is_read_as_it_was_meant(text, explanation, value):
    """Quotes, backslashes and line feeds are escaped, so that nothing breaks out of its line."""
    page = format_metrics([Family("chat_x", "gauge", explanation, [Sample(value, {"label": text})])])
    assert read(page) == {("chat_x", ("label", text)): value}
    assert page.count("\n") == 3


@pytest.mark.parametrize(
    ("value", "written"), [(3, "3"), (0.1, "0.1"), (math.inf, "+Inf"), (-math.inf, "-Inf"), (math.nan, "NaN")]
)
def test_numbers_are_written_as_prometheus_reads_them(value, written):
    """Those that Python writes in another way too."""
    assert format_metrics([Family("x", "gauge", "", [Sample(value)])]).endswith(f"\nx {written}\n")


@given(st.lists(st.floats(0, 20)))
def test_a_bucket_counts_all_that_is_at_most_its_bound(values):
    """Each holds those below it as well, the last one all of them; sum and count fit."""
    histogram = Histogram()
    for value in values:
        histogram.observe(value)
    samples = read(format_metrics([Family("x", "histogram", "", histogram.samples())]))
    assert samples.pop(("x_sum",)) == pytest.approx(sum(values))
    assert samples.pop(("x_count",)) == len(values)
    assert len(samples) > 10
    for (name, (label, bound)), count in samples.items():
        assert (name, label) == ("x_bucket", "le")
        assert count == sum(value <= float(bound) for value in values)


def test_counts_begin_at_nothing():
    """A server that has just started has counted nothing."""
    counts = Counts()
    assert (dict(counts.delivered), counts.outbox_most, dict(counts.errors)) == ({}, 0, {})
