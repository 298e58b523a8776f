"""Requests drawn at random from botocore's own model: every answer is one that a client can read."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cachelab.cloud.api import model
from cachelab.cloud.api.operations import PERFORMED, REFUSED, operations
from cachelab.cloud.api.perform import check
from cachelab.cloud.faults import Fault
from tests.oracle.depth import examples

COMMON = {"InvalidParameterValue", "InvalidParameterCombination", "NotImplemented"}
WORDS = [  # what a request is likely to say, so that it gets past the first rule now and then
    "plain",
    "failing-over",
    "shards",
    "secured",
    "plain-001",
    "plain-002",
    "any",
    "new",
    "my-subnets",
    "mine",
    "default.valkey9",
    "default.redis7.cluster.on",
    "yesterday",
    "staff",
    "default",
    "valkey",
    "redis",
    "memcached",
    "9.1",
    "7.1",
    "cache.t4g.micro",
    "cache.r6gd.xlarge",
    "us-east-1a",
    "0001",
    "0002",
    "05:00-06:00",
    "sun:05:00-sun:06:00",
    "0123456789abcdef",
    "on ~* +@all",
    "valkey9",
]


def values(shape):
    """A strategy for anything botocore would let through for this shape."""
    if shape.type_name == "structure":
        required = {name: values(shape.members[name]) for name in shape.required_members}
        optional = {name: values(member) for name, member in shape.members.items() if name not in required}
        return st.fixed_dictionaries(required, optional=optional)
    if shape.type_name == "list":
        return st.lists(values(shape.member), max_size=3)
    return {
        "string": st.sampled_from([*WORDS, *getattr(shape, "enum", ())]) | st.text(max_size=50),
        "integer": st.integers(-3, 45) | st.integers(-(2**31), 2**31 - 1),
        "boolean": st.booleans(),
        "timestamp": st.datetimes(),
        "double": st.floats(allow_nan=False),
    }[shape.type_name]


def sparse(shape):
    """The same with few optional parameters: more of these requests are nearly right."""
    members = list(shape.members)

    @st.composite
    def draw(draw_one):
        chosen = draw_one(st.sets(st.sampled_from(members), max_size=6)) | set(shape.required_members)
        return {name: draw_one(values(shape.members[name])) for name in members if name in chosen}

    return draw()


def readable():
    """The error codes a client of ElastiCache knows."""
    return COMMON | {s.metadata.get("error", {}).get("code", s.name) for s in model.service().error_shapes}


# Looking only, or changing things that no other request of this test depends on.
CHECKED = sorted(PERFORMED)


@pytest.mark.parametrize("operation", CHECKED)
@settings(max_examples=examples(12), deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_request_is_taken_or_refused_in_words_a_client_knows(furnished, operation, data):
    shape = model.service().operation_model(operation).input_shape
    asked = data.draw(sparse(shape))
    try:
        check(furnished, operation, asked)
    except Fault as fault:
        assert fault.code in readable()
        assert fault.message
        assert not re.search(r"\{[a-zA-Z]+\}", fault.message) or "{" in str(asked)  # a place left unfilled


def test_the_models_constraints():
    for operation, asked, word in [
        ("TestFailover", {"ReplicationGroupId": "x", "NodeGroupId": "one"}, "pattern"),
        ("TestFailover", {"ReplicationGroupId": "x", "NodeGroupId": "12345"}, "less than or equal to 4"),
        ("CreateReplicationGroup", {"ReplicationGroupDescription": "d"}, "ReplicationGroupId"),
        (
            "CreateReplicationGroup",
            {"ReplicationGroupId": "x", "ReplicationGroupDescription": "d", "ClusterMode": "on"},
            "[enabled, disabled, compatible]",
        ),
        (
            "CreateUserGroup",
            {"UserGroupId": "x", "Engine": "redis", "UserIds": []},
            "greater than or equal to 1",
        ),
        ("CreateUserGroup", {"UserGroupId": "x", "Engine": "redis 7"}, "pattern"),
    ]:
        with pytest.raises(Fault) as caught:
            model.check(operation, asked)
        assert caught.value.code == "InvalidParameterValue" and word in caught.value.message


def test_every_operation_is_supported_or_refused_for_a_reason():
    listed = operations()
    assert set(listed) == set(model.operations()) and len(listed) == 77
    assert {name for name, how in listed.items() if how == "refused"} == set(REFUSED)
    assert all(reason for reason in REFUSED.values())
