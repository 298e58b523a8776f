"""The order form: what it asks boto3 for, how it spells it, what it costs, and AWS's own objections."""

import dataclasses
import json
import shlex
import subprocess
import sys

import pytest
import traitlets
import yaml
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cachelab import cloud, widgets
from cachelab.cloud import command
from cachelab.cloud.order import STEPS, Order
from cachelab.cloud.spelling import boto3_call, cli_command, cloudformation
from tests.oracle.depth import examples

# Names, tokens and so on as people type them: whatever is in them, the spellings must carry it.
TEXTS = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=30)
ORDERS = st.builds(
    Order,
    engine=st.sampled_from(["valkey", "redis", "memcached"]),
    cluster_mode=st.booleans(),
    shards=st.integers(1, 6),
    name=st.sampled_from(["my-app-cache", "a", "1a", "a--b", "x" * 41, "ends-"]),
    node_type=st.sampled_from(["cache.t4g.micro", "cache.r7g.large", "cache.t2.micro", "cache.nope"]),
    replicas=st.integers(0, 7),
    automatic_failover=st.booleans(),
    multi_az=st.booleans(),
    nodes=st.integers(0, 41),
    spread=st.booleans(),
    subnet_group=st.sampled_from(["", "private", "missing"]),
    tls=st.booleans(),
    at_rest=st.booleans(),
    auth_token=st.sampled_from(["", "short", "long-enough-token-1", "with spaces in it 12345"]),
    backup_days=st.integers(0, 40),
)


@pytest.fixture(scope="module")
def aws():
    with cloud.account(provisioning_time=0) as account:
        ec2 = account.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
        ec2.create_security_group(GroupName="cache", Description="x", VpcId=vpc)
        account.client("elasticache").create_cache_subnet_group(
            CacheSubnetGroupName="private", CacheSubnetGroupDescription="x", SubnetIds=[subnet]
        )
        yield account


@pytest.fixture(scope="module")
def elasticache(aws):
    return aws.client("elasticache")


@pytest.fixture(scope="module")
def one_form(aws):
    return widgets.order(aws)


@pytest.fixture
def form(one_form):
    """The form as it begins."""
    return one_form.set(**dataclasses.asdict(Order()))


def production(form) -> dict:
    """Answers that make a cache for production out of the form's defaults."""
    groups = next(field for field in form.fields if field["name"] == "security_group")["options"]
    mine = next(option["value"] for option in groups if option["text"].startswith("cache in"))
    return dict(
        engine="redis",
        replicas=2,
        automatic_failover=True,
        multi_az=True,
        subnet_group="private",
        security_group=mine,
        tls=True,
        auth_token="-starts-with-a-dash",
        backup_days=7,
    )


# The request.


def test_an_order_of_defaults_says_as_little_as_possible():
    assert Order().request == {
        "ReplicationGroupId": "my-app-cache",
        "ReplicationGroupDescription": "Shop cache",
        "Engine": "valkey",
        "CacheNodeType": "cache.t4g.micro",
    }
    assert Order().cost.usd_per_month == pytest.approx(0.0128 * 730)


def test_encryption_at_rest_is_named_where_it_differs_from_the_engines_default():
    said = "AtRestEncryptionEnabled"
    assert Order(engine="valkey", at_rest=False).request[said] is False
    assert Order(engine="redis", at_rest=True).request[said] is True
    assert said not in Order(engine="valkey").request | Order(engine="redis", at_rest=False).request


@given(ORDERS)
def test_the_price_counts_every_node(order):
    if order.cost is not None and order.nodes:
        assert order.cost.lines[0].count == order.node_count
    assert len(order.meanings) == len(STEPS) and all(order.meanings)


# The spellings.

REQUESTS = st.fixed_dictionaries(
    {"ReplicationGroupId": st.just("g"), "ReplicationGroupDescription": TEXTS},
    optional={
        "AuthToken": TEXTS,
        "NumNodeGroups": st.integers(1, 9),
        "MultiAZEnabled": st.booleans(),
        "SecurityGroupIds": st.lists(st.just("sg-1"), min_size=1, max_size=2),
    },
)


