"""What a learner has solved, guessed and set, and where they were: one small JSON file on their own machine,
and a code to carry it.

    from cachelab.checks import progress
    progress.export()             # "cachelab-eNq…": paste it into another session
    progress.load("cachelab-…")   # merges: nothing that is known here is lost

The file lies in the user's data folder (CACHELAB_PROGRESS names another) and holds exercise ids, numbers of
tries, guesses, where a bench's sliders stand, the last exercise and the last cell of each lesson with their
times: nothing about the person. Nothing leaves the machine, unless the learner has joined a class
(`classroom`).
"""

import base64
import json
import os
import time
import zlib
from math import isfinite
from pathlib import Path

from . import classroom
from .kept import locked, path, replace

PREFIX = "cachelab-"
_EMPTY = {
    "exercises": {},
    "found": {},
    "guesses": {},
    "last": None,
    "places": {},
    "settings": {},
}  # exercises: id -> {"tries": n, "solved": bool};  found: bench -> n;  last: [time in s, id]
# guesses: question -> [guess, answer], each a number, a choice or None
# places: lesson's file -> [time in s, cell's id];  settings: bench -> {control: what it stands at, in words}

# What JSON that holds something else raises: a number without an end is no int, and lists can be too deep.
_SENSELESS = (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)


def read() -> dict:
    """What is known, in the shape of `_EMPTY`: of somebody new, just that.

    A file that cannot be understood is set aside under another name, never overwritten."""
    file = path()
    try:
        _refuse_devices(file)
        text = file.read_text(encoding="utf-8")
    except OSError:  # not there yet, or not readable: then there is nothing to say, and nothing to set aside
        return _clean(_EMPTY)
    try:
        return _clean(json.loads(text))
    except _SENSELESS:
        aside = file.with_name(
            f"{file.stem}.unreadable-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}{file.suffix}"
        )
        try:
            os.replace(file, aside)
        except OSError:
            pass
        return _clean(_EMPTY)


def _refuse_devices(file: Path) -> None:
    """OSError unless the file is an ordinary one, or is not there yet: saving replaces what it finds."""
    if file.exists() and not file.is_file():
        raise OSError(f"CACHELAB_PROGRESS names {file}, which is not an ordinary file; name one that is")


def record(id: str, status: str) -> str:
    """Count one try of an exercise; "" or, if it cannot be saved, the reason as a sentence."""

    def change(known):
        entry = known["exercises"].setdefault(id, {"tries": 0, "solved": False})
        entry["tries"] += 1
        entry["solved"] = entry["solved"] or status == "correct"
        known["last"] = [int(time.time()), id]

    try:
        known = _update(change)
    except OSError as error:
        return f"(Your progress could not be saved: {error}.)"
    classroom.tell("exercises", id, [known["exercises"][id]["tries"], known["exercises"][id]["solved"]])
    return ""


def find(id: str, count: int) -> str:
    """Note that `count` challenges of a bench were found; "" or, if it cannot be saved, the reason."""

    def change(known):
        known["found"][id] = max(count, known["found"].get(id, 0))

    return _noted(change, "Your progress could not be saved")


def found(id: str) -> int:
    """How many challenges of a bench were found, ever."""
    return read()["found"].get(id, 0)


def guess(id: str, guess: float | str | None, answer: float | str | None = None) -> str:
    """Note what was guessed, and what it turned out to be; "" or, if it cannot be saved, the reason.

    A guess that was answered stands: later ones are made by somebody who has seen the answer."""

    def change(known):
        mine = known["guesses"].get(id)
        if mine is None or mine[1] is None:
            known["guesses"][id] = [guess, answer]

    try:
        known = _update(change)
    except OSError as error:
        return f"(Your guess could not be saved: {error}.)"
    classroom.tell("guesses", id, known["guesses"][id])
    return ""


def guesses() -> dict[str, tuple[float | str | None, float | str | None]]:
    """(guess, answer) of each question that was guessed, by its id, the first one first; None: not yet."""
    return {id: tuple(pair) for id, pair in read()["guesses"].items()}


def keep(bench: str, settings: dict[str, str]) -> str:
    """Note where the controls of a bench stand, those that were moved; "" or, if it cannot be saved, why."""

    def change(known):
        known["settings"].pop(bench, None)
        known["settings"] |= {bench: settings} if settings else {}

    return _noted(change, "Where the sliders stand could not be saved")


def settings(bench: str) -> dict[str, str]:
    """Where the controls of a bench were left that were moved."""
    return read()["settings"].get(bench, {})


