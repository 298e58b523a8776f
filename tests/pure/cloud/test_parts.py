"""The small pieces: addresses, parameter groups, ACLs, events, windows, the guard's judgement."""

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import awscli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cachelab import cloud
from cachelab.cloud import events, guard
from cachelab.cloud.facts import catalog, prices
from cachelab.cloud.facts.addresses import aws_address
from cachelab.cloud.facts.catalog import FAMILIES, MEMORY
from cachelab.cloud.facts.parameters import (
    ParameterGroup,
    describe_by_node_type,
    memcached_arguments,
    of_family,
    valkey_settings,
)
from cachelab.cloud.plane import slots
from cachelab.cloud.plane.access import Access, Login, valid_access_string
from cachelab.cloud.rules.backups import clock_window, week_window


@pytest.mark.parametrize(
    ("arguments", "address"),
    [
        ({}, "master.c.abc123.use1.cache.amazonaws.com"),
        ({"tls": False}, "c.abc123.ng.0001.use1.cache.amazonaws.com"),
        ({"kind": "reader"}, "replica.c.abc123.use1.cache.amazonaws.com"),
        ({"kind": "reader", "tls": False}, "c-ro.abc123.ng.0001.use1.cache.amazonaws.com"),
        ({"kind": "configuration"}, "clustercfg.c.abc123.use1.cache.amazonaws.com"),
        ({"kind": "configuration", "tls": False}, "c.abc123.clustercfg.use1.cache.amazonaws.com"),
        ({"kind": "configuration", "memcached": True}, "c.abc123.cfg.use1.cache.amazonaws.com"),
        ({"kind": "node", "node": "002"}, "c-002.c.abc123.use1.cache.amazonaws.com"),
        ({"kind": "serverless"}, "c-abc123.serverless.use1.cache.amazonaws.com"),
        ({"region": "eu-west-1"}, "master.c.abc123.euw1.cache.amazonaws.com"),
    ],
)
def test_the_address_aws_would_give(arguments, address):
    assert aws_address("c", **arguments) == address


def test_an_unknown_kind_of_address():
    with pytest.raises(ValueError, match="primary, reader"):
        aws_address("c", "writer")


# Versions and parameters.


@pytest.mark.parametrize(
    ("engine", "asked", "number"),
    [("redis", "7.x", "7.1"), ("valkey", None, "9.1"), ("valkey", "8", "8.2"), ("redis", "4.0.13", None)],
)
def test_versions(engine, asked, number):
    found = catalog.find_version(engine, asked)
    assert (found and found.number) == number


@pytest.mark.parametrize("family", catalog.FAMILIES)
def test_every_default_is_allowed_by_its_own_limits(family):
    for parameter in of_family(family).values():
        assert parameter.permits(parameter.default), parameter


def test_the_defaults_that_surprise():
    group = ParameterGroup("default.valkey9", "valkey9", "", "")
    settings = valkey_settings(group, "cache.t4g.micro")
    assert settings["maxmemory-policy"] == "volatile-lru"
    assert settings["maxmemory"] == "402653184"  # 0.375 GiB of the 0.5 that the node is sold with
    group.values |= {"reserved-memory-percent": "0", "maxmemory-policy": "allkeys-lfu"}
    settings = valkey_settings(group, "cache.t4g.micro")
    assert (settings["maxmemory-policy"], settings["maxmemory"]) == ("allkeys-lfu", "536870912")
    group.values |= {"reserved-memory-percent": "100"}
    assert valkey_settings(group, "cache.t4g.micro")["maxmemory"] == "1"  # 0 would be no limit at all


def test_what_elasticache_keeps_to_itself_does_not_reach_the_engine():
    settings = valkey_settings(ParameterGroup("", "valkey9", "", ""), "cache.t4g.micro")
    assert not settings.keys() & {"close-on-replica-write", "cluster-enabled", "reserved-memory-percent"}


def test_memcached_gets_its_memory_less_what_connections_need():
    group = ParameterGroup("", "memcached1.6", "", "", {"max_item_size": "2097152"})
    assert memcached_arguments(group, "cache.t4g.micro") == ["-m", "412", "-t", "2", "-I", "2097152"]


# Access.


def test_nobody_may_touch_the_service():
    users = Access().users
    assert "nopass" in users["default"] and "-config" in users["default"] and "-replicaof" in users["default"]


