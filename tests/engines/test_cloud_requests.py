"""Requests in any order, sensible or not: each is answered, what was begun ends, and nothing is left.

Half of them must succeed, as the account then stands (oracle/sensible_requests.py); the other half may. The
world is small, so that requests often meet what others made: two groups, two clusters, a serverless
cache, a backup, a user and a group of users, a parameter group, a subnet group.
"""

import contextlib
from collections import Counter

import botocore
import psutil
import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from cachelab import cloud
from tests.oracle.cloud_drills import make_group, subnet_ids
from tests.oracle.depth import DEPTH
from tests.oracle.sensible_requests import KINDS, possible

AT_REST = {
    "available", "active", "create-failed", "failed", "in-sync", "enabled", "disabled", "error",
}  # fmt: skip
STATUS = ("Status", "CacheClusterStatus", "CacheNodeStatus", "SnapshotStatus", "AutomaticFailover", "MultiAZ")
NEVER = ("InternalFailure", "InvalidAction", "InvalidClientTokenId")

groups = st.sampled_from(["shop", "cart", "nobody"])
members = st.sampled_from(["shop-001", "shop-002", "shop-0001-001", "cart-002", "solo", "pool", "nobody"])
singles = st.sampled_from(["solo", "pool", "shop-002", "nobody"])
backups = st.sampled_from(["monday", "tuesday", "mon/day"])
numbers = st.sampled_from(["0001", "0002"])
counts = st.sampled_from([0, 1, 2, 3, 7])
flags = st.booleans()
engines = st.sampled_from(["valkey", "redis", "memcached", "banana"])
types = st.sampled_from(["cache.t4g.micro", "cache.t4g.small", "cache.t2.micro", "cache.nope"])
ports = st.sampled_from([6379, 0, 70000])
people = st.sampled_from(["ann", "bob", "default"])
staffs = st.sampled_from(["staff", "guests"])
families = st.sampled_from(["tuned", "default.valkey9", "default.valkey9.cluster.on", "nothing"])
places = st.sampled_from(["private", "nowhere"])
windows = st.sampled_from(["05:00-06:00", "5-6", "sun:05:00-sun:06:00"])
tags = st.sampled_from([[], [{"Key": "team", "Value": "web"}], [{"Key": "aws:x", "Value": ""}]])


def some(required=(), **optional):
    """Requests with the required parameters, and any of the others."""
    return st.fixed_dictionaries(dict(required), optional=optional)


