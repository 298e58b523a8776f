"""Runs client functions in every order and finds the shortest one that goes wrong.

    from cachelab import races
    report = races.explore([reader, writer])      # functions of (cache, db)
    print(report)                                 # the verdict, and the shortest schedule that breaks it
    report.replay()                               # the same schedule on a real server
    game = races.play([reader, writer])           # … or schedule them by hand

No threads, no sleeping, no sampling: explore.py says how.
"""

from pathlib import Path

from cachelab.learner import lines
from cachelab.races.explore import explore, play
from cachelab.races.faults import FAULTS, cdc, outlast_readers
from cachelab.races.refusals import Endless, NotDeterministic, NotModelled, Refusal
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
    "cdc",
    "explore",
    "outlast_readers",
    "play",
]
