"""12.2: bronze."""

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.day.incidents import INCIDENTS
from cachelab.exercises.asserts.service import in_the_day, module_of, passes

MINE = [incident for incident in INCIDENTS if incident.level == "bronze"]


@define(
    "12.2",
    "Fast",
    minutes=10,
    hints=(
        "Three times the visitors are more than the database can serve. What do they get from the cache?",
        "A product on TV: 320 of 400 customers a second want it, a load takes 0.02 s, and its price changes. "
        "How many miss before the first load has ended?",
        "The lease of 12.1 already says who loads. The others need not: they look again 0.01 s later.",
    ),
)
def fast(lab: Lab, connect, get_product, change_price):
    service = module_of(connect, get_product, change_price)
    passes(in_the_day(service, MINE), MINE)
    return (
        "Bronze, if 12.1 holds as well: an ordinary hour from the cache, three times the visitors without a "
        "failure, and one load for each change of the product that everybody wants."
    )
