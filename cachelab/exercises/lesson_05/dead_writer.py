"""05.4: a handler of commits does what a dead writer cannot."""

from cachelab import races
from cachelab.checks.attempt import note
from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.checks.verdict import incorrect
from cachelab.exercises.asserts.races import (
    drawn,
    every_key_ends,
    every_way,
    game_of,
    holds,
    listed,
    refusals_settled,
    uses_the_cache,
)
from cachelab.races.telling.scene import game_scene


@define(
    "05.4",
    "The writer that dies",
    minutes=12,
    hints=(
        "Between the commit and the delete the writer can always die. So the delete must be the duty of "
        "somebody who learns of every commit, and who starts again where it stopped.",
        "The handler is called for each commit, in order, again if it died. It needs one call.",
        "The handler comes later than a writer's own delete would. A plain reader's late fill can come "
        "later still: use the reader of 05.2.",
    ),
)
def the_writer_that_dies(lab: Lab, sturdy_reader, plain_writer, handler):
    uses_the_cache(sturdy_reader, plain_writer)
    follower = refusals_settled("`races.cdc(handler)`", races.cdc, handler)
    for names in ("rw", "rrw", "rww"):
        clients = [{"r": sturdy_reader, "w": plain_writer}[name] for name in names] + [follower]
        for fault in (None, "crash", "lost_call"):
            holds(clients, fault)
    holds([sturdy_reader, plain_writer, follower], "lost_call", budget=4)
    the_caller_never_notices(sturdy_reader)
    every_key_ends(sturdy_reader, plain_writer, follower)
    return (
        "No violation, even if any client dies between two calls or any call is lost, and then the next: "
        "the handler starts again where it stopped, and the lease keeps late fills out meanwhile. And should "
        "a failover bring an old price back, its TTL ends it."
    )


def the_caller_never_notices(reader) -> None:
    """Whichever call of the reader is lost, from a cold or a warm cache: its caller gets the price."""
    call = f"`{races.faults.name_of(reader)}(cache, db)`, alone, with one call to the cache lost"
    note(call)
    for warm in (False, True):
        game = game_of(call, [reader], fault="lost_call", warm=warm)
        for _ in every_way(game):
            if game.finished and game.steps[-1].returned != "v0":
                raise incorrect(
                    call,
                    game.steps[-1].ending,
                    "the price, from the database",
                    "What does the reader's caller get when the cache does not answer?",
                    drawn(listed("What happened", game.steps), game_scene(game)),
                )
