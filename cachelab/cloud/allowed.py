"""What a user with an access string may do and see: asked of a real server, command by command.

The server is filled anew before each command, with a shop's keys and a bank's: it must be one that may be
emptied. The commands that ElastiCache keeps to itself are taken away, as it does (plane/access.py).
"""

import contextlib
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import redis

from cachelab.engines import ValkeyServer

from .plane.access import RESTRICTED, complaint, valid_access_string

USER = "shop"
OURS, THEIRS = "shop:", "bank:"  # whose keys are whose
_LIST, _ACCOUNT = "shop:recent", "bank:1"
_DATA = {"shop:1": "a lamp", "shop:2": "a chair", _ACCOUNT: "900 dollars"}
COMMANDS = (
    ("GET", "shop:1"),
    ("SET", "shop:1", "a desk"),
    ("GET", _ACCOUNT),
    ("SET", _ACCOUNT, "0 dollars"),
    ("COPY", _ACCOUNT, "shop:9"),
    ("EVAL", f"return redis.call('GET', '{_ACCOUNT}')", "0"),
    ("SORT", _LIST, "BY", "nosort", "GET", "bank:*"),
    ("SCAN", "0"),
    ("KEYS", "*"),
    ("RANDOMKEY",),
    ("DBSIZE",),
    ("SLOWLOG", "GET"),
    ("MONITOR",),
    ("CLIENT", "LIST"),
    ("INFO", "keyspace"),
    ("FLUSHALL",),
    ("CONFIG", "GET", "maxmemory"),
)
_LEAVES = {"MONITOR"}  # afterwards the connection is of no other use


class NoAccess(ValueError):
    """An access string that ElastiCache or the engine does not take; the message says why."""


@dataclass(frozen=True)
class Attempt:
    """One command, and what came of it."""

    words: tuple[str, ...]
    allowed: bool
    said: str
    """The server's answer or refusal, in Python's words."""

    @property
    def command(self) -> str:
        return " ".join(f'"{word}"' if " " in word else word for word in self.words)

    @property
    def reaches_others(self) -> bool:
        """Whether it was allowed, and is about more than the shop's own keys."""
        own = len(self.words) > 1 and self.words[1].startswith(OURS)
        return self.allowed and not (own and all(THEIRS not in word for word in self.words))


def attempts(
    server: ValkeyServer, access_string: str, commands: Sequence[Sequence[str]] = COMMANDS
) -> list[Attempt]:
    """Log in with these rights, and try each command. Empties `server`.

    Raises NoAccess for rules that would not be taken.
    """
    if not valid_access_string(access_string):
        raise NoAccess(f"{access_string!r} is no access string: write rules such as on ~shop:* +@read.")
    if problem := complaint(server, access_string):
        raise NoAccess(f"{access_string!r}: {problem}")
    password = secrets.token_hex(16)
    with contextlib.closing(server.client(decode_responses=True)) as admin:
        admin.execute_command(
            "ACL", "SETUSER", USER, "reset", *access_string.split(), *RESTRICTED.split(), f">{password}"
        )
        try:
            with contextlib.closing(server.client(username=USER, password=password, retry=None)) as user:
                return list(_try_all(admin, user, commands))
        finally:
            admin.execute_command("ACL", "DELUSER", USER)
            admin.flushall()


def _try_all(admin: redis.Redis, user: redis.Redis, commands: Sequence[Sequence[str]]) -> Iterator[Attempt]:
    slow = admin.config_get("slowlog-log-slower-than")
    for words in commands:
        with admin.pipeline(transaction=False) as filled:
            filled.flushall()
            filled.config_set("slowlog-log-slower-than", 0)  # somebody's command was slow
            filled.slowlog_reset()
            filled.mset(_DATA)
            filled.config_set("slowlog-log-slower-than", slow["slowlog-log-slower-than"])
            filled.rpush(_LIST, 1)
            filled.execute()
        try:
            yield Attempt(tuple(words), True, _text(user.execute_command(*words)))
        except redis.AuthenticationError as error:  # the user is off
            yield Attempt(tuple(words), False, str(error))
        except redis.ResponseError as error:
            yield Attempt(tuple(words), False, str(error))
        if words[0] in _LEAVES:
            user.connection_pool.disconnect()


def _text(answer: object) -> str:
    if isinstance(answer, bytes):
        return answer.decode(errors="replace")
    if isinstance(answer, (list, tuple)):
        return f"[{', '.join(map(_text, answer))}]"
    if isinstance(answer, dict):
        return f"{{{', '.join(f'{_text(key)}: {_text(value)}' for key, value in answer.items())}}}"
    return str(answer)
