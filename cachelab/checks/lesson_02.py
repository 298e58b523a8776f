"""Lesson 02, Redis or Memcached: a leaderboard in each, a pool that grows, a vendor's table, five systems."""

import builtins
import json
import random
from collections.abc import Callable
from contextlib import contextmanager
from statistics import mean

from cachelab.workload.compare import choice, duel

from .exercise import define
from .lab import Call, Lab, counted, name_of
from .verdict import NOT_ATTEMPTED, Settled, Table, Verdict, incorrect, show

chance = random.SystemRandom()  # other names and numbers on every check

NAMES = ("ada", "bob", "cyd", "dee", "eve", "fay", "gus", "hal")


# --- 02.1 ----------------------------------------------------------------------------------------------


@define(
    "02.1",
    "The leaderboard in one command",
    minutes=5,
    needs=("valkey",),
    hints=(
        "A sorted set holds members with scores. One command adds to a score and tells the new one; another "
        "gives the members in order, and takes an option that adds their scores.",
        "`zincrby` and `zrevrange`: redis-py spells Valkey's commands in small letters. A range includes its "
        "end, so which end does the best three take? And what do the two return, and what is asked for?",
    ),
)
def in_one_command(lab: Lab, add_points, best):
    cache = lab.cache
    empty = lab.call(best, cache, 3)
    empty.returned([], "A board that nobody is on has an answer, too: a list with nobody in it.")
    scores = dict.fromkeys(chance.sample(NAMES, 5), 0)
    for points in (9, 100, 25, -4, chance.randrange(200, 900)):
        for player in scores:
            some = points + list(scores).index(player)
            scores[player] += some
            call = lab.call(add_points, cache, player, some)
            _total(call, scores[player])
            if len(call.trips) != 1:
                think = "What if another server adds points between your first trip and your last?"
                if not call.trips:
                    think = "Where are the points? Another server must see them too."
                raise call.wrong(f"it made {counted(call.trips, 'round trip')}", "one", think)
    ranking = sorted(scores.items(), key=lambda item: -item[1])
    for count in (1, 3, 99):
        call = lab.call(best, cache, count)
        _ranking(call, ranking[:count])
        if len(call.trips) != 1:
            raise call.wrong(f"it made {counted(call.trips, 'round trip')}", "one")
    for i in range(60):
        add_points(cache, f"player {i}", -1000 - i)
    call = lab.call(best, cache, 2)
    _ranking(call, ranking[:2])
    fetched = max(_size(step.reply) for step in call.trips)
    if fetched > 4:  # two names, two scores
        raise call.wrong(
            f"the server sent {fetched} things to show two players",
            "two players and their points",
            "There are 65 on the board now. What will you send when there are a million?",
        )
    return "One trip each, nothing lost, and the server sends what is shown."


# --- 02.2 ----------------------------------------------------------------------------------------------


@define(
    "02.2",
    "The same in Memcached",
    minutes=12,
    needs=("real memcached",),
    hints=(
        "Keep the whole board as JSON under one key. `mc.gets(key)` returns the value and a token, and "
        "`mc.cas(key, value, token)` stores only if nobody has stored since. What do you do if it says no?",
        "No board yet: `gets` returns `(None, None)`. `mc.add` stores only if there is nothing. And what if "
        "somebody was faster?",
        "`cas` returns True, False (somebody stored since) or None (the key is gone). In both bad cases "
        "start from the top: `while True: … gets … add or cas … if it stored: return`.",
    ),
)
def in_memcached(lab: Lab, add_points, best):
    mc = lab.memcached
    _players(lab.call(best, mc, 3), {}, 3)
    trips = []
    first = lab.call(add_points, mc, "ada", 10)
    _total(first, 10)
    _as_json(first, mc)
    call = lab.call(add_points, mc, "ada", 5)
    _total(call, 15)
    if len(call.trips) > 2:
        raise call.wrong(
            f"undisturbed, it made {counted(call.trips, 'round trip')}",
            "two: one that reads, one that writes",
        )
    trips.append(("nobody", len(call.trips)))
    _players(lab.call(best, mc, 9), {"ada": 15}, 9)

    def rival(player, points):
        return lambda: add_points(mc.desk, player, points)

    story = "while another server adds {} for bob"
    with disturbed(lab, {2: rival("bob", 7)}, story.format(7)):
        call = lab.call(add_points, mc, "ada", 1)
    _kept(lab, call, best, {"ada": 16, "bob": 7})
    trips.append(("another server, once", len(call.trips)))
    thrice = {2: rival("bob", 1), 4: rival("bob", 1), 6: rival("bob", 1)}
    with disturbed(lab, thrice, story.format("1 three times")) as came:
        call = lab.call(add_points, mc, "ada", 1)
    _kept(lab, call, best, {"ada": 17, "bob": 7 + len(came)})
    trips.append(("another server, three times", len(call.trips)))
    mc.desk.flush_all()
    with disturbed(lab, {2: rival("bob", 3)}, "on an empty cache, while another server adds 3 for bob"):
        call = lab.call(add_points, mc, "ada", 4)
    _kept(lab, call, best, {"ada": 4, "bob": 3})
    with disturbed(lab, {2: mc.desk.flush_all}, "while the board is evicted"):
        call = lab.call(add_points, mc, "ada", 2)
    _kept(lab, call, best, {"ada": 2}, "Is there still a board to store into? What does `cas` return then?")
    evicted = {2: mc.desk.flush_all, 4: rival("bob", 6)}
    with disturbed(lab, evicted, "while the board is evicted, and then another server adds 6 for bob"):
        call = lab.call(add_points, mc, "ada", 2)
    _kept(lab, call, best, {"ada": 2, "bob": 6})
    for i, player in enumerate(NAMES, 1):
        add_points(mc.desk, player, 100 * i)
    scores = {name: 100 * i for i, name in enumerate(NAMES, 1)}
    scores["ada"], scores["bob"] = scores["ada"] + 2, scores["bob"] + 6
    for count in (1, 3, 50):
        _players(lab.call(best, mc, count), scores, count)
    return (
        "Nothing is lost, whoever comes between. The price is the trips: Valkey's command takes one, always.",
        Table("Round trips to add points", ("who came between", "trips"), tuple(trips)),
    )


