"""10.1: the page of a leaderboard around one player, with shared places, in one trip."""

from bisect import bisect_right

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab, Trial
from cachelab.checks.verdict import Table
from cachelab.exercises.asserts.leaderboard import paid
from cachelab.exercises.asserts.pool import chance
from cachelab.learner.words import counted, show

BOARD, PLAYERS = "board", 300
NUMBERS = 3  # that come with each player, at most: a place, points, one more

Row = tuple[int, str, float]  # place, player, points


@define(
    "10.1",
    "The page around me",
    minutes=15,
    needs=("valkey",),
    hints=(
        "`ZREVRANK` says where in the list a player stands, from 0. The place is another number: 1 plus how "
        "many have *more* points. `ZCOUNT board (100 +inf` counts those with more than 100.",
        "Where the page begins depends on the rank, so a transaction cannot know it: it sees no answers. A "
        "script does: `cache.eval(script, 1, 'board', player, k)`.",
        "In Lua, `redis.call('ZREVRANGE', KEYS[1], first, last, 'WITHSCORES')` is a flat list: a player, "
        "points, the next player … A negative `first` counts from the end. Numbers that a script returns "
        "lose their fraction; text keeps it.",
    ),
)
def the_page_around_me(lab: Lab, page_around):
    cache = lab.cache.decoding()
    board = _players()
    cache.desk.zadd(BOARD, board)
    listed = [name.decode() for name in cache.desk.zrevrange(BOARD, 0, -1)]
    rows = places(board, listed)
    for player, k, where in _askings(rows):
        with lab.log.during(where):
            it_shows(lab.call(page_around, cache, player, k), _page(rows, player, k), rows, player)
    it_is_one_trip(lab, page_around, rows)
    with lab.log.during("of whom the board has never heard"):
        call = lab.call(page_around, cache, "nobody", 2).finished()
        if call.value is None or list(call.value):
            raise call.wrong(f"it returned {show(call.value)}", "an empty list")
    if cache.names() != [BOARD] or cache.desk.zcard(BOARD) != PLAYERS:
        left = f"{', '.join(cache.names())}; {cache.desk.zcard(BOARD)} players on the board"
        raise call.wrong(
            f"afterwards there is: {left}", f"the board, and its {PLAYERS} players", "", call.log()
        )
    return (
        "One trip, however many play; who has equal points has an equal place; the first, the last and a "
        "stranger have their page, too."
    )


def _players() -> dict[str, float]:
    """Who has how many points: half of them share theirs with others; two are far above all."""
    names = [f"{name}{chance.randrange(10**6)}-{n}" for n in range(PLAYERS) for name in ["u:", "Zoë ", "李,"]]
    board = {name: chance.randrange(200, 400) / 2 for name in chance.sample(names, PLAYERS)}
    for place, name in enumerate(chance.sample(sorted(board), 4)):
        board[name] = (900.5, 900.5, 800.0, 7.5)[place]
    return board


def places(board: dict[str, float], listed: list[str]) -> list[Row]:
    """Everybody with a place, in the order of the board: 1 plus how many have more."""
    ascending = sorted(board.values())
    return [(len(board) - bisect_right(ascending, board[name]) + 1, name, board[name]) for name in listed]


def _page(rows: list[Row], player: str, k: int) -> list[Row]:
    at = [name for _, name, _ in rows].index(player)
    return rows[max(0, at - k) : at + k + 1]


def _askings(rows: list[Row]) -> list[tuple[str, int, str]]:
    """Who asks for how many around them, and where they stand.

    Right above the page of `below` stands somebody with as many points as the first on it."""
    tied = next(i for i in range(100, PLAYERS) if rows[i][2] == rows[i - 1][2] == rows[i - 2][2])
    below = next(i for i in range(20, PLAYERS) if rows[i - 1][2] == rows[i - 2][2] != rows[i][2])
    return [
        (rows[150][1], 3, "in the middle"),
        (rows[tied][1], 2, "whose points others have, too"),
        (rows[below][1], 1, "right below some with equal points"),
        (rows[0][1], 2, "at the top"),
        (rows[2][1], 4, "on the third place"),
        (rows[-1][1], 3, "at the end"),
        (rows[60][1], 0, "alone"),
    ]


