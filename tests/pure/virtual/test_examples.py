"""The examples in the docstrings run, and say what they say."""

import doctest
import importlib
import pkgutil

import pytest

from cachelab import virtual

MODULES = [
    "cachelab.virtual",
    *(f"cachelab.virtual.{m.name}" for m in pkgutil.iter_modules(virtual.__path__)),
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    assert doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS).failed == 0


def test_there_are_examples():
    finder = doctest.DocTestFinder()
    counts = {
        name: sum(bool(t.examples) for t in finder.find(importlib.import_module(name))) for name in MODULES
    }
    assert sum(counts.values()) >= 6
