"""The live day: the module's own order in an account in a box, TLS, PostgreSQL, real traffic, real kills.

Its figures are of a real machine, and a busy one is slow. So it is a finale, and never a reason to fail.
"""

from __future__ import annotations

import queue
import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from typing import Any, NamedTuple

import psycopg
import redis

from cachelab import cloud, engines, virtual
from cachelab.cloud.billing import Billed
from cachelab.day.incidents import ON_TV, OUTAGE, RATE
from cachelab.day.module import Service
from cachelab.day.ordered import network
from cachelab.day.shop import (
    CAPACITY,
    DEADLINE,
    FIELDS,
    GRACE,
    NEW_FIELDS,
    POOL_WAIT,
    PRODUCTS,
    QUERY,
    SERVERS,
    THREADS,
    Phase,
    World,
)
from cachelab.engines.relay import Relay

METRICS = ("CacheHits", "CacheMisses", "NewConnections", "DatabaseMemoryUsagePercentage")


class Overloaded(Exception):
    """The database has no connection left."""


class Seen(NamedTuple):
    """A phase, and what CloudWatch shows of its minute: of the primary, by metric; None where it has none.

    `late`: seconds by which the latest customer was sent too late. Then this machine was busy with other
    things, and what is slow need not be the module's fault.
    """

    phase: Phase
    minute: dict[str, float | None]
    late: float = 0.0


class Day(NamedTuple):
    """A live day: its phases, and what AWS would charge for the module's order."""

    seen: list[Seen]
    bill: list[Billed]


class LiveCatalogue:
    """`db` of one release: PostgreSQL, with as many connections as the virtual day's database has."""

    def __init__(self, shop: LiveShop, fields: tuple[str, ...] = FIELDS):
        self._shop, self.fields = shop, list(fields)

    def product(self, product_id: int) -> dict[str, str] | None:
        names = ", ".join(self.fields)
        with self._shop.connection() as connection:
            sql = f"SELECT {names}, pg_sleep({QUERY}) FROM day_product WHERE product_id = %s"
            row = connection.execute(sql, [product_id]).fetchone()
        return dict(zip(self.fields, map(str, row), strict=False)) if row else None

    def set_price(self, product_id: int, price: str) -> int:
        with self._shop.connection() as connection, self._shop.writing, connection.transaction():
            connection.execute(
                "UPDATE day_product SET price = %s, version = version + 1 WHERE product_id = %s",
                [price, product_id],
            )
            return self._shop.commit(product_id, str(price))  # known before anybody can read it


