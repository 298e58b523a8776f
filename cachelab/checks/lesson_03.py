"""Lesson 03, provision with boto3: a cache to a list of requirements, a waiter, a password, a clean end."""

import threading
import time
from contextlib import suppress

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from .attempt import describe
from .exercise import define
from .lab import Call, Lab, counted
from .verdict import Table, show

NODE_TYPE = "cache.r7g.large"
BUDGET = 400  # USD a month
DAYS = 7
MADE_IN = 0.3  # seconds a creation takes in these checks
NEIGHBOUR = "a-colleagues-cache"
BACK_IN = 4.0  # seconds after which writes must be back when a primary has died


# --- 03.1 ----------------------------------------------------------------------------------------------


@define(
    "03.1",
    "A cache for production",
    minutes=15,
    needs=("aws",),
    hints=(
        "Fill in lesson 03's form for it, and look at `form.request`: which of the requirements are in it, "
        "and which are not yet? The budget decides about the engine.",
        "`create_replication_group` with `Engine`, `CacheNodeType`, `NumCacheClusters`, "
        "`AutomaticFailoverEnabled`, `MultiAZEnabled`, `CacheSubnetGroupName`, `SecurityGroupIds`, "
        "`TransitEncryptionEnabled`, `AtRestEncryptionEnabled`, `AuthToken` and `SnapshotRetentionLimit`.",
        "Then wait with the waiter `replication_group_available`, describe the group, and return the "
        "`Address` and the `Port` of `NodeGroups[0]`'s `PrimaryEndpoint`.",
    ),
)
def production(lab: Lab, create_cache_cluster_for_production):
    name, password = "checkout", "correct-horse-battery"
    neighbour(lab)
    lab.aws.strings.provisioning_time(MADE_IN)
    call = lab.call(
        create_cache_cluster_for_production,
        lab.elasticache(),
        name,
        lab.aws.subnet_group,
        lab.aws.security_group,
        password,
        patience=5,
        text=f"create_cache_cluster_for_production(elasticache, {name!r}, {lab.aws.subnet_group!r}, …)",
    ).finished()
    group = existing(lab, call, name)
    meets(call, requirements(lab, group))
    address = writes_go(call, group)
    only_with(call, address, password)
    back = survives(lab, call, group, address, password)
    return (
        "Everything on the list is there. A client without the password was refused, and one with it could "
        f"write. Then we killed the primary: writes were back after {back:.1f} s, at the same address."
    )


def existing(lab: Lab, call: Call, name: str) -> dict:
    """The group that should be there now."""
    api = lab.aws.elasticache
    groups = api.describe_replication_groups()["ReplicationGroups"]
    clusters = api.describe_cache_clusters(ShowCacheClustersNotInReplicationGroups=True)["CacheClusters"]
    serverless = api.describe_serverless_caches()["ServerlessCaches"]
    found = {group["ReplicationGroupId"]: group for group in groups}
    if name not in found:
        made = [*(found.keys() - {NEIGHBOUR})]
        made += [f"{cluster['CacheClusterId']}, a single cluster" for cluster in clusters]
        made += [f"{cache['ServerlessCacheName']}, a serverless cache" for cache in serverless]
        raise call.wrong(
            f"it made {', '.join(made) or 'nothing'}",
            f"a replication group called {name}",
            "A single cluster has no replica that could take over." if clusters else "",
        )
    return found[name]


def neighbour(lab: Lab) -> None:
    """Somebody else's cache, first in every list, and never available."""
    lab.aws.strings.fail_next_create("no capacity")
    make(lab, NEIGHBOUR)


