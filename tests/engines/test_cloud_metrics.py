"""CloudWatch on real nodes: what it sees of traffic, of a death, of a failover; whom it pages."""

import json
import subprocess
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError
from pymemcache.client.base import Client as Memcached
from redis.cluster import RedisCluster

from cachelab import cloud
from cachelab.cloud.metrics.published import ABSENT, unit
from tests.oracle.cloud_drills import connect, describe, make_group, primary, roles, wait_until

SMALL = "90"  # percent of a t4g.micro's memory that is reserved: some 50 MB are left for data
KILOBYTES = "x" * 100_000


@pytest.fixture(scope="module")
def aws():
    with cloud.account(provisioning_time=0) as aws:
        elasticache = aws.client("elasticache")
        elasticache.create_cache_parameter_group(
            CacheParameterGroupName="small", CacheParameterGroupFamily="valkey9", Description="little memory"
        )
        elasticache.modify_cache_parameter_group(
            CacheParameterGroupName="small",
            ParameterNameValues=[
                {"ParameterName": "reserved-memory-percent", "ParameterValue": SMALL},
                {"ParameterName": "maxmemory-policy", "ParameterValue": "allkeys-lru"},
            ],
        )
        yield aws


@pytest.fixture(scope="module")
def shop(aws):
    """A primary and two replicas in three zones."""
    options = {"NumCacheClusters": 3, "AutomaticFailoverEnabled": True, "MultiAZEnabled": True}
    return make_group(aws, "shop", CacheParameterGroupName="small", **options)["ReplicationGroupId"]


@pytest.fixture
def cloudwatch(aws):
    client = aws.client("cloudwatch")
    yield client
    names = [alarm["AlarmName"] for alarm in client.describe_alarms()["MetricAlarms"]]
    client.delete_alarms(AlarmNames=names or ["none"])


def of(cluster, node="0001"):
    return {"CacheClusterId": cluster, "CacheNodeId": node}


def rows(dimensions):
    return [{"Name": name, "Value": value} for name, value in dimensions.items()]


def points(aws, metric, dimensions, minutes=1, statistic="Average"):
    """The last minutes' values of a metric; None where a minute has none."""
    start = aws.now() - timedelta(minutes=minutes)
    kind = "ExtendedStatistics" if statistic.startswith("p") else "Statistics"
    found = aws.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/ElastiCache",
        MetricName=metric,
        Dimensions=rows(dimensions),
        StartTime=start,
        EndTime=aws.now(),
        Period=60,
        **{kind: [statistic]},
    )["Datapoints"]
    by_minute = {row["Timestamp"]: row["ExtendedStatistics"] if kind[0] == "E" else row for row in found}
    moments = [start + timedelta(minutes=minute) for minute in range(minutes)]
    return [by_minute[moment][statistic] if moment in by_minute else None for moment in moments]


def alarm(cloudwatch, name, metric, dimensions, comparison, threshold, missing="missing", **options):
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="AWS/ElastiCache",
        MetricName=metric,
        Dimensions=rows(dimensions),
        ComparisonOperator=f"{comparison}Threshold",
        Threshold=threshold,
        TreatMissingData=missing,
        **{"Statistic": "Average", "Period": 60, "EvaluationPeriods": 3, "DatapointsToAlarm": 2} | options,
    )


def states(cloudwatch):
    return {alarm["AlarmName"]: alarm["StateValue"] for alarm in cloudwatch.describe_alarms()["MetricAlarms"]}


def read(client, hits, misses):
    client.set("warm", "here")
    for _ in range(hits):
        client.get("warm")
    for number in range(misses):
        client.get(f"never:{number}")


