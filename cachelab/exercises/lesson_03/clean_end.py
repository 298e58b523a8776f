"""03.4: a clean-up that leaves everything alone that is not an old test of this account."""

import random
import select
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cachelab.checks.attempt import describe
from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab, Trial
from cachelab.checks.verdict import Table
from cachelab.exercises.asserts.aws import make
from cachelab.learner.words import counted, show

BACKUPS = 51  # one more than AWS describes at once
TEST = [{"Key": "environment", "Value": "test"}]
_KINDS = {  # what to call it, how to list it, its name, its status
    "replication group": ("describe_replication_groups", "ReplicationGroupId", "Status"),
    "cache cluster": ("describe_cache_clusters", "CacheClusterId", "CacheClusterStatus"),
    "backup": ("describe_snapshots", "SnapshotName", "SnapshotStatus"),
}


@define(
    "03.4",
    "A clean-up that cannot delete the wrong thing",
    minutes=20,
    needs=("aws",),
    hints=(
        "First the plan, then the deed: make the list of what carries the tag and is old enough, and return "
        "it if this is a dry run. What must be known before you even make a list?",
        "`sts.get_caller_identity()['Account']`; `list_tags_for_resource(ResourceName=row['ARN'])`; the "
        "times are `ReplicationGroupCreateTime`, `CacheClusterCreateTime` and a backup's "
        "`NodeSnapshots[0]['SnapshotCreateTime']`. `describe_cache_clusters` also lists the nodes of "
        "replication groups; `ShowCacheClustersNotInReplicationGroups=True` leaves them out.",
        "Lists come in pages: 50 backups at a time. `elasticache.get_paginator('describe_snapshots')"
        ".paginate()` turns the pages for you. The waiters are `replication_group_deleted` and "
        "`cache_cluster_deleted`.",
    ),
)
def clean_end(lab: Lab, clean_up):
    place = furnish(lab)
    another_account(lab, clean_up, place)
    dry_run(lab, clean_up, place)
    deletes(lab, clean_up, place)
    finds_nothing(lab, clean_up, place)
    caches, backups = counted(len(place.caches), "old test cache"), counted(len(place.backups), "backup")
    return (
        f"{caches} and {backups} are gone, caches first. What is production's, untagged or young is still "
        "there; a dry run and another account changed nothing, and a second run finds nothing left to do."
    )


@dataclass
class Place:
    """An account that is shared: what a clean-up has to find, and what it must not touch."""

    account: str
    before: datetime | None = None
    caches: list[str] = field(default_factory=list)
    backups: list[str] = field(default_factory=list)
    spared: dict[str, str] = field(default_factory=dict)  # name: why


def furnish(lab: Lab) -> Place:
    """Old tests, young tests, production, and what only looks like a test. Names are drawn."""
    api, strings = lab.aws.elasticache, lab.aws.strings
    place = Place(lab.aws.account)
    where, drawn = {"CacheSubnetGroupName": lab.aws.subnet_group}, iter(random.sample(range(100, 1000), 9))
    production = [{"Key": "environment", "Value": "production"}]
    one_node = {"Engine": "memcached", "CacheNodeType": "cache.t4g.micro", "NumCacheNodes": 1}

    def group(name: str, tags: list, failed: bool = False, **more) -> str:
        if failed:
            strings.fail_next_create("no capacity")
        make(lab, name, Tags=tags, **where, **more)
        return name

    def single(name: str, tags: list, failed: bool = False) -> str:
        if failed:
            strings.fail_next_create("no capacity")
        api.create_cache_cluster(CacheClusterId=name, Tags=tags, **one_node, **where)
        return name

    def backup(name: str, of: str, tags: list) -> str:
        api.create_snapshot(ReplicationGroupId=of, SnapshotName=name, Tags=tags)
        return name

    lab.pace(0)
    pair = {"NumCacheClusters": 2, "AutomaticFailoverEnabled": True}
    shop = group(f"shop-{next(drawn)}", production)
    place.caches += [
        group(f"branch-{next(drawn)}", TEST, **pair),
        group(f"half-built-{next(drawn)}", TEST, failed=True),
        single(f"sessions-{next(drawn)}", TEST),
    ]
    place.spared[shop] = "its tag says production"
    why = "it does not carry the tag environment=test: a name is no tag, nor is another key"
    place.spared[group(f"test-{next(drawn)}", [{"Key": "team", "Value": "test"}], failed=True)] = why
    place.spared[single(f"test-{next(drawn)}", [], failed=True)] = why
    place.spared[backup(f"test-of-restore-{next(drawn)}", shop, production)] = "its tag says production"
    first = backup(f"run-{next(drawn)}-1", place.caches[0], TEST)
    place.backups.append(first)
    for number in range(2, BACKUPS + 1):
        name = f"{first[:-2]}-{number}"
        api.copy_snapshot(SourceSnapshotName=first, TargetSnapshotName=name, Tags=TEST)
        place.backups.append(name)
    place.before = max(created(lab)) + timedelta(seconds=0.02)
    select.select([], [], [], 0.1)  # by the real clock, which AWS's time stamps go by
    young = next(drawn)
    why = "it was created after `before`: a test that is still running"
    place.spared[group(f"branch-{young}", TEST, failed=True)] = why
    place.spared[single(f"sessions-{young}", TEST, failed=True)] = why
    place.spared[backup(f"run-{young}", shop, TEST)] = why
    return place


