"""The account itself: who can talk to it, what it refuses, what it leaves behind."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys

import boto3
import botocore.session
import psutil
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from botocore.httpsession import URLLib3Session

from cachelab import cloud
from cachelab.cloud import command
from cachelab.cloud.api import model
from tests.oracle.cloud_drills import (
    connect,
    make_group,
    make_subnet_group,
    messages,
    primary,
    remove,
    subnet_ids,
)
from tests.oracle.listening import listening

AWS = [sys.executable, "-m", "awscli"]


@pytest.fixture(scope="module")
def aws():
    with cloud.account(provisioning_time=0) as aws:
        yield aws


@pytest.fixture(scope="module")
def elasticache(aws):
    return aws.client("elasticache")


def cli(line: str) -> dict:
    """Run one `aws` command as a learner would type it; its JSON answer."""
    done = subprocess.run([*AWS, *shlex.split(line)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


# One account for boto3 and the command line.


def test_the_tutorials_command_runs_as_it_is_written(aws, elasticache):
    ec2 = aws.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{i}.0/24", AvailabilityZone=f"us-east-1{zone}")[
            "Subnet"
        ]
        for i, zone in enumerate("abc")
    ]
    group = elasticache.create_cache_subnet_group(
        CacheSubnetGroupName="my-cache-subnets",
        CacheSubnetGroupDescription="private",
        SubnetIds=[subnet["SubnetId"] for subnet in subnets],
    )["CacheSubnetGroup"]
    assert group["VpcId"] == vpc
    answer = cli(
        "elasticache create-replication-group --replication-group-id my-app-cache "
        '--replication-group-description "App cache" --engine redis --cache-node-type cache.t4g.micro '
        "--num-node-groups 1 --replicas-per-node-group 2 --automatic-failover-enabled --multi-az-enabled "
        "--cache-subnet-group-name my-cache-subnets --security-group-ids sg-0a1b2c3d "
        "--transit-encryption-enabled --at-rest-encryption-enabled"
    )["ReplicationGroup"]
    expected = {
        "ReplicationGroupId": "my-app-cache", "Status": "creating", "AutomaticFailover": "enabling",
        "MultiAZ": "enabled", "ClusterEnabled": False, "TransitEncryptionEnabled": True,
        "AtRestEncryptionEnabled": True,
    }  # fmt: skip
    assert expected.items() <= answer.items()
    assert answer["SnapshotRetentionLimit"] == 0 and answer["AuthTokenEnabled"] is False  # what it forgot
    endpoint = cli(
        "elasticache describe-replication-groups --replication-group-id my-app-cache "
        '--query "ReplicationGroups[0].NodeGroups[0].PrimaryEndpoint"'
    )
    assert connect(endpoint, ssl=True).ping()
    [group] = elasticache.describe_replication_groups(ReplicationGroupId="my-app-cache")["ReplicationGroups"]
    assert primary(group) == endpoint and len(group["MemberClusters"]) == 3
    assert round(aws.still_billing()[0].usd_per_month, 2) == 35.04

    # While it stands there, its subnet group cannot go, and nothing joins it from another VPC.
    with pytest.raises(ClientError) as caught:
        elasticache.delete_cache_subnet_group(CacheSubnetGroupName="my-cache-subnets")
    error = caught.value.response["Error"]
    assert error["Code"] == "CacheSubnetGroupInUse"
    assert error["Message"] == "Cache subnet group my-cache-subnets is currently in use by a cache cluster."
    other = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    stranger = ec2.create_security_group(GroupName="s", Description="s", VpcId=other)["GroupId"]
    with pytest.raises(ClientError) as caught:
        make_group(aws, "lost", CacheSubnetGroupName="my-cache-subnets", SecurityGroupIds=[stranger])
    message = f"Subnet group [my-cache-subnets] belongs to a different VPC [{vpc}] than [{other}]"
    assert caught.value.response["Error"]["Message"] == message
    remove(aws, "my-app-cache")
    elasticache.delete_cache_subnet_group(CacheSubnetGroupName="my-cache-subnets")
    assert elasticache.describe_cache_subnet_groups()["CacheSubnetGroups"] == []


def test_where_there_is_no_aws_command_a_stand_in_says_so_and_sends_the_same(aws, capfd, monkeypatch):
    folder = os.environ["PATH"].split(os.pathsep)[-1]
    line = "elasticache describe-events --max-records 20 --query Events[0:0]"
    program = [shutil.which("aws", path=folder), *shlex.split(line)]
    done = subprocess.run(program, capture_output=True, text=True, timeout=120)
    assert (done.returncode, json.loads(done.stdout)) == (0, []), done.stderr
    assert done.stderr.startswith("(No aws command is installed here")

    def said(line):
        code = command.main(shlex.split(line))
        out, err = capfd.readouterr()
        return code, json.loads(out or "null"), err.removeprefix(command.NOTE).strip()

    tags = '--tags Key=team,Value=web \'{"Key": "a", "Value": ""}\''
    name = "cache-parameter-group --cache-parameter-group-name typed"
    about = "--description 'by hand' --cache-parameter-group-family valkey9"
    code, answer, _ = said(f"elasticache create-{name} {about} {tags}")
    assert code == 0 and answer["CacheParameterGroup"]["Description"] == "by hand"
    arn = answer["CacheParameterGroup"]["ARN"]
    assert len(said(f"elasticache list-tags-for-resource --resource-name {arn}")[1]["TagList"]) == 2
    assert said(f"elasticache delete-{name}") == (0, None, "")
    assert said("elasticache wait cache-cluster-deleted --cache-cluster-id nobody") == (0, None, "")
    for line, code, words in (
        ("elasticache describe-cache-clusters --cache-cluster-id nobody", 254, r"\(CacheClusterNotFound\)"),
        ("elasticache describe-cache-clusters --cluster nobody", 252, "Unknown options: --cluster nobody"),
        ("elasticache describe-cache-clusters --max-records many", 252, "'many' is no whole number"),
        ("elasticache describe-cache-clusters --output table", 252, "JSON, not in table.*pip install"),
        ("elasticache create-replication-group", 252, "ReplicationGroupDescription"),
        ("elasticache add-tags-to-resource --resource-name x --tags team=web", 252, "Key, Value, or JSON"),
        ("elasticache wait long", 252, "replication-group-available"),
        ("s3 ls", 252, "no operation 'ls' here.*pip install awscli"),
        ("banana describe-it", 252, "no service 'banana'"),
        ("help", 252, "reads `aws SERVICE OPERATION"),
    ):
        found = said(line)
        assert found[:2] == (code, None) and re.search(words, found[2], re.DOTALL), (line, found)
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    assert "would have gone to" in said("elasticache describe-events")[2]


def test_a_client_nobody_gave_an_endpoint_ends_up_here_too(aws):
    assert boto3.client("elasticache").describe_events()["Events"] is not None
    number = boto3.client("sts").get_caller_identity()["Account"]
    assert number == aws.id
    ireland = boto3.client("elasticache", region_name="eu-west-1")
    assert ireland.describe_cache_clusters()["CacheClusters"] == []


def test_regions_are_apart(aws):
    frankfurt = aws.client("elasticache", region_name="eu-central-1")
    frankfurt.create_cache_cluster(CacheClusterId="mc", Engine="memcached", CacheNodeType="cache.t4g.micro")
    [made] = frankfurt.describe_cache_clusters()["CacheClusters"]
    assert made["PreferredAvailabilityZone"] == "eu-central-1a"
    assert aws.aws_address("mc").endswith(".cfg.euc1.cache.amazonaws.com")
    assert aws.client("elasticache").describe_cache_clusters()["CacheClusters"] == []
    frankfurt.delete_cache_cluster(CacheClusterId="mc")


# Operations.


REQUIRED = {"string": "x", "integer": 1, "boolean": True, "list": [], "structure": {}}


@pytest.mark.parametrize(
    "operation", sorted(name for name, how in cloud.operations().items() if how == "refused")
)
def test_what_it_does_not_do_it_says_by_name(elasticache, operation):
    shape = model.service().operation_model(operation).input_shape
    given = {name: REQUIRED[shape.members[name].type_name] for name in shape.required_members}
    call = getattr(elasticache, botocore.xform_name(operation))
    with pytest.raises(ClientError) as caught:
        call(**given)
    error = caught.value.response["Error"]
    assert error["Code"] == "NotImplemented" and error["Message"].startswith(f"{operation} is not available")


def test_every_other_operation_answers(elasticache):
    """With what the model requires and nothing more: an answer, or an error a client can read."""
    for operation, how in cloud.operations().items():
        if how == "supported" and operation.startswith(("Describe", "List")):
            shape = model.service().operation_model(operation).input_shape
            given = {name: REQUIRED[shape.members[name].type_name] for name in shape.required_members}
            try:
                getattr(elasticache, botocore.xform_name(operation))(**given)
            except ClientError as error:
                assert error.response["Error"]["Code"] not in ("InternalFailure", "NotImplemented"), operation


def test_long_lists_come_in_pages(elasticache):
    first = elasticache.describe_cache_parameters(CacheParameterGroupName="default.redis7", MaxRecords=20)
    assert len(first["Parameters"]) == 20 and first["Marker"]
    pages = elasticache.get_paginator("describe_cache_parameters").paginate(
        CacheParameterGroupName="default.redis7", PaginationConfig={"PageSize": 20}
    )
    names = [row["ParameterName"] for page in pages for row in page["Parameters"]]
    assert len(names) == len(set(names)) > 20
    with pytest.raises(ClientError, match="Invalid Marker"):
        elasticache.describe_cache_parameters(CacheParameterGroupName="default.redis7", Marker="nonsense")


def test_engine_versions(elasticache):
    rows = elasticache.describe_cache_engine_versions(Engine="valkey", DefaultOnly=True)[
        "CacheEngineVersions"
    ]
    assert [row["CacheParameterGroupFamily"] for row in rows] == ["valkey9"]
    groups = elasticache.describe_cache_parameter_groups()["CacheParameterGroups"]
    assert {"default.valkey9", "default.valkey9.cluster.on", "default.memcached1.6"} <= {
        group["CacheParameterGroupName"] for group in groups
    }


# What moto does well is left as it is.


def test_motos_users(aws):
    client = aws.client("elasticache", region_name="ap-southeast-1")
    [default] = client.describe_users()["Users"]
    assert default["UserId"] == "default" and default["Authentication"] == {"Type": "no-password"}
    made = client.create_user(
        UserId="user1", UserName="User1", Engine="Redis", AccessString="on ~* +@all",
        Passwords=["mysecretpassthatsverylong"], Tags=[{"Key": "a", "Value": "b"}],
    )  # fmt: skip
    assert (made["Status"], made["Engine"], made["MinimumEngineVersion"]) == ("active", "redis", "6.0")
    assert made["Authentication"] == {"Type": "password", "PasswordCount": 1}
    assert made["ARN"] == f"arn:aws:elasticache:ap-southeast-1:{aws.id}:user:user1"
    assert client.list_tags_for_resource(ResourceName=made["ARN"])["TagList"] == [{"Key": "a", "Value": "b"}]
    for request, code, message in [
        (
            {"Passwords": ["short"]},
            "InvalidParameterValue",
            "Passwords length must be between 16-128 characters.",
        ),
        (
            {"AuthenticationMode": {"Type": "password"}},
            "InvalidParameterCombination",
            "A user with Authentication Mode: password, must have at least one password",
        ),
        (
            {"NoPasswordRequired": True, "AuthenticationMode": {"Type": "password"}},
            "InvalidParameterCombination",
            "No password required flag is true but provided authentication type is password",
        ),
        ({"Engine": "banana", "NoPasswordRequired": True}, "InvalidParameterValue", None),
    ]:
        basis = {"UserId": "u2", "UserName": "u2", "Engine": "redis", "AccessString": "on ~* +@all"}
        with pytest.raises(ClientError) as caught:
            client.create_user(**basis | request)
        error = caught.value.response["Error"]
        assert error["Code"] == code and message in (None, error["Message"])
    with pytest.raises(ClientError) as caught:
        client.create_user(
            UserId="USER1", UserName="x", Engine="redis", AccessString="on", NoPasswordRequired=True
        )
    assert caught.value.response["Error"]["Message"].lower() == "user user1 already exists."


def test_a_subnet_group_is_of_subnets_that_exist_and_keeps_those_that_are_used(aws, elasticache):
    first, second, third = subnet_ids(aws)
    for unknown in (["subnet-0123456789abcdef0"], [first, "subnet-0123456789abcdef0"]):
        with pytest.raises(elasticache.exceptions.InvalidSubnet, match="subnet-0123456789abcdef0"):
            elasticache.create_cache_subnet_group(
                CacheSubnetGroupName="unknown", CacheSubnetGroupDescription="d", SubnetIds=unknown
            )
    make_subnet_group(aws, "used")
    [group] = elasticache.describe_cache_subnet_groups(CacheSubnetGroupName="used")["CacheSubnetGroups"]
    assert [row["SubnetAvailabilityZone"]["Name"][-1] for row in group["Subnets"]] == ["a", "b", "c"]
    make_group(aws, "standing", NumCacheClusters=2, CacheSubnetGroupName="used")
    used = {row["zone"][-1] for row in aws.topology("standing")}
    assert used == {"a", "b"}
    with pytest.raises(elasticache.exceptions.SubnetInUse, match=second):
        elasticache.modify_cache_subnet_group(CacheSubnetGroupName="used", SubnetIds=[first, third])
    elasticache.modify_cache_subnet_group(CacheSubnetGroupName="used", SubnetIds=[first, second])
    remove(aws, "standing")
    elasticache.modify_cache_subnet_group(CacheSubnetGroupName="used", SubnetIds=[third])
    elasticache.delete_cache_subnet_group(CacheSubnetGroupName="used")


BAD_RULES = [
    "all of it",
    "on >password ~*",
    "on ~* reset",
    "on ~* +nosuchcommand",
    "on ~* +@nosuchcat",
    "on %X~a",
]


@pytest.mark.parametrize("rules", BAD_RULES)
def test_an_access_string_that_no_engine_takes_changes_nothing(aws, elasticache, rules):
    """Once accepted, it would keep nodes from starting, and lock everybody out of a cache that runs."""
    basis = {"UserName": "bad", "Engine": "redis", "NoPasswordRequired": True}
    with pytest.raises(ClientError, match="InvalidParameterValue.*Invalid AccessString"):
        elasticache.create_user(UserId="bad", AccessString=rules, **basis)
    assert "bad" not in {user["UserId"] for user in elasticache.describe_users()["Users"]}
    good = "on ~app:* +@read"
    elasticache.create_user(UserId="good", AccessString=good, **basis)
    for change in ({"AccessString": rules}, {"AppendAccessString": rules.removeprefix("on ~* ")}):
        with pytest.raises(ClientError, match="InvalidParameterValue.*Invalid AccessString"):
            elasticache.modify_user(UserId="good", **change)
    [user] = elasticache.describe_users(UserId="good")["Users"]
    assert user["AccessString"] == good
    elasticache.delete_user(UserId="good")


def test_motos_subnet_groups_and_tags(aws, elasticache):
    made = elasticache.create_cache_subnet_group(
        CacheSubnetGroupName="somewhere", CacheSubnetGroupDescription="d",
        SubnetIds=subnet_ids(aws)[:2],
        Tags=[{"Key": "foo", "Value": "bar"}],
    )["CacheSubnetGroup"]  # fmt: skip
    assert made["ARN"] == f"arn:aws:elasticache:us-east-1:{aws.id}:subnetgroup:somewhere"
    assert made["SupportedNetworkTypes"] == ["ipv4"] and len(made["Subnets"]) == 2
    assert elasticache.list_tags_for_resource(ResourceName=made["ARN"])["TagList"] == [
        {"Key": "foo", "Value": "bar"}
    ]
    changed = elasticache.modify_cache_subnet_group(
        CacheSubnetGroupName="somewhere", CacheSubnetGroupDescription="else"
    )["CacheSubnetGroup"]
    assert changed["CacheSubnetGroupDescription"] == "else" and len(changed["Subnets"]) == 2
    with pytest.raises(elasticache.exceptions.CacheSubnetGroupAlreadyExistsFault):
        elasticache.create_cache_subnet_group(
            CacheSubnetGroupName="somewhere", CacheSubnetGroupDescription="d", SubnetIds=subnet_ids(aws)
        )
    tagged = aws.client("resourcegroupstaggingapi").get_resources(
        TagFilters=[{"Key": "foo", "Values": ["bar"]}]
    )
    assert [row["ResourceARN"] for row in tagged["ResourceTagMappingList"]] == [made["ARN"]]
    elasticache.delete_cache_subnet_group(CacheSubnetGroupName="somewhere")
    with pytest.raises(ClientError, match="InvalidARN"):
        elasticache.list_tags_for_resource(ResourceName="arn:aws:s3:::bucket")


@pytest.mark.parametrize(
    ("arn", "code"),
    [
        ("arn:aws:elasticache:us-east-1:{id}:replicationgroup:nobody", "ReplicationGroupNotFoundFault"),
        ("arn:aws:elasticache:us-east-1:{id}:cluster:nobody", "CacheClusterNotFound"),
        ("arn:aws:elasticache:us-east-1:{id}:user:nobody", "UserNotFound"),
        ("arn:aws:elasticache:us-east-1:{id}:usergroup:nobody", "UserGroupNotFound"),
        ("arn:aws:elasticache:us-east-1:{id}:snapshot:nobody", "SnapshotNotFoundFault"),
        ("arn:aws:elasticache:us-east-1:{id}:serverlesscache:nobody", "ServerlessCacheNotFoundFault"),
        ("arn:aws:elasticache:eu-west-1:{id}:user:default", "InvalidARN"),
        ("arn:aws:elasticache:us-east-1:000000000000:user:default", "InvalidARN"),
        ("arn:aws:elasticache:us-east-1:{id}:banana:x", "InvalidARN"),
    ],
)
def test_what_is_not_there_has_no_tags(aws, elasticache, arn, code):
    name = {"ResourceName": arn.format(id=aws.id)}
    for call, more in [
        (elasticache.list_tags_for_resource, {}),
        (elasticache.add_tags_to_resource, {"Tags": [{"Key": "a", "Value": "b"}]}),
        (elasticache.remove_tags_from_resource, {"TagKeys": ["a"]}),
    ]:
        with pytest.raises(ClientError) as caught:
            call(**name, **more)
        assert caught.value.response["Error"]["Code"] == code


def test_tags_of_a_group_are_tags_of_its_nodes(aws, elasticache):
    def tags(name, kind="cluster"):
        arn = f"arn:aws:elasticache:us-east-1:{aws.id}:{kind}:{name}"
        return {
            row["Key"]: row["Value"]
            for row in elasticache.list_tags_for_resource(ResourceName=arn)["TagList"]
        }

    group = make_group(aws, "tagged", NumCacheClusters=2, Tags=[{"Key": "team", "Value": "shop"}])
    assert tags("tagged-001") == tags("tagged-002") == {"team": "shop"}
    elasticache.add_tags_to_resource(ResourceName=group["ARN"], Tags=[{"Key": "stage", "Value": "test"}])
    elasticache.increase_replica_count(ReplicationGroupId="tagged", NewReplicaCount=2, ApplyImmediately=True)
    assert tags("tagged-001") == tags("tagged-003") == {"team": "shop", "stage": "test"}
    elasticache.remove_tags_from_resource(ResourceName=group["ARN"], TagKeys=["team"])
    assert tags("tagged", "replicationgroup") == tags("tagged-002") == {"stage": "test"}
    with pytest.raises(elasticache.exceptions.TagNotFoundFault):
        elasticache.remove_tags_from_resource(ResourceName=group["ARN"], TagKeys=["team"])
    many = [{"Key": str(number), "Value": ""} for number in range(50)]
    with pytest.raises(elasticache.exceptions.TagQuotaPerResourceExceeded):
        elasticache.add_tags_to_resource(ResourceName=group["ARN"], Tags=many)
    aws.provisioning_time = 5
    elasticache.modify_replication_group(ReplicationGroupId="tagged", AutomaticFailoverEnabled=True)
    with pytest.raises(elasticache.exceptions.InvalidReplicationGroupStateFault, match="tagging operations"):
        elasticache.add_tags_to_resource(ResourceName=group["ARN"], Tags=many[:1])
    aws.provisioning_time = 0
    aws.settle()
    remove(aws, "tagged")
    make_group(aws, "tagged", NumCacheClusters=1)  # a new thing under an old name
    assert tags("tagged-001") == tags("tagged", "replicationgroup") == {}
    remove(aws, "tagged")


@pytest.mark.parametrize(
    ("service", "call", "given"),
    [
        ("cloudformation", "list_stacks", {}),  # XML
        ("pricing", "describe_services", {}),  # JSON
        ("xray", "get_groups", {}),  # REST
        ("cloudtrail", "lookup_events", {}),  # there, without this operation
    ],
)
def test_a_service_that_is_not_in_the_box_says_so_once(aws, capfd, service, call, given):
    with pytest.raises(ClientError, match=f"{service} is not in this account in a box") as caught:
        getattr(aws.client(service), call)(**given)
    assert caught.value.response["Error"]["Code"] == "NotImplemented"
    if service == "cloudformation":  # the order form prints a template: there must be a way out
        assert "use boto3 or aws" in caught.value.response["Error"]["Message"]
    assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 0
    assert "Traceback" not in (said := "".join(capfd.readouterr())) and "Unable to find" not in said


def test_a_topic_hears_of_a_caches_events(aws, elasticache):
    """SNS to SQS, in the names and the form that people's handlers of such messages expect."""
    sns, sqs = aws.client("sns"), aws.client("sqs")
    topic = sns.create_topic(Name="cache-events")["TopicArn"]
    queue = sqs.create_queue(QueueName="pager")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)

    def heard():
        told = set()
        while rows := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
            for row in rows:
                told |= set(json.loads(json.loads(row["Body"])["Message"]).items())
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=row["ReceiptHandle"])
        return told

    make_group(
        aws, "loud", NumCacheClusters=3, AutomaticFailoverEnabled=True, NotificationTopicArn=topic
    )  # fmt: skip
    [row] = elasticache.describe_cache_clusters(CacheClusterId="loud-001")["CacheClusters"]
    assert row["NotificationConfiguration"] == {"TopicArn": topic, "TopicStatus": "active"}
    assert {
        ("ElastiCache:CreateReplicationGroupComplete", "loud"),
        ("ElastiCache:CacheClusterProvisioningComplete", "loud-001"),
    } <= heard()
    aws.fail_node("loud-001")
    aws.settle()
    elasticache.decrease_replica_count(
        ReplicationGroupId="loud", ReplicasToRemove=["loud-003"], ApplyImmediately=True
    )
    assert {
        ("ElastiCache:FailoverComplete", "loud"),
        ("ElastiCache:CacheNodeReplaceComplete", "loud-001"),
        ("ElastiCache:DeleteCacheClusterComplete", "loud-003"),  # which is not in the group any more
    } <= heard()
    elasticache.modify_replication_group(ReplicationGroupId="loud", NotificationTopicStatus="inactive")
    elasticache.create_snapshot(SnapshotName="unheard-of", ReplicationGroupId="loud")
    assert heard() == set()
    elasticache.modify_replication_group(ReplicationGroupId="loud", NotificationTopicStatus="active")
    sns.delete_topic(TopicArn=topic)  # nobody is told, and the cache goes on
    remove(aws, "loud")
    elasticache.delete_snapshot(SnapshotName="unheard-of")


