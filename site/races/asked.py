"""What the page asks of Python: a question as plain data, its answer as plain data."""

import json
import linecache
from contextlib import suppress

from cachelab import races
from cachelab.learner import lines, words
from cachelab.races.faults import Cdc
from cachelab.races.telling.scene import report_scene

FILE, MODULE = "your code", "yours"
SECONDS = 10  # of computing, then the search stops and says so
STARTS = {"cold": "from a cold cache, which is empty", "warm": "from a warm cache, which a reader has filled"}


def answer(question: str) -> str:
    """The answer to {code, clients, fault, cache}, both as JSON: {headline, counts, notes, bounds, scene}, or
    {problem} in a sentence or two."""
    return json.dumps(_answer(**json.loads(question)))


def _answer(code: str, clients: str, fault: str, cache: str) -> dict:
    try:
        names = [name.strip() for name in clients.split(",")]
        report, probe = _explored(_functions(code), names, fault, cache)
        return {
            "headline": f"{report.headline}.",
            "counts": [_counted(start, count) for start, count in report.counts.items()],
            "notes": [*report.notes, *([f"at the end {probe} is asked"] if probe else [])],
            "bounds": f"Tried: {report.bounds}.",
            "scene": report_scene(report) if report.kind else None,
        }
    except _Problem as problem:
        return {"problem": str(problem)}
    except (races.Refusal, ValueError, TypeError) as error:
        return {"problem": words.message(error)}


class _Problem(Exception):
    """What is wrong with a question, in a sentence that the visitor reads."""


def _functions(code: str) -> dict:
    """What the code defines."""
    linecache.cache[FILE] = (len(code), None, code.splitlines(keepends=True), FILE)
    found: dict = {"__name__": MODULE}
    try:
        exec(compile(code, FILE, "exec"), found)
    except BaseException as error:  # whatever a stranger's code does
        raise _Problem(f"{words.describe(error)}\n{lines.of_error(error)}".strip()) from None
    return found


def _explored(found: dict, names: list[str], fault: str, cache: str) -> tuple[races.Report, str | None]:
    """The report, and who was asked at the end if that is nobody who ran: of writers alone nobody reads."""
    mine = [name for name, value in found.items() if isinstance(value, Cdc) or _module(value) == MODULE]
    names = [name for name in names if name]
    for name in names:
        if name not in mine:
            raise _Problem(f"There is no function {name!r}. Your code has: {', '.join(mine) or 'none'}.")
    if not names:
        raise _Problem(f"Say who runs, with commas between: {', '.join(mine) or 'reader, writer'}.")
    clients = [found[name] for name in names]
    bounds = {"fault": fault or None, "memcached": cache == "memcached", "seconds": SECONDS}
    try:
        return races.explore(clients, **bounds), None
    except ValueError as none_reads:
        for name in mine:
            if name not in names:
                with suppress(ValueError, TypeError):
                    return races.explore(clients, probe=found[name], **bounds), name
        raise none_reads


def _module(value: object) -> str | None:
    return getattr(value, "__module__", None)


def _counted(start: str, count) -> str:
    seen = "" if count.complete else ", as far as they were tried"
    return f"{STARTS[start]}: {count.violating:,} of {count.schedules:,} orders go wrong{seen}"
