"""CloudWatch's operations on a watch of its own: nothing is started, time is stepped by hand."""

import json
from datetime import UTC, datetime

import botocore.session
import pytest

from cachelab.cloud.faults import Fault
from cachelab.cloud.metrics.requests import perform
from cachelab.cloud.metrics.store import MINUTE
from cachelab.cloud.metrics.watch import Clock, Watch

API = botocore.session.Session(session_vars={"profile": (None, None, None, None)}).get_service_model(
    "cloudwatch"
)
START = int(datetime(2026, 11, 28, 12, 0, tzinfo=UTC).timestamp())
TOPIC = "arn:aws:sns:us-east-1:123456789012:cache-alarms"
DIMENSIONS = [{"Name": "CacheClusterId", "Value": "shop-001"}]
METRIC = {"Namespace": "Shop", "MetricName": "Orders", "Dimensions": DIMENSIONS}
ALARM = METRIC | {
    "AlarmName": "too-many",
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 3,
    "DatapointsToAlarm": 2,
    "Threshold": 10.0,
    "ComparisonOperator": "GreaterThanThreshold",
    "AlarmActions": [TOPIC],
    "OKActions": [TOPIC],
}


class Region:
    """A watch, and what it published."""

    def __init__(self):
        self.pages = []
        self.watch = Watch(
            "us-east-1",
            "123456789012",
            "US East (N. Virginia)",
            Clock(START),
            lambda *page: self.pages.append(page),
        )

    def __call__(self, operation, **given):
        return perform(self.watch, API.operation_model(operation), given)

    def put(self, value, **extra):
        if value is not None:
            row = {"MetricName": "Orders", "Dimensions": DIMENSIONS, "Value": value} | extra
            self("PutMetricData", Namespace="Shop", MetricData=[row])

    def minutes(self, *values):
        """Minutes pass; in each a value is put (None: none is)."""
        for value in values:
            self.put(value)
            self.watch.clock.now += MINUTE
            self.watch.judge()

    def alarm(self, name="too-many"):
        kinds = ["MetricAlarm", "CompositeAlarm"]
        answer = self("DescribeAlarms", AlarmNames=[name], AlarmTypes=kinds)
        (found,) = [*answer["MetricAlarms"], *answer["CompositeAlarms"]]
        return found

    def state(self, name="too-many"):
        return self.alarm(name)["StateValue"]

    @property
    def told(self):
        return [
            (json.loads(message)["AlarmName"], json.loads(message)["NewStateValue"])
            for _, _, message in self.pages
        ]


@pytest.fixture
def region():
    return Region()


def at(minute):
    return datetime.fromtimestamp(START + minute * MINUTE, UTC)


# Metrics.


def test_what_was_put_is_found_by_its_exact_dimensions_only(region):
    region.minutes(1, 2, 3)
    asked = {"StartTime": at(0), "EndTime": at(3), "Period": 60, "Statistics": ["Sum"]}
    found = region("GetMetricStatistics", **METRIC, **asked)
    assert [row["Sum"] for row in found["Datapoints"]] == [1, 2, 3]
    for other in ([], [{"Name": "ReplicationGroupId", "Value": "shop"}]):
        assert region("GetMetricStatistics", **METRIC | {"Dimensions": other}, **asked)["Datapoints"] == []


def test_statistics_and_percentiles_of_one_period(region):
    region(
        "PutMetricData",
        Namespace="Shop",
        MetricData=[{"MetricName": "ms", "Values": [1, 9], "Counts": [99, 1]}],
    )
    asked = {"Namespace": "Shop", "MetricName": "ms", "StartTime": at(0), "EndTime": at(5), "Period": 300}
    (row,) = region(
        "GetMetricStatistics", **asked, Statistics=["Average"], ExtendedStatistics=["p99", "p99.9"]
    )["Datapoints"]
    assert row["Average"] == pytest.approx(1.08)
    assert row["ExtendedStatistics"] == {"p99": 1, "p99.9": 9}
    assert row["Timestamp"] == at(0)


def test_metric_data_does_sums_over_metrics(region):
    region.minutes(1, None, 3)
    rows = region(
        "GetMetricData",
        StartTime=at(0),
        EndTime=at(3),
        ScanBy="TimestampAscending",
        MetricDataQueries=[
            {"Id": "m", "MetricStat": {"Metric": METRIC, "Period": 60, "Stat": "Sum"}, "ReturnData": False},
            {"Id": "filled", "Expression": "FILL(m, 0)", "Label": "with zeros"},
            {"Id": "twice", "Expression": "filled * 2"},
            {"Id": "found", "Expression": "SUM(SEARCH('{Shop,CacheClusterId} orders', 'Sum', 60))"},
        ],
    )["MetricDataResults"]
    assert {row["Id"]: (row["Label"], row["Values"]) for row in rows} == {
        "filled": ("with zeros", [1, 0, 3]),
        "twice": ("twice", [2, 0, 6]),
        "found": ("found", [1, 3]),
    }
    assert rows[0]["Timestamps"] == [at(0), at(1), at(2)]


