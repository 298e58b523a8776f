"""Lesson 05b, strategies and faults."""

from . import Question

QUESTIONS = {
    "versions": Question(
        "One eviction at any moment: no order goes wrong with",
        choices={
            "both": "Both hold while nothing is forgotten. One of them then trusts an empty key.",
            "the lease": "",
            "the versions": "A version beside the value does refuse what is older, while it is there.",
            "neither": "A lost ticket costs one fill. It lets nothing old in.",
        },
        because="Absent means “refuse” to the lease, and “accept” to the versions.",
    ),
    "lag": Question(
        "No order goes wrong with deletes from",
        choices={
            "the primary's log": "It knows of each commit first. That is the trouble: readers ask another.",
            "the replica's log": "",
            "either": "Both delete every change. What differs is whether the reader's source has it by then.",
            "neither": "A log that the replica has already applied cannot be ahead of what a reader is told.",
        },
        because="A delete must not overtake the source that readers ask.",
    ),
}
