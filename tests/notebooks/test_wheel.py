"""The built wheel, in a folder where nothing of the course is: its command opens the course all the same."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COURSE_ONLY = (
    "jupyterlab",
    "ipywidgets",
    "anywidget",
    "moto",
    "boto3",
    "psycopg",
    "psutil",
    "platformdirs",
    "trustme",
)
SHOP = """
def reader(cache, db):
    value = cache.get("price")
    if value is None:
        value = db.read()
        cache.set("price", value, ex=60)
    return value

def writer(cache, db):
    db.write()
    cache.delete("price")
"""
# Runs the command in a Python that lacks what only the course needs.
WITHOUT = f"""
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {COURSE_ONLY!r}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Missing())
from cachelab.command import main
sys.exit(main())
"""
AGAIN = "from cachelab.command import main; sys.exit(main(['recipes', 'work']))"


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """The wheel, built and unpacked: a folder for PYTHONPATH."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "installed")
    return folder / "installed"


@pytest.fixture
def run(installed, tmp_path):
    """Starts Python on the wheel alone, in an empty folder, which the fixture `tmp_path` is."""
    own = {
        "PYTHONPATH": str(installed),
        "HOME": str(tmp_path),
        "CACHELAB_PROGRESS": str(tmp_path / "progress.json"),
    }
    environment = {name: value for name, value in os.environ.items() if name != "CACHELAB_EXERCISES"} | own

    def run(*arguments, **options):
        return subprocess.Popen(
            [sys.executable, *arguments], cwd=tmp_path, env=environment, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, **options,
        )  # fmt: skip

    return run


def test_races_and_its_command_need_nothing_of_the_course(run, tmp_path):
    (tmp_path / "shop.py").write_text(SHOP)
    out, error = (command := run("-c", WITHOUT, "explore", "shop.py:reader,writer")).communicate()
    assert command.returncode == 1 and "1 of 10" in out, error
    out, error = (command := run("-c", WITHOUT, "lab")).communicate()
    assert command.returncode == 2 and "pip install 'cachelab[course]'" in error
    out, error = (
        command := run(
            "-c",
            WITHOUT.replace("from cachelab.command", "import cachelab.virtual\nfrom cachelab.command"),
            "explore",
            "-h",
        )
    ).communicate()
    assert command.returncode == 0, error


def test_the_recipes_come_without_the_course_and_overwrite_nothing(run, tmp_path):
    out, error = (command := run("-c", WITHOUT, "recipes", "work")).communicate()
    assert command.returncode == 0 and "5 new in work/" in out, error
    page = (tmp_path / "work/README.md").read_text(encoding="utf-8")
    assert "the course's address" in page and "](../" not in page
    mine = tmp_path / "work/breaker.py"
    mine.write_text("mine")
    used = "import sys; sys.path.append('work'); from cache_aside import CacheAside; " + AGAIN
    out, error = (command := run("-c", used)).communicate()
    assert command.returncode == 0 and "0 new" in out and mine.read_text() == "mine", error


class Http(http.client.HTTPConnection):
    """Over a Unix socket: no port that another program may take."""

    def __init__(self, path: str):
        super().__init__("localhost", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(self.path)


def listens(path: str) -> bool:
    """Its file is there a moment before anybody listens."""
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(path) == 0


def test_the_course_is_opened_in_a_folder_of_ones_own(run, tmp_path):
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        path = f"{folder}/jupyter.sock"
        options = ["--no-browser", f"--ServerApp.sock={path}", "--IdentityProvider.token="]
        lab = run("-m", "cachelab", "lab", "evening", "--", *options)
        try:
            while not listens(path):
                assert lab.poll() is None, lab.communicate()
                time.sleep(0.1)

            def get(what: str):
                connection = Http(path)
                connection.request("GET", what)
                return json.load(connection.getresponse())

            names = {row["name"] for row in get("/api/contents/my-lessons")["content"]}
            assert {"00_start_here.ipynb", "05_invalidation_races.ipynb"} <= names
            assert "04_exercises.ipynb" in {
                row["name"] for row in get("/api/contents/my-exercises")["content"]
            }
            manager = get("/lab/api/settings/@jupyter-widgets/jupyterlab-manager:plugin")
            assert manager["schema"]["properties"]["saveState"]["default"] is True
        finally:
            lab.send_signal(signal.SIGTERM)
            lab.communicate()
    assert (tmp_path / "evening/recipes/cache_aside.py").exists()
    mine = tmp_path / "evening/my-lessons/04_cache_aside.ipynb"
    mine.write_text("mine")
    again = run(
        "-c", "from pathlib import Path; from cachelab.command.lab import prepare; prepare(Path('evening'))"
    )
    assert again.wait() == 0 and mine.read_text() == "mine"


def test_a_class_finds_its_agendas_and_its_page(installed, run):
    said = run("-m", "cachelab", "class", "--agenda", "none").communicate()[1]
    assert "there are 90_minutes, 90_minutes:2, day, half_day, two_days" in said
    assert (installed / "cachelab/command/classroom/page.js").is_file()
