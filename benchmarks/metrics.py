"""CloudWatch in the account in a box: whether alarms ring as AWS's do, and what one minute costs."""

import statistics
import time
from collections.abc import Iterator

from benchmarks import Row
from cachelab import cloud
from cachelab.cloud.metrics.judging import judge
from tests.oracle.alarm_tables import FORTY, points
from tests.oracle.cloud_drills import make_group

ROUNDS = 30
NODES = 5
ALARMS = 20
GOAL = 20e-3  # seconds for a node and minute


def rows() -> Iterator[Row]:
    other = [
        text
        for text, to_alarm, missing, state in FORTY
        if judge(points(text), 3, to_alarm, missing).state != state
    ]
    raw = f"{len(FORTY) - len(other)} of {len(FORTY)} as in CloudWatch's user guide"
    yield Row("alarms: verdicts that are not AWS's / all 40", len(other) / len(FORTY), 0.0, raw)
    with cloud.account(provisioning_time=0) as aws:
        elasticache, cloudwatch = aws.client("elasticache"), aws.client("cloudwatch")
        make_group(aws, "shop", NumCacheClusters=3, AutomaticFailoverEnabled=True)
        elasticache.create_cache_cluster(
            CacheClusterId="sessions", Engine="memcached", CacheNodeType="cache.t4g.micro", NumCacheNodes=2
        )
        node = aws._node("shop-001")
        aws.minute()  # what is learned once: which command is of which kind
        info, minute = [], []
        for _ in range(ROUNDS):  # in turns, so that both meet the same load on the machine
            info.append(_time(lambda: _ask(node)))
            minute.append(_time(aws.minute))
        floor, mine = statistics.median(info), statistics.median(minute) / NODES
        raw = f"{mine * 1e3:.1f} ms against {floor * 1e3:.1f} ms, medians of {ROUNDS}"
        yield Row("CloudWatch: a node's minute / connecting and one INFO", mine / floor, detail=raw)
        raw = f"{mine * 1e3:.1f} ms a node and minute, of {GOAL * 1e3:.0f}"
        yield Row("CloudWatch: a node's minute / what it may cost", mine / GOAL, 1.0, raw)
        for number in range(ALARMS):
            cloudwatch.put_metric_alarm(
                AlarmName=f"hits-{number}",
                Namespace="AWS/ElastiCache",
                MetricName="CacheHits",
                Dimensions=[{"Name": "CacheClusterId", "Value": "shop-001"}],
                Statistic="Sum",
                Period=60,
                EvaluationPeriods=3,
                Threshold=number,
                ComparisonOperator="GreaterThanThreshold",
            )
        with_alarms = statistics.median(_time(aws.minute) for _ in range(ROUNDS)) / NODES
        raw = f"{with_alarms * 1e3:.1f} ms a node and minute, with {ALARMS} alarms"
        yield Row(f"CloudWatch: a minute with {ALARMS} alarms / without", with_alarms / mine, detail=raw)


def _ask(node) -> None:
    with node.admin() as client:
        client.info("everything")


def _time(work) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
