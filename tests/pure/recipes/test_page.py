"""recipes/README.md does what it says: its tests run, and its command prints what stands there."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import fakeredis
import pytest

RECIPES = Path(__file__).parents[3] / "recipes"
PAGE = (RECIPES / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.M | re.S)
FILES = {block.split()[1]: block for kind, block in BLOCKS if kind == "python" and block.startswith("# ")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The example shop with the recipes beside it and the page's files in it."""
    folder = tmp_path_factory.mktemp("work") / "example_shop"
    shutil.copytree(RECIPES / "example_shop", folder, ignore=shutil.ignore_patterns("__pycache__"))
    for recipe in ("cache_aside.py", "breaker.py"):
        shutil.copy(RECIPES / recipe, folder)
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def run(folder, *arguments):
    environment = os.environ | {"PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, "-m", *arguments], cwd=folder, env=environment, text=True, capture_output=True
    )


def test_every_block_is_looked_at():
    kinds = [kind for kind, _ in BLOCKS]
    assert kinds.count("console") == 1 and set(kinds) == {"python", "console"}
    assert set(FILES) == {"mended.py", "test_races.py", "test_why_the_lease.py", "test_times.py"}
    (quoted,) = [block for kind, block in BLOCKS if kind == "python" and not block.startswith("# ")]
    assert quoted in (RECIPES / "example_shop/app.py").read_text(encoding="utf-8")


def test_the_command_prints_what_the_page_shows(folder):
    (shown,) = [block for kind, block in BLOCKS if kind == "console"]
    command, _, expected = shown.partition("\n")
    program, *arguments = command.removeprefix("$ ").split()
    done = run(folder, program, *arguments)
    assert (done.returncode, done.stdout) == (1, expected), done.stderr


def test_the_pages_tests_pass(folder):
    done = run(folder, "pytest", "-q", "-p", "no:cacheprovider", "--rootdir=.")
    assert done.returncode == 0, done.stdout
    assert "9 passed" in done.stdout


def test_they_find_a_delete_inside_the_transaction(folder, tmp_path):
    broken = shutil.copytree(folder, tmp_path / "broken")
    mended = broken / "mended.py"
    text = mended.read_text(encoding="utf-8")
    line = 'city = ? WHERE id = ?", [city, user_id])\n'
    assert text.count(line) == 1
    mended.write_text(
        text.replace(line, line + "            users.forget(user_id)\n").replace(
            "users.change(user_id, write)", "write()"
        ),
        encoding="utf-8",
    )
    done = run(broken, "pytest", "-q", "-p", "no:cacheprovider", "--rootdir=.", "-k", "None")
    assert done.returncode == 1 and "COMMIT" in done.stdout and "(stale)" in done.stdout, done.stdout


def test_the_shop_is_a_shop(folder, monkeypatch, tmp_path):
    """On a real database and no explorer: it serves, it changes, and it knows nobody."""
    monkeypatch.syspath_prepend(str(folder))
    names = ("app", "mended", "cache_aside")
    try:
        import app
        import cache_aside
        import mended

        file = tmp_path / "shop.db"
        with sqlite3.connect(file) as db:
            db.execute("CREATE TABLE users (id INTEGER PRIMARY KEY, city TEXT)")
            db.execute("INSERT INTO users VALUES (1, 'Oslo')")
        db.close()
        for functions in ((), (mended.get_user, mended.move_user)):
            cache = fakeredis.FakeRedis(server=fakeredis.FakeServer())
            given = cache_aside.CacheAside("user", cache, cache) if functions else cache
            shop = app.create_app(given, lambda: sqlite3.connect(file), *functions).test_client()
            for city in ("Lima", "Oslo"):
                assert shop.post("/users/1/city", data=city).status_code == 204
                assert [shop.get("/users/1").json for _ in range(2)] == [{"city": city}] * 2
            assert shop.get("/users/2").status_code == shop.get("/users/2").status_code == 404
    finally:
        for name in names:
            sys.modules.pop(name, None)
