"""What a module orders, in an account in a box."""

import types

import pytest

from cachelab import cloud, day
from cachelab.day.ordered import network
from tests.oracle.capstone.wrong import REFERENCE, WRONG

ORDERS = {name: wrong for name, wrong in WRONG.items() if all("the order" in line for line in wrong.fails)}


@pytest.fixture(scope="module")
def aws():
    with cloud.account(provisioning_time=0) as account:
        network(account)
        yield account


def ordered(aws, source: str, name: str) -> day.Score:
    module = types.ModuleType("product_service")
    exec(source.replace('"shop"', repr(name)), vars(module))
    elasticache = aws.client("elasticache")
    return day.judge_order(elasticache, module.order(elasticache))


def test_the_reference_orders_what_the_shop_needs(aws):
    score = ordered(aws, REFERENCE, "shop")
    assert score.failed == [] and len(score.lines) == 7
    usd = score.lines[-1]
    assert usd.value < usd.limit / 2


@pytest.mark.parametrize("name", ORDERS)
def test_a_wrong_order_fails_its_line_and_no_other(aws, name):
    score = ordered(aws, ORDERS[name].source, name.replace("_", "-"))
    assert {line.name for line in score.failed} == ORDERS[name].fails


def test_each_line_is_failed_by_some_order():
    assert len(set().union(*(wrong.fails for wrong in ORDERS.values()))) == 7
