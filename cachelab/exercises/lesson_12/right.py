"""12.1: never an old price."""

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.day.incidents import INCIDENTS
from cachelab.exercises.asserts.service import answered, in_the_day, module_of, passes, safe_in_every_order

MINE = [incident for incident in INCIDENTS if incident.level == "gold"]


@define(
    "12.1",
    "Right",
    minutes=15,
    hints=(
        "A reader holds the old row in its hand while somebody else commits and deletes. Its fill must be "
        "refused. Lesson 05 has three ways. (A client made with `decode_responses=True` answers in "
        "text, and any other in bytes.)",
        "A lease: `cache.set(key, ticket, nx=True, get=True, px=…)` leaves a ticket where nothing was; the "
        "fill is `cache.set(key, text, ifeq=ticket, ex=…)`; and the change deletes the key after the commit.",
        "Who finds somebody else's ticket looks again a little later, for a while, and then asks the "
        "database and stores nothing. A ticket needs an end: whoever left it may be dead.",
    ),
)
def right(lab: Lab, connect, get_product, change_price):
    service = module_of(connect, get_product, change_price)
    safe_in_every_order(service)
    score = in_the_day(service, MINE)
    answered(score)
    passes(score, MINE)
    return (
        "No order of the calls of two readers and a writer, or a reader and two writers, leaves an old "
        "price, even if keys are evicted or expire at any moment; and a second after a change nobody was "
        "shown the old one. Not asked here, since no order tells: for how long do your readers wait for a "
        "ticket whose owner is dead?"
    )