def created(lab: Lab) -> list[datetime]:
    api = lab.aws.elasticache
    groups = api.describe_replication_groups()["ReplicationGroups"]
    clusters = api.describe_cache_clusters()["CacheClusters"]
    backups = api.get_paginator("describe_snapshots").paginate().build_full_result()["Snapshots"]
    return [
        *(row["ReplicationGroupCreateTime"] for row in groups),
        *(row["CacheClusterCreateTime"] for row in clusters),
        *(row["NodeSnapshots"][0]["SnapshotCreateTime"] for row in backups),
    ]


def there(lab: Lab) -> dict[str, tuple[str, str]]:
    """{name: (kind, status)} of every cache and backup in the account."""
    found = {}
    for kind, (operation, name, status) in _KINDS.items():
        more = {"ShowCacheClustersNotInReplicationGroups": True} if kind == "cache cluster" else {}
        pages = lab.aws.elasticache.get_paginator(operation).paginate(**more)
        for rows in pages.build_full_result().values():
            found |= {row[name]: (kind, row[status]) for row in rows}
    return found


def run(lab: Lab, clean_up, place: Place, account: str | None = None, **named) -> Trial:
    given = "".join(f", {key}={value}" for key, value in named.items())
    account = account or place.account
    return lab.call(
        clean_up,
        lab.elasticache(),
        lab.aws.client(lab.log, "sts"),
        account,
        place.before,
        **named,
        patience=8,
        sleeps=150,
        text=f"clean_up(elasticache, sts, {account!r}, before{given})",
    )


def nothing_touched(lab: Lab, call: Trial, place: Place, expected: str) -> None:
    now = there(lab)
    for name in [*place.spared, *place.caches, *place.backups]:
        kind, status = now.get(name, ("cache", "gone"))
        if status in ("gone", "deleting"):
            raise call.wrong(
                f"{name} is {status}", expected, "What may happen before the guards have spoken?"
            )


def another_account(lab: Lab, clean_up, place: Place) -> None:
    elsewhere = str(random.randrange(10**11, 10**12))
    with lab.log.during(f"in account {place.account}"):
        call = run(lab, clean_up, place, elsewhere, dry_run=False)
    lab.pace(0)
    lab.aws.settled()
    nothing_touched(lab, call, place, f"nothing: it was meant for account {elsewhere}")
    if isinstance(call.error, TypeError):  # of other arguments
        call.finished()
    if not isinstance(call.error, RuntimeError) or call.overtime is not None:
        happened = f"raised {describe(call.error)}" if call.error else f"returned {show(call.value, 60)}"
        raise call.wrong(
            f"it {happened}",
            "RuntimeError: the credentials are those of another account",
            "An `assert` is gone under `python -O`. What raises in any case?"
            if isinstance(call.error, AssertionError)
            else "Whose account is it? `sts` knows.",
        )
    if place.account not in str(call.error) or elsewhere not in str(call.error):
        raise call.wrong(
            f"it raised {describe(call.error)}", f"a message that names both {place.account} and {elsewhere}"
        )


def dry_run(lab: Lab, clean_up, place: Place) -> None:
    call = run(lab, clean_up, place)
    nothing_touched(lab, call, place, "a dry run, so nothing is deleted")
    planned(lab, call.finished(), place)


