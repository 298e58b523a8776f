"""10.3: sessions that end when they should, in every order and in virtual time."""

import random
from collections.abc import Callable

from cachelab import races
from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.checks.verdict import incorrect
from cachelab.exercises.asserts.crowd import virtual_time
from cachelab.exercises.asserts.races import (
    client_of,
    complain,
    every_key_has_an_end,
    refusals_settled,
    rules_hold,
)
from cachelab.learner.words import show

MINUTE, HOUR = 60.0, 3600.0
SLIDES, AT_MOST, A_MOMENT = 30 * MINUTE, 12 * HOUR, 0.5
SHORT = 20  # characters of an id: fewer than that can be guessed
WALKS = {"KEYS", "SCAN"}


@define(
    "10.3",
    "Sessions",
    minutes=20,
    needs=("valkey",),
    hints=(
        "Whoever reads, changes and writes back may write what a logout has removed meanwhile. Which "
        "commands change something only if it is there? A script does all of it at once.",
        "A TTL that every visit renews never ends for somebody who keeps coming. What else must a session "
        "know, so that it ends twelve hours after it began?",
        "`log_out_everywhere` needs to know the user's sessions: a set of their ids. Who adds to it, when "
        "does it end, and what if somebody logs in between your look at the set and its removal?",
    ),
)
def sessions(lab: Lab, log_in, visit, log_out, log_out_everywhere):
    functions = log_in, visit, log_out, log_out_everywhere
    they_work(lab, *functions)
    ids_are_new_and_cannot_be_guessed(lab, log_in, visit)
    everywhere_means_this_user(lab, *functions)
    what_is_out_stays_out(*functions)
    every_key_ends(log_in, visit)
    whoever_logs_in_meanwhile_can_be_found(*functions)
    they_slide_and_end(*functions)
    nothing_is_left(log_in, visit)
    return (
        "In no order does a visit bring a session back after its logout, and whoever logs in beside a logout "
        "everywhere is found by the next. Sessions slide by 30 minutes, end after 12 hours, leave nothing "
        "behind, and nobody can guess an id or bring one along."
    )


# --- one after the other, on a real server ---


def they_work(lab: Lab, log_in, visit, log_out, log_out_everywhere) -> None:
    cache = lab.cache.decoding()
    call = lab.call(log_in, cache, "ann").finished()
    if not isinstance(call.value, str) or not call.value:
        raise call.wrong(f"it returned {show(call.value)}", "the id of the new session, a text")
    session = call.value
    lab.call(visit, cache, session, "/").returned(
        ("ann", None), "The user, and the page of the visit before."
    )
    lab.call(visit, cache, session, "/cart").returned(
        ("ann", "/"), "The user, and the page of the visit before."
    )
    lab.call(visit, cache, "no such session", "/").returned(None, "Nobody has logged in with this id.")
    lab.call(log_out, cache, session).finished()
    lab.call(visit, cache, session, "/").returned(None, "This session has logged out.")
    lab.call(log_out, cache, session).finished()
    lab.call(log_out_everywhere, cache, "nobody").finished()
    cache.reset()


def ids_are_new_and_cannot_be_guessed(lab: Lab, log_in, visit) -> None:
    cache, ids = lab.cache.decoding(), []
    for _ in range(2):
        random.seed(7)
        call = lab.call(log_in, cache, "ann").finished()
        ids.append(call.value)
    if ids[0] == ids[1] or len(ids[0]) < SHORT:
        raise call.wrong(
            f"it returned {show(ids[1])}" + (", for the second time" if ids[0] == ids[1] else ""),
            "an id that nobody can guess, of 128 bits or so",
            "`random` is predictable: who has seen some of its numbers knows the next. `secrets` is not.",
        )
    mine = ids[0]
    call = lab.call(log_in, cache, "bob", old=mine).finished()
    if call.value == mine:
        raise call.wrong(
            "the session has the id that the browser sent",
            "a new id at each login",
            "Somebody else may have given the browser this id, and knows it.",
        )
    lab.call(visit, cache, mine, "/").returned(
        None, "What was the browser's session before, ends with the login."
    )
    lab.call(visit, cache, call.value, "/").returned(("bob", None), "Bob has just logged in with it.")
    cache.reset()


def everywhere_means_this_user(lab: Lab, log_in, visit, log_out, log_out_everywhere) -> None:
    cache = lab.cache.decoding()
    anns = [lab.call(log_in, cache, "ann").value for _ in range(3)]
    bobs = lab.call(log_in, cache, "bob").value
    lab.call(log_out, cache, anns[0])
    call = lab.call(log_out_everywhere, cache, "ann").finished()
    if walked := sorted(call.commands & WALKS):
        raise call.wrong(
            f"it called {walked[0]}",
            "what it needs is found without a walk through all keys",
            "A million visitors have a million keys. Which are Ann's should be written down somewhere.",
        )
    for session in anns:
        lab.call(visit, cache, session, "/").returned(None, "Ann has logged out, everywhere.")
    lab.call(visit, cache, bobs, "/").returned(("bob", None), "Bob has not.")
    cache.reset()


# --- in every order ---


class _LoggedIn:
    """Where the schedules start: Ann has logged in, and this is her session."""

    def __init__(self, log_in):
        self.session = ""

        def logged_in(cache):
            self.session = log_in(cache, "ann")

        self.start = client_of(log_in, logged_in)


