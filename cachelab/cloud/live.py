"""Real AWS, for those who mean it: the same interface, real credentials, real money.

It takes CACHELAB_AWS=live in the environment, and one yes: before the first thing that costs is
created, its price per hour is printed and you are asked. Drills stay in the box; on AWS use
TestFailover.
"""

import os
from typing import Any

from . import prices
from .account import Account, AccountError
from .billing import Billed, cost_of_nodes

VARIABLE = "CACHELAB_AWS"
CREATE = ("CreateReplicationGroup", "CreateCacheCluster", "CreateServerlessCache")
ENLARGE = (
    "IncreaseReplicaCount",
    "ModifyReplicationGroupShardConfiguration",
    "ModifyReplicationGroup",
    "ModifyCacheCluster",
    "ModifyServerlessCache",
)


class LiveAccount(Account):
    """Your own AWS account."""

    live = True

    def __init__(self) -> None:
        if os.environ.get(VARIABLE) != "live":
            raise AccountError(
                f"live=True is real AWS and real money. Set {VARIABLE}=live in the environment before the "
                "kernel starts if that is what you want; otherwise use cloud.account()."
            )
        self.id = "your own"
        self._confirmed = False
        self._session = None

    def start(self) -> "LiveAccount":
        import boto3

        self._session = boto3.Session()
        self.region = self._session.region_name or self.region
        return self

    def close(self) -> None:
        """Say what is still billing; nothing is deleted for you."""
        if self._session is None:
            return
        for row in self.still_billing():
            print(f"still billing: {row}")
        self._session = None

    def client(self, service: str, region_name: str | None = None, **options: Any):
        """A boto3 client for real AWS. ElastiCache calls that cost ask first, once."""
        if self._session is None:
            raise AccountError("this account is not open: use `with cloud.account(live=True) as aws:`.")
        client = self._session.client(service, region_name=region_name or self.region, **options)
        if service == "elasticache":
            client.meta.events.register("provide-client-params.elasticache", self._ask_first)
        return client

    def _ask_first(self, params: dict, model: Any, **_: Any) -> None:
        if model.name in CREATE:
            try:
                print(prices.of_request(model.name, **params))
            except prices.NoPrice as unknown:
                print(f"price per hour unknown: {unknown}")
        elif model.name in ENLARGE:
            print(f"{model.name} may add or enlarge nodes: each bills by the hour, at its type's price.")
        else:
            return
        if self._confirmed:
            return
        answer = input(f"{model.name} can cost money on your AWS account. Type yes to go on: ")
        if answer.strip().lower() != "yes":
            raise AccountError(f"{model.name} was not sent: you did not say yes.")
        self._confirmed = True

    def still_billing(self) -> list[Billed]:
        """Every node and serverless cache of the region, as AWS describes them now."""
        elasticache = self._session.client("elasticache", region_name=self.region)
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

    def _need_open(self):
        raise AccountError(
            "that is a drill for the account in a box: use cloud.account(), or TestFailover on AWS."
        )

    def __repr__(self) -> str:
        return f"your own AWS account · {self.region} · real money"
