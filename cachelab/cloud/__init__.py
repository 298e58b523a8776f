"""An AWS account in a box: boto3 talks to moto, and every cache it creates is made of real engines.

    from cachelab import cloud
    with cloud.account() as aws:
        elasticache = aws.client("elasticache")

See account.py for what `aws` can do, rules.py for what AWS refuses and in which words, prices.py for
what it would cost.
"""

from . import prices
from .account import Account, AccountError, account
from .addresses import aws_address
from .guard import OutsideTheBox
from .prices import NoPrice

__all__ = [
    "Account",
    "AccountError",
    "NoPrice",
    "OutsideTheBox",
    "account",
    "aws_address",
    "operations",
    "prices",
]


def operations() -> dict[str, str]:
    """Every operation of the ElastiCache API: "supported" or "refused" (by name, as a ClientError)."""
    from .api import backend  # noqa: F401  (its modules say what they perform)
    from .api.operations import operations as listed

    return listed()
