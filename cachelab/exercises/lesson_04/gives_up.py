"""04.2: a client that gives up in time."""

from cachelab.checks.attempt import describe
from cachelab.checks.exercise import define
from cachelab.checks.rig.cache import refusing_port, silent_port, swallowing_port
from cachelab.checks.rig.lab import Lab
from cachelab.exercises.asserts.patience import (
    GIVES_UP,
    answered,
    gave_up,
    goes_where_it_is_sent,
    look_up,
    new_client,
    opens_in_time,
)

HICCUP = 0.1  # seconds a healthy server may be busy with something else


@define(
    "04.2",
    "A client that gives up in time",
    minutes=6,
    needs=("real valkey",),
    hints=(
        "Three different waits: for a connection to open, for an answer to come, and between one "
        "attempt and the next. `help(redis.Redis)` names a setting for each.",
        "`socket_connect_timeout`, `socket_timeout`, and `retry`. The default of the last is ten "
        "retries, with longer and longer pauses between them.",
        "Which of them is a wait of every request, and which is met once, when the program starts? "
        "`Retry(NoBackoff(), 0)`, from `redis.retry` and `redis.backoff`, does not try again.",
    ),
)
def gives_up_in_time(lab: Lab, connect):
    client = new_client(lab, connect, *lab.address)
    answered(lab, client, pause=0).finished()
    goes_where_it_is_sent(lab, connect)
    for port, what, think in (
        (
            refusing_port,
            "while nobody listens there",
            "The refusal came at once. What took the rest of the time?",
        ),
        (
            silent_port,
            "while the server accepts and never answers",
            "How long does the client wait for an answer?",
        ),
    ):
        with port() as address, lab.log.during(what):
            gave_up(look_up(lab, new_client(lab, connect, *address)), think)
    with swallowing_port() as address, lab.log.during("while packets to the server are dropped"):
        if address is not None:  # not on every system
            opens_in_time(lab, new_client(lab, connect, *address))
    call = answered(lab, client, pause=HICCUP)
    if call.error is not None or call.overtime is not None:
        raise call.wrong(
            f"{describe(call.error)} after {call.seconds:.2f} s" if call.error else "it did not come back",
            f"the answer: {HICCUP:g} s is slow, and no outage",
            "A cache that is given up at every hiccup sends its whole load to the database.",
        )
    return (
        f"Refused or silent: your client says so in less than {GIVES_UP:g} s, so a request can go on to the "
        f"database. A connection has time to open, and a hiccup of {HICCUP:g} s is sat out."
    )
