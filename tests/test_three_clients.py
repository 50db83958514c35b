"""What three people at one server see: every line of the wire, live and in the greeting of somebody who comes later."""

import itertools
from collections.abc import AsyncIterator

import pytest

from chatting import Event, House, Person, open_house

CANARY = "the code is 4711"


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """One server, without a rate limit."""
    async with open_house() as house:
        yield house


@pytest.fixture
async def three(house) -> list[Person]:
    """Ana, bob and zoë, who see each other."""
    return await house.people("ana", "bob", "zoë")


async def all_see(people: list[Person]) -> Event:
    """The next event of everybody, which must be the same for all."""
    first, *others = [await person.next() for person in people]
    assert all(other == first for other in others)
    return first


async def test_a_greeting_has_every_field_that_is_promised(house):
    """`init` says who you are, who is here, what was said, where the log stands, and the limits."""
    ana = await house.person("ana")
    init = ana.init
    assert init["you"] == {"id": ana.id, "name": "ana"}
    assert init["clients"] == [init["you"]]
    assert init["messages"] == []
    assert init["deleted"] == []
    assert init["resumed"] is False
    assert init["more"] is False
    assert init["seq"] == 0
    assert isinstance(init["epoch"], str)
    assert isinstance(init["now"], float)
    assert init["limits"]["text"] == 4096
    assert init["limits"]["lines"] == 100


async def test_a_client_id_has_no_spaces_and_is_no_name(three):
    """Ids begin with a mark that no name may begin with."""
    assert len({person.id for person in three}) == 3
    assert all(person.id.startswith("~") and not set(person.id) & set(" \t\n") for person in three)


async def test_nobody_in_particular_gets_a_name_of_their_own(house):
    """Who asks for no name is called User and a number, each another."""
    first, second = await house.person(), await house.person()
    assert first.name != second.name
    assert all(person.name.startswith("User") for person in (first, second))


async def test_a_public_message_reaches_everyone_as_one_and_the_same_event(three):
    """All three see the same fields, the sender too; the id is the number of the entry."""
    ana = three[0]
    await ana.say("hello\n  there")
    event = await all_see(three)
    sent_at = event.pop("sent_at")
    assert ana.init["now"] <= sent_at < ana.init["now"] + 60
    assert event == {
        "type": "message", "id": 1, "seq": 1, "text": "hello\n  there", "reply_to": None,
        "from_id": ana.id, "from_name": "ana", "to_id": None,
    }  # fmt: skip


async def test_a_slash_is_said_with_two(three):
    """`//text` is a public message that begins with one."""
    await three[0].say("//exit is how you leave")
    assert (await all_see(three))["text"] == "/exit is how you leave"


async def test_a_reply_holds_a_reference_and_never_the_text(three):
    """`/reply` names the message; what was said there is not repeated."""
    ana, bob, _ = three
    await ana.say("is it green?")
    question = await all_see(three)
    await bob.say(f"/reply {question['id']} yes")
    answer = await all_see(three)
    assert (answer["text"], answer["reply_to"]) == ("yes", question["id"])
    assert "green" not in str(answer)


async def test_a_message_may_delete_itself(house, three):
    """`/temp` gives it an end, at which everyone is told that it is gone; whoever comes later never learns of it."""
    await three[0].say(f"/temp 1 {CANARY}")
    message = await all_see(three)
    assert message["expires_at"] == pytest.approx(message["sent_at"] + 1)
    gone = await all_see(three)
    assert gone == {"type": "delete", "id": message["id"], "seq": message["seq"] + 1}
    late = await house.person("late")
    assert late.init["messages"] == []
    assert late.init["seq"] == 2


@pytest.mark.parametrize("by_id", [False, True], ids=["by name", "by id"])
async def test_a_direct_message_is_for_two(house, three, by_id):
    """Sender and target see it; the third sees it neither live, nor in a greeting, nor its deletion."""
    ana, bob, zoe = three
    await ana.say(f"/to {bob.id if by_id else 'BOB'} {CANARY}")
    seen = await all_see([ana, bob])
    assert (seen["text"], seen["to_id"]) == (CANARY, bob.id)
    again = [await house.person(), await house.person()]
    await bob.say(f"/delete {seen['id']}")
    assert (await all_see([ana, bob]))["type"] == "delete"
    await ana.say("for all")
    assert (await zoe.next())["text"] == "for all"
    assert all(other.init["messages"] == [] for other in again)
    for other in [zoe, *again]:
        assert CANARY not in str(other.init) + str(other.seen)


async def test_a_direct_message_is_in_the_greetings_of_its_two_and_of_nobody_else(house):
    """Both of them find it again when they come back."""
    secrets = {"ana": "a" * 32, "bob": "b" * 32, "zoe": "z" * 32}
    ana, bob, _zoe = [await house.person(name, secret=secret) for name, secret in secrets.items()]
    await ana.say(f"/to bob {CANARY}")
    await bob.hears(CANARY)
    back = {name: await house.person(secret=secret) for name, secret in secrets.items()}
    assert [message["text"] for message in back["ana"].init["messages"]] == [CANARY]
    assert [message["text"] for message in back["bob"].init["messages"]] == [CANARY]
    assert back["zoe"].init["messages"] == []


async def test_a_message_to_oneself_is_seen_once(three):
    """The sender is its own target, and nobody else hears."""
    ana, bob, zoe = three
    assert (await ana.said(f"/to ana {CANARY}"))["to_id"] == ana.id
    await ana.say("for all")
    assert (await all_see([ana, bob, zoe]))["text"] == "for all"