def test_hits_misses_commands_and_latency_under_traffic(aws, shop):
    client = connect(primary(describe(aws, shop)))
    client.flushall()
    aws.minute()
    read(client, hits=90, misses=10)
    client.hset("user:7", mapping={"name": "Ada"})
    client.zadd("sales", {"book": 1})
    aws.minute()
    node = of("shop-001")
    assert points(aws, "CacheHits", node) == [90]
    assert points(aws, "CacheMisses", node) == [10]
    assert points(aws, "CacheHitRate", node) == [90]
    assert points(aws, "CacheHitRate", {"CacheClusterId": "shop-001"}) == [90]
    assert points(aws, "GetTypeCmds", node) == [100]
    assert points(aws, "SetTypeCmds", node) == [3]
    assert points(aws, "HashBasedCmds", node) == [1]
    assert points(aws, "SortedSetBasedCmds", node) == [1]
    assert points(aws, "CurrItems", node) == [3]
    slow, usual = points(aws, "SuccessfulReadRequestLatency", node, statistic="p99") + points(
        aws, "SuccessfulReadRequestLatency", node, statistic="p50"
    )
    assert slow >= usual > 0
    assert points(aws, "SuccessfulReadRequestLatency", node, statistic="SampleCount") == [100]
    assert points(aws, "ReplicationBytes", node)[0] > 0
    assert points(aws, "ReplicationBytes", of("shop-002")) == [0]


def test_a_quiet_minute_has_zeros_but_no_hit_rate_and_no_connections_of_the_accounts_own(aws, shop):
    aws.settle()
    aws.minute(3)
    for metric in ("CacheHits", "CacheMisses", "Evictions", "NewConnections"):
        assert points(aws, metric, of("shop-001"), minutes=2) == [0, 0], metric
    assert points(aws, "CacheHitRate", of("shop-001"), minutes=2) == [None, None]


def test_memory_fills_evictions_appear_and_the_hit_rate_falls(aws, shop):
    client = connect(primary(describe(aws, shop)))
    client.flushall()
    aws.minute()
    for number in range(100):
        client.set(f"page:{number}", KILOBYTES)
    for number in range(100):
        client.get(f"page:{number}")
    aws.minute()
    for number in range(100, 1000):
        client.set(f"page:{number}", KILOBYTES)
    for number in range(100):
        client.get(f"page:{number}")
    aws.minute()
    node = of("shop-001")
    empty, some, full = points(aws, "DatabaseMemoryUsagePercentage", node, minutes=3)
    assert empty < some < full
    assert full > 80
    assert points(aws, "Evictions", node, minutes=2, statistic="Sum")[0] == 0
    assert points(aws, "Evictions", node, statistic="Sum")[0] > 100
    before, after = points(aws, "CacheHitRate", node, minutes=2)
    assert before == 100 > after
    client.flushall()


def test_metrics_that_aws_does_not_publish_are_not_there(aws, shop, cloudwatch):
    aws.minute()
    pages = cloudwatch.get_paginator("list_metrics").paginate(Namespace="AWS/ElastiCache")
    found = {}
    for metric in (metric for page in pages for metric in page["Metrics"]):
        found.setdefault(metric["MetricName"], set()).add(tuple(row["Name"] for row in metric["Dimensions"]))
    by_group = {name for name, sets in found.items() if ("ReplicationGroupId",) in sets}
    assert by_group == {
        "EngineCPUUtilization",
        "DatabaseMemoryUsageCountedForEvictPercentage",
        "DatabaseCapacityUsageCountedForEvictPercentage",
    }
    assert found["CurrVolatileItems"] == {("CacheClusterId", "CacheNodeId")}
    assert found["CacheHits"] == {("CacheClusterId",), ("CacheClusterId", "CacheNodeId")}
    assert not set(ABSENT) & set(found)


