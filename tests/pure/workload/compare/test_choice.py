"""The chooser's table, over every way to answer."""

import itertools
from collections import Counter

import pytest

from cachelab.workload.compare import choice, duel
from cachelab.workload.compare.choice import recommend

EVERY = itertools.product(*(question.answers for question in choice.QUESTIONS))
ALL = [dict(zip((question.name for question in choice.QUESTIONS), answers, strict=True)) for answers in EVERY]
NEW = [answers for answers in ALL if answers["today"] == "new" and answers["wish"] == "none"]


def test_every_answer_has_a_recommendation_with_reasons():
    for answers in ALL:
        told = recommend(**answers)
        assert told.engine in (choice.VALKEY, choice.MEMCACHED)
        assert told.reasons and all(reasons for reasons in told.against.values())
        assert set(told.rows) <= duel.USUAL.keys()
        assert set(told.against) | {told.engine} >= {choice.VALKEY, choice.REDIS} or (
            told.engine == choice.MEMCACHED
        )


def test_valkey_for_almost_everything_new():
    engines = Counter(recommend(**answers).engine for answers in NEW)
    assert engines[choice.VALKEY] > 0.95 * len(NEW)
    assert engines[choice.MEMCACHED] > 0


@pytest.mark.parametrize(
    "answers",
    [
        {"today": "memcached"},
        {"today": "memcached", "load": "many", "rhythm": "spiky"},
        {"load": "cores"},
        {"load": "cores", "rhythm": "spiky"},
    ],
)
def test_memcached_wins_where_plain_values_may_be_lost(answers):
    assert recommend(**answers).engine == choice.MEMCACHED


@pytest.mark.parametrize(
    ("needs", "row"),
    [
        ({"holds": "structures"}, "updates"),
        ({"holds": "messages"}, "messages"),
        ({"loss": "little"}, "lost node"),
        ({"loss": "nothing"}, "restart"),
        ({"doors": "users"}, "access"),
    ],
)
def test_a_need_that_memcached_lacks_rules_it_out_and_names_the_row(needs, row):
    for answers in ALL:
        told = recommend(**answers | needs)
        assert told.engine == choice.VALKEY
        assert row in [reason.row for reason in told.against[choice.MEMCACHED]]


def test_asking_for_more_never_leads_back_to_memcached():
    for answers in ALL:
        if recommend(**answers).engine == choice.VALKEY and answers["load"] != "cores":
            for more in ({"holds": "structures"}, {"loss": "little"}, {"doors": "users"}):
                assert recommend(**answers | more).engine == choice.VALKEY


def test_the_wish_changes_what_is_said_and_not_what_is_recommended():
    for answers in ALL:
        told, plain = recommend(**answers), recommend(**answers | {"wish": "none"})
        assert (told.engine, told.form, told.reasons) == (plain.engine, plain.form, plain.reasons)
        wished = choice._ASKED["wish"].answers[answers["wish"]]
        assert bool(told.objection) == (answers["wish"] != "none" and wished != told.engine)
        assert not told.objection or told.objection.startswith(f"You would take {wished}")


def test_what_may_never_be_lost_is_called_a_database():
    told = recommend(loss="nothing")
    assert "no cache" in told.caution and "Durability" in told.form


def test_forms():
    assert recommend(rhythm="spiky").form == "serverless"
    assert recommend(load="many").form == "node-based, cluster mode"
    assert recommend(loss="little").form == "node-based, a replica in another zone, Multi-AZ"
    assert "hashes consistently" in recommend(today="memcached").form
    assert "serverless" not in recommend(load="cores", rhythm="spiky").form


def test_a_form_says_what_it_asks_of_clients():
    assert "cluster client" in recommend(rhythm="spiky").caution
    assert "share a slot" in recommend(load="many").caution
    assert recommend().caution == "" and recommend(today="memcached", rhythm="spiky").caution == ""


def test_left_out_is_the_first_answer_and_nonsense_is_refused():
    assert recommend() == recommend(**ALL[0])
    with pytest.raises(ValueError, match="no question is called 'color'; there are holds, loss"):
        recommend(color="red")
    with pytest.raises(ValueError, match="loss='some': choose one of all, little, nothing"):
        recommend(loss="some")


def test_reads_as_text():
    text = str(recommend(holds="structures", wish="memcached"))
    assert text.startswith("Valkey, node-based.\n  + Rankings")
    assert "  - Memcached: A ranking or a queue is one command in Valkey" in text
    assert "[row “updates” of your table]" in text
    assert "You would take Memcached. Before you do, weigh this: " in text
