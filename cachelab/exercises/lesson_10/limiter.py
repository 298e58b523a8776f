"""10.4: a limit on requests, in every order and in virtual time."""

from collections.abc import Callable

from cachelab import races, virtual
from cachelab.checks.attempt import describe
from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.checks.verdict import Settled, incorrect
from cachelab.exercises.asserts.crowd import virtual_time
from cachelab.exercises.asserts.leaderboard import paid
from cachelab.exercises.asserts.races import (
    client_of,
    complain,
    every_key_has_an_end,
    refusals_settled,
    rules_hold,
)
from cachelab.learner import lines
from cachelab.learner.words import counted, show

LIMIT, MINUTE = 10, 60.0
FEW, CLIENTS = 2, 3  # the limit in the explorer, and how many ask
POLITE = 6.5  # seconds between two requests that keep within the limit
PATIENT, FLOODED, FORGOTTEN = 14, 3, 3600.0  # polite requests, minutes of a flood, seconds until all is gone


@define(
    "10.4",
    "A limit that holds",
    minutes=20,
    needs=("valkey",),
    hints=(
        "Count first, then decide by what the count was: the number that INCR returns is nobody else's. And "
        "who sees to it that the count ends, if this one dies after it?",
        "Two commands that belong together go in one transaction, `cache.pipeline()`, or in one script. "
        "`pipe.expire(key, 60, nx=True)` starts the minute once.",
        "A cache that is down raises a `redis.RedisError`. It is no reason to turn customers away.",
    ),
)
def a_limit_that_holds(lab: Lab, allow):
    it_answers(lab, allow)
    it_counts(allow)
    in_every_order(allow)
    keys_are_declared(allow)
    one_trip(lab, allow)
    the_polite_get_in(allow)
    a_flood_gets_its_limit(allow)
    nothing_is_left(allow)
    it_opens_when_the_cache_is_down(lab, allow)
    return (
        "Never more than the limit, in whatever order three requests make their calls, and no count that "
        "stays for ever, whoever dies or whatever expires meanwhile. In virtual time the polite are never "
        f"refused, and a flood has {LIMIT} a minute, no less. One trip each. When the cache is down, the "
        "shop is open."
    )


def it_answers(lab: Lab, allow) -> None:
    """Once, on a real server: what is not written yet, or does not work there, ends here."""
    lab.call(allow, lab.cache.decoding(), "ann", LIMIT).returned(True, "The first one is let in.")
    lab.cache.reset()


# --- in every order ---


def _request(allow) -> Callable:
    """A client of the explorer that asks to be let in."""

    return client_of(allow, lambda cache: allow(cache, "ann", FEW))


def at_most(cache, db, results) -> bool:
    return sum(result is True for result in results) <= FEW


THINK = {
    "at most the limit": "Two of them may look before either counts. Can the count itself decide?",
    "every count ends": "The next request finds a count without an end, and so does the one after it. Who "
    "gives it one, if not the command that counts?",
}


def in_every_order(allow) -> None:
    request = _request(allow)
    ends = {"every count ends": races.after(request, every_key_has_an_end)}
    for fault, rules in (
        (None, {"at most the limit": at_most, **ends}),
        ("crash", {"at most the limit": at_most, **ends}),
        ("expire", ends),
        ("lost_call", ends),
    ):
        called = (
            f"`races.explore([allow] * {CLIENTS}{f', fault={fault!r}' if fault else ''})`, with limit {FEW}"
        )
        clients = [request] * CLIENTS
        report = refusals_settled(called, races.explore, clients, fault=fault, rules=rules, seconds=None)
        if report.doubt:
            raise incorrect(
                called,
                f"{report.doubt[0].upper()}{report.doubt[1:]}",
                "a limit that holds although the clocks of the web servers are seconds apart",
                "Whose clock do all of them share? `redis.call('TIME')` asks it. A TTL needs none.",
            )
        if fault != "lost_call":
            complain(called, report)
        rules_hold(called, report, THINK)


def keys_are_declared(allow) -> None:
    """Each key that a script touches stands among its KEYS: a cluster decides by them which node runs it."""
    called = f"`allow(cache, 'ann', {FEW})`, in the explorer"
    game = refusals_settled(
        called, races.play, [_request(allow)], rules={"any": lambda cache, db, results: True}
    )
    while not game.finished:
        step = game.do(0)
        words = step.asked.payload if step.asked and step.asked.kind == "valkey" else (b"",)
        if words[0] == b"EVAL":
            declared = {word.decode() for word in words[3 : 3 + int(words[2])]}
            if others := sorted(set(step.cache) - declared):
                raise incorrect(
                    called,
                    f"the script touches {others[0]}, and was given the keys {sorted(declared)}",
                    "every key that a script touches is one of its KEYS",
                    "On a cluster, KEYS decide which node runs the script: `cache.eval(script, 1, key, …)`.",
                )


