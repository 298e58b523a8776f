"""Exercises that argue back: hand over your answer, and read what it did.

    from cachelab.checks import exercise
    ex = exercise("04.1")
    ex.check(get_user)      # a verdict: not attempted, incorrect, correct or broken, and why
    ex.hint(); ex.hint(2)   # nudges, the gentlest first
    ex.solution()           # one right answer

A check runs the answer in a process of its own and attacks it; nothing it does reaches the learner's kernel.

This is the machinery of verdicts, and it knows no exercise: what is asked and judged stands in
`cachelab.exercises`. `rig/` is the lab that answers run in, `course/` the learner's files and progress.
"""

from .course import classroom, progress
from .exercise import Exercise, exercise, exercise_ids
from .menu import menu
from .verdict import Verdict
from .welcome import begin

__all__ = ["Exercise", "Verdict", "begin", "classroom", "exercise", "exercise_ids", "menu", "progress"]
