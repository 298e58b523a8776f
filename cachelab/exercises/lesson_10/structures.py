"""10.6: a structure for each of eight systems; what decides is tried on a real server."""

import math
from collections.abc import Callable

import redis

from cachelab import virtual
from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.checks.verdict import Table, incorrect, not_attempted
from cachelab.learner.words import show
from cachelab.workload.queues import WAYS, drain

STRUCTURES = {
    "text": "SET, GET: JSON, for instance, as a whole",
    "counter": "INCR, EXPIRE",
    "hash": "HSET, HGETALL, HINCRBY: fields of one entry",
    "list": "LPUSH puts at one end, RPOP takes from the other",
    "set": "SADD, SISMEMBER, SCARD",
    "sorted set": "ZADD, ZREVRANK, ZRANGE: members in the order of their scores",
    "stream": "XADD, XREADGROUP, XACK; XAUTOCLAIM for what nobody acknowledged",
    "pub/sub": "PUBLISH, to who listens at this moment",
    "HyperLogLog": "PFADD, PFCOUNT: how many different ones, about",
    "bitmap": "SETBIT, GETBIT, BITCOUNT: a bit for each number up to the highest",
    "row": "UPDATE … WHERE, in the database",
}

SYSTEMS = {
    "place": "After each game, a player sees which place that is, among two million.",
    "visitors": "For each of 100,000 pages: how many different visitors it had today, two percent more or "
    "less. A visitor is a text of 16 letters.",
    "active": "Ten million users have numbers, from 1 on, and half of them come each day. For each day of "
    "the year: who came, and how many.",
    "limit": "How many requests an address has made in this minute, of 1,000 that it may make. Minutes may "
    "begin for all at once.",
    "session": "Five fields. Two pages of one visitor may change two of them at the same moment.",
    "thumbnails": "Each upload needs a small picture. A worker may die with one in its hand; one may be made "
    "twice. If all is lost, they can be asked for again.",
    "typing": "“Ann is typing”, for all who have this chat open: not for anybody else, and not later.",
    "last seat": "It is sold once, whoever dies and whatever fails over.",
}

FITS = {
    "place": ("sorted set",),
    "visitors": ("HyperLogLog",),
    "active": ("bitmap",),
    "limit": ("counter", "hash"),
    "session": ("hash",),
    "thumbnails": ("stream",),
    "typing": ("pub/sub",),
    "last seat": ("row",),
}

MANY = 4_000  # members that are tried
KEY = "tried"


@define(
    "10.6",
    "Which structure",
    minutes=8,
    needs=("real valkey",),
    hints=(
        "For each system: which question is asked again and again, and which command answers it without "
        "reading everything? What may be lost, and what may be a little wrong?",
        "Count memory where there are many: to know *how many different* takes less than to know *which*, "
        "and a number takes less than a text. What is gone once it is taken, and what stays until somebody "
        "says that it is done? What must survive a failover is not a cache's.",
    ),
)
def which_structure(lab: Lab, structure: dict):
    if not any(isinstance(value, str) for value in structure.values()):
        raise not_attempted("`structure` has no answer yet. Write one for each system.")
    desk = lab.cache.desk
    for name in SYSTEMS:
        given = structure.get(name)
        if given is None or given is ...:
            raise not_attempted(f"There is no structure for {name!r} yet.")
        if not isinstance(given, str) or given not in STRUCTURES:
            one_of = "one of " + ", ".join(map(repr, STRUCTURES))
            raise incorrect(f"`structure[{name!r}]`", f"it is {show(given)}", one_of)
        if given not in FITS[name]:
            happened, expected, think = why_not(desk, name, given)
            raise incorrect(f'`structure["{name}"] = "{given}"`', happened, expected, think)
    if odd := [name for name in structure if name not in SYSTEMS]:
        raise incorrect("`structure`", f"it has {show(odd[0])}", "the eight systems: " + ", ".join(SYSTEMS))
    rows = tuple((name, structure[name], wrong, why_not(desk, name, wrong)[0]) for name, wrong in TEMPTING)
    return (
        "Each is the one whose commands answer the question, and one of the eight belongs into no cache.",
        Table("What decided", ("system", "structure", "the tempting one", "tried on this server"), rows),
    )


TEMPTING = (
    ("place", "hash"), ("visitors", "set"), ("active", "set"), ("limit", "sorted set"), ("session", "text"),
    ("thumbnails", "list"), ("typing", "stream"), ("last seat", "counter"),
)  # fmt: skip


