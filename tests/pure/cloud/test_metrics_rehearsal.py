"""An alarm rehearsed says what the same alarm does on paper, minute by minute."""

import random

import pytest

from cachelab.cloud.metrics.judging import ALARM, EXTRA, INSUFFICIENT_DATA, OK, TREATMENTS
from cachelab.cloud.metrics.paper import Paper
from cachelab.cloud.metrics.rehearsal import Day, Setting, rehearse

HIT_RATE = {"Namespace": "AWS/ElastiCache", "MetricName": "CacheHitRate", "Period": 60}
NODE = [{"Name": "CacheClusterId", "Value": "shop-001"}]


def on_paper(day: Day, settings: list[Setting]) -> list[tuple[str, ...]]:
    """The states of alarms with these settings on the same minutes."""
    paper = Paper(group="shop")
    for number, setting in enumerate(settings):
        paper.client.put_metric_alarm(
            **HIT_RATE,
            AlarmName=str(number),
            Dimensions=NODE,
            Statistic="Average",
            EvaluationPeriods=setting.evaluate,
            DatapointsToAlarm=setting.to_alarm,
            Threshold=setting.threshold,
            ComparisonOperator=setting.comparison,
            TreatMissingData=setting.missing,
        )
    longest = max(setting.evaluate for setting in settings) + EXTRA
    seen = []
    for value in [day.values[0]] * longest + list(day.values):
        paper.minute({} if value is None else {"shop-001": {"CacheHitRate": value}})
        seen.append(paper.states)
    return [tuple(states[str(n)] for states in seen[longest:]) for n in range(len(settings))]


def test_the_same_states_as_on_paper():
    chance = random.Random(15)
    values = [chance.choice([None, None, 40.0, 95.0]) for _ in range(60)]
    day = Day(tuple([95.0, *values]))
    settings = [
        Setting(80, side, evaluate, to_alarm, missing)
        for missing in TREATMENTS
        for side in ("LessThanThreshold", "GreaterThanThreshold")
        for evaluate, to_alarm in ((1, 1), (3, 2), (5, 5))
    ]
    for setting, states in zip(settings, on_paper(day, settings), strict=True):
        assert rehearse(day, setting).states == states, setting


def test_late_missed_and_false():
    day = Day((95, 40, 95, 95, 40, 40, 40, 95, 95, 95, 40, 95), ((4, 7), (10, 11)))
    at_once = rehearse(day, Setting(80, evaluate=1, to_alarm=1))
    assert at_once.rings == (1, 4, 10) and at_once.late == (1, 1) and at_once.false == (1,)
    twice = rehearse(day, Setting(80, evaluate=2, to_alarm=2))
    assert twice.rings == (5,) and twice.late == (2, None) and twice.missed == 1 and not twice.false


@pytest.mark.parametrize("missing", TREATMENTS)
def test_a_dead_node_rings_under_one_rule_only(missing):
    day = Day((95,) * 10 + (None,) * 20, ((10, 30),))
    run = rehearse(day, Setting(80, missing=missing))
    last = {"missing": INSUFFICIENT_DATA, "ignore": OK, "breaching": ALARM, "notBreaching": OK}
    assert run.states[-1] == last[missing] and bool(run.missed) == (missing != "breaching")


@pytest.mark.parametrize(
    ("day", "setting", "word"),
    [
        (((),), {}, "at least one minute"),
        (((1, float("nan")),), {}, "minute 1 is nan"),
        ((("96",),), {}, "minute 0 is '96'"),
        (((1, 2), ((1, 3),)), {}, r"trouble \(1, 3\)"),
        (((1, 2), ((1, 1),)), {}, r"trouble \(1, 1\)"),
        (((1, 2), (1,)), {}, "trouble 1"),
        (((1,),), {"comparison": "Below"}, "LessThanThreshold"),
        (((1,),), {"evaluate": 2, "to_alarm": 3}, "DatapointsToAlarm"),
        (((1,),), {"evaluate": "3"}, "evaluate='3'"),
        (((1,),), {"to_alarm": 1.0}, "to_alarm=1.0"),
        (((1,),), {"missing": "bad"}, "notBreaching"),
        (((1,),), {"threshold": None}, "threshold=None"),
        (((1,),), {"threshold": float("inf")}, "threshold=inf"),
    ],
)
def test_what_cannot_be_rehearsed_is_refused(day, setting, word):
    with pytest.raises(ValueError, match=word):
        rehearse(Day(*day), Setting(**({"threshold": 80} | setting)))
