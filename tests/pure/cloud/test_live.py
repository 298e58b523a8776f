"""Real AWS: what is asked about, and what leaves. Nothing does: the transport only records it."""

import re
from urllib.parse import parse_qs

import pytest
from botocore.awsrequest import AWSResponse
from botocore.httpsession import URLLib3Session
from botocore.session import get_session

from cachelab import cloud
from cachelab.cloud.live import ADDS, ADDS_FOR_FREE, LOOKS

GROUP = {"ReplicationGroupDescription": "d", "Engine": "valkey", "CacheNodeType": "cache.t4g.micro"}
CHANGES = (
    "Delete", "Reboot", "Decrease", "Test", "Modify", "Reset", "Revoke", "Remove", "Failover", "Batch",
    "Start",
)  # fmt: skip


class Wire:
    """What would have left, in order: (region, operation). Answers are empty, or as given."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.answers: dict[tuple[str, str], str] = {}
        self.status = 200

    def send(self, request) -> AWSResponse:
        region = re.search(r"//(?:elasticache|ec2)\.([a-z0-9-]+)\.", request.url)[1]
        operation = parse_qs(request.body if isinstance(request.body, str) else request.body.decode())[
            "Action"
        ][0]
        self.sent.append((region, operation))
        inside = self.answers.get((region, operation), "")
        body = f"<R><{operation}Result>{inside}</{operation}Result></R>".encode()
        if self.status >= 300:
            body = b"<R><Error><Code>ReplicationGroupAlreadyExists</Code><Message>m</Message></Error></R>"
        response = AWSResponse(request.url, self.status, {}, None)
        response._content = body
        return response


@pytest.fixture
def wire(monkeypatch):
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_ELASTICACHE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "none")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("CACHELAB_AWS", "live")
    wire = Wire()
    monkeypatch.setattr(URLLib3Session, "send", lambda self, request: wire.send(request))
    return wire


@pytest.fixture
def typed(monkeypatch):
    """What the learner will type, in turn."""
    typed = []
    monkeypatch.setattr("builtins.input", lambda question: (print(question), typed.pop(0))[1])
    return typed


def kinds():
    model = get_session().get_service_model("elasticache")
    free = {n for n in model.operation_names if LOOKS.fullmatch(n) or ADDS_FOR_FREE.fullmatch(n)}
    costs = {n for n in model.operation_names if ADDS.fullmatch(n)} - free
    return model, free, costs, set(model.operation_names) - free - costs


def test_every_operation_is_free_costs_or_changes_what_exists():
    _, free, costs, changes = kinds()
    assert {"DescribeEvents", "CreateUser", "CreateCacheSubnetGroup", "AddTagsToResource"} <= free
    assert {"IncreaseReplicaCount", "CopySnapshot", "PurchaseReservedCacheNodesOffering"} <= costs
    for name in free | costs:
        assert not name.startswith(CHANGES), name
    for verb in CHANGES:
        assert any(name.startswith(verb) for name in changes), verb


def example(shape):
    """The least that botocore takes for a parameter."""
    if shape.type_name == "structure":
        return {name: example(shape.members[name]) for name in shape.required_members}
    return {
        "list": lambda: [example(shape.member)],
        "integer": lambda: 1,
        "boolean": lambda: True,
        "string": lambda: "somebodys",
    }[shape.type_name]()


def test_what_changes_something_names_it_and_leaves_only_if_its_name_is_typed(wire, typed, capsys):
    model, *_, changes = kinds()
    with cloud.account(live=True) as aws:
        client = aws.client("elasticache", region_name="eu-west-1")
        for operation in sorted(changes):
            given = example(model.operation_model(operation).input_shape)
            with_subject = operation not in ("StartMigration", "CompleteMigration")  # these name nothing
            call = getattr(client, re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower())
            typed += ["", "yes" if with_subject else "no"]  # to be in a hurry is not enough
            for _ in range(2):
                with pytest.raises(cloud.AccountError, match=f"{operation} was not sent"):
                    call(**given)
            said = capsys.readouterr().out
            assert f"{operation} on your AWS account, in eu-west-1" in said
            assert ("somebodys was not made here" in said) == with_subject
            assert wire.sent == []
            typed.append("Somebodys" if with_subject else "yes")
            call(**given)
            assert wire.sent == [("eu-west-1", operation)] and typed == []
            wire.sent.clear()
            capsys.readouterr()


def test_what_was_made_here_is_ended_with_a_yes_and_nothing_else_is(wire, typed, capsys):
    with cloud.account(live=True) as aws:
        elasticache = aws.client("elasticache")
        typed.append("yes")
        elasticache.create_replication_group(
            ReplicationGroupId="My-App-Cache", CacheSubnetGroupName="theirs", **GROUP
        )
        assert "$0.0128 an hour" in capsys.readouterr().out
        typed += ["yes"] * 3
        elasticache.delete_replication_group(ReplicationGroupId="my-app-cache")
        assert "No final backup is asked for" in capsys.readouterr().out
        elasticache.delete_replication_group(
            ReplicationGroupId="my-app-cache", FinalSnapshotIdentifier="last"
        )
        assert "No final backup" not in capsys.readouterr().out
        elasticache.reboot_cache_cluster(CacheClusterId="my-app-cache-001", CacheNodeIdsToReboot=["0001"])
        sent = list(wire.sent)
        other = aws.client("elasticache", region_name="eu-west-1")  # the same name, but not the same thing
        for call, given in [
            (other.delete_replication_group, {"ReplicationGroupId": "my-app-cache"}),
            (elasticache.delete_replication_group, {"ReplicationGroupId": "my-app-cache-2"}),
            (elasticache.delete_cache_cluster, {"CacheClusterId": "my-app-cache-2-001"}),
            (elasticache.delete_user, {"UserId": "my-app-cache"}),
            (elasticache.delete_cache_subnet_group, {"CacheSubnetGroupName": "theirs"}),
            (elasticache.decrease_replica_count, {"ReplicationGroupId": "theirs", "ApplyImmediately": True}),
        ]:
            typed.append("yes")
            with pytest.raises(cloud.AccountError, match="was not sent"):
                call(**given)
        assert wire.sent == sent


def test_of_several_each_that_was_not_made_here_is_to_be_named(wire, typed, capsys):
    with cloud.account(live=True) as aws:
        ec2 = aws.client("ec2")
        typed += ["yes", "i-1"]
        for _ in range(2):
            with pytest.raises(cloud.AccountError, match="you did not type i-1, i-2"):
                ec2.terminate_instances(InstanceIds=["i-1", "i-2"])
        assert "i-1, i-2 were not made here" in capsys.readouterr().out
        assert wire.sent == []
        typed.append("i-1, i-2")
        ec2.terminate_instances(InstanceIds=["i-1", "i-2"])
        assert wire.sent == [("us-east-1", "TerminateInstances")]


def test_what_aws_refused_to_make_was_not_made_here(wire, typed):
    with cloud.account(live=True) as aws:
        elasticache = aws.client("elasticache")
        wire.status = 400  # it exists already: somebody else's
        typed += ["yes", "yes"]
        with pytest.raises(elasticache.exceptions.ReplicationGroupAlreadyExistsFault):
            elasticache.create_replication_group(ReplicationGroupId="theirs", **GROUP)
        wire.status = 200
        with pytest.raises(cloud.AccountError, match="did not type theirs"):
            elasticache.delete_replication_group(ReplicationGroupId="theirs")


def test_what_costs_asks_once_for_a_service_and_looking_never(wire, typed):
    with cloud.account(live=True) as aws:
        elasticache = aws.client("elasticache")
        elasticache.describe_events()
        elasticache.create_user(
            UserId="u", UserName="u", Engine="valkey", AccessString="on", NoPasswordRequired=True
        )
        typed.append("no")
        with pytest.raises(cloud.AccountError, match="you did not say yes"):
            elasticache.create_snapshot(SnapshotName="s", ReplicationGroupId="g")
        typed.append("yes")
        for name in ("s", "t"):
            elasticache.create_snapshot(SnapshotName=name, ReplicationGroupId="g")
    left = [operation for _, operation in wire.sent if not operation.startswith("Describe")]
    assert left == ["CreateUser", "CreateSnapshot", "CreateSnapshot"]


def test_what_still_bills_is_counted_in_every_region_asked_for(wire, capsys):
    node = (
        "<CacheClusters><CacheCluster><CacheClusterId>{}</CacheClusterId><CacheNodeType>cache.t4g.micro"
        "</CacheNodeType><NumCacheNodes>1</NumCacheNodes><Engine>valkey</Engine><CacheClusterStatus>available"
        "</CacheClusterStatus></CacheCluster></CacheClusters>"
    )
    backup = (
        "<Snapshots><Snapshot><SnapshotName>kept</SnapshotName><ReplicationGroupId>gone</ReplicationGroupId>"
        "<SnapshotSource>automated</SnapshotSource><NodeSnapshots><NodeSnapshot><CacheSize>1 GB</CacheSize>"
        "</NodeSnapshot></NodeSnapshots></Snapshot></Snapshots>"
    )
    for region, name in (("us-east-1", "here"), ("eu-west-1", "there"), ("sa-east-1", "long-ago")):
        wire.answers[region, "DescribeCacheClusters"] = node.format(name)
    wire.answers["us-east-1", "DescribeSnapshots"] = backup
    with cloud.account(live=True) as aws:
        assert {row.id for row in aws.still_billing()} == {"here", "kept"}
        aws.client("elasticache", region_name="eu-west-1")
        assert {row.id for row in aws.still_billing()} == {"here", "kept", "there"}
        bill = {row.id: row for row in aws.still_billing(regions=["sa-east-1"])}
        assert set(bill) == {"here", "kept", "there", "long-ago"}
        assert bill["here"].usd_per_hour == 0.0128 and bill["kept"].usd_per_month > 0.08
        assert bill["there"].cost is None and "eu-west-1" in bill["there"].what  # other prices than we know
    assert "still billing: there" in capsys.readouterr().out
    assert {operation for _, operation in wire.sent} == {
        "DescribeCacheClusters", "DescribeServerlessCaches", "DescribeSnapshots",
        "DescribeServerlessCacheSnapshots",
    }  # fmt: skip


def test_drills_stay_in_the_box(wire):
    with cloud.account(live=True) as aws:
        for drill in (
            "fail_node",
            "freeze_node",
            "fill_node",
            "replica_link",
            "maintenance",
            "provisioning_time",
        ):
            with pytest.raises(cloud.AccountError, match=f"{drill} is for the account in a box"):
                getattr(aws, drill)
        with pytest.raises(cloud.AccountError, match="waiter"):
            aws.provisioning_time = 0
        assert not hasattr(aws, "nothing_of_the_kind") and aws.endpoint_url is None