@given(REQUESTS)
def test_the_boto3_call_is_python(request):
    class Recorder:
        def create_replication_group(self, **given):
            return given

    assert eval(boto3_call("create_replication_group", request), {"elasticache": Recorder()}) == request


@given(REQUESTS)
def test_the_cloudformation_resource_is_yaml(request):
    resource = yaml.safe_load(cloudformation("create_replication_group", request))
    assert resource == {"G": {"Type": "AWS::ElastiCache::ReplicationGroup", "Properties": request}}


def test_cloudformation_has_names_of_its_own_for_clusters():
    order = Order(engine="memcached", security_group="sg-1", name="no")
    [resource] = yaml.safe_load(cloudformation(order.operation, order.request)).values()
    assert resource["Type"] == "AWS::ElastiCache::CacheCluster"
    assert resource["Properties"]["ClusterName"] == "no"
    assert resource["Properties"]["VpcSecurityGroupIds"] == ["sg-1"]


# A program of its own: importing awscli replaces this process's botocore by its own copy.
AWS_PROGRAM = """
import json, sys
from awscli.clidriver import create_clidriver
driver, heard = create_clidriver(), {}
driver.session.set_credentials("a", "b")
driver.session.register("before-parameter-build", lambda params, **_: heard.update(params))
reply = type("Reply", (), {"status_code": 200, "headers": {}})()
driver.session.register("before-call", lambda **_: (reply, {}))
for line in sys.stdin:
    heard.clear()
    sys.stdout, real = sys.stderr, sys.stdout
    code = driver.main([*json.loads(line), "--output", "json"])
    sys.stdout = real
    print(json.dumps([code, heard]), flush=True)
"""


