"""Threads that a hang takes: the fluid model against requests one by one, in virtual time."""

import time

import pytest

from cachelab import virtual
from cachelab.workload.threads import held


@pytest.mark.parametrize(
    ("threads", "rate", "hang"),
    [(16, 150, 0.05), (16, 150, 0.4), (32, 75, 2.0), (8, 600, 0.1), (64, 300, 0.1)],
)
def test_the_model_is_what_requests_do(threads, rate, hang):
    seconds, busy = 2.0, []
    with virtual.time(seed=3) as clock:
        state = {"busy": 0}

        def request():
            state["busy"] += 1
            time.sleep(hang)
            state["busy"] -= 1

        for step in range(1, 41):
            clock.after(seconds * step / 40, lambda: busy.append(state["busy"]))
        load = clock.open(request, rate, seconds, threads=threads, patience=0.001)
    _, taken, waiting = held(threads, rate, hang, seconds)
    assert sum(busy) / len(busy) == pytest.approx(sum(taken) / len(taken), rel=0.2)
    left = load.unanswered - busy[-1]  # neither answered nor in a thread
    assert left == pytest.approx(waiting[-1], rel=0.25, abs=0.06 * load.sent)


def test_the_site_stands_still_exactly_when_more_threads_are_needed_than_there_are():
    for hang in (0.05, 0.1, 0.11, 0.5):
        _, taken, waiting = held(16, 150, hang, 4.0)
        assert (max(taken) == 16) == (max(waiting) > 0) == (150 * hang > 16)
