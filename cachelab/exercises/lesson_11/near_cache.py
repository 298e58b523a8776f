"""11.5: a near cache that does not keep what is old, in virtual time: a reply comes late when we say so."""

import sys
from collections.abc import Callable
from contextlib import contextmanager

from cachelab.checks.attempt import describe
from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.checks.verdict import incorrect
from cachelab.exercises.asserts.crowd import virtual_time
from cachelab.learner import lines
from cachelab.learner.words import show

SIZE = 10
TRIP = 0.02  # seconds; the server reads in the middle of it
STEPS = 14  # lines of get() between which a change is pushed


@define(
    "11.5",
    "A near cache",
    minutes=20,
    hints=(
        "Begin with the lesson's: a dict of what is kept, a dict of marks of those who are asking, a lock. A "
        "reply is kept only if its own mark is still there.",
        "Beside each value stands when it ends, counted from when you asked, and the number that "
        "`listening()` gave then. It is believed while the one has not come and the other is still the same.",
        "Look and store are one step: hold the lock for both, and never during `fetch`. When `size` entries "
        "are kept, drop one first; `next(iter(kept))` is the oldest key of a dict.",
    ),
)
def near_cache(lab: Lab, near_cache):
    a_hit_makes_no_trip(near_cache)
    what_changed_is_gone_and_nothing_else(near_cache)
    nobody_waits_for_another_s_trip(near_cache)
    a_late_reply_is_not_kept(near_cache)
    two_who_ask_for_one_key(near_cache)
    nothing_outlives_its_entry(near_cache)
    what_is_missing_is_not_kept(near_cache)
    so_many_and_no_more(near_cache)
    without_a_connection_nothing_is_believed(near_cache)
    look_and_store_are_one_step(near_cache)
    return (
        "Replies that came late, were overtaken or came over a dead line left nothing old behind; hits made "
        f"no trips, entries ended in time, and there were never more than {SIZE}."
    )


class World:
    """A cache server a trip away, and the learner's near cache in front of it."""

    def __init__(self, clock, make: Callable, called: str):
        self.clock, self.called = clock, called
        self.versions: dict[str, int] = {}
        self.trips: list[str] = []
        self.reply: dict[str, list[float]] = {}  # seconds that the next replies of a key take
        self.seconds, self.line = 60.0, 1
        made = make(self.fetch, lambda: self.line, SIZE)
        if not isinstance(made, tuple | list) or len(made) != 2 or not all(map(callable, made)):
            raise incorrect(
                called, f"`near_cache(…)` returned {show(made)}", "two functions: get and changed"
            )
        self.learners_get, self.learners_changed = made
        self.replied = False  # whether a reply has come to the stepwise one

    def fetch(self, key: str):
        self.trips.append(key)
        self.clock.sleep(TRIP / 2)
        value, left = self.value(key), self.seconds
        self.clock.sleep(self.reply[key].pop(0) if self.reply.get(key) else TRIP / 2)
        self.replied = True
        return (value, left) if value else (None, 0)

    def value(self, key: str) -> str | None:
        return None if key.startswith("nobody") else f"{key}, version {self.versions.get(key, 1)}"

    def change(self, key: str, silently: bool = False) -> None:
        self.versions[key] = self.versions.get(key, 1) + 1
        if not silently:
            self.changed([key])

    def changed(self, keys: list[str] | None) -> None:
        self._settled(lambda: self.learners_changed(keys))

    def get(self, key: str):
        return self._settled(lambda: self.learners_get(key))

    def later(self, key: str, seconds: float = 0.0, stepwise: bool = False) -> None:
        """A thread of its own asks for the key; `stepwise`: a millisecond passes before each of its lines
        that follow the reply."""

        def ask():
            if stepwise:
                self.replied = False
                sys.settrace(self._trace)
            try:
                self.learners_get(key)
            except Exception:
                pass
            finally:
                sys.settrace(None)

        self.clock.after(seconds, ask)

    @contextmanager
    def reply_under_way(self):
        """product:1 is asked for, and the server has read it: the block runs before the reply comes."""
        self.reply["product:1"] = [1.0]
        self.later("product:1")
        self.clock.sleep(0.5)
        yield
        self.clock.sleep(1.0)

    def trips_of(self, call: Callable[[], object]) -> int:
        before = len(self.trips)
        call()
        return len(self.trips) - before

    def is_new(self, key: str, happened: str, think: str) -> None:
        """Who asks now gets what the server has."""
        got = self.get(key)
        if got != self.value(key):
            raise incorrect(self.called, f"{happened}: {show(got)}", show(self.value(key)), think)

    def kept(self, key: str, expected: bool, happened: str, wanted: str, think: str = "") -> None:
        trips = self.trips_of(lambda: self.get(key))
        if (trips == 0) != expected:
            raise incorrect(self.called, happened, wanted, think)

    def _settled(self, call: Callable):
        try:
            return call()
        except Exception as error:
            line = str(lines.of_error(error) or "")
            raise incorrect(self.called, describe(error), "no error", "", line=line) from None

    def _trace(self, frame, event, arg):
        if not lines.is_learners(frame.f_code.co_filename):
            return None
        if event == "line" and self.replied:
            self.clock.sleep(0.001)
        return self._trace


