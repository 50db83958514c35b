"""Rate limiting, admission, and eviction of unfinished handshakes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_server.core.limits import Admission, ClientRates, PendingHandshakes, TokenBucket


def test_a_burst_passes_and_then_so_many_a_second():
    """20 at once; then one every tenth of a second."""
    bucket = TokenBucket(20, 10, 0.0)
    assert [bucket.take(0.0) for _ in range(20)] == [0.0] * 20
    assert bucket.take(0.0) == pytest.approx(0.1)
    assert bucket.take(0.05) == pytest.approx(0.05)
    assert bucket.take(0.1001) == 0.0
    assert bucket.take(0.1001) > 0


def test_rest_fills_the_bucket_to_the_burst_and_no_further():
    """An hour of silence is worth no more than the burst."""
    bucket = TokenBucket(3, 10, 0.0)
    assert [bucket.take(0.0) == 0.0 for _ in range(4)] == [True, True, True, False]
    assert [bucket.take(3600.0) == 0.0 for _ in range(4)] == [True, True, True, False]


def test_refusals_are_counted_and_forgiven_at_the_rate():
    """As many as could have passed meanwhile; one that passes forgives nothing more."""
    bucket = TokenBucket(1, 10, 0.0)
    assert bucket.take(0.0) == 0.0
    for count in range(1, 6):
        bucket.take(0.0)
        assert bucket.refused == count
    assert bucket.take(0.2) == 0.0
    assert bucket.refused == pytest.approx(3)
    assert bucket.take(60.0) == 0.0
    assert bucket.refused == 0


def test_who_stays_far_above_the_rate_gathers_refusals():
    """Ten times the rate for three seconds: one of ten passes, and 240 refusals stay, however evenly they come."""
    bucket = TokenBucket(1, 10, 0.0)
    passed = sum(bucket.take(hundredth / 100) == 0.0 for hundredth in range(300))
    assert 29 <= passed <= 31
    assert 235 <= bucket.refused <= 245


def test_a_refusal_costs_nothing():
    """Asking too early does not put off the next line."""
    bucket = TokenBucket(1, 1, 0.0)
    bucket.take(0.0)
    for tenth in range(1, 10):
        assert bucket.take(tenth / 10) > 0
    assert bucket.take(1.001) == 0.0


def test_a_clock_that_goes_back_gives_nothing():
    """Nor does it take anything."""
    bucket = TokenBucket(1, 1, 100.0)
    assert bucket.take(100.0) == 0.0
    assert bucket.take(50.0) == pytest.approx(1.0)
    assert bucket.take(51.001) == 0.0


_rates = st.floats(0.1, 1000)


@given(st.integers(1, 50), _rates, st.lists(st.floats(0, 1), max_size=200))
def test_never_more_than_the_rate(burst, per_second, pauses):
    """In any time, at most the burst and what the rate gives for that time; and who waits as told passes."""
    bucket = TokenBucket(burst, per_second, 0.0)
    now = 0.0
    for passed, pause in enumerate(pauses, start=1):
        now += pause
        wait = bucket.take(now)
        if wait:
            now += wait + 1e-6
            assert bucket.take(now) == 0.0
        assert passed <= burst + per_second * now + 1e-6


def test_a_server_is_full_beyond_its_limit():
    """The one too many is counted until it has gone."""
    admission = Admission(in_all=2, per_address=10)
    for _ in range(2):
        admission.enter()
        assert not admission.full
    admission.enter()
    assert admission.full
    admission.leave()
    assert not admission.full


def test_an_address_is_crowded_beyond_its_limit():
    """Others are not, and a place that was left is free again."""
    admission = Admission(in_all=100, per_address=2)
    for _ in range(3):
        admission.enter_from("203.0.113.1")
    admission.enter_from("203.0.113.2")
    assert admission.crowded("203.0.113.1")
    assert not admission.crowded("203.0.113.2")
    admission.leave_from("203.0.113.1", has_secret=False)
    assert not admission.crowded("203.0.113.1")


def test_who_has_a_secret_does_not_crowd_an_address():
    """Up to 20 times as many may come with one; that is all that fits."""
    admission = Admission(in_all=1000, per_address=2)
    for number in range(40):
        admission.enter_from("203.0.113.1")
        admission.show_secret("203.0.113.1")
        assert not admission.crowded("203.0.113.1"), number
        assert not admission.packed("203.0.113.1")
    admission.enter_from("203.0.113.1")
    assert admission.packed("203.0.113.1")
    assert not admission.crowded("203.0.113.1")
    admission.leave_from("203.0.113.1", has_secret=True)
    assert not admission.packed("203.0.113.1")


def test_what_has_no_address_or_none_with_limits_is_never_crowded():
    """It is counted for none."""
    admission = Admission(in_all=2, per_address=1)
    for _ in range(30):
        admission.enter_from("")
        admission.show_secret("")
        admission.leave_from("", has_secret=True)
    assert not admission.crowded("")
    assert not admission.packed("")


ADDRESS = "203.0.113.1"


def taken(bucket: TokenBucket, now: float) -> int:
    """How many pass at this time."""
    return sum(bucket.take(now) == 0.0 for _ in range(1000))


def test_a_client_has_one_limit_over_all_its_connections():
    """Two at once share it, and the next one finds what is left; after a time it is as new."""
    rates = ClientRates((20, 10))
    desk, phone = (rates.hold("~a", ADDRESS, 0.0, has_secret=True) for _ in range(2))
    assert desk is phone
    assert taken(desk, 0.0) == 20
    assert taken(phone, 1.0) == 10
    rates.let_go("~a", ADDRESS, 1.0, has_secret=True)
    rates.let_go("~a", ADDRESS, 1.0, has_secret=True)
    back = rates.hold("~a", "198.51.100.7", 1.5, has_secret=True)
    assert taken(back, 1.5) == 5
    assert taken(rates.hold("~b", ADDRESS, 1.5, has_secret=True), 1.5) == 20


def test_who_has_no_secret_shares_a_limit_with_its_address():
    """Each connection has a client's, all together have 20 times that, however often they come anew."""
    rates = ClientRates((20, 10))
    passed = 0
    for number in range(100):
        passed += taken(rates.hold(f"~{number}", ADDRESS, 0.0, has_secret=False), 0.0)
        rates.let_go(f"~{number}", ADDRESS, 0.0, has_secret=False)
    assert passed == 400
    assert taken(rates.hold("~x", "198.51.100.7", 0.0, has_secret=False), 0.0) == 20
    assert taken(rates.hold("~x", "", 0.0, has_secret=False), 0.0) == 20
    assert taken(rates.hold("~x", ADDRESS, 0.5, has_secret=False), 0.5) == 20, "half a second is worth 100 of them"


