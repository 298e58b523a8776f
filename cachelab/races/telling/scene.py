"""A schedule as a scene: plain JSON that says what there is to see, step by step, for whoever draws it.

title, opening   texts
clients          [{name}]: the lanes, in the order given
sources          [{name, first, lines}]: the clients' functions, and those they call from, each once
keys             the keys that the cache holds at some time, as columns of its lane
replica          whether there is a database replica to draw
start, steps[i].state
    cache        [{key, text, shown, stale, ttl}]
    latest, log  the latest committed value, and all of them
    replica      {text, stale} or None
    hands        for each client, the database value that it was last told, or returned: {text, stale} or None
                 (a value that was returned stays as stale, or not, as it was then)
    done         for each client: None, "returned" (that value), "done" or "crashed"
steps            [{who, name, kind, to, key, call, answer, source, line, sentence, note, alarm, state}]
    who          the client's number, or -1
    kind         call · lost · unanswered · crash · evict · expire · replicate · pause
    to           "cache", "database", "replica" or None: where the arrow goes
    source, line the name of a source and a line of it, or None
    alarm        whether something stale was stored or read
rows             how many steps the picture has room for
end              None, or {mark, title, words}: the verdict, shown after the last step
"""

import ast
import inspect
import linecache
import re
from collections.abc import Callable, Sequence

from cachelab.races.models.database import INITIAL
from cachelab.races.telling.game import Game
from cachelab.races.telling.report import Report
from cachelab.races.telling.step import Step
from cachelab.races.telling.words import CUT, held_in, is_old

#: how a kind of step is drawn, where it is not drawn under its own name
DRAWN = {"poll on": "call", "begin": "call", "wait": "pause", "elapse": "expire", "failover": "evict"}


def scene(
    title: str,
    names: Sequence[str],
    functions: Sequence[Callable],
    cache: dict,
    steps: Sequence[Step],
    *,
    end: dict | None = None,
    opening: str = "",
    rows: int = 0,
    log: Sequence[str] = INITIAL,
) -> dict:
    """The scene of `steps`, a list of races' Step, from these contents of the cache and this log.

    `rows` is how many steps to leave room for, if they are not all there yet.
    """
    sources = _Sources(functions)
    telling = _Telling(len(names), cache, log, next((step.replica is not None for step in steps), False))
    start, *told = _lettered([telling.state(cache, ()), *(telling.tell(step, sources) for step in steps)])
    states = [start, *(one["state"] for one in told)]
    keys = list(dict.fromkeys(entry["key"] for state in states for entry in state["cache"]))
    return {
        "title": title,
        "opening": opening,
        "clients": [{"name": name} for name in names],
        "sources": sources.shown,
        "keys": _main_first(keys, told) or [""],
        "replica": telling.replicated,
        "start": start,
        "steps": told,
        "rows": max(rows, len(told)),
        "end": end,
    }


def opening(start: str, latest: str) -> str:
    """Where a schedule starts, in words."""
    kind = {
        "warm": "a warm cache: a reader has run before",
        "cold": "a cold cache: it is empty",
        "given": "the cache as it was filled",
    }[start]
    return f"Start from {kind}. The database has {latest}."


def report_scene(report: Report, kind: str | None = None) -> dict:
    """The scene of a report's shortest violation of this kind; of the gravest by default."""
    kind = report.kind_or_error(kind)
    if kind is None:
        raise ValueError(f"there is no race to draw: {report.headline}")
    meaning, start = report.meaning(kind), report.start_of(kind)
    return scene(
        " ‖ ".join(report.clients) + f", from a {start} cache",
        report.clients,
        report.functions,
        report.cache_at_start(kind),
        report.violations[kind],
        end={"mark": "broken", "title": meaning[:1].upper() + meaning[1:], "words": report.explain(kind)},
        opening=opening(start, report.log_at_start[-1]),
        log=report.log_at_start,
    )


