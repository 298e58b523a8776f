"""One set of pins, wherever they are written."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def pins(file: str) -> dict[str, str]:
    """name and marker -> version, for each `name==version` of a file."""
    text = (ROOT / file).read_text()
    found = re.findall(r"^\s*(?:- \")?([a-z0-9][\w.\[\]-]*)==([^\s\";]+)((?: ;[^\\\"]*)?)", text, re.M)
    return {name + marker.rstrip(): version for name, version, marker in found}


def test_conda_pins_what_the_lock_pins():
    assert pins("environment.yml") == pins("requirements.lock")
    assert len(pins("requirements.lock")) > 100


def test_the_tests_run_on_what_the_course_runs_on():
    course, dev = pins("requirements.lock"), pins("requirements-dev.lock")
    versions = {}
    for name, version in dev.items():
        versions.setdefault(name.split(" ;")[0], set()).add(version)
    assert not {n: v for n, v in course.items() if v not in versions.get(n.split(" ;")[0], set())}


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "requirements-lite.lock"])
def test_every_pin_is_hashed_and_no_host_is_named(lock):
    text = (ROOT / lock).read_text()
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.M)[1:]
    assert entries and all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text and "--index" not in text
