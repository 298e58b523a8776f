"""The model behind lesson 01's numbers, and numbers nobody can have prepared for."""

import random

LOOKUP_MS, FILL_MS = 0.25, 0.30


# A hit is a look-up. A miss is a look-up, a query and a fill. All in milliseconds, as measured in the lesson.
COSTS = ((0.9, 0.25, 3.0, 0.35), (0.5, 0.3, 40.0, 0.5), (0.0, 0.25, 2.0, 0.75), (1.0, 0.2, 9.0, 0.4))


chance = random.SystemRandom()  # other numbers on every check


def mean_read(ratio: float, lookup: float, query: float, fill: float) -> float:
    return lookup + (1 - ratio) * (query + fill)


def ratios(query: dict) -> tuple[float, float]:
    """The hit ratio to expect of a query whose entries live as long as they may, and the one that pays."""
    mean = query["reads"] / query["keys"] * query["stale_s"]
    return mean / (1 + mean), (LOOKUP_MS + FILL_MS) / (query["query_ms"] + FILL_MS)


def some_costs(count: int):
    """Costs nobody can have prepared for."""
    for _ in range(count):
        yield (
            round(chance.uniform(0.05, 0.95), 2),
            chance.choice((0.2, 0.25, 0.4)),
            chance.choice((2.0, 7.5, 80.0)),
            chance.choice((0.3, 0.6)),
        )