def test_a_page_arrives_and_the_alarm_on_the_groups_name_stays_silent(aws, shop, cloudwatch):
    topic, queue = pager(aws, "hit-rate")
    common = {"comparison": "LessThan", "threshold": 80, "AlarmActions": [topic], "OKActions": [topic]}
    alarm(cloudwatch, "hit-rate", "CacheHitRate", of("shop-001"), **common)
    alarm(cloudwatch, "on-the-group", "CacheHitRate", {"ReplicationGroupId": "shop"}, **common)
    alarm(
        cloudwatch, "green", "CacheHitRate", {"ReplicationGroupId": "shop"}, missing="notBreaching", **common
    )
    assert set(states(cloudwatch).values()) == {"INSUFFICIENT_DATA"}
    client = connect(primary(describe(aws, shop)))
    for hits in (95, 95, 95, 40, 40, 40):
        read(client, hits, 100 - hits)
        aws.minute()
    assert states(cloudwatch) == {"hit-rate": "ALARM", "on-the-group": "INSUFFICIENT_DATA", "green": "OK"}
    aws.minute(10)
    assert states(cloudwatch)["on-the-group"] == "INSUFFICIENT_DATA"
    messages = received(aws, queue)
    told = [(message["AlarmName"], message["NewStateValue"]) for message in messages]
    assert told[:3] == [("hit-rate", "OK"), ("green", "OK"), ("hit-rate", "ALARM")]
    ringing = messages[2]
    assert "40.0" in ringing["NewStateReason"]
    assert ringing["Trigger"]["MetricName"] == "CacheHitRate"
    history = cloudwatch.describe_alarm_history(AlarmName="hit-rate", HistoryItemType="StateUpdate")
    summaries = [row["HistorySummary"] for row in history["AlarmHistoryItems"]]
    assert "Alarm updated from OK to ALARM" in summaries


def pager(aws, name):
    """A topic with a queue that is told what it is told."""
    sns, sqs = aws.client("sns"), aws.client("sqs")
    topic = sns.create_topic(Name=name)["TopicArn"]
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return topic, queue


def received(aws, queue):
    found = aws.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(json.loads(message["Body"])["Message"]) for message in found]


def test_the_aws_command_sees_the_same(aws, shop, cloudwatch):
    alarm(cloudwatch, "memory", "DatabaseMemoryUsagePercentage", of("shop-001"), "GreaterThan", 80)
    aws.minute()
    said = subprocess.run(
        ["aws", "cloudwatch", "describe-alarms", "--endpoint-url", aws.endpoint_url, "--output", "json"],
        capture_output=True,
        text=True,
        check=True,
    )
    (row,) = json.loads(said.stdout)["MetricAlarms"]
    assert (row["AlarmName"], row["StateValue"]) == ("memory", states(cloudwatch)["memory"])
    refused = subprocess.run(
        "aws cloudwatch put-metric-data --namespace AWS/ElastiCache --metric-name x --value 1".split(),
        capture_output=True,
        text=True,
    )
    assert "InvalidParameterValue" in refused.stderr


def test_metric_math_over_the_nodes_of_a_group(aws, shop, cloudwatch):
    client = connect(primary(describe(aws, shop)))
    aws.minute()
    read(client, hits=30, misses=10)
    aws.minute()
    nodes = sorted(roles(aws, shop))
    queries = [
        {
            "Id": f"{metric.lower()}{number}",
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/ElastiCache",
                    "MetricName": f"Cache{metric}",
                    "Dimensions": rows(of(node)),
                },
                "Period": 60,
                "Stat": "Sum",
            },
            "ReturnData": False,
        }
        for number, node in enumerate(nodes)
        for metric in ("Hits", "Misses")
    ]
    hits, everything = 'SUM(METRICS("hits"))', "SUM(METRICS())"
    queries.append({"Id": "rate", "Expression": f"100 * {hits} / {everything}", "Label": "hit rate"})
    asked = {"StartTime": aws.now() - timedelta(minutes=1), "EndTime": aws.now()}
    (row,) = cloudwatch.get_metric_data(MetricDataQueries=queries, **asked)["MetricDataResults"]
    assert (row["Label"], row["Values"]) == ("hit rate", [75])
    found = (
        "SUM(SEARCH('{AWS/ElastiCache,CacheClusterId,CacheNodeId} MetricName=\"CacheHits\" shop', 'Sum', 60))"
    )
    (row,) = cloudwatch.get_metric_data(MetricDataQueries=[{"Id": "s", "Expression": found}], **asked)[
        "MetricDataResults"
    ]
    assert row["Values"] == [30]


def test_a_node_that_hangs_has_no_points(aws, shop):
    aws.settle()
    aws.minute()
    aws.freeze_node("shop-003")
    aws.minute(2)
    assert points(aws, "CurrConnections", of("shop-003"), minutes=2) == [None, None]
    assert None not in points(aws, "CurrConnections", of("shop-002"), minutes=3)
    aws.settle()
    wait_until(
        lambda: points_after(aws, "CurrConnections", of("shop-003")) != [None], "another node's points"
    )


