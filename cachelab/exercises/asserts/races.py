"""Answers in every order: which schedules an answer must survive, and the shortest that it does not."""

import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any

from cachelab import races
from cachelab.checks.attempt import Overtime, limit, note, overtime_line
from cachelab.checks.verdict import NOT_ATTEMPTED, Schedule, Settled, Table, Verdict, broken, incorrect
from cachelab.races.telling.scene import report_scene
from cachelab.races.telling.words import one_line

KEY = "product:7:price"
SECONDS = 6.0  # of computing, for one exploration: the usual one takes some hundredths
BYTES = (
    "redis-py answers in bytes, and in text if the client was made with `decode_responses=True`. Which of "
    "them does this line expect?"
)
ENOUGH = {"states": 20_000, "seconds": 1.3}  # of a larger crowd, or around a game: usual are some hundreds


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


def client_of(function, ask: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    """A client of the explorer, called as the learner's function is, that does `ask(cache)`."""

    @functools.wraps(function)
    def client(cache, db):
        return ask(cache)

    parameters = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_ONLY) for name in ("cache", "db")]
    client.__signature__ = inspect.Signature(parameters)
    return client


def every_key_has_an_end(cache, db, results) -> bool:
    """A rule: nothing is left that stays for ever."""
    return all(cache.ttl(key) != -1 for key in cache.keys())


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


def every_key_ends(reader, writer, *followers, memcached: bool = False) -> None:
    """Whatever reader and writer leave in the cache, each alone, has a TTL, and names the product.

    The writer is alone but for the `followers` of its commits.
    """
    for client, warm in ((reader, False), (writer, False), (writer, True), (reader, True)):
        others = followers if client is writer else ()
        who = " and ".join(["alone", *(races.faults.name_of(other.handler) for other in others)])
        call = f"{races.faults.name_of(client)}(cache, db), {who}, with a {'warm' if warm else 'cold'} cache"
        note(call)
        game = played_alone(client, *others, memcached=memcached, warm=warm, probe=reader)
        for key, forever in game.stays.items():
            if not forever:
                continue
            raise incorrect(
                call,
                f"afterwards {key} is in the cache, without a TTL",
                "every key ends one day, and none stays for ever",
                "A delete may be lost, a failover may bring a value back, and under volatile-lru a full "
                "cache evicts only keys with a TTL. Which option of the call that stores it sets one?",
                listed("What it did", game.steps),
            )
        strange = [key for key in game.stays if "product:7" not in key]
        if strange:
            raise incorrect(
                call,
                f"afterwards {strange[0]} is in the cache",
                "keys that name the product: they begin with product:7",
                "An import job deletes what it finds under product:7. Whose price would it miss?",
            )


def nobody_is_waited_for(reader, memcached: bool = False) -> None:
    """A reader that comes while another is at its database query goes to the database at once."""
    name = races.faults.name_of(reader)
    call = f"{name}(cache, db), while another {name} is at its db.read()"
    note(call)
    game = game_of(call, [reader, reader], memcached=memcached)
    while not (game.steps and game.steps[-1].to == "database"):
        if not moved(game, 0):
            return
    first = len(game.steps)
    while moved(game, 1):
        mine = game.steps[first:]
        if mine[-1].to == "database":
            return
        if any((mine[-1].asked, mine[-1].answer) == (step.asked, step.answer) for step in mine[:-1]):
            break
    mine = game.steps[first:]
    if any(step.to == "database" for step in mine):
        return
    raise incorrect(
        call,
        f"it looks again and again, with {mine[-1].call}" if mine else "it does not go on",
        "it asks the database after one look",
        "The other may be slow, or dead: how long would this reader's caller wait? Who finds no value and "
        "holds no mark can still ask the database, and store nothing.",
        listed("What happened", game.steps),
    )


def moved(game, i: int) -> bool:
    """Let client i of a game make its next call, if it has one left."""
    for choice, move in enumerate(game.moves()):
        if move.step.index == i and not move.fault:
            game.do(choice)
            return True
    return False


def a_dead_reader_leaves_nothing_old(reader, writer, memcached: bool = False) -> None:
    """Wherever a reader dies beside a writer that finishes, in every order: the cache is right in the end."""
    names = f"{races.faults.name_of(reader)}, {races.faults.name_of(writer)}"
    called = f"`races.explore([{names}], fault='crash')`, where only the reader dies"
    note(called)
    game = game_of(called, [reader, writer], fault="crash", memcached=memcached)
    for _ in every_way(game, lambda move: not move.fault or move.step.index == 0):
        if game.finished and any(step.fault for step in game.steps) and game.violated:
            raise incorrect(
                called,
                game.violated,
                "no such order",
                "The reader died before it could look again. What it had stored by then must be safe.",
                listed("What happened", game.steps),
            )


