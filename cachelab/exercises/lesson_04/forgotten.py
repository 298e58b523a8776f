"""04.6: pages that are forgotten together."""

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab, Trial
from cachelab.exercises.asserts.cache_aside import (
    LIFE,
    contents,
    data_only,
    leaves_others_alone,
    one_trip_only,
    stored,
)
from cachelab.learner.words import counted


@define(
    "04.6",
    "Pages that are forgotten together",
    minutes=20,
    needs=("valkey",),
    hints=(
        "How would `forget_orders` find every page's key? It cannot know how many there are, and `KEYS` "
        "looks at every key on the server. What if all pages of one user lived under one key?",
        "A hash is a dict under one key: `cache.hget(key, page)`, `cache.hset(key, page, text)`, and "
        "one `cache.delete(key)` for all of it. Its TTL belongs to the whole key.",
        "`cache.expire(key, 300)` after each new page starts the clock again for the old pages. "
        "`expire(key, 300, nx=True)` sets a TTL only where there is none. A pipeline sends both "
        "commands at once.",
    ),
)
def forgotten_together(lab: Lab, order_history, forget_orders):
    user = lab.db.new_id() * 2
    other = user + 1  # a neighbour
    for owner in (user, other):
        lab.db.new_orders(owner, 47)
    for page in (1, 2, 3, 4):  # the fourth is empty
        page_is_cached(lab, order_history, user, page)
    page_is_cached(lab, order_history, other, 1)
    few_keys(lab, user)
    never_without_a_ttl(lab, order_history)
    forget(lab, order_history, forget_orders, user, other)
    pages_do_not_prolong_each_other(lab, order_history)
    return (
        "Each page is one round trip on a hit and no older than 300 s, a user has at most two keys "
        "however many pages they read, and one command forgets them all and nobody else's."
    )


def page_is_cached(lab: Lab, order_history, user: int, page: int) -> None:
    want = lab.db.order_history(user, page)
    miss = lab.call(order_history, user, page, lab.cache, lab.db).returned(want)
    if len(miss.loads) > 1:
        raise miss.wrong(f"a miss made {counted(miss.loads, 'query')}", "one query")
    stored(lab, miss, LIFE, floor=0)
    hit = lab.call(order_history, user, page, lab.cache, lab.db).finished()
    if hit.loads:
        raise hit.wrong(
            f"page {page}, just read, was asked for again, and that made {counted(hit.loads, 'query')}",
            "no query" + ("" if want else ": that there are no more orders is an answer too"),
            "",
            contents(lab),
        )
    hit.returned(want, "A miss and a hit must look the same to the caller, down to the types.")
    one_trip_only(data_only(hit))


def never_without_a_ttl(lab: Lab, order_history) -> None:
    """The program dies after any of its first round trips: what it left still ends."""
    for trips in (2, 3):
        user = lab.db.new_id()
        lab.db.new_orders(user, 3)
        with lab.cache.dying_after(trips):
            call = lab.call(order_history, user, 1, lab.cache, lab.db)
        for key, left in lab.cache.ttls().items():
            if left is None:
                raise call.wrong(
                    f"the program got no further, and the key {key} stays forever",
                    f"no page is ever older than {LIFE} s",
                    "If the value and its TTL go in two trips, what is left when only the first arrives?",
                    contents(lab),
                )


def few_keys(lab: Lab, user: int) -> None:
    mine = [key for key in lab.cache.names() if str(user) in key]
    keys = len(lab.cache.names())
    if keys > 4 or len(mine) > 2:
        call = Trial(f"pages 1 to 4 of `order_history({user}, …)` and one page of another user's")
        raise call.wrong(
            f"there are now {keys} keys in the cache",
            "at most two keys for each user, however many pages they read",
            "If every page has its own key, who knows the names of all of them when an order comes in?",
            contents(lab),
        )


def forget(lab: Lab, order_history, forget_orders, user: int, other: int) -> None:
    lab.db.new_orders(user, 1)
    call = lab.call(forget_orders, user, lab.cache).finished()
    leaves_others_alone(call)
    if len(call.trips) != 1:
        raise call.wrong(f"it made {counted(call.trips, 'round trip')} to the cache", "one round trip")
    for page in (1, 2, 3):
        want = lab.db.order_history(user, page)
        lab.log.conditions.append("after a new order and `forget_orders`")
        lab.call(order_history, user, page, lab.cache, lab.db).returned(
            want, f"Page {page} should have gone too."
        )
        lab.log.conditions.clear()
    kept = lab.call(order_history, other, 1, lab.cache, lab.db).finished()
    if kept.loads:
        raise kept.wrong(
            f"`forget_orders({user}, cache)` also removed the pages of user {other}",
            "only the pages of the user whose orders changed are forgotten",
        )


def pages_do_not_prolong_each_other(lab: Lab, order_history) -> None:
    """Page 1 ends when it should, although page 2 was filled in between."""
    user = lab.db.new_id()
    lab.db.new_orders(user, 47)
    lab.call(order_history, user, 1, lab.cache, lab.db).finished()
    lab.wait(LIFE * 0.6)
    lab.call(order_history, user, 1, lab.cache, lab.db).finished()
    lab.call(order_history, user, 2, lab.cache, lab.db).finished()
    lab.db.new_orders(user, 1)
    lab.wait(LIFE * 0.6)
    with lab.log.during(f"{LIFE * 1.2:.0f} s after page 1 was stored, {LIFE * 0.6:.0f} s after page 2 was"):
        call = lab.call(order_history, user, 1, lab.cache, lab.db)
        call.returned(
            lab.db.order_history(user, 1),
            "Neither a hit nor another page may make a page live longer. What does EXPIRE do to a key "
            "that has a TTL?",
        )
