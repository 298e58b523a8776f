"""11.2: the names of a cart's keys: together in one slot, and customers spread over the shards."""

from collections import Counter
from contextlib import nullcontext

import redis

from cachelab.checks.attempt import describe
from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab, Trial, name_of
from cachelab.checks.verdict import Table, incorrect
from cachelab.exercises.asserts.pool import other_process
from cachelab.learner.words import show
from cachelab.workload.ring import shard_of, slot_of

CUSTOMERS = [
    "ada",
    "bob",
    "cyd",
    "Zoë",
    "ada lovelace",
    "dan+shop@example.org",
    "x:y",
    "{",
    "}",
    "{}",
    "{vip}",
]
CUSTOMERS += ["}a{", "a}b", "a{b", "a{b}c", "{{a}}", "}}", "items", "%7B", "42"]
# Whom an answer may take for one of those.
CUSTOMERS += [
    "Ada",
    "ab",
    "a_b",
    "a-b",
    "a(b",
    "a[b",
    "a b",
    "vip",
    "(vip)",
    "_",
    "__",
    "adalovelace",
    "Zoe",
    " ada",
]
SPREAD = 400
PIECES = 3


@define(
    "11.2",
    "Names of a cart",
    minutes=12,
    needs=("cluster",),
    hints=(
        "What the three keys of one customer have in common is the tag. What must differ from customer to "
        "customer? And what tells the three apart, and where does it stand?",
        "A tag that is a word of your own, or the country, puts many customers on one shard. The tag is "
        "made of all that names the customer.",
        "A customer may be called `{` or `a}b`. `urllib.parse.quote(text, safe='')` leaves no brace in a "
        "text, and keeps different texts different; a hash in hexadecimal does so, too.",
    ),
)
def names_of_a_cart(lab: Lab, cart_keys):
    named: dict[tuple[str, str], Trial] = {}
    for country in ("de", "fr"):
        for customer in CUSTOMERS:
            named[country, customer] = three_names(lab, cart_keys, country, customer)
    the_same_every_time(lab, cart_keys, named)
    nobody_shares_a_key(cart_keys, named)
    one_transaction(lab, named)
    spread = {
        (country, f"user{number}"): three_names(lab, cart_keys, country, f"user{number}")
        for country, count in (("de", SPREAD), ("fr", 20))
        for number in range(count)
    }
    nobody_shares_a_key(cart_keys, spread)
    well_spread(cart_keys, [call.value[0] for (country, _), call in spread.items() if country == "de"])
    braces = [three_names(lab, cart_keys, "de", f"shop}}{number}").value[0] for number in range(SPREAD)]
    well_spread(cart_keys, braces, "customers who call themselves shop}0, shop}1, …")
    braces = [three_names(lab, cart_keys, "de", f"{{shop}}{number}").value[0] for number in range(SPREAD)]
    well_spread(cart_keys, braces, "customers who call themselves {shop}0, {shop}1, …")
    return (
        f"{len(named)} carts changed in one transaction each, on a real cluster, whatever their customers "
        f"call themselves; and {SPREAD} customers of one country are spread over all shards."
    )


def three_names(lab: Lab, cart_keys, country: str, customer: str) -> Trial:
    call = lab.call(cart_keys, country, customer).finished()
    names = call.value
    if not isinstance(names, list | tuple) or len(names) != PIECES or not all(_good(one) for one in names):
        raise call.wrong(f"it returned {show(names)}", "three names: of the items, the total, the coupon")
    if len(set(names)) < PIECES:
        raise call.wrong(f"it returned {show(names)}", "three different names, each of them a key of its own")
    return call


def the_same_every_time(lab: Lab, cart_keys, named: dict) -> None:
    call = named["de", "ada"]
    for where in ("the second time", "in another process"):
        with other_process() if "process" in where else nullcontext():
            again = three_names(lab, cart_keys, "de", "ada").value
        if list(again) != list(call.value):
            raise call.wrong(
                f"{where} it returned {show(again)}",
                f"{show(call.value)} each time, in every program",
                "Whoever looks for the cart tomorrow, in another process, has to find it.",
            )


def _good(name) -> bool:
    return isinstance(name, str) and bool(name)


def nobody_shares_a_key(cart_keys, named: dict) -> None:
    owner: dict[str, tuple[str, str]] = {}
    for who, call in named.items():
        for name in call.value:
            if name in owner:
                called = name_of(cart_keys)
                first, second = (f"`{called}{each!r}`" for each in (owner[name], who))
                raise incorrect(
                    f"{first} and {second}",
                    f"both name {show(name)}",
                    "each customer has keys of their own",
                    "Names are unique in one country only, and any character may be in one.",
                )
        owner |= dict.fromkeys(call.value, who)


def one_transaction(lab: Lab, named: dict) -> None:
    for call in named.values():
        pipe = lab.cluster.desk.pipeline(transaction=True)
        try:
            for name in call.value:
                pipe.set(name, "1", ex=60)
            pipe.execute()
        except (redis.RedisError, redis.exceptions.RedisClusterException) as error:
            rows = tuple((name, f"{slot_of(name):,}") for name in call.value)
            raise call.wrong(
                f"one transaction over its three keys fails: {describe(error)}",
                "all three in one slot",
                "Of each, what stands between the first `{` and the first `}` after it is hashed. Is it the "
                "same text in all three, and not empty, whatever the customer's name holds?",
                Table("Their slots", ("key", "slot"), rows),
            ) from None


def well_spread(cart_keys, names: list[str], who: str = "customers of one country") -> None:
    counts = Counter(shard_of(name, 3) for name in names)
    fullest = max(counts.values()) / len(names)
    if fullest > 0.5:
        rows = tuple((str(shard + 1), f"{counts[shard]:,}") for shard in range(3))
        raise incorrect(
            f"`{name_of(cart_keys)}(country, customer)` for {len(names)} {who}",
            f"one of three shards has {fullest:.0%} of them, for instance {show(names[0])}",
            "about a third on each",
            "What of these names is hashed, and how many different texts is that?",
            Table("Carts on each shard", ("shard", "carts"), rows),
        )
