"""A class without a network: progress codes in the files of a folder, one learner each."""

import hashlib
import threading
from pathlib import Path

from cachelab.checks import progress

from .roll import MOST, Roll

LONGEST = 1 << 18  # bytes of a file
OF_A_FILE = "file-"  # so begins such a learner on the roll; nobody who appends to the list may be called so


def read(folder: Path, roll: Roll, lock: threading.Lock) -> str:
    """Put the codes in these files on the roll, and take off those whose file is gone. Gives the names of
    files that hold none, as a sentence, or ""."""
    found, bad = {}, []
    try:
        files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    except OSError as error:
        files, bad = [], [f"{folder} cannot be read ({error.strerror})"]
    for file in files[:MOST]:
        try:
            with file.open("rb") as opened:
                told = progress.unpacked(opened.read(LONGEST).decode("utf-8-sig"))
            found[_who(file)] = file.stat().st_mtime_ns, told
        except (OSError, ValueError):
            bad.append(f"{file.name} holds no whole progress code")
    if len(files) > MOST:
        bad.append(f"of {len(files)} files only {MOST} are read")
    with lock:
        roll.forget(lambda who: who.startswith(OF_A_FILE) and who not in found)
        for who, (number, told) in found.items():
            exercises = {id: [entry["tries"], entry["solved"], 0] for id, entry in told["exercises"].items()}
            last = told["last"][1] if told["last"] else ""
            roll.put(who, number, {"guesses": told["guesses"], "exercises": exercises, "last": last})
    return "; ".join(bad)


def _who(file: Path) -> str:
    """The name of a file may be somebody's: it is not kept."""
    return OF_A_FILE + hashlib.sha256(file.name.encode(errors="replace")).hexdigest()[:12]
