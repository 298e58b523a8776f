"""The topology widget on real nodes: what it says before, during and after drills, and when it stops."""

import threading
import time

import pytest
import redis

from cachelab import cloud, widgets

GROUP = dict(
    ReplicationGroupDescription="x",
    Engine="valkey",
    CacheNodeType="cache.t4g.micro",
    AutomaticFailoverEnabled=True,
)
DEADLINE = 15  # seconds until something that follows by itself has followed


@pytest.fixture(scope="module")
def aws():
    with cloud.account(provisioning_time=0) as account:
        account.client("elasticache").create_replication_group(
            ReplicationGroupId="shop", NumCacheClusters=3, **GROUP
        )
        yield account


@pytest.fixture
def view(aws):
    """The topology of a healthy group."""
    assert aws.settle()
    made = widgets.cluster(aws, "Shop")  # AWS keeps names in lower case
    yield made
    made.close()
    for zone in aws.zones_down:
        aws.restore_zone(zone)
    for node in nodes(made).values():
        if node["link"] == "cut off" and node["live"]:
            aws.heal_replica(node["id"])
    assert aws.settle()


def nodes(view) -> dict:
    return {node["id"]: node for shard in view.look().shards for node in shard["nodes"]}


def by_role(view, role: str) -> list:
    return [node for node in nodes(view).values() if node["role"] == role]


def until(true) -> None:
    deadline = time.monotonic() + DEADLINE
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def test_a_healthy_group_at_a_glance(view):
    [primary], replicas = by_role(view, "primary"), by_role(view, "replica")
    assert primary["doors"] == ["primary endpoint"]
    assert [replica["doors"] for replica in replicas] == [["reader endpoint"]] * 2
    assert {zone["name"] for zone in view.zones} == {f"us-east-1{letter}" for letter in "abc"}
    assert all(node["state"] == "available" and node["pid"] for node in nodes(view).values())
    assert "Replication group shop created" in view.text()
    assert f"{primary['zone']} · {primary['id']} · primary · available" in view.text()


def test_the_primary_endpoint_moves_with_the_role(view):
    [old] = by_role(view, "primary")
    view.kill(old["id"])
    assert view.said == f"{old['id']} is killed."
    until(lambda: [n for n in by_role(view, "primary") if n["id"] != old["id"] and n["doors"]])
    until(lambda: nodes(view)[old["id"]]["doors"] == ["reader endpoint"])
    assert f"Failover from primary node {old['id']}" in view.text()


def test_a_replica_that_is_cut_off_falls_behind_and_catches_up(view, aws):
    [primary], replica = by_role(view, "primary"), by_role(view, "replica")[0]
    host, port = next(row["endpoint"] for row in aws.topology("shop") if row["id"] == primary["id"])
    view.cut(replica["id"])
    with redis.Redis(host=host, port=port) as client:
        for number in range(200):
            client.set(f"user:{number}", "x" * 100)
    seen = nodes(view)[replica["id"]]
    assert seen["link"] == "cut off" and "cut off" in seen["data"] and "KiB behind" in seen["data"]
    view.heal(replica["id"])
    until(lambda: "in step" in nodes(view)[replica["id"]]["data"])


def test_a_link_lags_or_falls_silent_and_is_prompt_again(view, aws):
    replica = by_role(view, "replica")[0]["id"]
    view._asked({"do": "lag", "what": replica})
    until(lambda: nodes(view)[replica]["link"] == "up")
    assert nodes(view)[replica]["pace"] == "lag" and "0.2 s late" in view.said
    view._asked({"do": "silence", "what": replica})
    seen = nodes(view)[replica]
    assert seen["pace"] == "silence" and seen["link"] == "silent" and "silent" in seen["data"]
    view._asked({"do": "hurry", "what": replica})
    until(lambda: nodes(view)[replica]["link"] == "up")
    assert nodes(view)[replica]["pace"] == "hurry"
    [primary] = by_role(view, "primary")
    view.lag(primary["id"])
    assert "is not a replica" in view.said


