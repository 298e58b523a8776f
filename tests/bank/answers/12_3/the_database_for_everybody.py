# verdict: incorrect
# says: slow: 93.4%
# says: Who can be served without cache and database

import json
import random
import threading
import time
import uuid

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

TTL, LEASE, LOOK = 60, 2000, 0.01  # seconds, milliseconds, seconds


def connect(host, port, ca):
    secure = {"connection_class": redis.SSLConnection, "ssl_ca_certs": ca} if ca else {}
    pool = redis.BlockingConnectionPool(
        host=host, port=port, decode_responses=True, max_connections=8, timeout=0.1,
        socket_timeout=0.1, socket_connect_timeout=0.1, retry=Retry(NoBackoff(), 0), **secure,
    )  # fmt: skip
    return redis.Redis(connection_pool=pool)


class Breaker:
    """After three failures nobody asks for half a second; then one does, and decides."""

    def __init__(self):
        self.failures, self.until, self.lock = 0, 0.0, threading.Lock()

    def call(self, ask):
        with self.lock:
            if self.failures >= 3:
                if time.monotonic() < self.until:
                    raise redis.ConnectionError("the breaker is open")
                self.until = time.monotonic() + 0.5  # mine is the probe
        try:
            answer = ask()
        except (redis.ConnectionError, redis.TimeoutError):
            with self.lock:
                self.failures += 1
                self.until = time.monotonic() + 0.5
            raise
        with self.lock:
            self.failures = 0
        return answer


breaker, guard = Breaker(), threading.Lock()
flights, recent = {}, {}  # loads under way; what was loaded in the last half second without the cache


def get_product(product_id, cache, db):
    key, ticket = f"product:{product_id}", "lease " + uuid.uuid4().hex
    try:
        for _ in range(30):
            found = breaker.call(lambda: cache.set(key, ticket, nx=True, get=True, px=LEASE))
            if found is None:
                return fill(key, ticket, product_id, cache, db)
            row = parse(found, product_id, db)
            if row is not None:
                return row
            if not found.startswith("lease "):
                discard(key, found, cache)
            else:
                time.sleep(LOOK)
    except redis.RedisError:
        pass
    return without_cache(product_id, db)


def discard(key, found, cache):
    """Remove what nobody can read, unless it is another entry by now."""
    breaker.call(lambda: cache.execute_command("DELIFEQ", key, found))


def parse(text, product_id, db):
    try:
        row = json.loads(text)
    except ValueError:
        return None
    right = isinstance(row, dict) and set(db.fields) <= set(row) and row["product_id"] == str(product_id)
    return row if right else None


def fill(key, ticket, product_id, cache, db):
    row = db.product(product_id)
    try:
        text, ttl = json.dumps(row), TTL + random.randrange(TTL // 5)
        breaker.call(lambda: cache.set(key, text, ifeq=ticket, ex=ttl))
    except redis.RedisError:
        pass
    return row


def without_cache(product_id, db):
    until, row = recent.get(product_id, (0, None))
    if time.monotonic() < until and set(db.fields) <= set(row):
        return row
    with guard:
        flight, mine = flights.get(product_id), product_id not in flights
        if mine:
            flight = flights[product_id] = {"landed": threading.Event()}
    if not mine:
        flight["landed"].wait(2)
        return flight["row"] if "row" in flight else db.product(product_id)
    try:
        row = flight["row"] = db.product(product_id)
        if row is not None:
            pass
        return row
    finally:
        del flights[product_id]
        flight["landed"].set()


def change_price(product_id, price, cache, db):
    version = db.set_price(product_id, price)
    recent.pop(product_id, None)
    for _ in range(3):
        try:
            breaker.call(lambda: cache.delete(f"product:{product_id}"))
            break
        except redis.RedisError:
            time.sleep(0.05)
    return version


def order(elasticache):
    elasticache.create_replication_group(
        ReplicationGroupId="shop",
        ReplicationGroupDescription="product pages",
        Engine="valkey",
        CacheNodeType="cache.m7g.large",
        CacheSubnetGroupName="private-subnets",
        NumCacheClusters=2,
        AutomaticFailoverEnabled=True,
        MultiAZEnabled=True,
        TransitEncryptionEnabled=True,
        SnapshotRetentionLimit=1,
    )
    return "shop"
