"""The shop around the module: products, a slow database, a web server's sixteen threads, and customers."""

from __future__ import annotations

import math
import threading
from bisect import bisect
from collections import Counter
from collections.abc import Callable
from functools import cache
from itertools import accumulate
from random import Random
from typing import Any, NamedTuple

from cachelab import virtual
from cachelab.day.module import Service, Unusable

PRODUCTS, SKEW = 120, 0.9
SERVERS, QUERY, POOL_WAIT = (
    2,
    0.02,
    1.0,
)  # seconds: a hundred queries a second, and who waits longer is refused
CAPACITY = SERVERS / QUERY
THREADS = 16
SLOW, DEADLINE, GRACE = 0.25, 2.0, 1.0  # seconds
FIELDS = ("product_id", "name", "price", "version")
NEW_FIELDS = (*FIELDS, "currency")


class Phase(NamedTuple):
    """What became of the customers of one incident. Shares of all reads, seconds, and counts."""

    name: str
    reads: int
    failed: float  # refused, wrong, later than DEADLINE, or never answered
    slow: float  # later than SLOW, of all
    stale: int  # a price that had been changed for GRACE seconds
    p50: float
    p99: float
    queries: int
    peak: float  # the most queries in any second, by what the database can do
    seen: Counter[str]  # what the failures were, in words
    seconds: list[tuple[int, float, int]]  # of each second: reads, p99, queries

    @property
    def share(self) -> float:
        return self.queries / max(1, self.reads)


class Catalogue:
    """The database as the module sees it: `db` of one release, which knows so many fields."""

    def __init__(self, shop: Shop, fields: tuple[str, ...] = FIELDS):
        self._shop = shop
        self.fields = list(fields)

    def product(self, product_id: int) -> dict[str, str] | None:
        """The row as a dict of texts, with the fields in `fields`; None if there is none. One query."""
        shop = self._shop
        row = shop.database.run(lambda: dict(shop.rows[product_id]) if product_id in shop.rows else None)
        shop.asked[product_id] += 1
        if (stop := shop.stops.get(product_id)) is not None:
            stop()
        return row and {field: row[field] for field in self.fields}

    def set_price(self, product_id: int, price: str) -> int:
        """Change the price and commit; the row's new version. One query."""
        shop = self._shop
        if (first := shop.before_commit.get(product_id)) is not None:
            first()
        return shop.database.run(lambda: shop.commit(product_id, str(price)))


class World:
    """What every day has: products, the module just started, and customers whose answers are looked at.

    The module runs twice: in the web server, and in the office, where prices are changed. What one process
    remembers, the other does not know. `clock` says what time it is, as `now`.
    """

    def __init__(self, clock: Any, service: Service):
        self.clock = clock
        self.module, self.office = service.fresh(), service.fresh()
        self.client: Any = None
        self.office_client: Any = None
        self.rows = {number: row_of(number) for number in range(1, PRODUCTS + 1)}
        self.prices = {(number, "1"): "10.00" for number in self.rows}  # of each version
        self.changed: dict[int, list[tuple[float, int]]] = {}  # when a change had returned, and its version
        self.refused: Counter[str] = Counter()  # changes beside a phase's customers that raised, in words
        self.releases: list = []  # the `db` of each release that runs

    def connect(self, host: str, port: int, ca: str | None) -> None:
        """Both processes connect. Raises Unusable if that gives them nothing."""
        self.client = self.module.connect(host, port, ca)
        self.office_client = self.office.connect(host, port, ca)
        if self.client is None:
            raise Unusable("connect() returned None; get_product needs a client of the cache")

    def commit(self, product_id: int, price: str) -> int:
        row = self.rows[product_id]
        row["price"], row["version"] = price, str(int(row["version"]) + 1)
        self.prices[product_id, row["version"]] = price
        return int(row["version"])

    # --- customers ---

    def read(self, product_id: int, db: Catalogue | None = None) -> str:
        """One customer; "ok", "stale", or what was wrong in words."""
        db = db or self.releases[0]
        began = self.clock.now
        known = [version for at, version in self.changed.get(product_id, ()) if at + GRACE <= began]
        try:
            row = self.module.get_product(product_id, self.client, db)
        except Exception as error:
            return f"{type(error).__name__}: {error}"[:70]
        if not isinstance(row, dict):
            return f"{type(row).__name__} instead of the product"
        if missing := [field for field in db.fields if field not in row]:
            return f"a product without {missing[0]!r}"
        version = str(row["version"])
        if (
            str(row["product_id"]) != str(product_id)
            or self.prices.get((product_id, version)) != row["price"]
        ):
            return "a product that never was in the database"
        return "stale" if known and int(version) < max(known) else "ok"

    def change(self, product_id: int, price: str, db: Catalogue | None = None) -> None:
        """Somebody changes a price; customers may rely on it once the change has returned."""
        before = self.rows[product_id]["version"]
        self.office.change_price(product_id, price, self.office_client, db or self.releases[0])
        if self.rows[product_id]["version"] == before:
            raise RuntimeError("change_price() returned, and the price in the database is what it was")
        version = int(self.rows[product_id]["version"])
        self.changed.setdefault(product_id, []).append((self.clock.now, version))

    def draw(self, chance: Random, writes: float = 0.0, hot: tuple[int, float] = (0, 0.0)) -> tuple:
        """The next customer: which product, the new price if it is the office that comes, and whose release.

        `writes`: so large a share changes a price; `hot`: a product, and the share that wants it.
        """
        upto = _upto()
        product = bisect(upto, chance.random() * upto[-1]) + 1
        if chance.random() < hot[1]:
            product = hot[0]
        price = f"{chance.randrange(500, 2000) / 100:.2f}" if chance.random() < writes else None
        return product, price, self.releases[chance.randrange(len(self.releases))]

    def request(self, product_id: int, price: str | None, db: Any) -> str:
        """What became of one customer, as `read` says it, or "changed"."""
        if price is None:
            return self.read(product_id, db)
        try:
            self.change(product_id, price, db)
        except Exception as error:
            return f"change_price: {type(error).__name__}: {error}"[:80]
        return "changed"

    def office_changes(self, product_id: int, price: str) -> None:
        """Somebody changes a price beside the customers of a phase; if that raises, he counts as failed."""
        if (said := self.request(product_id, price, self.releases[0])) != "changed":
            self.refused[said] += 1

    def judged(self, name: str, load: virtual.Load, began: float, queries: list[float]) -> Phase:
        answers = [(str(r.answer) if r.outcome == "ok" else r.outcome, r) for r in load.requests]
        reads = [(kind, r.took, r.arrived) for kind, r in answers if kind != "changed"]
        count = max(1, len(reads) + load.unanswered + self.refused.total())
        good = [kind in ("ok", "stale") and took <= DEADLINE for kind, took, _ in reads]
        seen = Counter(kind for kind, *_ in reads if kind not in ("ok", "stale")) + self.refused
        seen["later than 2 s"] = sum(kind in ("ok", "stale") and took > DEADLINE for kind, took, _ in reads)
        seen["never answered"] = load.unanswered
        took = sorted([took for _, took, _ in reads] + [math.inf] * load.unanswered)
        return Phase(
            name,
            count,
            1 - sum(good) / count,
            sum(t > SLOW for t in took) / count,
            sum(kind == "stale" for kind, *_ in reads),
            _of(took, 0.5),
            _of(took, 0.99),
            len(queries),
            max((bisect(queries, at + 1.0) - i for i, at in enumerate(queries)), default=0) / CAPACITY,
            +seen,
            _by_second(reads, queries, began, load.seconds),
        )


