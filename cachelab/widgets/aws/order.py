"""The console's questions as a form: the choice in three spellings, its price, and AWS's objections to it."""

import dataclasses
from collections.abc import Sequence
from typing import Any, Self

import traitlets

from cachelab.cloud import Account, AccountError, prices
from cachelab.cloud.order import STEPS, Order
from cachelab.cloud.spelling import boto3_call, cli_command, cloudformation

from ..base import Base
from ..challenge.view import PARTS, Challenged

__all__ = ["OrderForm", "order"]

NODE_TYPES = (
    "cache.t4g.micro",
    "cache.t4g.small",
    "cache.m7g.large",
    "cache.r7g.large",
    "cache.t2.micro",  # nobody can order it any more, and it is in many tutorials
)
GROUPED = ("cluster_mode", "replicas", "automatic_failover", "multi_az", "at_rest")  # not on Memcached
CLOSED = (
    "The account is closed: there is nobody to ask. Run the cell that opens it, the first one of the lesson, "
    "and then this one again."
)
ENGINES = (("valkey", "Valkey"), ("redis", "Redis OSS"), ("memcached", "Memcached"))


class OrderForm(Challenged, Base):
    """The form of `order`. Its `operation` and `request` are what boto3 takes:

        getattr(elasticache, form.operation)(**form.request)

    `set(replicas=2, multi_az=True)` answers questions from a script.
    """

    parts = PARTS
    steps = traitlets.List(traitlets.Unicode()).tag(sync=True)
    fields = traitlets.List(traitlets.Dict()).tag(sync=True)  # name, step, kind, label, options
    values = traitlets.Dict().tag(sync=True)
    hidden = traitlets.List(traitlets.Unicode()).tag(sync=True)  # questions that this engine does not have
    meanings = traitlets.List(traitlets.Unicode()).tag(sync=True)
    verdict = traitlets.Dict().tag(sync=True)  # state ("taken", "refused" or "unknown") and words
    price = traitlets.Unicode().tag(sync=True)
    basis = traitlets.Unicode().tag(sync=True)  # how the price comes about
    spellings = traitlets.Dict().tag(sync=True)

    def __init__(self, aws: Account, start: Order, challenges: str | Sequence | None = None):
        self.aws = aws
        super().__init__(
            label="Order a cache",
            steps=list(STEPS),
            fields=_fields(aws),
            values=dataclasses.asdict(start),
        )
        self.observe(lambda _: self._answer(), "values")
        self._answer()
        self._challenge(challenges, "spellings")

    @property
    def order(self) -> Order:
        """The answers as they stand."""
        return Order(**self.values)

    @property
    def operation(self) -> str:
        return self.order.operation

    @property
    def request(self) -> dict:
        return self.order.request

    @property
    def refusal(self) -> tuple[str, str] | None:
        """AWS's error code and words, if it would refuse this order."""
        order = self.order
        return self.aws.refusal(order.operation, **order.request)

    def set(self, **answers: Any) -> Self:
        """Answer questions: form.set(replicas=2). Raises ValueError for a question that the form has not."""
        unknown = [name for name in answers if name not in self.values]
        if unknown:
            raise ValueError(f"{unknown[0]!r} is not on this form; it asks for {', '.join(self.values)}")
        self.values = {**self.values, **answers}
        return self

    @traitlets.validate("values")
    def _types(self, proposal):
        """A field holds a value of its own type, whatever a page sends."""
        values, defaults = proposal["value"], dataclasses.asdict(Order())
        if set(values) != set(defaults):
            raise traitlets.TraitError(f"an order has the answers {', '.join(defaults)}")
        for name, value in values.items():
            if type(value) is not type(defaults[name]):
                kind = type(defaults[name]).__name__
                raise traitlets.TraitError(f"{name} takes a value of type {kind}, not {value!r}")
        return values

    def text(self) -> str:
        lines = []
        for number, (step, meaning) in enumerate(zip(self.steps, self.meanings, strict=True), 1):
            asked = [
                f"{field['label']}: {self._words(field)}"
                for field in self.fields
                if field["step"] == number and field["name"] not in self.hidden
            ]
            lines += [f"{number}. {step}", *(f"   {line}" for line in asked), f"   {meaning}"]
        return "\n".join(
            [
                *lines,
                "",
                self.verdict["words"],
                f"{self.price}  {self.basis}".strip(),
                "",
                self.spellings["boto3"],
                *self._challenge_lines(),
            ]
        )

    def _words(self, field: dict) -> str:
        value = self.values[field["name"]]
        if isinstance(value, bool):
            return "yes" if value else "no"
        options = {option["value"]: option["text"] for option in field["options"]}
        return options.get(value, str(value)) or "none"

    def _verdict(self) -> dict:
        try:
            refused = self.refusal
        except AccountError:
            return {"state": "unknown", "words": CLOSED}
        if refused is None:
            return {"state": "taken", "words": "AWS would take this order."}
        code, words = refused
        return {"state": "refused", "words": f"AWS refuses. {code}: {words}"}

    def _answer(self) -> None:
        order = self.order
        with self.hold_sync():
            self.hidden = _hidden(order)
            self.meanings = list(order.meanings)
            self.verdict = self._verdict()
            self.price, self.basis = _price(order)
            spelling = {"boto3": boto3_call, "aws command": cli_command, "CloudFormation": cloudformation}
            self.spellings = {name: spell(order.operation, order.request) for name, spell in spelling.items()}