@contextmanager
def disturbed(lab: Lab, at: dict[int, Callable[[], object]], condition: str):
    """Before the call's round trip of that number, something happens; yields the trips so disturbed."""
    seen, came = 0, []

    def between():
        nonlocal seen
        seen += 1
        if seen in at:
            came.append(seen)
            at[seen]()

    lab.log.on_trip = between
    try:
        with lab.log.during(condition):
            yield came
    finally:
        lab.log.on_trip = None


def _kept(lab: Lab, call: Call, best, scores: dict[str, int], think: str = "") -> None:
    """Settle unless the call returned the right total and the board holds everybody's points."""
    call.finished()
    seen = lab.call(best, lab.memcached, 9)
    found = {player: points for player, points in seen.value} if _pairs(seen.value) else None
    if found != scores:
        lost = [player for player, points in scores.items() if not found or found.get(player) != points]
        think = think or (
            "What the other server wrote between your read and your write is overwritten. Who could notice?"
        )
        if any("noreply=True" in step.text for step in call.trips):
            think = "With `noreply=True` the client says True before the server has decided anything."
        raise call.wrong(f"afterwards the board says {show(seen.value)}", f"{scores} (wrong: {lost})", think)
    _total(call, scores["ada"])


def _as_json(call: Call, mc) -> None:
    """Settle if something that the call stored is not JSON."""
    for key in (word for step in call.trips for word in step.text.split()[1:2]):
        stored = mc.desk.get(key)
        try:
            json.loads(stored or "{}")
        except ValueError:
            raise call.wrong(
                f"under `{key}` the cache holds {show(stored)}",
                "JSON",
                "Whoever can write to the cache chooses what your program reads. Which formats can run code?",
            ) from None


def _total(call: Call, expected: int) -> None:
    call.finished()
    value = call.value
    if isinstance(value, bool) or not isinstance(value, int | float) or value != expected:
        think = "Return the player's new total, as a number." if not isinstance(value, int | float) else ""
        raise call.wrong(f"it returned {show(value)}", f"{expected}, the new total", think)


def _pairs(value) -> bool:
    return isinstance(value, list | tuple) and all(
        isinstance(one, tuple | list) and len(one) == 2 for one in value
    )


def _ranking(call: Call, expected: list[tuple[str, int]]) -> None:
    call.finished()
    think = ""
    if not _pairs(call.value):
        think = "A list of (player, points) is asked for."
    elif any(not isinstance(player, str) for player, _ in call.value):
        think = "Names are text here; this client hands you bytes."
    elif [tuple(one) for one in call.value] == expected:
        return
    elif [tuple(one) for one in call.value] == expected[::-1]:
        think = "The best come first."
    raise call.wrong(f"it returned {show(call.value)}", show(expected), think)


def _players(call: Call, scores: dict[str, int], count: int) -> None:
    _ranking(call, sorted(scores.items(), key=lambda item: -item[1])[:count])
    if len(call.trips) != 1:
        raise call.wrong(f"it made {counted(call.trips, 'round trip')}", "one")


