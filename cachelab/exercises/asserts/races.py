"""Answers in every order: which schedules an answer must survive, and the shortest that it does not."""

from cachelab import races
from cachelab.checks.attempt import Overtime, limit, note, overtime_line
from cachelab.checks.verdict import NOT_ATTEMPTED, Schedule, Settled, Table, Verdict, broken, incorrect
from cachelab.races.telling.scene import report_scene

KEY = "product:7:price"
SECONDS = 6.0  # of computing, for one exploration: the usual one takes some hundredths


WHY = {  # what to think about, by the fault it took or by the kind of violation
    None: "Whoever writes last to the cache wins, however old its value is. What could tell the cache?",
    "evict": "What should have stopped the old value was evicted. What must a fill find, to be let in?",
    "expire": "A key with a TTL ended early. What must a fill find, to be let in?",
    "crash": "The client that should have told the cache is dead. Who else knows that the row has changed?",
    "lost_call": "The call that should have told the cache never arrived. Who will try again?",
    "replica_lag": "The reader asked a copy of the database that did not know yet. Who knows when it does?",
    "t": "It heals when the entry's TTL ends. This exercise wants a cache that does not need to heal.",
    "K": "Somebody waits for a client that is gone. Who frees what it held?",
    "dirty": "A reader saw a value that was not committed at that moment.",
}


def uses_the_cache(reader, writer, memcached: bool = False) -> None:
    """The reader answers from a warm cache without the database; the writer writes; nobody waits for the
    others."""
    call = f"{races.faults.name_of(reader)}(cache, db), alone, with a warm cache"
    note(call)
    for warm in (False, True):
        steps = alone(reader, memcached, warm)
        queries = [step for step in steps if step.to in ("database", "replica")]
        if warm and queries:
            raise incorrect(
                call,
                f"it asked the database, with {queries[0].call}",
                "the price from the cache: another reader has just stored it",
                "A cache that is never trusted is never wrong, and never of use.",
                listed("What it did", steps),
            )
        if not warm and not queries:
            raise incorrect(
                call.replace("warm", "cold"), "it did not ask the database", "a miss reads the row"
            )
        if steps[-1].returned != "v0":
            raise incorrect(
                call if warm else call.replace("warm", "cold"),
                steps[-1].ending,
                "it returns the price, v0",
                "What did it put into the cache, and in which form?" if warm else "",
                listed("What it did", steps),
            )
    call = f"{races.faults.name_of(writer)}(cache, db), alone"
    note(call)
    steps = alone(writer, memcached, False, probe=reader)
    if all(step.committed is None for step in steps):
        raise incorrect(call, "it wrote nothing to the database", "it calls db.write()")
    for step in steps:
        if step.waits:
            raise incorrect(
                call,
                "it waits for every reader that is under way",
                "a fix that does not depend on how long others take",
                "How would your application know that the slowest reader is done?",
            )


def alone(client, memcached: bool, warm: bool, probe=None) -> list:
    """The steps of one client that nobody disturbs."""
    call = f"{races.faults.name_of(client)}(cache, db), alone"
    game = refusals_settled(call, races.play, [client], memcached=memcached, warm=warm, probe=probe)
    complain(call, game.report)
    while not game.finished:
        game.do(0)
    return game.steps


def holds_everywhere(reader, writer, *crowds: str, memcached: bool = False) -> None:
    """Without a fault first, then with evictions and expiries: each in every crowd, the smallest first."""
    for fault in (None, "evict", "expire"):
        for crowd in crowds:
            holds([{"r": reader, "w": writer}[name] for name in crowd], fault, memcached)


def holds(clients: list, fault: str | None, memcached: bool = False) -> None:
    """Explore; settle with the shortest schedule that leaves the cache wrong or somebody stuck."""
    names = ", ".join(races.faults.name_of(getattr(client, "handler", client)) for client in clients)
    circumstances = (f", fault={fault!r}" if fault else "") + (", memcached=True" if memcached else "")
    called = f"`races.explore([{names}]{circumstances})`"
    options = {"fault": fault, "memcached": memcached, "seconds": None}
    report = refusals_settled(called, races.explore, clients, **options)
    complain(called, report)
    if report.verdict == ".":
        if not report.complete:
            raise broken(
                called,
                "nothing went wrong, but there were more orders than the explorer tries",
                "",
                "Each further call, and each round of a loop, multiplies the orders. Are they needed?",
            )
        return
    kind = next(kind for kind in ("X", "t", "K", "dirty") if kind in report.violations)
    raise incorrect(
        called,
        report.explain(kind),
        "no such order",
        think(report, {fault}),
        schedule(report, kind),
        line=culprit(report.violations[kind]),
    )


def culprit(steps: list) -> str:
    """The learner's line that put the old value into the cache, if a call did, and it stayed."""
    for before, step in reversed(list(zip([None, *steps], steps, strict=False))):
        if not step.stale:
            break
        if before is not None and not before.stale:
            cached = before.cache != step.cache
            return f"line {step.line}: {step.source}" if step.source and cached else ""
    return ""


def refusals_settled(called: str, explore, *args, **options):
    """Call the explorer; what it refuses to explore is a broken answer, in its words."""
    note(called)
    try:
        with limit(SECONDS):
            return explore(*args, **options)
    except Overtime:
        raise broken(
            called,
            f"nothing went wrong in {SECONDS:g} seconds of computing, but there were orders left to try",
            overtime_line() or "",
            "Each further call, and each round of a loop, multiplies the orders. Are they needed?",
        ) from None
    except (races.Refusal, ValueError, TypeError) as refusal:
        raise broken(called, str(refusal)) from None


def complain(called: str, report: races.Report) -> None:
    """Settle if an exception escapes from a client though nothing went wrong around it."""
    for text in report.broken:
        if "NotImplementedError" in text:
            raise Settled(Verdict(NOT_ATTEMPTED, (("", f"There is something left to write: {text}."),)))
        raise broken(called, text)


def think(report: races.Report, faults) -> str:
    if report.kind in ("t", "K", "dirty"):
        return WHY[report.kind]
    steps = report.violation or []
    needed = next((step.fault for step in steps if step.fault), None)
    if needed is None and "replica_lag" in faults:
        needed = "replica_lag"
    committed = max((i for i, step in enumerate(steps) if step.committed is not None), default=0)
    if (
        needed is None
        and committed
        and all(step.cache == steps[committed - 1].cache for step in steps[committed:])
    ):
        return "The old value was there before the change, and nobody removed it. Whose duty is that?"
    return WHY.get(needed, WHY[None])


def schedule(report: races.Report, kind: str | None = None) -> Schedule:
    """The shortest order that goes wrong, to be stepped through."""
    kind = kind or report.kind
    caption = f"The shortest order that goes wrong, from a {report.start_of(kind)} cache"
    return drawn(listed(caption, report.violations[kind]), report_scene(report, kind))


def drawn(table: Table, scene: dict) -> Schedule:
    return Schedule(table.caption, table.columns, table.rows, scene)


def listed(caption: str, steps: list) -> Table:
    """Steps as a table, each with what is in the cache after it."""
    rows = []
    for number, step in enumerate(steps, 1):
        cache = ", ".join(
            f"{key}={value or repr(value)}{' (old)' if key in step.stale else ''}"
            for key, value in step.cache.items()
        )
        row = (str(number), step.client, step.call, step.shown(), cache or "empty", step.db, step.note)
        rows.append(row)
    columns = ("", "who", "call", "answer", "cache afterwards", "database", "")
    return Table(caption, columns, tuple(rows))
