"""02.2: the same leaderboard in Memcached, while others write."""

import ast
import json
from collections.abc import Callable
from contextlib import contextmanager

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab, Trial
from cachelab.checks.verdict import Table
from cachelab.exercises.asserts.leaderboard import (
    NAMES,
    are_pairs,
    returned_players,
    returned_total,
)
from cachelab.learner.words import counted, describe, show


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
    returned_players(lab.call(best, mc, 3), {}, 3)
    trips = []
    first = lab.call(add_points, mc, "ada", 10)
    returned_total(first, 10)
    _as_json(first, mc)
    call = lab.call(add_points, mc, "ada", 5)
    returned_total(call, 15)
    if len(call.trips) > 2:
        raise call.wrong(
            f"undisturbed, it made {counted(call.trips, 'round trip')}",
            "two: one that reads, one that writes",
        )
    trips.append(("nobody", len(call.trips)))
    returned_players(lab.call(best, mc, 9), {"ada": 15}, 9)

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
    often = {2 * i: rival("bob", 1) for i in range(1, 13)}
    with disturbed(lab, often, story.format("1 twelve times")) as many:
        call = lab.call(add_points, mc, "ada", 1)
    if isinstance(call.error, Exception):
        think = "Which try is the one to give up at? The task says: as often as it takes."
        raise call.wrong(f"it raised {describe(call.error)}", "18, the new total", think)
    _kept(lab, call, best, {"ada": 18, "bob": 7 + len(came) + len(many)})
    trips.append(("another server, twelve times", len(call.trips)))
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
        returned_players(lab.call(best, mc, count), scores, count)
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


def _kept(lab: Lab, call: Trial, best, scores: dict[str, int], think: str = "") -> None:
    """Settle unless the call returned the right total and the board holds everybody's points."""
    call.finished()
    seen = lab.call(best, lab.memcached, 9)
    found = {player: points for player, points in seen.value} if are_pairs(seen.value) else None
    if found != scores:
        lost = [player for player, points in scores.items() if not found or found.get(player) != points]
        think = think or (
            "What the other server wrote between your read and your write is overwritten. Who could notice?"
        )
        if any("noreply=True" in step.text for step in call.trips):
            think = "With `noreply=True` the client says True before the server has decided anything."
        raise call.wrong(f"afterwards the board says {show(seen.value)}", f"{scores} (wrong: {lost})", think)
    returned_total(call, scores["ada"])


def _as_json(call: Trial, mc) -> None:
    """Settle if something that the call stored is not JSON."""
    for key in (word for step in call.trips for word in step.text.split()[1:2]):
        stored = mc.desk.get(key)
        try:
            json.loads(stored or "{}")
        except ValueError:
            think = "Whoever writes to the cache chooses what your program reads. Which formats can run code?"
            if _is_literal(stored):
                think = "That is how Python writes it. Programs in other languages read this board, too."
            raise call.wrong(f"under `{key}` the cache holds {show(stored)}", "JSON", think) from None


def _is_literal(stored: bytes) -> bool:
    try:
        ast.literal_eval(stored.decode())
    except (ValueError, SyntaxError):
        return False
    return True
