"""Real AWS, for those who mean it: the same interface, real credentials, real money.

It takes CACHELAB_AWS=live in the environment. After that every call that leaves is one of four kinds:

* it only looks, or adds what costs nothing: it is sent;
* it may cost: its price per hour is printed, where it is known, and you are asked, once for each service;
* it changes, ends or empties what exists: it names that, and you are asked, every time. Whatever of it was
  not made through this account object has to be named by you as well;
* a drill: drills stay in the box. On AWS use TestFailover.
"""

import os
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError
from botocore.model import OperationModel

from .account import Account, AccountError
from .billing import Billed, cost_of_backup, cost_of_nodes
from .facts import prices
from .guard import REGION

VARIABLE = "CACHELAB_AWS"
PRICED = ("CreateReplicationGroup", "CreateCacheCluster", "CreateServerlessCache")
LOOKS = re.compile(r"(Describe|List|Get|Head|Lookup|Search|Filter|Simulate)\w*")
ADDS_FOR_FREE = re.compile(
    r"AddTags\w*|Tag\w*"
    r"|Create(User|UserGroup|CacheParameterGroup|CacheSubnetGroup|CacheSecurityGroup)"
    r"|AuthorizeCacheSecurityGroup\w*|AuthorizeSecurityGroup\w+"
    r"|Create(Vpc|Subnet|SecurityGroup|RouteTable|InternetGateway)|Attach(InternetGateway|\w*Policy)"
)
# Whatever else AWS has, or will have, is taken for something that changes what exists.
# (StartMigration, too: what it fills from elsewhere loses what it had.)
ADDS = re.compile(r"(Create|Run|Allocate|Purchase|Increase|Copy|Export)\w*")


_IDENTIFIES = re.compile(r"(Ids?|Names?|Arns?|Identifiers?|ToRemove|ToRetain|ToReboot)$", re.IGNORECASE)
_FINAL = {"FinalSnapshotIdentifier", "FinalSnapshotName"}
_MADE = "cachelab made"  # what a Create makes, in botocore's context of the call


class Name(NamedTuple):
    """Something a request names."""

    parameter: str
    value: str