GROUP = some(
    {"ReplicationGroupId": groups, "ReplicationGroupDescription": st.just("d")},
    Engine=engines, CacheNodeType=types, NumCacheClusters=counts, NumNodeGroups=counts,
    ReplicasPerNodeGroup=counts, AutomaticFailoverEnabled=flags, MultiAZEnabled=flags, Port=ports,
    ClusterMode=st.sampled_from(["enabled", "disabled"]), CacheSubnetGroupName=places,
    TransitEncryptionEnabled=flags, AuthToken=st.sampled_from(["short", "long-enough-a-token"]),
    UserGroupIds=st.lists(staffs, max_size=2, unique=True), SnapshotRetentionLimit=counts,
    SnapshotWindow=windows, SnapshotName=backups, CacheParameterGroupName=families, Tags=tags,
    PrimaryClusterId=singles,
)  # fmt: skip
ENOUGH = some({
    "ReplicationGroupId": groups, "ReplicationGroupDescription": st.just("d"), "Engine": st.just("valkey"),
    "NumCacheClusters": st.sampled_from([1, 2]),
})  # fmt: skip
CLUSTER = some(
    {"CacheClusterId": singles, "CacheNodeType": types}, Engine=engines, NumCacheNodes=counts,
    AZMode=st.sampled_from(["single-az", "cross-az"]), Port=ports, ReplicationGroupId=groups,
    CacheParameterGroupName=families, SnapshotName=backups, Tags=tags,
)  # fmt: skip
REQUESTS = {
    "create_replication_group": st.one_of(ENOUGH, GROUP),
    "modify_replication_group": some(
        {"ReplicationGroupId": groups}, ApplyImmediately=flags, AutomaticFailoverEnabled=flags,
        MultiAZEnabled=flags, PrimaryClusterId=members, CacheNodeType=types, Engine=engines,
        CacheParameterGroupName=families, SnapshotRetentionLimit=counts, SnapshottingClusterId=members,
        UserGroupIdsToAdd=st.lists(staffs, min_size=1, max_size=1), AuthToken=st.just("another-long-token"),
        TransitEncryptionEnabled=flags, TransitEncryptionMode=st.sampled_from(["preferred", "required"]),
    ),
    "increase_replica_count": some(
        {"ReplicationGroupId": groups, "ApplyImmediately": flags}, NewReplicaCount=counts
    ),
    "decrease_replica_count": some(
        {"ReplicationGroupId": groups, "ApplyImmediately": flags}, NewReplicaCount=counts,
        ReplicasToRemove=st.lists(members, min_size=1, max_size=2),
    ),
    "modify_replication_group_shard_configuration": some(
        {"ReplicationGroupId": groups, "NodeGroupCount": counts, "ApplyImmediately": flags},
        NodeGroupsToRemove=st.lists(numbers, min_size=1, max_size=1),
    ),
    "test_failover": some({"ReplicationGroupId": groups, "NodeGroupId": st.sampled_from(["0001", "0009"])}),
    "delete_replication_group": some(
        {"ReplicationGroupId": groups}, RetainPrimaryCluster=flags, FinalSnapshotIdentifier=backups
    ),
    "create_cache_cluster": CLUSTER,
    "modify_cache_cluster": some(
        {"CacheClusterId": members}, NumCacheNodes=counts, ApplyImmediately=flags, CacheNodeType=types,
        CacheNodeIdsToRemove=st.lists(numbers, min_size=1, max_size=2),
    ),
    "reboot_cache_cluster": some(
        {"CacheClusterId": members, "CacheNodeIdsToReboot": st.lists(numbers, max_size=2)}
    ),
    "delete_cache_cluster": some({"CacheClusterId": members}, FinalSnapshotIdentifier=backups),
    "create_serverless_cache": some(
        {"ServerlessCacheName": st.just("sky"), "Engine": engines}, UserGroupId=staffs,
        SnapshotRetentionLimit=counts, DailySnapshotTime=st.just("05:00"),
    ),
    "modify_serverless_cache": some(
        {"ServerlessCacheName": st.just("sky")}, UserGroupId=staffs, Description=st.just("d")
    ),
    "delete_serverless_cache": some({"ServerlessCacheName": st.just("sky")}, FinalSnapshotName=backups),
    "create_serverless_cache_snapshot": some(
        {"ServerlessCacheName": st.just("sky"), "ServerlessCacheSnapshotName": backups}
    ),
    "delete_serverless_cache_snapshot": some({"ServerlessCacheSnapshotName": backups}),
    "create_snapshot": some({"SnapshotName": backups}, ReplicationGroupId=groups, CacheClusterId=members),
    "copy_snapshot": some({"SourceSnapshotName": backups, "TargetSnapshotName": backups}),
    "describe_snapshots": some({}, ReplicationGroupId=groups, CacheClusterId=members),
    "delete_snapshot": some({"SnapshotName": backups}),
    "create_user": some(
        {"UserId": people, "UserName": people, "Engine": engines,
         "AccessString": st.sampled_from(["on ~* +@all", "on ~* +@nonsense", "", "reset"])},
        NoPasswordRequired=flags, Passwords=st.just(["sixteen-characters"]),
    ),
    "modify_user": some(
        {"UserId": people}, AccessString=st.sampled_from(["on ~a* +@read", "off", "+nosuch"])
    ),
    "delete_user": some({"UserId": people}),
    "create_user_group": some(
        {"UserGroupId": staffs, "Engine": engines}, UserIds=st.lists(people, max_size=3)
    ),
    "modify_user_group": some(
        {"UserGroupId": staffs}, UserIdsToAdd=st.lists(people, min_size=1, max_size=2),
        UserIdsToRemove=st.lists(people, min_size=1, max_size=2),
    ),
    "delete_user_group": some({"UserGroupId": staffs}),
    "create_cache_parameter_group": some({
        "CacheParameterGroupName": families, "Description": st.just("d"),
        "CacheParameterGroupFamily": st.sampled_from(["valkey9", "memcached1.6", "redis7"]),
    }),
    "modify_cache_parameter_group": some({
        "CacheParameterGroupName": families,
        "ParameterNameValues": st.lists(st.fixed_dictionaries({
            "ParameterName": st.sampled_from(["maxmemory-policy", "reserved-memory-percent", "nonsense"]),
            "ParameterValue": st.sampled_from(["allkeys-lru", "50", "100", "-1", ""]),
        }), min_size=1, max_size=2),
    }),
    "delete_cache_parameter_group": some({"CacheParameterGroupName": families}),
    "delete_cache_subnet_group": some({"CacheSubnetGroupName": places}),
    "describe_cache_clusters": some({}, CacheClusterId=members, ShowCacheNodeInfo=flags),
}  # fmt: skip


def statuses(answer):
    """(path, status) of everything an answer says is in some state."""
    if isinstance(answer, dict):
        for key, value in answer.items():
            if key in STATUS and isinstance(value, str):
                yield key, value
            yield from statuses(value)
    elif isinstance(answer, list):
        for value in answer:
            yield from statuses(value)


