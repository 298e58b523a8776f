"""Lesson 05, invalidation races: each answer is run in every order, and shown the shortest one that goes
wrong."""

from cachelab import races
from cachelab.races import strategies
from cachelab.races.matrix import from_replica

from .attempt import note
from .exercise import define
from .lab import Lab
from .verdict import NOT_ATTEMPTED, Settled, Table, Verdict, broken, incorrect

KEY = "product:7:price"
SECONDS = 6.0  # for one exploration: the usual one takes some hundredths, but machines are small and busy

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


# --- the plain ways, as the lesson writes them ----------------------------------------------------------


def reader(cache, db):
    price = cache.get(KEY)
    if price is None:
        price = db.read()
        cache.set(KEY, price)
    return price


def delete_first(cache, db):
    cache.delete(KEY)
    db.write()


def write_through(cache, db):
    price, _ = db.write()
    cache.set(KEY, price)


# --- 05.1 -----------------------------------------------------------------------------------------------


@define(
    "05.1",
    "You are the scheduler",
    minutes=5,
    hints=(
        "In both, the cache must end with an old price. Who holds an old price in its hand, and which "
        "call of the other has to come before it puts it down?",
        "Two writers: let B do everything between A's two calls. Reader and writer: the delete comes "
        "first, so what does the reader find in the cache, and in the database, right after it?",
    ),
)
def the_scheduler(lab: Lab, two_writers: str, late_write: str):
    played("two_writers", two_writers, {"A": write_through, "B": write_through})
    played("late_write", late_write, {"R": reader, "W": delete_first})
    return "Both leave an old price that nobody will ever remove, and no call failed or was slow on its own."


def played(name: str, order: str, clients: dict) -> None:
    """Make the calls in this order; settle unless the cache is wrong at the end."""
    called = f"`{name} = {order!r}`"
    letters = list(clients)
    legend = " and ".join(f"{letter} ({client.__name__})" for letter, client in clients.items())
    game = races.play(list(clients.values()), probe=reader)
    for i, letter in enumerate(order.replace(" ", "").upper(), 1):
        if letter not in clients:
            raise incorrect(called, f"letter {i} is {letter!r}", f"one letter a call: {legend}")
        choices = [
            move for move in game.moves() if move.step.index == letters.index(letter) and not move.fault
        ]
        if not choices:
            raise incorrect(
                called,
                f"letter {i}, {letter}, has no call left to make",
                f"as many letters as calls: {legend}",
                "",
                listed("So far", game.steps),
            )
        game.do(game.moves().index(choices[0]))
    if not game.finished:
        waiting = [letters[i] for i in sorted({move.step.index for move in game.moves()})]
        raise incorrect(
            called,
            f"{' and '.join(waiting)} still {'has' if len(waiting) == 1 else 'have'} calls to make",
            "an order of all the calls, to the end",
            "",
            *([listed("So far", game.steps)] if game.steps else []),
        )
    if game.violated is None:
        raise incorrect(
            called,
            "in the end the cache holds what the database holds",
            "an order after which the cache keeps an old price",
            "Which call has to come later, so that it puts back something old?",
            listed("Your order", game.steps),
        )


# --- 05.2 -----------------------------------------------------------------------------------------------


@define(
    "05.2",
    "A lease",
    minutes=20,
    hints=(
        "A reader that misses must leave a mark before it asks the database, and its fill must be "
        "refused if the mark is gone. Which call of the writer removes it?",
        "`cache.set(key, mark, nx=True, get=True, px=60_000)` leaves the mark only where nothing is, "
        "and returns what was there. The mark must be nobody else's: `uuid.uuid4().hex`.",
        "`cache.set(key, price, ifeq=mark)` stores only if the key still holds exactly this mark. A "
        "reader that finds another reader's mark asks the database and stores nothing.",
    ),
)
def a_lease(lab: Lab, reader, writer):
    uses_the_cache(reader, writer)
    holds_everywhere(reader, writer, "rw", "rrw", "rww")
    holds([reader, reader], "crash")
    return (
        "No violation with one reader and one writer, two readers, or two writers, from a cold or a "
        "warm cache, even if any key is evicted or expires at any moment. A reader that dies blocks "
        "nobody."
    )


# --- 05.3 -----------------------------------------------------------------------------------------------


