"""The module in the race explorer: the same two functions, one product, in every order of their calls."""

from __future__ import annotations

import inspect
from collections.abc import Callable

from cachelab import races, virtual
from cachelab.day.lines import Line, Score
from cachelab.day.module import Service
from cachelab.day.shop import FIELDS

PRODUCT = 7
WHOLE = (None, "evict", "expire")
CROWDS = (  # name, who, under which faults, and the lesson and section that teach it
    ("a reader and a writer", "rw", WHOLE, "05.5"),
    ("two readers and a writer", "rrw", WHOLE, "05.5"),
    ("a reader and two writers", "rww", WHOLE, "05.5"),
    ("a reader that dies", "rr", ("crash",), "07.3"),
)
SECONDS = 3.0  # for the orders of one crowd and one fault


class OneRow:
    """The explorer's database as the module's `db`: its one row has one value, and that is the price.

    A schedule shows the module's calls as they stand in the module.
    """

    fields = list(FIELDS)

    def __init__(self, db):
        self._db = db

    def product(self, product_id: int) -> dict[str, str]:
        price, version = self._db.called("product", product_id).read_versioned()
        return {
            "product_id": str(product_id),
            "name": "product 7",
            "price": price,
            "version": str(version + 1),
        }

    def set_price(self, product_id: int, price: str) -> int:
        return self._db.called("set_price", product_id, price).write(price)[1] + 1


def clients(service: Service) -> dict[str, Callable]:
    """`r` and `w` for the explorer. It runs them again and again: each run has the module's state anew."""

    in_text = answers_in_text(service)

    def get_product(cache, db):
        cache.in_text = in_text
        return service.fresh().get_product(PRODUCT, cache, OneRow(db))["price"]

    def change_price(cache, db):
        cache.in_text = in_text
        service.fresh().change_price(PRODUCT, db.new_value(), cache, OneRow(db))

    seen = service.fresh()
    for client in (get_product, change_price):  # what a schedule shows beside its steps is the module's own
        client.__signature__ = inspect.signature(client)
        client.__wrapped__ = getattr(seen, client.__name__)
    return {"r": get_product, "w": change_price}


def answers_in_text(service: Service) -> bool:
    """Whether the module's own client decodes what it reads; the explorer's does as that one."""
    try:
        with virtual.time(seed="connect", budget=5.0) as clock:
            cache = clock.cache()
            return service.fresh().connect(cache.host, cache.port, None).get_encoder().decode_responses
    except Exception:  # no client of redis-py, or none at all: the day has the words for it
        return True


def explored(service: Service, crowd: str, fault: str | None = None) -> races.Report:
    """One exploration, such as `explored(service, "rrw", "evict")`. Raises a races.Refusal."""
    return _explored(clients(service), crowd, fault)


def _explored(kinds: dict[str, Callable], crowd: str, fault: str | None) -> races.Report:
    return races.explore([kinds[name] for name in crowd], fault=fault, seconds=SECONDS)


def every_order(service: Service) -> Score:
    """Orders in which an old price stays in the cache, or somebody waits for ever: a line for each crowd.

    Raises a races.Refusal if the module cannot be explored.
    """
    lines, kinds = [], clients(service)
    for name, crowd, faults, lesson in CROWDS:
        reports = [_explored(kinds, crowd, fault) for fault in faults]
        wrong = sum(report.violating for report in reports)
        bad = [report for report in reports if report.broken or report.violations.keys() - {"fresh"}]
        orders = f"{wrong:,} of {sum(report.schedules for report in reports):,} orders"
        orders += ", evictions and expiries included" if faults is WHOLE else ""
        why = (bad[0].broken[0] if bad[0].broken else bad[0].explain()) if bad else ""
        what = "orders that go wrong"
        lines.append(Line("gold", name, what, max(wrong, len(bad)), 0, lesson, f"{orders}. {why}".strip()))
    return Score(tuple(lines))
