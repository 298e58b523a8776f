"""08.4: at most so many loads at once; who finds no place gets the old page, or an error at once."""

from collections.abc import Callable

from cachelab import virtual
from cachelab.checks.attempt import describe
from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.checks.verdict import incorrect
from cachelab.exercises.asserts.crowd import World, made, virtual_time
from cachelab.learner.words import counted, show

PLACES = 4
FRESH, END = 10.0, 60.0  # seconds
AT_ONCE = 0.05  # seconds


@define(
    "08.4",
    "At most four loads",
    minutes=15,
    hints=(
        "Look into the cache first: a fresh page needs no place. Store the page together with the moment "
        "until which it is fresh; the key's TTL is its end.",
        "`threading.BoundedSemaphore(4)`, made once in `limited`, and `acquire(blocking=False)`. It is given "
        "back in a `finally`, and only by whoever has it.",
        "No place, or a load that fails: if there was an old page, return it; if not, raise.",
    ),
)
def at_most_four_loads(lab: Lab, limited):
    a_fresh_page_is_a_hit(limited)
    four_and_no_more(limited)
    hits_need_no_place(limited)
    a_stale_page_is_better_than_none(limited)
    the_old_page_has_an_end(limited)
    places_are_given_back(limited)
    return (
        f"{PLACES} loads at once, whatever comes and whatever fails; the others have an old page or an error "
        f"at once, fresh pages need no place, and nothing is older than {END:g} s."
    )


class Crowd:
    """Customers of one process's get_item."""

    def __init__(self, clock: virtual.Clock, limited: Callable, called: str, load_time: float = 0.1):
        self.clock, self.called = clock, called
        self.world = World(clock, load_time)
        self.get_item = made(called, limited)
        if not callable(self.get_item):
            raise incorrect(called, f"`limited()` returned {show(self.get_item)}", "the function `get_item`")
        self.answers: list[tuple[int, object, Exception | None, float]] = []

    def come(self, *items: int, patience: float = 100.0) -> list[tuple[int, object, Exception | None, float]]:
        """One customer for each item, all at once: (item, page, error, seconds), in the order of answers."""
        answers, began = [], self.clock.now

        def customer(item: int) -> None:
            page = error = None
            try:
                page = self.get_item(item, self.world.client, self.world)
            except Exception as raised:
                error = raised
            answers.append((item, page, error, self.clock.now - began))

        for item in items:
            self.clock.after(0.0, customer, item)
        self.clock.sleep(patience)
        return answers

    def page(self, item: int, *, stored: float | None = None, words: str = "", think: str = "") -> None:
        """One customer, who gets a page loaded after the moment `stored`, or at once one from before it."""
        [answer, *_] = self.come(item, patience=5.0) or [None]
        if answer is None:
            raise incorrect(self.called, "after 5 s it still waits", words or "the page", think)
        _, page, error, took = answer
        if error is not None:
            raise incorrect(self.called, f"it got {describe(error)}", words or "the page", think)
        if not isinstance(page, str) or not page.startswith("page loaded at "):
            raise incorrect(self.called, f"it got {show(page)}", words or "the page, as db.read() gave it")
        if stored is not None and float(page.split()[-2]) > stored:
            raise incorrect(self.called, f"it got a {page}", words, think)
        if stored is not None and took > AT_ONCE:
            raise incorrect(self.called, f"it waited for {took:.2f} s", words, think)

    def busy(self, seconds: float = 1000.0) -> None:
        """From now on loads take so long, and four are under way."""
        self.world.database.service = seconds
        self.come(*range(900, 900 + PLACES), patience=0.1)

    def inside(self) -> int:
        return self.world.database.in_flight


def a_fresh_page_is_a_hit(limited) -> None:
    called = "`get_item(7, cache, db)`, and again 9 s later"
    with virtual_time(called, limited) as clock:
        crowd = Crowd(clock, limited, called)
        crowd.page(7)
        clock.sleep(FRESH - 1 - 5)
        crowd.page(7)
        if len(crowd.world.loads) != 1:
            raise incorrect(
                called, counted(len(crowd.world.loads), "load"), f"one: it is fresh for {FRESH:g} s"
            )
        ttls = [_ttl(crowd.world, key) for key in crowd.world.keys() if _holds_a_page(crowd.world, key)]
        if not ttls or not all(0 < ttl <= END for ttl in ttls):
            happened = "the page never expires" if ttls else "no page is in the cache"
            raise incorrect(
                called,
                f"the page expires {max(ttls):.0f} s from now" if ttls and min(ttls) > 0 else happened,
                f"{END:g} s from the load on: nothing older is ever served",
            )


def _ttl(world: World, key: str) -> float:
    return world.cache.ask("PTTL", key) / 1000


def _holds_a_page(world: World, key: str) -> bool:
    return world.cache.ask("TYPE", key) != b"string" or b"page" in world.cache.ask("GET", key)


def four_and_no_more(limited) -> None:
    called = "20 customers at once for 20 items, an empty cache, a load of 1 s"
    with virtual_time(called, limited) as clock:
        crowd = Crowd(clock, limited, called, load_time=1.0)
        answers = crowd.come(*range(20))
        _shed(crowd, answers, 20)


