"""05.1: the learner puts calls in the order that goes wrong."""

from cachelab import races
from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.checks.verdict import Schedule, incorrect, not_attempted
from cachelab.exercises.asserts.races import (
    KEY,
    drawn,
    listed,
)
from cachelab.learner import lines
from cachelab.races.telling.scene import game_scene

lines.to_read(__file__)


def reader(cache, db):
    price = cache.get(KEY)
    if price is None:
        price = db.read()
        cache.set(KEY, price)
    return price


def delete_first(cache, db):
    cache.delete(KEY)
    db.write()


def write_through(cache, db):
    price, _ = db.write()
    cache.set(KEY, price)


@define(
    "05.1",
    "You are the scheduler",
    minutes=5,
    hints=(
        "In both, the cache must end with an old price. Who holds an old price in its hand, and which "
        "call of the other has to come before it puts it down?",
        "Two writers: let B do everything between A's two calls. Reader and writer: the delete comes "
        "first, so what does the reader find in the cache, and in the database, right after it?",
    ),
)
def the_scheduler(lab: Lab, two_writers: str | races.Game, late_write: str | races.Game):
    played("two_writers", two_writers, {"A": write_through, "B": write_through})
    played("late_write", late_write, {"R": reader, "W": delete_first})
    return "Both leave an old price that nobody will ever remove, and no call failed or was slow on its own."


def played(name: str, order: str | races.Game, clients: dict) -> None:
    """Make the calls in this order, given in letters or played; settle unless the cache is wrong at the
    end."""
    letters = list(clients)
    called, move = f"`{name} = {order!r}`", "letter"
    legend = " and ".join(f"{letter} ({client.__name__})" for letter, client in clients.items())
    if isinstance(order, races.Game):
        if not order.steps:
            raise not_attempted(f"`{name}` has not been played yet. Play it above, then run this cell.")
        theirs = [getattr(client, "__name__", "") for client in order.report.functions]
        if theirs != [client.__name__ for client in clients.values()]:
            raise incorrect(f"`{name}`", f"its clients are {', '.join(theirs)}", f"a game of {legend}")
        order = "".join(letters[step.index] for step in order.steps if step.index >= 0)
        called, move = f"`{name}`, played {' '.join(order)}", "move"
    game = races.play(list(clients.values()), probe=reader)
    for i, letter in enumerate(order.replace(" ", "").upper(), 1):
        if letter not in clients:
            raise incorrect(called, f"{move} {i} is {letter!r}", f"one {move} a call: {legend}")
        choices = [
            option
            for option in game.moves()
            if option.step.index == letters.index(letter) and not option.fault
        ]
        if not choices:
            raise incorrect(
                called,
                f"{move} {i}, {letter}, has no call left to make",
                f"as many {move}s as calls: {legend}",
                "",
                so_far("So far", game),
            )
        game.do(game.moves().index(choices[0]))
    if not game.finished:
        waiting = [letters[i] for i in sorted({option.step.index for option in game.moves()})]
        raise incorrect(
            called,
            f"{' and '.join(waiting)} still {'has' if len(waiting) == 1 else 'have'} calls to make",
            "an order of all the calls, to the end",
            "",
            *([so_far("So far", game)] if game.steps else []),
        )
    if game.violated is None:
        raise incorrect(
            called,
            "in the end the cache holds what the database holds",
            "an order after which the cache keeps an old price",
            "Which call has to come later, so that it puts back something old?",
            so_far("Your order", game),
        )


def so_far(caption: str, game: races.Game) -> Schedule:
    return drawn(listed(caption, game.steps), game_scene(game))