def _size(reply) -> int:
    if isinstance(reply, dict):
        return 2 * len(reply)
    if isinstance(reply, list | tuple | set):
        return sum(len(one) if isinstance(one, list | tuple) else 1 for one in reply)
    return 1


# --- 02.3 ----------------------------------------------------------------------------------------------


@define(
    "02.3",
    "A pool that grows without forgetting",
    minutes=12,
    hints=(
        "With a hash modulo the number of nodes, a new node changes the answer for almost every key. What "
        "must the choice depend on, so that a node that joins concerns its own keys only?",
        "Hash the key *together with each node's name*, and take the node with the highest hash.",
        "`hash(text)` is another number in every process. `zlib.crc32(text.encode())` and `hashlib` are not. "
        "(crc32 of texts that differ in little differs in little, too: hashlib mixes better.)",
    ),
)
def a_pool_that_grows(lab: Lab, node_for):
    many = [f"user:{chance.randrange(10**9)}" for _ in range(2000)]
    keys = many[:300]
    pools = [_five_addresses() for _ in range(24)]
    nodes = pools[0][:4]

    given = list(nodes)
    call = lab.call(node_for, keys[0], given).finished()
    if call.value not in nodes:
        raise call.wrong(f"it returned {show(call.value)}", "one of the nodes")
    if given != nodes:
        raise call.wrong(
            f"afterwards the list it was handed is {show(given)}",
            f"the list as it was, {show(nodes)}",
            "That list is the caller's, for the next key too. `sorted(nodes)` makes a new one.",
        )
    all_chosen = where(lab, node_for, many, nodes)  # which also shows whether it is fast enough
    chosen = {key: all_chosen[key] for key in keys}
    if where(lab, node_for, keys, nodes) != chosen:
        raise call.wrong(
            "the second time it chose another node", "the same node for the same key, every time"
        )
    with other_process():
        if where(lab, node_for, keys, nodes) != chosen:
            raise call.wrong(
                "in another process it chose another node",
                "the same node in every program",
                "Python's `hash` of a text is another number in each process.",
            )
    if where(lab, node_for, keys, nodes[::-1]) != chosen:
        raise call.wrong(
            "with the same nodes in another order it chose another node",
            "the same node, however the list is sorted",
            "Two of your servers may have the list in another order, and then they look in different places.",
        )

    # One pool may be lucky or unlucky; what a rule does to two dozen is the rule's own doing.
    growth = [(where(lab, node_for, keys, pool[:4]), where(lab, node_for, keys, pool)) for pool in pools]
    before = [placed for placed, _ in growth]
    shares = [
        {node: list(placed.values()).count(node) / len(keys) for node in pool[:4]}
        for pool, placed in zip(pools, before, strict=True)
    ]
    fullest, emptiest = (mean(pick(pool.values()) for pool in shares) for pick in (max, min))
    if fullest > 0.35 or emptiest < 0.15:
        worst = max(shares, key=lambda pool: max(pool.values()) - min(pool.values()))
        raise incorrect(
            call.text,
            f"one node has far more keys than another: {fullest:.0%} on the fullest of four and "
            f"{emptiest:.0%} on the emptiest, on average over {len(pools)} pools",
            "about a quarter on each of four nodes",
            "",
            Table(
                "Where the keys of one pool live",
                ("node", "share"),
                tuple((node, f"{share:.0%}") for node, share in worst.items()),
            ),
        )

    moved = [
        now[key] == pool[4]
        for pool, (was, now) in zip(pools, growth, strict=True)
        for key in keys
        if was[key] != now[key]
    ]
    away = moved.count(False)
    share = len(moved) / (len(keys) * len(pools))
    called = call.text.strip("`").partition("(")[0]
    what = (
        f"`{called}` for {len(keys)} keys in each of {len(pools)} pools, before and after a fifth node joins"
    )
    if away or share >= 0.25:
        raise incorrect(
            what,
            f"{share:.0%} of the keys moved, {away:,} of them from one old node to another",
            "under a quarter of the keys moved, all of them to the new node",
            "Every key that moves is a miss. Which keys must move to a new node, and which need not?",
        )
    if not moved:
        raise incorrect(what, "the new node gets no keys", "about a fifth of the keys")
    shrunk = where(lab, node_for, keys, nodes[1:])
    if any(shrunk[key] != chosen[key] for key in keys if chosen[key] != nodes[0]):
        raise incorrect(
            what.replace("a fifth node joins", "one of four leaves"),
            "keys of the nodes that stayed moved as well",
            "only the keys of the node that left find another home",
        )
    return f"A fifth node took {share:.0%} of the keys, and nobody else noticed."


def _five_addresses() -> list[str]:
    found: set[str] = set()
    while len(found) < 5:
        found.add(f"10.0.{chance.randrange(250)}.{chance.randrange(250)}:11211")
    return chance.sample(sorted(found), 5)