def _explored(called: str, rules: dict, think: str, *clients: Callable, **options) -> None:
    """Settle with the shortest order that breaks a rule."""
    report = refusals_settled(called, races.explore, clients, rules=rules, seconds=None, **options)
    if not report.doubt:
        complain(called, report)
    rules_hold(called, report, dict.fromkeys(rules, think))


def what_is_out_stays_out(log_in, visit, log_out, log_out_everywhere) -> None:
    ann = _LoggedIn(log_in)
    visits = client_of(visit, lambda cache: visit(cache, ann.session, "/cart"))

    def is_out(cache, db, results):
        return visit(cache, ann.session, "/") is None

    for function, leaves in (
        (log_out, lambda cache: log_out(cache, ann.session)),
        (log_out_everywhere, lambda cache: log_out_everywhere(cache, "ann")),
    ):
        _explored(
            f"`races.explore([visit, {function.__name__}])`, where Ann has logged in before",
            {"who is out stays out": is_out, "every key has an end": every_key_has_an_end},
            "The visit looked before the logout, and wrote after it. What if nothing is left to change?",
            visits,
            client_of(function, leaves),
            start=ann.start,
        )


def whoever_logs_in_meanwhile_can_be_found(log_in, visit, log_out, log_out_everywhere) -> None:
    ann = _LoggedIn(log_in)

    def is_found(cache, db, results):
        log_out_everywhere(cache, "ann")
        sessions = [ann.session, *(result for result in results if isinstance(result, str))]
        return all(visit(cache, session, "/") is None for session in sessions)

    _explored(
        "`races.explore([log_in, log_out_everywhere])`, where Ann has logged in before",
        {"another logout everywhere finds all": is_found},
        "The login added its session to a list that was about to be removed as a whole. What exactly did the "
        "logout mean to remove?",
        client_of(log_in, lambda cache: log_in(cache, "ann")),
        client_of(log_out_everywhere, lambda cache: log_out_everywhere(cache, "ann")),
        start=ann.start,
    )


def every_key_ends(log_in, visit) -> None:
    ann = _LoggedIn(log_in)
    for fault in ("crash", "expire"):
        _explored(
            f"`races.explore([log_in, visit], fault={fault!r})`, where Ann has logged in before",
            {"every key has an end": every_key_has_an_end},
            "A key and its TTL come in one step: a command that sets both, a transaction, or a script. And "
            "what if the key has just ended?",
            client_of(log_in, lambda cache: log_in(cache, "ann")),
            client_of(visit, lambda cache: visit(cache, ann.session, "/")),
            start=ann.start,
            fault=fault,
        )


# --- in virtual time ---


def they_slide_and_end(log_in, visit, log_out, log_out_everywhere) -> None:
    called = "a visit every 25 minutes, in virtual time"
    with virtual_time(called, visit, log_in) as clock:
        cache = clock.cache(latency=0.001).client(decode_responses=True)
        began, session = clock.now, log_in(cache, "ann")
        while clock.now - began < AT_MOST - 30 * MINUTE:
            clock.sleep(25 * MINUTE)
            if visit(cache, session, "/") is None:
                raise incorrect(
                    called,
                    f"after {(clock.now - began) / HOUR:.1f} hours the session was over",
                    "each visit keeps it for 30 minutes more, up to 12 hours",
                    "What does a visit do to the TTL?",
                )
        clock.sleep(began + AT_MOST + A_MOMENT - clock.now)
        if visit(cache, session, "/") is not None:
            raise incorrect(
                called,
                "12 hours after the login the session is still there",
                "then it ends, however busy",
                "A stolen session is visited every minute, too.",
            )
    for visits in (0, 1):
        called = f"a login, {visits} visits, 30 minutes of nothing, and another visit, in virtual time"
        with virtual_time(called, visit, log_in) as clock:
            cache = clock.cache(latency=0.001).client(decode_responses=True)
            session = log_in(cache, "ann")
            for _ in range(visits):
                visit(cache, session, "/")
            clock.sleep(SLIDES + A_MOMENT)
            if visit(cache, session, "/") is not None:
                raise incorrect(called, "the session was still there", "it is over")
    called = "logins at 0 and at 11 hours, and a logout everywhere at 13 hours, in virtual time"
    with virtual_time(called, visit, log_in, log_out_everywhere) as clock:
        cache = clock.cache(latency=0.001).client(decode_responses=True)
        log_in(cache, "ann")
        clock.sleep(11 * HOUR)
        session = log_in(cache, "ann")
        for _ in range(5):
            clock.sleep(24 * MINUTE)
            visit(cache, session, "/")
        log_out_everywhere(cache, "ann")
        if visit(cache, session, "/") is not None:
            raise incorrect(
                called,
                "the session of the second login is still there",
                "nobody of Ann's is logged in",
                "When did the list of her sessions end, and when did the last of them?",
            )


def nothing_is_left(log_in, visit) -> None:
    called = "Ann and Bob log in, three times each, and never come back; 25 hours pass, in virtual time"
    with virtual_time(called, visit, log_in) as clock:
        cache = clock.cache(latency=0.001)
        client = cache.client(decode_responses=True)
        for user in ("ann", "bob") * 3:
            visit(client, log_in(client, user), "/")
        clock.sleep(25 * HOUR)
        if left := sorted(key.decode() for key in cache.ask("KEYS", "*")):
            raise incorrect(
                called,
                f"still there: {', '.join(left[:3])}",
                "nothing: all of it has ended",
                "Sessions end by themselves. What remembers them must end, too.",
            )