def test_a_log_without_its_group_is_an_error_and_what_is_not_delivered_is_refused(aws, elasticache):
    logs = aws.client("logs")
    slow = {
        "LogType": "slow-log", "DestinationType": "cloudwatch-logs", "LogFormat": "json",
        "DestinationDetails": {"CloudWatchLogsDetails": {"LogGroup": "slow"}},
    }  # fmt: skip
    firehose = {"KinesisFirehoseDetails": {"DeliveryStream": "slow"}}
    for other in (
        slow | {"LogType": "engine-log"},
        slow | {"DestinationType": "kinesis-firehose", "DestinationDetails": firehose},
    ):
        with pytest.raises(ClientError, match="NotImplemented.*not available in this account in a box"):
            make_group(aws, "logged", NumCacheClusters=1, LogDeliveryConfigurations=[other])

    def delivery():
        [row] = elasticache.describe_replication_groups(ReplicationGroupId="logged")["ReplicationGroups"]
        return [(log["Status"], log.get("Message", "")) for log in row["LogDeliveryConfigurations"]]

    make_group(aws, "logged", NumCacheClusters=1, LogDeliveryConfigurations=[slow])
    assert delivery() == [("error", "The log group slow does not exist.")]
    logs.create_log_group(logGroupName="slow")
    assert delivery() == [("active", "")]
    elasticache.modify_replication_group(
        ReplicationGroupId="logged", LogDeliveryConfigurations=[{"LogType": "slow-log", "Enabled": False}]
    )
    assert delivery() == []
    remove(aws, "logged")


