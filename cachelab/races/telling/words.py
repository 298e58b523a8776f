"""The sentences about steps and schedules. They are made from facts, at the end, and nothing reads them but
people: each may be reworded without anything else to change.
"""

from __future__ import annotations

import re

from cachelab.learner.words import counted
from cachelab.races.calls import brief as brief_call
from cachelab.races.calls import describe
from cachelab.races.models import valkey
from cachelab.races.models.database import by_row

_TOKEN = re.compile(r"\b[0-9a-f]{8}(-?[0-9a-f]{4}){2,}[0-9a-f]*\b")
CUT = re.compile(r"\b[0-9a-f]{6}…")  # what `cut` leaves of one


# --- a step ---


def call(step, brief: bool = False) -> str:
    """What a step does."""
    match step.kind:
        case "begin":
            return "opens its database snapshot"
        case "wait":
            return "begins to wait for the running readers"
        case "crash":
            return "crashes"
        case "evict":
            return f"evicts {step.key}"
        case "expire":
            return f"lets {step.key} expire"
        case "elapse":
            return "lets all TTLs run out"
        case "failover":
            return "fails over"
        case "replicate":
            return "the replica catches up" if brief else "brings the replica one commit further"
    text = (brief_call if brief else describe)(step.asked)
    return cut(text if step.commit is None else f"commit {step.commit}: {text}")


def result(step) -> object:
    """What the client is answered."""
    match step.kind:
        case "lost" | "unanswered":
            return "connection lost"
        case "begin":
            return step.held
        case "replicate":
            return step.replica
        case "call" | "poll on":
            if step.waits:
                return "nobody is still reading"
            if step.asked.kind == "db" and step.asked.payload[0] in ("commit", "rollback"):
                return "OK"
            return answered(step.asked, step.answer)
    return None


def answered(asked, answer) -> object:
    """The answer to a call in plain Python types."""
    if asked.kind == "memcached":
        return cut(memcached_reply(answer))
    refusing = asked.kind == "exec" or (asked.kind == "db" and asked.payload[0] in ("write_if", "update_if"))
    if refusing and answer is None:
        return "refused"
    if asked.called and isinstance(answer, tuple):
        return answer[0]  # what its own database calls a version is another number
    return cut(plain(answer))


def remark(step) -> str:
    """What the answer means, where that takes a word."""
    match step.kind:
        case "call" if step.asked.kind == "exec" and step.answer is None:
            return "a watched key was modified"
        case "call" if _refused_by_the_row(step):
            return "the row has another version by now"
        case "call" if step.asked.kind == "db" and step.asked.payload[0] in ("update", "update_if"):
            return "nobody else sees it before the commit"
        case "call" if _deleted_nothing(step):
            return "there is nothing to delete"
        case "lost":
            return "the cache never got it"
        case "unanswered":
            return "the cache had done it"
        case "poll on":
            return f"asks {counted(step.rounds, 'more time')}, in vain"
        case "crash" if step.commit is not None:
            return "starts over with the same commit"
        case "crash" if step.asked is not None:
            return cut(f"before {describe(step.asked)}")
        case "elapse":
            return "everybody was waiting"
        case "failover":
            return "the replica that takes over lacks the last writes"
    return ""


def _refused_by_the_row(step) -> bool:
    return (
        step.asked.kind == "db" and step.asked.payload[0] in ("write_if", "update_if") and step.answer is None
    )


def _deleted_nothing(step) -> bool:
    kind, payload = step.asked.kind, step.asked.payload
    if kind == "valkey":
        return payload[0] in (b"DEL", b"UNLINK") and step.answer == 0
    return (
        kind == "memcached"
        and payload.split()[0] in (b"delete", b"md")
        and step.answer in (b"NOT_FOUND\r\n", b"NF\r\n")
    )


def ending(step) -> str:
    """How the client ends with this step."""
    if step.raised is not None:
        return f"{step.client} raises {step.raised}"
    if step.returned is not None:
        return cut(f"{step.client} returns {step.returned}")
    return f"{step.client} is done" if step.ends and step.kind != "crash" else ""


def wrong_read(step, dirty: bool) -> str:
    """What is wrong with the value that a step returns: a sentence without its full stop."""
    if dirty:
        return f"{ending(step)}, which the database does not hold at that moment"
    return f"{ending(step)}, though a newer value was already known when it began"


# --- answers and values ---


def cut(text: object) -> object:
    """Text with its random tokens cut to a few digits; other things as they are."""
    if isinstance(text, str):
        return _TOKEN.sub(lambda match: match.group()[:6] + "…", text)
    if isinstance(text, dict):
        return {key: cut(value) for key, value in text.items()}
    if isinstance(text, list):
        return [cut(item) for item in text]
    return text


def show(result: object, none: str = "nil") -> str:
    """An answer as a learner reads it."""
    if result is None:
        return none
    if isinstance(result, tuple):
        return f"{result[0]} (version {result[1]})"
    if isinstance(result, list):
        return "[" + ", ".join(map(show, result)) + "]"
    return str(result)


def plain(reply: object) -> object:
    """A raw reply in plain Python types."""
    if isinstance(reply, valkey.ServerError):
        return f"error: {reply.message}"
    if isinstance(reply, list):
        return [plain(item) for item in reply]
    if isinstance(reply, bytes):
        return reply.decode(errors="backslashreplace")
    return reply


def memcached_reply(reply: bytes) -> object:
    """The value in a reply to get or mg, None for a miss, else the reply's words."""
    lines = reply.decode(errors="backslashreplace").removesuffix("\r\n").split("\r\n")
    words = lines[0].split()
    if words[0] in ("END", "EN"):
        return None
    if words[0] == "VALUE":
        return lines[1] + (f" (cas {words[4]})" if len(words) > 4 else "")
    if words[0] == "VA":
        return " ".join([repr(lines[1]) if not lines[1] else lines[1], *words[2:]])
    return " ".join(lines)


def held_in(value, log) -> str | None:
    """The latest committed value that stands in a cached value or an answer, by itself or as a word of it."""
    if not isinstance(value, str):
        return None
    for committed in reversed(log):
        if re.search(rf"(?<!\w){re.escape(committed)}(?!\w)", value):
            return committed
    return None


def is_old(value, log) -> bool:
    """Whether a cached value is one the database has since replaced, or holds one: in a field, in JSON."""
    if isinstance(value, dict):
        return any(is_old(item, log) for item in value.values())
    if isinstance(value, list):
        return any(is_old(item, log) for item in value)
    return any(held_in(value, values) not in (None, values[-1]) for values in by_row(log))


# --- schedules ---


def table(steps: list) -> str:
    """A schedule as text, one line a step."""
    rows = [("", "who", "call", "answer", "cache afterwards", "database", "")]
    for number, step in enumerate(steps, 1):
        cache = ", ".join(
            f"{key}={field(value)}" + (" (stale)" if key in step.stale else "")
            for key, value in step.cache.items()
        )
        database = step.db if step.replica in (None, step.db) else f"{step.db} (replica {step.replica})"
        rows.append(
            (str(number), step.client, step.call, step.shown(), cache or "(empty)", database, step.note)
        )
    rows = [tuple(map(one_line, row)) for row in rows]
    widths = [max(len(row[column]) for row in rows) for column in range(7)]
    lines = [
        "  ".join(
            cell.rjust(width) if i == 0 else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join(lines)


def one_line(text: str) -> str:
    """A cell of a table: what would break its line or move the cursor is escaped, as in a random ticket."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def field(value) -> str:
    """What a key of the cache holds, as a table prints it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {item}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(value) + "]"
    return value or "''"


def sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "." if text else ""