def test_so_many_come_from_an_address_in_a_second():
    """400 at once, then 200 a second; with a secret, or without a limit, as many as like."""
    rates = ClientRates((20, 10))
    assert sum(rates.may_come(ADDRESS, 0.0) == 0.0 for _ in range(1000)) == 400
    assert sum(rates.may_come(ADDRESS, 1.0) == 0.0 for _ in range(1000)) == 200
    assert rates.may_come(ADDRESS, 1.0) == pytest.approx(0.005)
    assert sum(rates.may_come("", 0.0) == 0.0 for _ in range(1000)) == 1000
    assert ClientRates(None).may_come(ADDRESS, 0.0) == 0.0
    assert ClientRates(None).hold("~a", ADDRESS, 0.0, has_secret=True) is None


def test_what_is_remembered_is_bounded():
    """What is as new is forgotten with the next who goes; of all others 10,000 stay."""
    rates = ClientRates((20, 10))

    def come_and_go(count: int, lines: int, now: float) -> None:
        for number in range(count):
            bucket = rates.hold(f"~{number}", "", now, has_secret=True)
            for _ in range(lines):
                bucket.take(now)
            rates.let_go(f"~{number}", "", now, has_secret=True)

    come_and_go(500, 0, 0.0)
    assert len(rates) == 0
    come_and_go(12_000, 20, 0.0)
    assert len(rates) == 10_000
    come_and_go(1, 0, 2.0)
    assert len(rates) == 0


def test_of_those_who_knock_the_oldest_goes():
    """When there are too many; who has asked is not among them any more."""
    pending_handshakes = PendingHandshakes(2)
    assert [pending_handshakes.enter(guest) for guest in ("ana", "bob")] == [None, None]
    assert pending_handshakes.enter("zoe") == "ana"
    pending_handshakes.leave("bob")
    assert pending_handshakes.enter("dan") is None
    assert pending_handshakes.enter("eve") == "zoe"


def test_a_quarter_of_all_places_is_for_handshakes():
    """And some always."""
    assert [Admission(in_all, 1).most_handshakes for in_all in (1, 400, 20_000)] == [64, 100, 5_000]