def why_not(desk: redis.Redis, system: str, given: str) -> tuple[str, str, str]:
    """What goes wrong with this structure, what is wanted, and what to think about."""
    tried = TRIED.get((system, given)) or OTHERWISE.get(system)
    if given == "row" and system != "last seat":
        happened = "it would do, with a transaction for each; and what is lost here can be made good"
        return happened, "the database only for what must not be lost", "What is in memory that answers this?"
    desk.delete(KEY)
    try:
        happened = tried(desk) if callable(tried) else tried
    finally:
        desk.delete(KEY)
    return happened, WANTED[system], THINK[system]


WANTED = {
    "place": "one command tells the place, and sends a number",
    "visitors": "about so many, in the same small room for every page",
    "active": "who, and how many, in as little room as can be",
    "limit": "a number that each request adds 1 to, in as little room as can be",
    "session": "each page changes its own field, and no other",
    "thumbnails": "a job stays until somebody says that it is done",
    "typing": "all who listen are told, and nothing stays",
    "last seat": "what was sold stays sold",
}

THINK = {
    "place": "Which structure knows how many are above a member?",
    "visitors": "Is it asked who they were? And is it asked exactly?",
    "active": "The users have numbers without gaps. How little can one of them take?",
    "limit": "What of these requests must be known, other than how many they were?",
    "session": "What is the smallest part that a command can change by itself?",
    "thumbnails": "Where is the job while somebody works on it?",
    "typing": "Who reads this message tomorrow?",
    "last seat": "Who promises that a write which was acknowledged survives the death of the machine?",
}


# --- tried on the server ---


def _memory(desk: redis.Redis, fill: Callable) -> float:
    """Kilobytes of an entry that `fill(pipe)` makes under KEY."""
    desk.delete(KEY)
    with desk.pipeline(transaction=False) as pipe:
        fill(pipe)
        pipe.execute()
    return desk.memory_usage(KEY, samples=0) / 1000


def _add(kind: str, members: list) -> Callable:
    """What makes an entry of that kind with these members."""
    return {
        "set": lambda pipe: pipe.sadd(KEY, *members),
        "sorted set": lambda pipe: pipe.zadd(KEY, dict.fromkeys(members, 1)),
        "hash": lambda pipe: pipe.hset(KEY, mapping=dict.fromkeys(members, 1)),
        "list": lambda pipe: pipe.rpush(KEY, *members),
        "stream": lambda pipe: [pipe.xadd(KEY, {"at": member}) for member in members],
        "HyperLogLog": lambda pipe: pipe.pfadd(KEY, *members),
        "bitmap": lambda pipe: [pipe.setbit(KEY, member, 1) for member in members],
        "counter": lambda pipe: [pipe.incr(KEY) for _ in members],
    }[kind]


def _larger(given: str, than: str, members: list, what: str) -> Callable[[redis.Redis], str]:
    def tried(desk):
        mine, other = (_memory(desk, _add(kind, members)) for kind in (given, than))
        return f"{what} take {mine:,.1f} kB; in another structure of the menu {other:,.1f}"

    return tried


def _all_are_sent(desk) -> str:
    _memory(desk, _add("hash", list(range(MANY))))
    return f"to find the place of one, {len(desk.hgetall(KEY)):,} of {MANY:,} players are sent"


def _thrice(desk) -> str:
    for _ in range(3):
        desk.incr(KEY)
    return f"one visitor came three times, and it says {int(desk.get(KEY))}"


def _once_for_three(add: str, count: str) -> Callable[[redis.Redis], str]:
    def tried(desk):
        for _ in range(3):
            desk.execute_command(add, KEY, "10.0.0.1")
        return f"one address asked three times, and {count} says {desk.execute_command(count, KEY)}"

    return tried


def _numbered_by_a_hash(desk) -> str:
    kilobytes = _memory(desk, _add("bitmap", [2**27 - 1]))
    return (
        f"texts have no numbers; with a hash of 27 bits as the number, one visitor takes {kilobytes:,.0f} kB"
    )


def _both_read_the_same(desk) -> str:
    desk.set(KEY, 4)
    first, second = int(desk.get(KEY)), int(desk.get(KEY))
    desk.set(KEY, first + 1)
    desk.set(KEY, second + 1)
    return f"two requests at once read 4, each adds 1, and then it says {int(desk.get(KEY))}"