def it_shows(call: Trial, expected: list[Row], rows: list[Row], player: str) -> None:
    value = call.finished().value
    if not _is_page(value):
        raise call.wrong(
            f"it returned {show(value)}", "a list of (place, player, points)", "The place is a whole number."
        )
    found = [tuple(row) for row in value]
    if found == expected:
        return
    table = Table(
        "Yours, and what is asked for",
        ("yours", "asked for"),
        tuple(
            (
                " · ".join(map(str, found[i])) if i < len(found) else "",
                " · ".join(map(str, expected[i])) if i < len(expected) else "",
            )
            for i in range(min(9, max(len(found), len(expected))))
        ),
    )
    happened, wanted, think = _difference(found, expected, rows, player)
    raise call.wrong(happened, wanted, think, table)


def _is_page(value) -> bool:
    return isinstance(value, list | tuple) and all(
        isinstance(row, list | tuple) and len(row) == 3 and type(row[0]) is int and isinstance(row[1], str)
        for row in value
    )


def _difference(found: list, expected: list[Row], rows: list[Row], player: str) -> tuple[str, str, str]:
    names, wanted = [row[1] for row in found], [row[1] for row in expected]
    if not found:
        think = "Where does this page begin? Before the first?" if rows[0] in expected else ""
        return "an empty page", counted(expected, "player"), think
    if names == wanted[::-1] and len(names) > 1:
        return "the last comes first", "the best comes first", ""
    if names != wanted:
        if sorted(names) == sorted(wanted):
            return "the players are in another order", "the order of ZREVRANGE", ""
        who = f"{counted(names, 'player')}, {'with' if player in names else 'without'} the one who asks"
        return (
            who,
            f"{counted(wanted, 'player')}: at most so many above, {show(player)}, at most so many below",
            "Where does this page begin, and where does it stop?",
        )
    place = next(i for i, row in enumerate(found) if row != expected[i])
    (at, name, points), asked = found[place], expected[place]
    if points != asked[2]:
        think = "Points are numbers; a script answers with text." if isinstance(points, str) else ""
        return (
            f"{name} has {show(points)} points",
            f"{asked[2]:g}, a number",
            think or "What becomes of half a point on its way from the script to you?",
        )
    better = sum(1 for row in rows if row[2] > asked[2])
    think = "How many have *more* points than this one? Who has as many is not better."
    return f"{name} is on place {at}", f"place {asked[0]}: {counted(better, 'player')} have more", think


def it_is_one_trip(lab: Lab, page_around, rows: list[Row]) -> None:
    """Somebody plays on between its trips."""
    cache, (_, player, _), k = lab.cache, rows[150], 3
    trips, others = 0, [name for _, name, _ in rows[200:230]]

    def meanwhile() -> None:
        nonlocal trips
        trips += 1
        if trips == 2:
            cache.desk.zadd(BOARD, dict.fromkeys(others, 500))

    lab.log.on_trip = meanwhile
    call = lab.call(page_around, cache, player, k).finished()
    lab.log.on_trip = None
    if len(paid(call)) > 1:
        inside = _is_page(call.value) and player in [row[1] for row in call.value]
        page = "the page is of two moments" if inside else f"{show(player)} is not on the page"
        raise call.wrong(
            f"it made {counted(paid(call), 'round trip')}; after the first, thirty others scored, and {page}",
            "one trip, which sees one board",
            "What may happen between your look at the rank and that at the page? Who can do both at once?",
        )
    if not call.trips:
        raise call.wrong("it did not ask the cache", "one trip", "Another server's players play as well.")
    fetched = sum(_leaves(step.reply) for step in paid(call))
    if fetched > (most := NUMBERS * (2 * k + 1) + NUMBERS):
        raise call.wrong(
            f"the server sent {fetched} things to show {2 * k + 1} players",
            f"the page, and nothing else: at most {most}",
            f"There are {PLAYERS} on this board. What will be sent when there are a million?",
        )


def _leaves(reply) -> int:
    return sum(map(_leaves, reply)) if isinstance(reply, list | tuple) else 1
