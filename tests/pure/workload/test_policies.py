"""Every policy on traces whose answer is known; the exact ones against their definition, word by word."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cachelab.workload import policies, trace
from cachelab.workload.policies import LRU, Belady, Clock, Memcached, MemcachedNoModern, Random, Valkey

TRACES = st.lists(st.integers(0, 40), max_size=300)
ALL = pytest.mark.parametrize("policy", policies.ALL.values(), ids=policies.ALL)


@given(TRACES, st.sampled_from(list(policies.ALL)), st.integers(5, 30))
def test_never_more_than_fits_and_hits_are_what_is_held(keys, name, capacity):
    policy = policies.ALL[name](capacity)
    for key in keys:
        held = key in policy
        [hit] = policy.run([key])
        assert hit == held
        inside = sum(number in policy for number in range(41))
        assert len(policy) == inside <= capacity


@ALL
def test_whatever_fits_stays(policy):
    assert policy(50).run(trace.loop(200, 50)).mean() == 0.75


@given(TRACES, st.sampled_from([name for name in policies.ALL if name != "Belady"]), st.integers(5, 30))
def test_a_trace_in_slices_is_the_same_trace(keys, name, capacity):
    whole = policies.ALL[name](capacity).run(keys)
    sliced = policies.ALL[name](capacity)
    assert [*sliced.run(keys[:70]), *sliced.run(keys[70:])] == list(whole)


@given(TRACES, st.integers(1, 30))
def test_lru_by_its_definition(keys, capacity):
    hits, held = [], []  # most recent first
    for key in keys:
        hits.append(key in held)
        held = [key, *(other for other in held if other != key)][:capacity]
    assert list(LRU(capacity).run(keys)) == hits


@given(TRACES, st.integers(1, 30))
def test_fifo_by_its_definition(keys, capacity):
    hits, held = [], []
    for key in keys:
        hits.append(key in held)
        if key not in held:
            held = [*held, key][-capacity:]
    assert list(policies.FIFO(capacity).run(keys)) == hits


@given(TRACES, st.integers(1, 30))
def test_lfu_by_its_definition(keys, capacity):
    hits, held = [], {}  # key -> (count, last use)
    for now, key in enumerate(keys):
        hits.append(key in held)
        if key not in held and len(held) == capacity:
            del held[min(held, key=held.get)]
        held[key] = (held.get(key, (0, 0))[0] + 1, now)
    assert list(policies.LFU(capacity).run(keys)) == hits


@given(TRACES, st.integers(1, 30))
def test_sieve_by_its_definition(keys, capacity):
    hits, queue, read, hand = [], [], {}, None  # queue: oldest first
    for key in keys:
        hits.append(key in read)
        if key in read:
            read[key] = True
            continue
        if len(queue) == capacity:
            at = queue.index(hand) if hand is not None else 0
            while read[queue[at]]:
                read[queue[at]] = False
                at = (at + 1) % capacity
            hand = queue[at + 1] if at + 1 < capacity else None
            del read[queue.pop(at)]
        queue.append(key)
        read[key] = False
    assert list(policies.Sieve(capacity).run(keys)) == hits


@given(TRACES, st.integers(1, 30), st.sampled_from([name for name in policies.ALL if name != "Belady"]))
def test_nobody_beats_belady(keys, capacity, name):
    capacity = max(5, capacity)
    assert policies.ALL[name](capacity).run(keys).sum() <= Belady(capacity).run(keys).sum()


def best(keys, capacity):
    """The most hits that any eviction allows, by trying all."""
    states = {frozenset(): 0}
    for key in keys:
        following = {}
        for held, hits in states.items():
            if key in held:
                options = [(held, hits + 1)]
            elif len(held) < capacity:
                options = [(held | {key}, hits)]
            else:
                options = [(held - {victim} | {key}, hits) for victim in held]
            for option, count in options:
                following[option] = max(count, following.get(option, 0))
        states = following
    return max(states.values())


@given(st.lists(st.integers(0, 6), max_size=30), st.integers(1, 4))
def test_belady_is_the_best_there_is(keys, capacity):
    assert Belady(capacity).run(keys).sum() == best(keys, capacity)


def test_a_loop_larger_than_the_cache():
    """1,250 items in turn and room for 1,000: LRU and its kin never hit; chance and admission do."""
    ratio = {name: make(1000).run(trace.loop(50_000, 1250)).mean() for name, make in policies.ALL.items()}
    assert all(ratio[name] == 0 for name in ("LRU", "FIFO", "CLOCK", "SIEVE", "Memcached"))
    assert ratio["random"] == pytest.approx(0.61, abs=0.02)
    assert ratio["W-TinyLFU"] > 0.7 and ratio["S3-FIFO"] > 0.55
    assert ratio["Belady"] == pytest.approx(0.78, abs=0.01)


def test_one_off_requests_cost_lru_most():
    popular = trace.zipf(60_000, 20_000)
    mixed = trace.one_off(popular, 0.2)

    def loss(make):
        among = make(2000).run(mixed)[np.array(mixed) < trace.STRANGERS]
        return make(2000).run(popular).mean() - among.mean()

    assert loss(LRU) > 0.035
    assert loss(policies.Sieve) < loss(LRU) / 1.5 and loss(policies.S3FIFO) < loss(LRU) / 2


class TestValkey:
    def test_the_clock_decides(self):
        """Over seconds it is nearly LRU; within one second it is no better than chance."""
        keys = trace.zipf(20_000, 5_000)
        slow = Valkey(500).run(keys, np.arange(20_000) / 200).mean()
        quick = Valkey(500).run(keys, np.zeros(20_000)).mean()
        assert slow - quick > 0.02
        assert quick == pytest.approx(Random(500).run(keys).mean(), abs=0.01)
        assert slow == pytest.approx(LRU(500).run(keys).mean(), abs=0.02)

    def test_more_samples_are_nearer_to_lru(self):
        keys = trace.zipf(20_000, 5_000)
        ratios = [Valkey(500, samples=samples).run(keys).mean() for samples in (1, 5, 20)]
        assert ratios == sorted(ratios) and ratios[1] - ratios[0] > 3 * (ratios[2] - ratios[1])

    def test_lfu_outlasts_a_scan_and_is_slow_to_follow_taste(self):
        popular = trace.zipf(40_000, 20_000)
        scanned = trace.scan(popular, 4000)
        after = slice(24_000, 26_000)  # the next 2,000 requests
        lfu, lru = (
            Valkey(2000, policy).run(scanned)[after].mean() for policy in ("allkeys-lfu", "allkeys-lru")
        )
        assert lfu > lru + 0.1
        shifted = trace.shift(popular)
        lfu, lru = (
            Valkey(2000, policy).run(shifted)[-8000:].mean() for policy in ("allkeys-lfu", "allkeys-lru")
        )
        assert lfu < lru

    @pytest.mark.parametrize(
        "reads_a_second, ttl, gain", [(1000, np.inf, 0.02), (20, np.inf, -0.005), (2000, 5, 0)]
    )
    def test_lfu_gains_only_where_keys_are_read_many_times_a_minute_and_in_a_ttl(
        self, reads_a_second, ttl, gain
    ):
        """Its counts fade by one a minute, and begin anew with each fill."""
        keys = trace.zipf(60_000, 20_000)
        times, ttls = np.arange(60_000) / reads_a_second, np.full(60_000, ttl)
        lfu, lru = (
            Valkey(2000, policy).run(keys, times, ttls=ttls)[15_000:].mean()
            for policy in ("allkeys-lfu", "allkeys-lru")
        )
        assert lfu - lru > gain if gain > 0 else lfu - lru < gain

    def test_the_counter_grows_as_the_square_root_of_the_reads(self):
        cache = Valkey(50, "allkeys-lfu")
        for _ in range(1000):
            cache.run(range(50), np.zeros(50))
        mean = np.mean([cache.counter(key) for key in range(50)])
        assert mean == pytest.approx(5 + (np.sqrt(1 + 20 * 1000) - 1) / 10, rel=0.1)

    def test_the_counter_fades_by_one_a_minute(self):
        cache = Valkey(5, "allkeys-lfu", log_factor=0)  # every use counts
        cache.run([1] * 11, np.zeros(11))
        assert cache.counter(1) == 15
        cache.run([2], [600])
        assert cache.counter(1) == 5
        cache.run([1], [600])
        assert cache.counter(1) == 6

    @pytest.mark.parametrize("policy", [name for name in policies.valkey.POLICIES if "volatile" in name])
    def test_volatile_evicts_only_what_has_a_ttl(self, policy):
        cache = Valkey(20, policy, samples=10)
        cache.run(range(20), np.zeros(20), ttls=[np.inf] * 10 + [100 + i for i in range(10)])
        cache.run(range(100, 110), np.ones(10))
        assert all(key in cache for key in [*range(10), *range(100, 110)])
        cache.run(range(200, 205), np.ones(5) * 2)
        assert cache.refused == 5 and cache.evicted == 10 and len(cache) == 20

    def test_volatile_ttl_takes_what_would_have_gone_first(self):
        cache = Valkey(40, "volatile-ttl", samples=64)
        cache.run(range(40), np.zeros(40), ttls=[100 + i for i in range(40)])
        cache.run(range(100, 110), np.ones(10))
        assert sum(key in cache for key in range(10)) <= 1
        assert sum(key in cache for key in range(20, 40)) == 20

    def test_noeviction_refuses(self):
        cache = Valkey(10, "noeviction")
        assert cache.run(trace.loop(30, 15)).sum() == 10
        assert cache.refused == 10 and cache.evicted == 0

    def test_a_value_lives_as_long_as_its_ttl_and_takes_room_until_it_is_found(self):
        cache = Valkey(10_000)
        cache.run(range(5000), np.zeros(5000), ttls=[10] * 5000)
        assert cache.run([0], [9.99]).all() and not cache.run([0], [10.0], ttls=[10]).any()
        assert len(cache) == 5000 and 1 not in cache  # the others are dead, and still there
        cache.run([0] * 50, 10 + np.arange(50) / 10)
        assert len(cache) < 800 and cache.expired > 4000

    def test_few_dead_among_many_stay(self):
        """5 % dead among 10,000 keys: the active cycle stops looking."""
        cache = Valkey(20_000)
        cache.run(
            range(10_000), np.zeros(10_000), ttls=[1 if key % 20 == 0 else 1000 for key in range(10_000)]
        )
        cache.run([1] * 40, 1 + np.arange(40) / 10)  # four seconds
        assert len(cache) > 9900

    def test_sizes_fill_the_room(self):
        keys = trace.zipf(20_000, 2_000)
        sizes = trace.bytes_of(keys)
        cache = Valkey(100_000)
        cache.run(keys, sizes=sizes)
        assert 50_000 < cache.used <= 100_000
        assert cache.run([10**6], sizes=[200_000]).sum() == 0 and cache.refused == 1


def test_memcached_outlasts_a_scan_that_lru_would_not():
    popular = np.arange(30)
    kept = {}
    for policy in (Memcached, LRU):
        cache = policy(100)
        cache.run(np.concatenate([np.tile(popular, 3), np.arange(1000, 2000)]))
        kept[policy] = cache.run(popular).mean()
    assert kept == {Memcached: 1, LRU: 0}


def test_no_modern_is_fifo_for_a_minute_and_lru_after_it():
    keys = trace.zipf(20_000, 5_000)
    quick, slow = (MemcachedNoModern(500).run(keys, np.arange(20_000) * gap) for gap in (0.001, 100))
    assert list(quick) == list(policies.FIFO(500).run(keys))
    assert list(slow) == list(LRU(500).run(keys))


def test_clock_spares_what_was_read():
    clock = Clock(3)
    clock.run([1, 2, 3, 1, 4])
    assert 1 in clock and 2 not in clock


def test_mistakes_are_explained():
    with pytest.raises(ValueError, match="capacity=0: room for a whole number"):
        LRU(0)
    with pytest.raises(ValueError, match="capacity=2: the lists need room"):
        Memcached(2)
    with pytest.raises(ValueError, match="policy='lru': maxmemory-policy is one of noeviction, allkeys-lru"):
        Valkey(10, "lru")
    with pytest.raises(ValueError, match="samples=0"):
        Valkey(10, samples=0)
    with pytest.raises(ValueError, match="2 times for 3 requests"):
        LRU(3).run([1, 2, 3], [0, 1])
    with pytest.raises(ValueError, match="1 ttls for 2 requests"):
        Valkey(10).run([1, 2], ttls=[5])
