"""The operations of the CloudWatch API that are performed here, as functions of (watch, given).

Codes and, where they could be found, words are AWS's. What cannot be done is refused by name.
"""

import json
import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from botocore.model import OperationModel

from ..constraints import breach
from ..faults import Fault, NotInTheBox
from .alarms import Alarm, CompositeAlarm, MetricAlarm, period_of
from .arithmetic import ExpressionError, Window, names
from .judging import COMPARISONS, STATES, TREATMENTS
from .points import SIMPLE, NoSuchStatistic, Point, check_statistic
from .queries import Query, metric_of, solve
from .rules import RuleError, parse
from .store import MINUTE, Metric, Store
from .watch import DAY, Watch

PERFORMED: dict[str, Callable[[Watch, dict], dict]] = {}
MOST_POINTS = 1440  # of one GetMetricStatistics
PAGE = 500  # metrics of one ListMetrics
VALUES = 150  # of one datum (PutMetricData in the API reference)
LARGEST = 2.0**360
QUERIES = 500  # of one GetMetricData (API reference)
ALARM_METRICS = 10  # in the metric math of one alarm (user guide, "CloudWatch service quotas")
SHORT = (1, 5, 10, 20, 30)  # periods of high-resolution metrics, in seconds
ARN = re.compile(r"arn:[^:]+:[^:]+:[^:]*:[^:]*:.+")
RECENT = 14 * DAY  # ListMetrics shows what had a point since


def perform(watch: Watch, model: OperationModel, given: dict) -> dict:
    """Check a request against AWS's model of it, and do it. Raises Fault.

    A breach of the model is a ValidationError in the words that AWS has for SetAlarmState's StateValue.
    """
    if model.name not in PERFORMED:
        raise NotInTheBox(model.name, "it is not built")
    required = model.input_shape.required_members
    given = {  # what is None or empty is as good as not sent
        name: value
        for name, value in given.items()
        if value is not None and (value != [] or name in required)
    }
    missing = [name for name in required if name not in given]
    problem = breach(model.input_shape, given)
    if missing:
        problem = f"Value null at '{missing[0]}' failed to satisfy constraint: Member must not be null"
    if problem:  # CloudWatch spells the path in lower case
        words = re.sub(
            r"(?<=at ')[\w.]+(?=' failed)",
            lambda found: re.sub(r"\b\w", lambda m: m[0].lower(), found[0]),
            problem,
        )
        raise Fault("ValidationError", f"1 validation error detected: {words}")
    return PERFORMED[model.name](watch, given)


def performs(operation: str):
    """Mark a function as the one that performs an operation."""

    def mark(function: Callable[[Watch, dict], dict]):
        PERFORMED[operation] = function
        return function

    return mark


# Metrics.


@performs("PutMetricData")
def put_metric_data(watch: Watch, given: dict) -> dict:
    namespace = given["Namespace"]
    if namespace.startswith("AWS/"):
        raise Fault("InvalidParameterValue", "The value AWS/ for parameter Namespace is invalid.")
    if given.get("EntityMetricData"):
        raise NotInTheBox("EntityMetricData", "there are no entities; use MetricData")
    rows = [
        datum(watch, namespace, number, row) for number, row in enumerate(given.get("MetricData") or (), 1)
    ]
    for metric, at, point, resolution in rows:
        watch.store.put(metric, at, point, resolution)
    return {}


