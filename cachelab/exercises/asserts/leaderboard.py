"""A leaderboard: totals, rankings, and how much of it travels."""

from cachelab.checks.rig.lab import Trial
from cachelab.learner.words import counted, show

NAMES = ("ada", "bob", "cyd", "dee", "eve", "fay", "gus", "hal")


def returned_total(call: Trial, expected: int) -> None:
    call.finished()
    value = call.value
    if isinstance(value, bool) or not isinstance(value, int | float) or value != expected:
        think = "Return the player's new total, as a number." if not isinstance(value, int | float) else ""
        raise call.wrong(f"it returned {show(value)}", f"{expected}, the new total", think)


def are_pairs(value) -> bool:
    return isinstance(value, list | tuple) and all(
        isinstance(one, tuple | list) and len(one) == 2 for one in value
    )


def returned_ranking(call: Trial, expected: list[tuple[str, int]]) -> None:
    call.finished()
    think = ""
    if not are_pairs(call.value):
        think = "A list of (player, points) is asked for."
    elif any(not isinstance(player, str) for player, _ in call.value):
        think = "Names are text here; this client hands you bytes."
    elif [tuple(one) for one in call.value] == expected:
        return
    elif [tuple(one) for one in call.value] == expected[::-1]:
        think = "The best come first."
    raise call.wrong(f"it returned {show(call.value)}", show(expected), think)


def returned_players(call: Trial, scores: dict[str, int], count: int) -> None:
    returned_ranking(call, sorted(scores.items(), key=lambda item: -item[1])[:count])
    if len(call.trips) != 1:
        raise call.wrong(f"it made {counted(call.trips, 'round trip')}", "one")


def paid(call: Trial) -> list:
    """Its round trips, without those that hand a script to a server which has not seen it yet."""
    return [
        step
        for step in call.trips
        if not step.error.startswith("NoScriptError") and not step.text.startswith("SCRIPT LOAD")
    ]


def size(reply) -> int:
    if isinstance(reply, dict):
        return 2 * len(reply)
    if isinstance(reply, list | tuple | set):
        return sum(len(one) if isinstance(one, list | tuple) else 1 for one in reply)
    return 1