def test_metric_data_comes_newest_first_and_in_pages(region):
    region.minutes(1, 2, 3, 4, 5)
    query = {"Id": "m", "MetricStat": {"Metric": METRIC, "Period": 60, "Stat": "Sum"}}
    asked = {"StartTime": at(0), "EndTime": at(5), "MetricDataQueries": [query, query | {"Id": "again"}]}
    values, token = [], None
    for _ in range(4):
        answer = region("GetMetricData", **asked, MaxDatapoints=3, NextToken=token)
        values += [value for row in answer["MetricDataResults"] for value in row["Values"]]
        token = answer.get("NextToken")
    assert (values, token) == ([5, 4, 3, 2, 1] * 2, None)


def test_units_are_kept_apart(region):
    region.put(2.0, Unit="Seconds")
    region.put(7.0)
    asked = {"StartTime": at(0), "EndTime": at(1), "Period": 60, "Statistics": ["Sum"]}
    rows = region("GetMetricStatistics", **METRIC, **asked)["Datapoints"]
    assert {row["Unit"]: row["Sum"] for row in rows} == {"Seconds": 2.0, "None": 7.0}
    (row,) = region("GetMetricStatistics", **METRIC, **asked, Unit="Seconds")["Datapoints"]
    assert row["Sum"] == 2.0
    assert region("GetMetricStatistics", **METRIC, **asked, Unit="Percent")["Datapoints"] == []


def test_lists_of_metrics(region):
    region.put(1)
    region("PutMetricData", Namespace="Shop", MetricData=[{"MetricName": "Carts", "Value": 1}])
    assert region("ListMetrics", Namespace="Shop", MetricName="Orders")["Metrics"] == [METRIC]
    assert len(region("ListMetrics", Namespace="Shop")["Metrics"]) == 2
    assert region("ListMetrics", Dimensions=[{"Name": "CacheClusterId"}])["Metrics"] == [METRIC]
    assert region("ListMetrics", Dimensions=[{"Name": "CacheClusterId", "Value": "x"}])["Metrics"] == []


@pytest.mark.parametrize(
    ("operation", "given", "code", "words"),
    [
        (
            "PutMetricData",
            {"Namespace": "AWS/ElastiCache", "MetricData": []},
            "InvalidParameterValue",
            "AWS/",
        ),
        ("PutMetricData", {"MetricData": [{"MetricName": "x"}]}, "MissingParameter", "Value"),
        (
            "PutMetricData",
            {"MetricData": [{"MetricName": "x", "Value": float("nan")}]},
            "InvalidParameterValue",
            "NaN",
        ),
        (
            "PutMetricData",
            {"MetricData": [{"MetricName": "x", "Values": [1], "Counts": [1, 2]}]},
            "InvalidParameterValue",
            "same size",
        ),
        (
            "PutMetricData",
            {"MetricData": [{"MetricName": "x", "Value": 1, "Timestamp": datetime(2020, 1, 1, tzinfo=UTC)}]},
            "InvalidParameterValue",
            "two weeks",
        ),
        (
            "PutMetricData",
            {"MetricData": [{"MetricName": "x", "Value": 1, "StorageResolution": 123}]},
            "InvalidParameterValue",
            "use 1 or 60",
        ),
        ("GetMetricStatistics", {"Statistics": []}, "InvalidParameterCombination", "Must specify"),
        ("GetMetricStatistics", {"EndTime": at(0)}, "InvalidParameterValue", "less than"),
        ("GetMetricStatistics", {"Period": 90}, "InvalidParameterValue", "multiple of 60"),
        ("GetMetricStatistics", {"Statistics": ["p99"]}, "ValidationError", "p99"),
        ("GetMetricStatistics", {"EndTime": at(3000)}, "InvalidParameterCombination", "1,440"),
        ("SetAlarmState", {"AlarmName": "nobody"}, "ResourceNotFound", "nobody"),
    ],
)
def test_refusals(region, operation, given, code, words):
    common = {
        "PutMetricData": {"Namespace": "Shop"},
        "GetMetricStatistics": METRIC
        | {"StartTime": at(0), "EndTime": at(5), "Period": 60, "Statistics": ["Sum"]},
        "SetAlarmState": {"StateValue": "OK", "StateReason": "drill"},
    }[operation]
    with pytest.raises(Fault, match=words) as refused:
        region(operation, **common | given)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("queries", "words"),
    [
        ([{"Id": "M", "Expression": "1"}], "lower-case"),
        ([{"Id": "a", "Expression": "b + 1"}], "'b'"),
        ([{"Id": "a", "Expression": "b"}, {"Id": "b", "Expression": "a"}], "each other"),
        ([{"Id": "a"}], "MetricDataQueries.member.1.MetricStat is required"),
        ([{"Id": "a", "Expression": "TIME_SERIES(1)"}] * 2, "unique"),
        ([{"Id": "a", "MetricStat": {"Metric": METRIC, "Period": 60, "Stat": "median"}}], "median"),
    ],
)
def test_queries_that_make_no_sense_are_refused(region, queries, words):
    with pytest.raises(Fault, match=words) as refused:
        region("GetMetricData", StartTime=at(0), EndTime=at(5), MetricDataQueries=queries)
    assert refused.value.code == "ValidationError"


