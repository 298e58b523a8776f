"""An alarm tried on days that hold what alarms meet: when it rings, how late, how often for nothing."""

import random
from collections.abc import Iterator

from cachelab.cloud.metrics.judging import ALARM, INSUFFICIENT_DATA, OK, TREATMENTS
from cachelab.cloud.metrics.rehearsal import Day, Rehearsal, Setting, rehearse
from cachelab.learner.words import counted

from ..chart.bench import Bench, Choice, Slider
from ..chart.figure import Figure

__all__ = ["DAYS", "alarm"]

MINUTES = 120
SIDES = {"x": "time", "x_unit": "min", "x_range": (0, MINUTES), "margins": (150, 24)}


def _day(troubles, **stretches: tuple[float | None, float]) -> Day:
    """Two hours of a hit rate around 95 %. `stretches`: "from_to" -> (level or None for no point, spread)."""
    chance = random.Random(9)
    values: list[float | None] = [round(chance.uniform(93, 97), 1) for _ in range(MINUTES)]
    for when, (level, spread) in stretches.items():
        begin, end = map(int, when.strip("_").split("_"))
        for minute in range(begin, end):
            moved = chance.uniform(-spread, spread)
            values[minute] = None if level is None else round(level + moved, 1)
    return Day(tuple(values), troubles)


DAYS = {
    "the rate falls": _day(((60, 90),), _18_19=(70, 0), _37_39=(74, 2), _60_90=(70, 13)),
    "a cold cache after each release": _day(
        ((95, 115),), _15_17=(45, 5), _45_47=(45, 5), _75_77=(45, 5), _95_115=(60, 6)
    ),
    "the node dies": _day(((60, 90),), _60_90=(None, 0)),
    "the node dies, and hours without a reader": _day(((75, 110),), _25_35=(None, 0), _75_110=(None, 0)),
}


def alarm() -> Bench:
    """The alarm on CacheHitRate, less than a threshold, one point a minute."""

    def model(day: Day, threshold: float, evaluate: int, to_alarm: int, missing: str):
        wanted = min(to_alarm, evaluate)
        found = rehearse(day, Setting(100 * threshold, "LessThanThreshold", evaluate, wanted, missing))
        drawn = {
            "hit rate": (list(range(MINUTES)), [float("nan") if v is None else v / 100 for v in day.values]),
            "threshold": threshold,
            "trouble": ([("trouble", begin, end) for begin, end in day.troubles],),
            **{state: (list(_stretches(found.states, state)),) for state in (ALARM, INSUFFICIENT_DATA, OK)},
        }
        more = f" M cannot be more than N: {wanted} of {evaluate}." if wanted < to_alarm else ""
        return drawn, _words(found) + more, {"run": found}

    controls = [
        Choice("day", DAYS, label="two hours"),
        Slider("threshold", 0.5, 0.95, 0.8, step=0.05, unit="%", label="alarm if the hit rate is below"),
        Slider("evaluate", 1, 15, 1, step=1, label="N, minutes looked at"),
        Slider("to_alarm", 1, 15, 1, step=1, label="M, of them below"),
        Choice("missing", list(TREATMENTS), label="TreatMissingData"),
    ]
    figure = Figure("CacheHitRate of shop-001", y="hit rate", y_unit="%", y_range=(0, 1), height=130, **SIDES)
    figure.line("hit rate").threshold("threshold")
    below = Figure(rows=["trouble", ALARM, INSUFFICIENT_DATA, OK], **SIDES)
    below.spans("trouble").spans(ALARM).spans(INSUFFICIENT_DATA).spans(OK)
    return Bench(model, controls, figure, label="an alarm, tried", below=below, challenges="09.alarm")


def _stretches(states: tuple[str, ...], wanted: str) -> Iterator[tuple[str, int, int]]:
    """The lane's spans: from the first minute that ended in a state to the first that did not."""
    begin = None
    for minute, state in enumerate([*states, None]):
        if state == wanted and begin is None:
            begin = minute
        elif state != wanted and begin is not None:
            yield wanted, begin, minute
            begin = None


def _words(found: Rehearsal) -> str:
    [late] = found.late
    told = "Nobody is called while the trouble lasts." if late is None else f"It rings after {late} min."
    return f"{told} {counted(found.false, 'false alarm').capitalize()}."
