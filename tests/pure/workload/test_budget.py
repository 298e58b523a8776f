"""Time-outs: the sums of lesson 08, and that the model's late answers are what it is told."""

import random

import pytest
import redis

from cachelab.workload import budget


def test_a_time_out_at_p99_sends_the_database_half_as_many_reads_again():
    assert budget.database_load(0.98, 0.01) == pytest.approx(1.49)
    assert budget.database_load(0.98, 0.001) == pytest.approx(1.049)
    assert budget.database_load(0.98, 0.01, tries=2) == pytest.approx(1.0049)
    assert budget.database_load(0.98, 0.01, tries=2, together=True) == pytest.approx(1.49)
    assert budget.database_load(0.0, 0.5) == 1


def test_late_answers():
    assert budget.late([0.001, 0.002, 0.003, 0.004], 0.002) == 0.5
    assert budget.lognormal_late(0.005, 0.0005, 0.005) == pytest.approx(0.01)
    assert budget.lognormal_late(0.0005, 0.0005, 0.005) == pytest.approx(0.5)


def test_tries_and_waits_multiply_over_layers():
    assert budget.tries(10, (3, 3)) == 99
    assert budget.worst(0.2) == 0.2
    assert budget.worst(0.2, retries=10, pauses=4.0, layers=(3, 3)) == pytest.approx(9 * (11 * 0.2 + 4.0))


def test_pauses_are_those_of_a_client_as_it_comes(monkeypatch):
    retry = redis.Redis().get_retry()
    monkeypatch.setattr(random, "random", lambda: 1.0)
    longest = [retry._backoff.compute(n) for n in range(1, retry.get_retries() + 1)]
    assert budget.pauses(len(longest)) == pytest.approx(sum(longest)) and len(longest) == 10
    assert budget.pauses(0) == 0


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: budget.late([], 1), "at least one"),
        (lambda: budget.database_load(1, 0.1), "hit_ratio=1"),
        (lambda: budget.database_load(0.5, 2), "late=2"),
        (lambda: budget.lognormal_late(1, 0.2, 0.1), "below p99"),
    ],
)
def test_mistakes_are_explained(call, words):
    with pytest.raises(ValueError, match=words):
        call()
