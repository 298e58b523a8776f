"""09.3: who stalls a node, and with what."""

from collections import Counter
from dataclasses import dataclass

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab, Trial
from cachelab.checks.verdict import Table
from cachelab.learner.words import show

from .told_node import ON_CALL, Node, Ran

WEB, WEB_2, REPORTS, NAMELESS = "10.0.1.11:40022", "10.0.1.12:40480", "10.0.3.7:51200", "10.0.2.31:51514"
Who = tuple[str, str]  # a client and a command


@dataclass(frozen=True)
class Minute:
    """What happened, and who made the others wait longest."""

    before: tuple[Ran, ...]
    then: tuple[Ran, ...]
    calls: dict[str, tuple[int, int]]
    culprit: Who | None


def _web(command: str, usec: int, address: str = WEB) -> Ran:
    return Ran("web", address, tuple(command.split()), usec)


_MIGRATION = Ran("migration", "10.0.4.2:33000", ("SUNIONSTORE", "all:users", "users:a", "users:b"), 4_200_000)
_EARLIER = (_web("HGETALL cart:1", 11_000), _MIGRATION, _web("MGET product:1 product:2", 13_000))
_KEYS = [Ran("report-job", REPORTS, ("KEYS", "user:*"), usec) for usec in (870_000, 912_000, 845_000)]
_SCRIPT = Ran("", NAMELESS, ("eval", "for i = 1, 1e9 do end", "0"), 640_000)
_BATCH = [
    Ran("batch", "10.0.3.9:44100", ("HGETALL", f"order:{number}"), 58_000 + 90 * number)
    for number in range(45)
]
_EXPORT = Ran("export", "10.0.3.8:44000", ("LRANGE", "events", "0", "-1"), 1_900_000)

MINUTES = (
    Minute(  # most calls and most time in all: GET; the longest ever: the migration; the latest: web
        _EARLIER,
        (_web("HGETALL cart:7", 15_000), *_KEYS, _web("HGETALL cart:9", 12_000)),
        {"GET": (61_000, 5_500_000), "SET": (3_000, 9_000)},
        ("report-job", "KEYS"),
    ),
    Minute(  # fifteen more after it, and it has no name
        (),
        (_SCRIPT, *[_web("MGET product:1", 20_000, WEB_2)] * 14, _web("SET page:1 body", 12_000)),
        {"GET": (40_000, 90_000)},
        ("10.0.2.31", "EVAL"),
    ),
    Minute(_EARLIER, (), {"GET": (40_000, 90_000)}, None),
    Minute(  # many that are slow, and one that is slower
        _EARLIER,
        (*_BATCH[:20], _EXPORT, *_BATCH[20:]),
        {"GET": (40_000, 90_000)},
        ("export", "LRANGE"),
    ),
)


@define(
    "09.3",
    "The culprit",
    minutes=10,
    hints=(
        "INFO's commandstats count calls and time, but know no client, and one long command drowns in the "
        "sum. Which log keeps single commands, with who sent them?",
        "`slowlog_get` shows ten entries unless you ask for more, and old ones, too. What do you have to "
        "know before the minute?",
        "Each entry has an `id` that grows, a `duration`, a `client_name` and a `client_address`, in bytes. "
        "Leave out your own, take the longest; without a name, the part of the address before the port.",
    ),
)
def the_culprit(lab: Lab, culprit):
    for minute in MINUTES:
        node = Node(lab.log, minute.before, minute.then, minute.calls)
        text = "culprit(client, minute)"
        call = lab.call(culprit, node.client(), node.minute, text=text).finished()
        if node.harm:
            raise call.wrong(f"it sent {node.harm[0]}", "it looks, and changes nothing")
        if not node.minutes:
            raise call.wrong(
                "it let no minute pass", "`minute()`, once", "What is new is what was not there."
            )
        found = _read(call)
        if found != minute.culprit:
            who = "None: nobody but you" if minute.culprit is None else "{}, with {}".format(*minute.culprit)
            had = "nobody" if found is None else "{}, with {}".format(*found)
            raise call.wrong(f"it blamed {had}", who, _think(minute, found), _told(minute))
    return "By name, or by address: the one command that made the others wait, not whoever asks a lot."


