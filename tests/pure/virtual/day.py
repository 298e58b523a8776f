"""A day in virtual time that uses everything that could differ between two runs; prints its fingerprint.

python -m tests.pure.virtual.day SEED [busy]
"""

import random
import sys
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import redis
from redis.backoff import ExponentialWithJitterBackoff
from redis.retry import Retry

from cachelab import virtual


def busy() -> None:
    while True:
        until = time.thread_time() + 0.002
        while time.thread_time() < until:
            pass
        time.sleep(0.002)


def day(seed: int) -> tuple[str, float, str]:
    """`(fingerprint, when it ended, what became of the requests)`."""
    with virtual.time(seed=seed) as clock:
        cache = clock.cache(latency=virtual.lognormal(0.0005, 0.005), service=0.00002)
        database = clock.database(
            servers=4, service=virtual.exponential(0.02), connections=20, pool_wait=1.0, statement_timeout=0.5
        )
        pool = redis.BlockingConnectionPool(
            host="cache",
            max_connections=16,
            timeout=0.1,
            socket_timeout=0.05,
            socket_connect_timeout=0.05,
            retry=Retry(ExponentialWithJitterBackoff(base=0.01, cap=0.1), 2),
        )
        client = redis.Redis(connection_pool=pool, decode_responses=True)
        release = client.register_script(
            "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"
        )
        beside = ThreadPoolExecutor(4)

        def get_product(number):
            key = f"product:{number}"
            try:
                if (found := client.get(key)) is not None:
                    return found
                token = uuid.uuid4().hex
                if client.set("lock:" + key, token, nx=True, px=500):
                    row = database.read(number)
                    client.set(key, f"{row} {time.time()}", px=random.randrange(1000, 3000))
                    beside.submit(release, keys=["lock:" + key], args=[token])
                    return row
                time.sleep(random.uniform(0.01, 0.05))
                return client.get(key) or database.read(number)
            except redis.RedisError:
                return database.read(number)

        clock.at(3, cache.freeze)
        clock.at(5, cache.heal)
        clock.at(7, cache.flush)
        clock.at(8, cache.kill)
        clock.at(9, cache.restart)
        clock.at(10, cache.slow, 0.03)
        threading.Timer(11, database.capacity, [2]).start()
        load = clock.open(
            get_product,
            rate=lambda t: 150 if t < 6 else 300,
            seconds=12,
            arguments=lambda chance: (min(200, int(chance.paretovariate(0.6))),),
            threads=32,
        )
        beside.shutdown()
        return clock.log.fingerprint(), clock.now, f"{load} {load.errors}"


if __name__ == "__main__":
    if "busy" in sys.argv:  # other threads of this process, which live in real time
        threading.Thread(target=busy, daemon=True).start()
    print(*day(int(sys.argv[1])), sep="\n")