def requirements(lab: Lab, group: dict) -> list[tuple[str, str, str, bool, str]]:
    """Each with what is wanted, what was found, whether that will do, and what to think about."""
    from cachelab.cloud import prices

    members = [
        lab.aws.elasticache.describe_cache_clusters(CacheClusterId=member)["CacheClusters"][0]
        for member in group["MemberClusters"]
    ]
    one, count = members[0], len(members)
    groups = [row["SecurityGroupId"] for row in one.get("SecurityGroups", ())]
    zones = {member["PreferredAvailabilityZone"] for member in members}
    kind = group["CacheNodeType"]
    try:
        monthly = prices.nodes(kind, count, group["Engine"]).usd_per_month
        costs = f"${monthly:.2f} on {group['Engine']}"
    except prices.NoPrice:  # of another node type, which is said above it in the list
        monthly, costs = 0.0, "not in the price list"
    encrypted = {"required": "encrypted", "preferred": "only if the client likes"}
    transit = encrypted.get(group.get("TransitEncryptionMode"), "readable")
    single = not group["ClusterEnabled"]
    return [
        ("node type", NODE_TYPE, kind, kind == NODE_TYPE, ""),
        (
            "nodes",
            "3, each with all the keys",
            f"{count}" + ("" if single else ", with shards"),
            count == 3 and single,
            "A primary and two replicas. How does the request count them?",
        ),
        (
            "a month",
            f"at most ${BUDGET}",
            costs,
            monthly <= BUDGET,
            "Which engine speaks the same protocol and costs a fifth less?",
        ),
        (
            "failover",
            "automatic",
            group["AutomaticFailover"],
            group["AutomaticFailover"] == "enabled",
            "Who promotes a replica when the primary dies at night?",
        ),
        (
            "zones",
            "Multi-AZ, three zones",
            f"Multi-AZ {group['MultiAZ']}, {counted(len(zones), 'zone')}",
            group["MultiAZ"] == "enabled" and len(zones) == 3,
            "Without Multi-AZ, AWS does not promise that the nodes stay in different zones."
            if group["MultiAZ"] != "enabled"
            else "Who chose the zones of these nodes?",
        ),
        (
            "subnets",
            lab.aws.subnet_group,
            one.get("CacheSubnetGroupName") or "none named",
            one.get("CacheSubnetGroupName") == lab.aws.subnet_group,
            "Without a subnet group, AWS takes the default VPC.",
        ),
        (
            "security group",
            lab.aws.security_group,
            ", ".join(groups) or "none named",
            groups == [lab.aws.security_group],
            "Without one, the default group of the VPC decides who may connect.",
        ),
        (
            "in transit",
            "encrypted",
            transit,
            transit == "encrypted",
            "With `preferred`, one port takes both kinds of client." if "client" in transit else "",
        ),
        (
            "at rest",
            "encrypted",
            "encrypted" if group["AtRestEncryptionEnabled"] else "readable",
            group["AtRestEncryptionEnabled"],
            "This one can never be changed later. What is the default of your engine?",
        ),
        (
            "password",
            "asked for",
            "asked for" if group["AuthTokenEnabled"] or group["UserGroupIds"] else "none",
            bool(group["AuthTokenEnabled"] or group["UserGroupIds"]),
            "Encryption hides what is said. Who may speak at all?",
        ),
        (
            "backups",
            f"kept {DAYS} days",
            f"kept {group['SnapshotRetentionLimit']} days",
            group["SnapshotRetentionLimit"] == DAYS,
            "How many backups does AWS make if you say nothing?",
        ),
    ]


def meets(call: Call, sheet: list[tuple[str, str, str, bool, str]]) -> None:
    rows = tuple(
        (what, wanted, found, "met" if good else "NOT MET") for what, wanted, found, good, _ in sheet
    )
    table = Table("The list of requirements", ("", "wanted", "found", ""), rows)
    for what, wanted, found, good, think in sheet:
        if not good:
            raise call.wrong(f"{what}: {found}", f"{what}: {wanted}", think, table)