def test_a_token_is_set_rotated_and_set_again():
    access = Access()
    access.set_token("first")
    assert access.tokens == ["first"] and "nopass" not in access.users["default"]
    access.rotate_token("second")
    assert access.tokens == ["first", "second"]
    access.rotate_token("third")
    assert access.tokens == ["second", "third"]  # never more than two
    access.set_token("third")
    assert access.tokens == ["third"]


def test_rotating_a_token_in_does_not_lock_the_door_yet():
    access = Access()
    access.rotate_token("first")
    assert "nopass" in access.users["default"]  # until SET, as on AWS
    access.set_token("first")
    assert "nopass" not in access.users["default"]


def test_a_user_group_replaces_the_default_user():
    access = Access(logins=[Login("reader", "on ~app:* +@read", ("secret",))])
    assert access.users["default"] == "off"
    assert access.users["reader"].startswith("on ~app:* +@read >secret")
    access.logins.append(Login("default", "off -@all", (), True))
    assert access.users["default"].startswith("off -@all nopass")


def test_changes_to_a_running_node():
    commands = Access(logins=[Login("new", "on +@all", open=True)]).commands(["default", "gone"])
    assert ["ACL", "DELUSER", "gone"] in commands
    assert all(command[:2] != ["ACL", "SETUSER"] or command[3] == "reset" for command in commands)


@pytest.mark.parametrize(
    "text",
    ["on ~* +@all", "on ~app::* -@all +@read -setbit", "off", "on ~* &* +@all (~k* +get)", "on %R~x +get|x"],
)
def test_access_strings(text):
    assert valid_access_string(text)


@given(st.text(max_size=40))
def test_no_access_string_brings_a_password_or_an_escape(text):
    for bad in (
        f"on >{text or 'x'}",
        f"on nopass {text}",
        f"on #{'a' * 64}",
        f"reset {text}",
        f"on ~* \n user {text}",
    ):
        if valid_access_string(bad):
            assert not any(
                word.startswith((">", "#", "<")) or word in ("nopass", "reset") for word in bad.split()
            )
            assert "user" not in bad.split()


# Cluster mode.


@given(st.integers(1, 500))
def test_shards_share_all_slots(count):
    shares = slots.shares(count)
    assert len(shares) == count and shares[0][0] == 0 and shares[-1][1] == 16383
    assert all(low == before + 1 for (_, before), (low, _) in zip(shares, shares[1:], strict=False))
    sizes = [high - low + 1 for low, high in shares]
    assert max(sizes) - min(sizes) <= 1


# Windows.


@pytest.mark.parametrize(
    ("window", "minutes"), [("05:00-06:00", 60), ("23:30-00:30", 60), ("5:00-6:00", 0), ("25:00-26:00", 0)]
)
def test_a_daily_window(window, minutes):
    assert clock_window(window) == minutes


@pytest.mark.parametrize(
    ("window", "minutes"), [("sun:23:00-mon:01:30", 150), ("sat:23:30-sun:00:30", 60), ("05:00-06:00", 0)]
)
def test_a_weekly_window(window, minutes):
    assert week_window(window) == minutes


# Events.


def test_events_newest_first_and_of_the_last_hour_only():
    log = events.EventLog()
    log.tell(events.CLUSTER, "a", events.CLUSTER_CREATED)
    log.tell(events.GROUP, "g", events.FAILED_OVER, old="a", new="b")
    assert [event.source for event in log.select()] == ["g", "a"]
    assert (
        log.select(source_type=events.GROUP)[0].message
        == "Failover from primary node a to replica node b completed"
    )
    assert log.select(source="A", source_type=events.CLUSTER)
    future = datetime.now(UTC) + timedelta(hours=2)
    assert log.select(end=future) == []  # the hour before then
    assert len(log.select(start=datetime.now(UTC) - timedelta(days=1))) == 2
    assert log.select(minutes=1, end=datetime.now(UTC) - timedelta(minutes=5)) == []


# The guard.


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.9.9.9", "x.localhost"])
def test_this_machine(host):
    assert guard.is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "10.0.0.1",
        "elasticache.us-east-1.amazonaws.com",
        "localhost.evil.example",
        "",
        None,
    ],
)
def test_other_machines(host):
    assert not guard.is_loopback(host)


def test_a_request_to_another_machine_is_refused_by_name():
    with pytest.raises(cloud.OutsideTheBox, match=r"elasticache\.us-east-1\.amazonaws\.com"):
        guard.refuse_unless_loopback("https://elasticache.us-east-1.amazonaws.com/")
    guard.refuse_unless_loopback("http://127.0.0.1:4566/")


