"""Each wrong answer fails exactly the lines that it must, and the reference none."""

import subprocess
import sys
from pathlib import Path

import pytest

from cachelab import day
from tests.oracle.capstone.once import judging
from tests.oracle.capstone.wrong import REFERENCE, WRONG

ROOT = Path(__file__).parents[3]
CODE = {
    name: wrong for name, wrong in WRONG.items() if not str(*list(wrong.fails)[:1]).startswith("the order")
}


@pytest.fixture(scope="module")
def in_the_day(of_the_run):
    judged = judging(of_the_run)

    def in_the_day(source: str) -> day.Score:
        service = day.Service([("product_service.py", source)])
        return sum((judged(service, incident) for incident in day.INCIDENTS), day.Score(()))

    return in_the_day


@pytest.fixture(scope="module")
def score(in_the_day):
    return lambda source: in_the_day(source) + day.every_order(day.Service([("product_service.py", source)]))


@pytest.fixture(scope="module")
def reference(score) -> day.Score:
    return score(REFERENCE)


def test_the_reference_passes_every_line_and_by_far(reference):
    assert reference.failed == []
    assert reference.level == "gold"
    assert [line.name for line in reference.lines if line.value > line.limit / 2] == []


@pytest.mark.parametrize("name", CODE)
def test_a_wrong_answer_fails_its_lines_and_no_other(score, name):
    failed = score(CODE[name].source).failed
    assert {line.name for line in failed} == CODE[name].fails
    assert [line.name for line in failed if line.value < 2 * line.limit] == []


def test_every_line_is_failed_by_some_wrong_answer(reference):
    failed = set().union(*(wrong.fails for wrong in CODE.values()))
    assert {line.name for line in reference.lines} == failed


def test_two_days_one_beside_a_busy_loop_are_equal_to_the_last_digit(in_the_day):
    code = (
        "from cachelab import day; from tests.oracle.capstone.wrong import REFERENCE; "
        "print(repr(day.judge(day.Service([('product_service.py', REFERENCE)]))))"
    )
    loop = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    finally:
        loop.kill()
        loop.wait()
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == repr(in_the_day(REFERENCE))