class Made(NamedTuple):
    """Something that was created through this account object."""

    service: str
    region: str
    parameter: str
    value: str


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
        self._session = None
        self._confirmed: set[str] = set()  # services that may cost
        self._made: set[Made] = set()
        self._regions: set[str] = set()  # where clients were made

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

    def __repr__(self) -> str:
        return f"your own AWS account · {self.region} · real money"

    def start(self) -> "LiveAccount":
        """Find your credentials as boto3 does; nothing is sent yet."""
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
        """A boto3 client for real AWS. What costs asks once for each service, what changes or ends something
        asks each time, by name."""
        region = region_name or self.region
        client = self._need_session().client(service, region_name=region, **options)
        self._regions.add(client.meta.region_name)

        def before(params: dict, model: OperationModel, context: dict, **_: Any) -> None:
            named = _named(params, model)
            self._before(params, model, named, client.meta.region_name)
            if named and model.name.startswith("Create"):
                name, value = named[0]
                context[_MADE] = Made(service, client.meta.region_name, name, value.lower())

        def after(http_response: Any, context: dict, **_: Any) -> None:
            if http_response.status_code < 300 and _MADE in context:
                self._made.add(context[_MADE])

        client.meta.events.register(f"provide-client-params.{service}", before)
        client.meta.events.register(f"after-call.{service}", after)
        return client

    def now(self) -> datetime:
        """The time, in UTC: on AWS it passes by itself."""
        return datetime.now(UTC)

    def price(self, operation: str, **request: Any) -> prices.Cost:
        """What a Create call with these parameters would cost, as of the price list's date."""
        return prices.of_request(operation, **request)

    def still_billing(self, regions: Iterable[str] = ()) -> list[Billed]:
        """Nodes, serverless caches and backups, as AWS describes them now.

        It looks in every region that clients were made for, and in `regions`: name each you have ever used.
        Prices are known for us-east-1 only.
        """
        asked = sorted({self.region, *self._regions, *regions})
        return [row for region in asked for row in self._billed_in(region)]

    # Inside.

    def _need_session(self):
        if self._session is None:
            raise AccountError("this account is not open: use `with cloud.account(live=True) as aws:`.")
        return self._session

    def _before(self, params: dict, model: OperationModel, named: list[Name], region: str) -> None:
        if LOOKS.fullmatch(model.name) or ADDS_FOR_FREE.fullmatch(model.name):
            return
        if ADDS.fullmatch(model.name):
            self._ask_what_costs(params, model)
        else:
            self._ask_what_changes(params, model, named, region)

    def _ask_what_costs(self, params: dict, model: OperationModel) -> None:
        if model.name in PRICED:
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

    def _ask_what_changes(self, params: dict, model: OperationModel, named: list[Name], region: str) -> None:
        what = ", ".join(f"{name} {value}" for name, value in named) or "something it does not name"
        print(f"{model.name} on your AWS account, in {region}: {what}.")
        if (final := _FINAL & set(model.input_shape.members)) and not params.get(*final):
            print("No final backup is asked for: what is in it will be gone.")
        subject = [item for item in named if item.parameter == named[0].parameter]  # one, or a list of them
        service = model.service_model.service_name
        strangers = [item.value for item in subject if not self._was_made_here(service, region, *item)]
        wanted, question = "yes", "Type yes to go on: "
        if strangers:
            wanted = ", ".join(strangers)
            were, names = ("was", "its name") if len(strangers) == 1 else ("were", "their names")
            question = f"{wanted} {were} not made here. Type {names} to go on all the same: "
        if input(question).strip().lower() != wanted.lower():
            raise AccountError(f"{model.name} was not sent: you did not type {wanted}.")

    def _was_made_here(self, service: str, region: str, parameter: str, value: str) -> bool:
        """Whether this was created through this object, or is a node of what was: name-001, name-0001-001."""
        here = {made for made in self._made if (made.service, made.region) == (service, region)}
        value = value.lower()
        if value.startswith("arn:"):
            return any(value.endswith(f":{made.value}") for made in here)
        names = {(made.parameter, made.value) for made in here}
        group = re.sub(r"(-\d{4})?-\d{3}$", "", value)
        return (parameter, value) in names or (
            parameter == "CacheClusterId" and ("ReplicationGroupId", group) in names
        )

    def _billed_in(self, region: str) -> Iterator[Billed]:
        elasticache = self._need_session().client("elasticache", region_name=region)
        place = "" if region == self.region else f", {region}"

        def billed(name: str, what: str, cost: prices.Cost | None) -> Billed:
            return Billed(name, what + place, cost if region == prices.REGION else None)

        def rows(operation: str, key: str) -> Iterator[dict]:
            for page in elasticache.get_paginator(operation).paginate():
                yield from page.get(key, ())

        for cluster in rows("describe_cache_clusters", "CacheClusters"):
            count, engine = cluster["NumCacheNodes"], cluster["Engine"]
            what = f"{count} x {cluster['CacheNodeType']} ({engine}), {cluster['CacheClusterStatus']}"
            yield billed(
                cluster["CacheClusterId"], what, cost_of_nodes(cluster["CacheNodeType"], count, engine)
            )
        for cache in rows("describe_serverless_caches", "ServerlessCaches"):
            what = f"serverless, {cache['Status']}"
            yield billed(cache["ServerlessCacheName"], what, prices.serverless(cache["Engine"]))
        for snapshot in rows("describe_snapshots", "Snapshots"):
            source = snapshot.get("ReplicationGroupId") or snapshot.get("CacheClusterId")
            size = sum(_bytes(part.get("CacheSize")) for part in snapshot.get("NodeSnapshots", ()))
            what = f"backup of {source}, {snapshot.get('SnapshotSource', 'manual')}, {size} bytes"
            yield billed(snapshot["SnapshotName"], what, cost_of_backup(f"backup of {source}", size))
        for snapshot in rows("describe_serverless_cache_snapshots", "ServerlessCacheSnapshots"):
            source = snapshot.get("ServerlessCacheConfiguration", {}).get("ServerlessCacheName")
            size = int(snapshot.get("BytesUsedForCache") or 0)
            what = f"backup of {source}, serverless, {size} bytes"
            yield billed(
                snapshot["ServerlessCacheSnapshotName"], what, cost_of_backup(f"backup of {source}", size)
            )


def _named(params: dict, model: OperationModel) -> list[Name]:
    """Everything a request names, what it is about first: what it must name, then other ids and names."""
    if not model.input_shape:
        return []
    members, required = model.input_shape.members, model.input_shape.required_members
    named = []
    for name in [*required, *(name for name in members if name not in required)]:
        if name in required or _IDENTIFIES.search(name):
            value = params.get(name)
            items = value if isinstance(value, list) else [value]
            named += [Name(name, item) for item in items if isinstance(item, str) and item]
    return named


def _bytes(size: str | None) -> int:
    """ "12 MB" -> 12582912."""
    number, _, unit = (size or "0 MB").partition(" ")
    return int(float(number) * {"KB": 2**10, "MB": 2**20, "GB": 2**30, "TB": 2**40}.get(unit.upper(), 1))
