"""The environment of the kernel while accounts are open, and after."""

import os
import signal
import threading

import psutil
import pytest
from botocore.exceptions import ClientError

from cachelab import cloud
from tests.oracle.cloud_drills import make_group
from tests.oracle.listening import listening


def test_the_environment_is_lent_and_given_back(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    before = dict(os.environ)
    outer = cloud.account().start()
    assert "AWS_PROFILE" not in os.environ and os.environ["AWS_ACCESS_KEY_ID"] != "AKIAREAL"
    inner = cloud.account().start()
    assert os.environ["AWS_ENDPOINT_URL"] == inner.endpoint_url != outer.endpoint_url
    assert outer.id != inner.id
    inner.client("elasticache").create_cache_parameter_group(
        CacheParameterGroupName="only-here", CacheParameterGroupFamily="valkey9", Description="d"
    )
    with pytest.raises(ClientError, match="only-here"):
        outer.client("elasticache").describe_cache_parameters(CacheParameterGroupName="only-here")
    ports = {int(aws.endpoint_url.rpartition(":")[2]) for aws in (outer, inner)}
    assert ports <= listening()
    outer.close()  # in any order
    assert os.environ["AWS_ENDPOINT_URL"] == inner.endpoint_url
    inner.close()
    assert dict(os.environ) == before
    assert not ports & listening()


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_an_account_that_could_not_be_opened_is_not_half_open(error, monkeypatch):
    """It was taken for an open one: its clients worked, and the real credentials stayed in view."""
    before, threads = dict(os.environ), set(threading.enumerate())

    def fails(directory):
        if error is KeyboardInterrupt:
            signal.raise_signal(signal.SIGINT)
        else:
            raise error

    account = cloud.account()
    with monkeypatch.context() as patch:
        patch.setattr("cachelab.cloud.command.install", fails)
        with pytest.raises(error):
            account.start()
    assert dict(os.environ) == before and set(threading.enumerate()) == threads
    with account as aws:
        assert os.environ["AWS_ENDPOINT_URL"] == aws.endpoint_url
    assert dict(os.environ) == before


@pytest.mark.parametrize("where", ["before its nodes", "among its nodes"])
def test_an_account_whose_closing_is_interrupted_leaves_no_process(where, monkeypatch):
    """Closed for good, it could not be closed again: its nodes ran until the kernel ended."""
    before = dict(os.environ)
    aws = cloud.account(provisioning_time=0).start()
    for name in ("one", "two"):
        make_group(aws, name, NumCacheClusters=1)
    pids = [row["pid"] for row in aws.topology()]
    kind = type(aws._fleet if where == "before its nodes" else aws._region().group("one"))
    close = kind.close

    def interrupted(closing):
        signal.raise_signal(signal.SIGINT)
        close(closing)

    monkeypatch.setattr(kind, "close", interrupted)
    with pytest.raises(KeyboardInterrupt):
        aws.close()
    assert len(pids) == 2 and not any(map(psutil.pid_exists, pids))
    assert dict(os.environ) == before


def test_an_account_closes_when_its_block_fails(monkeypatch):
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    before = dict(os.environ)
    with pytest.raises(ZeroDivisionError), cloud.account() as aws:
        assert os.environ["AWS_ENDPOINT_URL"] == aws.endpoint_url
        raise ZeroDivisionError
    assert dict(os.environ) == before
    aws.close()  # once more does no harm