def test_users_and_groups_change_in_their_own_time(aws, elasticache):
    aws.provisioning_time = 60
    elasticache.create_user(
        UserId="slow", UserName="slow", Engine="valkey", AccessString="on ~* +@read", NoPasswordRequired=True
    )
    made = elasticache.create_user_group(UserGroupId="slowly", Engine="valkey", UserIds=["slow"])
    assert made["Status"] == "creating"
    with pytest.raises(elasticache.exceptions.InvalidUserGroupStateFault):
        elasticache.delete_user_group(UserGroupId="slowly")
    aws.provisioning_time = 0
    aws.settle()
    aws.provisioning_time = 60
    changed = elasticache.modify_user_group(UserGroupId="slowly", UserIdsToRemove=["slow"])
    assert (changed["Status"], changed["PendingChanges"]) == ("modifying", {"UserIdsToRemove": ["slow"]})
    assert changed["UserIds"] == ["slow"]
    assert elasticache.delete_user(UserId="slow")["Status"] == "deleting"
    with pytest.raises(elasticache.exceptions.InvalidUserStateFault):
        elasticache.modify_user(UserId="slow", NoPasswordRequired=True)
    aws.provisioning_time = 0
    aws.settle()
    [group] = elasticache.describe_user_groups(UserGroupId="slowly")["UserGroups"]
    assert (group["Status"], group["UserIds"], group.get("PendingChanges", {})) == ("active", [], {})
    assert elasticache.delete_user_group(UserGroupId="slowly")["Status"] == "deleting"
    with pytest.raises(elasticache.exceptions.UserGroupNotFoundFault):
        elasticache.describe_user_groups(UserGroupId="slowly")


