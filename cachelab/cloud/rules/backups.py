"""Backups and windows."""

import re

from .rule import CLUSTER, COMBINATION, CREATE, LIMITS, SETTINGS, VALUE, Rule, outside

_CLOCK = r"([01]\d|2[0-3]):([0-5]\d)"
_DAY = "(sun|mon|tue|wed|thu|fri|sat)"
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


def clock_window(text: str) -> int:
    """The length in minutes of a daily window such as 23:30-01:00; 0 if it is not one."""
    if not (match := re.fullmatch(f"{_CLOCK}-{_CLOCK}", text)):
        return 0
    hour, minute, hour2, minute2 = map(int, match.groups())
    return (hour2 * 60 + minute2 - hour * 60 - minute) % 1440


def week_window(text: str) -> int:
    """The length in minutes of a weekly window such as sun:23:00-mon:01:30; 0 if it is not one."""
    if not (match := re.fullmatch(f"{_DAY}:{_CLOCK}-{_DAY}:{_CLOCK}", text.lower())):
        return 0
    day, hour, minute, day2, hour2, minute2 = match.groups()
    start = _DAYS.index(day) * 1440 + int(hour) * 60 + int(minute)
    end = _DAYS.index(day2) * 1440 + int(hour2) * 60 + int(minute2)
    return (end - start) % (7 * 1440)


RULES = (
    Rule(
        "retention",
        SETTINGS + LIMITS,
        VALUE,
        "SnapshotRetentionLimit must be between 0 and 35 days.",
        lambda ask: outside(ask["SnapshotRetentionLimit"], 0, 35),
        "BM",
    ),
    Rule(
        "snapshot-window",
        SETTINGS,
        VALUE,
        "Invalid SnapshotWindow {SnapshotWindow}: use hh24:mi-hh24:mi (UTC), at least 60 minutes.",
        lambda ask: ask["SnapshotWindow"] and clock_window(ask["SnapshotWindow"]) < 60,
        "BM",
    ),
    Rule(
        "maintenance-window",
        SETTINGS,
        VALUE,
        "Invalid PreferredMaintenanceWindow {PreferredMaintenanceWindow}: use ddd:hh24:mi-ddd:hh24:mi (UTC), "
        "at least 60 minutes.",
        lambda ask: ask["PreferredMaintenanceWindow"] and week_window(ask["PreferredMaintenanceWindow"]) < 60,
        "BM",
    ),
    Rule(
        "memcached-snapshots",
        CLUSTER,
        COMBINATION,
        "Snapshots are not available for node-based Memcached: {parameter} cannot be used.",
        lambda ask: (
            ask.engine == "memcached"
            and next(
                (
                    {"parameter": name}
                    for name in ("SnapshotName", "SnapshotArns", "SnapshotRetentionLimit", "SnapshotWindow")
                    if ask[name]
                ),
                None,
            )
        ),
        "BM",
    ),
    Rule(
        "restore-from",
        CREATE,
        "SnapshotNotFoundFault",
        "Snapshot {SnapshotName} not found.",
        lambda ask: ask["SnapshotName"] and ask.operation in CREATE and not ask.snapshot,
        "BM",
    ),
    Rule(
        "restore-from-finished",
        CREATE,
        VALUE,
        "Snapshot {SnapshotName} cannot be restored: its status is {status}.",
        lambda ask: ask.snapshot and ask.snapshot.status != "available" and {"status": ask.snapshot.status},
        "BM",
    ),
)
