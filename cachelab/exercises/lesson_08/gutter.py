"""08.6: a spare for a Memcached node that is away."""

import time
from collections.abc import Callable

from cachelab import virtual
from cachelab.checks.attempt import describe, note
from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.checks.verdict import incorrect
from cachelab.exercises.asserts.crowd import made, virtual_time
from cachelab.learner import lines
from cachelab.learner.words import show

NODES, KEYS = 4, 40
TTL, SHORT = 300, 10  # seconds: at home, in the gutter
PATIENCE = 0.5  # seconds a call may take
BACK = 5.0  # seconds after which a node that is back is used


@define(
    "08.6",
    "A gutter for Memcached",
    minutes=15,
    hints=(
        "A key's home never changes: compute it from the key and the list of all nodes, dead or alive. "
        "`pymemcache.client.rendezvous.RendezvousHash` does, or `zlib.crc32(key.encode()) % len(nodes)`.",
        "One `Client(address, timeout=0.1, connect_timeout=0.1, default_noreply=False)` for each. A miss is "
        "an answer; only an exception sends you to the spare.",
        "`except (OSError, MemcacheError)`: a closed connection is a MemcacheUnexpectedCloseError, which is "
        "no OSError. One function for get, set and delete, given what to do and with which TTL.",
    ),
)
def a_gutter_for_memcached(lab: Lab, gutter_client):
    all_is_well(gutter_client)
    for fault in ("kill", "freeze", "black_hole"):
        a_node_is_away(gutter_client, fault)
    everything_is_away(gutter_client)
    return (
        "While a node is dead, frozen or out of reach, its keys live in the spare for ten seconds at a time, "
        "the other nodes notice nothing, and when it is back its keys come home."
    )


class Ring:
    """Four memcacheds and a spare in virtual time, and the learner's client of them."""

    def __init__(self, clock: virtual.Clock, gutter_client: Callable, called: str):
        self.clock, self.called = clock, called
        self.nodes = [clock.memcached(f"cache-{n}", latency=0.001) for n in range(1, NODES + 1)]
        self.spare = clock.memcached("spare", latency=0.001)
        addresses = [(node.host, node.port) for node in self.nodes]
        self.client = made(called, gutter_client, addresses, (self.spare.host, self.spare.port))
        for name in ("get", "set", "delete"):
            if not callable(getattr(self.client, name, None)):
                happened = f"`gutter_client(nodes, spare)` returned {show(self.client)}, without `{name}`"
                raise incorrect(called, happened, "an object with get(key), set(key, value) and delete(key)")

    def do(self, name: str, key: str, *given: str):
        """One call of the learner's client, as text; it never raises, and takes less than 0.5 s."""
        call = f"`{name}({', '.join(map(repr, (key, *given)))})`"
        self.say(call)
        began = self.clock.now
        try:
            answer = getattr(self.client, name)(key, *given)
        except virtual.VirtualTimeError:
            raise
        except Exception as error:
            think = "Which exceptions does your `except` name, and is this one of them?"
            where = str(lines.of_error(error) or "")
            expected = "no exception: a cache that is away is a miss"
            raise incorrect(self.now, describe(error), expected, think, line=where) from None
        if (took := self.clock.now - began) > PATIENCE:
            raise incorrect(
                self.now,
                f"it took {took:.1f} s",
                f"less than {PATIENCE:g} s",
                "How long does your client wait for a connection, and for an answer?",
            )
        return answer.decode(errors="replace") if isinstance(answer, bytes) else answer

    def say(self, call: str) -> None:
        self.now = f"{self.called}; {call}"
        note(self.now)

    def wrong(self, happened: str, expected: str, think: str = ""):
        return incorrect(self.now, happened, expected, think)

    def holders(self, key: str) -> list:
        return [server for server in (*self.nodes, self.spare) if server.find(key.encode()) is not None]

    def where(self, key: str) -> str:
        return " and ".join(server.host for server in self.holders(key)) or "nowhere"

    def seconds_left(self, server, key: str) -> float:
        """How long the item lives at most; without an end, for ever."""
        ends = server.find(key.encode()).ends
        return float("inf") if ends is None else ends - int(time.time())

    def gets(self, key: str, expected: str | None, think: str = "") -> None:
        got = self.do("get", key)
        if got != expected:
            raise self.wrong(f"it returned {show(got)}", show(expected), think)

    def lives_in(self, server, key: str, ttl: int, think: str = "") -> None:
        """It is there and nowhere else, with this TTL."""
        if self.holders(key) != [server]:
            name = "the spare" if server is self.spare else f"its home, {server.host}"
            raise self.wrong(f"the key is in {self.where(key)}", f"in {name}, and nowhere else", think)
        if not 0 < self.seconds_left(server, key) <= ttl:
            left = self.seconds_left(server, key)
            happened = "it has no TTL" if left == float("inf") else f"it lives for {left:g} s"
            expected = f"{ttl} s in {'the spare' if server is self.spare else 'its home'}"
            think = "Nobody deletes there while the node is back. What ends an old value?"
            raise self.wrong(happened, expected, think if server is self.spare else "")


