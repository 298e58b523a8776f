"""CloudWatch on paper: a boto3 client, told minutes, and the alarms that everybody copies."""

from datetime import UTC, datetime, timedelta

import botocore.exceptions
import pytest

from cachelab.cloud.metrics.paper import Paper

START = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
TOPIC = "arn:aws:sns:us-east-1:123456789012:pager"
NODE = [{"Name": "CacheClusterId", "Value": "shop-001"}, {"Name": "CacheNodeId", "Value": "0001"}]
GROUP = [{"Name": "ReplicationGroupId", "Value": "shop"}]


@pytest.fixture
def paper():
    return Paper(group="shop", start=START)


def alarm(paper, name, metric, dimensions, comparison, threshold, **options):
    paper.client.put_metric_alarm(
        AlarmName=name,
        Namespace="AWS/ElastiCache",
        MetricName=metric,
        Dimensions=dimensions,
        ComparisonOperator=f"{comparison}Threshold",
        Threshold=threshold,
        AlarmActions=[TOPIC],
        **{"Statistic": "Average", "Period": 60, "EvaluationPeriods": 3, "DatapointsToAlarm": 2} | options,
    )


def test_a_day_with_a_fault_in_it(paper):
    alarm(paper, "hit-rate", "CacheHitRate", NODE, "LessThan", 80)
    alarm(paper, "as a ratio", "CacheHitRate", NODE, "LessThan", 0.8)
    alarm(paper, "of the group", "CacheHitRate", GROUP, "LessThan", 80)
    alarm(paper, "alive", "CurrConnections", NODE, "LessThan", 0, TreatMissingData="breaching")
    alarm(paper, "alive?", "CurrConnections", NODE, "LessThan", 0, TreatMissingData="notBreaching")
    for rate in (96, 95, 40, 96, 95):  # a blip must not ring
        paper.minute({"shop-001": {"CacheHitRate": rate, "CurrConnections": 5}})
    assert paper.states["hit-rate"] == "OK"
    for rate in (40, 40):
        paper.minute({"shop-001": {"CacheHitRate": rate, "CurrConnections": 5}})
    assert paper.states["hit-rate"] == "ALARM"
    for _ in range(7):  # and now it is dead
        paper.minute({"shop-002": {"CacheHitRate": 96, "CurrConnections": 5}})
    assert paper.states == {
        "hit-rate": "INSUFFICIENT_DATA",
        "as a ratio": "INSUFFICIENT_DATA",
        "of the group": "INSUFFICIENT_DATA",
        "alive": "ALARM",
        "alive?": "OK",
    }
    assert "of the group" not in {page["AlarmName"] for page in paper.pages}
    assert [page["AlarmName"] for page in paper.pages][-1] == "alive"


def test_what_was_told_is_read_through_boto3(paper):
    paper.minute({"shop-001": {"SuccessfulReadRequestLatency": {100: 98, 9000: 2}, "IsMaster": 1}})
    paper.minute(
        {"shop-001": {"EngineCPUUtilization": [10, 30], "IsMaster": 1}, "sessions/0002": {"GetHits": 7}}
    )
    asked = {"Namespace": "AWS/ElastiCache", "StartTime": START, "EndTime": paper.now(), "Period": 60}
    (row,) = paper.client.get_metric_statistics(
        **asked, MetricName="SuccessfulReadRequestLatency", Dimensions=NODE, ExtendedStatistics=["p50", "p99"]
    )["Datapoints"]
    assert (row["ExtendedStatistics"], row["Unit"]) == ({"p50": 100, "p99": 9000}, "Microseconds")
    role = [*GROUP, {"Name": "Role", "Value": "Primary"}]
    for dimensions in (NODE, GROUP, role):
        (row,) = paper.client.get_metric_statistics(
            **asked, MetricName="EngineCPUUtilization", Dimensions=dimensions, Statistics=["Average"]
        )["Datapoints"]
        assert (row["Average"], row["Unit"]) == (20, "Percent")
    pages = paper.client.get_paginator("list_metrics").paginate(MetricName="GetHits")
    found = [metric["Dimensions"] for page in pages for metric in page["Metrics"]]
    assert [{"Name": "CacheClusterId", "Value": "sessions"}] in found
    assert len(found) == 2


