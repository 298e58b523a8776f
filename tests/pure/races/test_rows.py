"""A value made of two rows of the database: what is stale, torn, locked, and by which version."""

import uuid

import pytest

from cachelab import races
from tests.oracle.compare import same

PAGE = "page:7"
ROWS = ("price", "stock")

pytestmark = pytest.mark.filterwarnings("ignore:Call to 'set' method with experimental")


def of_one_moment(db):
    return " ".join(db.read_rows("price", "stock"))


def one_by_one(db):
    return f"{db.row('price').read()} {db.row('stock').read()}"


def plain(ask):
    def reader(cache, db):
        if (page := cache.get(PAGE)) is None:
            cache.set(PAGE, page := ask(db), ex=60)
        return page

    return reader


def leased(cache, db):
    mark = f"lease {uuid.uuid4().hex}"
    found = cache.set(PAGE, mark, nx=True, get=True, px=60_000)
    if found is not None and not found.startswith("lease "):
        return found
    page = one_by_one(db)
    if found is None:
        cache.set(PAGE, page, ifeq=mark, ex=300)
    return page


def leased_for_the_second_row(cache, db):
    if (found := cache.get(PAGE)) is not None and not found.startswith("lease "):
        return found
    price, mark = db.row("price").read(), f"lease {uuid.uuid4().hex}"
    found = cache.set(PAGE, mark, nx=True, get=True, px=60_000)
    page = f"{price} {db.row('stock').read()}"
    if found is None:
        cache.set(PAGE, page, ifeq=mark, ex=300)
    return page


def prices(cache, db):
    db.row("price").write()
    cache.delete(PAGE)


def sells(cache, db):
    db.row("stock").write()
    cache.delete(PAGE)


def sells_and_forgets(cache, db):
    db.row("stock").write()


def both(cache, db):
    with db.transaction():
        db.row("price").write()
        db.row("stock").write()
    cache.delete(PAGE)


def both_the_other_way(cache, db):
    with db.transaction():
        db.row("stock").write()
        db.row("price").write()
    cache.delete(PAGE)


def test_a_lease_covers_two_rows_if_it_is_taken_before_the_first_is_read():
    for writers in ([prices], [sells], [both]):
        assert same([leased, *writers], rows=ROWS).verdict[0] == "."
    report = same([leased_for_the_second_row, prices], rows=ROWS)
    assert report.kind == "t" and report.violation[-1].stale == (PAGE,)
    assert [step.call for step in report.violation if step.committed] == ["db.row('price').write()"]
    assert same([leased_for_the_second_row, sells], rows=ROWS).verdict[0] == "."
    assert "database rows price and stock" in str(report.bounds)


def test_the_row_whose_writer_forgets_to_delete_leaves_an_old_page():
    report = same([leased, sells_and_forgets], rows=ROWS)
    assert report.kind == "t" and report.violation[-1].db == "price0 stock1"


@pytest.mark.parametrize("fault", ["crash", "lost_call", "replica_lag", "old_snapshot"])
def test_two_rows_are_explored_as_every_schedule_one_by_one_would(fault):
    same([plain(of_one_moment), both], fault=fault, rows=ROWS)


def test_what_two_statements_read_may_never_have_been_there_together():
    torn = same([lambda cache, db: one_by_one(db), both], rows=ROWS)
    assert torn.verdict == ".d" and torn.violation[-1].returned == "price0 stock1"
    assert same([lambda cache, db: of_one_moment(db), both], rows=ROWS).verdict == "."


def test_a_write_locks_its_own_row_only_and_two_that_wait_for_each_other_are_told():
    same([both, sells], probe=plain(of_one_moment), rows=ROWS)
    crossed = races.explore([plain(of_one_moment), both, both_the_other_way])
    assert "K" in crossed.violations


def test_a_rows_version_is_that_of_its_own_last_commit():
    def fenced(cache, db):
        stock, version = db.row("stock").read_versioned()
        return bool(db.row("stock").write_if(version))

    fine = {"written": lambda cache, db, results: True in results}
    assert races.explore([fenced, prices], rules=fine).ok
    alone = {"all": lambda cache, db, results: None not in results and False not in results}
    report = races.explore([fenced, fenced], rules=alone)
    assert report.violation[-1].result == "refused"


def test_a_replica_has_rows_too_and_a_row_is_called_by_a_word():
    def reader(cache, db):
        return f"{db.replica.row('price').read()} {db.replica.read_rows('stock')[0]}"

    report = races.explore([reader, prices], fault="replica_lag")
    assert not report.fresh
    for name in ("", "two words", 7):
        with pytest.raises(races.NotModelled, match="its name is a word"):
            races.explore([lambda cache, db, name=name: db.row(name).read()])
    with pytest.raises(races.NotModelled, match="give it their names"):
        races.explore([lambda cache, db: db.read_rows()])
