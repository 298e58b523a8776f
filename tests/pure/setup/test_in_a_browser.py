"""What the course needs of its libraries where there is neither a process nor a compiled package."""

import subprocess
import sys

import pytest

from cachelab import engines, shop

# In a process of its own, for what is imported here stays.
BARE = """
import importlib, os, sys

MISSING = {"boto3", "botocore", "lupa", "moto", "numpy", "psutil", "psycopg"}
del os.fork

class Missing:
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in MISSING:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing)
for floor in ("engines", "races", "virtual", "shop", "checks", "widgets", "widgets.memory", "widgets.hot"):
    importlib.import_module(f"cachelab.{floor}")
"""


def test_the_floors_are_imported_without_what_a_browser_has_not():
    ran = subprocess.run([sys.executable, "-c", BARE], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def test_a_database_that_cannot_be_there_says_so(monkeypatch):
    monkeypatch.setattr(engines, "_current", {})
    monkeypatch.setattr(sys, "platform", "emscripten")
    monkeypatch.delenv("CACHELAB_DATABASE_URL", raising=False)
    server = shop.server()
    assert not server.is_real and "a browser cannot run one" in server.badge
    with pytest.raises(engines.EngineError, match="On your own computer"):
        shop.connect()
