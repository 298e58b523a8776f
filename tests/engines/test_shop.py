"""The shop on the real PostgreSQL: its data, its queries against a naive recomputation, and its outages."""

import os
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cachelab import engines, shop
from cachelab.engines.postgres import URL_VARIABLE, PostgresServer
from cachelab.shop import build as build_module
from cachelab.shop import postgres
from cachelab.shop.build import Size, build, fingerprint
from cachelab.shop.distance import at_distance
from cachelab.shop.progress import ProgressLine
from cachelab.shop.queries import Database
from tests.oracle.depth import examples

SMALL = Size(users=2_000, products=300, orders=5_000)
TINY = Size(users=40, products=20, orders=60)
TINY_DIGESTS = {
    "users": "f75a8ea99d328044273263e04cef046f",
    "products": "240607b832c2e54300cdcb469aeae400",
    "orders": "f9f552f056039195057abc7b46f6eeab",
    "order_lines": "5d2d816a83a1dce4cd6a850086074f3d",
    "reviews": "851371589d642ff5714bfc4ae3ea85f8",
}
TABLES = ("users", "products", "orders", "order_lines", "reviews")


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """Starts small shops whose data directories are built in a cache folder of this module's own."""
    cache = tmp_path_factory.mktemp("cache")

    def start(size):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("CACHELAB_CACHE", str(cache))
            return shop.start(size)

    return start


@pytest.fixture(scope="module")
def server(start):
    """A small shop. Its rows are for reading; a test that changes one changes it back."""
    server = start(SMALL)
    yield server
    server.stop()


@pytest.fixture
def db(server):
    with Database(at_distance(server)) as db:
        yield db


@pytest.fixture(scope="module")
def tables(server):
    """All rows of the small shop, as dicts."""
    with Database(at_distance(server)) as db:
        return {table: db.rows(f"SELECT * FROM {table}") for table in TABLES}


@pytest.fixture
def own_server(start):
    """A tiny shop for one test alone, which may break it."""
    server = start(TINY)
    yield server
    server.stop()


def contents(connection) -> dict[str, str]:
    """A digest of each table, whatever order its rows are stored in."""
    connection.execute("SET timezone = 'UTC'")
    return {
        table: connection.execute(
            f"""SELECT md5(string_agg(line, E'\n' ORDER BY line COLLATE "C"))
                FROM (SELECT {table}::text AS line FROM cachelab.{table})"""
        ).fetchone()[0]
        for table in TABLES
    }


# The data


def test_the_course_s_own_shop_is_as_large_as_it_says():
    """The one test at full size; it finds the template that the lessons use, or builds it."""
    server = shop.start()
    with server.client() as connection:
        rows = {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES}
        top = connection.execute(
            "SELECT count(*) FROM order_lines GROUP BY product_id ORDER BY 1 DESC LIMIT 100"
        ).fetchall()
    server.stop()
    assert (rows["users"], rows["products"], rows["orders"]) == (100_000, 10_000, 200_000)
    assert 480_000 < rows["order_lines"] < 550_000
    assert 40_000 < rows["reviews"] < 60_000
    assert sum(n for (n,) in top) > 0.33 * rows["order_lines"], "a hundredth of the products: a third of it"


def test_every_build_holds_the_same_rows(own_server):
    again = PostgresServer()
    with again.client() as connection, own_server.client() as other:
        build(connection, TINY)
        digests = contents(connection)
        assert digests == contents(other)
    again.stop()
    # The same on every machine, so that a lesson may name a user. Change this together with the SQL.
    assert digests == TINY_DIGESTS


