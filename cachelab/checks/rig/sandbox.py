"""An AWS account for one check, and the strings that move it.

A check runs in a forked child, where no engine can be started (attempt.py). So the account lives in the
kernel, and the child uses it as everybody does: through boto3, over loopback. What boto3 cannot do (kill a
node, have a creation fail, add up the bill) the child asks for over XML-RPC.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import SimpleNamespace
from typing import Any
from xmlrpc.client import ServerProxy
from xmlrpc.server import SimpleXMLRPCServer

from cachelab.learner.interrupt import uninterrupted

from .. import walls
from ..attempt import replaced
from ..verdict import Settled, could_not_run

SUBNETS = "private-subnets"
NAP = 0.1  # seconds: the longest pause of a boto3 waiter in a check
SETTLES = 45.0  # seconds that an account may take to come to rest


class Strings:
    """What a check may do to its account besides calling its API; served to the child."""

    def __init__(self, account):
        self._account = account

    def provisioning_time(self, seconds: float) -> None:
        self._account.provisioning_time = seconds

    def fail_next_create(self, reason: str) -> None:
        self._account.fail_next_create(reason)

    def fail_node(self, name: str) -> None:
        self._account.fail_node(name)

    def settle(self, seconds: float) -> bool:
        """Whether nothing is under way any more, after at most so many seconds."""
        return self._account.settle(seconds)

    def still_billing(self) -> list[str]:
        return [f"{row.id}: {row.what}" for row in self._account.still_billing()]


class Sandbox:
    """The account as a judge sees it: a client of its own, a network to put caches in, and the strings."""

    def __init__(self, make_client: Callable, address: str, network: dict[str, Any]):
        self._make_client = make_client
        self._clients: list = []
        self.elasticache = make_client("elasticache")
        self.strings = ServerProxy(address, allow_none=True)
        self.subnet_group, self.security_group = network["subnet_group"], network["security_group"]
        self.account: str = network["account"]  # its number

    def settled(self) -> None:
        """Wait until everything that was asked for is done; settles if that takes for ever."""
        if not self.strings.settle(SETTLES):
            raise Settled(could_not_run(f"the account was not at rest after {SETTLES:g} s"))

    def close(self) -> None:
        """Close every connection."""
        for client in [self.elasticache, *self._clients]:
            client.close()

    def client(self, log, service: str = "elasticache"):
        """A client for the learner. Every request is in the log, with its answer, and its time is ours."""
        from cachelab.cloud.api.wire import WAITER

        client, answered, waiting = self._make_client(service), {}, []

        def asked(params, model, **_):
            answered[model.name] = log.request(snake(model.name), params)

        def told(parsed, model, **_):
            answered.pop(model.name, lambda _: None)(parsed)

        def sent(request, **_):
            agent = request.headers.get("User-Agent", b"")
            agent = agent if isinstance(agent, str) else agent.decode()
            if not log.on_wait:  # then the box is not to know, and answers at once
                request.headers["User-Agent"] = WAITER.sub("", agent)
            elif WAITER.search(agent):
                log.on_wait()
            waiting.append(log.ours("aws"))
            waiting[-1].__enter__()

        def received(**_):
            if waiting:
                waiting.pop().__exit__(None, None, None)

        client.meta.events.register(f"before-send.{service}", sent)
        client.meta.events.register(f"response-received.{service}", received)
        client.meta.events.register(f"provide-client-params.{service}", asked)
        client.meta.events.register(f"after-call.{service}", told)
        self._clients.append(client)
        return client


@contextmanager
def open_sandbox() -> Iterator[Sandbox]:
    """An empty account with a network, for as long as one check lasts."""
    from cachelab import cloud
    from cachelab.cloud.account import forget_sessions

    account, server = cloud.account(provisioning_time=0).start(), None
    try:
        network = _network(account)
        try:
            with uninterrupted():  # who serves is known, and ends
                server = SimpleXMLRPCServer(("127.0.0.1", 0), logRequests=False, allow_none=True)
                server.register_instance(Strings(account))
                threading.Thread(target=server.serve_forever, daemon=True, args=(0.05,)).start()
            sandbox = Sandbox(account.client, f"http://127.0.0.1:{server.server_address[1]}", network)
            yield sandbox
            sandbox.close()
        finally:
            if server is not None:
                server.shutdown()
                server.server_close()
    finally:
        with suppress(cloud.AccountError):  # something would not end; that is no verdict on an answer
            account.close()
        if not walls.possible:
            forget_sessions()  # in this process an answer may have changed what they keep, for all who come


@contextmanager
def impatient_waiters() -> Iterator[None]:
    """boto3's waiters ask every 15 s, which suits AWS; here they ask every tenth of a second."""
    import botocore.waiter as waiter

    with replaced(waiter, "time", SimpleNamespace(sleep=lambda seconds: time.sleep(min(seconds, NAP)))):
        yield


def _network(account) -> dict[str, str]:
    ec2, elasticache = account.client("ec2"), account.client("elasticache")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"{account.region}{zone}"
        )
        for number, zone in enumerate("abc")
    ]
    group = ec2.create_security_group(GroupName="cache-nodes", Description="caches", VpcId=vpc)
    elasticache.create_cache_subnet_group(
        CacheSubnetGroupName=SUBNETS,
        CacheSubnetGroupDescription="private",
        SubnetIds=[subnet["Subnet"]["SubnetId"] for subnet in subnets],
    )
    for client in (ec2, elasticache):
        client.close()
    return {"subnet_group": SUBNETS, "security_group": group["GroupId"], "account": account.id}


def snake(operation: str) -> str:
    """DescribeUsers as boto3 spells it: describe_users."""
    from botocore import xform_name

    return xform_name(operation)