def all_is_well(gutter_client) -> None:
    called = "`client = gutter_client(nodes, spare)`, four nodes, all well"
    with virtual_time(called, gutter_client) as clock:
        ring = Ring(clock, gutter_client, called)
        homes = set()
        for number in range(KEYS):
            key = f"product:{number}"
            ring.do("set", key, f"page {number}")
            holders = ring.holders(key)
            if len(holders) != 1 or holders[0] is ring.spare:
                raise ring.wrong(f"the key is in {ring.where(key)}", "in one of the four nodes")
            homes.add(holders[0].host)
            if ring.seconds_left(holders[0], key) > TTL or ring.seconds_left(holders[0], key) < TTL - 2:
                left = ring.seconds_left(holders[0], key)
                raise ring.wrong(
                    "it has no TTL" if left == float("inf") else f"it lives for {left:g} s", f"for {TTL} s"
                )
            ring.gets(key, f"page {number}")
        if len(homes) < NODES:
            raise ring.wrong(
                f"{KEYS} keys live in {len(homes)} of the nodes", "they are spread over all of them"
            )
        ring.do("delete", "product:7")
        ring.gets("product:7", None)
        ring.gets("product:9999", None)
        if ring.spare.commands:
            raise ring.wrong(
                "the spare was asked", "a miss is an answer: all is well, and nobody needs the spare"
            )


def a_node_is_away(gutter_client, fault: str) -> None:
    words = {
        "kill": "has died",
        "freeze": "hangs: it accepts connections and answers nothing",
        "black_hole": "is out of reach: every packet is lost",
    }[fault]
    called = f"the home of some keys {words}"
    with virtual_time(called, gutter_client) as clock:
        ring = Ring(clock, gutter_client, called)
        keys = [f"product:{number}" for number in range(KEYS)]
        for key in keys:
            ring.do("set", key, "page 1")
        dead = ring.holders(keys[0])[0]
        lost = [key for key in keys if ring.holders(key) == [dead]][:3]
        kept = [key for key in keys if ring.holders(key) != [dead]][:3]
        if not lost:
            raise ring.wrong("no key has a home of its own", "each key in one of the nodes")
        getattr(dead, fault)()
        if fault == "black_hole":
            dead.reset()  # the old connections are gone: new ones get no answer to their SYN
        dead.items.clear()
        for key in lost:
            ring.gets(key, None)
            ring.do("set", key, "page 2")
            ring.lives_in(ring.spare, key, SHORT, "Who else's memory is that, and whose load?")
            ring.gets(key, "page 2", "It was stored a moment ago. Where was it looked for?")
            ring.do("set", key, "page 3")
            ring.gets(key, "page 3")
        ring.do("delete", lost[0])
        ring.gets(lost[0], None, "It was deleted a moment ago. Where else can it be?")
        for key in kept:
            ring.gets(key, "page 1", "Its home is well. Did it move when another node died?")
        clock.sleep(SHORT + 1)
        ring.gets(lost[1], None, "In the spare a page lives for ten seconds.")
        dead.restart() if fault == "kill" else dead.heal()
        dead.items.clear()
        ring.called += f"; {BACK:g} s ago it came back, empty"
        ring.do("get", lost[1])
        clock.sleep(BACK)
        ring.do("set", lost[1], "page 4")
        ring.lives_in(dead, lost[1], TTL, "How does your client learn that the node is back?")
        ring.gets(lost[1], "page 4")


def everything_is_away(gutter_client) -> None:
    called = "all four nodes and the spare have died"
    with virtual_time(called, gutter_client) as clock:
        ring = Ring(clock, gutter_client, called)
        ring.do("set", "product:7", "page 1")
        for server in (*ring.nodes, ring.spare):
            server.kill()
        for _ in range(2):
            ring.do("set", "product:7", "page 2")
            ring.gets("product:7", None)
            ring.do("delete", "product:7")