def test_sales_are_skewed(tables):
    for column, table, size, least in (
        ("product_id", "order_lines", SMALL.products, 0.6),
        ("user_id", "orders", SMALL.users, 0.4),
    ):
        counts = sorted(Counter(row[column] for row in tables[table]).values(), reverse=True)
        share = sum(counts[: size // 5]) / sum(counts)
        assert share > least, f"the top fifth by {column} has {share:.0%}"
        assert counts[0] > 10 * sum(counts) / size, "and the first of all stands out"


def test_rows_refer_to_each_other_and_read_like_a_shop(tables):
    assert len({user["email"] for user in tables["users"]}) == SMALL.users
    assert all(user["email"].isascii() and user["email"].endswith("@example.com") for user in tables["users"])
    assert len({product["name"] for product in tables["products"]}) == SMALL.products
    assert all("\n" not in row["description"] and row["price"] > 0 for row in tables["products"])
    ordered = {row["order_id"]: row for row in tables["orders"]}
    assert {line["order_id"] for line in tables["order_lines"]} == set(ordered), "no order is empty"
    signed_up = {user["user_id"]: user["created_at"] for user in tables["users"]}
    assert all(signed_up[order["user_id"]] < order["ordered_at"] for order in tables["orders"])
    bought = {(ordered[line["order_id"]]["user_id"], line["product_id"]) for line in tables["order_lines"]}
    assert all((review["user_id"], review["product_id"]) in bought for review in tables["reviews"])
    today = datetime(2026, 7, 1, tzinfo=UTC)
    assert all(row["created_at"] < today for row in tables["reviews"])
    assert all(row["ordered_at"] < today for row in tables["orders"])


@given(st.builds(Size, st.integers(1, 30), st.integers(1, 30), st.integers(1, 30)))
@settings(max_examples=examples(8), deadline=None)
def test_a_shop_of_any_size_can_be_built(empty_server, size):
    with empty_server.client() as connection:
        connection.execute("DROP SCHEMA IF EXISTS cachelab CASCADE")
        build(connection, size)
        assert connection.execute("SELECT count(*) FROM orders").fetchone() == (size.orders,)


@pytest.fixture(scope="module")
def empty_server():
    server = PostgresServer()
    yield server
    server.stop()


def test_impossible_sizes_are_refused():
    with pytest.raises(ValueError, match="orders=0"):
        Size(orders=0)
    with pytest.raises(ValueError, match="46080"):
        Size(products=50_000)


def test_a_failed_build_leaves_nothing(empty_server, capsys):
    with empty_server.client() as connection:
        connection.execute("DROP SCHEMA IF EXISTS cachelab CASCADE")
        connection.execute("SET statement_timeout = '5ms'")
        with pytest.raises(psycopg.errors.QueryCanceled):
            build(connection, Size(100_000, 10, 10))
        assert connection.execute("SELECT to_regnamespace('cachelab')").fetchone() == (None,)
    assert "failed after" in capsys.readouterr().out


# The queries


def test_get_user(db, tables):
    for user in tables["users"][::97]:
        assert db.get_user(user["user_id"]) == user
    user = db.get_user(42)
    assert isinstance(user["created_at"], datetime) and user["created_at"].utcoffset() == timedelta(0)
    assert db.get_user(SMALL.users + 1) is None
    assert db.get_user(10**12) is None


@pytest.mark.parametrize("call", [lambda db: db.get_user("42"), lambda db: db.product_page(None)])
def test_identifiers_are_whole_numbers(db, call):
    with pytest.raises(TypeError, match="_id=.*whole number"):
        call(db)


def test_product_page(db, tables):
    lines, reviews = defaultdict(list), defaultdict(list)
    for line in tables["order_lines"]:
        lines[line["product_id"]].append(line)
    for review in tables["reviews"]:
        reviews[review["product_id"]].append(review)
    baskets = defaultdict(set)
    for line in tables["order_lines"]:
        baskets[line["order_id"]].add(line["product_id"])
    names = {user["user_id"]: user["name"] for user in tables["users"]}
    products = {product["product_id"]: product for product in tables["products"]}
    by_sales = sorted(products, key=lambda product_id: -len(lines[product_id]))
    without_reviews = next(product_id for product_id in products if not reviews[product_id])

    for product_id in (*by_sales[:2], by_sales[150], by_sales[-1], without_reviews):
        page = db.product_page(product_id)
        product, own = products[product_id], reviews[product_id]
        for column in ("product_id", "name", "category", "description", "price", "stock"):
            assert page[column] == product[column]
        assert page["reviews"] == len(own)
        if own:
            mean = statistics.mean(review["rating"] for review in own)
            assert page["rating"] == pytest.approx(mean, abs=0.006)
        else:
            assert page["rating"] is None
        latest = sorted(own, key=lambda review: (review["created_at"], review["review_id"]), reverse=True)[:3]
        assert [(r["reviewer"], r["title"], r["created_at"]) for r in page["latest_reviews"]] == [
            (names[r["user_id"]], r["title"], r["created_at"]) for r in latest
        ]
        recent = sorted((line["order_id"] for line in lines[product_id]), reverse=True)[:200]
        together = Counter(other for order_id in recent for other in baskets[order_id] - {product_id})
        expected = sorted(together.items(), key=lambda item: (-item[1], item[0]))[:4]
        assert [(other["product_id"], other["times"]) for other in page["also_bought"]] == expected
    assert db.product_page(SMALL.products + 1) is None


def test_order_history(db, tables):
    orders, lines = defaultdict(list), defaultdict(list)
    for order in tables["orders"]:
        orders[order["user_id"]].append(order)
    for line in tables["order_lines"]:
        lines[line["order_id"]].append(line)
    names = {product["product_id"]: product["name"] for product in tables["products"]}
    best = max(orders, key=lambda user_id: len(orders[user_id]))
    for user_id in (best, *list(orders)[:20]):
        newest_first = sorted(orders[user_id], key=lambda o: (o["ordered_at"], o["order_id"]), reverse=True)
        for page in (1, 2, 3):
            expected = [
                {
                    "order_id": order["order_id"],
                    "ordered_at": order["ordered_at"],
                    "status": order["status"],
                    "items": sum(line["quantity"] for line in lines[order["order_id"]]),
                    "total": sum(line["quantity"] * line["unit_price"] for line in lines[order["order_id"]]),
                    "products": [
                        names[line["product_id"]]
                        for line in sorted(lines[order["order_id"]], key=lambda line: line["product_id"])
                    ],
                }
                for order in newest_first[(page - 1) * 5 : page * 5]
            ]
            assert db.order_history(user_id, page=page, per_page=5) == expected
    assert len(orders[best]) > 5, "the second page was worth asking for"
    with pytest.raises(ValueError, match="page=0"):
        db.order_history(best, page=0)


@pytest.mark.parametrize(("days", "category", "limit"), [(90, None, 10), (30, "Kitchen", 3), (800, None, 7)])
def test_top_products(db, tables, days, category, limit):
    orders = {order["order_id"]: order for order in tables["orders"]}
    products = {product["product_id"]: product for product in tables["products"]}
    since = max(order["ordered_at"] for order in tables["orders"]) - timedelta(days=days)
    sold = defaultdict(list)
    for line in tables["order_lines"]:
        wanted = category in (None, products[line["product_id"]]["category"])
        if wanted and orders[line["order_id"]]["ordered_at"] > since:
            sold[line["product_id"]].append(line)
    expected = [
        {
            "product_id": product_id,
            "name": products[product_id]["name"],
            "category": products[product_id]["category"],
            "orders": len(lines),
            "customers": len({orders[line["order_id"]]["user_id"] for line in lines}),
            "units": sum(line["quantity"] for line in lines),
            "revenue": sum(line["quantity"] * line["unit_price"] for line in lines),
        }
        for product_id, lines in sold.items()
    ]
    expected.sort(key=lambda row: (-row["revenue"], row["product_id"]))
    assert db.top_products(days=days, category=category, limit=limit) == expected[:limit]


def test_update_user(db):
    before = db.get_user(7)
    try:
        after = db.update_user(7, city="Reykjavík", country="IS", loyalty_points=12)
        assert after == {**before, "city": "Reykjavík", "country": "IS", "loyalty_points": 12}
        assert db.get_user(7) == after
    finally:
        db.update_user(7, **{column: before[column] for column in shop.UPDATABLE})
    assert db.get_user(7) == before
    assert db.update_user(SMALL.users + 1, city="Nowhere") is None


@given(st.text(min_size=1).filter(lambda name: name not in shop.UPDATABLE))
@settings(max_examples=examples(30), deadline=None)
def test_update_user_takes_no_other_column_and_no_sql(server, name):
    with Database(at_distance(server)) as db:
        with pytest.raises(ValueError, match="cannot be changed.*loyalty_points"):
            db.update_user(7, **{name: 1})
        assert db.queries == 0, "refused before anything was sent"


def test_update_user_says_what_is_missing(db):
    with pytest.raises(ValueError, match="no column was named"):
        db.update_user(7)
    with pytest.raises(ValueError, match="created_at cannot be changed"):
        db.update_user(7, created_at=datetime.now(UTC))
    with pytest.raises(psycopg.errors.UniqueViolation):
        db.update_user(7, email=db.get_user(8)["email"])


@pytest.mark.parametrize("price", ["19.95", Decimal("19.95"), 19.95])
def test_change_price(db, price):
    before = db.product_page(3)["price"]
    try:
        assert db.change_price(3, price)["price"] == Decimal("19.95")
        assert db.product_page(3)["price"] == Decimal("19.95")
    finally:
        db.change_price(3, before)
    assert db.change_price(SMALL.products + 1, price) is None


@pytest.mark.parametrize("price", [0, -1, "free", 1_000_000, "1.999", float("nan"), float("inf"), None])
def test_impossible_prices_are_refused(db, price):
    with pytest.raises(ValueError, match="price=.*two decimals"):
        db.change_price(3, price)


# The connection


def test_queries_are_counted(db):
    assert db.queries == 0
    db.get_user(1)
    assert db.queries == 1
    db.product_page(1)
    assert db.queries == 5
    db.queries = 0
    db.product_page(SMALL.products + 1)
    assert db.queries == 1
    db.connection.execute("SELECT 1")
    assert db.queries == 1, "what does not go through a method is not counted"


def test_threads_may_share_a_connection(db, tables):
    wrong = []

    def customer(first):
        for user in tables["users"][first::199]:
            if db.get_user(user["user_id"]) != user:
                wrong.append(user)

    threads = [threading.Thread(target=customer, args=(first,)) for first in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert db.queries == sum(len(tables["users"][first::199]) for first in range(8))


def test_a_closed_connection_says_so_and_gives_its_slot_back(own_server):
    def slots():
        with own_server.client() as connection:
            query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'shop'"
            return connection.execute(query).fetchone()[0]

    with Database(at_distance(own_server)) as db:
        db.get_user(1)
        assert slots() == 1
    deadline = time.monotonic() + 60
    while slots() and time.monotonic() < deadline:
        time.sleep(0.01)  # the server process ends a moment after the client has hung up
    assert slots() == 0
    with pytest.raises(psycopg.OperationalError, match=r"closed.*shop\.connect"):
        db.get_user(1)
    assert "closed" in repr(db)


def test_the_connection_slots_can_be_used_up(own_server):
    open_ones = []
    with pytest.raises(psycopg.OperationalError, match="too many clients"):
        for _ in range(shop.MAX_CONNECTIONS + 1):
            open_ones.append(Database(at_distance(own_server)))
    assert len(open_ones) == shop.MAX_CONNECTIONS
    open_ones.pop().close()
    for db in open_ones:
        db.close()


@pytest.mark.parametrize("distance", [None, "same zone"])
def test_an_outage_raises_and_a_restart_ends_it(own_server, distance):
    db = Database(at_distance(own_server, distance))
    assert db.get_user(1)["user_id"] == 1
    db.update_user(1, city="Before")
    own_server.kill()
    for _ in range(2):
        with pytest.raises(psycopg.OperationalError):
            db.get_user(1)
    own_server.restart()
    assert db.get_user(1)["city"] == "Before", "what was committed is still there"
    own_server.stop()
    own_server.restart()
    assert db.get_user(1)["user_id"] == 1, "a restart nobody noticed"
    db.close()


def test_a_kernel_has_one_shop_until_all_engines_are_stopped(monkeypatch):
    monkeypatch.setattr(engines, "_current", {})
    monkeypatch.setattr(postgres, "FULL", TINY)
    monkeypatch.delenv(URL_VARIABLE, raising=False)
    first = shop.server()
    assert shop.server() is first and engines.postgres() is first
    with shop.connect() as db, shop.connect("same zone") as far:
        assert db.get_user(1) == far.get_user(1)
        first.kill()
        assert shop.server() is first and first.alive, "asked for again, it is restarted"
        assert db.get_user(1) == far.get_user(1)
        first.kill()
        shutil.rmtree(first.directory)  # as engines.stop_all() does
        with shop.connect() as fresh:
            assert shop.server() is not first and engines.postgres() is shop.server()
            assert fresh.get_user(1)["user_id"] == 1
    shop.server().stop()


# Distance


@pytest.mark.parametrize("label", ["same zone", "other zone", "other region"])
def test_distance_adds_at_least_its_round_trip(server, label):
    with Database(at_distance(server, label)) as far:
        added = shop.ROUND_TRIPS[label]
        assert far.distance.measured >= added
        assert f"{label} · {added * 1e3:.2f} ms added (assumed)" in str(far.distance)
        assert "empty round trip" in repr(far)
        assert far.get_user(1)["user_id"] == 1


def test_the_same_distance_goes_in_front_of_a_cache(server):
    for engine in (engines.valkey(), engines.memcached()):
        far = at_distance(engine, "other zone")
        client = far.client()
        client.set("greeting", "hello")
        assert client.get("greeting") == b"hello"
        assert far.distance.measured >= 0.001
        assert (far.host, far.port) != (engine.host, engine.port)
        assert far.pid == engine.pid and engine.badge in far.badge
        assert at_distance(far, "other zone").port == far.port, "one relay for all clients at that distance"
    same = at_distance(engine, "same host")
    assert same.port == engine.port and same.distance.added == 0


def test_unknown_distances_are_refused(server):
    with pytest.raises(ValueError, match="distance='moon'.*same zone"):
        at_distance(server, "moon")


# Built once


def test_progress_is_one_line_redrawn_and_in_a_log_one_line(monkeypatch, capsys):
    for live, lines in ((True, 1), (False, 1)):
        with ProgressLine("Building", 2) as progress:
            monkeypatch.setattr(progress, "_live", live)
            progress.step("foundations")
            progress.step("roof")
        said = capsys.readouterr().out
        assert said.count("\n") == lines and "done in" in said
        assert ("foundations" in said) == live
        if live:
            frames = said.strip("\r\n").split("\r")
            assert len({len(frame) for frame in frames[1:]}) == 1, "a shorter text covers a longer one"
            assert "[##########..........] roof" in said


BUILDER = """
import sys
from cachelab import shop
from cachelab.shop.build import Size
print(shop.template(Size(3000, 100, 30000)))
"""


def test_two_kernels_that_start_together_build_one_shop(tmp_path):
    environment = {**os.environ, "CACHELAB_CACHE": str(tmp_path)}
    builders = [
        subprocess.Popen([sys.executable, "-c", BUILDER], env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    outputs = [builder.communicate(timeout=60)[0] for builder in builders]
    assert [builder.returncode for builder in builders] == [0, 0]
    assert "".join(outputs).count("Building") == 1, "the second waited for the first"
    assert len({output.splitlines()[-1] for output in outputs}) == 1
    assert len(list(tmp_path.iterdir())) == 1, "and nothing was left lying about"


def test_an_edit_of_the_sql_makes_another_template(monkeypatch, tmp_path):
    assert fingerprint(SMALL) != fingerprint(TINY)
    before = fingerprint(TINY)
    edited = tmp_path / "indexes.sql"
    edited.write_text(build_module._FILES[-1].read_text() + "-- one more comment\n")
    monkeypatch.setattr(build_module, "_FILES", [*build_module._FILES[:-1], edited])
    assert fingerprint(TINY) != before


def test_without_a_place_to_keep_it_the_shop_is_built_in_a_temporary_one(tmp_path, monkeypatch):
    (tmp_path / "home").write_text("a file, so that no folder can be made in it")
    monkeypatch.delenv("CACHELAB_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.warns(UserWarning, match="cannot be used"):
        server = shop.start(TINY)
    with Database(at_distance(server)) as db:
        assert db.get_user(1)
    server.stop()


# A server of the learner's own


@pytest.fixture
def given(monkeypatch, empty_server):
    """CACHELAB_DATABASE_URL names a database with something in it, on a server the course did not start."""
    with empty_server.client() as connection:
        connection.execute("DROP SCHEMA IF EXISTS cachelab CASCADE")
        connection.execute("CREATE TABLE IF NOT EXISTS public.users AS SELECT 'mine' AS name")
    monkeypatch.setenv(URL_VARIABLE, empty_server.url)
    monkeypatch.setattr(postgres, "_loaded", None)
    monkeypatch.setattr(engines, "_current", {})
    monkeypatch.setattr(postgres, "FULL", TINY)
    return empty_server


def test_a_database_of_the_learner_s_own_gets_a_schema(given, capsys, monkeypatch):
    with shop.connect("same zone") as db:
        assert db.get_user(TINY.users)["user_id"] == TINY.users
        assert "a server of yours" in str(db.distance), "no distance is pretended"
    said = capsys.readouterr().out
    assert "new schema cachelab" in said and "DROP SCHEMA cachelab CASCADE" in said
    with given.client() as connection:
        assert connection.execute("SELECT name FROM public.users").fetchall() == [("mine",)]

    monkeypatch.setattr(postgres, "_loaded", None)
    with shop.connect() as db:
        assert db.get_user(1)
    assert capsys.readouterr().out == "", "the second kernel finds it there"
    with pytest.raises(engines.EngineError, match="did not start that server"):
        shop.server().kill()


@pytest.mark.parametrize(
    ("comment", "words"), [("NULL", "is not ours"), ("'cachelab shop 0123'", "the shop of another version")]
)
def test_what_is_already_there_is_never_dropped(given, comment, words):
    with given.client() as connection:
        connection.execute("CREATE SCHEMA cachelab CREATE TABLE orders (mine int)")
        connection.execute(f"COMMENT ON SCHEMA cachelab IS {comment}")
        with pytest.raises(engines.EngineError, match=f"{words}.*DROP SCHEMA cachelab CASCADE"):
            shop.connect()
        assert connection.execute("SELECT count(*) FROM cachelab.orders").fetchone() == (0,)
