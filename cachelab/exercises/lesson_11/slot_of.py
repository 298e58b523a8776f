"""11.1: the slot of a key, held against a real cluster's CLUSTER KEYSLOT."""

import redis.crc

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab, name_of
from cachelab.checks.verdict import Table, incorrect
from cachelab.exercises.asserts.pool import chance, noticed
from cachelab.learner.words import show

CRC = "The CRC is `binascii.crc_hqx(data, 0)`, of bytes; there are 16,384 slots, from 0."


@define(
    "11.1",
    "The slot of a key",
    minutes=10,
    needs=("cluster",),
    hints=(
        "Two steps: what of the key is hashed, and the hash of that. Begin with keys without braces.",
        "`binascii.crc_hqx(data, 0)` is the CRC-16 that the servers use. It takes bytes: `key.encode()`.",
        "Look for the first `{`; then, behind it, for the next `}`. Only if both are there, and something "
        "stands between them, that alone is hashed. `str.find(text, start)` looks from a place on.",
    ),
)
def the_slot_of_a_key(lab: Lab, slot_of):
    groups = _groups()
    keys = [key for group, _, _ in groups for key in group]
    told = dict(zip(keys, lab.cluster.slots(keys), strict=True))
    with noticed(redis.crc, "crc_hqx") as used:
        call = lab.call(slot_of, "user:42").finished()
    if used:
        raise call.wrong(
            "redis-py's own key_slot gave the answer", "a rule of your own", "`binascii` has the CRC."
        )
    for group, what, think in groups:
        call = lab.call(
            lambda group=group: {key: slot_of(key) for key in group},
            text=f"{name_of(slot_of)}(key) for {len(group)} {what}",
        ).finished()
        odd = [key for key in group if call.value[key] != told[key] or type(call.value[key]) is not int]
        if odd:
            first = odd[0]
            rows = tuple((key, show(call.value[key], 30), str(told[key])) for key in odd[:8])
            raise incorrect(
                f"`{name_of(slot_of)}({first!r})`",
                f"it returned {show(call.value[first])}",
                f"{told[first]}, as `CLUSTER KEYSLOT` says",
                think,
                Table(f"{len(odd)} of {len(group)} {what} differ", ("key", "yours", "server"), rows),
            )
    return f"{len(keys)} keys, each in the slot that a real cluster names."


def _groups() -> list[tuple[list[str], str, str]]:
    """Keys of one kind, what they are called, and what to think about if one of them differs."""

    def some(pattern: str, count: int = 40) -> list[str]:
        return [pattern.format(n=chance.randrange(10**6)) for _ in range(count)]

    return [
        (["user:42", *some("user:{n}", 80)], "keys without braces", CRC),
        (
            ["größe:8", *some("größe:{n}", 15), *some("顧客:{n}", 15)],
            "keys that are not ASCII",
            "The server sees bytes. Which ones does a client send for this text?",
        ),
        (
            ["{user:42}:cart", *some("{{user:{n}}}:cart"), *some("cart:{{user:{n}}}:v2", 30)],
            "keys with a tag",
            "Of a key with a tag, what is hashed? With the braces, or without?",
        ),
        (
            ["{}user:42", *some("{{}}user:{n}", 10), *some("user:{{}}{n}", 10)],
            "keys with an empty tag",
            "There is nothing between the first `{` and the next `}`: then it is no tag.",
        ),
        (
            ["{a}{b}", *some("{{{n}}}{{b}}", 10), *some("x{{{n}}}y}}z", 10), *some("{{}}{{a}}{n}", 10)],
            "keys with several braces",
            "The first `{` counts, and the first `}` *after* it.",
        ),
        (
            ["{{a}}", *some("{{{{{n}}}}}", 10), *some("}}{{{n}}}", 10)],
            "keys with braces in braces, or in another order",
            "The first `{` counts, and the first `}` *after* it, whatever stands between or before.",
        ),
        (
            ["user{42", *some("user{{{n}", 8), *some("user}}{n}", 8), *some("}}{n}{{", 8)],
            "keys with one brace only",
            "Without a `}` after the first `{` there is no tag, and all of the key is hashed.",
        ),
    ]
