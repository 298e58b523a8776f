"""Real AWS, for those who mean it: the same interface, real credentials, real money.

It takes CACHELAB_AWS=live in the environment, and one yes for each service: before the first call that may
cost, its price per hour is printed, where it is known, and you are asked. Drills stay in the box; on AWS use
TestFailover.
"""

import os
import re
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from .account import Account, AccountError
from .billing import Billed, cost_of_nodes
from .facts import prices
from .guard import REGION

VARIABLE = "CACHELAB_AWS"
CREATE = ("CreateReplicationGroup", "CreateCacheCluster", "CreateServerlessCache")
# What costs nothing is listed, so that whatever AWS adds asks first.
FREE = re.compile(
    r"(Describe|List|Get|Delete|Decrease|Reset|Revoke|Remove|Untag|Tag|AddTags|Test|Reboot)\w*"
    r"|(Create|Modify)(User|UserGroup|CacheParameterGroup|CacheSubnetGroup)"
    r"|(Create|Authorize)CacheSecurityGroup\w*"
    r"|Create(Vpc|Subnet|SecurityGroup|RouteTable|InternetGateway)|Attach\w+|AuthorizeSecurityGroup\w+"
)


class NotOnAws(AccountError, AttributeError):
    """Something only an account in a box can do."""


class LiveAccount:
    """Your own AWS account: open it, make clients, see what it costs. Drills are for the box."""

    live = True
    endpoint_url = None  # on AWS each service has an address of its own, which boto3 and `aws` know

    def __init__(self) -> None:
        if os.environ.get(VARIABLE) != "live":
            raise AccountError(
                f"live=True is real AWS and real money. Set {VARIABLE}=live in the environment before the "
                "kernel starts if that is what you want; otherwise use cloud.account()."
            )
        self.id = "your own"
        self.region = REGION
        self._confirmed: set[str] = set()  # services
        self._session = None

    def __getattr__(self, name: str) -> Any:
        if hasattr(Account, name):
            raise NotOnAws(
                f"{name} is for the account in a box: use cloud.account(), or TestFailover on AWS."
            )
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "provisioning_time":
            raise NotOnAws(
                "AWS takes the time it takes: use a waiter. Only an account in a box lets you choose it."
            )
        super().__setattr__(name, value)

    def __enter__(self) -> "LiveAccount":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> "LiveAccount":
        import boto3

        self._session = boto3.Session()
        self.region = self._session.region_name or self.region
        return self

    def close(self) -> None:
        """Say what is still billing; nothing is deleted for you."""
        if self._session is None:
            return
        try:
            for row in self.still_billing():
                print(f"still billing: {row}")
        except (BotoCoreError, ClientError) as error:  # it must not hide what happened inside the `with`
            print(f"what is still billing could not be asked: {error}. Look at the console.")
        self._session = None

    def client(self, service: str, region_name: str | None = None, **options: Any):
        """A boto3 client for real AWS. Calls that may cost ask first, once for each service."""
        client = self._need_session().client(service, region_name=region_name or self.region, **options)
        client.meta.events.register(f"provide-client-params.{service}", self._ask_first)
        return client

    def now(self) -> datetime:
        """The time, in UTC: on AWS it passes by itself."""
        return datetime.now(UTC)

    def _need_session(self):
        if self._session is None:
            raise AccountError("this account is not open: use `with cloud.account(live=True) as aws:`.")
        return self._session

    def price(self, operation: str, **request: Any) -> prices.Cost:
        """What a Create call with these parameters would cost, as of the price list's date."""
        return prices.of_request(operation, **request)

    def _ask_first(self, params: dict, model: Any, **_: Any) -> None:
        if FREE.fullmatch(model.name):
            return
        if model.name in CREATE:
            try:
                print(prices.of_request(model.name, **params))
            except prices.NoPrice as unknown:
                print(f"price per hour unknown: {unknown}")
        else:
            print(f"{model.name} may cost money (nodes bill by the hour, backups by the gigabyte).")
        service = model.service_model.service_name
        if service in self._confirmed:
            return
        answer = input(f"{model.name} can cost money on your AWS account. Type yes to go on: ")
        if answer.strip().lower() != "yes":
            raise AccountError(f"{model.name} was not sent: you did not say yes.")
        self._confirmed.add(service)

    def still_billing(self) -> list[Billed]:
        """Every node and serverless cache of the region, as AWS describes them now."""
        elasticache = self._need_session().client("elasticache", region_name=self.region)
        bill = []
        for page in elasticache.get_paginator("describe_cache_clusters").paginate():
            for cluster in page["CacheClusters"]:
                count, engine = cluster["NumCacheNodes"], cluster["Engine"]
                what = f"{count} x {cluster['CacheNodeType']} ({engine}), {cluster['CacheClusterStatus']}"
                cost = cost_of_nodes(cluster["CacheNodeType"], count, engine)
                bill.append(Billed(cluster["CacheClusterId"], what, cost))
        for page in elasticache.get_paginator("describe_serverless_caches").paginate():
            for cache in page["ServerlessCaches"]:
                cost = prices.serverless(cache["Engine"])
                bill.append(Billed(cache["ServerlessCacheName"], f"serverless, {cache['Status']}", cost))
        return bill

    def __repr__(self) -> str:
        return f"your own AWS account · {self.region} · real money"
