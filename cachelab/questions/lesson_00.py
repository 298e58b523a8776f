"""Lesson 00, start here."""

from . import Question

QUESTIONS = {
    "stores": Question(
        "Seconds to store 2,000 values, one after the other",
        unit="s",
        low="The server needs next to nothing for each. Your program waits for 2,000 answers, one by one.",
        high="A trip to another program on the same machine is short: you make thousands of them in a "
        "second.",
    ),
}
