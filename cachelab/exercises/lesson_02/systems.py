"""02.5: five systems, an engine for each, and the row that decides."""

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.checks.verdict import NOT_ATTEMPTED, Settled, Verdict, incorrect
from cachelab.learner.words import show
from cachelab.workload.compare import choice, duel

# name -> (what is told, the answers for choice.recommend, rows that decide besides those it names)
SYSTEMS: dict[str, tuple[str, dict[str, str], set[str]]] = {
    "game": (
        "A new game. Hundreds of servers add points for millions of players, and every page shows the best "
        "ten.",
        {"holds": "structures"},
        {"data types"},
    ),
    "fragments": (
        "Pieces of rendered pages for a busy site: plain text, made again in a moment if lost, inside a "
        "closed network. One ElastiCache node with 16 cores is there, and all of them should serve reads, "
        "with nothing to set.",
        {"load": "cores"},
        set(),
    ),
    "sessions": (
        "Log-in sessions of a new shop, plain values. If a node dies, most customers must stay logged in "
        "without a rush on the database.",
        {"loss": "little"},
        {"copies"},
    ),
    "stock alerts": (
        "When a product is back in stock, every open browser should hear of it at once, through whichever "
        "web server it is connected to.",
        {"holds": "messages"},
        set(),
    ),
    "shared": (
        "One new cache for four teams in one network. Each may read and write its own keys, and nobody "
        "else's.",
        {"doors": "users"},
        set(),
    ),
}


@define(
    "02.5",
    "Five systems",
    minutes=8,
    hints=(
        "For each system, look for the one sentence that one of the two engines cannot satisfy. Which of "
        "your experiments was about that sentence?",
        "Try the answers in `widgets.chooser()`: it names the rows that decide. In one system no sentence "
        "rules out either, and the question is what you get for nothing.",
    ),
)
def five_systems(lab: Lab, engine_for: dict):
    for name, (_, answers, also) in SYSTEMS.items():
        called, given = f"`engine_for[{name!r}]`", engine_for.get(name, ...)
        if given is ... or given is None:
            raise Settled(Verdict(NOT_ATTEMPTED, (("", f"There is no choice for {name!r} yet."),)))
        if not (isinstance(given, tuple | list) and len(given) == 2):
            raise incorrect(
                called, f"it is {show(given)}", 'an engine and a row, such as ("Valkey", "memory")'
            )
        engine, row = given
        if engine not in (choice.VALKEY, choice.MEMCACHED):
            raise incorrect(
                called, f"the engine is {show(engine)}", f"{choice.VALKEY!r} or {choice.MEMCACHED!r}"
            )
        if not isinstance(row, str) or row not in duel.USUAL:
            raise incorrect(
                called, f"the row is {show(row)}", "a row of your table: " + ", ".join(duel.USUAL)
            )
        told = choice.recommend(**answers)
        deciding = told.reasons if told.engine == choice.MEMCACHED else told.against[choice.MEMCACHED]
        rows = {reason.row for reason in deciding} | also
        if engine != told.engine:
            wrong = told.against.get(engine) or (
                choice.Reason(
                    f"{engine} could do it. What does the site ask for that it would do better, and what "
                    "would have to be set first?"
                ),
            )
            raise incorrect(called, f"it is {engine}", "the other one", wrong[0].because)
        if row not in rows:
            raise incorrect(
                f"{called}, {engine}",
                f"you defend it by “{row}”",
                "the row that decides",
                f"{engine} is right. Would it still be, if that experiment had come out the other way? "
                f"Read again: {SYSTEMS[name][0]}",
            )
    return "Four of five are Valkey's, each for its own reason; the fifth asks for nothing but cores."
