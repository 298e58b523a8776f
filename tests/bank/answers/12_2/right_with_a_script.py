# verdict: correct
# says: Gold|Bronze|A flush|No order

import json
import threading
import time
import uuid
from concurrent.futures import Future

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

FILL = """
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', 90)
redis.call('DEL', KEYS[2])
return 1
"""


def connect(host, port, ca):
    options = dict(ssl=True, ssl_ca_certs=ca) if ca else {}
    return redis.Redis(
        host=host,
        port=port,
        socket_timeout=0.05,
        socket_connect_timeout=0.05,
        retry=Retry(NoBackoff(), 0),
        **options,
    )


class Cache:
    """The cache of this process: asks nobody for a second after five errors."""

    def __init__(self):
        self.lock, self.errors, self.closed_until = threading.Lock(), 0, 0.0
        self.loads, self.copies = {}, {}

    def ask(self, question):
        with self.lock:
            if self.errors >= 5:
                if time.monotonic() < self.closed_until:
                    raise ConnectionRefusedError
                self.closed_until = time.monotonic() + 1
        try:
            answer = question()
        except redis.ResponseError:
            raise
        except redis.RedisError:
            with self.lock:
                self.errors += 1
                self.closed_until = time.monotonic() + 1
            raise
        self.errors = 0
        return answer

    def once(self, product_id, load):
        with self.lock:
            until, row = self.copies.get(product_id, (0, None))
            if row is not None and time.monotonic() < until:
                return row
            future, mine = self.loads.get(product_id), product_id not in self.loads
            if mine:
                future = self.loads[product_id] = Future()
        if mine:
            try:
                future.set_result(load())
                self.copies[product_id] = time.monotonic() + 0.5, future.result()
            except BaseException as error:
                future.set_exception(error)
            finally:
                self.loads.pop(product_id)
        return future.result()


process = Cache()


def get_product(product_id, cache, db):
    key, lease = f"product:{{{product_id}}}", f"product:{{{product_id}}}:lease"
    mark = uuid.uuid4().hex
    try:
        for _ in range(20):
            row = usable(process.ask(lambda: cache.get(key)), product_id, db)
            if row is not None:
                return row
            if process.ask(lambda: cache.set(lease, mark, nx=True, px=3000)):
                row = db.product(product_id)
                try:
                    process.ask(lambda: cache.eval(FILL, 2, key, lease, mark, json.dumps(row)))
                except (redis.RedisError, OSError):
                    pass
                return row
            time.sleep(0.015)
    except (redis.RedisError, OSError):
        pass
    row = process.once(product_id, lambda: db.product(product_id))
    return row if row is None or set(db.fields) <= set(row) else db.product(product_id)


def usable(text, product_id, db):
    try:
        row = json.loads(text or "")
        return row if set(db.fields) <= set(row) and row["product_id"] == str(product_id) else None
    except (ValueError, TypeError, KeyError):
        return None


def change_price(product_id, price, cache, db):
    version = db.set_price(product_id, price)
    process.copies.pop(product_id, None)
    for pause in (0.02, 0.1, 0.2):
        try:
            process.ask(lambda: cache.delete(f"product:{{{product_id}}}", f"product:{{{product_id}}}:lease"))
            break
        except (redis.RedisError, OSError):
            time.sleep(pause)
    return version


def order(elasticache):
    answer = elasticache.create_replication_group(
        ReplicationGroupId="catalogue",
        ReplicationGroupDescription="products",
        Engine="valkey",
        CacheNodeType="cache.t4g.medium",
        CacheSubnetGroupName="private-subnets",
        NumCacheClusters=2,
        AutomaticFailoverEnabled=True,
        MultiAZEnabled=True,
        TransitEncryptionEnabled=True,
        SnapshotRetentionLimit=7,
    )
    return answer["ReplicationGroup"]["ReplicationGroupId"]
