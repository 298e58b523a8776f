"""A client that gives up in time: it fails with its library's error, and soon."""

import redis

from cachelab.checks.attempt import describe
from cachelab.checks.rig.cache import silent_port
from cachelab.checks.rig.lab import Lab, Trial
from cachelab.checks.verdict import Settled, could_not_run
from cachelab.learner.clock import real_monotonic
from cachelab.learner.words import show

GIVES_UP = 0.5  # seconds: a command must have failed before that
OPENS = (
    1.0,
    3.0,
)  # seconds that a client gives a connection to open: a lost first packet is sent again after 1 s


def new_client(lab: Lab, connect, host: str, port: int):
    made = lab.call(connect, host, port)
    if made.error is not None and made.where and lab.log.conditions:
        raise made.wrong(
            f"{describe(made.error)}, from {made.where}",
            "a client: making one needs no server yet",
            "If connecting fails when the program starts, can the program start during an outage?",
        )
    if not isinstance(made.finished().value, redis.Redis):
        raise made.wrong(f"it returned {show(made.value)}", "a client: a redis.Redis")
    return made.value


def goes_where_it_is_sent(lab: Lab, connect) -> None:
    """This computer has more names than localhost; somebody at another of them must be asked."""
    visitors: list = []
    with silent_port("127.0.0.2", visitors) as (host, port), lab.log.during("while nobody answers there"):
        call = look_up(lab, new_client(lab, connect, host, port))
    if not visitors:
        call.text = f"`connect({host!r}, {port}).get('price')`"
        raise call.wrong(
            f"nobody came to {host}:{port}", "the client connects to the host and port it was given"
        )


def look_up(lab: Lab, client, patience: float = 1.5) -> Trial:
    return lab.call(client.get, "price", patience=patience, text="connect(host, port).get('price')")


def opens_in_time(lab: Lab, client) -> None:
    """With packets dropped it waits for a connection: longer than a lost packet takes, and not for ever."""
    call = look_up(lab, client, patience=OPENS[1] + 1)
    if call.overtime is None and call.error is not None and call.seconds < OPENS[0]:
        raise call.wrong(
            f"it gave up after {call.seconds:.2f} s",
            f"a connection has at least {OPENS[0]:g} s to open",
            "A lost first packet is sent again only after a second. What does so impatient a client do "
            "after a failover, when everybody connects at once?",
        )
    gave_up(call, "How long does it wait for a connection to open, and how often?", OPENS[1])


def answered(lab: Lab, client, pause: float) -> Trial:
    """A look-up while the server answers nobody for `pause` seconds: the answer, or how the client failed.

    It has a few tries, and fails only where a client without a time-out was answered twice as soon as it
    should be; settles if no such client ever was: then it is our engine that is slow. And it succeeds only
    where it has met the pause, which on a busy machine may be over before the look-up begins."""
    fair, early = 0, None
    for _ in range(8):
        with lab.cache.pausing(pause):
            began = real_monotonic()
            call = look_up(lab, client)
            met = real_monotonic() - began > pause - 0.03
        if not isinstance(call.error, redis.ConnectionError | redis.TimeoutError):
            if met or not pause:
                return call
            early = call
            continue
        with lab.cache.pausing(pause):
            fair += lab.cache.answers_within() < pause + 0.03
        if fair == 2:
            return call
    if early:
        return early
    raise Settled(could_not_run("the cache took longer than it should to answer anybody"))


def gave_up(call: Trial, think: str, limit: float = GIVES_UP) -> None:
    """The call failed, with redis-py's exception, in less than `limit` seconds."""
    expected = f"a redis.RedisError in less than {limit:g} s"
    if call.overtime is not None or call.seconds >= limit:
        took = (
            f"it had not come back after {call.patience:g} s"
            if call.overtime is not None
            else f"it took {call.seconds:.2f} s"
        )
        raise call.wrong(took, expected, think)
    if not isinstance(call.error, redis.RedisError):
        happened = f"{describe(call.error)}" if call.error else f"it returned {show(call.value)}"
        raise call.wrong(happened, expected, "Who hid the outage from the caller?")
