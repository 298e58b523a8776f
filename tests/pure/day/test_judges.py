"""Each wrong answer fails exactly the lines that it must, and the reference none."""

import subprocess
import sys
from pathlib import Path

import pytest

from cachelab import day
from cachelab.day.incidents import judge_one
from cachelab.day.orders import CROWDS
from tests.oracle.capstone.once import judging
from tests.oracle.capstone.reached import LINES, noting, unnoted
from tests.oracle.capstone.wrong import REFERENCE, WRONG, Wrong

ROOT = Path(__file__).parents[3]
CODE = {
    name: wrong for name, wrong in WRONG.items() if not str(*list(wrong.fails)[:1]).startswith("the order")
}


@pytest.fixture(scope="module")
def reached() -> dict[str, tuple[day.Score, set[int]]]:
    """Of each incident what the reference comes to, and the lines of it that nobody may have skipped."""
    found, never_noted = {}, unnoted(REFERENCE)
    noting_itself = day.Service([("product_service.py", noting(REFERENCE))])
    for incident in day.INCIDENTS:
        LINES.clear()
        score = judge_one(noting_itself, incident)
        found[incident.name] = score, LINES | never_noted
    return found


@pytest.fixture(scope="module")
def reference(reached) -> day.Score:
    score = sum((score for score, _ in reached.values()), day.Score(()))
    return score + day.every_order(day.Service([("product_service.py", REFERENCE)]))


@pytest.fixture(scope="module")
def judged(of_the_run, reached):
    judged = judging(of_the_run)

    def score(wrong: Wrong) -> day.Score:
        """Where the lines that it replaces never run, the reference's: it is the reference there."""
        service, score = day.Service([("product_service.py", wrong.source)]), day.Score(())
        for incident in day.INCIDENTS:
            as_it_was, lines = reached[incident.name]
            same = wrong.replaced and lines.isdisjoint(wrong.replaced)
            score += judged(service, incident, as_it_was if same else None)
        return score + day.every_order(service)

    return score


def test_the_reference_passes_every_line_and_by_far(reference):
    assert reference.failed == []
    assert reference.level == "gold"
    assert [line.name for line in reference.lines if line.value > line.limit / 2] == []


@pytest.mark.parametrize("name", CODE)
def test_a_wrong_answer_fails_its_lines_and_no_other(judged, name):
    failed = judged(CODE[name]).failed
    assert {line.name for line in failed} == CODE[name].fails
    assert [line.name for line in failed if line.value < 2 * line.limit] == []


def test_every_line_is_failed_by_some_wrong_answer(reference):
    failed = set().union(*(wrong.fails for wrong in CODE.values()))
    assert {line.name for line in reference.lines} == failed


def test_two_days_one_beside_a_busy_loop_are_equal_to_the_last_digit(reference):
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
    assert ran.stdout.strip() == repr(day.Score(reference.lines[: -len(CROWDS)], reference.phases))