def datum(watch: Watch, namespace: str, number: int, row: dict) -> tuple[Metric, int, Point, int]:
    """One datum, checked."""
    place = f"MetricData.member.{number}"
    ways = [name for name in ("Value", "Values", "StatisticValues") if row.get(name) is not None]
    if len(ways) > 1:
        raise Fault(
            "InvalidParameterCombination" if "StatisticValues" in ways else "InvalidParameterValue",
            f"The parameters {place}.{ways[0]} and {place}.{ways[1]} are mutually exclusive "
            "and you have specified both.",
        )
    if not ways:
        raise Fault(
            "MissingParameter", f"At least one of {place}.Value, .Values and .StatisticValues is required."
        )
    unit = row.get("Unit") or "None"
    if ways == ["StatisticValues"]:
        known = row["StatisticValues"]
        numbers = [float(known[name]) for name in ("SampleCount", "Sum", "Minimum", "Maximum")]
        point = Point(*numbers, unit)
        if point.count <= 0 or point.least > point.greatest:
            raise Fault("InvalidParameterValue", f"The parameter {place}.StatisticValues is invalid.")
    else:
        values = [float(value) for value in (row["Values"] if ways == ["Values"] else [row["Value"]])]
        numbers = values
        times = [float(count) for count in row.get("Counts") or [1] * len(values)]
        if not 1 <= len(values) <= VALUES:
            raise Fault(
                "InvalidParameterValue",
                f"The collection {place}.Values must have a size from 1 to {VALUES}; it has {len(values)}.",
            )
        if len(times) != len(values):
            raise Fault(
                "InvalidParameterValue",
                f"The parameters {place}.Values and {place}.Counts must be of the same size.",
            )
        point = None
    for value in numbers:
        if math.isfinite(value) and abs(value) > LARGEST:
            raise Fault(
                "InvalidParameterValue",
                f"The value {value:g} for parameter {place}.Value is invalid: beyond -2^360 to 2^360.",
            )
        if not math.isfinite(value):
            words = "NaN" if math.isnan(value) else "Infinity"
            raise Fault("InvalidParameterValue", f"The value {words} for parameter {place}.Value is invalid.")
    if point is None:
        counted: dict[float, float] = {}
        for value, count in zip(values, times, strict=True):
            counted[value] = counted.get(value, 0) + count
        try:
            point = Point.of(counted, unit)
        except ValueError:
            raise Fault("InvalidParameterValue", f"The parameter {place}.Counts is invalid.") from None
    at = _time(row["Timestamp"]) if row.get("Timestamp") else watch.clock.now
    if not watch.clock.now - RECENT <= at <= watch.clock.now + 2 * 60 * MINUTE:
        raise Fault(
            "InvalidParameterValue",
            f"The parameter {place}.Timestamp must be within the past two weeks or the next two hours; "
            f"it is {watch.clock.moment:%Y-%m-%d %H:%M} UTC in this account.",
        )
    if len(row.get("Dimensions") or ()) > 30:
        raise Fault(
            "InvalidParameterValue",
            f"The collection {place}.Dimensions must not have a size greater than 30.",
        )
    resolution = int(row.get("StorageResolution") or MINUTE)
    if resolution not in (1, MINUTE):
        raise Fault(
            "InvalidParameterValue",
            f"The value {resolution} for parameter {place}.StorageResolution is invalid: use 1 or 60.",
        )
    metric = metric_of({"Namespace": namespace} | row)
    return metric, at, point, resolution


@performs("ListMetrics")
def list_metrics(watch: Watch, given: dict) -> dict:
    wanted = [(pair["Name"], pair.get("Value")) for pair in given.get("Dimensions") or ()]
    since = watch.clock.now - (3 * 60 * MINUTE if given.get("RecentlyActive") else RECENT)

    def fits(metric: Metric) -> bool:
        dimensions = dict(metric.dimensions)
        return (
            given.get("Namespace") in (None, metric.namespace)
            and given.get("MetricName") in (None, metric.name)
            and all(name in dimensions and value in (None, dimensions[name]) for name, value in wanted)
            and bool(watch.store.points(metric, since, watch.clock.now + DAY, DAY))
        )

    found = [metric.describe() for metric in watch.store if fits(metric)]
    return _page(found, "Metrics", given.get("NextToken"), PAGE)


@performs("GetMetricStatistics")
def get_metric_statistics(watch: Watch, given: dict) -> dict:
    simple, extended = given.get("Statistics") or [], given.get("ExtendedStatistics") or []
    if not simple and not extended:
        raise Fault("InvalidParameterCombination", "Must specify either Statistics or ExtendedStatistics")
    start, end, period = _time(given["StartTime"]), _time(given["EndTime"]), int(given["Period"])
    if start >= end:
        raise Fault(
            "InvalidParameterValue", "The parameter StartTime must be less than the parameter EndTime."
        )
    _check_period(period, "Period")
    for name in extended:
        if name in SIMPLE:
            raise Fault(
                "InvalidParameterValue",
                f"The value {name} for parameter ExtendedStatistics is not supported.",
            )
        _check_statistic(name, "ExtendedStatistics")
    if (end - start) / period > MOST_POINTS:
        raise Fault(
            "InvalidParameterCombination",
            f"You have requested up to {math.ceil((end - start) / period):,} datapoints, which exceeds the "
            f"limit of {MOST_POINTS:,}. You may reduce the datapoints requested by increasing Period, or "
            "decreasing the time range.",
        )
    start -= start % min(period, MINUTE)
    metric, rows = metric_of(given), []
    units = [given["Unit"]] if given.get("Unit") else watch.store.units(metric)
    points = [item for unit in units for item in watch.store.points(metric, start, end, period, unit).items()]
    for at, point in points:
        row = {"Timestamp": datetime.fromtimestamp(at, UTC), "Unit": point.unit}
        row |= {name: point.statistic(name) for name in simple}
        known = {name: value for name in extended if (value := point.statistic(name)) is not None}
        if known:
            row["ExtendedStatistics"] = known
        if simple or known:
            rows.append(row)
    return {"Label": given["MetricName"], "Datapoints": rows}


