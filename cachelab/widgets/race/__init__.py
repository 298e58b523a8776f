"""Races as pictures: a schedule to walk through, one to make by hand, the map of strategies and faults."""

from cachelab.widgets.race.matrix import Matrix, race_matrix
from cachelab.widgets.race.race import Race, race, report_scene
from cachelab.widgets.race.scheduler import Scheduler, play_scheduler

__all__ = ["Matrix", "Race", "Scheduler", "play_scheduler", "race", "race_matrix", "report_scene"]