def game_scene(game: Game, end: dict | None = None, rows: int = 0) -> dict:
    """The scene of a game so far; `end` is the verdict on it, if there is one yet."""
    return scene(
        " ‖ ".join(game.report.clients) + f", from a {game.start} cache",
        game.report.clients,
        game.report.functions,
        game.cache_at_start,
        game.steps,
        end=end,
        opening=opening(game.start, game.report.log_at_start[-1]),
        log=game.report.log_at_start,
        rows=rows,
    )


def _lettered(told):
    """Random tokens, which nobody can tell apart, as A, B, …: the lease of one client is not another's."""
    letters: dict[str, str] = {}

    def letter(found: re.Match) -> str:
        return letters.setdefault(found[0], chr(ord("A") + len(letters)) if len(letters) < 26 else found[0])

    def renamed(one):
        if isinstance(one, str):
            return CUT.sub(letter, one)
        if isinstance(one, dict):
            return {key: renamed(value) for key, value in one.items()}
        return [renamed(value) for value in one] if isinstance(one, list) else one

    return renamed(told)


class _Telling:
    """Follows a schedule: which values were committed, who holds which, and what each step means."""

    def __init__(self, clients: int, cache: dict, log: Sequence[str], replicated: bool):
        self.log = list(log)
        self.hands: list[str | None] = [None] * clients
        self.done: list[str | None] = [None] * clients
        self.returned: dict[int, dict] = {}
        self.cache, self.replica, self.replicated = cache, log[-1], replicated

    def tell(self, step: Step, sources: "_Sources") -> dict:
        before = self.cache
        if step.committed is not None:
            self.log.append(step.committed)
        self.cache, self.replica = step.cache, step.replica or self.replica
        if step.index >= 0:
            self.hands[step.index] = step.held or self.hands[step.index]
            if step.ends:
                returned = held_in(step.returned, self.log)
                self.hands[step.index] = returned or self.hands[step.index]
                self.done[step.index] = _end(step, returned)
                if returned:
                    self.returned[step.index] = self._value(returned)
        answer = _answer(step)
        source, line = sources.place(step.file, step.line)
        note, alarm = self._note(step, before)
        return {
            "who": step.index,
            "name": step.client,
            "kind": "pause" if step.waits else DRAWN.get(step.kind, step.kind),
            "to": step.to,
            "key": step.key,
            "call": step.brief,
            "answer": answer,
            "source": source,
            "line": line,
            "sentence": f"{step.client}: {step.brief}" + (f" → {answer}" if answer else ""),
            "note": note,
            "alarm": alarm,
            "state": self.state(step.cache, step.expiring),
        }

    def state(self, cache: dict, expiring: Sequence[str]) -> dict:
        return {
            "cache": [self._entry(key, value, key in expiring) for key, value in cache.items()],
            "latest": self.log[-1],
            "log": list(self.log),
            "replica": self._value(self.replica) if self.replicated else None,
            "hands": [self.returned.get(i) or self._value(hand) for i, hand in enumerate(self.hands)],
            "done": list(self.done),
        }

    def _entry(self, key: str, value, ttl: bool) -> dict:
        shown = _shown(value)
        committed = held_in(shown, self.log)
        return {
            "key": key,
            "text": committed or _brief(shown),
            "shown": shown,
            "stale": is_old(shown, self.log),
            "ttl": ttl,
        }

    def _value(self, value: str | None) -> dict | None:
        return None if value is None else {"text": value, "stale": value != self.log[-1]}

    def _note(self, step: Step, before: dict) -> tuple[str, bool]:
        """What the step means, and whether something stale was stored or read."""
        words, alarm, latest = [], False, self.log[-1]
        if step.committed is not None:
            words.append(f"The database commits {latest}.")
            left = [e for e in (self._entry(k, v, False) for k, v in step.cache.items()) if e["stale"]]
            words += [f"The cache still holds {e['text']}." for e in left]
            alarm = bool(left)
        elif step.kind == "replicate":
            words.append(f"The replica now has {self.replica}.")
        elif step.held and step.to in ("database", "replica"):
            alarm = step.held != latest
            words.append(f"{step.client} now holds {step.held}" + (", and it is out of date." * alarm or "."))
        elif step.held and step.cache == before:
            alarm = step.held != latest
            words.append(f"A hit: {step.held}, which is out of date." if alarm else "A hit.")
        elif step.missed:
            words.append("A miss.")
        for key, value in step.cache.items():
            if before.get(key) != value:
                entry = self._entry(key, value, False)
                if entry["stale"]:
                    words.append(f"The old {entry['text']} goes into the cache.")
                    alarm = True
                else:
                    what = entry["text"] if entry["text"] in self.log else key
                    words.append(f"The cache now holds {what}.")
        words += [f"The cache forgets {key}." for key in before if key not in step.cache]
        told = step.returned is not None or step.raised is not None
        words += filter(None, [step.remark, step.ending if told else ""])
        return " ".join(_sentence(word, step.client) for word in words), alarm