def test_ec2_deletes_nothing_that_a_cache_uses(aws, elasticache):
    ec2 = aws.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    made = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{n}.0/24", AvailabilityZone=f"us-east-1{zone}")
        for n, zone in enumerate("ab")
    ]
    a, b = (answer["Subnet"] for answer in made)
    group = ec2.create_security_group(GroupName="cache", Description="d", VpcId=vpc)["GroupId"]
    elasticache.create_cache_subnet_group(
        CacheSubnetGroupName="guarded", CacheSubnetGroupDescription="d",
        SubnetIds=[a["SubnetId"], b["SubnetId"]],
    )  # fmt: skip
    make_group(aws, "guarded", NumCacheClusters=1, CacheSubnetGroupName="guarded", SecurityGroupIds=[group])
    [node] = aws.topology("guarded")
    used, other = (a, b) if node["zone"] == "us-east-1a" else (b, a)
    with pytest.raises(ClientError, match="DependencyViolation"):
        ec2.delete_subnet(SubnetId=used["SubnetId"])
    with pytest.raises(ClientError, match="DependencyViolation"):
        ec2.delete_security_group(GroupId=group)
    ec2.delete_subnet(SubnetId=other["SubnetId"])  # nobody stands in it
    remove(aws, "guarded")
    ec2.delete_subnet(SubnetId=used["SubnetId"])
    ec2.delete_security_group(GroupId=group)
    elasticache.delete_cache_subnet_group(CacheSubnetGroupName="guarded")


