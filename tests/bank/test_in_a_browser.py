"""Answers whose checks run in Pyodide, where there is neither a process, a thread, a server nor numpy.

A few of those that could fail there for a reason of their own; `python -m tools.lite bank` runs all.
"""

import pytest

from tools import lite

ANSWERS = [
    "01_2/never_returns",  # nothing but the check's own clock ends it
    "01_2/right_with_a_branch",
    "02_1/right_with_a_script",  # the stand-in runs Lua
    "04_3/swallows_the_databases_error",  # the database's error without psycopg
    "05_1/right_played",
    "05_2/right_lease_in_lua",  # the explorer runs Lua
    "06_3/right_as_given",  # traces and Valkey's model without numpy; a stand-in cannot be full
]


def test_answers_get_their_verdicts_in_pyodide():
    try:
        assert lite.bank(ANSWERS) == ""
    except lite.NoPyodide as why:
        pytest.skip(f"no Pyodide here: {why}")
