"""05.1: the learner puts calls in the order that goes wrong."""

from cachelab import races
from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.checks.verdict import incorrect
from cachelab.exercises.asserts.races import (
    KEY,
    listed,
)
from cachelab.learner import lines

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
def the_scheduler(lab: Lab, two_writers: str, late_write: str):
    played("two_writers", two_writers, {"A": write_through, "B": write_through})
    played("late_write", late_write, {"R": reader, "W": delete_first})
    return "Both leave an old price that nobody will ever remove, and no call failed or was slow on its own."


def played(name: str, order: str, clients: dict) -> None:
    """Make the calls in this order; settle unless the cache is wrong at the end."""
    called = f"`{name} = {order!r}`"
    letters = list(clients)
    legend = " and ".join(f"{letter} ({client.__name__})" for letter, client in clients.items())
    game = races.play(list(clients.values()), probe=reader)
    for i, letter in enumerate(order.replace(" ", "").upper(), 1):
        if letter not in clients:
            raise incorrect(called, f"letter {i} is {letter!r}", f"one letter a call: {legend}")
        choices = [
            move for move in game.moves() if move.step.index == letters.index(letter) and not move.fault
        ]
        if not choices:
            raise incorrect(
                called,
                f"letter {i}, {letter}, has no call left to make",
                f"as many letters as calls: {legend}",
                "",
                listed("So far", game.steps),
            )
        game.do(game.moves().index(choices[0]))
    if not game.finished:
        waiting = [letters[i] for i in sorted({move.step.index for move in game.moves()})]
        raise incorrect(
            called,
            f"{' and '.join(waiting)} still {'has' if len(waiting) == 1 else 'have'} calls to make",
            "an order of all the calls, to the end",
            "",
            *([listed("So far", game.steps)] if game.steps else []),
        )
    if game.violated is None:
        raise incorrect(
            called,
            "in the end the cache holds what the database holds",
            "an order after which the cache keeps an old price",
            "Which call has to come later, so that it puts back something old?",
            listed("Your order", game.steps),
        )
