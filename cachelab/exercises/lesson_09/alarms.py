"""09.1: alarms that ring for what matters, and for nothing else, on replayed days."""

import random
from collections.abc import Iterable
from dataclasses import dataclass

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab, Trial
from cachelab.checks.verdict import Table, incorrect
from cachelab.learner.words import counted

NODES = ("shop-001", "shop-002", "shop-003")
TOPIC = "arn:aws:sns:us-east-1:123456789012:pager"
SOON = 10  # minutes within which the pager must ring
BEFORE = 15  # minutes that CloudWatch knows before the alarms are put
MEMORY = 10 << 30  # bytes of each node
RINGS = ("ALARM", "INSUFFICIENT_DATA")

Minute = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Day:
    """What is replayed. `begins`: the minute from which the pager must ring; None: it must not at all.
    `until`: up to here nothing may ring."""

    title: str
    what: str
    minutes: list[Minute]
    begins: int | None = None
    until: int | None = None
    node: str = "shop-001"
    metrics: tuple[str, ...] = ()
    statistic: str = ""


@define(
    "09.1",
    "Alarms that ring",
    minutes=14,
    hints=(
        "CloudWatch adds nothing up: what is published for a node is not found under its group. So there is "
        "an alarm for each node, and one for each thing that may go wrong.",
        "Look at units and statistics. A hit rate is in percent, evictions are counted by the minute: what "
        "does `Average` make of five such minutes, and what does `Sum`?",
        "A dead node sends nothing. `TreatMissingData` says what an alarm takes a missing point for; and a "
        "replica that nobody reads has no hit rate, on the best of days.",
    ),
    needs=("paper",),
)
def alarms_that_ring(lab: Lab, put_alarms):
    paper = lab.paper("shop")
    text = "put_alarms(cloudwatch, nodes, topic)"
    call = lab.call(put_alarms, paper.client, list(NODES), TOPIC, text=text).finished()
    if not paper.watch.alarms:
        raise call.wrong("it put no alarm", "alarms for every node of the group")
    took = []
    for day in _days():
        paper.again(_quiet(BEFORE))
        rang = _replay(paper, day)
        if day.begins is None or (rang is not None and rang < (day.until or day.begins)):
            if rang is not None:
                _rang_for_nothing(call, paper, day)
        elif rang is None:
            _stayed_silent(call, paper, day)
        else:
            took.append((day.title, f"after {counted(rang - day.begins + 1, 'minute')}"))
    table = Table("When the pager rang", ("fault", "the pager"), tuple(took))
    return "Every fault rang, on whichever node. A blip, a lost minute and an idle replica did not.", table


def _replay(paper, day: Day) -> int | None:
    """The minute in which the pager rang; those between `until` and `begins` do not count."""
    last = len(day.minutes) if day.begins is None else day.begins + SOON
    for number, minute in enumerate(day.minutes[:last]):
        paper.pages.clear()
        paper.minute(minute)
        counts = day.begins is None or number >= day.begins or number < (day.until or day.begins)
        if counts and any(_rings(paper, page) for page in paper.pages):
            return number
    return None


def _rings(paper, page: dict) -> bool:
    state, alarm = page["NewStateValue"], paper.watch.alarms[page["AlarmName"]]
    return state in RINGS and TOPIC in alarm.actions(state)


# --- the days ---


def _node(primary: bool, rate: float = 95.0, memory: float = 61.0, evictions: float = 0.0) -> dict:
    """What AWS publishes about a node in a minute; nobody reads the replicas."""
    reads = 12_000 if primary else 0
    role = {"CacheHitRate": rate} if primary else {"ReplicationLag": 0.0, "MasterLinkHealthStatus": 1.0}
    return {
        "CacheHits": reads * rate / 100,
        "CacheMisses": reads * (100 - rate) / 100,
        "Evictions": evictions,
        "DatabaseMemoryUsagePercentage": memory,
        "DatabaseMemoryUsageCountedForEvictPercentage": memory,
        "BytesUsedForCache": MEMORY * memory / 100,
        "FreeableMemory": MEMORY * (100 - memory) / 100,
        "CurrConnections": 25.0 if primary else 5.0,
        "NewConnections": 3.0,
        "CPUUtilization": 12.0,
        "EngineCPUUtilization": 20.0 if primary else 3.0,
        "ProcessedCommands": 13_000.0,
        "IsMaster": float(primary),
        **role,
    }


def _minute(primary: str = "shop-001", dead: str = "", **more: float) -> Minute:
    """A minute of the group. What is unusual happens at the primary; its memory is everybody's."""
    copied = {name: value for name, value in more.items() if name == "memory"}
    return {
        node: _node(node == primary, **(more if node == primary else copied))
        for node in NODES
        if node != dead
    }


