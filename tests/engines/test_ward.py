"""The ward of sick caches: each illness shows in the numbers that the lesson names, and in no other bed."""

import pytest

from cachelab import cloud, engines
from cachelab.cloud.ward import COLUMNS, ILLNESSES, METRICS, Ward
from cachelab.questions import lesson_09b


@pytest.fixture(scope="module")
def ward():
    if not engines.valkey().is_real:
        pytest.skip("the account in a box needs a real server")
    with cloud.account(provisioning_time=0) as aws:
        ward = Ward(aws)
        ward.minutes(2)
        yield ward
        ward.close()
        assert aws.topology() == []  # another ward finds room
        groups = aws.client("elasticache").describe_cache_parameter_groups()["CacheParameterGroups"]
        assert not [group for group in groups if not group["CacheParameterGroupName"].startswith("default.")]
    ward.close()  # twice, and after its account


def bed(ward, illness: str) -> str:
    return next(name for name in ward.beds if ward.illness(name) == illness)


def last(ward, metric: str) -> dict[str, float | None]:
    """The last minute of each node."""
    return {node: ward.metric(node, metric)[-1] for node in ward.nodes()}


def test_each_illness_lies_in_one_bed_and_the_card_offers_all_of_them(ward):
    assert sorted(map(ward.illness, ward.beds)) == sorted(ILLNESSES)
    assert set(lesson_09b.ILLNESSES) == set(ILLNESSES)
    assert [f"bed_{number}" for number in range(1, 7)] == list(lesson_09b.QUESTIONS)


def test_a_long_command_is_named_by_slowlog_and_nowhere_else(ward):
    told = {name: ward.examine(name) for name in ward.beds}
    assert [name for name, text in told.items() if "EVAL" in text] == [
        bed(ward, "a command that eats the processor")
    ]


def test_only_where_memory_is_short_keys_are_evicted_and_hits_become_misses(ward):
    [ill] = ward.nodes(bed(ward, "too little memory"))
    evicted, hits = last(ward, "Evictions"), last(ward, "CacheHitRate")
    assert [node for node, count in evicted.items() if count] == [ill]
    assert hits[ill] < min(rate for node, rate in hits.items() if node != ill and rate is not None)
    assert ward.metric(ill, "DatabaseMemoryUsagePercentage")[-1] > 90


def test_only_forgotten_connections_grow(ward):
    [ill] = ward.nodes(bed(ward, "connections that nobody closes"))
    counts = ward.metric(ill, "CurrConnections")
    assert len(counts) >= 2
    for minute, count in enumerate(counts, 1):  # what was forgotten, and a few that come and go
        assert 0 <= count - 60 * minute < 10, counts
    assert max(count for node, count in last(ward, "CurrConnections").items() if node != ill) < 20


def test_a_big_key_lets_more_out_than_all_others_together(ward):
    [ill] = ward.nodes(bed(ward, "one big key"))
    out = last(ward, "NetworkBytesOut")
    assert out.pop(ill) > sum(out.values()) and ward.metric(ill, "CurrItems")[-1] == 51
    assert "hgetall" in ward.examine(bed(ward, "one big key"))


def test_a_hot_key_makes_shards_unequal(ward):
    reads = sorted(ward.metric(node, "GetTypeCmds")[-1] for node in ward.nodes(bed(ward, "one hot key")))
    assert len(reads) == 2 and reads[1] > 10 * reads[0]


def test_behind_a_closed_security_group_the_node_is_well_and_nobody_comes(ward):
    name = bed(ward, "a closed security group")
    [ill] = ward.nodes(name)
    assert ward.metric(ill, "CacheHitRate")[-1] is None and not ward.metric(ill, "GetTypeCmds")[-1]
    assert ward.metric(ill, "EngineCPUUtilization")[-1] is not None  # it is there
    assert set(ward.beds[name].errors) == {"TimeoutError"}
    assert "INFO and SLOWLOG: TimeoutError" in ward.examine(name)
    assert not any(other.errors for other in ward.beds.values() if other.name != name)


def test_the_chart_has_every_node_and_metric_and_a_strange_bed_is_told(ward):
    chart = ward.chart()
    assert all(word in chart for word in (*ward.nodes(), *METRICS))
    told = "\n".join([chart, *map(ward.examine, ward.beds), *map(ward.cause, ward.beds)])
    assert max(map(len, told.splitlines())) <= COLUMNS
    with pytest.raises(ValueError, match="'bed-7'.*bed-1"):
        ward.examine("bed-7")
