"""A pytest plugin: what nbval's runs put out is looked at, and kept for the site's tests.

The verdict of every check is the one that belongs there: an exercise as it is given is not attempted, a
solution is correct. A notebook that ran is written to the folder CACHELAB_EXECUTED, if there is one.
"""

import os
import re
from pathlib import Path

import nbformat
import pytest
from nbval.plugin import IPyNbCell

EXECUTED = "CACHELAB_EXECUTED"
VERDICTS = {"exercises": "not attempted", "solutions": "correct"}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    yield
    if not isinstance(item, IPyNbCell):
        return
    item.cell.outputs = item.test_outputs
    if item.cell.get("id", "").startswith("check-"):
        said = [output.get("data", {}).get("text/plain", "") for output in item.test_outputs]
        title, wanted = (said or [""])[-1].partition("\n")[0], VERDICTS[item.path.parent.name]
        assert re.search(rf"\b{wanted}$", title), f"{item.cell.id} says {title!r}, not {wanted!r}"


def pytest_runtest_makereport(item, call):
    if call.excinfo:
        item.parent.failed = True


def pytest_runtest_teardown(item, nextitem):
    last = nextitem is None or nextitem.parent is not item.parent
    if (
        last
        and isinstance(item, IPyNbCell)
        and os.environ.get(EXECUTED)
        and not hasattr(item.parent, "failed")
    ):
        folder = Path(os.environ[EXECUTED], item.path.parent.name)
        folder.mkdir(parents=True, exist_ok=True)
        nbformat.write(item.parent.nb, folder / item.path.name)