def _quiet(count: int, close: bool = False) -> list[Minute]:
    """As ever: somewhat better, somewhat worse; some keys go now and then. `close`: to every limit."""
    chance = random.Random(9)
    (worst, best), (least, most) = ((80.2, 81), (78, 79.8)) if close else ((88, 97), (55, 70))
    found = []
    for number in range(count):
        rate, memory = chance.uniform(worst, best), chance.uniform(least, most)
        evictions = 333.0 if close and number % 12 in (4, 6, 8) else 0.0  # 999 in five minutes, at most
        found.append(_minute(rate=rate, memory=memory, evictions=evictions))
    return found


def _days() -> Iterable[Day]:
    calm, hits = _quiet(8), ("CacheHitRate", "CacheHits", "CacheMisses")
    memory = (
        "DatabaseMemoryUsagePercentage",
        "DatabaseMemoryUsageCountedForEvictPercentage",
        "BytesUsedForCache",
        "FreeableMemory",
    )
    yield Day("A quiet day", "nothing was wrong", _quiet(30, close=True))
    lost = {name: told for name, told in _minute().items() if name != "shop-003"}
    for what, metrics, blip in (
        ("for one minute 35% of the reads hit", hits, _minute(rate=35)),
        ("for one minute the memory was used to 93%", memory, _minute(memory=93)),
        ("one minute of shop-003 was lost on its way", (), lost),
    ):
        yield Day("A blip", what, [*calm, blip, *_quiet(9)], metrics=metrics)
    what = "79.4% of shop-001's reads hit"
    yield Day("Hits", what, [*calm, *[_minute(rate=79.4)] * SOON], len(calm), metrics=hits)
    what = "the nodes used 80.6% of their memory"
    yield Day("Memory", what, [*calm, *[_minute(memory=80.6)] * SOON], len(calm), metrics=memory)
    bursts = [_minute(evictions=count) for count in (501, 0, 0, 500, 0)] * 2
    what = "shop-001 evicted 1,001 keys in five minutes"
    yield Day("Evictions", what, [*calm, *bursts], len(calm), metrics=("Evictions",), statistic="Sum")
    what = "shop-003 was dead"
    yield Day("A dead node", what, [*calm, *[_minute(dead="shop-003")] * SOON], len(calm), node="shop-003")
    failover = [*calm, *[_minute("shop-002", dead="shop-001")] * 5, *[_minute("shop-002")] * 15]
    what = "after a failover, 41% of the reads of shop-002, now the primary, hit"
    worse = [_minute("shop-002", rate=41)] * SOON
    begins = len(failover)
    yield Day("After a failover", what, failover + worse, begins, len(calm), "shop-002", hits)


# --- the verdicts ---


def _rang_for_nothing(call: Trial, paper, day: Day) -> None:
    [name] = [page["AlarmName"] for page in paper.pages if _rings(paper, page)][:1]
    alarm = paper.watch.alarms[name]
    happened = f"on a day when {day.what}, `{name}` rang ({alarm.state})"
    think = _unpublished(paper, [alarm]) or _why_it_rang(alarm)
    raise incorrect(call.text, happened, "the pager stays silent", think, _alarms(paper, day))


def _unpublished(paper, alarms: list) -> str:
    """What to think about if nothing that these alarms look at is published."""
    looked_at = [metric for alarm in alarms for metric in _metrics(alarm)]
    if not looked_at or set(map(_kind, looked_at)) & set(map(_kind, paper.watch.store)):
        return ""
    if any("ReplicationGroupId" in dict(metric.dimensions) for metric in looked_at):
        return "It looks for this metric under the group's name. Under which dimensions does AWS publish it?"
    return "It never saw a point. Are namespace, name and dimensions as AWS publishes them?"


def _kind(metric) -> tuple:
    """A metric of whichever node: that an idle replica has no hit rate does not make it unpublished."""
    return metric.namespace, metric.name, frozenset(dict(metric.dimensions))


def _why_it_rang(alarm) -> str:
    given = alarm.given
    if "no datapoints were received" in alarm.reason or alarm.state == "INSUFFICIENT_DATA":
        return (
            "It saw no point. Nobody reads a replica, so it has no hit rate; and a single lost minute is no "
            "death. Which metric does every living node have, and how many minutes are enough?"
        )
    if "treated as [Breaching]" in alarm.reason:
        return "A point may be late, or lost. How many in a row do you wait for?"
    if "GreaterThan" in given.get("ComparisonOperator", "") and _watches(alarm, ("CacheHitRate",)):
        return "Which way is bad for a hit rate?"
    if getattr(alarm, "to_alarm", 2) == 1 and alarm.evaluate * alarm.period < 300:
        return "It rings at the first bad minute. M of N: how many of how many are worth waking up for?"
    if getattr(alarm, "to_alarm", 2) == 1 and alarm.period > 60:
        return "In an average of five minutes, one very bad one counts like five."
    return "What does it call bad that the exercise calls good?"


