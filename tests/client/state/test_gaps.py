"""What is not known, against a plain set of ids."""

from hypothesis import given
from hypothesis import strategies as st

from chat_tui.state.gaps import Gap, Gaps

ALL = range(1, 40)
STEPS = st.lists(st.tuples(st.sampled_from(["add", "fill"]), st.integers(1, 39), st.integers(1, 39)), max_size=30)


def ranges(numbers):
    """The gaps that are made of these ids."""
    edges = [number for number in ALL if (number in numbers) != (number - 1 in numbers)]
    stops = edges[1::2] if len(edges) % 2 == 0 else [*edges[1::2], ALL.stop]
    return [Gap(*pair) for pair in zip(edges[::2], stops, strict=True)]


@given(STEPS)
def test_gaps_are_a_set_of_ids(steps):
    """Whatever is added and filled in whatever order, each id is in a gap or not, and gaps don't touch."""
    gaps, unknown = Gaps(), set()
    for what, start, stop in steps:
        getattr(gaps, what)(start, stop)
        unknown = unknown | {*range(start, stop)} if what == "add" else unknown - {*range(start, stop)}
        assert [number for number in ALL if gaps.holds(number)] == sorted(unknown)
        expected = ranges(unknown)
        assert list(gaps) == expected
        assert bool(gaps) == bool(unknown)
        assert [gaps.around(gap.stop - 1) for gap in expected] == expected


@given(STEPS, st.integers(0, 40), st.integers(0, 40))
def test_gaps_are_found_from_both_sides(steps, after, before):
    """Between two known ids: the newest gap from above, the oldest from below."""
    gaps = Gaps()
    for what, start, stop in steps:
        getattr(gaps, what)(start, stop)
    for number in (after, before):
        gaps.fill(number, number + 1)
    between = [gap for gap in gaps if after < gap.start and gap.stop <= before]
    assert gaps.newest_between(after, before) == (between[-1] if between else None)
    assert gaps.oldest_between(after, before) == (between[0] if between else None)
