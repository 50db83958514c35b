"""Limits belong to who sends, not to a connection: a secret's or an address's, over all its connections."""

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from chatting import House, Person

SECRET = "0123456789abcdef0123456789abcdef"


def secret(number: int) -> str:
    """Somebody's own."""
    return f"{number:032}"


async def kept(person: Person, lines: int) -> int:
    """How many lines of so many are not refused."""
    await person.say(*[f"line {number}" for number in range(lines)])
    answers = [await person.next() for _ in range(lines)]
    return sum(answer["type"] == "message" for answer in answers)


def stopped(house: House) -> House:
    """The same, in a moment that lasts."""
    house.clock.stop_at(house.host.now())
    return house


async def test_who_comes_back_finds_its_limit(open_a_house):
    """Twenty connections of one secret, one after the other, say what one may say."""
    house = stopped(await open_a_house(rate_limit="20/10"))
    said = 0
    for _ in range(20):
        person = await house.person(secret=SECRET)
        said += await kept(person, 5)
        await person.socket.close()
        await house.nobody()
    assert said == 20


async def test_many_connections_of_one_secret_have_one_limit(open_a_house):
    """And another secret has its own."""
    house = stopped(await open_a_house(rate_limit="20/10"))
    windows = [await house.person(secret=SECRET) for _ in range(10)]
    for window in windows:
        await window.say(*["line"] * 5)
    bob = await house.person("bob", secret=secret(1))
    assert await kept(bob, 20) == 20
    assert house.context.counts.errors["too_fast"] == 30


async def test_guests_of_one_address_have_twenty_times_a_clients_limit(open_a_house):
    """Their coming counts; where the address is exempt, each connection has its own limit alone."""
    house = stopped(await open_a_house(rate_limit="2/1", exempt="none"))
    said, refused = 0, 0
    for _ in range(20):
        try:
            guest = await house.person()
        except InvalidStatus as error:
            refused += error.response.status_code == 429 and b"try again in" in error.response.body
            continue
        said += await kept(guest, 3)
    assert 20 - refused + said == 40
    assert await kept(await house.person(secret=SECRET), 3) == 2, "who has a secret is not among them"
    house = stopped(await open_a_house(rate_limit="2/1"))
    assert [await kept(await house.person(), 3) for _ in range(25)] == [2] * 25


async def test_a_secret_is_let_in_where_guests_are_too_many(open_a_house):
    """Up to twenty times as many as guests; then nobody."""
    house = await open_a_house(per_address=1, exempt="none")
    await house.person()
    for number in range(19):
        with pytest.raises(InvalidStatus):
            await connect(house.url(), proxy=None)
        await house.eventually(lambda number=number: len(house.connections) == number + 1)
        await house.person(secret=secret(number))
    with pytest.raises(InvalidStatus) as refused:
        await house.person(secret=secret(20))
    assert refused.value.response.status_code == 429


async def test_names_that_one_address_leaves_behind_are_few(open_a_house):
    """Of many secrets, so many names as connections are kept; guests leave none."""
    house = await open_a_house(per_address=3, exempt="none")
    for number in range(6):
        person = await house.person(f"name{number}", secret=secret(number))
        await person.socket.close()
        await house.nobody()
        guest = await house.person(f"guest{number}")
        await guest.socket.close()
        await house.nobody()
    await house.settled()
    assert set(await house.host.log.roster()) == {"name0", "name1", "name2"}
    back = await house.person(secret=secret(0))
    assert back.name == "name0"