def test_ones_own_set_up_plays_no_part(monkeypatch, tmp_path):
    monkeypatch.setenv("AWS_PROFILE", "work")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert Paper().client.describe_alarms()["MetricAlarms"] == []


def test_time_passes_by_the_minute(paper):
    paper.minute()
    assert paper.now() - START == timedelta(minutes=1)


def test_errors_are_boto3s(paper):
    with pytest.raises(botocore.exceptions.ParamValidationError):
        paper.client.put_metric_alarm(AlarmName=7)
    with pytest.raises(
        paper.client.exceptions.ClientError, match="must not equal parameter EndTime"
    ) as refused:
        paper.client.get_metric_data(StartTime=START, EndTime=START, MetricDataQueries=[])
    assert refused.value.response["Error"]["Code"] == "ValidationError"
    with pytest.raises(paper.client.exceptions.ResourceNotFound):
        paper.client.set_alarm_state(AlarmName="nobody", StateValue="OK", StateReason="drill")
    with pytest.raises(paper.client.exceptions.ClientError, match="not on paper"):
        paper.client.list_dashboards()


def test_another_day_begins_as_if_the_alarms_had_just_been_put(paper):
    alarm(paper, "hit-rate", "CacheHitRate", NODE, "LessThan", 80)
    for _ in range(3):
        paper.minute({"shop-001": {"CacheHitRate": 40.0}})
    assert paper.states == {"hit-rate": "ALARM"} and len(paper.pages) == 1
    paper.again()
    assert paper.states == {"hit-rate": "INSUFFICIENT_DATA"} and paper.pages == []
    paper.minute()
    assert paper.states == {"hit-rate": "INSUFFICIENT_DATA"}  # of the other day, nothing is left
    paper.client.disable_alarm_actions(AlarmNames=["hit-rate"])
    paper.again(history=[{"shop-001": {"CacheHitRate": 40.0}}] * 5)
    assert paper.states == {"hit-rate": "INSUFFICIENT_DATA"} and paper.pages == []
    paper.minute({"shop-001": {"CacheHitRate": 40.0}})
    assert paper.states == {"hit-rate": "ALARM"} and paper.pages == []  # it was told to be silent


@pytest.mark.parametrize(
    ("told", "word"),
    [
        ("oops", "tell values by node"),
        ({"shop-001": 5}, "tell values by node"),
        ({"shop-001": {"CacheHitRate": None}}, "CacheHitRate of shop-001 cannot be None"),
        ({"shop-001": {"CacheHitRate": "96"}}, "cannot be '96'"),
        ({"shop-001": {"CacheHitRate": float("nan")}}, "cannot be nan"),
        ({"shop-001": {"CacheHitRate": {96: -1}}}, "counts from 0 up"),
        ({"shop-001": {"CacheHitRate": [96, float("inf")]}}, "finite"),
    ],
)
def test_what_cannot_be_told_is_refused_by_name(paper, told, word):
    with pytest.raises(ValueError, match=word):
        paper.minute(told)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"Statistic": "p99"}, "'p99' at 'statistic'"),
        ({"Unit": "percent"}, "'percent' at 'unit'"),
        ({"ComparisonOperator": "<"}, "'<' at 'comparisonOperator'"),
        ({"AlarmName": "x" * 256}, "less than or equal to 255"),
        ({"AlarmActions": [TOPIC] * 6}, "less than or equal to 5"),
        ({"Threshold": float("nan")}, "finite number"),
    ],
)
def test_what_awss_model_forbids_is_forbidden_here(paper, change, word):
    options = {"Dimensions": NODE, "Statistic": "Average", "Period": 60, "EvaluationPeriods": 3}
    given = {
        "AlarmName": "a",
        "Namespace": "AWS/ElastiCache",
        "MetricName": "CacheHitRate",
        "Threshold": 80.0,
    }
    with pytest.raises(botocore.exceptions.ClientError, match=word):
        paper.client.put_metric_alarm(
            **given | options | {"ComparisonOperator": "LessThanThreshold"} | change
        )