def every_way(game: races.Game, allowed=lambda move: True) -> Iterator[None]:
    """Take a game to wherever it can go, one place after the other, by the moves that are allowed.

    It ends early where a client goes round and round: what the explorations say of that has been said.
    """
    todo: list[list[int]] = [[]]
    for choices in todo:  # it grows as we go
        if len(choices) > 30 or len(todo) > 5_000:
            return
        while game.steps:
            game.undo()
        for choice in choices:
            game.do(choice)
        todo += [[*choices, i] for i, move in enumerate(game.moves()) if allowed(move)]
        yield


def game_of(call: str, clients: list, **options) -> races.Game:
    """The game of these clients, before its first move."""
    return refusals_settled(call, races.play, clients, **ENOUGH, **options)


def played_alone(client, *followers, memcached: bool, warm: bool, probe=None):
    """The game of one client that nobody disturbs, its commits handled by the followers, at its end."""
    call = f"{races.faults.name_of(client)}(cache, db), alone"
    game = game_of(call, [client, *followers], memcached=memcached, warm=warm, probe=probe)
    complain(call, game.report)
    while not game.finished:
        game.do(0)
    return game


def alone(client, memcached: bool, warm: bool, probe=None) -> list:
    """The steps of one client that nobody disturbs."""
    return played_alone(client, memcached=memcached, warm=warm, probe=probe).steps


def holds_everywhere(reader, writer, *crowds: str, memcached: bool = False) -> None:
    """Each in every crowd, the smallest first, without a fault and with evictions and expiries.

    A loop multiplies the orders. Those of the first crowd are all tried; of the others, ENOUGH.
    """
    for fault in (None, "evict", "expire"):
        for crowd in crowds:
            clients = [{"r": reader, "w": writer}[name] for name in crowd]
            holds(clients, fault, memcached, all_of_them=crowd == crowds[0])


def holds(
    clients: list,
    fault: str | None,
    memcached: bool = False,
    *,
    budget: int = 1,
    all_of_them: bool = True,
    taught: str = "",
) -> None:
    """Explore; settle with the shortest schedule that leaves the cache wrong or somebody stuck.

    all_of_them: or be content with ENOUGH states, the same ones however busy the machine is.
    taught: where to look it up, said after what to think about.
    """
    names = ", ".join(races.faults.name_of(getattr(client, "handler", client)) for client in clients)
    circumstances = (f", fault={fault!r}" if fault else "") + (", memcached=True" if memcached else "")
    circumstances += f", budget={budget}" if budget > 1 else ""
    called = f"`races.explore([{names}]{circumstances})`"
    options = {"fault": fault, "budget": budget, "memcached": memcached}
    options |= {"seconds": None} if all_of_them else ENOUGH
    report = refusals_settled(called, races.explore, clients, **options)
    complain(called, report)
    if report.verdict == ".":
        if not report.complete and all_of_them:
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
        f"{think(report, {fault})} {taught}".strip(),
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
        mixed = "TypeError" in text and "bytes" in text
        raise broken(called, text, "", BYTES if mixed else "")


def rules_hold(called: str, report: races.Report, thoughts: dict[str, str]) -> None:
    """Settle with the shortest order that breaks a rule; `thoughts`: what to think about, by rule."""
    for name, asked in report.rules.items():
        if asked.violation is not None:
            raise incorrect(
                called,
                f"“{name}” does not hold in {asked} orders",
                "it holds in every order",
                thoughts[name],
                listed("The shortest order that breaks it", asked.violation),
            )
    if not report.complete:
        raise broken(called, "there were more orders than the explorer tries")


def think(report: races.Report, faults) -> str:
    steps = report.violation or []
    needed = next((step.fault for step in steps if step.fault), None)
    if report.kind == "t" and needed:
        return f"{WHY[needed]} {WHY['t']}"
    if report.kind == "t":
        return f"{WHY[None]} {WHY['t']}"
    if report.kind in ("K", "dirty"):
        return WHY[report.kind]
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
            f"{key}={value or repr(value)}{' (stale)' if key in step.stale else ''}"
            for key, value in step.cache.items()
        )
        row = (str(number), step.client, step.call, step.shown(), cache or "empty", step.db, step.note)
        rows.append(tuple(map(one_line, row)))
    columns = ("step", "who", "call", "answer", "cache afterwards", "database", "what it means")
    return Table(caption, columns, tuple(rows))
