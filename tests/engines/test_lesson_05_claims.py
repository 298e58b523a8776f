"""What lesson 05 says of its module, on real servers: tests/oracle/invalidation_drill.py."""

import pytest

from cachelab import engines, shop
from cachelab.engines.valkey import find_server
from tests.oracle.invalidation_drill import Drill, module

pytestmark = pytest.mark.skipif(find_server() is None, reason="needs real servers")


def test_no_stale_answer_but_after_the_failover_and_then_none_beyond_gap_and_ttl():
    counted = Drill(4).run()
    assert counted.errors == []
    assert counted.stale == 0, counted
    assert counted.reads > 0 < counted.updates
    assert counted.queued == 0


def test_the_drill_notices_a_key_version_that_is_not_deleted():
    counted = Drill(4, failover=False, ALIVE=("v2",)).run()
    assert counted.errors == []
    assert counted.stale > 0, "v1's readers are served what nobody deleted"


def test_within_somebody_else_s_transaction_the_delete_comes_too_early_and_the_worker_finds_nothing():
    sql, other, server = shop.connect().connection, shop.connect(), engines.ValkeyServer()
    sql.execute("CREATE TEMP TABLE to_forget (id bigserial, user_id int)")
    names, cache = module("v1"), server.client()

    def update_without_the_delete(city):
        sql.execute("UPDATE users SET city = %s WHERE user_id = 7", [city])
        sql.execute("INSERT INTO to_forget (user_id) VALUES (7)")

    for update, stale in (
        (lambda: names["update_user"](7, "Quito", cache, sql), True),
        (lambda: update_without_the_delete("Turin"), False),
    ):
        cache.delete("user:v1:7", "user:v2:7")
        with sql.transaction():
            update()
            names["get_user"](7, cache, other)  # another request misses, and fills what is committed
        names["catch_up"](cache, sql)
        assert (names["get_user"](7, cache, other) != other.get_user(7)) is stale
    sql.close(), other.close(), server.stop()