@performs("GetMetricData")
def get_metric_data(watch: Watch, given: dict) -> dict:
    start, end = _time(given["StartTime"]), _time(given["EndTime"])
    if start >= end:
        if start == end:
            raise Fault("ValidationError", "The parameter StartTime must not equal parameter EndTime.")
        raise Fault("ValidationError", "The parameter EndTime must be greater than StartTime.")
    rows = given.get("MetricDataQueries") or []
    if len(rows) > QUERIES:
        raise Fault(
            "ValidationError", f"MetricDataQueries holds {len(rows)} queries: at most {QUERIES} are taken."
        )
    ids = [row["Id"] for row in rows]
    if len(set(ids)) < len(ids):
        raise Fault("ValidationError", "The values for parameter id in MetricDataQueries are not unique.")
    for number, row in enumerate(rows, 1):
        if not row.get("MetricStat") and not row.get("Expression"):
            wanted = f"MetricDataQueries.member.{number}.MetricStat"
            raise Fault("ValidationError", f"The parameter {wanted} is required.\n")  # so ends AWS's, too
    try:
        queries = [Query.read(row) for row in rows]
        for query in queries:
            if query.period:
                _check_period(query.period, f"MetricDataQueries.{query.id}.Period")
        solved = solve(queries, watch.store, Window(start, end, MINUTE))
    except (ExpressionError, NoSuchStatistic) as error:
        raise Fault("ValidationError", str(error)) from None
    newest_first = (given.get("ScanBy") or "TimestampDescending") == "TimestampDescending"
    results = []
    for query in queries:
        if not query.returned:
            continue
        for series in solved[query.id]:
            points = sorted(series.points.items(), reverse=newest_first)
            results.append(
                {
                    "Id": query.id,
                    "Label": _label(query, series, several=len(solved[query.id]) > 1),
                    "Timestamps": [datetime.fromtimestamp(at, UTC) for at, _ in points],
                    "Values": [float(value) for _, value in points],
                    "StatusCode": "Complete",
                }
            )
    answer: dict = {"Messages": [], "MetricDataResults": results}
    return _cut(answer, int(given.get("MaxDatapoints") or 100_800), int(given.get("NextToken") or 0))


def _label(query: Query, series, several: bool) -> str:
    """What a line is called: for one of several, the query's label before its own."""
    if several:
        return " ".join(part for part in (query.label, series.label) if part)
    return query.label if query.label is not None else series.label if query.metric else query.id


def _cut(answer: dict, most: int, skip: int) -> dict:
    """The next `most` data points, and the token for those after them."""
    left, more, following = most, False, skip
    for row in answer["MetricDataResults"]:
        known = len(row["Values"])
        first = min(skip, known)
        last = min(known, first + left)
        skip, left = skip - first, left - (last - first)
        more = more or last < known
        if last < known:
            row["StatusCode"] = "PartialData"
        following += last - first
        row["Values"], row["Timestamps"] = row["Values"][first:last], row["Timestamps"][first:last]
    if more:
        answer["NextToken"] = str(following)
    return answer


# Alarms.


@performs("PutMetricAlarm")
def put_metric_alarm(watch: Watch, given: dict) -> dict:
    for name in ("ThresholdMetricId", "EvaluationCriteria"):
        if name in given:
            raise NotInTheBox(name, "nothing here has learned what is normal; give a Threshold")
    low = given.get("EvaluateLowSampleCountPercentile")
    if low not in (None, "evaluate", "ignore"):
        raise Fault(
            "ValidationError",
            f"Option {low} is not supported. Supported options for parameter "
            "EvaluateLowSampleCountPercentile are evaluate and ignore.",
        )
    if low == "ignore":
        raise NotInTheBox("EvaluateLowSampleCountPercentile=ignore", "it is not built")
    _check_alarm(given)
    _check_actions(given)
    _keep(watch, MetricAlarm, given)
    return {}