def test_the_default_subnet_group_is_there_when_it_is_named(aws, elasticache):
    make_group(
        aws, "usual", NumCacheClusters=2, CacheSubnetGroupName="default", TransitEncryptionEnabled=True
    )
    [row] = elasticache.describe_cache_subnet_groups(CacheSubnetGroupName="default")["CacheSubnetGroups"]
    vpcs = aws.client("ec2").describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    assert [row["VpcId"]] == [vpc["VpcId"] for vpc in vpcs]
    assert len({subnet["SubnetAvailabilityZone"]["Name"] for subnet in row["Subnets"]}) == 3
    remove(aws, "usual")


def test_an_order_that_names_no_place_stands_in_the_default_vpc(aws, elasticache):
    """As in AWS's recorded example of create-cache-cluster; another subnet group has the group of its VPC."""
    ec2 = aws.client("ec2")

    def usual_group(vpc):
        wanted = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}]
        [group] = ec2.describe_security_groups(Filters=wanted)["SecurityGroups"]
        return [{"SecurityGroupId": group["GroupId"], "Status": "active"}]

    [default] = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    order = {"Engine": "redis", "CacheNodeType": "cache.t4g.micro", "NumCacheNodes": 1}
    elasticache.create_cache_cluster(CacheClusterId="anywhere", **order)
    make_group(aws, "somewhere", NumCacheClusters=1)
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.1.0/24", AvailabilityZone="us-east-1a")["Subnet"]
    elasticache.create_cache_subnet_group(
        CacheSubnetGroupName="apart", CacheSubnetGroupDescription="d", SubnetIds=[subnet["SubnetId"]]
    )
    elasticache.create_cache_cluster(CacheClusterId="elsewhere", CacheSubnetGroupName="apart", **order)
    for name, subnets, where, parameters in (
        ("anywhere", "default", default["VpcId"], "default.redis7"),
        ("somewhere-001", "default", default["VpcId"], "default.valkey9"),
        ("elsewhere", "apart", vpc, "default.redis7"),
    ):
        [row] = elasticache.describe_cache_clusters(CacheClusterId=name)["CacheClusters"]
        assert row["CacheSubnetGroupName"] == subnets
        assert row["SecurityGroups"] == usual_group(where)
        assert row["CacheParameterGroup"]["CacheParameterGroupName"] == parameters
    remove(aws, "somewhere")
    elasticache.delete_cache_cluster(CacheClusterId="anywhere")
    elasticache.delete_cache_cluster(CacheClusterId="elsewhere")
    elasticache.delete_cache_subnet_group(CacheSubnetGroupName="apart")
    ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    ec2.delete_vpc(VpcId=vpc)