# Alarms.


def test_an_alarm_begins_without_data_and_follows_its_metric(region):
    region("PutMetricAlarm", **ALARM)
    assert (region.state(), region.alarm()["StateReason"]) == (
        "INSUFFICIENT_DATA",
        "Unchecked: Initial alarm creation",
    )
    region.minutes(1)
    assert region.state() == "OK"
    region.minutes(20)
    assert region.state() == "OK"  # one of three: two are needed
    region.minutes(20)
    assert region.state() == "ALARM"
    region.minutes(1)
    assert region.state() == "ALARM"  # still two of the last three
    region.minutes(1)
    assert region.state() == "OK"
    assert region.told == [("too-many", "OK"), ("too-many", "ALARM"), ("too-many", "OK")]


def test_a_page_says_what_awss_says(region):
    region("PutMetricAlarm", **ALARM)
    region.minutes(1, 20, 30)
    topic, subject, message = region.pages[-1]
    assert (topic, subject) == (TOPIC, 'ALARM: "too-many" in US East (N. Virginia)')
    page = json.loads(message)
    assert page["NewStateReason"] == (
        "Threshold Crossed: 2 out of the last 3 datapoints [30.0 (28/11/26 12:02:00), "
        "20.0 (28/11/26 12:01:00)] were greater than the threshold (10.0) "
        "(minimum 2 datapoints for OK -> ALARM transition)."
    )
    assert page["OldStateValue"] == "OK"
    assert page["StateChangeTime"] == "2026-11-28T12:03:00.000+0000"
    assert page["AlarmArn"] == "arn:aws:cloudwatch:us-east-1:123456789012:alarm:too-many"
    assert page["Trigger"]["Statistic"] == "SUM"
    assert page["Trigger"]["Dimensions"] == [{"value": "shop-001", "name": "CacheClusterId"}]
    assert json.loads(region.alarm()["StateReasonData"])["recentDatapoints"] == [1.0, 20.0, 30.0]


@pytest.mark.parametrize(
    ("treatment", "state", "reason"),
    [
        ("missing", "INSUFFICIENT_DATA", "Insufficient Data: 3 datapoints were unknown."),
        ("ignore", "ALARM", "2 out of the last 3"),
        ("breaching", "ALARM", "2 missing datapoints were treated as [Breaching]."),  # from its first minute
        ("notBreaching", "OK", "2 periods and 2 missing datapoints were treated as [NonBreaching]."),
    ],
)
def test_a_metric_that_falls_silent(region, treatment, state, reason):
    region("PutMetricAlarm", **ALARM, TreatMissingData=treatment)
    region.minutes(1, 20, 20)
    assert region.state() == "ALARM"
    region.minutes(*[None] * 6)
    assert region.state() == state
    assert reason in region.alarm()["StateReason"]


def test_a_metric_that_never_was_is_silent_for_ever_and_green_if_asked_so(region):
    elsewhere = ALARM | {"Dimensions": [{"Name": "ReplicationGroupId", "Value": "shop"}]}
    region("PutMetricAlarm", **elsewhere)
    region("PutMetricAlarm", **elsewhere | {"AlarmName": "quiet", "TreatMissingData": "notBreaching"})
    region.minutes(*[99] * 10)
    assert (region.state(), region.state("quiet")) == ("INSUFFICIENT_DATA", "OK")
    assert region.told == [("quiet", "OK")]


