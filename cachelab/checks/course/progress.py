"""What a learner has solved and where they were: one small JSON file on their own machine, and a code to
carry it.

    from cachelab.checks import progress
    progress.export()             # "cachelab-eNq…": paste it into another session
    progress.load("cachelab-…")   # merges: nothing that is known here is lost

The file lies in the user's data folder (CACHELAB_PROGRESS names another) and holds exercise ids, numbers of
tries, and the last exercise with its time: nothing about the person. Nothing leaves the machine, unless the
learner has joined a class (`classroom`).
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
}  # exercises: id -> {"tries": n, "solved": bool};  found: bench -> n;  last: [time in s, id]
# guesses: question -> [guess, answer], each a number, a choice or None


def read() -> dict:
    """What is known: {"exercises": {"04.1": {"tries": 2, "solved": True}, …}, "last": [time, "04.1"] or
    None}.

    A file that cannot be understood is set aside under another name, never overwritten."""
    file = path()
    try:
        _refuse_devices(file)
        text = file.read_text(encoding="utf-8")
    except OSError:  # not there yet, or not readable: then there is nothing to say, and nothing to set aside
        return _clean(_EMPTY)
    try:
        return _clean(json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError):
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

    try:
        _update(change)
    except OSError as error:
        return f"(Your progress could not be saved: {error}.)"
    return ""


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
    data = json.dumps(read(), separators=(",", ":"), sort_keys=True).encode()
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
    except (ValueError, TypeError, KeyError, AttributeError, zlib.error):
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
    }


def _pair(pair) -> list:
    """A guess and its answer, as they are kept; raises if it is something else."""
    guess, answer = pair
    for value in (guess, answer):
        if not (value is None or isinstance(value, str) or isfinite(value)):
            raise ValueError
    return [guess, answer]


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