def _shed(crowd: Crowd, answers: list, customers: int) -> None:
    """Four were served, the others refused at once."""
    database = crowd.world.database
    if database.most_in_flight > PLACES:
        raise incorrect(
            crowd.called,
            f"{database.most_in_flight} loads at once",
            f"{PLACES}",
            "Who counts them, for all items and all threads together? And who gives back what?",
        )
    if len(answers) < customers:
        raise incorrect(
            crowd.called, f"{customers - len(answers)} of them still wait", "a page, or an error at once"
        )
    odd = next((page for _, page, error, _ in answers if error is None and not isinstance(page, str)), "")
    if odd != "":
        raise incorrect(crowd.called, f"somebody got {show(odd)}", "the page, or an error")
    served = sum(error is None for _, _, error, _ in answers)
    slow = [took for _, _, error, took in answers if error is not None and took > AT_ONCE]
    late = max(took for _, _, error, took in answers if error is None) if served else 0.0
    if slow or served > PLACES:
        raise incorrect(
            crowd.called,
            f"somebody waited for {max([*slow, late]):.2f} s for a place",
            f"{PLACES} load; the others get an error at once",
            "Whoever waits holds a thread, and by the time of the answer the customer may be gone.",
        )
    if served < PLACES:
        error = next((describe(error) for _, _, error, _ in answers if error is not None), "")
        raise incorrect(
            crowd.called, f"{counted(served, 'customer')} got a page; the others {error}", f"{PLACES} of them"
        )


def hits_need_no_place(limited) -> None:
    called = (
        "item 7 is fresh in the cache; four slow loads of other items are under way; ten customers want it"
    )
    with virtual_time(called, limited) as clock:
        crowd = Crowd(clock, limited, called)
        crowd.page(7)
        crowd.busy()
        for _, page, error, took in crowd.come(*[7] * 10, patience=1.0) or [(7, None, None, 1.0)]:
            if error is not None or took > AT_ONCE or page is None:
                happened = f"somebody got {describe(error)}" if error else "somebody waited"
                raise incorrect(
                    called, happened, "the page, at once", "What does a fresh page need a place for?"
                )


def a_stale_page_is_better_than_none(limited) -> None:
    called = "item 7 was loaded 10.5 s ago; one customer wants it"
    with virtual_time(called, limited) as clock:
        crowd = Crowd(clock, limited, called)
        crowd.page(7)
        clock.sleep(FRESH + 0.6 - 5)
        before = len(crowd.world.loads)
        crowd.page(7)
        if len(crowd.world.loads) == before:
            raise incorrect(
                called,
                "nobody loads",
                f"the page is no longer fresh after {FRESH:g} s, and there is a place: it is loaded anew",
            )
        crowd.called = "item 7 was loaded 15 s ago; four slow loads are under way; one customer wants it"
        stored = clock.now
        clock.sleep(10.0)
        crowd.busy()
        crowd.page(
            7, stored=stored, words="the old page, at once", think="There is no place. Is there a page?"
        )
    called = "item 7 was loaded 15 s ago; the database fails; one customer wants it"
    with virtual_time(called, limited) as clock:
        crowd = Crowd(clock, limited, called)
        crowd.page(7)
        stored = clock.now
        clock.sleep(10.0)
        crowd.world.database.kill()
        think = "The load failed. Is there a page?"
        crowd.page(7, stored=stored, words="the old page: better than an error", think=think)
        crowd.called = "item 8 is not in the cache, and the database fails"
        [(_, page, error, _)] = crowd.come(8)
        if error is None:
            raise incorrect(crowd.called, f"the customer got {show(page)}", "the database's error")
        if not isinstance(error, virtual.DatabaseDown):
            raise incorrect(crowd.called, f"the customer got {describe(error)}", "the database's own error")


def the_old_page_has_an_end(limited) -> None:
    for words in ("four slow loads are under way", "the database fails"):
        called = f"item 7 was loaded 61 s ago; {words}; one customer wants it"
        with virtual_time(called, limited) as clock:
            crowd = Crowd(clock, limited, called)
            crowd.page(7)
            clock.sleep(25.0)
            if words.startswith("four"):
                crowd.busy()
            else:
                crowd.world.database.kill()
            for _ in range(3):  # customers meanwhile: they must not prolong it
                crowd.page(7, stored=25.0, words="the old page, at once")
                clock.sleep(5.0)
            clock.sleep(1.0)
            [(_, page, error, took), *_] = crowd.come(7, patience=5.0) or [(7, None, None, 5.0)]
            if error is None:
                happened = f"it got the {page}" if isinstance(page, str) else "it waits"
                raise incorrect(
                    called,
                    f"{happened}, at {clock.now:.0f} s",
                    f"an error: nothing older than {END:g} s is served",
                    "What ends the old page, also while each load fails?",
                )


def places_are_given_back(limited) -> None:
    called = (
        "ten loads fail, thirty customers are refused; then 20 come at once for 20 items, a load takes 1 s"
    )
    with virtual_time(called, limited) as clock:
        crowd = Crowd(clock, limited, called, load_time=1.0)
        crowd.world.database.kill()
        for item in range(10):
            crowd.come(100 + item, patience=1.0)
        crowd.world.database.restart()
        crowd.come(*range(200, 234))
        crowd.world.database.most_in_flight = 0
        _shed(crowd, crowd.come(*range(20)), 20)
