"""An AWS account in a box: boto3 talks to moto, and every cache it creates is made of real engines.

    from cachelab import cloud
    with cloud.account() as aws:
        elasticache = aws.client("elasticache")

See account.py for what `aws` can do, rules/ for what AWS refuses and in which words, facts/prices.py for
what it would cost.
"""

from typing import TYPE_CHECKING

from .account import Account, AccountError
from .facts import catalog, prices
from .facts.addresses import aws_address
from .facts.prices import NoPrice
from .guard import OutsideTheBox

if TYPE_CHECKING:
    from .live import LiveAccount

__all__ = [
    "Account",
    "AccountError",
    "NoPrice",
    "OutsideTheBox",
    "account",
    "aws_address",
    "catalog",
    "operations",
    "prices",
]


def account(live: bool = False, provisioning_time: float | None = None) -> "Account | LiveAccount":
    """An AWS account: in a box, or real with `live=True`.

    `provisioning_time`: seconds from creating to available; about 3 by default, 0 for tests (the call
    then returns when the nodes accept connections).

    `live=True` is real AWS, with your credentials and your money: it needs CACHELAB_AWS=live in the
    environment, prints the price per hour of what is about to be created, and asks once.
    """
    if live:
        from .live import LiveAccount  # boto3's exceptions take their time

        return LiveAccount()
    return Account(provisioning_time)


def operations() -> dict[str, str]:
    """Every operation of the ElastiCache API: "supported" or "refused" (by name, as a ClientError)."""
    from .api import perform  # noqa: F401  (its modules say what they perform)
    from .api.operations import operations as listed

    return listed()
