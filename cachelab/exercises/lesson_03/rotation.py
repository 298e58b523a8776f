"""03.3: a new password while servers keep connecting."""

import random
import select
import threading

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab, Trial
from cachelab.checks.verdict import Settled
from cachelab.exercises.asserts.aws import make, neighbour, opens, pair, status
from cachelab.learner.words import show


@define(
    "03.3",
    "A new password, and nobody notices",
    minutes=12,
    needs=("aws",),
    hints=(
        "Your servers change over one after the other, so for a while some use the old password and some "
        "the new one. Which passwords must the cache accept, before, during and after `deploy`?",
        "`modify_replication_group` with `AuthToken`, `AuthTokenUpdateStrategy` and `ApplyImmediately=True`. "
        "ROTATE lets the new one in beside the old one; SET leaves only the new one.",
        "While the group is `modifying`, AWS takes no further change: wait with "
        "`replication_group_available` after each of the two.",
    ),
)
def rotation(lab: Lab, rotate_password):
    name, old, new = "checkout", "the-password-of-last-year", "the-password-of-this-year"
    lab.pace(0)
    neighbour(lab)
    network = {"CacheSubnetGroupName": lab.aws.subnet_group, "TransitEncryptionEnabled": True}
    make(lab, name, NumCacheClusters=2, AutomaticFailoverEnabled=True, AuthToken=old, **network)
    [group] = lab.aws.elasticache.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"]
    lab.pace(random.uniform(11, 14))  # on the learner's clock: longer than a guess
    servers = Servers(lab, name, pair(group["NodeGroups"][0]["PrimaryEndpoint"]), old, new)
    with servers:
        call = lab.call(
            rotate_password,
            lab.elasticache(),
            name,
            new,
            servers.deploy,
            patience=6,
            sleeps=200,
            text=f"rotate_password(elasticache, {name!r}, new_password, deploy)",
        )
        ended = status(lab, name)
        at_return = {password: opens(servers.address, password) for password in (old, new)}
    if servers.slow:
        raise servers.slow
    if servers.status not in ("", "available"):  # then AWS may have refused what came after
        deployed(call, servers, new)
    call.finished()
    deployed(call, servers, new)
    if servers.refused:
        raise call.wrong(
            f"{servers.refused} of {servers.tried} connections were refused, the first {servers.first}",
            "no connection is refused at any time",
        )
    if at_return[old] or not at_return[new]:
        raise call.wrong(
            "when it returned, the old password still opened the cache"
            if at_return[old]
            else "when it returned, the new password did not open the cache",
            "only the new password does",
            "ROTATE adds a password. What takes the old one away, and when is it done?",
        )
    if ended != "available":
        raise call.wrong(
            f"when it returned, the cache was {ended}",
            "it is available: the change has reached every node",
            "Until then a node may still take the old password.",
        )
    return (
        f"{servers.tried} new connections while the password changed, and none was refused. Now only the new "
        "password opens the cache."
    )


def deployed(call: Trial, servers: "Servers", new: str) -> None:
    """The servers changed over once, to the new password, while both were good."""
    if not servers.deployments:
        raise call.wrong(
            "`deploy` was never called: your servers still use the old password",
            "`deploy(new_password)` once",
        )
    if [password for password, _ in servers.deployments] != [new]:
        raise call.wrong(
            f"`deploy` was called with {', '.join(show(given, 30) for given, _ in servers.deployments)}",
            "`deploy(new_password)`, once",
        )
    [(_, accepted)] = servers.deployments
    for which, good in accepted.items():
        if not good:
            raise call.wrong(
                f"when `deploy` began, the cache refused the {which} password",
                "while servers change over, it accepts both",
                "A server that has changed over connects at once; one that has not still has the old one.",
            )
    if servers.status != "available":
        raise call.wrong(
            f"when `deploy` began, the cache was {servers.status}",
            "it is available: the change has reached every node",
            "What does `modify_replication_group` return: the news that it is done, or that it has begun?",
        )


class Servers:
    """Three application servers that open connections all the time, and change passwords one by one."""

    def __init__(self, lab: Lab, name: str, address: tuple[str, int], old: str, new: str):
        self.lab, self.name, self.address = lab, name, address
        self.old, self.new = old, new
        self.passwords = [old] * 3
        self.deployments: list[tuple[str, dict[str, bool]]] = []
        self.status = ""  # of the cache, when they began to change over
        self.tried = self.refused = 0
        self.first = ""
        self.slow: Settled | None = None  # the verdict if the cache was too slow to tell
        self._stage = "before `deploy`"
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def deploy(self, password: str) -> None:
        """Make the servers use another password, one after the other."""
        with self.lab.log.ours():
            self.status = status(self.lab, self.name)
            accepted = {"old": opens(self.address, self.old), "new": opens(self.address, self.new)}
            self.deployments.append((password, accepted))
            self._stage = "during `deploy`"
            for number in range(len(self.passwords)):
                self.passwords[number] = password
                self._done.wait(0.08)
            last = self.tried + 2  # the connection that is being opened may still be with the old password
            while self.tried < last and self.slow is None and self._thread.is_alive():
                select.select([], [], [], 0.01)  # by the real clock
            self._stage = "after `deploy`"

    def __enter__(self) -> "Servers":
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._done.set()
        self._thread.join(3)

    def _serve(self) -> None:
        while not self._done.wait(0.01):
            stage, password = self._stage, self.passwords[self.tried % 3]
            self.tried += 1
            try:
                if not opens(self.address, password):
                    self.refused += 1
                    self.first = self.first or stage
            except Settled as slow:
                self.slow = slow
                return