def row(id, **more):
    metric = {"Namespace": "AWS/ElastiCache", "MetricName": "CacheHits", "Dimensions": NODE}
    return {
        "Id": id,
        "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"},
        "ReturnData": False,
    } | more


@pytest.mark.parametrize(
    ("rows", "word"),
    [
        ([row("m1"), {"Id": "e", "Expression": "AVG(m1)"}], "single number"),
        ([row("m1"), row("m2"), {"Id": "e", "Expression": "METRICS()"}], "makes 2 time series"),
        ([row("m1"), {"Id": "e", "Expression": "e + m1"}], "the id 'e'"),
        (
            [row("m1"), {"Id": "a", "Expression": "b", "ReturnData": False}, {"Id": "b", "Expression": "a"}],
            "each",
        ),
        ([row("m1"), row("m1"), {"Id": "e", "Expression": "m1"}], "not unique"),
        ([row("m1"), {"Id": "e", "Expression": "sum(m1)"}], "names are in capitals"),
        ([row("m1"), {"Id": "e", "Expression": "m1 + 9^9^9^9"}], "too large"),
        ([row(f"m{n}") for n in range(11)] + [{"Id": "e", "Expression": "SUM(METRICS())"}], "at most 10"),
    ],
)
def test_an_alarm_on_math_is_tried_out_when_it_is_put(paper, rows, word):
    with pytest.raises(botocore.exceptions.ClientError, match=word):
        paper.client.put_metric_alarm(
            AlarmName="a",
            Metrics=rows,
            Threshold=80.0,
            EvaluationPeriods=3,
            ComparisonOperator="LessThanThreshold",
        )


def test_infinity_is_not_published(paper):
    paper.minute({"shop-001": {"CacheHits": 5.0}})
    for expression in ("m1 * 1e308 * 10", "CEIL(m1 * 1e308 * 10)"):
        asked = [row("m1"), {"Id": "e", "Expression": expression}]
        found = paper.client.get_metric_data(
            MetricDataQueries=asked, StartTime=START, EndTime=paper.now() + timedelta(minutes=1)
        )
        assert [line["Values"] for line in found["MetricDataResults"]] == [[]]


@pytest.mark.parametrize(
    ("rule", "word"),
    [
        ("ALARM(nobody) OR ALARM(me)", r"alarms \[nobody, me\] in the alarm rule do not exist"),
        ("(" * 400 + "TRUE" + ")" * 400, "100 deep"),
        ("NOT " * 900 + "TRUE", "100 deep"),
    ],
)
def test_a_composite_alarm_that_cannot_be_is_refused(paper, rule, word):
    with pytest.raises(botocore.exceptions.ClientError, match=word):
        paper.client.put_composite_alarm(AlarmName="me", AlarmRule=rule)
    paper.client.put_composite_alarm(AlarmName="many", AlarmRule=" OR ".join(["FALSE"] * 500 + ["TRUE"]))
    paper.minute()
    assert paper.states == {"many": "ALARM"}


@pytest.mark.parametrize(
    ("datum", "word"),
    [
        ({"Values": [1.0] * 151}, "from 1 to 150"),
        ({"Values": []}, "required|from 1 to 150"),
        ({"Values": [1.0], "Counts": [-1.0]}, "Counts is invalid"),
        ({"Value": 1e300}, "2\\^360"),
        ({"Value": 1.0, "Unit": "count"}, "'metricData.1.member.unit'"),
    ],
)
def test_a_datum_that_cannot_be_is_refused(paper, datum, word):
    with pytest.raises(botocore.exceptions.ClientError, match=word):
        paper.client.put_metric_data(Namespace="Shop", MetricData=[{"MetricName": "Orders"} | datum])