@performs("PutCompositeAlarm")
def put_composite_alarm(watch: Watch, given: dict) -> dict:
    if "ActionsSuppressor" in given:
        raise NotInTheBox("ActionsSuppressor", "it is not built")
    _check_actions(given)
    try:
        _, children = parse(given["AlarmRule"])
    except RuleError as error:
        raise Fault("ValidationError", f"AlarmRule: {error}") from None
    if missing := [name for name in dict.fromkeys(children) if name not in watch.alarms]:
        named = ", ".join(missing)
        raise Fault(  # awsdocs/aws-cloudformation-user-guide#911
            "ValidationError",
            f"Could not save the composite alarm as alarms [{named}] in the alarm rule do not exist",
        )
    _keep(watch, CompositeAlarm, given)
    return {}


def _keep(watch: Watch, kind: type[Alarm], given: dict) -> None:
    """Put an alarm; one that is there already keeps its state."""
    name = given["AlarmName"]
    alarm = kind(name, watch.arn(name), given, watch.clock.moment)
    alarm.actions_enabled = given.get("ActionsEnabled", True) is not False
    before = watch.alarms.get(name)
    if before is not None and type(before) is not kind:
        raise Fault("ValidationError", f"There is an alarm of another type called {name}.")
    if before is not None:
        alarm.state, alarm.reason = before.state, before.reason
        alarm.reason_data, alarm.updated = before.reason_data, before.updated
    watch.alarms[name] = alarm
    word = "updated" if before else "created"
    watch.remember(alarm, "ConfigurationUpdate", f'Alarm "{name}" {word}', type=word.capitalize()[:-1])


def _check_alarm(given: dict) -> None:
    operator, treatment = given["ComparisonOperator"], given.get("TreatMissingData")
    if operator not in COMPARISONS:
        raise NotInTheBox(operator, "it is for anomaly detection; nothing here has learned what is normal")
    if "Threshold" not in given:
        raise Fault("ValidationError", "Threshold is required for alarms based on static thresholds.")
    if not math.isfinite(float(given["Threshold"])):
        raise Fault("ValidationError", f"Threshold must be a finite number, not {given['Threshold']}.")
    if treatment not in (None, *TREATMENTS):
        raise Fault(
            "ValidationError",
            f"Option {treatment} is not supported. Supported options for parameter TreatMissingData are "
            f"[{', '.join(TREATMENTS)}].",
        )
    evaluate = int(given["EvaluationPeriods"])
    to_alarm = int(given.get("DatapointsToAlarm") or evaluate)
    if not 1 <= to_alarm <= evaluate:
        raise Fault(
            "ValidationError",
            f"DatapointsToAlarm ({to_alarm}) must be from 1 to EvaluationPeriods ({evaluate}).",
        )
    period = _check_metrics(given) if given.get("Metrics") else _check_metric(given)
    longest = 7 * DAY if period >= 60 * MINUTE else DAY
    if evaluate * period > longest:
        words = "seven days" if longest > DAY else "a day"
        raise Fault(
            "ValidationError",
            f"Metrics cannot be checked across more than {words} "
            f"(EvaluationPeriods * Period must be <= {longest}).",
        )


def _check_metric(given: dict) -> int:
    for name in ("MetricName", "Namespace", "Period"):
        if not given.get(name):
            raise Fault("ValidationError", f"{name} is required, unless you give Metrics.")
    if bool(given.get("Statistic")) == bool(given.get("ExtendedStatistic")):
        raise Fault("ValidationError", "Exactly one of Statistic and ExtendedStatistic must be given.")
    _check_statistic(given.get("Statistic") or given["ExtendedStatistic"])
    if given.get("ExtendedStatistic") in SIMPLE:
        raise Fault(
            "ValidationError",
            f"The value {given['ExtendedStatistic']} for parameter ExtendedStatistic is not supported.",
        )
    _check_period(int(given["Period"]), "Period")
    return int(given["Period"])