def test_real_credentials_profiles_and_services_are_out_of_sight(monkeypatch):
    for name in (
        "AWS_PROFILE",
        "AWS_SESSION_TOKEN",
        "AWS_ENDPOINT_URL_ELASTICACHE",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    ):
        monkeypatch.setenv(name, "yours")
    changes = guard.environment("http://127.0.0.1:1", "/tmp/ca.pem")
    assert changes["AWS_PROFILE"] is changes["AWS_SESSION_TOKEN"] is None
    assert changes["AWS_ENDPOINT_URL_ELASTICACHE"] is changes["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] is None
    assert changes["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"
    assert changes["AWS_SHARED_CREDENTIALS_FILE"] == changes["AWS_CONFIG_FILE"] == os.devnull
    assert "127.0.0.1" in changes["NO_PROXY"]


# The account, before anything runs.


def test_live_needs_to_be_meant(monkeypatch):
    monkeypatch.delenv("CACHELAB_AWS", raising=False)
    with pytest.raises(cloud.AccountError, match="CACHELAB_AWS=live"):
        cloud.account(live=True)


def test_a_price_is_of_an_operation():
    assert str(prices.of_request("describe_events"))
    with pytest.raises(ValueError, match="'banana' is no operation.*create_replication_group"):
        prices.of_request("banana")


@pytest.mark.parametrize("seconds", [-1, 3601, float("nan"), "soon"])
def test_a_provisioning_time_that_makes_no_sense(seconds):
    with pytest.raises(ValueError, match="provisioning_time"):
        cloud.account(provisioning_time=seconds)


@pytest.mark.parametrize(
    ("moment", "window", "began"),
    [
        ("2026-11-28 05:00", "05:00-06:00", "2026-11-28 05:00"),  # a Saturday
        ("2026-11-28 04:59", "05:00-06:00", "2026-11-27 05:00"),
        ("2026-11-28 05:00", "sat:05:00-sat:06:00", "2026-11-28 05:00"),
        ("2026-11-28 04:59", "sat:05:00-sat:06:00", "2026-11-21 05:00"),
        ("2026-11-28 12:00", "Sun:23:30-mon:01:00", "2026-11-22 23:30"),
    ],
)
def test_when_a_window_last_began(moment, window, began):
    from cachelab.cloud.api.maintenance import _latest

    assert _latest(datetime.fromisoformat(moment), window) == datetime.fromisoformat(began)


def test_a_closed_account_says_so():
    aws = cloud.account()
    assert aws.provisioning_time == 3.0 and "closed" in repr(aws)
    assert aws.still_billing() == []
    for use in (lambda: aws.endpoint_url, lambda: aws.client("s3"), aws.topology, lambda: aws.fail_node("x")):
        with pytest.raises(cloud.AccountError, match="not open"):
            use()
    aws.close()  # nothing to do, and no complaint


# Parameters, against what AWS answered when somebody wrote the examples of its CLI.


def recorded(example):
    """The parameters in an answer that the `aws` command's documentation shows, by name."""
    file = Path(awscli.__file__).parent / "examples" / "elasticache" / example
    rows = re.findall(r'"ParameterName": "([^"]*)",(.*?)\}', file.read_text(encoding="utf-8"), re.DOTALL)
    return {name: dict(re.findall(r'"(\w+)": "?([^"\n]*?)"?,?\n', row + "\n")) for name, row in rows}


def test_the_parameters_of_redis_5_are_those_aws_lists():
    theirs, ours = recorded("describe-engine-default-parameters.rst"), of_family("redis5.0")
    assert set(ours) == set(theirs) and len(ours) == 57
    for name, row in theirs.items():
        parameter = ours[name]
        assert parameter.default == row.get("ParameterValue", ""), name
        assert (parameter.data_type, parameter.change) == (row["DataType"], row["ChangeType"]), name


def test_later_families_speak_of_listpacks():
    for family in ("redis7", "valkey7", "valkey8", "valkey9"):
        assert "hash-max-listpack-entries" in of_family(family)
        assert not any("ziplist" in name for name in of_family(family))
    assert "zset-max-ziplist-value" in of_family("redis6.x")


@pytest.mark.parametrize("family", [family for family in FAMILIES if not family.startswith("memcached")])
def test_aws_tells_the_memory_of_each_node_type(family):
    [row] = describe_by_node_type(family)
    sizes = {entry["CacheNodeType"]: int(entry["Value"]) for entry in row["CacheNodeTypeSpecificValues"]}
    assert row["ParameterName"] == "maxmemory" and sizes == MEMORY
