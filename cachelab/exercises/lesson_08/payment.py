"""08.5: paid, and known to be paid, also after a failover."""

import math
from collections.abc import Callable

import redis

from cachelab import virtual
from cachelab.checks.attempt import describe, note
from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.checks.verdict import incorrect
from cachelab.exercises.asserts.crowd import virtual_time
from cachelab.learner import lines
from cachelab.learner.words import counted, show

CENTS = 4200
QUICK, SLOW = 0.002, 0.2  # seconds a replica lags behind
PATIENCE = 1.0  # seconds within which the caller has an answer
CONNECTIONS = 3


@define(
    "08.5",
    "Paid, and known to be",
    minutes=15,
    hints=(
        "Three things in this order: the money, with a key that is the same whenever this order is paid; "
        "the record; how many replicas have it.",
        "`WAIT` speaks of what its own connection has written last. `with cache.client() as one:` keeps one "
        "connection for a `set` and a `wait`; so does `cache.pipeline(transaction=False)`.",
        "`one.wait(1, 500)` answers with a number, 0 to 2, and it is for you to look at. Write the record "
        "each time: a `set(…, nx=True)` that changes nothing leaves `WAIT` nothing to wait for.",
    ),
)
def paid_and_known_to_be(lab: Lab, pay):
    for case in (
        all_is_well,
        nobody_has_it,
        one_replica_is_enough,
        after_a_failover,
        asked_again_while_unsure,
        the_bank_says_no,
        the_bank_takes_too_long,
        the_cache_is_away,
    ):
        with virtual_time("`pay(order, cents, cache, bank)`", pay) as clock:
            case(clock, pay)
    return (
        "True means that a replica has it, and holds after a failover. Whatever was unsure was asked again, "
        "and the money was taken once."
    )


class Declined(Exception):
    """The bank does not pay."""


class Bank:
    """Takes money; what was asked with the same key is done once, as payment services do."""

    def __init__(self, clock: virtual.Clock):
        self.clock = clock
        self.taken: list[int] = []
        self.error: Exception | None = None
        self.late = False  # it takes the money, and its answer does not arrive
        self._known: set = set()

    def charge(self, cents: int, key=None) -> str:
        self.clock.sleep(0.05)
        if self.error is not None:
            raise self.error
        if key is None or key not in self._known:
            self._known.add(key)
            self.taken.append(cents)
        if self.late:
            self.clock.sleep(0.2)
            raise TimeoutError("the bank did not answer in time")
        return "taken"


class AnyConnection(redis.ConnectionPool):
    """Hands out the connection that was idle for longest, as if other threads had taken the last one."""

    def release(self, connection) -> None:
        super().release(connection)
        idle = self._available_connections
        idle.insert(0, idle.pop())


class Till:
    """One cache with two replicas, one bank, and the learner's `pay`."""

    def __init__(self, clock: virtual.Clock, pay: Callable, called: str, *lags: float):
        self.clock, self.pay, self.called = clock, pay, called
        self.cache = clock.cache(latency=0.001)
        self.replicas = self.cache.replicas(*lags)
        self.bank = Bank(clock)
        pool = AnyConnection(host=self.cache.host, port=self.cache.port, decode_responses=True)
        for connection in [pool.get_connection() for _ in range(CONNECTIONS)]:
            pool.release(connection)
        self.client = redis.Redis(connection_pool=pool)

    def call(self, order: int = 7, cents: int = CENTS) -> tuple[bool, Exception | None]:
        """One call of the learner's: (whether it said yes, its error)."""
        note(self.called)
        outcomes: list[tuple[object, Exception | None]] = []

        def customer() -> None:
            try:
                outcomes.append((self.pay(order, cents, self.client, self.bank), None))
            except Exception as error:
                outcomes.append((False, error))

        self.clock.after(0.0, customer)
        began, step = self.clock.now, 0.01
        while not outcomes and self.clock.now < began + 10:
            self.clock.sleep(step)
        if not outcomes:
            raise self.wrong(
                "after 10 s it still waits",
                f"an answer within {PATIENCE:g} s",
                "How long does your WAIT wait? 0 ms means: for ever.",
            )
        self.took = self.clock.now - began
        if self.took > PATIENCE:
            raise self.wrong(
                f"it came back after {self.took:.1f} s",
                f"an answer within {PATIENCE:g} s: unsure is an answer",
                "How long does WAIT wait? (0 means: for ever.) Who is unsure may be asked again.",
            )
        value, error = outcomes[0]
        return bool(value), error

    def wrong(self, happened: str, expected: str, think: str = "", error: Exception | None = None):
        where = str(lines.of_error(error) or "") if error else ""
        return incorrect(self.called, happened, expected, think, line=where)

    def sure(self, think: str, order: int = 7) -> None:
        """It said yes; the record is there."""
        said, error = self.call(order)
        if error is not None:
            raise self.wrong(describe(error), "True", error=error)
        if not said:
            raise self.wrong("it said False", "True: a replica has the record", think)
        record = self.cache.ask("GET", f"order:{order}")
        if record != b"paid":
            raise self.wrong(f"order:{order} holds {show(record)}", "'paid'")

    def unsure(self, think: str) -> None:
        """It did not say yes."""
        said, error = self.call()
        if error is not None and not isinstance(error, redis.RedisError):
            raise self.wrong(describe(error), "False: not sure", error=error)
        if said:
            raise self.wrong(
                "it said True, and no replica has the record",
                "False: should the primary die now, nobody knows of the order any more",
                think,
            )

    def charged(self, *taken: int) -> None:
        if sorted(self.bank.taken) != sorted(taken):
            happened = f"the bank has taken {_money(self.bank.taken)}"
            think = "What tells the bank that it is the same payment?" if len(self.bank.taken) else ""
            raise self.wrong(happened, _money(list(taken)), think)


