"""What lesson 05 says of its module, on real servers: tests/oracle/invalidation_drill.py."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest

from cachelab import engines, races, shop
from cachelab.engines.valkey import find_server
from tests.oracle.invalidation_drill import LESSON, Drill, module

pytestmark = pytest.mark.skipif(find_server() is None, reason="needs real servers")


def test_no_stale_answer_but_after_the_failover_and_then_none_beyond_gap_and_ttl():
    counted = Drill(4).run()
    assert counted.errors == []
    assert counted.stale == 0, counted
    assert counted.reads > 0 < counted.updates
    assert counted.queued == 0


def test_the_drill_notices_a_key_version_that_is_not_deleted():
    counted = Drill(4, failover=False, ALIVE=("v3",)).run()
    assert counted.errors == []
    assert counted.stale > 0, "v2's readers are served what nobody deleted"


def test_within_somebody_else_s_transaction_the_delete_comes_too_early_and_the_worker_finds_nothing():
    sql, other, server = shop.connect().connection, shop.connect(), engines.ValkeyServer()
    sql.execute("CREATE TEMP TABLE to_forget (id bigserial, user_id int)")
    names, cache = module("v2"), server.client()

    def update_without_the_delete(city):
        sql.execute("UPDATE users SET city = %s WHERE user_id = 7", [city])
        sql.execute("INSERT INTO to_forget (user_id) VALUES (7)")

    for update, stale in (
        (lambda: names["update_user"](7, "Quito", cache, sql), True),
        (lambda: update_without_the_delete("Turin"), False),
    ):
        cache.delete("user:v2:7", "user:v3:7")
        with sql.transaction():
            update()
            names["get_user"](7, cache, other)  # another request misses, and fills what is committed
        names["catch_up"](cache, sql)
        assert (names["get_user"](7, cache, other) != other.get_user(7)) is stale
    sql.close(), other.close(), server.stop()


def test_lesson_04_s_release_which_takes_no_tickets_puts_no_old_value_over_this_one_s():
    sql, other, server = shop.connect().connection, shop.connect(), engines.ValkeyServer()
    sql.execute("CREATE TEMP TABLE to_forget (id bigserial, user_id int)")
    new, old, cache = module(), module(), server.client()
    lesson = nbformat.read(Path(__file__).parents[2] / "notebooks/04_cache_aside.ipynb", as_version=4)
    [reader] = [cell.source for cell in lesson.cells if cell.id == "finished-code"]
    exec("import random\n" + reader, old)

    class Slow:
        """The row is read, then somebody moves, and only then the row is handed over."""

        def get_user(self, user_id):
            row = other.get_user(user_id)
            new["update_user"](user_id, "Quito" if row["city"] != "Quito" else "Turin", cache, sql)
            return row

    old["get_user"](7, cache, Slow())
    assert cache.ttl("user:v2:7") > 0, "the old release has filled late"
    assert new["get_user"](7, cache, other) == other.get_user(7)
    assert new["forget"](7, cache) and not cache.exists("user:v2:7", "user:v3:7")
    sql.close(), other.close(), server.stop()


def test_a_full_node_refuses_hits_and_keeps_them_while_garbage_goes():
    server, db = engines.ValkeyServer({"maxmemory-policy": "noeviction"}), shop.connect()
    names, cache = module(), server.client()
    for user_id in range(1, 21):
        names["get_user"](user_id, cache, db)
    cache.config_set("maxmemory", 1)
    assert names["get_user"](7, cache, db) == db.get_user(7)
    assert names["failures"] == {("get", "OutOfMemoryError"): 1} and cache.dbsize() == 20
    cache.config_set("maxmemory", 0)
    for garbage in (lambda: cache.set("user:v3:7", "Grace"), lambda: cache.rpush("user:v3:7", "Grace")):
        cache.delete("user:v3:7")
        garbage()
        assert names["get_user"](7, cache, db) == db.get_user(7) and not cache.exists("user:v3:7")
    db.close(), server.stop()


def test_under_the_lease_one_fills_and_all_who_miss_load():
    cells = {cell.id: cell.source for cell in nbformat.read(LESSON, as_version=4).cells}
    names: dict = {}
    exec(cells["lease-ticket"] + "\n" + cells["lease-code"], names)
    assert races.explore([names["get_user_lease"]] * 3).most_loads == 3, "it is no lock against stampedes"


@pytest.mark.parametrize(
    ("inserted", "updated", "is_filled"),
    [("1", "version + 1", False), ("nextval('user_versions')", "nextval('user_versions')", True)],
)
def test_a_row_inserted_again_is_above_its_tombstone_if_a_sequence_numbers_it(inserted, updated, is_filled):
    lesson = nbformat.read(LESSON.with_name("05b_strategies_and_faults.ipynb"), as_version=4)
    [scripts] = [cell.source for cell in lesson.cells if "BURY = " in cell.source]
    exec(scripts, names := {})
    sql, other, server = shop.connect().connection, shop.connect().connection, engines.ValkeyServer()
    cache = server.client()
    sql.execute("DROP TABLE IF EXISTS versions; DROP SEQUENCE IF EXISTS user_versions")
    sql.execute("CREATE SEQUENCE user_versions; CREATE TABLE versions (id int PRIMARY KEY, version bigint)")

    def write(session, statement):
        return session.execute(f"{statement} RETURNING version").fetchone()["version"]

    insert, update = (
        f"INSERT INTO versions VALUES (7, {inserted})",
        f"UPDATE versions SET version = {updated}",
    )
    write(sql, insert)
    with ThreadPoolExecutor() as pool:
        with sql.transaction():
            first = write(sql, update)
            waits = pool.submit(write, other, update)
            while not sql.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone():
                assert not waits.done()
            last = write(sql, update)
        assert first < last < waits.result(), "a number from before the lock"
    cache.eval(names["BURY"], 1, "user:7", waits.result())
    sql.execute("DELETE FROM versions")
    assert cache.eval(names["FILL_UNLESS_OLDER"], 1, "user:7", "Ann", write(sql, insert)) == is_filled
    sql.execute("DROP TABLE versions; DROP SEQUENCE user_versions")
    sql.close(), other.close(), server.stop()


def test_a_release_that_counts_and_one_that_asks_a_sequence_give_one_number_twice():
    sql = shop.connect().connection
    sql.execute("CREATE TEMP SEQUENCE numbers; CREATE TEMP TABLE counted (version bigint)")
    sql.execute("INSERT INTO counted VALUES (nextval('numbers'))")
    given = [
        sql.execute(f"UPDATE counted SET version = {number} RETURNING version").fetchone()["version"]
        for number in ("version + 1", "nextval('numbers')")
    ]
    assert given == [2, 2]
    sql.close()