def a_hit_makes_no_trip(make) -> None:
    called = "`get('product:1')`, three times"
    with virtual_time(called, make) as clock:
        world = World(clock, make, called)
        got = [world.get("product:1") for _ in range(3)]
        if got != [world.value("product:1")] * 3:
            raise incorrect(called, f"it returned {show(got)}", f"{show(world.value('product:1'))} each time")
        if len(world.trips) != 1:
            raise incorrect(called, f"{len(world.trips)} trips", "one: the other two are answered from near")


def what_changed_is_gone_and_nothing_else(make) -> None:
    called = "`product:1` and `product:2` are kept; `changed(['product:1'])`"
    with virtual_time(called, make) as clock:
        world = World(clock, make, called)
        world.get("product:1"), world.get("product:2")
        world.change("product:1")
        world.is_new("product:1", "`get('product:1')` still returns the old value", "Who removes it?")
        world.kept("product:2", True, "product:2 is asked for again", "it has not changed, and is kept")
        world.changed(["product:3"])  # of which nothing is kept
        world.called = "`product:1` and `product:2` are kept; `changed(None)`: all keys"
        for key in ("product:1", "product:2"):
            world.versions[key] = 7
        world.changed(None)
        for key in ("product:1", "product:2"):
            world.is_new(key, f"`get({key!r})` still returns the old value", "None stands for all of them.")


def nobody_waits_for_another_s_trip(make) -> None:
    called = "product:1 is asked for, which takes 1 s; meanwhile somebody asks for product:2, which is kept"
    with virtual_time(called, make) as clock:
        world = World(clock, make, called)
        world.get("product:2")
        world.reply["product:1"] = [1.0]
        world.later("product:1")
        clock.sleep(0.1)
        for what, call in (
            ("it waits", lambda: world.get("product:2")),
            (
                "`changed(['product:3'])`, in the listener's thread, waits",
                lambda: world.changed(["product:3"]),
            ),
        ):
            start = clock.now
            call()
            if clock.now > start + 0.5:
                raise incorrect(
                    called, f"{what} for that trip", "at once", "What is held while the trip is under way?"
                )


def a_late_reply_is_not_kept(make) -> None:
    think = "While the reply is on its way there is nothing to remove. What could stand there in its place?"
    for everything in (False, True):
        word = "None" if everything else "['product:1']"
        called = f"`get('product:1')` asks; the server reads; `changed({word})` comes before the reply"
        with virtual_time(called, make) as clock:
            world = World(clock, make, called)
            with world.reply_under_way():
                world.change("product:1", silently=True)
                world.changed(None if everything else ["product:1"])
            world.is_new("product:1", "from then on `get('product:1')` returns the old value", think)
            world.kept("product:1", True, "nothing is kept any more", "the new value is kept")
    called = "product:1 is asked for; before its reply comes, product:2 changes"
    with virtual_time(called, make) as clock:
        world = World(clock, make, called)
        with world.reply_under_way():
            world.change("product:2")
        world.kept("product:1", True, "product:1 is asked for again", "it has not changed, and is kept")