def test_raw_requests_with_mistakes_get_an_error_of_aws(aws):
    """What an SDK would not send: no signature, a word for a number, nothing where something must be."""

    def post(signed=True, **form):
        kind = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        request = AWSRequest("POST", aws.endpoint_url + "/", kind, {"Version": "2015-02-02"} | form)
        if signed:
            keys = Credentials(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
            SigV4Auth(keys, "elasticache", "us-east-1").add_auth(request)
        answer = URLLib3Session().send(request.prepare())
        return answer.status_code, answer.text

    create = {"ReplicationGroupId": "x", "ReplicationGroupDescription": "d", "NumCacheClusters": "many"}
    status, text = post(Action="CreateReplicationGroup", **create)
    assert status == 400 and "<Code>InvalidParameterValue</Code>" in text
    status, text = post(Action="AddTagsToResource")
    assert status == 400 and "ResourceName must be provided" in text
    status, text = post(signed=False, Action="DescribeReplicationGroups")
    assert status == 403 and "<Code>MissingAuthenticationToken</Code>" in text


def test_iam_users_are_refused_by_name(elasticache):
    """Nothing here could let one in, so none is made."""
    basis = {"UserId": "iam-app", "UserName": "iam-app", "Engine": "valkey", "AccessString": "on ~* +@read"}
    iam = {"AuthenticationMode": {"Type": "iam"}}
    with pytest.raises(ClientError, match="NotImplemented.*use a password"):
        elasticache.create_user(**basis, **iam)
    elasticache.create_user(**basis, NoPasswordRequired=True)
    with pytest.raises(ClientError, match="NotImplemented.*use a password"):
        elasticache.modify_user(UserId="iam-app", **iam)
    [user] = elasticache.describe_users(UserId="iam-app")["Users"]
    assert user["Authentication"] == {"Type": "no-password"}
    elasticache.delete_user(UserId="iam-app")


def test_typed_exceptions(elasticache):
    with pytest.raises(elasticache.exceptions.ReplicationGroupNotFoundFault):
        elasticache.describe_replication_groups(ReplicationGroupId="nobody")
    with pytest.raises(elasticache.exceptions.CacheClusterNotFoundFault):
        elasticache.describe_cache_clusters(CacheClusterId="nobody")
    with pytest.raises(elasticache.exceptions.InvalidParameterCombinationException):
        elasticache.create_replication_group(
            ReplicationGroupId="x", ReplicationGroupDescription="d", AutomaticFailoverEnabled=True
        )


# Safety.


def test_a_request_that_would_leave_the_machine_is_refused(aws):
    for client in (
        boto3.client("s3", endpoint_url="https://s3.us-east-1.amazonaws.com"),
        aws.client("elasticache", endpoint_url="https://elasticache.us-east-1.amazonaws.com"),
    ):
        call = (
            client.list_buckets if client.meta.service_model.service_name == "s3" else client.describe_events
        )
        with pytest.raises(cloud.OutsideTheBox, match="amazonaws.com"):
            call()


def test_real_aws_is_asked_for_once_with_its_price(aws, monkeypatch, capsys):
    """The account in a box stands in for AWS: it is what a client without an endpoint reaches."""
    monkeypatch.setenv("CACHELAB_AWS", "live")
    asked = []
    answers_ = iter(["no", "yes"])
    monkeypatch.setattr("builtins.input", lambda question: asked.append(question) or next(answers_))
    with cloud.account(live=True) as live:
        elasticache = live.client("elasticache")
        request = {
            "ReplicationGroupDescription": "d", "Engine": "valkey", "CacheNodeType": "cache.t4g.micro",
            "NumCacheClusters": 2,
        }  # fmt: skip
        with pytest.raises(cloud.AccountError, match="was not sent"):
            elasticache.create_replication_group(ReplicationGroupId="first", **request)
        assert "$0.0256 an hour" in capsys.readouterr().out
        for name in ("second", "third"):
            elasticache.create_replication_group(ReplicationGroupId=name, **request)
        assert len(asked) == 2  # no, then yes, then never again
        assert "$18.69 a month" in capsys.readouterr().out
        elasticache.increase_replica_count(
            ReplicationGroupId="third", NewReplicaCount=2, ApplyImmediately=True
        )
        assert "IncreaseReplicaCount may cost money" in capsys.readouterr().out and len(asked) == 2
        assert len(live.still_billing()) == 5
        assert "second-001: 1 x cache.t4g.micro (valkey), available, $0.0128/h" in str(live.still_billing())
        with pytest.raises(cloud.AccountError, match="TestFailover"):
            live.fail_node("second-001")
        with pytest.raises(cloud.AccountError, match="waiter"):
            live.provisioning_time = 0
        assert live.endpoint_url is None
    assert "still billing: second-001" in capsys.readouterr().out
    for name in ("second", "third"):
        remove(aws, name)


# Nothing is left.


def everything_of(aws) -> tuple[set[int], set[int]]:
    rows = aws.topology()
    return {row["pid"] for row in rows if row["pid"]}, {row["endpoint"][1] for row in rows if row["endpoint"]}


def test_ten_clusters_leave_no_process_and_no_port(aws, elasticache):
    pids, ports = set(), set()
    for number in range(10):
        if number % 2:
            made = make_group(aws, f"ten-{number}", NumCacheClusters=2, AutomaticFailoverEnabled=True)
            ports |= {primary(made)["Port"], made["NodeGroups"][0]["ReaderEndpoint"]["Port"]}
        else:
            elasticache.create_cache_cluster(
                CacheClusterId=f"ten-{number}", Engine="memcached", CacheNodeType="cache.t4g.micro"
            )
            [made] = elasticache.describe_cache_clusters(CacheClusterId=f"ten-{number}")["CacheClusters"]
            ports.add(made["ConfigurationEndpoint"]["Port"])
        more = everything_of(aws)
        pids, ports = pids | more[0], ports | more[1]
    assert len(pids) == 15 and ports <= listening()
    assert len(aws.still_billing()) == 10
    for number in range(10):
        if number % 2:
            remove(aws, f"ten-{number}")
        else:
            elasticache.delete_cache_cluster(CacheClusterId=f"ten-{number}")
    assert aws.topology() == [] and aws.still_billing() == []
    assert not [pid for pid in pids if psutil.pid_exists(pid)]
    assert not ports & listening()


def test_closing_ends_whatever_is_there():
    aws = cloud.account(provisioning_time=0).start()
    make_group(aws, "left", NumCacheClusters=2)
    aws.provisioning_time = 30
    aws.client("elasticache").create_replication_group(  # still being created
        ReplicationGroupId="unborn", ReplicationGroupDescription="d", Engine="valkey", NumCacheClusters=2
    )
    pids, ports = everything_of(aws)
    port = int(aws.endpoint_url.rpartition(":")[2])
    aws.close()
    assert aws.still_billing() == []
    assert not [pid for pid in pids if psutil.pid_exists(pid)]
    assert not {*ports, port} & listening()


def test_kill_9_of_the_kernel_leaves_no_node(kernels):
    kernel = kernels.start(
        "from cachelab import cloud\n"
        "aws = cloud.account(provisioning_time=0).start()\n"
        "client = aws.client('elasticache')\n"
        "client.create_replication_group(ReplicationGroupId='g', ReplicationGroupDescription='d',\n"
        "    Engine='valkey', NumCacheClusters=2, AutomaticFailoverEnabled=True)\n"
        "client.create_cache_cluster(\n"
        "    CacheClusterId='m', Engine='memcached', CacheNodeType='cache.t4g.micro')\n"
        "say([row['pid'] for row in aws.topology()])\n"
        "wait_for_word()\n"
    )
    pids = kernel.hear()
    assert len(pids) == 3 and all(psutil.pid_exists(pid) for pid in pids)
    kernel.kill()
    assert kernels.left() == []


def test_events_outlive_what_they_are_about(aws):
    make_group(aws, "brief", NumCacheClusters=1)
    remove(aws, "brief")
    told = messages(aws, "replication-group")
    assert "Replication group brief created" in told and "Replication group brief deleted" in told


def test_an_inventory_of_what_nobody_has_is_empty(elasticache):
    empty = {
        "global_replication_groups": ("GlobalReplicationGroupId", "GlobalReplicationGroupNotFoundFault"),
        "reserved_cache_nodes": ("ReservedCacheNodeId", "ReservedCacheNodeNotFound"),
        "service_updates": ("ServiceUpdateName", "ServiceUpdateNotFoundFault"),
        "update_actions": None,
    }
    for what, named in empty.items():
        call = getattr(elasticache, f"describe_{what}")
        assert list(call().values())[0] == []
        if named:
            with pytest.raises(ClientError) as caught:
                call(**{named[0]: "nobody"})
            assert caught.value.response["Error"]["Code"] == named[1]