ANYTHING = st.one_of(
    *(
        given.map(lambda given, call=call: lambda it, _: it.ask(call, given))
        for call, given in REQUESTS.items()
    ),
    st.integers(-1, 5).map(lambda number: lambda it, _: it.disturb(number)),
    st.integers(0, 5).map(lambda number: lambda it, data: it.ask_in_trouble(number, data)),
)
LISTS = (
    "describe_replication_groups", "describe_cache_clusters", "describe_serverless_caches", "describe_users",
    "describe_user_groups", "describe_snapshots", "describe_serverless_cache_snapshots",
)  # fmt: skip


class Requests(RuleBasedStateMachine):
    """One account, asked this and that."""

    granted: Counter = Counter()  # what succeeded, by kind, over all sequences

    def __init__(self) -> None:
        super().__init__()
        self.before = {child.pid for child in psutil.Process().children(recursive=True)}
        self.done = set()  # kinds of sensible request, in this sequence
        self.failovers = 0
        self.possible_next = False
        self.stack = contextlib.ExitStack()
        self.aws = self.stack.enter_context(cloud.account(provisioning_time=0))
        self.elasticache = self.aws.client("elasticache")
        self.elasticache.create_cache_subnet_group(
            CacheSubnetGroupName="private", CacheSubnetGroupDescription="d", SubnetIds=subnet_ids(self.aws)
        )
        # Something to meet: without it nearly every request is about what is not there.
        make_group(self.aws, "shop", NumCacheClusters=2, AutomaticFailoverEnabled=True)
        self.elasticache.create_cache_cluster(
            CacheClusterId="pool", Engine="memcached", CacheNodeType="cache.t4g.micro", NumCacheNodes=2
        )
        self.elasticache.create_user(
            UserId="ann", UserName="ann", Engine="valkey", AccessString="on ~* +@all", NoPasswordRequired=True
        )

    @rule(data=st.data())
    def step(self, data):
        """By turns, for how often each comes is not for the draws: what is possible, and anything at all."""
        self.possible_next = not self.possible_next
        if self.possible_next:
            self.ask_what_is_possible(data)
        else:
            data.draw(ANYTHING)(self, data)

    def ask_what_is_possible(self, data):
        """It is granted. What was not asked yet comes first, so that a sequence sees many kinds."""
        choice = possible(self.elasticache, self.failovers)
        kind = data.draw(st.sampled_from(sorted(choice.keys() - self.done) or sorted(choice)))
        self.grant(kind, data.draw(st.sampled_from(choice[kind])))

    def grant(self, kind, request):
        call, given = request
        getattr(self.elasticache, call)(**given)
        assert self.aws.settle(30), f"{call} {given} does not end"
        self._count(call, kind)
        self.done.add(kind)

    def _count(self, call, kind):
        self.failovers += call == "test_failover"
        self.granted[kind] += 1

    def ask(self, call, given):
        try:
            getattr(self.elasticache, call)(**given)
            self._count(call, f"any {call}")
        except ClientError as error:
            assert error.response["Error"]["Code"] not in NEVER, (call, given, error)
            assert error.response["Error"]["Message"].strip(), (call, given)
        except botocore.exceptions.ParamValidationError:
            pass  # boto3 itself refused it: nothing left this process

    def disturb(self, number):
        """The maintenance window comes, or a node dies."""
        if number < 0:
            self.aws.maintenance()
        else:
            self.kill(number)
            assert self.aws.settle(30), "a node is not replaced"

    def ask_in_trouble(self, number, data):
        """What is possible, while a node is dead and nobody has come: it is refused, or it ends."""
        assert self.aws.settle(30)
        choice = possible(self.elasticache, self.failovers)
        call, given = data.draw(st.sampled_from(choice[data.draw(st.sampled_from(sorted(choice)))]))
        self.kill(number)
        self.ask(call, given)
        assert self.aws.settle(90), f"{call} {given} does not end"

    def kill(self, number):
        rows = [row for row in self.aws.topology() if row["live"] and row["status"] == "available"]
        if rows:
            row = rows[number % len(rows)]
            self.aws.fail_node(f"{row['id']}/{row['number']}")

    def teardown(self):
        try:
            assert self.aws.settle(30), "something is still under way"
            for call in LISTS:
                for key, status in statuses(getattr(self.elasticache, call)()):
                    assert status in AT_REST, (call, key, status)
        finally:
            self.stack.close()
        after = {child.pid for child in psutil.Process().children(recursive=True)}
        left = [process for pid in after - self.before if (process := _engine(pid))]
        assert not left, left


