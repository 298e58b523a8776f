"""Which node of a pool a key belongs to: the same one everywhere, and soon known."""

import builtins
import random
from contextlib import contextmanager
from copy import copy

from cachelab.checks.attempt import replaced
from cachelab.checks.rig.lab import Lab, name_of
from cachelab.learner.words import show

chance = random.SystemRandom()  # other names and numbers on every check


def five_addresses() -> list[str]:
    found: set[str] = set()
    while len(found) < 5:
        found.add(f"10.0.{chance.randrange(250)}.{chance.randrange(250)}:11211")
    return chance.sample(sorted(found), 5)


def where(lab: Lab, node_for, keys: list[str], nodes: list[str] | dict[str, float]) -> dict[str, str]:
    """The node of each key, of a list of nodes or a mapping to weights; settles at the first call that fails
    or returns no node."""

    def all_of_them():
        return {key: node_for(key, copy(nodes)) for key in keys}

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
        think = ""
        if isinstance(chosen[odd], str) and chosen[odd].endswith(":11211"):
            think = "That node was in a list of an earlier call. What was kept from that call?"
        raise call.wrong(f"for {odd!r} it returned {show(chosen[odd])}", f"one of {show(list(nodes))}", think)
    return chosen


@contextmanager
def noticed(owner, name: str):
    """A list that is no longer empty once the method has been called."""
    method, used = getattr(owner, name), []

    def noting(*args, **named):
        used.append(name)
        return method(*args, **named)

    with replaced(owner, name, noting):
        yield used


@contextmanager
def other_process():
    """`hash` of texts as another process would have it: its seed is drawn when Python starts."""
    plain, salt = builtins.hash, chance.getrandbits(60)
    with replaced(builtins, "hash", lambda value: plain((salt, value))):
        yield
