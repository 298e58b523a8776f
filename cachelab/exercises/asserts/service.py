"""The capstone's module before its judges: what they say becomes a verdict, with every line they saw."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cachelab import day, virtual
from cachelab.checks.attempt import at_end, note
from cachelab.checks.verdict import Table, broken, incorrect, not_attempted
from cachelab.day.incidents import Incident, judge_one
from cachelab.day.lines import Line, shown, taught_in
from cachelab.day.orders import CROWDS, clients
from cachelab.day.shop import CAPACITY
from cachelab.exercises.asserts.races import holds

WITHOUT_BOTH = "150 customers a second, and a database for 100. Who can be served without cache and database?"
FULL = (
    "The cache is not what they waited for: the database did all that it can, 100 queries a second. Whom "
    "could you serve without it?"
)
STUCK = "Nothing was refused: they waited. For what does your module wait, and how long at most?"
THINK = {  # what to think about, by the name of the line
    "an ordinary hour: failed": "What does get_product return on a hit, and what on a miss?",
    "an ordinary hour: half of the reads within": "Where does the usual customer get the product from?",
    "an ordinary hour: queries for each read": "Who stores what was read, and for how long?",
    "a product is on TV: loads for each change": "Everybody who comes during the load misses. Who of them "
    "has to load, and what do the others do?",
    "prices change: stale": "Which copies of a price are there, and who tells each of them?",
    "prices change: queries for each read": "One price has changed. How many products are read anew?",
    "the late reader: stale": "What could tell the cache that a fill began before the change?",
    "the early delete: stale": "Somebody reads between your delete and the commit.",
    "somebody flushes: failed": "How many loads of one product does an empty cache cost?",
    "no memory left: failed": "The server answers, and it says no. Which class of error is that?",
    "another program writes: failed": "What you cannot read is a miss. And then it must not stay.",
    "another program writes: entries that outlive a day": "Which call stored them, and for how long?",
    "a new release: failed": "The entry is sound, and of another release. How can a reader tell?",
    "a black hole: failed": "Each request waits for a time-out; sixteen threads do. When is it enough? "
    "And if you have a breaker: how long does the one wait that tries, with its new connection, and who "
    "waits for it?",
    "a black hole: slow": WITHOUT_BOTH,
    "a black hole: failed afterwards": "The cache is back. A call that was given up arrives all the same: "
    "what may it leave, and who waits for that, for how long?",
    "a black hole: queries for each read afterwards": "The cache is back. Who tries, and when?",
    "the primary dies: failed": "A refused connection fails at once. What comes after it?",
    "the primary dies: slow": WITHOUT_BOTH,
    "the primary dies: stale": "What was kept for an outage is old in the next one. When does it end?",
    "the order: of another engine": "Which engine knows the commands that your module sends?",
    "the order: in cluster mode": "The day has one node, and the client of your connect() knows one address. "
    "What does it hear of a key that is in another shard?",
    "the order: readable on the way": "Who else is on the network between your servers and the cache?",
    "the order: without a second zone": "A zone fails. Where is the other copy, and who promotes it?",
    "the order: without backups": "How many backups does AWS make if you say nothing?",
    "the order: GiB too few": "Three quarters of a node's memory hold entries.",
    "the order: dollars a month": "Each replica costs what a primary costs.",
}


def module_of(*functions: Callable) -> day.Service:
    """The cell in which these functions stand; settles if it is none, or still the one that was given."""
    at_end(virtual.leave)  # connect, and every day, run in virtual time
    try:
        service = day.Service.of(*functions)
    except day.Scattered as error:
        raise broken("your module", str(error)) from None
    if service.is_seed():
        raise not_attempted("This is the module as it was given. Lesson 12 shows what it fails.")
    return service


def safe_in_every_order(service: day.Service) -> None:
    """Settles with the shortest order that goes wrong."""
    kinds = clients(service)
    for _, crowd, faults, teaches in CROWDS:
        for fault in faults:
            taught = f"Taught in {taught_in(teaches)}."
            holds([kinds[name] for name in crowd], fault, all_of_them=crowd == "rw", taught=taught)


def in_the_day(service: day.Service, incidents: Iterable[Incident]) -> day.Score:
    """The score in these incidents; settles if the module cannot be run in virtual time."""
    score = day.Score(())
    for incident in incidents:
        called = f"the day: {incident.name}. {incident.story}"
        note(called)
        try:
            score += judge_one(service, incident)
        except (virtual.VirtualTimeError, day.Unusable) as error:
            raise broken(called, str(error)) from None
    return score


def answered(score: day.Score) -> None:
    """Settles if customers got no product while the cache was well: what is never shown is never old."""
    for phase in score.phases:
        if phase.failed:
            seen = ", ".join(f"{count:,} × {what}" for what, count in phase.seen.most_common(2))
            raise incorrect(
                f"the day: {phase.name}",
                f"{shown('failed', phase.failed)} of the reads failed ({seen})",
                "a product for everybody: the cache is well, and the database has room",
                "The explorer has one product, and a module just started for each request. The day has 120 "
                "products and sixteen threads. What do two requests share?",
            )


def passes(score: day.Score, incidents: Iterable[Incident] = day.INCIDENTS) -> None:
    """Settles at the first line that failed, with all of them."""
    if not score.failed:
        return
    line = score.failed[0]
    story = next((f". {incident.story}" for incident in incidents if incident.name == line.incident), "")
    seen = f" ({line.detail})" if line.detail else ""
    raise incorrect(
        f"{line.incident}{story}",
        f"{line.what}: {shown(line.what, line.value)}{seen}",
        f"{line.what}: {shown(line.what, line.limit)} at most",
        f"{thought(line, score)} Taught in {taught_in(line.teaches)}.".strip(),
        table(score),
    )


def thought(line: Line, score: day.Score) -> str:
    """What to think about. Customers wait for the database, if it is full, or for something else."""
    for phase in score.phases:
        if phase.name == line.incident and line.what == "failed":
            full = phase.queries > 0.9 * CAPACITY * len(phase.seconds)  # all the time
            if line.incident == "a new release" and phase.seen.most_common(1)[0][0] == "never answered":
                return STUCK
            return FULL if full else THINK.get(line.name, "")
        if phase.name == line.incident and line.what == "slow" and phase.peak <= 1:
            return THINK.get(f"{line.incident}: failed", "")
    return THINK.get(line.name, "")


def table(score: day.Score) -> Table:
    rows = tuple(("ok" if line.passed else "FAILED", *line.cells()) for line in score.lines)
    return Table("Every line", ("", "incident", "what", "yours", "at most", "taught in"), rows)
