"""Runs client functions in every order and finds the shortest one that goes wrong.

    from cachelab import races
    report = races.explore([reader, writer])      # functions of (cache, db)
    print(report)                                 # the verdict, and the shortest schedule that breaks it
    report.replay()                               # the same schedule on a real server
    game = races.play([reader, writer])           # … or schedule them by hand

    # rules of your own about what is left, from a cache that `start` has filled
    report = races.explore([limiter] * 3, fault="crash", start=fill, rules={
        "at most two": lambda cache, db, results: results.count(True) <= 2,
        "no key for good": races.after(limiter, lambda cache, db, results: cache.ttl("hits") != -1),
    })
    report.rules["at most two"]                   # holds, or how many schedules break it, and a shortest one

No threads, no sleeping, no sampling: explore.py says how. The cache is a model of Valkey (strings, hashes,
sorted sets, lists, sets, streams, Lua: models/) or of memcached, held against the real one; what it lacks is
refused. The database is one row, or several by name: db.row("stock"), in models/database.py.
"""

from pathlib import Path

from cachelab.learner import lines
from cachelab.races.explore import explore, play
from cachelab.races.faults import FAULTS, cdc, outlast_readers
from cachelab.races.refusals import Endless, NotDeterministic, NotModelled, Refusal
from cachelab.races.rules import after
from cachelab.races.telling.game import Game
from cachelab.races.telling.report import Report
from cachelab.races.telling.step import Step

lines.to_read(str(Path(__file__).with_name("strategies.py")))

__all__ = [
    "FAULTS",
    "Endless",
    "Game",
    "NotDeterministic",
    "NotModelled",
    "Refusal",
    "Report",
    "Step",
    "after",
    "cdc",
    "explore",
    "outlast_readers",
    "play",
]
