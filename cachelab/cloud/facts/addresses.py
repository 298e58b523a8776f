"""What AWS would call these endpoints. Here every address is 127.0.0.1; there it is one of these names.

The shape depends on encryption and on cluster mode, and changes when encryption is switched on, which
is why an application looks its endpoint up and never builds it. (UG "Finding connection endpoints".)
"""

import secrets
import string

from .catalog import region_code

DOMAIN = "cache.amazonaws.com"
KINDS = ("primary", "reader", "node", "configuration", "serverless")


def new_code() -> str:
    """Six characters as AWS chooses them for the names of a cache's endpoints."""
    return "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(6))


def aws_address(
    name: str,
    kind: str = "primary",
    *,
    tls: bool = True,
    region: str = "us-east-1",
    code: str = "abc123",
    node: str = "001",
    memcached: bool = False,
) -> str:
    """The DNS name AWS would give an endpoint.

    `kind`: primary, reader or node (a replication group, cluster mode disabled), configuration (cluster
    mode enabled, or memcached) or serverless. `code` stands for the characters AWS chooses; `node` is
    the number of a node. Raises ValueError for another kind.

    >>> aws_address("my-app-cache")
    'master.my-app-cache.abc123.use1.cache.amazonaws.com'
    >>> aws_address("my-app-cache", tls=False)
    'my-app-cache.abc123.ng.0001.use1.cache.amazonaws.com'
    """
    if kind not in KINDS:
        raise ValueError(f"kind={kind!r}: choose one of {', '.join(KINDS)}")
    end = f"{region_code(region)}.{DOMAIN}"
    if kind == "serverless":
        return f"{name}-{code}.serverless.{end}"
    if memcached:
        return f"{name}.{code}.{'cfg' if kind == 'configuration' else f'{int(node):04}'}.{end}"
    if tls:
        first = {
            "primary": "master",
            "reader": "replica",
            "configuration": "clustercfg",
            "node": f"{name}-{node}",
        }[kind]
        return f"{first}.{name}.{code}.{end}"
    return {
        "primary": f"{name}.{code}.ng.0001.{end}",
        "reader": f"{name}-ro.{code}.ng.0001.{end}",
        "configuration": f"{name}.{code}.clustercfg.{end}",
        "node": f"{name}-{node}.{code}.0001.{end}",
    }[kind]