def writes_go(call: Call, group: dict) -> tuple[str, int]:
    """The primary endpoint, which the function should have returned."""
    shard = group["NodeGroups"][0]
    known = {_pair(shard["ReaderEndpoint"]): "the reader endpoint: replicas refuse writes"}
    for member in shard["NodeGroupMembers"]:
        known[_pair(member["ReadEndpoint"])] = f"the address of one node, {member['CacheClusterId']}"
    primary = _pair(shard["PrimaryEndpoint"])
    with suppress(TypeError, ValueError):
        if tuple(call.value) != primary and tuple(call.value) in known:
            raise call.wrong(
                f"it returned {known[tuple(call.value)]}",
                "the primary endpoint, which leads to whoever is the primary",
                "What stays the same when the primary dies?",
            )
    call.returned(primary, "The host and the port of the primary endpoint, as a tuple of two.")
    return primary


def only_with(call: Call, address: tuple[str, int], password: str) -> None:
    if opens(address, None) is True:
        raise call.wrong("a client without a password could read and write", "it is refused")
    if opens(address, password) is not True:
        raise call.wrong(
            "the password it was given did not open the cache", "the cache asks for that password"
        )


def survives(lab: Lab, call: Call, group: dict, address: tuple[str, int], password: str) -> float:
    """Kill the primary; the seconds until the same address takes a write again."""
    members = group["NodeGroups"][0]["NodeGroupMembers"]
    primary = next(member["CacheClusterId"] for member in members if member["CurrentRole"] == "primary")
    lab.aws.strings.fail_node(primary)
    since = time.monotonic()
    while time.monotonic() - since < BACK_IN:
        with suppress(redis.RedisError), connect(address, password) as client:
            client.set("after", "the outage")
            return time.monotonic() - since
    raise call.wrong(
        f"we killed the primary, and {BACK_IN:g} s later the address still took no writes",
        "a replica takes over",
    )


def _pair(endpoint: dict) -> tuple[str, int]:
    return endpoint["Address"], endpoint["Port"]


def connect(address: tuple[str, int], password: str | None) -> redis.Redis:
    host, port = address
    return redis.Redis(
        host=host,
        port=port,
        ssl=True,
        password=password,
        socket_timeout=1,
        socket_connect_timeout=1,
        retry=Retry(NoBackoff(), 0),
    )


def opens(address: tuple[str, int], password: str | None) -> bool:
    """Whether this password opens the cache, for a new connection. Nothing opens one that is gone."""
    try:
        with connect(address, password) as client:
            return bool(client.ping())
    except (redis.ConnectionError, redis.TimeoutError, redis.exceptions.NoPermissionError):
        return False


# --- 03.2 ----------------------------------------------------------------------------------------------


@define(
    "03.2",
    "The waiter that boto3 forgot",
    minutes=12,
    needs=("aws",),
    hints=(
        "A loop: describe the group, look at its `Status`, decide, pause. Three of the five cases end the "
        "loop at once. When do you look at the clock?",
        "Why a creation failed stands in `describe_events(SourceType='replication-group', "
        "SourceIdentifier=name)`. Put the event's `Message` into your RuntimeError.",
        "A deadline: `end = time.monotonic() + timeout` before the loop, and `if time.monotonic() >= end: "
        "raise TimeoutError(…)` inside it. What AWS raises for a name it does not know needs no code at all.",
    ),
)
def waiter(lab: Lab, wait_until_available):
    lab.aws.strings.provisioning_time(0)
    there_already(lab, wait_until_available)
    comes_in_time(lab, wait_until_available)
    failed(lab, wait_until_available)
    never_comes(lab, wait_until_available)
    unknown(lab, wait_until_available)
    return (
        "It returns as soon as the cache is available and not before, says at once that a creation failed "
        "and why, gives up when its time is over, and lets a mistyped name out as an error."
    )


def waits(lab: Lab, function, name: str, timeout: float, pause: float, patience: float) -> Call:
    text = f"wait_until_available(elasticache, {name!r}, timeout={timeout:g}, pause={pause:g})"
    return lab.call(
        function, lab.elasticache(), name, timeout=timeout, pause=pause, patience=patience, text=text
    )


