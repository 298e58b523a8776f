"""A module in an incident is judged once a session, whoever asks: its score is the same to the last digit.

tests/pure/day/test_judges.py holds that. So it and the bank, most of whose answers to lesson 12 are the very
modules that the judges are tested with, share what was found, also between the workers of one run.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Callable
from pathlib import Path

from cachelab.day import Score, Service
from cachelab.day.incidents import Incident, judge_one
from cachelab.day.module import bare


def judging(folder: Path) -> Callable[..., Score]:
    """`judge_one`, which keeps in `folder` what it found; a module is its code, whatever its comments say.

    Whoever knows the score already says so: `judged(service, incident, known)`.
    """

    def judged(service: Service, incident: Incident, known: Score | None = None) -> Score:
        key = hashlib.sha256(f"{incident.name}\n{bare(service.source)}".encode()).hexdigest()[:16]
        kept = folder / f"judged-{key}"
        if not kept.exists():
            score = known or judge_one(service, incident)
            unfinished = folder / f"{kept.name}-{os.getpid()}"
            unfinished.write_bytes(pickle.dumps(score))
            unfinished.replace(kept)
        return pickle.loads(kept.read_bytes())

    return judged