@pytest.fixture(scope="module")
def understood(aws):
    """What the `aws` program makes of a command: the parameters it would send."""
    program = subprocess.Popen(
        [sys.executable, "-c", AWS_PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )

    def parse(command: str) -> dict:
        [name, *words] = shlex.split(command.replace("\\\n", " "))
        print(json.dumps(words), file=program.stdin, flush=True)
        code, request = json.loads(program.stdout.readline())
        assert (name, code) == ("aws", 0)
        return request

    with program:
        yield parse
        program.stdin.close()


@settings(
    max_examples=examples(50), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(REQUESTS)
def test_the_command_says_the_same_to_the_aws_program_and_to_our_stand_in(understood, elasticache, request):
    shape = elasticache.meta.service_model.operation_model("CreateReplicationGroup").input_shape
    # The program reads `file://…` and the like from elsewhere.
    if not any("://" in str(value) for value in request.values()):
        typed = cli_command("create_replication_group", request)
        assert understood(typed) == request
        assert command.request(shape, shlex.split(typed.replace("\\\n", " "))[3:]) == request


def test_all_spellings_create_the_same_cache(form, elasticache):
    made = []
    form.set(**production(form))
    for spelling in ("boto3", "aws command"):
        if spelling == "boto3":
            eval(form.spellings[spelling], {"elasticache": elasticache})
        else:
            done = subprocess.run(form.spellings[spelling], shell=True, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            assert json.loads(done.stdout)["ReplicationGroup"]["ReplicationGroupId"] == "my-app-cache"
        [group] = elasticache.describe_replication_groups()["ReplicationGroups"]
        made.append({key: group[key] for key in group if key not in _OWN})
        elasticache.delete_replication_group(ReplicationGroupId="my-app-cache")
    assert made[0] == made[1]
    assert made[0]["SnapshotRetentionLimit"] == 7 and made[0]["AuthTokenEnabled"]
    assert len(made[0]["MemberClusters"]) == 3


_OWN = ("ReplicationGroupCreateTime", "AuthTokenLastModifiedDate", "NodeGroups")  # of each creation


# The objections.


@settings(
    max_examples=examples(80), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ORDERS)
def test_the_form_refuses_in_the_words_of_the_call(aws, elasticache, order):
    refused = aws.refusal(order.operation, **order.request)
    if refused is None:
        return  # taken: creating it for real is the business of other tests
    with pytest.raises(ClientError) as error:
        getattr(elasticache, order.operation)(**order.request)
    answer = error.value.response["Error"]
    assert (answer["Code"], answer["Message"]) == refused


def test_asking_creates_nothing(aws, elasticache):
    assert aws.refusal("create_replication_group", **Order().request) is None
    assert elasticache.describe_replication_groups()["ReplicationGroups"] == aws.still_billing() == []


# The form.


def test_the_form_follows_its_answers(form):
    assert form.verdict["state"] == "taken" and form.price == "$9.34 a month"
    form.set(multi_az=True)
    assert (
        form.verdict["state"] == "refused"
        and "AutomaticFailoverEnabled must be true" in form.verdict["words"]
    )
    form.set(automatic_failover=True)
    assert "there must be at least 2 cache clusters" in form.verdict["words"]
    form.set(replicas=2)
    assert form.verdict["state"] == "taken" and form.price == "$28.03 a month"
    assert form.request["ReplicasPerNodeGroup"] == 2
    assert "--replicas-per-node-group 2" in form.spellings["aws command"]


@pytest.mark.parametrize(
    "answers, price",
    [
        ({"engine": "redis"}, "$11.68"),
        ({"engine": "redis", "replicas": 2}, "$35.04"),
        ({"engine": "redis", "replicas": 2, "node_type": "cache.r7g.large"}, "$479.61"),
        ({"replicas": 2, "node_type": "cache.r7g.large"}, "$383.69"),
    ],
)
def test_what_tutorials_price_is_one_node(form, answers, price):
    """The tutorial's $12 is right for one node; its command makes three."""
    assert form.set(**answers).price == f"{price} a month"


def test_memcached_is_asked_other_questions(form):
    form.set(engine="memcached", backup_days=1)
    assert {"replicas", "multi_az", "at_rest", "shards"} <= set(form.hidden) and "nodes" not in form.hidden
    assert "Snapshots are not available for node-based Memcached" in form.verdict["words"]
    assert form.operation == "create_cache_cluster"


def test_a_node_type_without_a_price_says_so(form):
    form.set(node_type="cache.t2.micro")
    assert form.price == "price unknown" and "previous generation" in form.verdict["words"]


def test_the_form_reads_as_text(form):
    text = form.set(replicas=1).text()
    for part in (
        "1. Engine",
        "Engine: Valkey",
        "Replicas: 1",
        "AWS would take this order.",
        "$18.69 a month",
    ):
        assert part in text
    assert "Shards" not in text and "create_replication_group(" in text


@pytest.mark.parametrize("answers", [{"replica": 1}, {"engines": "valkey"}])
def test_an_unknown_question_is_named(form, answers):
    with pytest.raises(ValueError, match="is not on this form; it asks for engine, cluster_mode"):
        form.set(**answers)


@pytest.mark.parametrize("answers", [{"replicas": "2"}, {"replicas": True}, {"multi_az": 1}, {"name": None}])
def test_an_answer_of_another_type_is_refused(form, answers):
    with pytest.raises(traitlets.TraitError, match="takes a value of type"):
        form.set(**answers)


def test_a_form_can_start_anywhere(aws):
    assert widgets.order(aws, engine="redis", replicas=1).request["Engine"] == "redis"


def test_a_closed_account_has_no_opinion_and_the_form_goes_on():
    with cloud.account(provisioning_time=0) as account:
        form = widgets.order(account)
    form.set(replicas=1, multi_az=True)
    assert form.verdict["state"] == "unknown"
    assert "The account is closed" in (said := form.verdict["words"]) and "Run the cell that opens it" in said
    assert form.price == "$18.69 a month" and "MultiAZEnabled=True" in form.text()