def stop_at(lesson: str, cell: str) -> str:
    """Note the cell that was run last in a lesson; "" or, if it cannot be saved, the reason."""

    def change(known):
        known["places"][lesson] = [int(time.time()), cell]

    return _noted(change, "Your place could not be saved")


def stopped(lesson: str) -> str | None:
    """The id of the cell that was run last in a lesson."""
    place = read()["places"].get(lesson)
    return place[1] if place else None


def tries(id: str) -> int:
    return read()["exercises"].get(id, {}).get("tries", 0)


def solved(id: str) -> bool:
    return read()["exercises"].get(id, {}).get("solved", False)


def last() -> str | None:
    """The id of the exercise that was tried last."""
    known = read()["last"]
    return known[1] if known else None


def export() -> str:
    """The progress as a short line of text for `load`, in this session or another."""
    known = {name: value for name, value in read().items() if value or name in ("exercises", "last")}
    data = json.dumps(known, separators=(",", ":"), sort_keys=True).encode()
    packed = zlib.compress(data, 9)
    return PREFIX + base64.urlsafe_b64encode(packed + zlib.crc32(packed).to_bytes(4, "big")).decode().rstrip(
        "="
    )


def load(code: str) -> dict:
    """Merge an exported code into what is known here and return the result.

    Solved stays solved, the larger number of tries and the later `last` win. Raises ValueError if the code
    is not whole."""
    other = unpacked(code)
    return _update(lambda known: _merge(known, other))


def unpacked(code: str) -> dict:
    """What an exported code holds, in the shape of `read`. Raises ValueError if it is not whole."""
    try:
        text = "".join(code.split())
        if not text.startswith(PREFIX):
            raise ValueError
        body = text.removeprefix(PREFIX)
        packed = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
        if zlib.crc32(packed[:-4]) != int.from_bytes(packed[-4:], "big"):
            raise ValueError
        unpack = zlib.decompressobj()
        return _clean(json.loads(unpack.decompress(packed[:-4], 1 << 20)))
    except (*_SENSELESS, zlib.error):
        raise ValueError(
            f"this is not a whole progress code: it starts with {PREFIX!r} and is one line, all of what "
            "export() gave"
        ) from None


def _merge(known: dict, other: dict) -> None:
    for id, theirs in other["exercises"].items():
        mine = known["exercises"].setdefault(id, {"tries": 0, "solved": False})
        mine["tries"] = max(mine["tries"], theirs["tries"])
        mine["solved"] = mine["solved"] or theirs["solved"]
    for id, count in other["found"].items():
        known["found"][id] = max(count, known["found"].get(id, 0))
    for id, theirs in other["guesses"].items():
        mine = known["guesses"].setdefault(id, theirs)
        if mine[1] is None and theirs[1] is not None:
            known["guesses"][id] = theirs
    known["last"] = max(filter(None, (known["last"], other["last"])), default=None)
    known["settings"] = other["settings"] | known["settings"]
    for lesson, place in other["places"].items():
        known["places"][lesson] = max(place, known["places"].get(lesson, place))


def _clean(data: dict) -> dict:
    """A fresh copy with exactly the fields and types above; raises if something else is in their place."""
    exercises = {
        str(id): {"tries": int(entry["tries"]), "solved": bool(entry["solved"])}
        for id, entry in data["exercises"].items()
    }
    return {
        "exercises": exercises,
        "found": {str(id): int(count) for id, count in data.get("found", {}).items()},  # since 2026-11
        "guesses": {str(id): _pair(pair) for id, pair in data.get("guesses", {}).items()},
        "last": [int(data["last"][0]), str(data["last"][1])] if data["last"] else None,
        "places": {str(id): [int(at), str(cell)] for id, (at, cell) in data.get("places", {}).items()},
        "settings": {
            str(id): {str(name): str(words) for name, words in where.items()}
            for id, where in data.get("settings", {}).items()
        },
    }


def _pair(pair) -> list:
    """A guess and its answer, as they are kept; raises if it is something else."""
    guess, answer = pair
    for value in (guess, answer):
        if not (value is None or isinstance(value, str) or isfinite(value)):
            raise ValueError
    return [guess, answer]


def _noted(change, trouble: str) -> str:
    try:
        _update(change)
    except OSError as error:
        return f"({trouble}: {error}.)"
    return ""


def _update(change) -> dict:
    """Read, change and write as one step, whatever other kernels do; readers see the old or the new file."""
    file = path()
    _refuse_devices(file)
    file.parent.mkdir(parents=True, exist_ok=True)
    with locked(file.with_suffix(".lock")):
        known = read()
        change(known)
        replace(file, json.dumps(known, indent=1, sort_keys=True))
    return known
