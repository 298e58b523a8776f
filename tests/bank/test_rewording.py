"""Our sentences are for people: when every one is reworded, no verdict and no picture changes."""

import pytest

from cachelab import races
from cachelab.checks import exercise
from cachelab.races import matrix
from cachelab.races.telling import words
from cachelab.races.telling.scene import report_scene
from tests.bank.answers import answers

SENTENCES = ("call", "remark", "ending", "wrong_read", "describe", "brief_call", "sentence")
ANSWERS = [answer for answer in answers() if answer.id in ("05.1", "05.2", "05.3", "05.4")]
#: what a scene says in words; the rest of it are facts
SAID = {"call", "sentence", "note", "words", "title", "answer"}


@pytest.fixture
def reworded(monkeypatch):
    def reword():
        for name in SENTENCES:
            monkeypatch.setattr(words, name, lambda *_, **__: "\N{SNOWMAN}")

    return reword


def facts(value):
    """A scene without what it says in words."""
    if isinstance(value, dict):
        return {key: facts(part) for key, part in value.items() if key not in SAID}
    return [facts(part) for part in value] if isinstance(value, list) else value


@pytest.mark.parametrize("fault", matrix.COLUMNS.values(), ids=matrix.COLUMNS)
def test_pictures_hold_the_same_facts(fault, reworded):
    def scenes():
        return [
            facts(report_scene(report, kind))
            for strategy in matrix.STRATEGIES
            for _, report in matrix.reports(strategy, fault, matrix.TWO)
            for kind in report.violations
        ]

    before = scenes()
    reworded()
    assert scenes() == before
    [step, *_] = races.explore([matrix.STRATEGIES[0].reader, matrix.STRATEGIES[0].writer]).violation
    assert step.call == "\N{SNOWMAN}"


@pytest.mark.parametrize("answer", ANSWERS, ids=str)
def test_verdicts_are_the_same(answer, reworded):
    reworded()
    ex, names = exercise(answer.id), answer.names()
    assert ex.check(*[names[name] for name in ex.takes]).status == answer.verdict
