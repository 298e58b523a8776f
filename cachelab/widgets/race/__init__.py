"""Races as pictures: a schedule to walk through, one to make by hand, the map of strategies and faults."""

from cachelab.widgets.race.matrix import Matrix, race_matrix
from cachelab.widgets.race.race import Race, drawn, race
from cachelab.widgets.race.scheduler import Scheduler, play_scheduler

__all__ = ["Matrix", "Race", "Scheduler", "drawn", "play_scheduler", "race", "race_matrix"]