@define(
    "05.3",
    "The same for Memcached",
    minutes=15,
    hints=(
        "`add` after a delete stores, so it cannot tell an old value from a new one. Which of "
        "memcached's own replies says: you, and nobody else, may fill this?",
        "`mg KEY v c N30` on a miss makes an empty item that lives 30 s, and answers with the flags `W` "
        "(you won) and `c…` (its token). Others get `Z`: somebody else is at it.",
        "`ms KEY LENGTH C<token>` stores only if the item is still the one you were given. After "
        "`delete` it is not.",
    ),
)
def the_same_for_memcached(lab: Lab, memcached_reader, memcached_writer):
    uses_the_cache(memcached_reader, memcached_writer, memcached=True)
    holds_everywhere(memcached_reader, memcached_writer, "rw", "rrw", "rww", memcached=True)
    return (
        "No violation with up to three clients, cold or warm, even if any item is evicted or expires at "
        "any moment: memcached has had leases for years, under another name."
    )


# --- 05.4 -----------------------------------------------------------------------------------------------


@define(
    "05.4",
    "The writer that dies",
    minutes=12,
    hints=(
        "Between the commit and the delete the writer can always die. So the delete must be the duty of "
        "somebody who learns of every commit, and who starts again where it stopped.",
        "The handler is called for each commit, in order, again if it died. It needs one call.",
        "The handler comes later than a writer's own delete would. A plain reader's late fill can come "
        "later still: use the reader of 05.2.",
    ),
)
def the_writer_that_dies(lab: Lab, sturdy_reader, plain_writer, handler):
    uses_the_cache(sturdy_reader, plain_writer)
    follower = refusals_settled("`races.cdc(handler)`", races.cdc, handler)
    for names in ("rw", "rrw", "rww"):
        clients = [{"r": sturdy_reader, "w": plain_writer}[name] for name in names] + [follower]
        for fault in (None, "crash", "lost_call"):
            holds(clients, fault)
    the_caller_never_notices(sturdy_reader)
    return (
        "No violation, even if any client dies between two calls or any call is lost: the handler "
        "starts again where it stopped, and the lease keeps late fills out meanwhile."
    )


def the_caller_never_notices(reader) -> None:
    """Whichever call of the reader is lost, from a cold or a warm cache: its caller gets the price."""
    call = f"`{races.faults.name_of(reader)}(cache, db)`, alone, with one call to the cache lost"
    note(call)
    for warm in (False, True):
        game = races.play([reader], fault="lost_call", warm=warm)
        todo: list[list[int]] = [[]]
        for choices in todo:  # every way through, each a list of choices; grows as we go
            while game.steps:
                game.undo()
            for choice in choices:
                game.do(choice)
            todo += [[*choices, i] for i in range(len(game.moves()))]
            if game.finished and not game.steps[-1].note.endswith("returns v0"):
                raise incorrect(
                    call,
                    game.steps[-1].note.rpartition("; ")[2],
                    "the price, from the database",
                    "What does the reader's caller get when the cache does not answer?",
                    listed("What happened", game.steps),
                )


# --- 05.5 -----------------------------------------------------------------------------------------------

# The menu, cheapest first: name, what it is, and the strategy of cachelab.races that it stands for.
FIXES = {
    "delete": ("delete after each write", "DeleteAfterWrite"),
    "delete + ttl": ("delete after each write, and every entry has a TTL", "TtlAndDelete"),
    "lease": ("delete after each write, and readers fill under a lease", "Lease"),
    "cdc + lease": (
        "a handler deletes for each commit on the primary, readers fill under a lease",
        "CdcLease",
    ),
    "replica cdc + lease": ("the same, for each commit that has reached the replica", "ReplicaCdcLease"),
}

SYSTEMS = {
    "descriptions": (
        "Product texts change twice a day. One that is a minute old bothers nobody, one that is a day "
        "old does. Deployments kill writers at any moment.",
        {"crash"},
        "t",
        False,
    ),
    "prices": (
        "Prices change all day, and no customer may see a wrong one for longer than a moment. Every "
        "writer is one careful process that finishes what it began. The cache is small and evicts.",
        {"evict"},
        ".",
        False,
    ),
    "stock": (
        "Stock levels must never stay wrong. They are written by hundreds of short-lived jobs, and some "
        "die half-way.",
        {"crash"},
        ".",
        False,
    ),
    "profiles": (
        "Profiles must never stay wrong. Writers may die, and readers on the other side of the ocean "
        "ask a replica of the database that lags behind.",
        {"crash", "replica_lag"},
        ".",
        True,
    ),
}