def make(lab: Lab, name: str, **more) -> None:
    given = {"Engine": "valkey", "CacheNodeType": "cache.t4g.micro", "ReplicationGroupDescription": name}
    lab.aws.elasticache.create_replication_group(ReplicationGroupId=name, **(given | more))


def described(call: Call, name: str) -> None:
    """It returned the description of an available group."""
    value = call.finished().value
    if not isinstance(value, dict) or value.get("ReplicationGroupId") != name:
        raise call.wrong(
            f"it returned {show(value, 100)}",
            f"AWS's description of {name}, a dict",
            "Is there a `return`?"
            if value is None
            else "AWS answers about a list of groups. Which part of the answer is about this one?",
        )
    if value.get("Status") != "available":
        raise call.wrong(
            f"it returned while the status was {value.get('Status')!r}",
            "it returns once the status is 'available'",
        )


def there_already(lab: Lab, function) -> None:
    make(lab, "early")
    with lab.log.during("on a cache that is available already"):
        call = waits(lab, function, "early", timeout=10, pause=2, patience=3)
    if call.overtime is not None and len(call.steps) > 1:
        raise call.wrong(
            f"it asked {len(call.steps)} times, and each time AWS said 'available'",
            "it returns when AWS first says so",
            "Compare the `Status` you wait for with AWS's word, letter by letter.",
        )
    if call.overtime is not None or (call.error is None and call.seconds > 1.5):
        raise call.wrong(
            f"it took {call.seconds:.1f} s", "an answer at once: ask first, pause afterwards", ""
        )
    described(call, "early")


def comes_in_time(lab: Lab, function) -> None:
    pause = 0.1
    lab.aws.strings.provisioning_time(0.5)
    make(lab, "slow")
    with lab.log.during("on a cache that is being created"):
        call = waits(lab, function, "slow", timeout=6, pause=pause, patience=4)
    if isinstance(call.error, TimeoutError):
        raise call.wrong(f"it gave up after {call.seconds:.1f} s", "it goes on asking: its timeout is 6 s")
    asked = [step for step in call.steps if step.kind == "aws"]
    if call.overtime is not None and len(asked) <= 2:
        raise call.wrong(
            f"in {call.seconds:.1f} s it asked AWS {'once' if len(asked) == 1 else f'{len(asked)} times'}",
            f"it asks again every {pause:g} s, as it was told",
            "What is the argument `pause` for?",
        )
    described(call, "slow")
    if len(asked) > call.seconds / pause + 2:
        raise call.wrong(
            f"in {call.seconds:.1f} s it sent {len(asked)} requests to AWS",
            f"a pause of {pause:g} s after each",
            "AWS limits how often an account may ask. What does an impatient loop do to the others?",
        )


def failed(lab: Lab, function) -> None:
    strings, reason = lab.aws.strings, "no capacity for cache.t4g.micro in us-east-1b"
    elsewhere = "the subnets have no free address"
    strings.provisioning_time(0)
    for name, why in (("doomed", reason), ("unlucky", elsewhere)):
        strings.fail_next_create(why)
        make(lab, name)
    with lab.log.during("on a cache whose creation has failed"):
        call = waits(lab, function, "doomed", timeout=2, pause=0.1, patience=4)
    if call.error is None and call.overtime is None:
        raise call.wrong(f"it returned {show(call.value, 100)}", "RuntimeError, with AWS's reason")
    if call.overtime is not None or (isinstance(call.error, TimeoutError) and call.seconds > 1):
        raise call.wrong(
            f"it waited for all of {call.seconds:.1f} s",
            "RuntimeError at once: a creation that has failed will never succeed",
            "Which words can `Status` be? Which of them mean that waiting is in vain?",
        )
    if not isinstance(call.error, RuntimeError):
        raise call.wrong(f"it raised {describe(call.error)}", "RuntimeError, with AWS's reason")
    if reason not in str(call.error) or elsewhere in str(call.error):
        raise call.wrong(
            f"it raised {describe(call.error)}",
            f"a RuntimeError that says why, and no more: {reason}",
            "AWS tells the reason in its events. There are events about other caches, too.",
        )