def test_a_replica_that_is_cut_off_falls_behind(aws, shop):
    aws.settle()
    client = connect(primary(describe(aws, shop)))
    name = next(node for node, role in roles(aws, shop).items() if role == "replica")
    assert points_after(aws, "ReplicationLag", of(name)) == [0]
    aws.partition_replica(name)
    client.set("last", "words")

    def behind():
        (lag,) = points_after(aws, "ReplicationLag", of(name))
        return lag and lag >= 1

    wait_until(behind, "a lag of a second")
    assert points(aws, "MasterLinkHealthStatus", of(name)) == [0]
    aws.heal_replica(name)
    wait_until(lambda: points_after(aws, "ReplicationLag", of(name)) == [0], "catching up")
    assert points(aws, "MasterLinkHealthStatus", of(name)) == [1]


def test_behind_a_silent_link_a_replica_looks_connected_and_lags(aws, shop):
    aws.settle()
    client = connect(primary(describe(aws, shop)))
    name = next(node for node, role in roles(aws, shop).items() if role == "replica")
    aws.replica_link(name, delay=None)
    client.set("unheard", "of")
    wait_until(lambda: (points_after(aws, "ReplicationLag", of(name))[0] or 0) >= 1, "a lag of a second")
    assert points(aws, "MasterLinkHealthStatus", of(name)) == [1]
    aws.replica_link(name, delay=0)
    wait_until(lambda: points_after(aws, "ReplicationLag", of(name)) == [0], "catching up")


def points_after(aws, metric, dimensions):
    aws.minute()
    return points(aws, metric, dimensions)


def test_after_a_failover_the_alarm_on_a_node_watches_a_replica(aws, shop):
    aws.settle()
    (old,) = [node for node, role in roles(aws, shop).items() if role == "primary"]
    aws.minute()
    assert points(aws, "IsMaster", of(old)) == [1]
    aws.fail_node(old)
    aws.settle()
    (new,) = [node for node, role in roles(aws, shop).items() if role == "primary"]
    assert new != old
    client = connect(primary(describe(aws, shop)))
    aws.minute()
    read(client, hits=20, misses=0)
    aws.minute()
    assert (points(aws, "IsMaster", of(old)), points(aws, "IsMaster", of(new))) == ([0], [1])
    assert (points(aws, "CacheHits", of(old)), points(aws, "CacheHits", of(new))) == ([0], [20])
    by_role = {role: points(aws, "EngineCPUUtilization", group(role)) for role in ("Primary", "Replica")}
    assert None not in by_role["Primary"] + by_role["Replica"]


def group(role):
    return {"ReplicationGroupId": "shop", "Role": role}


def test_a_dead_node_is_missing_and_not_breaching_calls_it_ok(aws, shop, cloudwatch):
    aws.settle()
    node = of("shop-002")
    common = {"comparison": "LessThan", "threshold": 0}
    for missing in ("missing", "ignore", "breaching", "notBreaching"):
        alarm(cloudwatch, missing, "CurrConnections", node, missing=missing, **common)
    aws.minute(3)
    assert set(states(cloudwatch).values()) == {"OK"}
    zone = next(row["zone"] for row in aws.topology("shop") if row["id"] == "shop-002")
    aws.fail_zone(zone)
    try:
        aws.minute(7)
        assert points(aws, "CurrConnections", node, minutes=7) == [None] * 7
        assert states(cloudwatch) == {
            "missing": "INSUFFICIENT_DATA",
            "ignore": "OK",
            "breaching": "ALARM",
            "notBreaching": "OK",
        }
    finally:
        aws.restore_zone(zone)
    aws.settle()
    aws.minute()
    assert points(aws, "CurrConnections", node)[0] is not None


def test_a_busy_engine_is_half_of_a_host_with_two_processors(aws, shop):
    client = connect(primary(describe(aws, shop)), socket_timeout=30)
    (node,) = [node for node, role in roles(aws, shop).items() if role == "primary"]
    aws.minute()
    client.eval("local n = 0 for i = 1, 3e7 do n = n + i end return n", 0)
    aws.minute()
    (engine,), (host,) = (
        points(aws, metric, of(node)) for metric in ("EngineCPUUtilization", "CPUUtilization")
    )
    assert engine > 1
    assert host == pytest.approx(engine / 2, rel=0.25)
    assert points(aws, "EvalBasedCmds", of(node)) == [1]
    assert points(aws, "FreeableMemory", of(node))[0] > 0