def two_who_ask_for_one_key(make) -> None:
    called = (
        "one asks for product:1; it changes; a second one asks and has the new value; then the first one's "
        "reply comes, with the old one"
    )
    think = "Both have left a mark under the same key. Whose is it that is there now?"
    for second in (TRIP / 2, 2.0):  # the second reply comes before the first, or after it
        with virtual_time(called, make) as clock:
            world = World(clock, make, called)
            world.reply["product:1"] = [1.0, second]
            world.later("product:1")
            clock.sleep(0.5)
            world.change("product:1")
            world.later("product:1", 0.1)
            clock.sleep(0.8)
            world.is_new("product:1", "`get('product:1')` returns the old value", think)
            clock.sleep(3.0)
            world.is_new("product:1", "`get('product:1')` returns the old value", think)


def nothing_outlives_its_entry(make) -> None:
    called = "`fetch('product:1')` says that the entry has 5 s to live"
    with virtual_time(called, make) as clock:
        world = World(clock, make, called)
        world.seconds = 5.0
        world.get("product:1")
        clock.sleep(4.0)
        world.kept("product:1", True, "4 s later it is asked for again", "it is kept")
        clock.sleep(1.5)
        world.versions["product:1"] = 2
        world.is_new(
            "product:1",
            "5.5 s later `get` still returns it",
            "The cache has forgotten it by then. How long may you remember, and from when on?",
        )


def what_is_missing_is_not_kept(make) -> None:
    called = "`fetch('nobody')` returns (None, 0): there is no such entry"
    with virtual_time(called, make) as clock:
        world = World(clock, make, called)
        if (got := world.get("nobody")) is not None:
            raise incorrect(called, f"`get` returned {show(got)}", "None")
        world.kept(
            "nobody",
            False,
            "the second `get` asks nobody",
            "a missing key is asked for again",
            "Is None kept?",
        )


def so_many_and_no_more(make) -> None:
    called = f"`near_cache(fetch, listening, {SIZE})`; 30 products are asked for, then again, the last first"
    with virtual_time(called, make) as clock:
        world = World(clock, make, called)
        for number in range(30):
            world.get(f"product:{number}")
        hits = 30 - world.trips_of(lambda: [world.get(f"product:{number}") for number in range(29, -1, -1)])
        if hits > SIZE:
            raise incorrect(
                called,
                f"{hits} of them are answered from near",
                f"at most {SIZE}: every process of the application has such a cache",
                "What goes when there is no room?",
            )
        if hits < SIZE // 2:
            raise incorrect(called, f"only {hits} are answered from near", f"{SIZE} fit")


def without_a_connection_nothing_is_believed(make) -> None:
    think = (
        "Nobody would have told of a change. What do you know of an entry that was kept over another line?"
    )
    called = "product:1 is kept; then `listening()` gives None: nobody tells of changes any more"
    with virtual_time(called, make) as clock:
        world = World(clock, make, called)
        world.get("product:1")
        world.line = None
        world.change("product:1", silently=True)
        world.is_new("product:1", "`get('product:1')` returns the old value", think)
        world.change("product:1", silently=True)
        world.is_new("product:1", "a second `get('product:1')` returns an old value", think)
        world.change("product:1", silently=True)
        world.line = 2
        world.called = "and then there is a new connection: `listening()` gives 2"
        world.is_new("product:1", "`get('product:1')` returns an old value", think)
        world.kept("product:1", True, "nothing is kept any more", "over a new connection all is as before")
    called = "product:1 is asked for; before its reply comes, it changes, and the connection is another one"
    with virtual_time(called, make) as clock:
        world = World(clock, make, called)
        with world.reply_under_way():
            world.change("product:1", silently=True)
            world.line = 2
        world.is_new("product:1", "from then on `get('product:1')` returns the old value", think)


def look_and_store_are_one_step(make) -> None:
    called = "`changed(['product:1'])` is called between two lines of `get('product:1')`, after the reply"
    with virtual_time(called, make, steps=200_000) as clock:
        world = World(clock, make, called)
        for step in range(STEPS):
            key = f"product:{step}"
            world.later(key, stepwise=True)
            clock.sleep(TRIP + 0.0005 + step * 0.001)
            world.change(key)
            clock.sleep(1.0)
            world.called = called.replace("product:1", key)
            world.is_new(
                key,
                f"from then on `get({key!r})` returns the old value",
                "The mark was there; when the value was stored, it no longer was. Which lines are one step?",
            )