def order(aws: Account, *, challenges: str | Sequence | None = None, **answers: Any) -> OrderForm:
    """The console's six choices as a form on an open account: what AWS would refuse, it refuses.

    `answers` start it elsewhere than at AWS's defaults: `order(aws, replicas=2)`; see cloud.order.Order.
    `challenges` are things to find: those of a lesson ("03"), or a list of `Challenge`.
    Nothing is created; pass the form's `request` to boto3 for that.
    """
    form = OrderForm(aws, Order(), challenges)
    return form.set(**answers) if answers else form


def _fields(aws: Account) -> list[dict]:
    subnet_groups, security_groups = _networks(aws)
    return [
        _field("engine", 1, "radio", "Engine", *ENGINES),
        _field("cluster_mode", 2, "check", "Cluster mode"),
        _field("shards", 2, "number", "Shards"),
        _field("name", 3, "text", "Name"),
        _field("node_type", 3, "select", "Node type", *((kind, kind) for kind in NODE_TYPES)),
        _field("replicas", 4, "number", "Replicas"),
        _field("nodes", 4, "number", "Nodes"),
        _field("spread", 4, "check", "Spread over zones"),
        _field("automatic_failover", 4, "check", "Automatic failover"),
        _field("multi_az", 4, "check", "Multi-AZ"),
        _field("subnet_group", 5, "select", "Subnet group", ("", "none"), *subnet_groups),
        _field("security_group", 5, "select", "Security group", ("", "none"), *security_groups),
        _field("tls", 6, "check", "Encryption in transit"),
        _field("at_rest", 6, "check", "Encryption at rest"),
        _field("auth_token", 6, "text", "AUTH token"),
        _field("backup_days", 6, "number", "Days of backups"),
    ]


def _field(name: str, step: int, kind: str, label: str, *options: tuple[str, str]) -> dict:
    choices = [{"value": value, "text": text} for value, text in options]
    return {"name": name, "step": step, "kind": kind, "label": label, "options": choices}


def _networks(aws: Account) -> tuple[list, list]:
    """What the account has to choose from: (value, text) of each subnet group and security group."""
    found = aws.client("elasticache").describe_cache_subnet_groups()["CacheSubnetGroups"]
    subnet_groups = [(group["CacheSubnetGroupName"],) * 2 for group in found]
    found = aws.client("ec2").describe_security_groups()["SecurityGroups"]
    security_groups = [
        (group["GroupId"], f"{group['GroupName']} in {group['VpcId']}")
        for group in found
        if group.get("VpcId")
    ]
    return subnet_groups, security_groups


def _hidden(order: Order) -> list[str]:
    hidden = list(GROUPED) if order.memcached else ["nodes", "spread"]
    if order.memcached or not order.cluster_mode:
        hidden.append("shards")
    return hidden


def _price(order: Order) -> tuple[str, str]:
    cost = order.cost
    if cost is None:
        return "price unknown", f"The price list of {prices.READ_ON} has no row for {order.node_type}."
    [line] = cost.lines
    assumed = " The rate of Redis OSS, which Memcached is said to share." if line.source == "=" else ""
    return (
        f"${cost.usd_per_month:,.2f} a month",
        f"{line.count:g} × ${line.usd_per_hour_each:.4f} an hour × {prices.HOURS_PER_MONTH} h "
        f"({prices.REGION}, {prices.READ_ON}).{assumed}",
    )