# --- trips ---


def one_trip(lab: Lab, allow) -> None:
    for _ in range(2):
        call = lab.call(allow, lab.cache.decoding(), "ann", LIMIT).finished()
    if len(trips := paid(call)) != 1:
        raise call.wrong(
            f"it made {counted(trips, 'round trip')}",
            "one: each request of each customer pays for it",
            "A transaction is one trip, and so is a script.",
            call.log(),
        )
    lab.cache.reset()


# --- in virtual time ---


def _asking(
    clock: virtual.Clock, allow, called: str, limit: int = LIMIT
) -> tuple[virtual.Cache, Callable[[str], bool]]:
    cache = clock.cache(latency=0.001)
    client = cache.client(decode_responses=True)

    def ask(user: str = "ann") -> bool:
        try:
            return allow(client, user, limit)
        except Settled:
            raise
        except Exception as error:
            where = str(lines.of_error(error) or "")
            raise incorrect(called, describe(error), "True or False", "", line=where) from None

    return cache, ask


def it_counts(allow) -> None:
    for limit in (LIMIT, FEW):
        called = f"allow(cache, 'ann', {limit}), {limit + 2} times at once"
        with virtual_time(called, allow) as clock:
            _, ask = _asking(clock, allow, called, limit)
            answers = [ask() for _ in range(limit + 2)]
            if answers != [True] * limit + [False] * 2:
                wrong = next(i for i, one in enumerate(answers) if one is not (i < limit))
                raise incorrect(
                    called,
                    f"the {wrong + 1}. was answered {show(answers[wrong])}",
                    f"{limit} times True, then False",
                    "Let in the first, up to the limit, and nobody beyond it.",
                )
            if (answer := ask("bob")) is not True:
                raise incorrect(
                    f"allow(cache, 'bob', {limit}), after that",
                    f"it was answered {show(answer)}",
                    "True",
                    "Ann has used up hers. Whose count is this?",
                )
            clock.sleep(MINUTE + 0.5)
            if (answer := ask()) is not True:
                raise incorrect(
                    f"allow(cache, 'ann', {limit}), a minute later",
                    f"it was answered {show(answer)}",
                    "True: the minute is over",
                    "When does a minute end?",
                )


def the_polite_get_in(allow) -> None:
    called = f"a request each {POLITE:g} s, with limit {LIMIT} a minute, in virtual time"
    with virtual_time(called, allow) as clock:
        _, ask = _asking(clock, allow, called)
        for number in range(1, PATIENT + 1):
            if (answer := ask()) is not True:
                raise incorrect(
                    called,
                    f"the {number}. request, after {clock.now:.0f} s, was answered {show(answer)}",
                    "True: there are never more than ten in a minute",
                    "When does the count begin anew for who keeps coming? Does each request put it off?",
                )
            clock.sleep(POLITE)


def a_flood_gets_its_limit(allow) -> None:
    called = f"a request each second for {FLOODED} minutes, with limit {LIMIT} a minute, in virtual time"
    with virtual_time(called, allow) as clock:
        _, ask = _asking(clock, allow, called)
        let_in = 0
        for _ in range(int(FLOODED * MINUTE)):
            let_in += ask() is True
            clock.sleep(1.0)
    if let_in < LIMIT * FLOODED:
        raise incorrect(
            called,
            f"{let_in} were let in",
            f"{LIMIT} a minute: {LIMIT * FLOODED}",
            "What do those that are refused leave behind, and whom does it keep out?",
        )
    if let_in > LIMIT * (FLOODED + 1):
        raise incorrect(
            called,
            f"{let_in} were let in",
            f"{LIMIT} a minute, and at most {LIMIT} more in all",
            "When is the count forgotten?",
        )


def nothing_is_left(allow) -> None:
    called = f"two customers ask {LIMIT + 2} times each; {FORGOTTEN / 3600:g} hour passes, in virtual time"
    with virtual_time(called, allow) as clock:
        cache, ask = _asking(clock, allow, called)
        for user in ("ann", "bob"):
            for _ in range(LIMIT + 2):
                ask(user)
        clock.sleep(FORGOTTEN)
        if left := sorted(key.decode() for key in cache.ask("KEYS", "*")):
            raise incorrect(
                called,
                f"still there: {', '.join(left[:3])}",
                "nothing: all of it has ended",
                "Most visitors never come back. Who removes what they left?",
            )


# --- when the cache is down ---


def it_opens_when_the_cache_is_down(lab: Lab, allow) -> None:
    cache = lab.cache.decoding()
    with cache.refusing():
        call = lab.call(allow, cache, "ann", LIMIT)
        call.returned(True, "A limit protects the shop. Without its cache, is a closed shop the better one?")
