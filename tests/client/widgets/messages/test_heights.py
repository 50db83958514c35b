"""The column model of heights, against a plain list."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chat_tui.widgets.messages.heights import BLOCK, HEADER, NOTHING, PREVIEW, MessageBlocks, height_table, length_class


class BlocksMachine(RuleBasedStateMachine):
    """Whatever is done to the messages, the sums, the order and the places are those of a list."""

    def __init__(self):
        super().__init__()
        self.blocks = MessageBlocks()
        self.low, self.high = 100_000, 100_000  # keys in use lie between
        self.model: dict[int, tuple[int, int]] = {}
        self.unsent: list[int] = []
        self.width, self.extra = 80, 2
        self.measured: dict[int, int] = {}

    @rule(
        sizes=st.lists(st.tuples(st.integers(1, 3), st.integers(0, 5000), st.integers(0, 2)), max_size=30),
        many=st.booleans(),
    )
    def extend(self, sizes, many):
        """Newer messages."""
        batch = []
        for gap, characters, above in sizes * (40 if many else 1):
            self.high += gap
            batch.append((self.high, characters, above))
        self.blocks.extend(batch)
        self.model |= {key: (characters, above) for key, characters, above in batch}

    @rule(sizes=st.lists(st.tuples(st.integers(1, 3), st.integers(0, 5000), st.integers(0, 2)), max_size=30))
    def prepend(self, sizes):
        """Older messages."""
        batch = []
        for gap, characters, above in sizes:
            batch.append((self.low, characters, above))
            self.low -= gap
        batch.reverse()
        self.blocks.prepend(batch)
        self.model = {key: (characters, above) for key, characters, above in batch} | self.model

    @rule(keys=st.sets(st.integers(99_000, 102_000), max_size=30), characters=st.integers(0, 5000))
    def insert(self, keys, characters):
        """Messages anywhere, but where there is one."""
        batch = [(key, characters, HEADER) for key in sorted(keys - self.model.keys())]
        self.blocks.insert(batch)
        self.model = dict(sorted((self.model | {key: sizes for key, *sizes in batch}).items()))
        self.low = min([self.low, *(key - 1 for key in self.model)])
        self.high = max([self.high, *self.model])

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def remove(self, data):
        """Some messages, and a key that is not there."""
        keys = data.draw(st.lists(st.sampled_from([*self.model, 1]), max_size=20))
        self.blocks.remove(keys)
        for key in keys:
            self.model.pop(key, None)
            self.measured.pop(key, None)

    @rule(count=st.integers(0, 4))
    def set_unsent(self, count):
        """Our own lines."""
        self.unsent = [-1 - number for number in range(count)]
        self.blocks.set_unsent(self.unsent)
        for key in list(self.measured):
            if key < 0:
                del self.measured[key]

    @rule(width=st.integers(2, 200), extra=st.integers(1, 2))
    def rewidth(self, width, extra):
        """Another width."""
        self.width, self.extra = width, extra
        self.blocks.set_width(width, extra)
        self.measured.clear()

    @precondition(lambda self: self.model)
    @rule(data=st.data(), height=st.integers(1, 5000))
    def measure(self, data, height):
        """An exact height."""
        key = data.draw(st.sampled_from([*self.model, *self.unsent]))
        self.blocks.set_height(self.blocks.find(key), height)
        self.measured[key] = height

    @invariant()
    def sums_are_right(self):
        """The model agrees."""
        table = height_table(self.width, self.extra)
        heights = {key: table[length_class(characters, above)] for key, (characters, above) in self.model.items()}
        heights |= {key: table[length_class(40, HEADER)] for key in self.unsent}
        heights |= self.measured
        assert len(self.blocks) == len(heights)
        assert self.blocks.total == sum(heights.values())
        self._places_are_right(heights)

    def _places_are_right(self, heights):
        top = 0
        previous = None
        for key, height in heights.items():
            place = self.blocks.find(key)
            assert self.blocks.key(place) == key
            assert self.blocks.height(place) == height
            if key in {*list(heights)[:3], *list(heights)[-3:]}:
                assert self.blocks.top(place) == top
                assert self.blocks.place_at(top) == (place, 0)
                assert self.blocks.place_at(top + height - 1) == (place, height - 1)
            if previous is not None:
                assert self.blocks.step(previous, 1) == place
                assert self.blocks.step(place, -1) == previous
            top += height
            previous = place
        assert self.blocks.last() == previous


TestBlocks = BlocksMachine.TestCase
TestBlocks.settings = settings(stateful_step_count=15)


@given(st.integers(0, 5000), st.integers(0, 2))
def test_a_length_class_is_a_byte_and_close(characters, above):
    """Classes grow with the length; a preview is a row more, and what goes on has neither header nor gap."""
    assert 0 <= length_class(characters, above) < 256
    assert length_class(characters, above) <= length_class(characters + 1, above)
    table = height_table(60, 2)
    assert table[length_class(characters, PREVIEW)] == table[length_class(characters, HEADER)] + 1
    assert table[length_class(characters, NOTHING)] == table[length_class(characters, HEADER)] - 2


def test_keys_must_ascend():
    """An order that is wrong is told at once; found late, it would be a message that can't be removed."""
    blocks = MessageBlocks()
    blocks.extend([(5, 1, False)])
    with pytest.raises(ValueError, match="comes after"):
        blocks.extend([(5, 1, False)])
    with pytest.raises(ValueError, match="before the first"):
        blocks.prepend([(4, 1, False), (6, 1, False)])
    with pytest.raises(ValueError, match="is here already"):
        blocks.insert([(5, 1, False)])


def test_a_page_in_the_middle_makes_blocks_of_a_usual_size():
    """Else one block would grow with each page that is put into it, and all that is done with it would take longer."""
    blocks = MessageBlocks()
    blocks.extend((key, 10, False) for key in [*range(1, 100), *range(10_000, 10_100)])
    blocks.insert((key, 10, False) for key in range(100, 10_000))
    assert len(blocks) == 10_099
    assert max(blocks.block_sizes) <= BLOCK
    assert len(blocks.block_sizes) < 3 * 10_099 // BLOCK


def test_keys_between_two_places_cross_blocks():
    """A range of keys includes both its ends and whatever lies between."""
    blocks = MessageBlocks()
    blocks.extend((key, 10, False) for key in range(1, 3 * BLOCK))
    blocks.set_unsent([-1])
    first, last = blocks.find(BLOCK - 1), blocks.find(-1)
    assert list(blocks.keys_between(first, last)) == [*range(BLOCK - 1, 3 * BLOCK), -1]