@define(
    "05.5",
    "Four systems",
    minutes=10,
    hints=(
        "For each system, list what may go wrong in it: a race alone, an eviction, a dead writer, a "
        "lagging replica. Then ask of each fix who removes the old value when exactly that happens.",
        "A TTL removes what everybody forgot, later. If later is good enough, it is the cheapest.",
        "A handler that sees a commit before the replica does deletes too early: a reader can still "
        "fetch the old row.",
    ),
)
def four_systems(lab: Lab, choice: dict):
    for system, (_, faults, worst, lagging) in SYSTEMS.items():
        fix = choice.get(system, ...)
        called = f"`choice[{system!r}]`"
        if fix is ... or fix is None:
            others = "".join(
                f" {name!r} is not one of the systems." for name in choice if name not in SYSTEMS
            )
            words = f"There is no choice for {system!r} yet.{others}"
            raise Settled(Verdict(NOT_ATTEMPTED, (("", words),)))
        if not isinstance(fix, str) or fix not in FIXES:
            raise incorrect(called, f"it is {fix!r}", "one of " + ", ".join(map(repr, FIXES)))
        report = tried(fix, faults, lagging)
        if not good_enough(report, worst):
            raise incorrect(
                f"{called}: `{fix}`, with {' and '.join(sorted(faults))}",
                report.explain(),
                "a cache that is right in the end"
                if worst == "."
                else "a cache that is right again after a while",
                think(report, faults),
                schedule(report),
            )
        for cheaper in list(FIXES)[: list(FIXES).index(fix)]:
            if good_enough(tried(cheaper, faults, lagging), worst):
                raise incorrect(
                    f"{called}: `{fix}`",
                    "it holds, and so does something cheaper",
                    "the first on the menu that holds: every further part is one more to run, and to fail",
                    "What does this system forgive?"
                    if worst == "t"
                    else "What cannot happen in this system?",
                )
    rows = tuple((name, choice[name], FIXES[choice[name]][0]) for name in SYSTEMS)
    return "Each is the cheapest on the menu that holds.", Table("Four systems", ("system", "fix", ""), rows)


def tried(fix: str, faults: set, lagging: bool) -> races.Report:
    """Explore a fix from the menu under these faults; `lagging`: its readers ask the replica."""
    strategy = getattr(strategies, FIXES[fix][1])
    read = from_replica(strategy.reader) if lagging else strategy.reader
    clients = [read, strategy.writer]
    if hasattr(strategy, "follower"):
        clients.append(races.cdc(strategy.follower, source=strategy.source))
    return races.explore(clients, fault=faults)


def good_enough(report: races.Report, worst: str) -> bool:
    return report.complete and report.verdict in (".", worst)


# --- what several exercises ask --------------------------------------------------------------------------


def uses_the_cache(reader, writer, memcached: bool = False) -> None:
    """The reader answers from a warm cache without the database; the writer writes; nobody waits for the
    others."""
    call = f"{races.faults.name_of(reader)}(cache, db), alone, with a warm cache"
    note(call)
    for warm in (False, True):
        steps = alone(reader, memcached, warm)
        queries = [step for step in steps if step.call.startswith("db.")]
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
        told = steps[-1].note.rpartition("; ")[2]  # reader returns v0
        if not told.endswith(" returns v0"):
            raise incorrect(
                call if warm else call.replace("warm", "cold"),
                told,
                "it returns the price, v0",
                "What did it put into the cache, and in which form?" if warm else "",
                listed("What it did", steps),
            )
    call = f"{races.faults.name_of(writer)}(cache, db), alone"
    note(call)
    steps = alone(writer, memcached, False, probe=reader)
    if not any(step.call.startswith("db.write") for step in steps):
        raise incorrect(call, "it wrote nothing to the database", "it calls db.write()")
    for step in steps:
        if step.call == "wait for the running readers":
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
    options = {"fault": fault, "memcached": memcached, "seconds": SECONDS}
    report = refusals_settled(called, races.explore, clients, **options)
    complain(called, report)
    if report.verdict == ".":
        if not report.complete:
            raise broken(
                called,
                f"nothing went wrong in {SECONDS:g} seconds, but there were still orders left to try",
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
        return explore(*args, **options)
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
    committed = max((i for i, step in enumerate(steps) if step.call.startswith("db.write")), default=0)
    if (
        needed is None
        and committed
        and all(step.cache == steps[committed - 1].cache for step in steps[committed:])
    ):
        return "The old value was there before the change, and nobody removed it. Whose duty is that?"
    return WHY.get(needed, WHY[None])


def schedule(report: races.Report, kind: str | None = None) -> Table:
    kind = kind or report.kind
    steps = report.violations[kind]
    return listed(f"The shortest order that goes wrong, from a {report.start_of(kind)} cache", steps)


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