@pytest.mark.parametrize("order", list(itertools.permutations(["to", "temp", "reply", "txn"])), ids="-".join)
async def test_modifiers_compose_in_any_order(three, order):
    """A direct, temporary reply with a token is the same in each of the 24 orders, and still for two."""
    ana, bob, zoe = three
    await ana.say("question")
    question = await all_see(three)
    parts = {"to": "/to bob", "temp": "/temp 30", "reply": f"/reply {question['id']}", "txn": "/txn k-7"}
    await ana.say(" ".join([*(parts[part] for part in order), CANARY]))
    event = await all_see([ana, bob])
    assert (event["text"], event["to_id"], event["reply_to"], event["txn"]) == (CANARY, bob.id, question["id"], "k-7")
    assert event["expires_at"] == pytest.approx(event["sent_at"] + 30)
    await bob.say("next")
    assert (await zoe.next())["text"] == "next"


async def test_the_echo_and_the_error_carry_the_token(three):
    """`/txn` comes back with what was made of its line."""
    ana = three[0]
    assert (await ana.said("/txn a1 hello"))["txn"] == "a1"
    assert (await ana.said("/txn a2 /delete 99"))["txn"] == "a2"
    assert (await ana.said("/txn a3 /to nobody hi"))["txn"] == "a3"
    assert (await ana.said("/txn a4 /name bob"))["txn"] == "a4"


@pytest.mark.parametrize("which", ["last", "id"])
async def test_a_deleted_message_is_gone_for_everyone(house, three, which):
    """All are told once; no greeting has it; a reply to it keeps its reference."""
    ana, bob, _ = three
    await ana.say(CANARY)
    message = await all_see(three)
    await bob.say(f"/reply {message['id']} I see")
    reply = await all_see(three)
    if which == "last":
        await ana.say("/delete last")
        assert await all_see(three) == {"type": "delete", "id": reply["id"], "seq": 3}
        await bob.say("/delete last")
    else:
        await bob.say(f"/delete {message['id']}")
    assert (await all_see(three))["id"] == message["id"]
    late = await house.person("late")
    assert CANARY not in str(late.init)
    assert [kept["reply_to"] for kept in late.init["messages"]] == ([] if which == "last" else [message["id"]])


async def test_last_is_the_newest_that_the_asker_can_see(three):
    """A direct message between two others is not what a third deletes."""
    ana, bob, zoe = three
    await ana.say("for all")
    public = await all_see(three)
    await ana.say("/to bob for you")
    direct = await all_see([ana, bob])
    await zoe.say("/delete last")
    assert (await all_see(three))["id"] == public["id"]
    await bob.say("/delete last")
    assert (await all_see([ana, bob]))["id"] == direct["id"]


async def test_exit_says_goodbye_and_frees_the_name_at_once(house, three):
    """The connection closes with 1000, the others see it, and the name is the next one's."""
    ana, bob, zoe = three
    await ana.say("/exit")
    assert (await ana.closed())[0] == 1000
    for other in (bob, zoe):
        await other.sees("bob", "zoë")
    await bob.say("/name ana")
    await zoe.sees("ana", "zoë")


async def test_exit_answers_the_lines_before_it(house, three):
    """What was said in one breath with the farewell is echoed first, to the one who leaves too."""
    ana, bob, _ = three
    await ana.say("/to bob one", "/nonsense", "two", "/exit", "three")
    assert (await ana.closed())[0] == 1000
    assert [event["text"] for event in ana.seen if event["type"] == "message"] == ["one", "two"]
    assert [event["code"] for event in ana.seen if event["type"] == "error"] == ["unknown_command"]
    await bob.sees("bob", "zoë")
    assert [event["text"] for event in bob.seen] == ["one", "two"]


async def test_a_new_name_is_told_to_everyone(house, three):
    """`/name` changes the list, and who is named in later messages; earlier ones keep theirs."""
    ana, bob, _ = three
    await ana.say("before")
    await all_see(three)
    await ana.say("/name Änne", "after")
    for person in three:
        await person.sees("bob", "zoë", "Änne")
    assert (await all_see(three))["from_name"] == "Änne"
    late = await house.person()
    assert [message["from_name"] for message in late.init["messages"]] == ["ana", "Änne"]
    assert {message["from_id"] for message in late.init["messages"]} == {ana.id}
    assert (await bob.said("/to änne hi"))["to_id"] == ana.id


async def test_a_greeting_is_what_the_others_have_seen(house, three):
    """Whoever comes late has the same messages in the same order, less what is gone."""
    ana, bob, zoe = three
    for line in ["one", "two", "/temp 500 three", "/reply 2 four", "/delete 1"]:
        await ana.say(line)
        await all_see(three)
    live = [event for event in zoe.seen if event["type"] == "message" and event["id"] != 1]
    late = await house.person("late")
    assert late.init["messages"] == live
    assert late.init["seq"] == 5
    assert {client["name"] for client in late.init["clients"]} == {"ana", "bob", "zoë", "late"}
    assert late.init["epoch"] == bob.init["epoch"]


async def test_everyone_sees_one_order(three):
    """Three who talk at once all see the same sequence, and its numbers only grow."""
    for number in range(20):
        for person in three:
            await person.say(f"{person.name} {number}")
    logs = [[await person.next() for _ in range(60)] for person in three]
    assert logs[0] == logs[1] == logs[2]
    assert [event["seq"] for event in logs[0]] == list(range(1, 61))