def _sentence(words: str, name: str) -> str:
    capital = words if words.startswith(name) else words[:1].upper() + words[1:]
    return capital if capital.endswith(".") else capital + "."


def _end(step: Step, returned: str | None) -> str:
    if step.kind == "crash":
        return "crashed"
    return "done" if returned is None else "returned"


def _answer(step: Step) -> str | None:
    if step.fault is not None and step.fault != "lost_call":
        return None
    return (step.committed if step.index >= 0 else None) or step.shown() or None


def _shown(value) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{field}: {item}" for field, item in value.items())
    if isinstance(value, list):
        return ", ".join(value)
    return value if value != "" else "''"


def _brief(text: str) -> str:
    return text if len(CUT.sub("A", text)) <= 12 else text[:11] + "…"


def _main_first(keys: list[str], told: list[dict]) -> list[str]:
    """The keys with database values first; a picture has room for three."""
    values = {e["key"] for t in told for e in t["state"]["cache"] if e["text"] in t["state"]["log"]}
    return sorted(keys, key=lambda key: (key not in values, keys.index(key)))[:3]


class _Sources:
    """The functions to show: the clients', and any other that a step's line lies in."""

    def __init__(self, functions: Sequence[Callable]):
        self._known: dict[tuple[str, int], dict] = {}  # by file and first line
        for function in functions:
            function = getattr(function, "handler", function)  # races.cdc wraps one
            try:
                text, first = inspect.getsourcelines(function)
                file = inspect.getsourcefile(inspect.unwrap(function))  # as getsourcelines does
            except (OSError, TypeError):
                continue
            self._add(file, function.__name__, first, text)

    @property
    def shown(self) -> list[dict]:
        return list(self._known.values())

    def place(self, file: str, line: int | None) -> tuple[str | None, int | None]:
        """The source that a line lies in, and the line; a function not seen before is added."""
        if line is None:
            return None, None
        for (known, first), source in self._known.items():
            if known == file and first <= line < first + len(source["lines"]):
                return source["name"], line
        text = linecache.getlines(file)
        try:
            tree = ast.parse("".join(text))
        except SyntaxError:
            return None, None
        around = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef) and node.lineno <= line <= node.end_lineno
        ]
        if not around:
            return None, None
        inner = max(around, key=lambda node: node.lineno)
        return self._add(file, inner.name, inner.lineno, text[inner.lineno - 1 : inner.end_lineno]), line

    def _add(self, file: str, name: str, first: int, text: list[str]) -> str:
        source = self._known.get((file, first))
        if source is None:
            taken = {one["name"] for one in self._known.values()}
            unique = next(n for n in (name, *(f"{name} {i}" for i in range(2, 99))) if n not in taken)
            indent = len(text[0]) - len(text[0].lstrip())
            lines = [line.rstrip()[indent:] for line in text]
            source = self._known[file, first] = {"name": unique, "first": first, "lines": lines}
        return source["name"]