def _money(taken: list[int]) -> str:
    return " and ".join(f"{cents / 100:.2f}" for cents in taken) or "nothing"


def all_is_well(clock, pay) -> None:
    till = Till(clock, pay, f"`pay(7, {CENTS}, cache, bank)`, both replicas are well", QUICK, QUICK)
    think = (
        "How many replicas do you wait for, and how many are there? What does the number that `wait` returns "
        "mean?"
    )
    till.sure(think)
    till.charged(CENTS)
    till.called += "; then the same once more"
    till.sure(think)
    till.charged(CENTS)
    till.called = f"`pay(7, {CENTS}, cache, bank)` and `pay(8, {CENTS}, cache, bank)`"
    till.sure(think, order=8)
    till.charged(CENTS, CENTS)


def one_replica_is_enough(clock, pay) -> None:
    called = f"`pay(7, {CENTS}, cache, bank)`; one replica hears nothing, the other lags by {SLOW:g} s"
    till = Till(clock, pay, called, math.inf, SLOW)
    till.sure("One of the two is enough, and half a second is time enough for it.")
    if till.took > 0.05 + SLOW + 0.15:
        happened = f"it said True after {till.took:.2f} s"
        raise till.wrong(happened, "as soon as one replica has it", "For how many replicas does it wait?")
    till.cache.failover()
    if till.cache.ask("GET", "order:7") != b"paid":
        think = "What did WAIT answer, and which write did it speak of?"
        raise till.wrong("it said True; after the failover there is no order:7", "it is still there", think)


def nobody_has_it(clock, pay) -> None:
    called = f"`pay(7, {CENTS}, cache, bank)`; neither replica hears anything"
    till = Till(clock, pay, called, math.inf, math.inf)
    till.unsure("What did WAIT answer? Did it ask for a write of its own connection, outside a transaction?")
    till.charged(CENTS)


def after_a_failover(clock, pay) -> None:
    called = (
        f"`pay(7, {CENTS}, cache, bank)` while neither replica hears anything; the primary dies, a replica "
        "takes over; the same call once more"
    )
    till = Till(clock, pay, called, math.inf, math.inf)
    till.unsure("What did WAIT answer?")
    till.cache.failover()
    for number in range(2):
        till.replicas.lag(number, QUICK)
    for _ in range(CONNECTIONS):  # the pool's connections have been closed: each finds that out once
        try:
            till.client.ping()
        except redis.RedisError:
            pass
    till.sure("The first record is lost. Is there a new one, and does a replica have it?")
    till.charged(CENTS)


def asked_again_while_unsure(clock, pay) -> None:
    called = f"`pay(7, {CENTS}, cache, bank)` twice; neither replica hears anything"
    till = Till(clock, pay, called, math.inf, math.inf)
    till.unsure("What did WAIT answer?")
    till.unsure("The record was there already. Did your connection write anything for which WAIT could wait?")
    till.charged(CENTS)


def the_bank_says_no(clock, pay) -> None:
    called = f"`pay(7, {CENTS}, cache, bank)`, and the bank declines"
    till = Till(clock, pay, called, QUICK, QUICK)
    till.bank.error = Declined("insufficient funds")
    said, error = till.call()
    if said or not isinstance(error, Declined):
        happened = describe(error) if error else f"it returned {said}"
        raise till.wrong(happened, "the bank's exception reaches the caller", error=error)
    if (record := till.cache.ask("GET", "order:7")) is not None:
        raise till.wrong(
            f"order:7 holds {show(record)}",
            "no record: nothing was paid",
            "What comes first, money or record?",
        )
    till.bank.error = None
    till.called += "; later the same call, and it pays"
    till.sure("Is a payment that was declined once declined for ever?")
    till.charged(CENTS)


def the_bank_takes_too_long(clock, pay) -> None:
    called = f"`pay(7, {CENTS}, cache, bank)`: the bank takes the money, and its answer does not arrive"
    till = Till(clock, pay, called, QUICK, QUICK)
    till.bank.late = True
    said, error = till.call()
    if said or till.cache.ask("GET", "order:7") is not None:
        happened = "it said True" if said else "there is a record"
        raise till.wrong(happened, "nobody knows yet: the bank's exception reaches the caller")
    if error is not None and not isinstance(error, TimeoutError):
        raise till.wrong(describe(error), "the bank's TimeoutError reaches the caller", error=error)
    till.bank.late = False
    till.called += "; then the same call once more"
    till.sure("A time-out is not a no.")
    till.charged(CENTS)


def the_cache_is_away(clock, pay) -> None:
    called = f"`pay(7, {CENTS}, cache, bank)`, and the cache has died"
    till = Till(clock, pay, called, QUICK, QUICK)
    till.cache.kill()
    said, error = till.call()
    if said:
        raise till.wrong("it said True", "False, or the cache's exception: there is no record anywhere")
    if error is not None and not isinstance(error, redis.RedisError | OSError):
        raise till.wrong(describe(error), "False, or the cache's exception", error=error)
    if len(till.bank.taken) > 1:
        raise till.wrong(f"the bank was charged {counted(len(till.bank.taken), 'time')}", "once at most")
