"""What a user with an access string may do and see: asked of a real server, command by command.

The server is filled with a shop's keys and a bank's: it must be one that may be emptied. The commands that
ElastiCache keeps to itself are taken away, as it does (plane/access.py).
"""

import contextlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import redis

from cachelab.engines import ValkeyServer

from .plane.access import RESTRICTED, valid_access_string

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
# Those that wait, or after which the connection is another one.
_ALONE = {"MONITOR", "SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "SELECT", "RESET", "WAIT", "BLPOP", "BRPOP"}
_TURN = dict.fromkeys(("SET", "HSET", "EXPIRE", "GETEX"), 1) | {"COPY": 2}
_TURN |= dict.fromkeys(("DEL", "UNLINK", "GETDEL"), 3) | dict.fromkeys(("SWAPDB", "FLUSHDB", "FLUSHALL"), 4)


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
    """Log in with these rights, and try each command (its words) on the same keys. Empties `server`.

    Raises NoAccess for rules that would not be taken, ValueError for what is no command and for a stand-in.
    """
    if not getattr(server, "is_real", True):
        raise ValueError(
            f"rights are asked of a real server, such as engines.valkey(fresh=True), not: {server.badge}"
        )
    tried = [_words(command) for command in commands]
    if not isinstance(access_string, str) or not valid_access_string(access_string):
        raise NoAccess(f"{access_string!r} is no access string: write rules such as on ~shop:* +@read.")
    password = secrets.token_hex(16)
    rules = [*access_string.split(), *RESTRICTED.split(), f">{password}"]
    with contextlib.closing(server.client(decode_responses=True)) as admin:
        try:
            admin.execute_command("ACL", "SETUSER", USER, "reset", *rules)
        except redis.ResponseError as error:
            raise NoAccess(f"{access_string!r}: {error}") from None
        try:
            _fill(admin)
            with contextlib.closing(server.client(username=USER, password=password, retry=None)) as user:
                answers = _try_all(user, tried)
        finally:
            admin.execute_command("ACL", "DELUSER", USER)
            admin.flushall()
    return [
        Attempt(words, not isinstance(answer, Exception), _text(answer))
        for words, answer in zip(tried, answers, strict=True)
    ]


def _fill(admin: redis.Redis) -> None:
    """Everybody's keys; and one command in the slow log, as if it had been slow."""
    slow = admin.config_get("slowlog-log-slower-than")["slowlog-log-slower-than"]
    with admin.pipeline(transaction=False) as filled:
        filled.flushall()
        filled.config_set("slowlog-log-slower-than", 0)
        filled.slowlog_reset()
        filled.mset(_DATA)
        filled.config_set("slowlog-log-slower-than", slow)
        filled.rpush(_LIST, 1)
        filled.execute()


def _try_all(user: redis.Redis, commands: Sequence[tuple[str, ...]]) -> list[object]:
    """The answer to each, or the error. Sent in one go, what changes keys last; some alone, after these."""
    turns = sorted(range(len(commands)), key=lambda at: _TURN.get(commands[at][0].upper(), 0))
    together = [at for at in turns if commands[at][0].upper() not in _ALONE]
    found: dict[int, object] = {}
    try:
        with user.pipeline(transaction=False) as pipeline:
            for at in together:
                pipeline.execute_command(*commands[at])
            found |= zip(together, pipeline.execute(raise_on_error=False), strict=True)
        found |= {at: _alone(user, commands[at]) for at in turns if at not in found}
    except redis.AuthenticationError as error:  # the user is off
        found = dict.fromkeys(turns, error)
    return [found[at] for at in range(len(commands))]


def _alone(user: redis.Redis, words: tuple[str, ...]) -> object:
    """One command, after which the connection is of no other use."""
    try:
        return user.execute_command(*words)
    except redis.ResponseError as error:
        return error
    except redis.TimeoutError:  # it was taken: what is refused is refused at once
        return "no answer yet: it waits"
    finally:
        user.connection_pool.disconnect()


def _words(command: Sequence[str]) -> tuple[str, ...]:
    words = () if isinstance(command, (str, bytes)) else tuple(command)
    if not words or not all(isinstance(word, str) for word in words) or not words[0]:
        raise ValueError(f'{command!r} is no command: give its words, such as ("GET", "shop:1")')
    return words


def _text(answer: object) -> str:
    if isinstance(answer, bytes):
        return answer.decode(errors="replace")
    if isinstance(answer, (list, tuple)):
        return f"[{', '.join(map(_text, answer))}]"
    if isinstance(answer, dict):
        return f"{{{', '.join(f'{_text(key)}: {_text(value)}' for key, value in answer.items())}}}"
    return str(answer)