def test_without_replicas_readers_get_the_primary(view):
    [primary] = by_role(view, "primary")
    for zone in [node["zone"] for node in by_role(view, "replica")]:
        view.zone_down(zone)
    assert sorted(zone["name"] for zone in view.zones if zone["down"]) == sorted(view.aws.zones_down)
    assert nodes(view)[primary["id"]]["doors"] == ["primary endpoint", "reader endpoint"]
    dead = by_role(view, "replica")
    assert [node["live"] for node in dead] == [False, False]
    assert all(node["state"].startswith("dead (") and not node["doors"] for node in dead)
    assert f"{dead[0]['zone']} is down" in view.text()


def test_a_drill_that_makes_no_sense_is_answered_in_words(view):
    [primary] = by_role(view, "primary")
    view.cut(primary["id"])
    assert "is not a replica" in view.said
    view.kill("shop-009")
    assert "there is no node 'shop-009'" in view.said
    view.zone_down("mars-1a")
    assert "there is no zone 'mars-1a'" in view.said


def test_buttons_do_what_the_methods_do(view):
    replica = by_role(view, "replica")[0]["id"]
    view._asked({"do": "cut", "what": replica})
    assert nodes(view)[replica]["link"] == "cut off"
    view._asked({"do": "close", "what": ""})  # not a drill: ignored
    assert nodes(view)[replica]["link"] == "cut off"


def test_nothing_runs_until_somebody_watches_and_it_ends_by_itself(view):
    assert not view.watching
    before = view.log
    view.watch(seconds=0.2)
    assert view.watching
    until(lambda: not view.watching)
    view.watch(seconds=60)
    view.close()
    until(lambda: not view.watching)
    assert view.log == before


def test_a_watcher_sees_what_happens(view, aws):
    replica = by_role(view, "replica")[0]["id"]
    view.watch(seconds=10)
    aws.partition_replica(replica)
    shown = lambda: {n["id"]: n["link"] for shard in view.shards for n in shard["nodes"]}  # noqa: E731
    until(lambda: shown()[replica] == "cut off")


def test_shards_and_memcached_nodes_have_no_endpoints_to_follow(aws):
    elasticache = aws.client("elasticache")
    elasticache.create_replication_group(
        ReplicationGroupId="sharded", NumNodeGroups=2, ReplicasPerNodeGroup=0, **GROUP
    )
    elasticache.create_cache_cluster(
        CacheClusterId="bytes", Engine="memcached", CacheNodeType="cache.t4g.micro", NumCacheNodes=2
    )
    sharded, bytes_ = widgets.cluster(aws, "sharded"), widgets.cluster(aws, "bytes")
    assert [shard["id"] for shard in sharded.shards] == ["0001", "0002"]
    assert not [door for node in nodes(sharded).values() for door in node["doors"]]
    assert "shard 0002" in sharded.text()
    assert list(nodes(bytes_)) == ["bytes/0001", "bytes/0002"]
    bytes_.kill("bytes/0001")
    assert bytes_.said == "bytes/0001 is killed."
    elasticache.delete_replication_group(ReplicationGroupId="sharded")
    elasticache.delete_cache_cluster(CacheClusterId="bytes")
    assert "sharded is deleted: this is how it was last seen. To break it again: menu" in sharded.text()
    assert len(sharded.shards) == 2 and sharded.gone
    assert widgets.cluster(aws, "sharded").text().startswith("sharded: there is no such cache")


def test_a_closed_account_is_nothing_to_watch():
    with cloud.account(provisioning_time=0) as account:
        view = widgets.cluster(account, "gone")
        view.watch(seconds=60)
    until(lambda: not view.watching)
    assert view.said.startswith("The account is closed. To break it again: menu Run") and view.gone
    with pytest.raises(cloud.AccountError, match="not open"):
        widgets.cluster(account, "gone")


def test_the_last_picture_of_a_cache_is_of_one_that_lived(aws):
    elasticache = aws.client("elasticache")
    elasticache.create_replication_group(ReplicationGroupId="short", NumCacheClusters=3, **GROUP)
    view = widgets.cluster(aws, "short")
    looking = threading.Thread(target=lambda: until(lambda: view.look().gone))
    looking.start()
    elasticache.delete_replication_group(ReplicationGroupId="short")
    looking.join()
    assert [node["state"] for node in view.shards[0]["nodes"]] == ["available"] * 3