def _check_metrics(given: dict) -> int:
    extra = [
        name
        for name in (
            "MetricName",
            "Namespace",
            "Dimensions",
            "Period",
            "Unit",
            "Statistic",
            "ExtendedStatistic",
        )
        if name in given
    ]
    if extra:
        raise Fault("ValidationError", f"{extra[0]} must not be given together with Metrics.")
    ids = [row["Id"] for row in given["Metrics"]]
    if len(set(ids)) < len(ids):
        raise Fault("ValidationError", "The values for parameter id in Metrics are not unique.")
    if sum("MetricStat" in row for row in given["Metrics"]) > ALARM_METRICS:
        raise Fault("ValidationError", f"An alarm can watch at most {ALARM_METRICS} metrics.")
    try:
        queries = [Query.read(row) for row in given["Metrics"]]
        known = {query.id for query in queries}
        for query in queries:
            if query.metric:
                _check_statistic(query.statistic, "Stat")
                _check_period(query.period, f"Metrics.{query.id}.Period")
            elif unknown := names(query.expression) - known - {"*"}:
                raise ExpressionError(f"Error in expression '{query.id}': unknown id {sorted(unknown)[0]!r}.")
            elif query.expression.lstrip().startswith(("SELECT", "SEARCH")):
                raise ExpressionError(f"'{query.id}': an alarm cannot watch several time series.")
    except ExpressionError as error:
        raise Fault("ValidationError", str(error)) from None
    if sum(query.returned for query in queries) != 1:
        raise Fault("ValidationError", "Exactly one element of the metrics list should return data.")
    if len({query.period for query in queries if query.metric}) > 1:
        raise Fault("ValidationError", "All metrics of an alarm must have the same Period.")
    try:
        _try_out(queries)
    except ExpressionError as error:
        raise Fault("ValidationError", str(error)) from None
    return period_of(queries)


def _try_out(queries: list[Query]) -> None:
    """Work it out once, on metrics that have a point each: it makes one time series, or ExpressionError."""
    store, period = Store(), period_of(queries)
    for query in queries:
        if query.metric:
            store.put(query.metric, 0, Point.of([1.0], query.unit or "None"))
    solved = solve(queries, store, Window(0, period, period), aligned=False)
    [watched] = [query.id for query in queries if query.returned]
    if len(solved[watched]) != 1:
        raise ExpressionError(f"'{watched}' makes {len(solved[watched])} time series; an alarm watches one.")


def _check_actions(given: dict) -> None:
    for name in ("AlarmActions", "OKActions", "InsufficientDataActions"):
        for arn in given.get(name) or ():
            if not ARN.fullmatch(arn):
                raise Fault("ValidationError", f"Invalid arn syntax: {arn}")
            if arn.split(":")[2:3] != ["sns"]:
                raise NotInTheBox(f"{name}: {arn}", "alarms publish to SNS topics")


@performs("DescribeAlarms")
def describe_alarms(watch: Watch, given: dict) -> dict:
    kinds = given.get("AlarmTypes") or ["MetricAlarm"]  # "If you omit this parameter, only metric alarms"
    chosen = sorted(watch.alarms.values(), key=lambda alarm: alarm.name)
    if given.get("AlarmNames"):
        chosen = [alarm for alarm in chosen if alarm.name in given["AlarmNames"]]
    if given.get("AlarmNamePrefix"):
        chosen = [alarm for alarm in chosen if alarm.name.startswith(given["AlarmNamePrefix"])]
    if given.get("StateValue"):
        chosen = [alarm for alarm in chosen if alarm.state == given["StateValue"]]
    if given.get("ActionPrefix"):
        prefix = given["ActionPrefix"]
        chosen = [
            alarm
            for alarm in chosen
            if any(arn.startswith(prefix) for state in STATES for arn in alarm.actions(state))
        ]
    if parent := given.get("ChildrenOfAlarmName"):
        children = getattr(watch.alarms.get(parent), "children", ())
        chosen = [alarm for alarm in chosen if alarm.name in children]
    if child := given.get("ParentsOfAlarmName"):
        chosen = [alarm for alarm in chosen if child in getattr(alarm, "children", ())]
    kept = [alarm for alarm in chosen if kind_of(alarm) in kinds]
    page = _page(kept, "Alarms", given.get("NextToken"), int(given.get("MaxRecords") or 50))
    answer = {
        f"{kind}s": [_shown(alarm) for alarm in page["Alarms"] if kind_of(alarm) == kind]
        for kind in ("MetricAlarm", "CompositeAlarm")
    }
    return answer | {"NextToken": page.get("NextToken")}


@performs("DescribeAlarmsForMetric")
def describe_alarms_for_metric(watch: Watch, given: dict) -> dict:
    metric = metric_of(given)
    chosen = [
        alarm
        for alarm in watch.alarms.values()
        if isinstance(alarm, MetricAlarm)
        and any(query.metric == metric for query in alarm.queries)
        and all(
            given.get(name) in (None, alarm.given.get(name))
            for name in ("Statistic", "ExtendedStatistic", "Period", "Unit")
        )
    ]
    return {"MetricAlarms": [_shown(alarm) for alarm in chosen]}


