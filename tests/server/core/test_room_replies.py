"""Recipients of replies."""

from rooms import NumberedRoom


def test_a_reply_to_a_direct_message_is_a_direct_message():
    """Whichever of the two answers, the other gets it, and nobody else."""
    chat = NumberedRoom("ana", "bob", "zoe")
    said = chat.say("ana", to="bob")
    assert chat.say("bob", reply_to=said.id).to_id == "~ana"
    assert chat.say("ana", reply_to=said.id).to_id == "~bob"
    assert chat.seen_by("zoe") == []


def test_a_reply_says_whom_else_it_is_for():
    """`/to` wins over whom the parent was for."""
    chat = NumberedRoom("ana", "bob", "zoe")
    said = chat.say("ana", to="bob")
    assert chat.say("bob", reply_to=said.id, to="zoe").to_id == "~zoe"


def test_a_reply_to_a_public_message_is_public():
    """And a reply to a note to oneself stays with oneself."""
    chat = NumberedRoom("ana", "bob")
    assert chat.say("bob", reply_to=chat.say("ana").id).to_id is None
    note = chat.say("ana", to="ana")
    assert chat.say("ana", reply_to=note.id).to_id == "~ana"