def planned(lab: Lab, call: Trial, place: Place) -> None:
    """What it returned is the list of the right names, caches before backups."""
    if not isinstance(call.value, list | tuple) or not all(isinstance(name, str) for name in call.value):
        raise call.wrong(f"it returned {show(call.value, 100)}", "a list of names")
    names = list(call.value)
    for name in names:
        if name in place.spared:
            raise call.wrong(f"{name} is on its list", "it is left alone", f"Look: {place.spared[name]}.")
    missing = [name for name in place.caches + place.backups if name not in names]
    if missing:
        kind = there(lab).get(missing[0], ("thing", ""))[0]
        raise call.wrong(
            f"{counted(len(missing), 'name')} missing from its list, such as the {kind} {missing[0]}",
            f"{len(place.caches)} caches and {len(place.backups)} backups",
            "A list comes in pages. How many backups does one call describe?"
            if kind == "backup"
            else "A replication group, a single cluster, a creation that failed: each carries the tag.",
        )
    if extra := [name for name in names if name not in place.caches + place.backups] or (
        len(names) != len(set(names)) and names
    ):
        raise call.wrong(
            f"its list also has {extra[0]}",
            "each cache and each backup once",
            "`describe_cache_clusters` also lists the nodes of replication groups, which go with them.",
        )
    if set(names[: len(place.caches)]) != set(place.caches):
        raise call.wrong("its list begins with a backup", "caches before backups")


def deletes(lab: Lab, clean_up, place: Place) -> None:
    before = there(lab)
    lab.pace(random.uniform(30, 40))  # longer than anybody would sleep without asking
    with caches_at_the_first_backup(lab, place) as still:
        call = run(lab, clean_up, place, dry_run=False)
    now = there(lab)
    for name, why in place.spared.items():
        if now.get(name, ("", "deleting"))[1] == "deleting":
            raise call.wrong(f"{name} was deleted", "it is left alone", f"Look: {why}.")
    left = [(now[name][0], name, now[name][1]) for name in place.caches + place.backups if name in now]
    left = [row for row in left if (row[0], row[2]) != ("backup", "deleting")]
    table = Table("What is left", ("", "name", "status"), tuple(left[:8]))
    if call.overtime is not None and (alive := [row for row in left if row[2] != "deleting"]):
        kind, name, status = alive[0]
        raise call.wrong(
            f"after {call.seconds:.0f} s it was still waiting, and the {kind} {name} had not been deleted",
            "it deletes the caches, waits until they are gone, and deletes the backups",
            f"Its status is {status!r}.",
        )
    call.finished()
    if final := sorted(now.keys() - before.keys()):
        raise call.wrong(f"there is a new backup, {final[0]}", "no final snapshots: these were tests")
    if left:
        kind, name, status = left[0]
        if status == "deleting":
            raise call.wrong(
                f"when it returned, {name} was still there: {status}",
                "it returns when the caches are gone",
                "Until then AWS bills.",
                table,
            )
        number = sum(1 for row in left if row[0] == kind)
        raise call.wrong(
            f"{counted(number, kind)} left, such as {name}", "all that was on its list is gone", "", table
        )
    if still:
        name, status = next(iter(still.items()))
        raise call.wrong(
            "it deleted a backup before a cache"
            if status != "deleting"
            else f"it deleted a backup before a cache was gone: {name} was still deleting",
            "caches before backups: these go when the caches are gone",
            "It may break off half-way. Which of the two is the way back?",
        )
    planned(lab, call, place)


@contextmanager
def caches_at_the_first_backup(lab: Lab, place: Place) -> Iterator[dict[str, str]]:
    """{name: status} of the old test caches that were still there when the first backup was deleted."""
    usual, still, looked = lab.log.on_request, {}, False

    def look() -> None:
        nonlocal looked
        usual()
        if not looked and lab.log.steps[-1].text.startswith("delete_snapshot("):
            looked = True
            with lab.log.ours():
                now = there(lab)
            still.update((name, now[name][1]) for name in place.caches if name in now)

    lab.log.on_request = look
    try:
        yield still
    finally:
        lab.log.on_request = usual


def finds_nothing(lab: Lab, clean_up, place: Place) -> None:
    lab.pace(0)
    lab.aws.settled()
    with lab.log.during("a second time"):
        call = run(lab, clean_up, place, dry_run=False).finished()
    if call.value not in ([], ()):
        raise call.wrong(f"it returned {show(call.value, 100)}", "an empty list: nothing is left to delete")