def never_comes(lab: Lab, function) -> None:
    timeout = 0.6
    lab.aws.strings.provisioning_time(60)
    make(lab, "endless")
    with lab.log.during("on a cache that does not come"):
        call = waits(lab, function, "endless", timeout=timeout, pause=0.1, patience=2.5)
    if call.overtime is not None or call.seconds > timeout + 1.2:
        raise call.wrong(
            f"it was still waiting after {call.seconds:.1f} s", f"TimeoutError after {timeout:g} s"
        )
    if not isinstance(call.error, TimeoutError):
        happened = f"raised {describe(call.error)}" if call.error else f"returned {show(call.value, 100)}"
        raise call.wrong(f"it {happened}", f"TimeoutError after {timeout:g} s")
    if "endless" not in str(call.error):
        raise call.wrong(f"it raised {describe(call.error)}", "a TimeoutError that names the cache")
    if call.seconds < timeout - 0.15:
        raise call.wrong(f"it gave up after {call.seconds:.2f} s", f"TimeoutError after {timeout:g} s")


def unknown(lab: Lab, function) -> None:
    from botocore.exceptions import ClientError

    with lab.log.during("on a name that does not exist"):
        call = waits(lab, function, "chekcout", timeout=1, pause=0.1, patience=2.5)
    if not isinstance(call.error, ClientError):
        happened = f"raised {describe(call.error)}" if call.error else f"returned {show(call.value, 100)}"
        raise call.wrong(
            f"it {happened}",
            "AWS's own error, ReplicationGroupNotFoundFault, comes out",
            "A mistyped name is not a cache that is late.",
        )


# --- 03.3 ----------------------------------------------------------------------------------------------


@define(
    "03.3",
    "A new password, and nobody notices",
    minutes=12,
    needs=("aws",),
    hints=(
        "Your servers change over one after the other, so for a while some use the old password and some "
        "the new one. Which passwords must the cache accept, before, during and after `deploy`?",
        "`modify_replication_group` with `AuthToken`, `AuthTokenUpdateStrategy` and `ApplyImmediately=True`. "
        "ROTATE lets the new one in beside the old one; SET leaves only the new one.",
        "While the group is `modifying`, AWS takes no further change: wait with "
        "`replication_group_available` after each of the two.",
    ),
)
def rotation(lab: Lab, rotate_password):
    name, old, new = "checkout", "the-password-of-last-year", "the-password-of-this-year"
    lab.aws.strings.provisioning_time(0)
    neighbour(lab)
    network = {"CacheSubnetGroupName": lab.aws.subnet_group, "TransitEncryptionEnabled": True}
    make(lab, name, NumCacheClusters=2, AutomaticFailoverEnabled=True, AuthToken=old, **network)
    [group] = lab.aws.elasticache.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"]
    lab.aws.strings.provisioning_time(0.5)
    servers = Servers(lab, name, _pair(group["NodeGroups"][0]["PrimaryEndpoint"]), old, new)
    with servers:
        call = lab.call(
            rotate_password,
            lab.elasticache(),
            name,
            new,
            servers.deploy,
            patience=6,
            text=f"rotate_password(elasticache, {name!r}, new_password, deploy)",
        )
        ended = status(lab, name)
        at_return = {password: opens(servers.address, password) for password in (old, new)}
    if servers.status not in ("", "available"):  # then AWS may have refused what came after
        deployed(call, servers, new)
    call.finished()
    deployed(call, servers, new)
    if servers.refused:
        raise call.wrong(
            f"{servers.refused} of {servers.tried} connections were refused, the first {servers.first}",
            "no connection is refused at any time",
        )
    if at_return[old] or not at_return[new]:
        raise call.wrong(
            "when it returned, the old password still opened the cache"
            if at_return[old]
            else "when it returned, the new password did not open the cache",
            "only the new password does",
            "ROTATE adds a password. What takes the old one away, and when is it done?",
        )
    if ended != "available":
        raise call.wrong(
            f"when it returned, the cache was {ended}",
            "it is available: the change has reached every node",
            "Until then a node may still take the old password.",
        )
    return (
        f"{servers.tried} new connections while the password changed, and none was refused. Now only the new "
        "password opens the cache."
    )


