"""Lesson 10, more than a cache."""

from . import Question

QUESTIONS = {
    "deleted": Question(
        "You delete a key. The primary acknowledges, and dies before its replica has heard of it. "
        "After the failover",
        choices={
            "the key is gone": "Where you deleted it. The replica that takes over never heard of that.",
            "the key is there again": "",
            "the first read decides": "A read changes nothing. What does the new primary hold?",
        },
        because="A failover gives back what you deleted. Today: what that means for a logout.",
        answer="the key is there again",
        see="[lesson 05, section 7](05_invalidation_races.ipynb)",
    ),
    "evicted": Question(
        "A cache is full, its policy is volatile-lru, and no key in it has a TTL. A SET",
        choices={
            "evicts the oldest key": "It may only evict keys that have a TTL.",
            "is refused": "",
            "evicts a random key": "It may only evict keys that have a TTL.",
        },
        because="A volatile policy evicts only what has a TTL. Sessions, counters and locks are keys, too.",
        answer="is refused",
        see="[lesson 06](06_expiry_and_eviction.ipynb)",
    ),
    "unowned": Question(
        "A lock expires while its owner still works. The owner then deletes the key",
        choices={
            "and nothing happens": "Somebody else has taken it meanwhile.",
            "and removes somebody else's lock": "",
            "and gets an error": "DEL knows keys, no owners.",
        },
        because="So a lock carries a token. Today: what a token does not help with.",
        answer="and removes somebody else's lock",
        see="[lesson 07](07_stampedes_and_hot_keys.ipynb)",
    ),
    "board": Question(
        "Worth a sorted set",
        choices={
            "the top ten": "They are the first entries of an index, in PostgreSQL as well.",
            "my own rank": "",
            "both alike": "One of them an index answers by itself. For which does it have to count?",
        },
        because="An index finds the best at once. To know a rank it counts all who are better.",
    ),
    "ties": Question(
        "Of four with 100 points each",
        choices={
            "Ada leads": "She was added first. The order of adding is not kept.",
            "bob leads": "Small letters come after large ones. One of the names begins with neither.",
            "Zoe leads": "The last of the alphabet, of the letters that ASCII has.",
            "Ärger leads": "",
        },
        because="Equal scores are in the order of their bytes, and the list begins at its end.",
    ),
    "session": Question(
        "Orders that bring the session back",
        of=3,
        low="The request holds the session in its hand while the logout deletes the key.",
        high="Where the logout is last, the key is gone. Where it is first, the request finds nothing.",
        because="The one in which the logout stands between the reading and the writing.",
    ),
    "remedy": Question(
        "Orders that leave a key without an end",
        unit="%",
        low="The TTL was set at the beginning, once. Who sets it on the key that INCR makes anew?",
        high="If the key ends before the first SET or after the last INCR, nothing is wrong.",
        because="The expiry falls between SET NX and INCR for one of the three, and nobody repairs it.",
    ),
    "polite": Question(
        "Requests that are refused",
        of=185,
        low="Each request moves the end of the minute. When does a new one begin for this customer?",
        high="The first ten are let in.",
        because="All but the first ten: the minute never ends.",
    ),
    "multi": Question(
        "Stored after the failing transaction",
        choices={
            "nothing": "So a database would do it. MULTI undoes nothing.",
            "only a": "The third command is run, though the second failed.",
            "a and b": "",
        },
        because="Each command of a transaction stands for itself; nobody gets in between, that is all.",
    ),
    "heard": Question(
        "Heard, of those counted",
        unit="%",
        low="What fits into the server's buffer and the socket's does arrive.",
        high="The server keeps 32 MB for a subscriber. What becomes of the rest, and of those 32 MB?",
        because="The subscriber was cut off. PUBLISH counts what it hands to a buffer.",
    ),
    "queue": Question(
        "Jobs that are done",
        of=200,
        low="Most workers live long enough to do their job.",
        high="A worker that dies had taken its job off the list. Where is it now?",
        because="One in seven died with the job in hand, and nobody else knows of that job.",
    ),
    "lock": Question(
        "Orders that lose a sale",
        of=136,
        low="Once the lock has expired, the second worker reads the same stock as the first.",
        high="If the first has written before the second reads, nothing is lost, lock or no lock.",
        because="Its token keeps it from releasing the other's lock. Nothing keeps it from writing.",
    ),
    "threshold": Question(
        "Hits are mostly right",
        choices={
            "from 0.60": "The same question in other words begins there. What else is above it?",
            "from 0.75": "Above that no pair with the same meaning is left, only pairs with another.",
            "from 0.95": "What is nearest of all? Two orders that differ in a digit.",
            "from none": "",
        },
        because="The wrong pairs are nearer to each other than the right ones.",
    ),
}
