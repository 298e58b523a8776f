"""What an incident looks at before it begins."""

from cachelab import virtual
from cachelab.day.incidents import outliving


def test_entries_that_outlive_a_day_are_those_without_a_ttl_and_those_with_a_long_one():
    with virtual.time(seed="ttl") as clock:
        cache = clock.cache()
        cache.ask("SET", "product:1", "lamp")
        cache.ask("SET", "product:2", "chair", "EX", 86_400)
        cache.ask("SET", "product:3", "desk", "EX", 90_000)
        cache.ask("HSET", "product:4", "name", "sofa")
        assert outliving(cache) == 3
