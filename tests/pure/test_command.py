"""The `cachelab` command on files of one's own."""

from functools import partial

import pytest

from cachelab import day
from cachelab.command import main
from tests.oracle.capstone.wrong import REFERENCE, SEED

SHOP = """
from prices import KEY

def reader(cache, db):
    value = cache.get(KEY)
    if value is None:
        value = db.read()
        cache.set(KEY, value, ex=60)
    return value

def writer(cache, db):
    db.write()
    cache.delete(KEY)

if __name__ == "__main__":
    raise SystemExit("a program, too")
"""


@pytest.fixture
def shop(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(".")  # so that what the command adds is gone afterwards
    (tmp_path / "prices.py").write_text('KEY = "price"\n')
    (tmp_path / "shop.py").write_text(SHOP)
    return tmp_path / "shop.py"


def test_functions_of_a_file_are_run_in_every_order(shop, capsys):
    assert main(["explore", f"{shop}:reader,writer"]) == 1
    assert "1 of 10" in capsys.readouterr().out
    assert main(["explore", f"{shop}:writer,writer", "--probe", "reader"]) == 0


def test_faults_are_named(shop, capsys):
    assert main(["explore", f"{shop}:reader,reader", "--fault", "expire", "--fault", "crash"]) in (0, 1)
    capsys.readouterr()
    assert main(["explore", f"{shop}:reader,writer", "--fault", "flood"]) == 2
    assert "no fault flood; there are" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("{}", "write FILE:reader,writer"),
        ("{}:", "write FILE:reader,writer"),
        ("{}x:reader", "there is no file"),
        ("{}:buyer,writer", "has no function 'buyer'; it has reader, writer"),
        ("{}:KEY", "has no function 'KEY'"),
    ],
)
def test_what_cannot_be_explored_is_said_in_a_line(shop, target, said, capsys):
    assert main(["explore", target.format(shop)]) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1


def test_a_file_that_fails_is_said_with_its_error(shop, capsys):
    shop.write_text("1 / 0\n")
    assert main(["explore", f"{shop}:reader"]) == 2
    assert "ZeroDivisionError: division by zero" in capsys.readouterr().err


def test_ready_names_the_lessons_there_are(capsys):
    assert main(["ready", "99"]) == 2
    assert "no lesson 99; there are 00, 01" in capsys.readouterr().err


def test_a_file_is_no_folder_for_the_course(shop, capsys):
    assert main(["lab", str(shop)]) == 2
    assert "is a file. Name a folder" in capsys.readouterr().err


@pytest.mark.filterwarnings("ignore:Call to 'set'")
@pytest.mark.parametrize(("source", "code"), [(REFERENCE, 0), (SEED, 1)], ids=["reference", "seed"])
def test_a_module_is_judged_by_the_day(source, code, tmp_path, monkeypatch, capsys):
    names = ("an ordinary hour", "a new release", "the late reader")  # one of each level
    few = [incident for incident in day.INCIDENTS if incident.name in names]
    monkeypatch.setattr(day, "judge", partial(day.judge, incidents=few))
    (tmp_path / "service.py").write_text(source)
    assert main(["day", str(tmp_path / "service.py")]) == code
    out = capsys.readouterr().out
    assert "the late reader" in out and ("FAILED" in out) == bool(code)
    assert ("The order is not judged here; gold takes that, too" in out) == (not code)


def test_what_is_no_module_and_no_record_is_said_in_a_line(shop, tmp_path, capsys):
    (tmp_path / "record.json").write_text("[]")
    for file, said in (
        ("nowhere.py", "there is no file"),
        (str(shop.with_name("prices.py")), "has no connect, get_product, change_price"),
        (str(tmp_path / "record.json"), "is no record of the capstone"),
    ):
        assert main(["day", file]) == 2
        error = capsys.readouterr().err
        assert said in error and error.count("\n") == 1


def test_a_reset_leaves_neither_what_was_built_nor_what_was_half_built(tmp_path, monkeypatch):
    """Who builds the shop's database and is killed leaves a draft, of as many megabytes."""
    for name in ("CACHELAB_PROGRESS", "CACHELAB_EXERCISES"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.delenv("CACHELAB_CLASS", raising=False)
    cache = tmp_path / "cache"
    monkeypatch.setattr("cachelab.engines.folders.cache_folder", lambda: cache)
    for name in ("shop-1-postgresql-18-x86_64", ".shop-1-draft", "others"):
        (cache / name / "data").mkdir(parents=True)
    assert main(["reset", str(tmp_path / "course")]) == 0
    assert [path.name for path in cache.iterdir()] == ["others"]