def status(lab: Lab, name: str) -> str:
    """Of the group called `name`; "deleted" if there is none."""
    groups = lab.aws.elasticache.describe_replication_groups()["ReplicationGroups"]
    return next((group["Status"] for group in groups if group["ReplicationGroupId"] == name), "deleted")


def deployed(call: Call, servers: "Servers", new: str) -> None:
    """The servers changed over once, to the new password, while both were good."""
    if not servers.deployments:
        raise call.wrong(
            "`deploy` was never called: your servers still use the old password",
            "`deploy(new_password)` once",
        )
    if [password for password, _ in servers.deployments] != [new]:
        raise call.wrong(
            f"`deploy` was called with {', '.join(show(given, 30) for given, _ in servers.deployments)}",
            "`deploy(new_password)`, once",
        )
    [(_, accepted)] = servers.deployments
    for which, good in accepted.items():
        if not good:
            raise call.wrong(
                f"when `deploy` began, the cache refused the {which} password",
                "while servers change over, it accepts both",
                "A server that has changed over connects at once; one that has not still has the old one.",
            )
    if servers.status != "available":
        raise call.wrong(
            f"when `deploy` began, the cache was {servers.status}",
            "it is available: the change has reached every node",
            "What does `modify_replication_group` return: the news that it is done, or that it has begun?",
        )


class Servers:
    """Three application servers that open connections all the time, and change passwords one by one."""

    def __init__(self, lab: Lab, name: str, address: tuple[str, int], old: str, new: str):
        self.lab, self.name, self.address = lab, name, address
        self.old, self.new = old, new
        self.passwords = [old] * 3
        self.deployments: list[tuple[str, dict[str, bool]]] = []
        self.status = ""  # of the cache, when they began to change over
        self.tried = self.refused = 0
        self.first = ""
        self._stage = "before `deploy`"
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def deploy(self, password: str) -> None:
        """Make the servers use another password, one after the other."""
        self.status = status(self.lab, self.name)
        accepted = {"old": opens(self.address, self.old), "new": opens(self.address, self.new)}
        self.deployments.append((password, accepted))
        self._stage = "during `deploy`"
        for number in range(len(self.passwords)):
            self.passwords[number] = password
            time.sleep(0.08)
        self._stage = "after `deploy`"

    def __enter__(self) -> "Servers":
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._done.set()
        self._thread.join(3)

    def _serve(self) -> None:
        while not self._done.wait(0.01):
            stage, password = self._stage, self.passwords[self.tried % 3]
            self.tried += 1
            if not opens(self.address, password):
                self.refused += 1
                self.first = self.first or stage


# --- 03.4 ----------------------------------------------------------------------------------------------


