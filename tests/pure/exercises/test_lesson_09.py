"""What the exercises of lesson 09 state as given is what the course's own tables and engines say."""

import pytest

from cachelab.cloud import prices
from cachelab.cloud.facts.catalog import MEMORY
from cachelab.exercises.lesson_09 import cheapest_offer as offers


@pytest.mark.parametrize("kind", offers.NODE_TYPES, ids=lambda kind: kind.name)
def test_node_types_have_the_memory_and_the_price_of_the_tables(kind):
    assert kind.usd_hour == prices.node_hour(kind.name, "redis")
    assert kind.gb == pytest.approx(MEMORY[kind.name] / 10**9, abs=0.005)
    assert offers.nodes(kind) == pytest.approx(prices.nodes(kind.name, 2, "valkey").usd_per_month)


@pytest.mark.parametrize("load", offers.LOADS)
def test_the_serverless_bill_is_that_of_the_price_list(load):
    bill = prices.serverless("valkey", load.gb, load.rps * max(1, load.kb)).usd_per_month
    assert offers.serverless(load) == pytest.approx(bill)


def test_every_mistake_that_is_named_changes_some_answer():
    right = [offers.best(load) for load in offers.LOADS]
    for mistake, think in offers.MISTAKES:
        assert [offers.best(load, **mistake) for load in offers.LOADS] != right, think
