"""What the tests of the engines share."""

import sys

import pytest

from cachelab import engines
from tests.oracle.kernels import Kernels


def module(name: str):
    """A module of cachelab.engines; three of their names are functions' names in the package."""
    return sys.modules[f"cachelab.engines.{name}"]


@pytest.fixture(scope="session")
def empty(tmp_path_factory):
    """An empty data directory: servers copied from it start faster than those that make their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("CACHELAB_DATABASE_URL", raising=False)
        patch.setenv("CACHELAB_CACHE", str(tmp_path_factory.mktemp("templates")))
        return module("postgres").template("empty")


@pytest.fixture
def alone(monkeypatch):
    """No address given from outside, no engine at the start, and none at the end."""
    for variable in ("CACHELAB_VALKEY_URL", "CACHELAB_MEMCACHED", "CACHELAB_DATABASE_URL", "CACHELAB_CACHE"):
        monkeypatch.delenv(variable, raising=False)
    engines.stop_all()
    yield
    engines.stop_all()


@pytest.fixture
def kernels(empty):
    """Start programs that use engines as a notebook's kernel does, and look for what they leave behind."""
    kernels = Kernels(empty)
    yield kernels
    kernels.close()