def _stayed_silent(call: Trial, paper, day: Day) -> None:
    happened = f"when {day.what}, the pager was silent for {SOON} minutes"
    raise incorrect(call.text, happened, "it rings", _why_silent(call, paper, day), _alarms(paper, day))


def _why_silent(call: Trial, paper, day: Day) -> str:
    if len(paper.watch.alarms) < sum("put_metric_alarm(" in step.text for step in call.steps):
        return "Alarms of the same name: the later one took the place of the earlier."
    watching = [alarm for alarm in paper.watch.alarms.values() if _watches(alarm, day.metrics)]
    if not watching:
        return "Which of your alarms looks at that?"
    if not any(TOPIC in alarm.actions(state) for alarm in watching for state in RINGS):
        return "An alarm changes its state for itself, unless it is told whom to tell."
    if day.metrics == ():
        return _why_silent_of_the_dead(watching, day)
    if think := _unpublished(paper, watching):
        return think
    own = [alarm for alarm in watching if day.node in _nodes(alarm)]
    if not own:
        seen = sorted(set().union(*map(_nodes, watching)))
        return f"It was about {day.node}. Your alarms look at {', '.join(seen) or 'no node'}."
    return next(filter(None, (_what_is_wrong(alarm, day) for alarm in own)), "")


def _what_is_wrong(alarm, day: Day) -> str:
    given = alarm.given
    statistic = given.get("Statistic", "")
    if "CacheHitRate" in day.metrics and given.get("MetricName") == "CacheHitRate":
        if float(given["Threshold"]) <= 1:
            return "AWS publishes the hit rate in percent, from 0 to 100."
        if "Greater" in given["ComparisonOperator"]:
            return "Which way is bad for a hit rate?"
    if alarm.period * alarm.to_alarm > 60 * SOON:
        return f"{alarm.to_alarm} periods of {alarm.period} s: when can it ring at the earliest?"
    if day.statistic and statistic and statistic != day.statistic and alarm.period > 60:
        return f"{statistic} of the minutes in a period. Which statistic adds them up?"
    if day.statistic and alarm.period * alarm.evaluate < 300:
        return "The keys go in bursts: none in this minute, many in the next. Over what time do you count?"
    if day.statistic and alarm.period == 60:
        return "Must every single minute be a bad one? Count over five of them."
    return "Does its threshold say what the exercise says, and how long must it be crossed?"


def _why_silent_of_the_dead(watching: list, day: Day) -> str:
    alive = [alarm for alarm in watching if day.node in _nodes(alarm)]
    if not alive:
        return f"Who looks at {day.node}? What is published of the group comes from the nodes that live."
    slow = [alarm for alarm in alive if alarm.missing == "breaching"]
    if slow:
        first = slow[0]
        return f"{first.evaluate} periods of {first.period} s: when can it ring at the earliest?"
    return "A dead node sends no points. What do your alarms take a missing point for?"


def _watches(alarm, names: tuple[str, ...]) -> bool:
    """Whether a metric alarm looks at one of these metrics; at any at all without names."""
    return bool(_metrics(alarm)) and (not names or any(metric.name in names for metric in _metrics(alarm)))


def _metrics(alarm) -> list:
    return [query.metric for query in getattr(alarm, "queries", ()) if query.metric]


def _nodes(alarm) -> set[str]:
    return {
        value for metric in _metrics(alarm) for name, value in metric.dimensions if name == "CacheClusterId"
    }


def _alarms(paper, day: Day) -> Table:
    rows = []
    for name, alarm in sorted(paper.watch.alarms.items(), key=lambda row: not _watches(row[1], day.metrics)):
        if not hasattr(alarm, "queries"):
            rows.append((name, alarm.given["AlarmRule"], "", "", alarm.state))
            continue
        given = alarm.given
        what = ", ".join(dict.fromkeys(metric.name for metric in _metrics(alarm)))
        where = ", ".join(
            dict.fromkeys(v for metric in _metrics(alarm) for _, v in sorted(metric.dimensions))
        )
        rule = f"{alarm.to_alarm} of {alarm.evaluate} × {alarm.period} s, missing: {alarm.missing}"
        rows.append((name, what, where or given.get("Namespace", ""), rule, alarm.state))
    more = [("…", f"{len(rows) - 9} more", "", "", "")] if len(rows) > 9 else []
    columns = ("alarm", "metric", "of", "rings at", "state")
    return Table(f"Your alarms at the end of “{day.title}”", columns, tuple(rows[:9] + more))
