"""SEARCH and the rules of composite alarms: what they find, what they refuse."""

import pytest

from cachelab.cloud.metrics.rules import RuleError, parse
from cachelab.cloud.metrics.search import SearchError, matcher, tokens
from cachelab.cloud.metrics.store import Metric

HITS = Metric.named("AWS/ElastiCache", "CacheHits", CacheClusterId="shop-001", CacheNodeId="0001")
HITS_2 = Metric.named("AWS/ElastiCache", "CacheHits", CacheClusterId="shop-002", CacheNodeId="0001")
CLUSTER = Metric.named("AWS/ElastiCache", "CacheHits", CacheClusterId="shop-001")
CPU = Metric.named("AWS/ElastiCache", "CPUUtilization", CacheClusterId="shop-001", CacheNodeId="0001")
ORDERS = Metric.named("Shop", "Project2-trial333")
ALL = [HITS, HITS_2, CLUSTER, CPU, ORDERS]


@pytest.mark.parametrize(
    ("name", "expected"),  # the guide's own table
    [
        ("CustomCount1", {"customcount1", "custom", "count", "1"}),
        ("SDBFailure", {"sdbfailure", "sdb", "failure"}),
        ("Project2-trial333", {"project2trial333", "project", "2", "trial", "333"}),
    ],
)
def test_tokens_of_the_guide(name, expected):
    assert tokens(name) == expected


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ('{AWS/ElastiCache,CacheClusterId,CacheNodeId} MetricName="CacheHits"', [HITS, HITS_2]),
        ('{AWS/ElastiCache, CacheClusterId} MetricName="CacheHits"', [CLUSTER]),
        ("{AWS/ElastiCache,CacheClusterId,CacheNodeId}", [HITS, HITS_2, CPU]),
        ("{Shop}", [ORDERS]),
        ('"CacheHits" NOT CacheClusterId="shop-002"', [HITS, CLUSTER]),
        ("hits", [HITS, HITS_2, CLUSTER]),
        ("HITS", [HITS, HITS_2, CLUSTER]),
        ('"Hits"', []),
        ("MetricName=cpu OR Namespace=shop", [CPU, ORDERS]),
        ('{AWS/ElastiCache,CacheClusterId,CacheNodeId} (utilization OR hits) AND "shop-001"', [HITS, CPU]),
        ("NOT Namespace=AWS", [ORDERS]),
        ('CacheClusterId="shop-002"', [HITS_2]),
        ("trial", [ORDERS]),
    ],
)
def test_searches(query, found):
    test = matcher(query)
    assert [metric for metric in ALL if test(metric)] == found


@pytest.mark.parametrize("query", ["", "{}", "(hits", "hits)", "hits OR", '"open', "x" * 1025])
def test_a_search_that_cannot_be_read_is_refused(query):
    with pytest.raises(SearchError):
        matcher(query)


STATES = {"memory": "ALARM", "hits": "OK", "with blank": "INSUFFICIENT_DATA"}


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        ("ALARM(memory)", True),
        ('ALARM("memory") AND OK(hits)', True),
        ("ALARM(memory) AND NOT OK(hits)", False),
        ("ALARM(hits) OR ALARM(memory)", True),
        ("NOT (ALARM(hits) OR ALARM(memory))", False),
        ('INSUFFICIENT_DATA("with blank")', True),
        ("OK(hits) AND FALSE OR TRUE", True),
        ("ALARM(arn:aws:cloudwatch:us-east-1:123456789012:alarm:memory)", True),
        ("ALARM(nobody)", False),
    ],
)
def test_rules(rule, holds):
    assert parse(rule)[0](STATES) is holds


def test_a_rule_names_its_alarms():
    assert parse('ALARM(memory) AND (OK("with blank") OR NOT ALARM(hits))')[1] == [
        "memory",
        "with blank",
        "hits",
    ]


@pytest.mark.parametrize(
    "rule", ["", "memory", "ALARM(a) ALARM(b)", "ALARM(a) AND", "(ALARM(a)", "LOUD(a)", "ALARM()"]
)
def test_a_rule_that_cannot_be_read_is_refused(rule):
    with pytest.raises(RuleError):
        parse(rule)
