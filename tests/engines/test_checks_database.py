"""The checks' database says what the shop's would: the same methods, parameters, fields and types."""

import inspect
import random

import pytest
from psycopg import OperationalError

from cachelab import shop
from cachelab.checks.rig.database import Database
from cachelab.checks.rig.lab import Log

METHODS = ("get_user", "order_history", "top_products")


@pytest.fixture(scope="module")
def real():
    with shop.connect() as db:
        yield db


@pytest.fixture
def made_up():
    db = Database(Log())
    db.new_user(7)
    db.new_orders(7, 3)
    db.new_sales("Books", 12)
    return db


@pytest.mark.parametrize("method", METHODS)
def test_methods_take_the_same_arguments(real, made_up, method):
    def shape(db):
        parameters = inspect.signature(getattr(db, method)).parameters.values()
        return [(p.name, p.default, p.kind) for p in parameters]

    assert shape(made_up) == shape(real)


def test_rows_have_the_same_fields_and_types(real, made_up):
    [busiest] = real.rows("SELECT user_id FROM orders GROUP BY user_id ORDER BY count(*) DESC LIMIT 1")
    for there, here in (
        (real.get_user(42), made_up.get_user(7)),
        (real.order_history(busiest["user_id"])[0], made_up.order_history(7)[0]),
        (real.top_products(limit=1)[0], made_up.top_products()[0]),
    ):
        assert {key: type(value) for key, value in there.items()} == {
            key: type(value) for key, value in here.items()
        }


def test_time_and_money_come_as_psycopg_reads_them(real, made_up):
    assert real.get_user(42)["created_at"].tzinfo == made_up.get_user(7)["created_at"].tzinfo
    there, here = real.top_products(limit=1)[0]["revenue"], made_up.top_products()[0]["revenue"]
    assert there.as_tuple().exponent == here.as_tuple().exponent == -2


def test_who_does_not_exist_is_none_and_what_does_not_exist_is_empty(real, made_up):
    for db in (real, made_up):
        assert db.get_user(-1) is None
        assert db.order_history(-1) == [] and db.top_products(category="no such") == []


@pytest.mark.parametrize(
    "call",
    [
        lambda db: db.get_user("7"),
        lambda db: db.get_user(None),
        lambda db: db.order_history(7, page="2"),
        lambda db: db.top_products("Books", 10),
    ],
)
def test_what_is_no_number_is_refused_as_in_the_shop(call, real, made_up):
    for db in (real, made_up):
        with pytest.raises(TypeError, match="whole number"):
            call(db)


def test_pages_and_limits_cut_the_same_way(made_up):
    made_up.new_orders(8, 47)
    assert [len(made_up.order_history(8, page)) for page in (1, 2, 3, 4)] == [20, 20, 7, 0]
    assert made_up.order_history(8, 2) == made_up.order_history(8, 1, per_page=47)[20:40]
    best = made_up.top_products(limit=5)
    assert [row["revenue"] for row in best] == sorted((row["revenue"] for row in best), reverse=True)
    assert len(best) == 5


def test_rows_are_copies(made_up):
    made_up.get_user(7)["name"] = "changed"
    made_up.order_history(7)[0]["products"].clear()
    assert made_up.get_user(7)["name"] != "changed" and made_up.order_history(7)[0]["products"]


def test_every_query_is_counted_and_a_database_that_is_down_raises_as_psycopg_does(made_up):
    made_up.get_user(7)
    made_up.down = True
    with pytest.raises(OperationalError):
        made_up.get_user(7)
    assert made_up.queries == 2


def test_a_method_that_is_not_there_names_those_that_are(made_up):
    with pytest.raises(AttributeError, match="no 'query_user' here; it has get_user, order_history"):
        made_up.query_user(7)


def test_no_two_ids_are_the_same():
    """Whom a check takes for nobody would be somebody: of 371 answers one got the wrong verdict."""
    db = Database(Log())
    db._random = random.Random(1)
    known = [db.new_user()["user_id"] for _ in range(500)]
    assert len({*known, *(db.new_id() for _ in range(500))}) == 1000
