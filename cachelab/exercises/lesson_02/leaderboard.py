"""02.1: a leaderboard in Valkey, one command for each question."""

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.exercises.asserts.leaderboard import NAMES, paid, returned_ranking, returned_total, size
from cachelab.exercises.asserts.pool import chance
from cachelab.learner.words import counted


@define(
    "02.1",
    "The leaderboard in one command",
    minutes=5,
    needs=("valkey",),
    hints=(
        "A sorted set holds members with scores. One command adds to a score and tells the new one; another "
        "gives the members in order, and takes an option that adds their scores.",
        "`zincrby` and `zrevrange`: redis-py spells Valkey's commands in small letters. A range includes its "
        "end, so which end does the best three take? And what do the two return, and what is asked for?",
    ),
)
def in_one_command(lab: Lab, add_points, best):
    cache = lab.cache
    empty = lab.call(best, cache, 3)
    empty.returned([], "A board that nobody is on has an answer, too: a list with nobody in it.")
    # two names that bytes do not spell as text does
    scores = dict.fromkeys([*chance.sample(NAMES, 3), "Zoë", "李"], 0)
    for points in (9, 100, 25, -4, chance.randrange(200, 900)):
        for player in scores:
            some = points + list(scores).index(player)
            scores[player] += some
            call = lab.call(add_points, cache, player, some)
            returned_total(call, scores[player])
            if len(paid(call)) != 1:
                think = "What if another server adds points between your first trip and your last?"
                if not call.trips:
                    think = "Where are the points? Another server must see them too."
                raise call.wrong(f"it made {counted(call.trips, 'round trip')}", "one", think)
        lucky = chance.choice(list(scores))
        if _added_by_another(cache, lucky, 1000):
            scores[lucky] += 1000
            with lab.log.during(f"after another server has added 1000 for {lucky}"):
                call = lab.call(add_points, cache, lucky, 1)
            scores[lucky] += 1
            if call.finished().value == scores[lucky] - 1000:
                think = "Where are the points? Another server's are not in your program."
                raise call.wrong(f"it returned {call.value}", f"{scores[lucky]}", think)
            returned_total(call, scores[lucky])
    ranking = sorted(scores.items(), key=lambda item: -item[1])
    for count in (1, 3, 99, 3):
        call = lab.call(best, cache, count)
        if {"ZPOPMAX", "ZMPOP"} & call.commands:
            think = "Reading the board must not change it: whom it shows is gone afterwards."
            raise call.wrong("it took the best off the board", "the board as it was", think)
        returned_ranking(call, ranking[:count])
        if len(paid(call)) != 1:
            raise call.wrong(f"it made {counted(call.trips, 'round trip')}", "one")
    for i in range(60):
        add_points(cache, f"player {i}", -1000 - i)
    call = lab.call(best, cache, 2)
    returned_ranking(call, ranking[:2])
    fetched = max(size(step.reply) for step in call.trips)
    if fetched > 4:  # two names, two scores
        raise call.wrong(
            f"the server sent {fetched} things to show two players",
            "two players and their points",
            "There are 65 on the board now. What will you send when there are a million?",
        )
    return "One trip each, nothing lost, and the server sends what is shown."


def _added_by_another(cache, player: str, points: int) -> bool:
    """Another server adds points, in whatever this answer keeps them; False if that cannot be told."""
    desk = cache.desk
    for key in desk.keys("*"):
        kind = desk.type(key)
        if kind == b"zset" and desk.zscore(key, player) is not None:
            return bool(desk.zincrby(key, points, player))
        if kind == b"hash" and desk.hexists(key, player):
            return bool(desk.hincrby(key, player, points))
        if kind == b"string" and key.endswith(player.encode()):
            return bool(desk.incrby(key, points))
    return False
