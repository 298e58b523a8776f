"""The benches of lesson 09 that need no server: what they say, and that their challenges can be found."""

import pytest

from cachelab.cloud.metrics.judging import TREATMENTS
from cachelab.widgets import aws
from cachelab.widgets.aws.alarm import DAYS


def test_an_alarm_that_rings_at_once_and_for_nothing():
    bench = aws.alarm()
    assert "after 1 min. 2 false alarms." in bench.sentence
    assert bench.below.data("trouble") == [{"lane": "trouble", "start": 60, "end": 90, "text": ""}]
    assert "ALARM  18 min" in bench.text() and "hit rate" in bench.text()
    bench.set(to_alarm=4)
    assert bench.sentence.endswith("M cannot be more than N: 1 of 1.")
    bench.set(evaluate=5)
    assert bench.sentence == "It rings after 4 min. No false alarms." and bench.asks.found == 1


def test_missing_minutes_are_gaps_and_every_minute_has_a_state():
    bench = aws.alarm().set(day=DAYS["the node dies"])
    assert bench.figure.data("hit rate")[1][60:90] == [None] * 30
    for missing in TREATMENTS:
        bench.set(missing=missing)
        spans = [span for state in ("ALARM", "OK", "INSUFFICIENT_DATA") for span in bench.below.data(state)]
        assert sum(span["end"] - span["start"] for span in spans) == 120


def test_alarm_challenges():
    bench = aws.alarm().set(evaluate=5, to_alarm=3).set(day=DAYS["the node dies"])
    for missing in ("missing", "ignore", "notBreaching"):
        assert bench.asks.found == 1
        bench.set(missing=missing)
    assert bench.asks.found == 2
    bench.set(missing="breaching", day=DAYS["the node dies, and hours without a reader"])
    assert "1 false alarm." in bench.sentence and bench.asks.found == 2
    assert bench.set(evaluate=15, to_alarm=12).asks.found == 3


def test_a_bill():
    bench = aws.bill()
    assert "2 × t4g.small: $54.46" in bench.sentence
    [nodes, memory] = bench.figure.data("nodes, or memory")
    assert nodes["text"] == "2 × t4g.small" and memory["end"] == pytest.approx(61.32)
    assert "even without a request" in bench.set(gb=10).sentence
    assert "cheaper below" in bench.set(gb=0.1).sentence
    assert "a million" not in bench.set(per_second=0).sentence


def test_bill_challenges():
    bench = aws.bill().set(gb=0.1)
    assert bench.asks.found == 0
    assert bench.set(per_second=10_000).asks.found == 2  # this shows both


@pytest.mark.parametrize("make", [aws.alarm, aws.bill])
def test_every_position_has_an_answer(make):
    bench = make()
    for name, positions in zip([c.name for c in bench._controls], bench._options, strict=True):
        for value in positions:
            bench.set(**{name: value})
            assert bench.sentence and not bench.failure