@define(
    "03.4",
    "Leave nothing behind",
    minutes=15,
    needs=("aws",),
    hints=(
        "What can stand in whose way? A subnet group and a parameter group cannot go while a cache uses "
        "them, and a cache that is `deleting` still does. So: caches first, all of them, then wait.",
        "`describe_cache_clusters` also lists the nodes of replication groups; "
        "`ShowCacheClustersNotInReplicationGroups=True` leaves them out. Parameter groups whose names begin "
        "with `default.` are AWS's own.",
        "Lists come in pages: 50 snapshots at a time. `elasticache.get_paginator('describe_snapshots')"
        ".paginate()` turns the pages for you.",
    ),
)
def clean_end(lab: Lab, tear_down):
    furnish(lab)
    call = lab.call(tear_down, lab.elasticache(), patience=6, text="tear_down(elasticache)")
    left = leftovers(lab)
    alive = [row for row in left if row[2] in ("available", "create-failed")]
    if call.overtime is not None and alive:
        kind, name, status = alive[0]
        raise call.wrong(
            f"after {call.seconds:.0f} s it was still waiting, and the {kind} {name} had not been deleted",
            "it deletes everything first, and then waits until it is gone",
            f"Its status is {status!r}.",
        )
    call.finished()
    if left:
        kind, name, status = left[0]
        table = Table("What is left", ("", "name", "status"), tuple(left[:8]))
        if status == "deleting":
            raise call.wrong(
                f"when it returned, {name} was still there: {status}",
                "it returns when everything is gone",
                "Until then AWS bills, and what it uses cannot be deleted.",
                table,
            )
        number = sum(1 for row in left if row[0] == kind)
        raise call.wrong(
            f"{counted(number, kind)} left, such as {name}",
            "an account with nothing in it that you made",
            _WHY_LEFT.get(kind, ""),
            table,
        )
    bill = lab.aws.strings.still_billing()
    if bill:
        raise call.wrong(f"AWS would still charge for {bill[0]}", "nothing")
    with lab.log.during("a second time, on the empty account"):
        lab.call(tear_down, lab.elasticache(), patience=4, text="tear_down(elasticache)").finished()
    return (
        f"A replication group, a Memcached cluster, a creation that had failed, {SNAPSHOTS} snapshots and "
        "the groups they stood on are gone; nothing is billing, and a second run does no harm."
    )


SNAPSHOTS = 52
_WHY_LEFT = {
    "snapshot": "A list comes in pages. How many snapshots does one call describe? And who made a final one?",
    "parameter group": "It costs nothing; the next deployment will trip over its name all the same.",
    "subnet group": "It costs nothing; the next deployment will trip over its name all the same.",
}


def furnish(lab: Lab) -> None:
    """What somebody has left: one of everything that costs, many backups, and what they stand on."""
    api, strings = lab.aws.elasticache, lab.aws.strings
    strings.provisioning_time(0)
    api.create_cache_parameter_group(
        CacheParameterGroupName="shop-settings", CacheParameterGroupFamily="valkey9", Description="ours"
    )
    where = {"CacheSubnetGroupName": lab.aws.subnet_group}
    settings = {"CacheParameterGroupName": "shop-settings"}
    make(lab, "shop", NumCacheClusters=2, AutomaticFailoverEnabled=True, **where, **settings)
    api.create_snapshot(ReplicationGroupId="shop", SnapshotName="night-01")
    for number in range(2, SNAPSHOTS + 1):
        api.copy_snapshot(SourceSnapshotName="night-01", TargetSnapshotName=f"night-{number:02}")
    api.create_cache_cluster(
        CacheClusterId="sessions",
        Engine="memcached",
        CacheNodeType="cache.t4g.micro",
        NumCacheNodes=1,
        **where,
    )
    strings.fail_next_create("no capacity")
    make(lab, "half-built", **where)
    strings.provisioning_time(0.8)  # longer than deleting the snapshots takes


_KINDS = {  # what to call it, how to list it, its name, its status
    "replication group": ("describe_replication_groups", "ReplicationGroupId", "Status"),
    "cache cluster": ("describe_cache_clusters", "CacheClusterId", "CacheClusterStatus"),
    "snapshot": ("describe_snapshots", "SnapshotName", "SnapshotStatus"),
    "parameter group": ("describe_cache_parameter_groups", "CacheParameterGroupName", ""),
    "subnet group": ("describe_cache_subnet_groups", "CacheSubnetGroupName", ""),
}


def leftovers(lab: Lab) -> list[tuple[str, str, str]]:
    """(kind, name, status) of everything in the account that somebody made."""
    left = []
    for kind, (operation, name, status) in _KINDS.items():
        pages = lab.aws.elasticache.get_paginator(operation).paginate()
        for rows in pages.build_full_result().values():
            left += [
                (kind, row[name], row.get(status, "")) for row in rows if not row[name].startswith("default.")
            ]
    return left