def test_memcached_has_names_of_its_own_and_no_hit_rate(aws, cloudwatch):
    aws.client("elasticache").create_cache_cluster(
        CacheClusterId="sessions", Engine="memcached", CacheNodeType="cache.t4g.micro", NumCacheNodes=2
    )
    (cluster,) = aws.client("elasticache").describe_cache_clusters(
        CacheClusterId="sessions", ShowCacheNodeInfo=True
    )["CacheClusters"]
    endpoint = cluster["CacheNodes"][1]["Endpoint"]
    client = Memcached((endpoint["Address"], endpoint["Port"]), default_noreply=False)
    aws.minute()
    client.set("session:1", "ada")
    for key in ("session:1", "session:1", "session:2"):
        client.get(key)
    client.delete("session:1")
    aws.minute()
    second = of("sessions", "0002")
    for metric, value in {"GetHits": 2, "GetMisses": 1, "CmdGet": 3, "CmdSet": 1, "DeleteHits": 1}.items():
        assert points(aws, metric, second) == [value], metric
        assert points(aws, metric, of("sessions", "0001")) == [0], metric
    assert points(aws, "CmdGet", {"CacheClusterId": "sessions"}, statistic="Sum") == [3]  # both nodes
    assert points(aws, "CmdGet", {"CacheClusterId": "sessions"}, statistic="SampleCount") == [2]
    assert points(aws, "UnusedMemory", second)[0] > 0
    listed = cloudwatch.list_metrics(
        Dimensions=rows({"CacheClusterId": "sessions"}), MetricName="CacheHitRate"
    )
    assert listed["Metrics"] == []
    client.close()


def test_serverless_has_one_dimension_and_counts_units(aws):
    elasticache = aws.client("elasticache")
    elasticache.create_serverless_cache(ServerlessCacheName="orders", Engine="valkey")
    (cache,) = elasticache.describe_serverless_caches(ServerlessCacheName="orders")["ServerlessCaches"]
    client = RedisCluster(
        cache["Endpoint"]["Address"], cache["Endpoint"]["Port"], ssl=True, ssl_ca_certs=aws.ca_file
    )
    aws.minute()
    for number in range(20):
        client.set(f"order:{number}", "x" * 10_240)
    aws.minute()
    name = {"ServerlessCacheName": "orders"}
    units, commands = (
        points(aws, metric, name)[0] for metric in ("ElastiCacheProcessingUnits", "TotalCmdsCount")
    )
    assert units >= 200 > commands >= 20  # ten kilobytes are ten units
    assert points(aws, "ThrottledCmds", name) == [0]
    assert points(aws, "CurrItems", name) == [20]
    assert points(aws, "BytesUsedForCache", name)[0] > 200_000
    client.close()


def test_counters_start_over_with_the_process(aws):
    elasticache = aws.client("elasticache")
    make_group(aws, "alone", NumCacheClusters=1)
    client = connect(primary(describe(aws, "alone")))
    read(client, hits=10, misses=0)
    aws.minute()
    assert points(aws, "CacheHits", of("alone-001")) == [10]  # from its start: the first minute it was there
    elasticache.reboot_cache_cluster(CacheClusterId="alone-001", CacheNodeIdsToReboot=["0001"])
    aws.settle()
    read(connect(primary(describe(aws, "alone"))), hits=5, misses=0)
    aws.minute()
    assert points(aws, "CacheHits", of("alone-001")) == [5]


def test_time_stands_still_until_it_is_stepped():
    account = cloud.account(provisioning_time=0)
    with pytest.raises(cloud.AccountError, match="not open"):
        account.now()
    with account as aws:
        began = aws.now()
        aws.minute(3)
        assert aws.now() - began == timedelta(minutes=3)
        for count in (0, -1, 1.5, True, "2"):
            with pytest.raises(ValueError, match="whole number"):
                aws.minute(count)
        assert aws.now() - began == timedelta(minutes=3)
    with pytest.raises(cloud.AccountError, match="not open"):
        account.minute()


