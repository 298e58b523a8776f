"""The same seed is the same run, to the last digit: in other processes, and beside busy loops."""

import os
import subprocess
import sys
import time
from pathlib import Path

from tests.pure.virtual.day import day

ROOT = Path(__file__).parents[3]


def elsewhere(*arguments: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.pure.virtual.day", *arguments],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_two_processes_one_beside_busy_loops_and_this_one_have_one_log():
    every_core = range(os.cpu_count())
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in every_core]
    try:
        runs = [elsewhere("1"), elsewhere("1", "busy"), elsewhere("2")]
        ended = [run.communicate() for run in runs]
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()
    assert [error for _, error in ended] == ["", "", ""]
    one, busy, other = [out.splitlines() for out, _ in ended]
    here = [str(line) for line in day(1)]
    assert one == busy == here
    assert other[0] != one[0]


def test_the_day_is_eventful():
    began = time.perf_counter()
    _, ended, told = day(1)
    assert 12 <= ended < 30 and time.perf_counter() - began < 3600
    assert "answered" in told
