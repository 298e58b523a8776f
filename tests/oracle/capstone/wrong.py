"""Wrong answers to the capstone: the reference with a passage replaced, and exactly the lines it fails.

A line that none of them fails would judge nothing, and an answer that fails no line is one that the judges do
not see. The seed, with which the learner begins, is among them.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from cachelab import day
from tests.oracle.capstone.reached import lines_of

HERE = Path(__file__).parent
REFERENCE = (HERE / "reference.py").read_text(encoding="utf-8")
SEED = Path(day.__file__).with_name("seed.py").read_text(encoding="utf-8")


class Wrong(NamedTuple):
    source: str
    fails: frozenset[str]
    replaced: frozenset[int] = frozenset()  # lines of the reference; none: it is a module of its own


def reference_but(*changes: tuple[str, str], fails: tuple[str, ...]) -> Wrong:
    """Each passage stands once in the reference, and is replaced."""
    text, replaced = REFERENCE, set()
    for before, after in changes:
        replaced |= lines_of(REFERENCE, before)
        text = text.replace(before, after)
    return Wrong(text, frozenset(fails), frozenset(replaced))


def order_but(before: str, after: str, *fails: str) -> Wrong:
    return reference_but((before, after), fails=tuple(f"the order: {what}" for what in fails))


LEASE = '    key, ticket = f"product:'  # the first line of get_product
LOAD = "    row = db.product(product_id)\n    try:\n"  # of fill

HOUR, THREE, TV = "an ordinary hour", "three times the visitors", "a product is on TV"
FLUSH, FULL, GARBAGE = "somebody flushes", "no memory left", "another program writes"
RELEASE, HOLE, DEATH = "a new release", "a black hole", "the primary dies"
LATE, EARLY, CHANGES = "the late reader", "the early delete", "prices change"
RACES = tuple(
    f"{who}: orders that go wrong"
    for who in ("a reader and a writer", "two readers and a writer", "a reader and two writers")
)
STUCK = "a reader that dies: orders that go wrong"

WRONG: dict[str, Wrong] = {
    "seed": Wrong(
        SEED,
        frozenset(
            (
                f"{TV}: loads for each change",
                f"{LATE}: stale",
                f"{GARBAGE}: failed",
                f"{RELEASE}: failed",
                f"{HOLE}: failed",
                f"{HOLE}: slow",
                f"{DEATH}: failed",
                f"{DEATH}: slow",
                *RACES,
            )
        ),
    ),
    "no_lease": reference_but(("ifeq=ticket, ", ""), fails=(f"{LATE}: stale", *RACES)),
    "delete_first": reference_but(
        ("    version = db.set_price(product_id, price)\n    recent.pop", "    recent.pop"),
        ("    return version\n", "    return db.set_price(product_id, price)\n"),
        fails=(f"{EARLY}: stale", *RACES),
    ),
    "another_releases_fields": reference_but(
        ("set(db.fields) <= set(row) and row[", "row["), fails=(f"{RELEASE}: failed",)
    ),
    "no_validation": reference_but(
        (
            "    try:\n        row = json.loads(text)\n    except ValueError:\n        return None\n",
            '    if text.startswith("lease "):\n        return None\n    row = json.loads(text)\n',
        ),
        fails=(f"{GARBAGE}: failed",),
    ),
    "hits_are_text": reference_but(
        (
            "            if row is not None:\n                return row\n",
            "            if row is not None:\n                return found\n",
        ),
        fails=(
            f"{HOUR}: failed",
            f"{THREE}: failed",
            f"{TV}: failed",
            f"{FLUSH}: failed",
            f"{GARBAGE}: failed",
            f"{RELEASE}: failed",
            f"{HOLE}: failed afterwards",
            f"{DEATH}: failed",
            *RACES,
            STUCK,
        ),
    ),
    "no_ttl": reference_but((", ex=ttl)", ")"), fails=(f"{GARBAGE}: entries that outlive a day",)),
    "lock_without_ttl": reference_but((", px=LEASE)", ")"), fails=(STUCK,)),
    "waits_for_whoever_is_gone": reference_but(
        ("        for _ in range(30):\n", "        while True:\n"),
        ("TTL, LEASE, LOOK = 60, 2000,", "TTL, LEASE, LOOK = 60, 30_000,"),
        fails=(f"{HOLE}: failed afterwards",),
    ),
    "no_breaker": reference_but(
        ("if self.failures >= 3:", "if False:"), fails=(f"{HOLE}: failed", f"{HOLE}: slow")
    ),
    "never_closes": reference_but(
        (
            "                self.until = time.monotonic() + 0.5  # mine is the probe\n",
            '                raise redis.ConnectionError("once bitten")\n',
        ),
        fails=(f"{HOLE}: queries for each read afterwards",),
    ),
    "no_timeouts": reference_but(
        ("socket_timeout=0.1, socket_connect_timeout=0.1, retry=Retry(NoBackoff(), 0), ", ""),
        fails=(f"{HOLE}: failed",),
    ),
    "no_recent": reference_but(
        ("recent[product_id] = time.monotonic() + 0.5, row", "pass"),
        fails=(f"{HOLE}: slow", f"{DEATH}: slow"),
    ),
    "copies_without_an_end": reference_but(
        ("    if time.monotonic() < until and set", "    if row is not None and set"),
        fails=(f"{DEATH}: stale",),
    ),
    "no_coalescing": reference_but(
        ("                time.sleep(LOOK)\n", "                return db.product(product_id)\n"),
        fails=(f"{TV}: loads for each change",),
    ),
    "retries_the_database": reference_but(
        (
            "    return without_cache(product_id, db)\n",
            "    for _ in range(4):\n        try:\n            return db.product(product_id)\n"
            "        except Exception:\n            pass\n    return db.product(product_id)\n",
        ),
        fails=(f"{HOLE}: failed", f"{HOLE}: slow", f"{DEATH}: slow"),
    ),
    "only_lost_connections": reference_but(
        (
            "    except redis.RedisError:\n        pass\n    return without_cache",
            "    except (redis.ConnectionError, redis.TimeoutError):\n        pass\n    return without_cache",
        ),
        fails=(f"{FULL}: failed",),
    ),
    "swallows_everything": reference_but(
        (
            "def get_product(product_id, cache, db):\n",
            "def get_product(product_id, cache, db):\n    try:\n        return _get(product_id, cache, db)\n"
            "    except Exception:\n        return None\n\n\ndef _get(product_id, cache, db):\n",
        ),
        (
            "    except redis.RedisError:\n        pass\n    return without_cache",
            "    except KeyError:\n        pass\n    return without_cache",
        ),
        fails=(f"{FULL}: failed", f"{HOLE}: failed", f"{DEATH}: failed"),
    ),
    "a_change_that_raises": reference_but(
        ("    return version\n", "    return version[0]\n"),
        fails=(f"{TV}: failed", f"{DEATH}: failed", *RACES),
    ),
    "local_for_a_minute": reference_but(
        (
            LEASE,
            "    until, row = recent.get(product_id, (0, None))\n"
            "    if time.monotonic() < until and set(db.fields) <= set(row):\n        return row\n" + LEASE,
        ),
        (LOAD, LOAD.replace("    try:\n", "    recent[product_id] = time.monotonic() + 60, row\n    try:\n")),
        ("    recent.pop(product_id, None)\n", ""),
        fails=(f"{CHANGES}: stale", f"{LATE}: stale", f"{EARLY}: stale", f"{DEATH}: stale"),
    ),
    "no_invalidation": reference_but(
        ('            breaker.call(lambda: cache.delete(f"product:{product_id}"))\n', ""),
        ("TTL, LEASE, LOOK = 60,", "TTL, LEASE, LOOK = 1,"),
        ("random.randrange(TTL // 5)", "0"),
        fails=(
            f"{HOUR}: queries for each read",
            f"{CHANGES}: queries for each read",
            f"{HOLE}: queries for each read afterwards",
            *RACES,
        ),
    ),
    "deletes_everything": reference_but(
        (
            'cache.delete(f"product:{product_id}")',
            'cache.delete(*(f"product:{number}" for number in range(1, 121)))',
        ),
        fails=(f"{CHANGES}: queries for each read",),
    ),
    "a_dict_in_the_process": reference_but(
        (
            '    key, ticket = f"product:',
            "    row = recent.get(product_id)\n    if row is None or not set(db.fields) <= set(row):\n"
            "        row = recent[product_id] = db.product(product_id)\n    return row\n"
            '    key, ticket = f"product:',
        ),
        fails=(f"{CHANGES}: stale", f"{LATE}: stale", f"{EARLY}: stale", f"{DEATH}: stale"),
    ),
    "no_cache": reference_but(
        (LEASE, "    return db.product(product_id)\n" + LEASE),
        fails=(
            f"{HOUR}: half of the reads within",
            f"{HOUR}: queries for each read",
            f"{THREE}: failed",
            f"{THREE}: slow",
            f"{TV}: loads for each change",
            f"{TV}: failed",
            f"{CHANGES}: queries for each read",
            f"{FLUSH}: failed",
            f"{FLUSH}: slow",
            f"{HOLE}: failed",
            f"{HOLE}: slow",
            f"{HOLE}: queries for each read afterwards",
            f"{DEATH}: failed",
            f"{DEATH}: slow",
        ),
    ),
    "one_node": order_but(
        "NumCacheClusters=2,\n        AutomaticFailoverEnabled=True,\n        MultiAZEnabled=True,",
        "NumCacheClusters=1,",
        "without a second zone",
    ),
    "six_big_nodes": order_but(
        'm7g.large",\n        CacheSubnetGroupName="private-subnets",\n        NumCacheClusters=2,',
        'r7g.large",\n        CacheSubnetGroupName="private-subnets",\n        NumCacheClusters=6,',
        "dollars a month",
    ),
    "too_small": order_but("cache.m7g.large", "cache.t4g.micro", "GiB too few"),
    "ssl_off": order_but("TransitEncryptionEnabled=True,", "", "readable on the way"),
    "redis_oss": order_but('Engine="valkey"', 'Engine="redis"', "of another engine"),
    "two_shards": order_but(
        "NumCacheClusters=2,", "NumNodeGroups=2,\n        ReplicasPerNodeGroup=1,", "in cluster mode"
    ),
    "no_backups": order_but("        SnapshotRetentionLimit=1,\n", "", "without backups"),
}
