"""Times in words: what they look like today, on another day, and where there is none."""

from datetime import datetime

import pytest

from chat_tui.wording.times import ISO_DATE, clock_time, goes_at, new_day, said_at

NOW = datetime(2026, 3, 5, 10, 2).timestamp()  # noqa: DTZ001 - ten in the morning wherever the test runs
DAY = 86_400
NEVER = [0.0, -1e300, 1e300, float("nan")]


def test_a_date_is_written_for_people_or_for_programs():
    """Only where it is not today's."""
    assert [clock_time(NOW, NOW), clock_time(NOW, NOW, ISO_DATE)] == ["10:02", "10:02"]
    assert clock_time(NOW - DAY, NOW) == "04 Mar 10:02"
    assert clock_time(NOW - DAY, NOW, ISO_DATE) == "2026-03-04 10:02"


def test_a_day_begins_with_its_name():
    """With its year where that is another one; within a day there is nothing to say."""
    assert new_day(NOW - DAY, NOW, NOW) == "Thursday, 5 March"
    assert new_day(NOW - DAY, NOW, NOW + 365 * DAY) == "Thursday, 5 March 2026"
    assert new_day(NOW - 3600, NOW, NOW) == ""


def test_a_moment_in_full():
    """When something was said, and when it goes: on the same day by the second."""
    assert said_at(NOW) == "Thursday, 5 March 2026, 10:02"
    assert goes_at(NOW + 42, NOW) == "gone by 10:02:42"
    assert goes_at(NOW + DAY, NOW) == "gone by 6 March, 10:02"


@pytest.mark.parametrize("when", NEVER)
def test_what_can_not_be_a_time_has_no_words(when):
    """Whatever a server sends."""
    assert [clock_time(when, NOW), said_at(when), goes_at(when, NOW), new_day(NOW, when, NOW)] == [""] * 4
