"""A schedule as a scene: plain JSON that says what to draw, step by step. `sequence.js` draws it.

title, opening   texts
clients          [{name}]: the lanes, in the order given
sources          [{name, first, lines}]: the clients' functions, and those they call from, each once
keys             the keys that the cache holds at some time, as columns of its lane
replica          whether there is a database replica to draw
start, steps[i].state
    cache        [{key, text, shown, stale, ttl}]
    latest, log  the latest committed value, and all of them
    replica      {text, stale} or None
    hands        for each client, the database value that it was last told: {text, stale} or None
    done         for each client: None, "returned", "done" or "crashed"
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
from typing import Any

__all__ = ["opening", "scene", "short"]

KINDS = {"crash": "crash", "evict": "evict", "expire": "expire"}


def scene(
    title: str,
    names: Sequence[str],
    functions: Sequence[Callable],
    cache: dict,
    steps: Sequence[Any],
    *,
    end: dict | None = None,
    opening: str = "",
    rows: int = 0,
) -> dict:
    """The scene of `steps`, a list of races' Step, from a cache with these contents.

    `rows` is how many steps to leave room for, if they are not all there yet.
    """
    sources = _Sources(functions)
    telling = _Telling(len(names), cache, next((step.replica is not None for step in steps), False))
    start = telling.state(cache, ())
    told = [telling.tell(step, sources) for step in steps]
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


def opening(warm: bool) -> str:
    """Where a schedule starts, in words."""
    kind = "a warm cache: a reader has run before" if warm else "a cold cache: it is empty"
    return f"Start from {kind}. The database has v0."


class _Telling:
    """Follows a schedule: which values were committed, who holds which, and what each step means."""

    def __init__(self, clients: int, cache: dict, replicated: bool):
        self.log = ["v0"]
        self.hands: list[str | None] = [None] * clients
        self.done: list[str | None] = [None] * clients
        self.seen: dict = dict(cache)
        self.cache, self.replica, self.replicated = cache, "v0", replicated

    def tell(self, step, sources: "_Sources") -> dict:
        before, old = self.cache, self.log[-1]
        if step.db != self.log[-1]:
            self.log.append(step.db)
        self.cache, self.replica = step.cache, step.replica or self.replica
        answer = _answer(step)
        held = self._committed(answer) if answer and step.fault is None else None
        if held and step.index >= 0:
            self.hands[step.index] = held
        if step.ends:
            returned = "returned" if " returns " in step.note else "done"
            self.done[step.index] = "crashed" if step.fault == "crash" else returned
        kind, to = _kind(step), _target(step)
        source, line = sources.place(step.file, step.line)
        note, alarm = self._note(step, to, before, old, held)
        call = short(step.call)
        return {
            "who": step.index,
            "name": step.client,
            "kind": kind,
            "to": to,
            "key": self._key(step),
            "call": call,
            "answer": answer,
            "source": source,
            "line": line,
            "sentence": f"{step.client}: {call}" + (f" → {answer}" if answer else ""),
            "note": note,
            "alarm": alarm,
            "state": self.state(step.cache, step.expiring),
        }

    def _key(self, step) -> str:
        """The key that a step is about, as far as its words and the cache's contents tell."""
        known = {**self.seen, **step.cache}
        self.seen = known
        named = [key for key in known if re.search(rf"(?<![\w:]){re.escape(key)}(?![\w:])", step.call)]
        return max(named, key=len, default="")

    def state(self, cache: dict, expiring: Sequence[str]) -> dict:
        return {
            "cache": [self._entry(key, value, key in expiring) for key, value in cache.items()],
            "latest": self.log[-1],
            "log": list(self.log),
            "replica": self._value(self.replica) if self.replicated else None,
            "hands": [self._value(hand) for hand in self.hands],
            "done": list(self.done),
        }

    def _entry(self, key: str, value, ttl: bool) -> dict:
        shown = _shown(value)
        committed = self._committed(shown)
        return {
            "key": key,
            "text": committed or _brief(shown),
            "shown": shown,
            "stale": committed is not None and committed != self.log[-1],
            "ttl": ttl,
        }

    def _value(self, value: str | None) -> dict | None:
        return None if value is None else {"text": value, "stale": value != self.log[-1]}

    def _committed(self, text: str) -> str | None:
        """The latest committed value that stands in a text, as a word of its own."""
        for value in reversed(self.log):
            if re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text):
                return value
        return None

    def _note(self, step, to, before, old, held) -> tuple[str, bool]:
        """What the step means, and whether something stale was stored or read."""
        words, alarm, latest = [], False, self.log[-1]
        if latest != old:
            words.append(f"The database commits {latest}.")
            left = [e for e in (self._entry(k, v, False) for k, v in step.cache.items()) if e["stale"]]
            words += [f"The cache still holds {e['text']}." for e in left]
            alarm = bool(left)
        elif step.index < 0 and step.client == "database":
            words.append(f"The replica now has {self.replica}.")
        elif held and to in ("database", "replica"):
            alarm = held != latest
            words.append(f"{step.client} now holds {held}" + (", and it is out of date." if alarm else "."))
        elif held and step.cache == before:
            words.append("A hit." if held == latest else f"A hit: {held}, which is out of date.")
            alarm = held != latest
        elif step.result is None and step.call.startswith(("GET ", "get ", "gets ", "mg ")):
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
        words += [remark for remark in step.note.split("; ") if remark and not remark.endswith(" is done")]
        return " ".join(_sentence(word, step.client) for word in words), alarm


def _sentence(words: str, name: str) -> str:
    capital = words if words.startswith(name) else words[:1].upper() + words[1:]
    return capital if capital.endswith(".") else capital + "."


def _answer(step) -> str | None:
    if step.fault is not None and step.fault != "lost_call":
        return None
    text = short(step.shown())
    if step.call.startswith("db.write") and isinstance(step.result, tuple):
        text = str(step.result[0])
    return text or None


def _kind(step) -> str:
    if step.fault == "lost_call":
        return "unanswered" if "had done it" in step.note else "lost"
    if step.fault in KINDS:
        return KINDS[step.fault]
    if step.index < 0:
        return "replicate" if step.client == "database" else "expire"
    return "call" if _target(step) else "pause"


def _target(step) -> str | None:
    call = step.call.partition(": ")[2] if step.call.startswith("commit ") else step.call
    if step.index < 0 or step.fault == "crash" or "running readers" in call:
        return None
    if call.startswith("db.replica"):
        return "replica"
    return "database" if call.startswith("db.") or "database snapshot" in call else "cache"


def _shown(value) -> str:
    if isinstance(value, dict):
        return short(", ".join(f"{field}: {item}" for field, item in value.items()))
    return short(value) if value != "" else "''"


def short(text: str) -> str:
    """Without the parts nobody reads: a script's text, memcached's flags and lengths."""
    text = text.replace("brings the replica one commit further", "the replica catches up")
    text = re.sub(r"EVAL '.*?' \d+ ", "EVAL script ", text)
    text = re.sub(r"^(set|add|replace) (\S+) \d+ \d+ \d+ ↵", r"\1 \2", text)
    text = re.sub(r"^cas (\S+) \d+ \d+ \d+ (\d+) ↵ (.*)", r"cas \1 \3 (token \2)", text)
    return re.sub(r"^ms (\S+) \d+ (.*?) ?↵", r"ms \1 \2", text)


def _brief(text: str) -> str:
    return text if len(text) <= 12 else text[:11] + "…"


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
                file = inspect.getsourcefile(function)
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
