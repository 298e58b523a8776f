"""04.1: a test of `get_user`, judged by the mistakes it catches and the right answers it lets pass."""

from cachelab.checks.attempt import describe
from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab, Trial
from cachelab.checks.verdict import Table

from .colleagues import RIGHT, WRONG


@define(
    "04.1",
    "Write the test",
    minutes=12,
    hints=(
        "Begin with the first promise: a new `fakeredis.FakeRedis()`, a database that you made, one call, an "
        "`assert`. Then call it once more: what must be the same, and what must not have happened again?",
        "`[cache.ttl(key) for key in cache.keys()]` asks for every TTL, whatever the keys are called. "
        "Shorten one with `cache.expire(key, 10)`, read the user, and look again.",
        "A server that is away: `server = fakeredis.FakeServer(); server.connected = False; "
        "fakeredis.FakeRedis(server=server)`. And whoever keeps rows elsewhere still knows them when "
        "the cache is a new one.",
    ),
)
def write_the_test(lab: Lab, test_get_user):
    for style, make in RIGHT.items():
        call = _tried(lab, test_get_user, make, f"a right `get_user` that {style}")
        if call.error is not None:
            raise call.wrong(
                f"{describe(call.error)}, from {call.where or 'somewhere below it'}",
                "no error: this `get_user` keeps every promise",
                "Which of your lines asks for something that the task leaves open?"
                if isinstance(call.error, AssertionError)
                else "Is that the test's own mistake?",
            )
    caught = []
    for mistake, make in WRONG.items():
        call = _tried(lab, test_get_user, make, f"a `get_user` that {mistake}")
        if call.error is None:
            so_far = (Table("Caught so far", ("mistake", "by"), tuple(caught)),) if caught else ()
            think = "Which promise is broken here, and which line of yours would notice?"
            raise call.wrong("the test passed", "an AssertionError", think, *so_far)
        caught.append((mistake, call.where or describe(call.error)))
    return (
        f"It lets {len(RIGHT)} right implementations pass and catches {len(WRONG)} mistakes.",
        Table("Caught", ("mistake", "by"), tuple(caught)),
    )


def _tried(lab: Lab, test_get_user, make, whom: str) -> Trial:
    with lab.log.during(f"with {whom}"):
        call = lab.call(test_get_user, make(), text="test_get_user(get_user)")
    return call if call.overtime is None else call.finished()
