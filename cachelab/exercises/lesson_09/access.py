"""09.5: access that is no larger than needed: access strings asked of a real server, and an IAM policy."""

import re
from types import SimpleNamespace

import redis

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.checks.verdict import Table, incorrect, not_attempted
from cachelab.cloud.allowed import Attempt, NoAccess, attempts
from cachelab.learner.words import show

READER, WRITER, DEFAULT = "shop-reader", "shop-writer", "default"
USERS = (READER, WRITER, DEFAULT)
Words = tuple[str, ...]


def _words(text: str) -> tuple[Words, ...]:
    return tuple(tuple(line.split()) for line in text.strip().splitlines())


READS = _words("""
    GET shop:1
    MGET shop:1 shop:2
    EXISTS shop:1
    TTL shop:1
    HGET shop:cart lamp
    HGETALL shop:cart
    PING
""")
WRITES = _words("""
    SET shop:1 desk EX 60
    DEL shop:1
    UNLINK shop:2
    EXPIRE shop:1 60
    HSET shop:cart lamp 2
""")
# What nobody may, and what to think about if somebody does.
TOO_MUCH = (
    (
        _words("""
            GET bank:1
            MGET shop:1 bank:1
            EXISTS bank:1
            GET shopping:1
            COPY bank:1 shop:9
            SET bank:1 0
            COPY shop:1 bank:9
            SORT shop:recent BY nosort GET bank:*
        """),
        "Which keys may it touch? A pattern ends where you end it: `shop` begins `shopping`, too.",
    ),
    (
        _words("""
            SCAN 0
            KEYS *
            RANDOMKEY
            DBSIZE
        """),
        "Patterns stop commands that name a key. This one names none, and tells of everybody's.",
    ),
    (
        _words("""
            EVAL return(1) 0
            FUNCTION LIST
            FUNCTION FLUSH
        """),
        "Scripts and functions are no reads and writes of keys, and `+@write` holds some of them.",
    ),
    (
        _words("""
            FLUSHALL
            FLUSHDB
            SWAPDB 0 1
            MONITOR
            SLOWLOG GET
            CLIENT LIST
            INFO keyspace
            MEMORY STATS
            LATENCY LATEST
        """),
        "That is about the whole server. What is left if you begin with nothing, and add what is used?",
    ),
    (_words("PUBLISH orders paid"), "Channels have patterns of their own, and commands, too."),
)
NO_WRITES = _words("""
    SET shop:1 desk
    DEL shop:1
    EXPIRE shop:1 1
    HSET shop:cart lamp 2
    GETDEL shop:1
    GETEX shop:1 EX 1
    COPY shop:1 shop:9
""")
WITHOUT_IAM = {
    "no-password-required": "Whoever reaches the port is in.",
    "password": "A password lives in files for years. An IAM token lives fifteen minutes.",
}


@define(
    "09.5",
    "No larger than needed",
    minutes=14,
    hints=(
        "Begin with nothing, and add the commands one by one: `on ~shop:* -@all +get …`. Categories hold "
        "more than their names say.",
        "A pattern stops commands that name a key. SCAN, KEYS, RANDOMKEY and DBSIZE name none, and three of "
        "them are in `@read`.",
        "To connect with IAM, a role needs `elasticache:Connect` on two things: the cache, and the user it "
        "logs in as. Both ARNs, and nothing with a `*`.",
    ),
    needs=("real valkey",),
)
def no_larger_than_needed(lab: Lab, users: dict, policy: dict):
    _attempted(users)
    host, port = lab.address
    server = SimpleNamespace(client=lambda **settings: redis.Redis(host=host, port=port, **settings))
    lab.cache.reset()
    for name in USERS:
        _is_a_user(name, users[name])
    _default(server, users[DEFAULT])
    for name in (READER, WRITER):
        _logs_in_by_iam(name, users[name])
        _may(server, name, users[name], READS if name == READER else READS + WRITES)
    for name in (READER, WRITER):
        _may_not(server, name, users[name])
    _policy(policy)
    return (
        "Each user does its work and sees nobody else's keys, not even their names. And the role connects as "
        "one user, to one cache."
    )


# --- the users ---


