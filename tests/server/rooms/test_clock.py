"""The clock: ends by a time that never jumps, stamps by the wall's."""

from pathlib import Path

import pytest

from chat_server.rooms.clock import Clock, Seen, elapsed

HOUR, DAY = 3_600.0, 86_400.0
YEAR = 365 * DAY
NOW = 1_795_000_000.0  # in 2026


class Computer:
    """A computer whose wall clock is `off` by so much."""

    def __init__(self, off=0.0):
        self.off = off
        self.passed = 0.0

    def wall(self):
        """The time that it shows."""
        return NOW + self.passed + self.off

    def elapsed(self):
        """The time that has passed, since something else."""
        return 5_000.0 + self.passed

    def clock(self, seen=None):
        """The clock of a server that starts on it."""
        return Clock(Seen() if seen is None else seen, self.wall, self.elapsed)

    def run(self, clock, seconds):
        """Let time pass, with a look each second of the first minute, and each hour."""
        end = self.passed + seconds
        while self.passed < end:
            self.passed = min(end, self.passed + (1.0 if end - self.passed <= 60 else HOUR))
            clock.follow_wall()


def seen_at(time, *, ends=True):
    """What a log has seen of a server whose clock was the wall's."""
    return Seen(time, time, ends)


def test_both_times_are_the_walls_where_nothing_is_wrong():
    """At the start of a new log, and later."""
    computer = Computer()
    clock = computer.clock()
    computer.run(clock, 90.0)
    assert (clock(), clock.stamp, clock.doubtful) == (NOW + 90, NOW + 90, False)


@pytest.mark.parametrize("step", [-10 * YEAR, -3 * DAY, -HOUR, -10.0, 10.0, HOUR, 3 * DAY, 10 * YEAR])
def test_stamps_follow_a_wall_clock_that_is_set_and_ends_do_not(step):
    """Not at once: who sets a clock may set it back. The time for ends passes as before."""
    computer = Computer()
    clock = computer.clock()
    computer.off = step
    computer.run(clock, 29.0)
    assert clock.stamp == NOW + 29
    computer.run(clock, 29.0)
    assert clock.stamp == NOW + 58 + step
    assert clock() == NOW + 58


@pytest.mark.parametrize("step", [-3 * DAY, 3 * DAY])
def test_a_wall_clock_that_is_off_for_a_moment_is_not_followed(step):
    """It is as it was before half a minute has passed."""
    computer = Computer()
    clock = computer.clock()
    for _ in range(3):
        computer.off = step
        computer.run(clock, 20.0)
        computer.off = 0.0
        computer.run(clock, 1.0)
    assert clock.stamp == clock() == NOW + 63


@pytest.mark.parametrize("off", [-3 * DAY, 3 * DAY, 10 * YEAR])
def test_a_clock_that_was_wrong_at_the_start_and_is_set_right(off):
    """Stamps are right again; what has an end keeps it."""
    computer = Computer(off)
    clock = computer.clock(seen_at(NOW - HOUR))
    began = clock()
    computer.off = 0.0
    computer.run(clock, 60.0)
    assert clock.stamp == pytest.approx(NOW + 60)
    assert clock() == pytest.approx(began + 60)
    assert not clock.doubtful


def test_time_has_passed_while_there_was_no_server():
    """By as much as the wall's time has; what a server's clock was off by at its end, the next one's is off by."""
    assert Computer().clock(Seen(NOW - 3 * DAY, NOW - HOUR, ends=True))() == NOW - 3 * DAY + HOUR
    assert Computer().clock(Seen(NOW - 3 * DAY, NOW - HOUR, ends=True)).stamp == NOW


def test_a_wall_clock_that_was_set_back_makes_nothing_younger():
    """The time for ends goes on from where it was."""
    clock = Computer().clock(seen_at(NOW + HOUR))
    assert (clock(), clock.stamp) == (NOW + HOUR, NOW)


def test_the_two_times_are_one_again_at_a_start_where_nothing_has_an_end():
    """So that no log is off for ever."""
    clock = Computer().clock(Seen(NOW + 10 * YEAR, NOW - HOUR, ends=False))
    assert (clock(), clock.ahead) == (NOW, 0.0)


def test_a_wall_clock_ten_years_ahead_is_doubted():
    """Nothing ends by it, and what is believed is the time before; stamps show it, for nobody knows a better one."""
    computer = Computer(10 * YEAR)
    clock = computer.clock(seen_at(NOW - HOUR))
    assert clock.doubtful
    assert clock() == clock.believed == NOW - HOUR
    assert clock.stamp == NOW + 10 * YEAR
    computer.run(clock, 60.0)
    assert clock.believed == NOW - HOUR + 60
    computer.off = 0.0
    computer.run(clock, 60.0)
    assert not clock.doubtful
    assert clock.believed == NOW + 120


def test_a_doubted_wall_clock_that_nobody_sets_right_is_believed_after_a_week():
    """The log may have been left alone for more than a year."""
    computer = Computer(2 * YEAR)
    clock = computer.clock(seen_at(NOW))
    computer.run(clock, 6 * DAY)
    assert clock.doubtful
    computer.run(clock, DAY + HOUR)
    assert not clock.doubtful
    assert clock.believed == clock.stamp == NOW + 2 * YEAR + 7 * DAY + HOUR


def test_a_log_left_alone_for_months_is_nothing_to_doubt():
    """As over the holidays."""
    clock = Computer().clock(seen_at(NOW - 200 * DAY))
    assert not clock.doubtful
    assert clock() == NOW


def test_a_computer_that_begins_in_1970_until_the_network_tells_it_the_time():
    """The first minutes change nothing of what is believed: no doubt is left."""
    computer = Computer(-NOW)
    clock = computer.clock(seen_at(NOW - HOUR))
    computer.run(clock, 60.0)
    computer.off = 0.0
    computer.run(clock, 60.0)
    assert not clock.doubtful
    assert clock.believed == clock.stamp == NOW + 120


def test_the_time_is_that_of_the_computer_also_while_it_sleeps():
    """Its default is a clock that goes on meanwhile, where the system has one."""
    uptime = float(Path("/proc/uptime").read_text().split()[0]) if Path("/proc/uptime").exists() else None
    if uptime is None:
        pytest.skip("there is no /proc/uptime to compare with")
    assert elapsed() == pytest.approx(uptime, abs=60.0)
