"""From entries to nodes."""

import pytest

from cachelab.workload import sizing
from cachelab.workload.sizing import NodeType, needed, offers

GIB = 2**30
SMALL, LARGE, UNKNOWN = (
    NodeType("small", 1 * GIB, 0.02),
    NodeType("large", 8 * GIB, 0.10),
    NodeType("new", 2 * GIB),
)


def test_the_dead_and_the_reserve_take_their_part():
    assert needed(1000, 200, dead=0.25) == 250_000
    [offer] = offers(0.75 * GIB / 100, 100, [SMALL], dead=0)
    assert offer.filled == pytest.approx(1) and offer.usable == 0.75 * GIB
    assert offers(0.75 * GIB / 100 * 1.01, 100, [SMALL], dead=0) == []
    assert offers(0.75 * GIB / 100, 100, [SMALL], dead=0.1) == []


def test_cheapest_first_and_without_a_price_last():
    found = offers(1_000_000, 300, [UNKNOWN, LARGE, SMALL])
    assert [offer.node.name for offer in found] == ["small", "large", "new"]
    assert str(found[0]).startswith("1 x small: 0.75 GiB usable, 47% filled, $0.0200 an hour")
    assert str(found[-1]).endswith("price not known")


def test_several_nodes_share_the_keys():
    found = offers(10_000_000, 300, [SMALL, LARGE], most=8)
    assert {(offer.node.name, offer.count) for offer in found} == {("small", 5), ("large", 1)}
    assert found == sorted(found, key=lambda offer: offer.usd_per_hour)


def test_memcacheds_chunks():
    """As `stats slabs` of memcached 1.6.18 has them."""
    assert [sizing.chunk(13, value) for value in (20, 100, 200, 1000)] == [96, 192, 304, 1184]
    with pytest.raises(ValueError, match="several chunks"):
        sizing.chunk(13, 800_000)


def test_mistakes_are_explained():
    with pytest.raises(ValueError, match="entries=-1"):
        needed(-1, 100)
    with pytest.raises(ValueError, match="reserved=25: a share"):
        offers(1, 100, [SMALL], reserved=25)