def _engine(pid):
    """The command of a process, if it is one of the account's engines."""
    with contextlib.suppress(psutil.Error):
        words = " ".join(psutil.Process(pid).cmdline())
        if "valkey" in words or "memcached" in words:
            return words
    return None


unhandled = pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")


@unhandled
def test_each_kind_of_sensible_request_is_granted():
    """In an order that no draw decides: what was asked least often, and of deletions the last."""
    requests, asked = Requests(), Counter()
    try:
        shards = {"NumNodeGroups": 2, "ReplicasPerNodeGroup": 1, "AutomaticFailoverEnabled": True}
        make_group(requests.aws, "cart", **shards)
        while set(asked) != KINDS and asked.total() < 3 * len(KINDS):
            choice = possible(requests.elasticache, requests.failovers)
            kind = min(choice, key=lambda kind: (asked[kind], kind.startswith("delete"), kind))
            requests.grant(kind, choice[kind][asked[kind] % len(choice[kind])])
            asked[kind] += 1
        assert set(asked) == KINDS, KINDS ^ set(asked)
    finally:
        requests.teardown()


@unhandled
@pytest.mark.hypothesis  # `make deep` runs what is marked so: 500 sequences of it
def test_any_requests_in_any_order():
    Requests.granted.clear()
    run_state_machine_as_test(
        Requests,
        settings=settings(
            max_examples=10 * DEPTH if DEPTH > 1 else 3,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(dict(Requests.granted.most_common()))
    asked = [kind for kind in Requests.granted if not kind.startswith("any ")]
    assert len(asked) >= 10, f"hardly anything was possible: {Requests.granted}"


NOW = {"ApplyImmediately": True}
IN_TROUBLE = {  # who is dead: what is asked for, and who is there afterwards
    "cart-0001-001": ("increase_replica_count", {"NewReplicaCount": 2}, 6),
    "cart-0002-001": ("modify_replication_group_shard_configuration", {"NodeGroupCount": 3}, 6),
    "cart-0002-002": (
        "modify_replication_group_shard_configuration",
        {"NodeGroupCount": 1, "NodeGroupsToRemove": ["0002"]},
        2,
    ),
    "cart-0001-002": ("delete_replication_group", {}, 0),
}


@unhandled
@pytest.mark.parametrize("dead", IN_TROUBLE)
def test_what_is_asked_for_while_a_node_is_dead_is_done_once_it_is_replaced(dead):
    call, given, count = IN_TROUBLE[dead]
    with cloud.account(provisioning_time=0) as aws:
        elasticache = aws.client("elasticache")
        make_group(aws, "cart", NumNodeGroups=2, ReplicasPerNodeGroup=1, AutomaticFailoverEnabled=True)
        aws.provisioning_time = 600  # nobody comes
        aws.fail_node(dead)
        more = {} if call.startswith("delete") else NOW
        getattr(elasticache, call)(ReplicationGroupId="cart", **given, **more)
        aws.provisioning_time = 0
        assert aws.settle(60)
        rows = aws.topology()
        assert [(row["status"], row["live"]) for row in rows] == count * [("available", True)]
        assert sum(row["role"] == "primary" for row in rows) == len({row["shard"] for row in rows})


@unhandled
def test_a_replica_reboots_while_its_primary_is_dead_and_none_that_is_dead_is_promoted():
    with cloud.account(provisioning_time=0) as aws:
        elasticache = aws.client("elasticache")
        make_group(aws, "shop", NumCacheClusters=2)
        reboots = {"CacheClusterId": "shop-002", "CacheNodeIdsToReboot": ["0001"]}
        promotes = NOW | {"ReplicationGroupId": "shop", "PrimaryClusterId": "shop-002"}
        for victim, call, given in (
            ("shop-001", "reboot_cache_cluster", reboots),
            ("shop-002", "modify_replication_group", promotes),
        ):
            aws.provisioning_time = 600
            aws.fail_node(victim)
            getattr(elasticache, call)(**given)
            aws.provisioning_time = 0
            assert aws.settle(60)
            assert {row["id"]: (row["role"], row["live"]) for row in aws.topology()} == {
                "shop-001": ("primary", True),
                "shop-002": ("replica", True),
            }


def test_a_failover_is_not_tested_while_a_node_is_dead_that_nobody_has_noticed():
    with cloud.account(provisioning_time=0) as aws:
        make_group(aws, "shop", NumCacheClusters=2, AutomaticFailoverEnabled=True)
        aws.provisioning_time = 600
        aws.fail_node("shop-002")
        with pytest.raises(ClientError, match="is being replaced"):
            aws.client("elasticache").test_failover(ReplicationGroupId="shop", NodeGroupId="0001")