def _one_change_is_lost(desk) -> str:
    desk.set(KEY, "cart 1, language en")
    first, second = desk.get(KEY), desk.get(KEY)
    desk.set(KEY, first.replace(b"cart 1", b"cart 2"))
    desk.set(KEY, second.replace(b"en", b"de"))
    return f"both pages read, both write, and it says {desk.get(KEY).decode()!r}: one change is lost"


def _lost_with_its_worker(desk) -> str:
    done, _ = drain(WAYS["RPOP"](desk), jobs=60)
    return f"of 60 jobs {done} are done; the others were taken by workers that died"


def _nobody_listened(desk) -> str:
    return f"PUBLISH says {desk.publish(KEY, 'upload 7')}: no worker listened just then, and the job is gone"


def _all_stays(desk) -> str:
    for number in range(100):
        desk.xadd(KEY, {"typing": number})
    read = len(desk.xread({KEY: "0"})[0][1])
    return f"{read} messages were read by all, and {desk.xlen(KEY)} are still there"


def _one_takes_it(desk) -> str:
    desk.lpush(KEY, "Ann is typing")
    first, second = desk.rpop(KEY), desk.rpop(KEY)
    return f"of two who listen, the first gets {first.decode()!r} and the second {second}"


def _sold_twice(_) -> str:
    with virtual.time(seed=1, modules=()) as clock:
        server = clock.cache(latency=0.001)
        client = server.client(decode_responses=True, single_connection_client=True)
        replicas = server.replicas(0.01)
        client.set("seats", 1)
        clock.sleep(1)
        replicas.lag(0, math.inf)
        first = client.decr("seats")
        server.failover()
        second = client.decr("seats")
    return (
        f"a counter of seats says {first} left: sold. The primary dies before its replica has heard of it, "
        f"and the next customer's says {second}: sold again"
    )


VISITORS = [f"visitor-{number:08}" for number in range(MANY)]
NUMBERS = list(range(1, 2 * MANY, 2))  # every second one
MOMENTS = [f"{1_800_000_000 + number / 20:.2f}" for number in range(1000)]

# What comes of a choice: tried, or said where there is nothing to try.
TRIED: dict[tuple[str, str], Callable[[redis.Redis], str] | str] = {
    **{
        ("visitors", kind): _larger(kind, "HyperLogLog", VISITORS, f"{MANY:,} visitors of one page")
        for kind in ("set", "sorted set", "hash", "list", "stream")
    },
    ("visitors", "counter"): _thrice,
    ("visitors", "bitmap"): _numbered_by_a_hash,
    **{
        ("active", kind): _larger(kind, "bitmap", NUMBERS, f"{MANY:,} of {2 * MANY:,} users")
        for kind in ("set", "sorted set", "hash", "list", "stream")
    },
    ("active", "HyperLogLog"): "it says how many they were; no command says whether user 7 was there",
    ("active", "counter"): "it says how often somebody came; nothing says whether user 7 was there",
    **{
        ("limit", kind): _larger(kind, "counter", MOMENTS, "the 1,000 requests of one address")
        for kind in ("sorted set", "list", "stream")
    },
    ("limit", "set"): _once_for_three("SADD", "SCARD"),
    ("limit", "HyperLogLog"): _once_for_three("PFADD", "PFCOUNT"),
    ("limit", "text"): _both_read_the_same,
    ("session", "text"): _one_change_is_lost,
    ("thumbnails", "list"): _lost_with_its_worker,
    ("thumbnails", "pub/sub"): _nobody_listened,
    ("thumbnails", "sorted set"): "what ZPOPMIN takes is gone with its worker; left in, with a "
    "deadline as its score, it takes a script of yours to hand out each job once",
    ("thumbnails", "set"): "whoever takes one off it has the only one: with its worker it is gone",
    ("typing", "stream"): _all_stays,
    ("typing", "list"): _one_takes_it,
}

OTHERWISE: dict[str, Callable[[redis.Redis], str] | str] = {
    "place": _all_are_sent,
    "visitors": "none of its commands says how many different ones there were",
    "active": "none of its commands says who was there, and how many",
    "limit": "none of its commands counts the requests of this minute",
    "session": "it has no fields that can be read and changed by their names",
    "thumbnails": "it does not hand each job to one worker",
    "typing": "nobody is told: each browser would have to ask again and again",
    "last seat": _sold_twice,
}