def test_a_period_of_five_minutes_slides(region):
    region("PutMetricAlarm", **ALARM | {"Period": 300, "EvaluationPeriods": 1, "DatapointsToAlarm": 1})
    region.minutes(1, 1, 11)
    assert region.state() == "ALARM"  # the sum of the last five minutes, not of a clock's
    region.minutes(*[0] * 4)
    assert region.state() == "ALARM"
    region.minutes(0)
    assert region.state() == "OK"


def test_an_alarm_on_metric_math_fills_what_is_missing(region):
    metrics = [
        {"Id": "m", "MetricStat": {"Metric": METRIC, "Period": 60, "Stat": "Sum"}, "ReturnData": False},
        {"Id": "none", "Expression": "IF(FILL(m, 0) < 1, 1, 0)", "ReturnData": True},
    ]
    names = ("AlarmName", "EvaluationPeriods", "ComparisonOperator", "AlarmActions")
    region("PutMetricAlarm", **{name: ALARM[name] for name in names}, Metrics=metrics, Threshold=0.5)
    region.minutes(5, 5, 5)
    assert region.state() == "OK"
    region.minutes(None, None, None)
    assert region.state() == "ALARM"
    assert json.loads(region.pages[-1][2])["Trigger"]["Metrics"] == metrics


def test_an_update_keeps_the_state(region):
    region("PutMetricAlarm", **ALARM)
    region.minutes(20, 20, 20)
    region("PutMetricAlarm", **ALARM | {"Threshold": 100.0})
    assert region.state() == "ALARM"
    region.minutes(20)
    assert region.state() == "OK"


def test_a_state_that_is_set_tells_and_lasts_until_the_next_look(region):
    region("PutMetricAlarm", **ALARM)
    region.minutes(1, 1, 1)
    region("SetAlarmState", AlarmName="too-many", StateValue="ALARM", StateReason="a drill")
    assert (region.state(), region.told[-1]) == ("ALARM", ("too-many", "ALARM"))
    assert json.loads(region.pages[-1][2])["NewStateReason"] == "a drill"
    region.minutes(1)
    assert region.state() == "OK"


def test_actions_can_be_switched_off(region):
    region("PutMetricAlarm", **ALARM)
    region("DisableAlarmActions", AlarmNames=["too-many"])
    region.minutes(20, 20, 20)
    assert (region.state(), region.pages) == ("ALARM", [])
    region("EnableAlarmActions", AlarmNames=["too-many"])
    region.minutes(1, 1, 1)
    assert region.told == [("too-many", "OK")]


def test_history_tells_what_became_of_an_alarm(region):
    region("PutMetricAlarm", **ALARM)
    region.minutes(1, 20, 20)
    region("DeleteAlarms", AlarmNames=["too-many", "nobody"])
    rows = region("DescribeAlarmHistory", AlarmName="too-many", ScanBy="TimestampAscending")[
        "AlarmHistoryItems"
    ]
    assert [row["HistorySummary"] for row in rows] == [
        'Alarm "too-many" created',
        "Alarm updated from INSUFFICIENT_DATA to OK",
        f"Successfully executed action {TOPIC}",
        "Alarm updated from OK to ALARM",
        f"Successfully executed action {TOPIC}",
        'Alarm "too-many" deleted',
    ]
    assert json.loads(rows[3]["HistoryData"])["newState"]["stateValue"] == "ALARM"
    only = region("DescribeAlarmHistory", HistoryItemType="Action", MaxRecords=1)
    assert (len(only["AlarmHistoryItems"]), only["NextToken"]) == (1, "1")


def test_a_topic_that_is_gone_stops_nothing(region):
    def gone(*_):
        raise LookupError("no such topic")

    region.watch.publish = gone
    region("PutMetricAlarm", **ALARM)
    region.minutes(20, 20, 20)
    rows = region("DescribeAlarmHistory", HistoryItemType="Action")["AlarmHistoryItems"]
    assert region.state() == "ALARM"
    assert "no such topic" in rows[0]["HistorySummary"]


