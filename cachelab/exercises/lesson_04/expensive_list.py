"""04.5: a list with money in it, which may be empty."""

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.exercises.asserts.cache_aside import (
    contents,
    data_only,
    one_query,
    one_trip_only,
    stored,
)
from cachelab.learner.words import counted


@define(
    "04.5",
    "The expensive list",
    minutes=10,
    needs=("valkey",),
    hints=(
        "Call `db.top_products(limit=1)` and look at the type of every value. What would "
        "`float(revenue)` do to a sum of money?",
        "A Decimal survives as text: `str(price)` one way, `Decimal(text)` back. `json.dumps(rows, "
        "default=str)` writes it; reading needs to know which fields to turn back.",
        "`if rows:` is false for an empty list. Which two different answers of the cache does it mix "
        "up? And which two calls share the key `f'top:{category}{limit}'`?",
    ),
)
def expensive_list(lab: Lab, top_products):
    lab.db.new_sales("lamps", 12)
    lab.db.new_sales("lamps1", 3)
    lab.db.new_sales("chess", 0)
    for category, limit in (("lamps", 11), ("lamps1", 1), ("lamps", 3), (None, 5), (None, 2), ("chess", 5)):
        want = lab.db.top_products(category=category, limit=limit)
        miss = lab.call(top_products, category, limit, lab.cache, lab.db)
        miss.returned(want, "Another category or limit was asked for before. Do two questions share a key?")
        one_query(miss)
        stored(lab, miss, 60)
        hit = lab.call(top_products, category, limit, lab.cache, lab.db).finished()
        if hit.loads:
            raise hit.wrong(
                f"the second call in a row made {counted(hit.loads, 'query')}",
                "no query" + (": that nothing was sold is an answer too" if not want else ""),
                "" if want else "How does your code tell an empty list from a miss?",
                contents(lab),
            )
        hit.returned(want, "A miss and a hit must look the same to the caller, down to the types.")
        one_trip_only(data_only(hit))
    lab.db.new_sales("lamps", 4)
    for _ in range(2):
        lab.wait(31)
        call = lab.call(top_products, "lamps", 3, lab.cache, lab.db).finished()
    changed = lab.db.top_products(category="lamps", limit=3)
    call.returned(changed, "The entry is more than 60 s old. Does a hit make it live longer?")
    return "Six questions, six entries, each with its TTL; money is still money, and an empty list is a hit."