def test_units_are_awss(aws, shop, cloudwatch):
    aws.minute()
    pages = cloudwatch.get_paginator("list_metrics").paginate(Namespace="AWS/ElastiCache")
    listed = {metric["MetricName"]: metric for page in pages for metric in page["Metrics"]}
    for name, metric in listed.items():
        found = cloudwatch.get_metric_statistics(
            **metric,
            StartTime=aws.now() - timedelta(hours=12),
            EndTime=aws.now(),
            Period=60,
            Statistics=["Sum"],
        )["Datapoints"]
        assert {row["Unit"] for row in found} == {unit(name)}, name


def test_slow_commands_are_delivered_to_the_log_group(aws):
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="/shop/slow")
    destination = {"CloudWatchLogsDetails": {"LogGroup": "/shop/slow"}}
    row = {"LogType": "slow-log", "DestinationType": "cloudwatch-logs", "DestinationDetails": destination}
    make_group(aws, "slow", NumCacheClusters=1, LogDeliveryConfigurations=[row | {"LogFormat": "json"}])
    client = connect(primary(describe(aws, "slow")), client_name="report-job", socket_timeout=30)
    client.eval("local n = 0 for i = 1, 1e7 do n = n + i end return n", 1, "user:42:secret")
    client.get("user:42:secret")
    aws.minute(2)
    events = logs.filter_log_events(logGroupName="/shop/slow")["events"]
    said = [(event["logStreamName"], json.loads(event["message"])) for event in events]
    (found,) = [(stream, entry) for stream, entry in said if entry["Command"].startswith("EVAL")]
    assert found[0] == "elasticache/valkey/slow-001/0001/slow-log"
    assert found[1]["Command"] == "EVAL ... (3 more arguments)"
    assert (found[1]["ClientName"], found[1]["CacheClusterId"]) == ("report-job", "slow-001")
    assert found[1]["Duration (us)"] >= 10_000
    assert "secret" not in "".join(event["message"] for event in events)


def test_what_is_not_built_is_refused_by_name_and_an_inventory_finds_none(aws, cloudwatch):
    with pytest.raises(ClientError, match="PutAnomalyDetector is not available in this account") as refused:
        cloudwatch.put_anomaly_detector(
            SingleMetricAnomalyDetector={"Namespace": "Shop", "MetricName": "Orders", "Stat": "Sum"}
        )
    assert refused.value.response["Error"]["Code"] == "NotImplemented"
    assert cloudwatch.describe_anomaly_detectors()["AnomalyDetectors"] == []
    assert cloudwatch.describe_insight_rules()["InsightRules"] == []
    assert cloudwatch.list_metric_streams()["Entries"] == []


def test_dashboards_and_tags_of_alarms_are_kept(aws, cloudwatch):
    cloudwatch.put_dashboard(DashboardName="shop", DashboardBody='{"widgets": []}')
    assert [row["DashboardName"] for row in cloudwatch.list_dashboards()["DashboardEntries"]] == ["shop"]
    tags = [{"Key": "team", "Value": "orders"}]
    alarm(cloudwatch, "tagged", "Evictions", of("shop-001"), "GreaterThan", 100, Tags=tags)
    (row,) = cloudwatch.describe_alarms(AlarmNames=["tagged"])["MetricAlarms"]
    assert cloudwatch.list_tags_for_resource(ResourceARN=row["AlarmArn"])["Tags"] == tags
    alarm(cloudwatch, "later", "Evictions", of("shop-001"), "GreaterThan", 100)
    (row,) = cloudwatch.describe_alarms(AlarmNames=["later"])["MetricAlarms"]
    cloudwatch.tag_resource(ResourceARN=row["AlarmArn"], Tags=tags)
    assert cloudwatch.list_tags_for_resource(ResourceARN=row["AlarmArn"])["Tags"] == tags
    with pytest.raises(ClientError, match="ResourceNotFound"):
        cloudwatch.tag_resource(ResourceARN=row["AlarmArn"] + "x", Tags=tags)
