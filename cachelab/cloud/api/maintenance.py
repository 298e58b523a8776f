"""What happens by itself at certain hours: backups in the daily window, waiting changes in the weekly one."""

from datetime import datetime, timedelta

from ..region import Region
from ..resources.cache import Cache
from . import clusters, groups, serverless_snapshots, snapshots

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")  # as datetime.weekday() counts


def hold(region: Region, moment: datetime) -> None:
    """Have all windows now: apply everything that waits, make the day's automatic backups."""
    for cache in region.caches:
        _apply(region, cache)
    region.fleet.finish_started()
    for cache in region.caches:
        _back_up(region, cache, moment)
    region.fleet.finish_started()


def pass_time(region: Region, before: datetime, after: datetime) -> None:
    """Have the windows that begin after `before`, until `after`; of several days the last."""
    for cache in region.caches:
        if _latest(after, cache.maintenance_window) > before:
            _apply(region, cache)
        if (begin := _latest(after, cache.snapshot_window)) > before:
            _back_up(region, cache, begin)
    region.fleet.finish_started()


def _latest(moment: datetime, window: str) -> datetime:
    """The latest time at or before `moment` when a window (05:00-06:00, or sun:05:00-sun:06:00) began."""
    *day, hour, minute = window.partition("-")[0].lower().split(":")
    begin = moment.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
    if day:
        begin -= timedelta(days=(begin.weekday() - DAYS.index(day[0])) % 7)
    if begin > moment:
        begin -= timedelta(days=7 if day else 1)
    return begin


def _apply(region: Region, cache: Cache) -> None:
    changes, cache.deferred = cache.deferred, {}
    if not changes:
        return
    if region.groups.get(cache.id) is cache:
        groups.apply_deferred(region, cache, changes)
    else:
        clusters.apply_deferred(region, cache, changes)


def _back_up(region: Region, cache: Cache, moment: datetime) -> None:
    if region.serverless_caches.get(cache.id) is cache:
        serverless_snapshots.back_up(region, cache, moment)
    else:
        snapshots.back_up(region, cache, moment)
