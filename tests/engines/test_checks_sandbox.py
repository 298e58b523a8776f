"""The account a check has to itself: not the learner's, moved from behind the walls, gone afterwards."""

import os
import signal
import threading
import time
from xmlrpc.server import SimpleXMLRPCServer

import botocore.waiter
import psutil
import pytest

from cachelab import cloud
from cachelab.checks import exercise
from cachelab.checks.rig.lab import Lab
from cachelab.checks.rig.sandbox import NAP, open_sandbox
from cachelab.cloud.account import _open


@pytest.fixture
def sandbox():
    with open_sandbox() as sandbox:
        yield sandbox


def make(client, name: str) -> None:
    client.create_replication_group(
        ReplicationGroupId=name,
        ReplicationGroupDescription="x",
        Engine="valkey",
        CacheNodeType="cache.t4g.micro",
    )


def processes() -> set[int]:
    return {child.pid for child in psutil.Process().children(recursive=True)}


def nothing(elasticache, sts, account, before, dry_run=True):
    """Leaves everything as it is, and looks at nothing but whose account it is."""
    if sts.get_caller_identity()["Account"] != account:
        raise RuntimeError(f"{sts.get_caller_identity()['Account']} is not {account}")
    return []


def test_a_check_leaves_the_learners_account_alone_and_nothing_behind():
    with cloud.account(provisioning_time=0) as mine:
        make(mine.client("elasticache"), "mine")
        running = processes()
        verdict = exercise("03.4").check(nothing)
        assert verdict.status == "incorrect" and "54 names missing from its list" in verdict.message
        assert os.environ["AWS_ENDPOINT_URL"] == mine.endpoint_url
        assert [row.id for row in mine.still_billing()] == ["mine"]
        assert processes() == running and set(_open) == {mine}


def test_stopping_a_check_while_its_account_opens_leaves_nothing_of_it(monkeypatch):
    """The interrupt comes when somebody serves its strings, and nobody would end that."""
    before, start = set(threading.enumerate()), threading.Thread.start

    def interrupted(thread):
        serves = getattr(thread._target, "__self__", None)  # which a thread forgets at its end
        start(thread)
        if isinstance(serves, SimpleXMLRPCServer):
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(threading.Thread, "start", interrupted)
    with pytest.raises(KeyboardInterrupt), open_sandbox():
        pytest.fail("it opened")
    monkeypatch.undo()
    for thread in set(threading.enumerate()) - before:
        thread.join(30)
        assert not thread.is_alive(), thread.name
    assert not _open


def test_what_boto3_cannot_do_is_done_by_strings(sandbox):
    strings, api = sandbox.strings, sandbox.elasticache
    strings.fail_next_create("no room")
    make(api, "doomed")
    [group] = api.describe_replication_groups()["ReplicationGroups"]
    assert group["Status"] == "create-failed" and strings.still_billing() == []
    make(api, "alive")
    assert strings.still_billing() == ["alive: 1 x cache.t4g.micro (valkey), available"]
    strings.provisioning_time(30)
    strings.fail_node("alive-001")
    assert strings.settle(0.1) is False


def test_every_request_of_the_learner_is_in_the_log_with_its_answer(sandbox):
    lab = Lab({"aws": sandbox})
    client = lab.elasticache()
    make(client, "shop")
    with pytest.raises(client.exceptions.ReplicationGroupNotFoundFault):
        client.describe_replication_groups(ReplicationGroupId="chop")
    with pytest.raises(client.exceptions.ReplicationGroupAlreadyExistsFault):
        make(client, "shop")
    first, second, third = lab.log.steps
    assert first.text.startswith("create_replication_group(ReplicationGroupId='shop'")
    assert first.reply == "creating"
    assert second.error == "ReplicationGroupNotFoundFault: ReplicationGroup chop not found."
    assert third.error.startswith("ReplicationGroupAlreadyExists: ")


def test_waiters_are_impatient_inside_a_check_only(sandbox):
    make(sandbox.elasticache, "shop")
    sandbox.strings.provisioning_time(2 * NAP)
    with Lab({"aws": sandbox}) as lab:
        client = lab.elasticache()
        client.delete_replication_group(ReplicationGroupId="shop")
        client.get_waiter("replication_group_deleted").wait(ReplicationGroupId="shop")
        assert [step.text.partition("(")[0] for step in lab.log.steps[:2]] == [
            "delete_replication_group",
            "describe_replication_groups",
        ]
    assert botocore.waiter.time is time
