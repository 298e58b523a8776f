"""What ElastiCache refuses, and in which words: one row a rule, checked in order.

A row says which operations it guards, the error code on the wire, the message, a test that is true
when the request breaks the rule, where the rule comes from, and where AWS's own wording was seen. If
`seen` is empty, the code is AWS's (the API model lists it) and the words are ours.

Sources: BM = botocore's ElastiCache API model, 2015-02-02 · UG = the ElastiCache user guide ·
owner/repo#n = a bug report that quotes the answer of the real service.

Types, required parameters, enumerations and patterns need no rows: they are checked against botocore's
model itself (api/model.py).
"""

from collections.abc import Iterable

from ..asking import Ask
from . import backups, changes, engines, names, notices, security, serverless, sizes, tags, users
from .rule import Rule

RULES: tuple[Rule, ...] = (
    *names.RULES,
    *engines.RULES,
    *sizes.RULES,
    *security.RULES,
    *backups.RULES,
    *notices.RULES,
    *serverless.RULES,
    *users.RULES,
    *tags.RULES,
    *changes.RULES,
)


def guarding(operation: str) -> Iterable[Rule]:
    """The rules of one operation, in the order they are checked."""
    for rule in RULES:
        if operation in rule.operations or (
            "Describe*" in rule.operations and operation.startswith("Describe")
        ):
            yield rule


def first_broken(ask: Ask) -> tuple[str, str] | None:
    """(code, message) of the first rule that `ask` breaks; None if AWS would take it."""
    for rule in guarding(ask.operation):
        if message := rule.check(ask):
            return rule.code, message
    return None