def where(lab: Lab, node_for, keys: list[str], nodes: list[str]) -> dict[str, str]:
    """The node of each key; settles at the first call that fails or returns no node."""

    def all_of_them():
        return {key: node_for(key, list(nodes)) for key in keys}

    call = lab.call(all_of_them, patience=1.5, text=f"{name_of(node_for)}(key, nodes) for {len(keys):,} keys")
    if call.overtime is not None:
        raise call.wrong(
            f"that takes more than {call.patience:g} seconds",
            "a small part of a millisecond for each key",
            "It is called before every trip to the cache. What of its work depends on the nodes alone, and "
            "need not be done again for each key?",
        )
    chosen = call.finished().value
    if odd := next((key for key, node in chosen.items() if node not in nodes), None):
        raise call.wrong(f"for {odd!r} it returned {show(chosen[odd])}", f"one of {show(nodes)}")
    return chosen


@contextmanager
def other_process():
    """`hash` of texts as another process would have it: its seed is drawn when Python starts."""
    plain, salt = builtins.hash, chance.getrandbits(60)
    builtins.hash = lambda value: plain((salt, value))
    try:
        yield
    finally:
        builtins.hash = plain


# --- 02.4 ----------------------------------------------------------------------------------------------

# letter -> (the statement, whether it is true, what the lesson's experiment showed, its row)
STATEMENTS = {
    "A": (
        "Valkey executes commands one after another, in one thread.",
        True,
        "I/O threads read and write for it; commands are executed by one.",
        "threads",
    ),
    "B": (
        "Whatever you configure, a Memcached server that is restarted has lost its items.",
        False,
        "With a memory file (`-e`) and SIGUSR1 it came back with its item.",
        "restart",
    ),
    "C": (
        "With consistent hashing, the loss of one Memcached node of five costs about a fifth of the keys.",
        True,
        "One of three cost a third, and the others' keys were still found.",
        "lost node",
    ),
    "D": (
        "What a Valkey primary has acknowledged is safe, because its replica takes over when it dies.",
        False,
        "The write that was acknowledged while the road was blocked was gone after the failover.",
        "copies",
    ),
    "E": (
        "Memcached keeps an entry with a TTL of 40 days for 40 days, unless it needs the memory.",
        False,
        "More than 30 days is read as a date in 1970: the voucher was gone at once.",
        "expiry",
    ),
    "F": (
        "A value that is too large for Memcached is refused, and an older value under its key is gone then.",
        True,
        "The refusal was also a delete.",
        "keys and values",
    ),
    "G": (
        "On ElastiCache, Memcached can be given TLS, but neither users nor passwords.",
        True,
        "TLS worked; AUTH, users and IAM are for Valkey and Redis OSS.",
        "access",
    ),
    "H": (
        "A Valkey that is full and whose policy nobody has set refuses to store more.",
        True,
        "OutOfMemoryError, and not one eviction.",
        "eviction",
    ),
}
FALSE = {letter for letter, (_, true, _, _) in STATEMENTS.items() if not true}


@define(
    "02.4",
    "Three false statements",
    minutes=6,
    hints=(
        "For each statement there is a row in your table. Which experiments ended in a surprise?",
        "Run five rows again: restart, copies, lost node, keys and values, expiry. Two of them say what a "
        "statement says. Three say the opposite.",
    ),
)
def three_false_statements(lab: Lab, false_statements: set):
    called = f"`false_statements = {show(false_statements)}`"
    if odd := [one for one in false_statements if one not in STATEMENTS]:
        raise incorrect(
            called, f"{odd[0]!r} is none of the statements", "letters from A to H, each as a text"
        )
    if len(false_statements) != len(FALSE):
        raise incorrect(called, f"these are {len(false_statements)}", "three letters")
    if accused := sorted(false_statements - FALSE):
        right = len(false_statements & FALSE)
        text, _, seen, row = STATEMENTS[accused[0]]
        found = f"{'none' if not right else right} of the three {'is' if right == 1 else 'are'} false"
        raise incorrect(
            called,
            f"{found}. You accuse {accused[0]}: {text}",
            "three that an experiment of the lesson refutes",
            f"{seen} Run it again: `match.run({row!r})`.",
        )
    rows = tuple((letter, *STATEMENTS[letter][2:]) for letter in sorted(FALSE))
    return (
        "All three were true of something once: of a default, of a lucky moment, of a shorter time.",
        Table("What refutes them", ("", "seen", "row"), rows),
    )


# --- 02.5 ----------------------------------------------------------------------------------------------

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
        "closed network. One node with 16 cores is there, and all of them should serve reads, with "
        "nothing to set.",
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
