"""A region with a few things in it and nothing running: enough for everything AWS refuses."""

import pytest

from cachelab.cloud.api import groups, parameters, users
from cachelab.cloud.api.perform import check
from cachelab.cloud.asking import Ask
from cachelab.cloud.facts.catalog import find_version
from cachelab.cloud.region import Region
from cachelab.cloud.resources.serverless import ServerlessCache
from cachelab.cloud.resources.snapshot import Part, Snapshot
from cachelab.cloud.resources.subnets import Subnet, SubnetGroup
from cachelab.cloud.resources.users import User, UserGroup

ACCOUNT = "123456789012"


@pytest.fixture(scope="session")
def furnished(tmp_path_factory):
    """The region us-east-1 with one or two of everything, to be asked and not to be changed."""
    region = Region("us-east-1", ACCOUNT, fleet=None)
    users.add_default(region)
    region.subnet_groups["my-subnets"] = SubnetGroup(
        "my-subnets", "private", "", "vpc-0123456789abcdef0", [Subnet("subnet-0a", "us-east-1a")]
    )
    for name, family in (("mine", "valkey9"), ("old", "redis5.0"), ("sharded", "valkey9")):
        parameters.create(
            region,
            {"CacheParameterGroupName": name, "CacheParameterGroupFamily": family, "Description": name},
        )
    region.parameter_group("sharded").values["cluster-enabled"] = "yes"
    region.users["clerk"] = User(
        id="clerk", name="clerk", engine="redis", access_string="on ~* +@read",
        authentication="no-password-required", arn=region.arn("user", "clerk"),
    )  # fmt: skip
    region.user_groups["staff"] = UserGroup("staff", "redis", ["default"], region.arn("usergroup", "staff"))
    region.user_groups["guests"] = UserGroup(
        "guests", "valkey", [], region.arn("usergroup", "guests"), status="creating"
    )
    file = tmp_path_factory.mktemp("rdb") / "none.rdb"
    for name, status in (("yesterday", "available"), ("unfinished", "creating")):
        region.snapshots[name] = Snapshot(
            name,
            "",
            "x",
            None,
            "",
            "valkey",
            find_version("valkey"),
            "cache.t4g.micro",
            False,
            False,
            "default.valkey9",
            None,
            status=status,
            parts=[Part("0001", "x-001", file, None)],
        )
    region.serverless_caches["any"] = ServerlessCache(
        id="any", arn="", engine="valkey", version=find_version("valkey"), given={}
    )
    add_group(region, "plain", NumCacheClusters=2)
    add_group(region, "failing-over", NumCacheClusters=2, AutomaticFailoverEnabled=True, MultiAZEnabled=True)
    add_group(
        region,
        "shards",
        NumNodeGroups=2,
        ReplicasPerNodeGroup=1,
        AutomaticFailoverEnabled=True,
        ClusterMode="enabled",
    )
    secured = add_group(region, "secured", NumCacheClusters=1)
    secured.tls, secured.tls_mode = True, "required"
    secured.access.set_token("0123456789abcdef")
    add_group(region, "changing", NumCacheClusters=1).status = "modifying"
    add_group(region, "redis-6", NumCacheClusters=1, Engine="redis", EngineVersion="6.2")
    return region


def add_group(region, name, **request):
    """A replication group that exists on paper."""
    given = {"ReplicationGroupId": name, "ReplicationGroupDescription": "d", "Engine": "valkey"} | request
    check(region, "CreateReplicationGroup", given)
    group = groups.new(region, Ask("CreateReplicationGroup", given, region))
    group.status, group.since_failover_change = "available", False
    region.groups[group.id] = group
    return group
