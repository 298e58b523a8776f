"""12.3: silver."""

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.day.incidents import INCIDENTS
from cachelab.exercises.asserts.service import in_the_day, module_of, passes

MINE = [incident for incident in INCIDENTS if incident.level == "silver"]


@define(
    "12.3",
    "Survive",
    minutes=20,
    hints=(
        "One failed line at a time, and the shortest first: what a hit must look like to be believed, which "
        "errors count as a miss, how long a call to the cache may take.",
        "A black hole holds each request for time-out × tries × calls. At 150 a second, sixteen threads are "
        "gone when that is more than 0.1 s: after three failures in a row do not ask for half a second, then "
        "let one request try. It needs a new connection, whose time-out comes on top, and whoever waits for "
        "it waits as long.",
        "Without a cache the database is asked for more than it can do. Let those who want the same product "
        "at the same moment share one load, and keep what was loaded without the cache for half a second, in "
        "this process. Nobody tells it of a change, which the office makes in a process of its own: so no "
        "longer.",
    ),
)
def survive(lab: Lab, connect, get_product, change_price):
    service = module_of(connect, get_product, change_price)
    passes(in_the_day(service, MINE), MINE)
    return (
        "A flush, a full node, garbage, two releases at once, a black hole and a dead primary, with more "
        "customers than the database could serve: nobody was refused, and nearly nobody waited. Not asked "
        "here: a price that changes while the cache is away. What does your module do about a delete that is "
        "lost? The old price may come back with the cache, and stay until its TTL ends."
    )
