"""The chooser shows what choice.recommend says, and takes every answer."""

import pytest
import traitlets

from cachelab.widgets import chooser
from cachelab.workload.compare import choice


def test_starts_with_the_first_answers():
    one = chooser()
    assert one.answers == {question.name: next(iter(question.answers)) for question in choice.QUESTIONS}
    assert one.recommendation == choice.recommend()
    assert one.advice["engine"] == "Valkey"


def test_answers_from_the_page_change_the_advice():
    one = chooser()
    today = [question.name for question in choice.QUESTIONS].index("today")
    one.chosen = [1 if i == today else at for i, at in enumerate(one.chosen)]
    assert one.answers["today"] == "memcached"
    assert one.advice["engine"] == "Memcached"
    assert one.advice["reasons"][0]["where"] == "ElastiCache guide, SelectEngine"


def test_answers_by_name():
    one = chooser(holds="structures", wish="memcached")
    assert one.set(loss="little").answers["holds"] == "structures"
    [redis, memcached] = one.advice["against"]
    assert [redis["engine"], memcached["engine"]] == ["Redis OSS", "Memcached"]
    assert "row “lost node” of your table" in [reason["where"] for reason in memcached["reasons"]]
    assert len(one.advice["notes"]) == 2


def test_nonsense_is_refused_and_changes_nothing():
    one = chooser(loss="little")
    with pytest.raises(ValueError, match="choose one of"):
        one.set(loss="perhaps")
    with pytest.raises(traitlets.TraitError):
        one.chosen = [9] * len(choice.QUESTIONS)
    assert one.answers["loss"] == "little"


def test_text_has_every_question_and_the_reasons():
    one = chooser(holds="messages")
    for question in choice.QUESTIONS:
        assert question.text in one.text()
    assert str(one.recommendation) in one.text()
    assert "publish and subscribe" in one._repr_mimebundle_()[0]["text/html"]
