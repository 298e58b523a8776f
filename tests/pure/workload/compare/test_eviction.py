"""The experiment that asks who goes first, on caches whose answer is known."""

from collections import OrderedDict

import pytest

from cachelab.workload.compare.eviction import Victims, victims


def cache(size: int, *, touch: bool):
    """put and read of a cache that drops the oldest; reading makes young if `touch` (LRU), or not (FIFO)."""
    held: OrderedDict[str, None] = OrderedDict()

    def put(names):
        for name in names:
            held[name] = None
            if len(held) > size:
                held.popitem(last=False)

    def read(names):
        here = [name for name in names if name in held]
        for name in here if touch else ():
            held.move_to_end(name)
        return len(here)

    return put, read


def test_lru_spares_what_was_read():
    seen = victims(*cache(2400, touch=True), seed=1)
    assert seen == Victims(read=0, unread=700) and seen.share == 0


def test_fifo_does_not_care():
    seen = victims(*cache(2400, touch=False), seed=1)
    assert seen.read + seen.unread == 700 and 0.4 < seen.share < 0.6


def test_the_limit_can_be_set_once_it_is_filled():
    calls = []
    victims(*cache(10_000, touch=True), full=lambda: calls.append(1), items=20, more=5)
    assert calls == [1]


@pytest.mark.parametrize(
    ("seen", "text"),
    [
        (Victims(1, 3), "1 of 4 victims had been read again (25%)"),
        (Victims(0, 0), "0 of 0 victims had been read again (0%)"),
    ],
)
def test_reads_as_text(seen, text):
    assert str(seen) == text
