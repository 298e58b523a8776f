"""The module in the explorer: its own lines are shown; strategies that need the price or a version hold."""

import pytest

from cachelab import day
from cachelab.day import orders, seed
from cachelab.races.telling.scene import report_scene

VERSIONS = '''
import json

STORE = """
local known = redis.call('HGET', KEYS[1], 'version')
if known and tonumber(known) > tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], 'row', ARGV[1], 'version', ARGV[2])
return 1
"""


def get_product(product_id, cache, db):
    found = cache.hget(f"product:{product_id}", "row")
    if found:
        return json.loads(found)
    row = db.product(product_id)
    cache.eval(STORE, 1, f"product:{product_id}", json.dumps(row), row["version"])
    return row


def change_price(product_id, price, cache, db):
    version = db.set_price(product_id, price)
    row = {"product_id": str(product_id), "name": "product 7", "price": price, "version": str(version)}
    cache.eval(STORE, 1, f"product:{product_id}", json.dumps(row), version)
    return version
'''


def test_a_schedule_shows_the_modules_functions_once_with_their_lines():
    report = orders.explored(day.Service.read(seed.__file__), "rw")
    scene = report_scene(report, report.kind)
    assert [source["name"] for source in scene["sources"]] == ["get_product", "change_price"]
    assert {step["source"] for step in scene["steps"]} == {"get_product", "change_price"}
    of_the_database = [(step["call"], step["answer"]) for step in scene["steps"] if step["to"] == "database"]
    assert of_the_database == [("db.product(7)", "v0"), ("db.set_price(7, 'w2')", "w2")]
    assert "db.set_price(7, 'w2')" in report.table() and "(version" not in report.table()


@pytest.mark.parametrize(("fault", "holds"), [(None, True), ("evict", False)])
def test_prices_and_versions_are_those_of_the_database(fault, holds):
    """Version by version the cache only moves forward; what guards it may be evicted."""
    report = orders.explored(day.Service([("versions", VERSIONS)]), "rww", fault)
    assert report.complete and report.broken == []
    assert (report.verdict == ".") == holds
