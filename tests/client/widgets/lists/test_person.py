"""People in lists."""

from chat_tui.widgets.lists.person import Person, in_order


def test_people_are_in_order_of_their_names():
    """Capitals make no difference, ids decide between equals, you come last."""
    ana, bob, zoe = Person("a", "ana", you=True), Person("b", "bob", unread=2), Person("z", "Zoë")
    twin = Person("y", "zoë")
    assert in_order([ana, zoe, twin, bob]) == [bob, twin, zoe, ana]
