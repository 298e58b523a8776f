"""Who may connect to a cache and do what: AUTH tokens and user groups, as real ACLs in the engine.

AWS hides the commands that would let a customer break the service. Here they are taken from every
user but the course's own, which is how the box still replicates, promotes and configures the nodes.
"""

import contextlib
import re
import secrets
from dataclasses import dataclass, field

import redis

from cachelab.engines.valkey import ValkeyServer

_TRIAL = "trial"  # a user that exists only while rules are tried

# Commands ElastiCache does not offer (UG "Restricted commands"), and those that would undo the ACL or
# the cluster. `ACL WHOAMI` and `ACL CAT` remain.
RESTRICTED = (
    "-acl +acl|whoami +acl|cat +acl|help -bgrewriteaof -bgsave -config -debug -failover -migrate -module "
    "-psync -replicaof -replconf -save -shutdown -slaveof -sync"
)
RESTRICTED_IN_CLUSTERS = (
    "-cluster|addslots -cluster|addslotsrange -cluster|bumpepoch -cluster|delslots -cluster|delslotsrange "
    "-cluster|failover -cluster|flushslots -cluster|forget -cluster|meet -cluster|migrateslots "
    "-cluster|replicate -cluster|reset -cluster|saveconfig -cluster|set-config-epoch -cluster|setslot"
)
_RULE = re.compile(
    r"on|off|allkeys|resetkeys|allchannels|resetchannels|allcommands|nocommands|sanitize-payload"
    r"|skip-sanitize-payload|~\S+|%(R|W|RW|WR)~\S+|&\S+|[+-]@?[a-z0-9|_-]+|clearselectors",
    re.IGNORECASE,
)


def valid_access_string(text: str) -> bool:
    """Whether this is a list of ACL rules that ElastiCache takes: no passwords, no resets."""
    outside = re.sub(r"\(([^()]*)\)", r" \1 ", text)  # selectors hold rules of the same kind
    return bool(text.split()) and all(_RULE.fullmatch(rule) for rule in outside.split())


def complaint(engine: ValkeyServer, text: str) -> str:
    """What an engine has against these rules: a command, a category it does not know; empty if nothing."""
    with contextlib.closing(engine.client(decode_responses=True)) as client:
        try:
            client.execute_command("ACL", "SETUSER", _TRIAL, "reset", *text.split())
        except redis.ResponseError as error:
            return str(error)
        client.execute_command("ACL", "DELUSER", _TRIAL)
    return ""


@dataclass(frozen=True)
class Login:
    """One user as the engine knows it."""

    name: str
    rules: str
    passwords: tuple[str, ...] = ()
    open: bool = False  # no password needed


@dataclass
class Access:
    """The logins of one cache. Changes take effect on running nodes through `commands()`."""

    tokens: list[str] = field(default_factory=list)
    """AUTH tokens accepted now: two while one is being rotated."""
    token_required: bool = False
    logins: list[Login] = field(default_factory=list)
    """The users of the user group; if there are any, tokens play no part."""
    cluster_mode: bool = False
    admin: str = "elasticache-service"
    secret: str = field(default_factory=lambda: secrets.token_hex(16))

    def set_token(self, token: str) -> None:
        """Only this token is accepted from now on (strategy SET, and AuthToken at creation)."""
        self.tokens, self.token_required = [token], True

    def rotate_token(self, token: str) -> None:
        """This token is accepted too (strategy ROTATE): at most two, and on a cache that needed none,
        still none is needed until SET."""
        self.tokens = [t for t in self.tokens if t != token][-1:] + [token]

    def drop_tokens(self) -> None:
        self.tokens, self.token_required = [], False

    @property
    def users(self) -> dict[str, str]:
        """Every user and the ACL rules that make it, in the syntax of `ACL SETUSER`."""
        rights = RESTRICTED + (f" {RESTRICTED_IN_CLUSTERS}" if self.cluster_mode else "")
        users = {self.admin: f"on >{self.secret} ~* &* +@all"}
        if self.logins:
            users["default"] = "off"
            for login in self.logins:
                passwords = " ".join(f">{password}" for password in login.passwords)
                users[login.name] = f"{login.rules} {'nopass' if login.open else passwords} {rights}"
        else:
            passwords = " ".join(f">{token}" for token in self.tokens)
            users["default"] = (
                f"on {passwords} {'' if self.token_required else 'nopass'} ~* &* +@all {rights}"
            )
        return users

    def file(self) -> str:
        """The ACL file a node starts with."""
        return "".join(f"user {name} {' '.join(rules.split())}\n" for name, rules in self.users.items())

    def commands(self, present: list[str]) -> list[list[str]]:
        """The ACL commands that bring a running node, which knows the users `present`, up to date."""
        users = self.users
        gone = [name for name in present if name not in users and name != "default"]
        changes = [
            ["ACL", "SETUSER", name, "reset", *rules.split()]
            for name, rules in users.items()
            if name != self.admin
        ]  # its secret never changes, and it is the one connected
        return changes + ([["ACL", "DELUSER", *gone]] if gone else [])
