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

from .explore import explore, play
from .faults import FAULTS, cdc, outlast_readers
from .refusals import Endless, NotDeterministic, NotModelled, Refusal
from .telling.game import Game
from .telling.report import Report
from .telling.step import Step

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