class LiveShop(World):
    """The shop on real engines. Open it with `with`."""

    def __init__(self, service: Service):
        super().__init__(self, service)
        self.writing = threading.Lock()
        self.began: list[float] = []  # when each query began
        self._pool: queue.LifoQueue = queue.LifoQueue()
        self._threads: list[ThreadPoolExecutor] = []
        self.late = 0.0  # seconds by which the latest customer of the last phase was sent too late
        self.releases.append(LiveCatalogue(self))

    @property
    def now(self) -> float:
        return time.monotonic()

    def __enter__(self) -> LiveShop:
        self.aws = cloud.account(provisioning_time=0).start()
        try:
            network(self.aws)
            self._elasticache = self.aws.client("elasticache")
            self._group = self.module.order(self._elasticache)
            self.aws.settle()
            shown = self._described()
            node = shown["NodeGroups"][0]
            end = node.get("PrimaryEndpoint") or node["NodeGroupMembers"][0]["ReadEndpoint"]
            self._address = (end["Address"], end["Port"])
            self._ca = self.aws.ca_file if shown.get("TransitEncryptionEnabled") else None
            self.relay = Relay(self._address)
            self._rows()
            self.connect(self.relay.host, self.relay.port, self._ca)
        except BaseException:
            self.aws.close()
            raise
        return self

    def __exit__(self, *_: Any) -> None:
        for client in (self.client, self.office_client):
            with suppress(Exception):
                client.close()
        self.relay.close()
        for threads in self._threads:  # whoever still waited for the cache is refused now
            threads.shutdown()
        while not self._pool.empty():
            self._pool.get_nowait().close()
        self.aws.close()

    def _described(self) -> dict:
        return self._elasticache.describe_replication_groups(ReplicationGroupId=self._group)[
            "ReplicationGroups"
        ][0]

    def _rows(self) -> None:
        url = engines.postgres().url
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DROP TABLE IF EXISTS day_product")
            connection.execute(
                "CREATE TABLE day_product AS SELECT i AS product_id, 'product ' || i AS name, "
                "10.00::numeric(9, 2) AS price, 1 AS version, 'EUR' AS currency "
                f"FROM generate_series(1, {PRODUCTS}) i"
            )
            connection.execute("ALTER TABLE day_product ADD PRIMARY KEY (product_id)")
        for _ in range(SERVERS):
            self._pool.put(psycopg.connect(url, autocommit=True))

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection]:
        """One of the database's few connections, for one query; who waits too long is refused."""
        try:
            connection = self._pool.get(timeout=POOL_WAIT)
        except queue.Empty:
            raise Overloaded("the database has no connection left") from None
        try:
            self.began.append(self.now)
            yield connection
        finally:
            self._pool.put(connection)

    def admin(self) -> redis.Redis:
        """A client of somebody else, past the relay."""
        host, port = self._address
        return redis.Redis(host=host, port=port, ssl=bool(self._ca), ssl_ca_certs=self._ca, socket_timeout=5)

    def spoil(self) -> None:
        with self.admin() as admin:
            for key in admin.scan_iter():
                if admin.type(key) == b"string":
                    admin.set(key, '{"oops": tru', keepttl=True)

    def flush(self) -> None:
        with self.admin() as admin:
            admin.flushall()

    def warm(self) -> None:
        """Everything is in the cache, and of the release that runs."""
        self.flush()
        for number in range(1, PRODUCTS + 1):
            self.read(number)

    def primary(self) -> str:
        members = self._described()["NodeGroups"][0]["NodeGroupMembers"]
        name = next((m["CacheClusterId"] for m in members if m.get("CurrentRole") == "primary"), None)
        return name or members[0]["CacheClusterId"]

    def minute(self) -> dict[str, float | None]:
        """Let the account's minute end; what CloudWatch then shows of the primary."""
        self.aws.minute()
        node = self.primary()
        found: dict[str, float | None] = {}
        with closing(self.aws.client("cloudwatch")) as cloudwatch:
            for name in METRICS:
                dimensions = [
                    {"Name": "CacheClusterId", "Value": node},
                    {"Name": "CacheNodeId", "Value": "0001"},
                ]
                points = cloudwatch.get_metric_statistics(
                    Namespace="AWS/ElastiCache",
                    MetricName=name,
                    Dimensions=dimensions,
                    StartTime=self.aws.now() - timedelta(minutes=1),
                    EndTime=self.aws.now(),
                    Period=60,
                    Statistics=["Average" if name.endswith("Percentage") else "Sum"],
                )["Datapoints"]
                value = points[-1] if points else {}
                found[name] = value.get("Sum", value.get("Average"))
        return found

    def open(self, name: str, seconds: float, rate: float, at: tuple = (), **mix: Any) -> Phase:
        """An open loop in real time; `at` is (moment, action). Waits until all are answered, or DEADLINE."""
        chance, load = random.Random(name), virtual.Load(name, self.now)
        load.seconds, first, began, self.late = seconds, len(self.began), self.now, 0.0
        self.refused.clear()
        actions = [threading.Timer(moment, action) for moment, action in at]
        for action in actions:
            action.daemon = True
            action.start()

        def one(due: float, customer: tuple) -> None:
            answer = self.request(*customer)
            load.requests.append(virtual.Request(due, due, self.now, "ok", answer))

        pool, futures, due = ThreadPoolExecutor(THREADS), [], 0.0
        self._threads.append(pool)
        while (due := due + chance.expovariate(rate)) < seconds:
            time.sleep(max(0.0, began + due - self.now))
            load.sent += 1
            self.late = max(self.late, self.now - began - due)
            futures.append(pool.submit(one, began + due, self.draw(chance, **mix)))
        wait(futures, timeout=DEADLINE)
        pool.shutdown(wait=False, cancel_futures=True)
        answered = virtual.Load(name, began)
        answered.sent, answered.seconds, answered.requests = load.sent, seconds, list(load.requests)
        for action in actions:
            action.join(DEADLINE)
        return self.judged(name, answered, began, self.began[first:])


def live(service: Service, seen: Callable[[Seen], None] = lambda seen: None) -> Day:
    """The live day, about fifty seconds; `seen` is called after each phase.

    Raises what the module's own `order` or `connect` raises.
    """
    found: list[Seen] = []
    with LiveShop(service) as shop:

        def phase(name: str, seconds: float, rate: float, **more: Any) -> None:
            was = shop.open(name, seconds, rate, **more)
            found.append(Seen(was, shop.minute(), shop.late))
            seen(found[-1])

        shop.warm()
        phase("an ordinary hour", 3, RATE)
        prices = tuple(
            (0.4 + 0.6 * n, lambda n=n: shop.office_changes(ON_TV, f"{9 - n}.99")) for n in range(4)
        )
        phase("a product is on TV", 3, 2 * CAPACITY, at=prices, hot=(ON_TV, 0.8))
        phase("prices change", 3, RATE, writes=0.05)
        shop.flush()
        shop.aws.fill_node(shop.primary())
        phase("no memory left", 2, RATE)
        shop.aws.make_room(shop.primary())
        shop.flush()
        phase("somebody flushes", 3, OUTAGE)
        shop.spoil()
        phase("another program writes", 3, RATE)
        shop.warm()
        shop.releases.append(LiveCatalogue(shop, NEW_FIELDS))
        phase("a new release", 3, RATE)
        shop.releases.pop()
        shop.warm()
        shop.relay.black_hole()
        phase("a black hole", 4, OUTAGE)
        shop.relay.resume()
        time.sleep(GRACE)
        phase("after it", 2, RATE)
        phase("the primary dies", 6, OUTAGE, at=((1.0, lambda: shop.aws.fail_node(shop.primary())),))
        phase("after that", 2, RATE)
        return Day(found, shop.aws.still_billing())
