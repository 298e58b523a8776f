"""The `cachelab` command on files of one's own."""

import pytest

from cachelab.command import main

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