def _attempted(users: dict) -> None:
    if any(users.get(name, ...) is ... for name in USERS) and not any(
        isinstance(value, dict) for value in users.values()
    ):
        raise not_attempted("`users` has no answer yet. Write one for each of the three.")
    if set(users) != set(USERS):
        raise incorrect("`users`", f"it has {', '.join(map(show, users)) or 'nobody'}", ", ".join(USERS))


def _called(name: str, given: dict) -> str:
    return f'`users["{name}"]`: `{given.get("AccessString")}`'


def _is_a_user(name: str, given) -> None:
    what = f'`users["{name}"]`'
    if not isinstance(given, dict) or set(given) != {"AccessString", "AuthenticationMode"}:
        raise incorrect(what, f"it is {show(given)}", "a dict with AccessString and AuthenticationMode")
    mode = given["AuthenticationMode"]
    if not isinstance(given["AccessString"], str):
        raise incorrect(what, f"its AccessString is {show(given['AccessString'])}", "a text")
    if not isinstance(mode, dict) or mode.get("Type") not in ("iam", *WITHOUT_IAM):
        raise incorrect(
            what,
            f"its AuthenticationMode is {show(mode)}",
            '{"Type": …} of iam, password or no-password-required',
        )


def _tried(server, name: str, given: dict, commands: tuple[Words, ...]) -> list[Attempt]:
    try:
        return attempts(server, given["AccessString"], commands)
    except NoAccess as error:
        think = (
            "A login is not part of an access string: `AuthenticationMode` says how."
            if re.search(r"(^|\s)(nopass|[><#]\S*|reset)(\s|$)", given["AccessString"])
            else ""
        )
        raise incorrect(
            _called(name, given), f"AWS would not take it: {error}", "an access string", think
        ) from None


def _default(server, given: dict) -> None:
    [tried] = _tried(server, DEFAULT, given, (("GET", "shop:1"),))
    if not tried.said.startswith(("invalid username-password", "WRONGPASS")):
        raise incorrect(
            _called(DEFAULT, given),
            "whoever connects without a name is this user, and it is on",
            "it is off",
            "Every client that knows nothing of your users begins as `default`.",
        )


def _logs_in_by_iam(name: str, given: dict) -> None:
    mode = given["AuthenticationMode"]["Type"]
    if mode != "iam":
        raise incorrect(
            f'`users["{name}"]`', f"it logs in with {mode}", "it logs in with iam", WITHOUT_IAM[mode]
        )


def _may(server, name: str, given: dict, commands: tuple[Words, ...]) -> None:
    for tried in _tried(server, name, given, commands):
        if tried.allowed:
            continue
        off = "disabled" in tried.said
        raise incorrect(
            _called(name, given),
            f"`{tried.command}` was refused: {tried.said}",
            "it may do that",
            "A new user is off until its access string says otherwise." if off else "",
        )


def _may_not(server, name: str, given: dict) -> None:
    groups = TOO_MUCH
    if name == READER:
        groups = (*TOO_MUCH, (NO_WRITES, "It only reads. Some commands that begin with GET write, too."))
    commands = tuple(words for group, _ in groups for words in group)
    all_tried = dict(zip(commands, _tried(server, name, given, commands), strict=True))
    for group, think in groups:
        allowed = [all_tried[words] for words in group if all_tried[words].allowed]
        if allowed:
            rows = tuple((tried.command, tried.said[:60]) for tried in all_tried.values() if tried.allowed)
            raise incorrect(
                _called(name, given),
                f"`{allowed[0].command}` was answered: {show(allowed[0].said, 80)}",
                "it is refused",
                think,
                Table("What it may and should not", ("command", "answer"), rows[:12]),
            )


# --- the policy ---

