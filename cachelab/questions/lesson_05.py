"""Lesson 05, invalidation races."""

from . import Question

QUESTIONS = {
    "overwrite": Question(
        "orders that leave the wrong value in the cache",
        of=6,
        low="Database and cache need to disagree about who came last, and nothing keeps them from it.",
        high="If one writer is done before the other begins, all is well; and some mixed orders agree "
        "by luck.",
        because="In the other orders, who is last in the database is last in the cache too.",
    ),
    "enough": Question(
        "orders that leave the old value in the cache",
        of=10,
        low="The delete only removes what is there. The reader may store its old value after it.",
        high="The write and the delete must both fall between two calls of the reader: that is one "
        "place of many.",
        because="The reader's `SET` has to come last of all, with a value from before the write.",
    ),
    "repairs": Question(
        "The repair that closes the hole",
        choices={
            "delete first": "Then nobody reads the old value from the cache. But a reader can bring it back.",
            "delete twice": "The second delete looks like a safety net, and the late fill comes after it.",
            "fill with SET NX": "The delete leaves the key empty, and empty is what NX asks for.",
            "fill under WATCH": "WATCH does notice changes. But to delete what is not there changes nothing.",
            "none of them": "",
        },
        because="Each leaves an order in which the old value is stored after the last delete.",
    ),
    "ttl": Question(
        "The old value is served, at worst,",
        choices={
            "until 12:01:00": "That would be the TTL from the write on. It counts from another moment.",
            "until somewhat later": "",
            "for ever": "It would be so without a TTL, or if every hit prolonged it.",
        },
        because="The clock starts when the late fill arrives.",
    ),
    "lease": Question(
        "orders that go wrong with one reader and one writer",
        of=10,
        high="A fill counts only while its own ticket lies under the key, and the delete has removed it.",
        because="Whatever the order, a delete burns every ticket handed out before it.",
    ),
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
    "crash": Question(
        "fewest steps until the old value stays for good",
        unit="steps",
        low="The value has to be written, and somebody has to come and be served the old one.",
        high="No unlucky order is needed: it is enough that the writer never makes its second call.",
        because="The writer commits and dies. Its delete was a promise in the memory of one process.",
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
