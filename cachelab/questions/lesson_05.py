"""Lesson 05, invalidation races."""

from . import Question

QUESTIONS = {
    "overwrite": Question(
        "Orders that leave the wrong value in the cache",
        of=6,
        low="Database and cache need to disagree about who came last, and nothing keeps them from it.",
        high="If one writer is done before the other begins, all is well; and some mixed orders agree "
        "by luck.",
        because="In the other orders, who is last in the database is last in the cache too.",
    ),
    "enough": Question(
        "Orders that leave the old value in the cache",
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
    "commit": Question(
        "The delete stands before the commit, and the cache is filled: the old value comes back",
        choices={
            "yes, with any reader in between": "",
            "no": "The delete does empty the key. What does the next reader find in the database then?",
        },
        because="Before the commit every other client still reads the old row, and stores it.",
    ),
    "ttl": Question(
        "The old value is served, at worst,",
        choices={
            "until 12:01:00": "That would be the TTL from the write on. It counts from another moment.",
            "until somewhat later": "",
            "forever": "It would be so without a TTL, or if every hit prolonged it.",
        },
        because="The clock starts when the late fill arrives.",
    ),
    "lease": Question(
        "Orders that go wrong with one reader and one writer",
        of=10,
        high="A fill counts only while its own ticket lies under the key, and the delete has removed it.",
        because="Whatever the order, a delete burns every ticket handed out before it.",
    ),
    "crash": Question(
        "Fewest steps until both are done and the old value stays",
        unit="steps",
        low="Until both are done: the reader has its turn too, if only for a hit before the write.",
        high="No unlucky order is needed: it is enough that the writer never makes its second call.",
        because="The reader's hit is one step. The writer commits and dies: two. Its delete was a promise in "
        "the memory of one process.",
    ),
    "failover": Question(
        "After a failover that lost the delete, the right value is brought back by",
        choices={
            "the lease": "It decides about fills. Here nobody fills: the old value is there again.",
            "the outbox": "It deleted, got its answer, and crossed the row off. Nobody told it more.",
            "the TTL": "",
            "nobody": "One thing needs nobody to know: the entry's own clock.",
        },
        because="The delete was done and acknowledged. Only an entry that ends by itself is sure to go.",
    ),
}