ARN = "arn:aws:elasticache:us-east-1:123456789012"
CACHE, USER = f"{ARN}:replicationgroup:shop", f"{ARN}:user:{READER}"
CONNECT = "elasticache:Connect"
# (action, resources), of which at least one must be refused
NOT_FOR_IT = (
    ((CONNECT, (CACHE, f"{ARN}:user:{WRITER}")), f"it connects as {WRITER}"),
    ((CONNECT, (f"{ARN}:replicationgroup:orders", USER)), "it connects to the cache orders"),
    ((CONNECT, (CACHE, f"{ARN}:user:{DEFAULT}")), "it connects as default"),
    (
        (CONNECT, tuple(it.replace("us-east-1", "eu-west-1") for it in (CACHE, USER))),
        "it connects in eu-west-1",
    ),
    (("elasticache:DeleteReplicationGroup", (CACHE,)), "it deletes the cache"),
    (("elasticache:ModifyUser", (USER,)), "it gives its user other rights"),
    (("elasticache:DescribeUsers", (USER,)), "it reads everybody's access strings"),
)


def _policy(policy: dict) -> None:
    what = "`policy`"
    statements = policy.get("Statement", [])
    statements = [statements] if isinstance(statements, dict) else statements
    if problem := _malformed(policy, statements):
        raise incorrect(what, f"AWS would not take it: {problem}", "a policy document")
    missing = [resource for resource in (CACHE, USER) if not _permits(statements, CONNECT, resource)]
    if missing:
        raise incorrect(
            what,
            f"{CONNECT} is not allowed on {missing[0]}",
            f"to connect, a role needs it on the cache and on the user {READER}",
            _why_missing(statements, missing),
        )
    for (action, resources), does in NOT_FOR_IT:
        if all(_permits(statements, action, resource) for resource in resources):
            raise incorrect(
                what,
                f"with it, {does}: {action} is allowed",
                f"{CONNECT} to shop as {READER}, and nothing else",
                "How many users, caches and actions does a `*` stand for?",
            )


def _why_missing(statements: list[dict], missing: list[str]) -> str:
    if any(row["Effect"] == "Deny" and _matches(row, CONNECT, missing[0]) for row in statements):
        return "One statement denies it, and whatever others allow: a Deny wins."
    if len(missing) == 1:
        return "Which two ARNs does `Resource` have to name?"
    return "The account is 123456789012, the region us-east-1. How does an ARN of each kind look?"


def _malformed(policy: dict, statements) -> str:
    if policy.get("Version", "2012-10-17") not in ("2012-10-17", "2008-10-17"):
        return f"the Version {show(policy['Version'])} is none: it is a date, 2012-10-17"
    if not isinstance(statements, list) or not statements:
        return "it has no Statement"
    if extra := set(policy) - {"Version", "Id", "Statement"}:
        return f"{show(sorted(map(str, extra))[0])} is no part of a policy"
    for row in statements:
        if not isinstance(row, dict):
            return f"a statement is {show(row)}"
        if row.get("Effect") not in ("Allow", "Deny"):
            return f"an Effect is Allow or Deny, not {show(row.get('Effect'))}"
        if "Principal" in row:
            return "a policy of a role names no Principal: it is the role's"
        for part in ("Action", "Resource"):
            if (part in row) == (f"Not{part}" in row):
                return f"a statement needs either {part} or Not{part}"
            named = _list(row.get(part, row.get(f"Not{part}")))
            if not named or not all(isinstance(text, str) for text in named):
                return f"{part} is {show(row.get(part))}: a text, or a list of texts"
        for text in _list(row.get("Resource", row.get("NotResource"))):
            if text != "*" and text.count(":") < 5:
                return f"{show(text)} is no ARN"
    return ""


def _permits(statements: list[dict], action: str, resource: str) -> bool:
    """Whether identity policies allow it: some statement does, and none denies it. Conditions are taken as
    met."""
    effects = {row["Effect"] for row in statements if _matches(row, action, resource)}
    return effects == {"Allow"}


def _matches(row: dict, action: str, resource: str) -> bool:
    return _named(row, "Action", action, re.IGNORECASE) and _named(row, "Resource", resource, re.NOFLAG)


def _named(row: dict, part: str, value: str, flags: re.RegexFlag) -> bool:
    found = any(
        re.fullmatch(re.escape(text).replace(r"\*", ".*").replace(r"\?", "."), value, flags)
        for text in _list(row.get(part, row.get(f"Not{part}")))
    )
    return found == (part in row)


def _list(value) -> list:
    return list(value) if isinstance(value, list | tuple) else [value]
