"""A day of a shop's product service, and what becomes of a learner's module in it: the capstone's judges.

    from cachelab import day
    service = day.Service.of(connect, get_product, change_price)
    print(day.judge(service))              # the incidents of a day in virtual time: the same on every run
    print(day.every_order(service))        # and the race explorer on the same functions

The module is `connect(host, port, ca)`, `get_product(product_id, cache, db)`, `change_price(product_id,
price, cache, db)` and, for the last level, `order(elasticache)`. Levels are conjunctions: one failed line of
bronze is no bronze, whatever else is well.
"""

from .incidents import INCIDENTS, judge
from .lines import LEVELS, Line, Score
from .module import Scattered, Service, Unusable
from .ordered import judge_order
from .orders import every_order
from .record import record

__all__ = [
    "INCIDENTS",
    "LEVELS",
    "Line",
    "Scattered",
    "Score",
    "Service",
    "Unusable",
    "every_order",
    "judge",
    "judge_order",
    "record",
]