def _read(call: Trial) -> Who | None:
    """What it returned, as text."""
    if call.value is None:
        return None
    pair = call.value
    if (
        not isinstance(pair, tuple | list)
        or len(pair) != 2
        or not all(isinstance(p, str | bytes) for p in pair)
    ):
        raise call.wrong(
            f"it returned {show(pair)}", "a client and a command, such as `('web', 'GET')`, or None"
        )
    who, command = (p.decode(errors="replace") if isinstance(p, bytes) else p for p in pair)
    if len(command.split()) > 1:
        raise call.wrong(
            f"as command it returned {show(command)}",
            f"its name: {command.split()[0].upper()}",
            "Keys are your customers' data. The name is enough to know what to look for.",
        )
    return who, command.upper()


def _who(ran: Ran) -> str:
    return ran.who or ran.address.rpartition(":")[0]


def _think(minute: Minute, found: Who | None) -> str:
    """Which mistake leads to what it returned."""
    then, commands = list(minute.then), Counter({name: calls for name, (calls, _) in minute.calls.items()})
    times = Counter({name: usec for name, (_, usec) in minute.calls.items()})
    for ran in then:
        commands[ran.name] += 1
        times[ran.name] += ran.usec
    if found is None:
        if all(not ran.who for ran in then if ran.usec >= 600_000):
            return "The longest is a script, from a client without a name. Did you look for certain commands?"
        return "Something in that minute was slow. How many entries does `slowlog_get` show unless told?"
    who, command = found
    if who == ON_CALL:
        return "That was you: what you ask takes its time as well. Names in the log are bytes: is yours?"
    if minute.culprit is None:
        return "In that minute nobody was slow but you. What is in the log from before?"
    if (
        command == "SUNIONSTORE"
        or (who, command) not in {(_who(ran), ran.name) for ran in then}
        and any((_who(ran), ran.name) == found for ran in minute.before)
    ):
        return "That was before this minute. What did the log hold when you began?"
    if command == minute.culprit[1]:
        if not who:
            return "It has given itself no name. What else does an entry say of it?"
        if who.rpartition(":")[0] == minute.culprit[0]:
            return "The next connection has another port. The address alone is what stays."
        return "The command is right. Who sent it? CLIENT LIST shows what each client sent last."
    if command in (commands.most_common(1)[0][0], times.most_common(1)[0][0]) and command in minute.calls:
        return "Many quick ones, or much time in all: does any of them make the others wait?"
    totals = Counter()
    for ran in then:
        totals[_who(ran), ran.name] += ran.usec
    if found == totals.most_common(1)[0][0]:
        return "Many that are slow, each for itself. Who made the others wait longest at one stretch?"
    if then and found == (_who(then[-1]), then[-1].name):
        return "That one was the latest. Was it the longest?"
    if found not in totals:
        return "The slow log of that minute has no such client and command. What does each entry say?"
    return "Ten entries, or all? `slowlog_get` shows as many as it is asked for."


def _told(minute: Minute) -> Table:
    """The slow commands of that minute, in groups; not who of them it was."""
    groups: dict[Who, list[int]] = {}
    for ran in minute.then:
        groups.setdefault((_who(ran), ran.name), []).append(ran.usec)
    rows = [
        (who, command, str(len(usec)), f"{max(usec) / 1000:,.0f} ms")
        for (who, command), usec in groups.items()
    ]
    rows.append((ON_CALL, "your own", "", "11 ms"))
    return Table(
        "What the slow log got in that minute", ("client", "command", "entries", "longest"), tuple(rows)
    )
