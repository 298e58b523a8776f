"""What a class costs a learner, and whether one teacher's machine bears thirty of them at once."""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from benchmarks import Row
from cachelab import questions
from cachelab.checks import classroom, exercise_ids, progress
from cachelab.command.classroom import Class
from cachelab.engines.relay import Relay

LEARNERS, LESSON = 30, "04"
# One learner, from the first guess to the last exercise, without a break. They start together, when told to.
LEARNER = f"""
import random, sys, time
from cachelab import questions
from cachelab.checks import classroom, exercise_ids, progress
classroom.status()
print("ready", flush=True), sys.stdin.readline()
for name, asked in questions.of("{LESSON}").items():
    guess = random.choice(list(asked.choices)) if asked.choices else random.randint(0, asked.of or 30)
    progress.guess("{LESSON}." + name, guess)
    progress.guess("{LESSON}." + name, guess, guess)
for id in exercise_ids("{LESSON}"):
    progress.record(id, random.choice(["incorrect", "correct"]))
print(classroom.status().state)
"""


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder, Class(_given()) as opened:
        ended = threading.Event()
        reading = threading.Thread(target=opened.serve, args=(ended,), daemon=True)
        reading.start()
        try:
            yield from alone(opened, Path(folder))
            yield from thirty(opened, Path(folder))
        finally:
            ended.set()
            reading.join()


def _given() -> argparse.Namespace:
    where = {
        "host": None,
        "port": None,
        "line": None,
        "codes": None,
        "page_host": "127.0.0.1",
        "page_port": 0,
    }
    return argparse.Namespace(lessons=[LESSON], agenda="90_minutes", **where)


def alone(opened: Class, folder: Path) -> Iterator[Row]:
    """A guess, as the learner's cell waits for it: in no class, in one, in one that swallows all."""
    line = opened.room.line
    none = guess(folder / "none.json", "")
    inside = guess(folder / "in.json", str(line))
    relay = Relay((line.host, line.port))
    relay.hang()
    silent = guess(folder / "silent.json", str(classroom.Line(relay.host, relay.port, line.password)))
    relay.close()
    detail = f"{inside * 1e3:.1f} ms; in none {none * 1e3:.1f}"
    yield Row("a guess in a class / in none", inside / none, 4, detail)
    yield Row("… in a class that does not answer / that does", silent / inside, 2, f"{silent * 1e3:.1f} ms")


def guess(kept: Path, line: str, times: int = 40) -> float:
    """Seconds that a guess takes, the middle of many."""
    os.environ |= {"CACHELAB_PROGRESS": str(kept), classroom.VARIABLE: line}
    took = []
    for number in range(times):
        start = time.perf_counter()
        progress.guess(f"{LESSON}.kill", number)
        took.append(time.perf_counter() - start)
    del os.environ["CACHELAB_PROGRESS"], os.environ[classroom.VARIABLE]
    return statistics.median(took)


def thirty(opened: Class, folder: Path) -> Iterator[Row]:
    """Thirty learners, each a process, who answer a whole lesson in one go."""
    before = len(opened.roll.here)
    server = psutil.Process(opened.room.engine.pid)
    learners = []
    for number in range(LEARNERS):
        own = {
            "CACHELAB_PROGRESS": str(folder / f"learner-{number}.json"),
            classroom.VARIABLE: str(opened.room.line),
        }
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        learner = subprocess.Popen([sys.executable, "-c", LEARNER], env=os.environ | own, **pipes)
        learners.append(learner)
    for learner in learners:
        learner.stdout.readline()
    own_before, server_before = time.process_time(), sum(server.cpu_times()[:2])
    start = time.perf_counter()
    for learner in learners:
        print(file=learner.stdin, flush=True)
    said = [learner.communicate()[0].strip() for learner in learners]
    took = time.perf_counter() - start
    everything = LEARNERS * (len(questions.of(LESSON)) + len(exercise_ids(LESSON)))
    while (told := _told(opened, before)) < everything and time.perf_counter() < start + took + 60:
        time.sleep(0.01)
    later = time.perf_counter() - start - took
    own = time.process_time() - own_before
    theirs = sum(server.cpu_times()[:2]) - server_before
    yield Row(
        f"told by {LEARNERS} learners / on the page",
        everything / told,
        1,
        f"{told} of {everything}, {opened.roll.refused} refused, {said.count('connected')} connected; "
        f"{took:.1f} s, all there {later:.2f} s later",
    )
    yield Row(
        "the class's processor time / the time it took",
        (own + theirs) / took,
        0.5,
        f"reader and page {own:.2f} s, Valkey {theirs:.2f} s, {server.memory_info().rss / 2**20:.0f} MiB",
    )


def _told(opened: Class, before: int) -> int:
    """Guesses and exercises on the roll, of those who came after the first `before`."""
    with opened.lock:
        here = opened.roll.here[before:]
        return sum(len(one.guesses) + len(one.passed) + len(one.tried) for one in here)