@performs("DescribeAlarmHistory")
def describe_alarm_history(watch: Watch, given: dict) -> dict:
    kinds = given.get("AlarmTypes") or ["MetricAlarm"]
    start = _time(given["StartDate"]) if given.get("StartDate") else 0
    end = _time(given["EndDate"]) if given.get("EndDate") else math.inf
    rows = [
        row
        for row in watch.history
        if given.get("AlarmName") in (None, row["AlarmName"])
        and given.get("HistoryItemType") in (None, row["HistoryItemType"])
        and row["AlarmType"] in kinds
        and start <= row["Timestamp"].timestamp() <= end
    ]
    if (given.get("ScanBy") or "TimestampDescending") == "TimestampDescending":
        rows.reverse()
    return _page(rows, "AlarmHistoryItems", given.get("NextToken"), int(given.get("MaxRecords") or 100))


@performs("DeleteAlarms")
def delete_alarms(watch: Watch, given: dict) -> dict:
    for name in given["AlarmNames"]:  # names that are none are passed over
        if alarm := watch.alarms.pop(name, None):
            watch.remember(alarm, "ConfigurationUpdate", f'Alarm "{name}" deleted', type="Delete")
    return {}


@performs("SetAlarmState")
def set_alarm_state(watch: Watch, given: dict) -> dict:
    alarm = watch.alarms.get(given["AlarmName"])
    if alarm is None:
        raise Fault("ResourceNotFound", f"There is no alarm called {given['AlarmName']}.")
    state, data = given["StateValue"], given.get("StateReasonData") or ""
    try:
        json.loads(data or "{}")
    except ValueError:
        raise Fault("InvalidFormat", "StateReasonData is not valid JSON.") from None
    watch.change(alarm, state, given["StateReason"], data)
    return {}


@performs("EnableAlarmActions")
def enable_alarm_actions(watch: Watch, given: dict) -> dict:
    return _switch_actions(watch, given, on=True)


@performs("DisableAlarmActions")
def disable_alarm_actions(watch: Watch, given: dict) -> dict:
    return _switch_actions(watch, given, on=False)


def _switch_actions(watch: Watch, given: dict, on: bool) -> dict:
    for name in given["AlarmNames"]:
        if alarm := watch.alarms.get(name):
            alarm.actions_enabled = on
            word = "enabled" if on else "disabled"
            watch.remember(alarm, "ConfigurationUpdate", f'Actions of alarm "{name}" {word}', type="Update")
    return {}


def kind_of(alarm: Alarm) -> str:
    return type(alarm).__name__


def _shown(alarm: Alarm) -> dict:
    return {name: value for name, value in alarm.describe().items() if value is not None}


# What nobody has here: an inventory finds none.
performs("DescribeAnomalyDetectors")(lambda watch, given: {"AnomalyDetectors": []})
performs("DescribeInsightRules")(lambda watch, given: {"InsightRules": []})
performs("ListMetricStreams")(lambda watch, given: {"Entries": []})


# What they share.


def _time(value: datetime | float | str) -> int:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        value = (value if value.tzinfo else value.replace(tzinfo=UTC)) - datetime(1970, 1, 1, tzinfo=UTC)
        return math.floor(value / timedelta(seconds=1))
    return math.floor(value)


def _check_period(period: int, name: str) -> None:
    if period not in SHORT and (period < MINUTE or period % MINUTE):
        raise Fault(
            "InvalidParameterValue",
            f"The parameter {name} must be 1, 5, 10, 20, 30 or a multiple of 60; it is {period}.",
        )


def _check_statistic(name: str, parameter: str = "ExtendedStatistic") -> None:
    try:
        check_statistic(name)
    except NoSuchStatistic:
        raise Fault(
            "InvalidParameterValue", f"The value {name} for parameter {parameter} is not supported."
        ) from None


def _page(rows: list, name: str, token: str | None, size: int) -> dict:
    """`size` rows from where `token` says, and the token of the next ones."""
    try:
        first = int(token or 0)
    except ValueError:
        code = "InvalidParameterValue" if name == "Metrics" else "InvalidNextToken"
        raise Fault(code, "Request parameter NextToken is invalid") from None
    answer = {name: rows[first : first + size]}
    if first + size < len(rows):
        answer["NextToken"] = str(first + size)
    return answer