class Shop(World):
    """One incident's world in virtual time: a cache, and a database of which one knows what it can do."""

    def __init__(self, clock: virtual.Clock, service: Service):
        super().__init__(clock, service)
        self.cache = clock.cache(latency=0.0004)
        self.database = clock.database(SERVERS, QUERY, connections=SERVERS, pool_wait=POOL_WAIT)
        self.asked: Counter[int] = Counter()  # queries for each product
        self.stops: dict[int, Callable[[], None]] = {}
        self.before_commit: dict[int, Callable[[], None]] = {}
        self.releases.append(Catalogue(self))
        self.connect(self.cache.host, self.cache.port, None)

    def warm(self) -> None:
        """Everybody looks at every product once; then it is quiet."""
        todo = iter(range(1, PRODUCTS + 1))
        self.clock.closed(lambda: self.read(next(todo)), clients=8, times=PRODUCTS // 8)
        self.clock.sleep(GRACE)

    def open(
        self, name: str, seconds: float, rate: float, writes: float = 0.0, hot: tuple[int, float] = (0, 0.0)
    ) -> Phase:
        """So many seconds of customers, who come when they like; see `draw`."""
        began, first = self.clock.now, len(self.database.began)
        self.refused.clear()
        load = self.clock.open(
            self.request,
            rate,
            seconds,
            arguments=lambda chance: self.draw(chance, writes, hot),
            threads=THREADS,
            patience=DEADLINE,
            name=name,
        )
        return self.judged(name, load, began, self.database.began[first:])

    def at_once(self, *jobs: Callable[[], None], seconds: float = 4.0) -> None:
        """Each in a thread of its own; then so many seconds pass."""
        for job in jobs:
            self.clock.after(0.0, job)
        self.clock.sleep(seconds)


class Stop:
    """A reader stops with the row in its hand, until `go` is set, or a second and a half have passed."""

    def __init__(self):
        self.stopped, self.go = threading.Event(), threading.Event()

    def __call__(self) -> None:
        if not self.stopped.is_set():
            self.stopped.set()
            self.go.wait(1.5)


@cache
def _upto() -> list[float]:
    return list(accumulate(k**-SKEW for k in range(1, PRODUCTS + 1)))


def row_of(number: int) -> dict[str, str]:
    return {
        "product_id": str(number),
        "name": f"product {number}",
        "price": "10.00",
        "version": "1",
        "currency": "EUR",
    }


def _of(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def _by_second(reads, queries: list[float], began: float, seconds: float) -> list[tuple[int, float, int]]:
    rows = []
    for second in range(math.ceil(seconds)):
        first, last = began + second, began + second + 1
        took = sorted(took for _, took, arrived in reads if first <= arrived < last)
        rows.append((len(took), _of(took, 0.99), bisect(queries, last) - bisect(queries, first)))
    return rows