def test_composite_alarms_follow_their_children(region):
    region("PutMetricAlarm", **ALARM | {"AlarmActions": []})
    region("PutMetricAlarm", **ALARM | {"AlarmName": "far-too-many", "Threshold": 50.0, "AlarmActions": []})
    rule = 'ALARM("too-many") AND NOT ALARM("far-too-many")'
    region("PutCompositeAlarm", AlarmName="busy", AlarmRule=rule, AlarmActions=[TOPIC])
    region("PutCompositeAlarm", AlarmName="above", AlarmRule="ALARM(busy)")
    region.minutes(20, 20, 20)
    assert (region.state("busy"), region.state("above")) == ("ALARM", "ALARM")
    assert ("busy", "ALARM") in region.told
    assert "too-many transitioned to ALARM at" in region.alarm("busy")["StateReason"]
    region.minutes(60, 60)
    assert (region.state("busy"), region.state("above")) == ("OK", "OK")
    described = region("DescribeAlarms")
    assert [row["AlarmName"] for row in described["MetricAlarms"]] == ["far-too-many", "too-many"]
    assert described["CompositeAlarms"] == []  # unless asked for
    children = region("DescribeAlarms", ChildrenOfAlarmName="busy")["MetricAlarms"]
    assert [row["AlarmName"] for row in children] == ["far-too-many", "too-many"]


def test_alarms_are_found_by_what_they_watch(region):
    region("PutMetricAlarm", **ALARM)
    assert len(region("DescribeAlarmsForMetric", **METRIC)["MetricAlarms"]) == 1
    assert region("DescribeAlarmsForMetric", **METRIC | {"Dimensions": []})["MetricAlarms"] == []
    assert region("DescribeAlarms", StateValue="ALARM")["MetricAlarms"] == []
    assert (
        len(region("DescribeAlarms", AlarmNamePrefix="too", ActionPrefix="arn:aws:sns")["MetricAlarms"]) == 1
    )


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"TreatMissingData": "quiet"}, "ValidationError", "Option quiet is not supported"),
        ({"DatapointsToAlarm": 4}, "ValidationError", "from 1 to EvaluationPeriods"),
        ({"EvaluationPeriods": 2000}, "ValidationError", "more than a day"),
        ({"Period": 3600, "EvaluationPeriods": 200}, "ValidationError", "more than seven days"),
        ({"Period": 90}, "InvalidParameterValue", "multiple of 60"),
        ({"ExtendedStatistic": "p99"}, "ValidationError", "Exactly one"),
        ({"Statistic": None, "ExtendedStatistic": "p101"}, "InvalidParameterValue", "p101"),
        ({"Threshold": None}, "ValidationError", "Threshold"),
        ({"ThresholdMetricId": "ad1"}, "NotImplemented", "ThresholdMetricId"),
        ({"ComparisonOperator": "LessThanLowerThreshold"}, "NotImplemented", "anomaly"),
        ({"OKActions": ["pager"]}, "ValidationError", "Invalid arn syntax: pager"),
        ({"EvaluateLowSampleCountPercentile": "never"}, "ValidationError", "Option never is not supported"),
        ({"EvaluateLowSampleCountPercentile": "ignore"}, "NotImplemented", "EvaluateLowSample"),
        ({"AlarmActions": ["arn:aws:automate:us-east-1:ec2:stop"]}, "NotImplemented", "SNS"),
        ({"Metrics": [{"Id": "a", "Expression": "1"}]}, "ValidationError", "together with Metrics"),
    ],
)
def test_alarms_that_cannot_be_are_refused(region, change, code, words):
    with pytest.raises(Fault, match=words) as refused:
        region("PutMetricAlarm", **ALARM | change)
    assert refused.value.code == code
    assert region("DescribeAlarms")["MetricAlarms"] == []


@pytest.mark.parametrize(
    ("metrics", "words"),
    [
        ([{"Id": "a", "Expression": "b"}], "unknown id 'b'"),
        ([{"Id": "a", "Expression": "SEARCH('x', 'Sum')"}], "several time series"),
        ([{"Id": "a", "Expression": "1 +"}], "syntax"),
        ([{"Id": "a", "Expression": "TIME_SERIES(1)"}, {"Id": "b", "Expression": "a"}], "Exactly one"),
        (
            [
                {"Id": "a", "MetricStat": {"Metric": METRIC, "Period": 60, "Stat": "Sum"}},
                {
                    "Id": "b",
                    "MetricStat": {"Metric": METRIC, "Period": 300, "Stat": "Sum"},
                    "ReturnData": False,
                },
            ],
            "same Period",
        ),
    ],
)
def test_alarms_on_math_that_cannot_be_are_refused(region, metrics, words):
    given = {
        name: ALARM[name] for name in ("AlarmName", "EvaluationPeriods", "Threshold", "ComparisonOperator")
    }
    with pytest.raises(Fault, match=words):
        region("PutMetricAlarm", **given, Metrics=metrics)


def test_a_rule_that_cannot_be_read_is_refused(region):
    with pytest.raises(Fault, match="AlarmRule"):
        region("PutCompositeAlarm", AlarmName="x", AlarmRule="ALARM(")
