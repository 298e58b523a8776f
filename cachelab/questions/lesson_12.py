"""Lesson 12, the capstone; and twelve questions about all lessons, each of which was answered by a run."""

from . import Question

QUESTIONS = {
    "miss": Question(
        "An entry that your code cannot read is",
        choices={
            "a miss": "",
            "an error for the customer": "Then whoever writes to the cache can take your site down.",
            "to be left alone": "Then each read goes to the database until its TTL ends, or fails as long.",
        },
        because="And it is written over, so that it is one for one reader.",
        answer="a miss",
        see="[lesson 04, section 5](04_cache_aside.ipynb)",
    ),
    "ticket": Question(
        "A lease refuses a fill when",
        choices={
            "the key no longer holds its ticket": "",
            "the price in the hand is older than the row": "The cache knows no rows; it compares a ticket.",
            "another reader was first": "That one has no ticket to begin with: it was given to the first.",
        },
        because="Whoever changes the row deletes the key, and the ticket with it.",
        answer="the key no longer holds its ticket",
        see="[lesson 05, section 5](05_invalidation_races.ipynb)",
    ),
    "back": Question(
        "A cache refuses connections. redis-py, with nothing set but a time-out of 0.2 s, says so",
        choices={
            "at once": "It hears of it at once, and tries again: ten times, with pauses that grow.",
            "after eleven tries, with pauses": "",
            "after 0.2 s": "The time-out is for an answer that does not come. A refusal comes.",
        },
        because="So a dead cache costs each request seconds, unless you say how often to try.",
        answer="after eleven tries, with pauses",
        see="[lesson 08, section 1](08_outages_and_failover.ipynb)",
    ),
    "orders": Question(
        "Orders that leave the old price",
        of=13,
        low="It deletes after the commit, and that is not enough: who may be under way meanwhile?",
        high="The writer deletes after its commit, so that nearly every late reader misses, and reads anew.",
        because="The reader has to stop between its query and its fill, for the whole of the change.",
    ),
    "sees": Question(
        "Which of them shows that it deletes before the commit?",
        choices={
            "a product is on TV": "Its price changes six times. A reader has to come within the 0.02 s of a "
            "commit, miss, and be slower than it.",
            "prices change": "Each change is a chance of 0.02 s for one reader, and none of them was met.",
            "neither of them": "",
        },
        because="A window of milliseconds is hardly ever met by chance. So one judge tries every order, and "
        "the day stops a reader at that very moment.",
    ),
    "passes": Question(
        "Lines passed",
        of=24,
        low="Its happy day is good: what is read often comes from the cache, and a flush is survived.",
        high="What did it do with an entry that it cannot read, and with a cache that does not answer?",
        because="It was written for a day on which nothing happens.",
    ),
    "hang": Question(
        "One request takes",
        choices={
            "0.2 s": "That is one try of one call.",
            "0.4 s": "Two calls, and one try each: somebody tries again.",
            "some seconds": "So it was on a connection that stands. Here a new one is needed for each try.",
            "more than a minute": "",
        },
        because="The read gives up after 0.2 s. The ten tries after it need a new connection each, and for "
        "that redis-py waits 5 s, and tries that again, too.",
    ),
    "gone": Question(
        "The sixteenth thread is taken after",
        unit="s",
        low="They arrive one by one: 150 in a second.",
        high="Sixteen customers are enough. How long does it take until they have come?",
        because="As long as it takes for sixteen customers to come: nobody gives a thread back.",
    ),
    # --- twelve questions about all lessons ---
    "q_hits": Question(
        "A cache of 1 ms before a query of 100 ms; the hit ratio falls from 98 to 96 %. The mean time",
        choices={
            "hardly changes": "Two in a hundred more, but a hundred times as slow: lesson 01's bench.",
            "grows by two thirds": "",
            "doubles": "The misses double; the hits' millisecond stays: lesson 01's formula.",
        },
        because="3 ms become 5 ms: it is the misses that count.",
        answer="grows by two thirds",
        see="[lesson 01](01_why_cache.ipynb)",
    ),
    "q_patient": Question(
        "The nodes of one Memcached cluster",
        choices={
            "copy each other's items": "Kill one, as lesson 02 does: its items are gone.",
            "do not know of each other": "",
            "elect a new primary": "There is none to elect: each client chooses a node by the key's hash.",
        },
        because="The clients spread the keys; a node that dies takes its share with it.",
        answer="do not know of each other",
        see="[lesson 02](02_redis_or_memcached.ipynb)",
    ),
    "q_failover": Question(
        "NumCacheClusters=2 and nothing else. The primary dies. Its replica",
        choices={
            "takes over within a minute": "Only with automatic failover, as lesson 03's kill shows.",
            "stays a replica": "",
            "had been in another zone": "Nobody asked for that: it takes MultiAZEnabled.",
        },
        because="A copy is no failover: that, and the zones, have to be ordered.",
        answer="stays a replica",
        see="[lesson 03](03_provision_with_boto3.ipynb)",
    ),
    "q_delete": Question(
        "The DEL after a commit is lost. Without anything else the old price is served",
        choices={
            "until its TTL ends": "",
            "until the next read": "The next read hits: lesson 05, section 6, loses a call and looks.",
            "for ever": "Only if it has no TTL: one more reason for one.",
        },
        because="The TTL is the last line of defence, and bounds every mistake.",
        answer="until its TTL ends",
        see="[lesson 05, section 6](05_invalidation_races.ipynb)",
    ),
    "q_watch": Question(
        "SET … NX finds no key and stores a lock without a TTL; its owner dies. The lock is there",
        choices={
            "until the owner's connection closes": "A key knows no connection: on lesson 07's bench, where "
            "loaders die, the TTL ends their locks.",
            "for ever": "",
            "for the server's default TTL": "There is none, as lesson 06, section 1, shows of a SET.",
        },
        because="Take a lock with its end, in one command.",
        answer="for ever",
        see="[lesson 07, section 3](07_stampedes_and_hot_keys.ipynb)",
    ),
    "q_publish": Question(
        "PUBLISH returned 1. The message",
        choices={
            "was read by one subscriber": "It went into a buffer. Lesson 10, section 5, lets somebody read.",
            "was put into one subscriber's buffer": "",
            "is kept until one reads it": "Nothing is kept: who is away hears nothing. Lesson 10, section 5.",
        },
        because="And with a full buffer the subscriber is cut off, and its buffer is gone.",
        answer="was put into one subscriber's buffer",
        see="[lesson 10, section 5](10_more_than_a_cache.ipynb)",
    ),
    "q_evict": Question(
        "Under volatile-lru, half of the memory is keys without a TTL. A full server evicts",
        choices={
            "what was read longest ago": "Only among keys with a TTL: lesson 06 fills one and looks.",
            "only keys with a TTL": "",
            "nothing, and refuses writes": "As long as there is a key with a TTL it goes first.",
        },
        because="And when they are gone, it refuses writes.",
        answer="only keys with a TTL",
        see="[lesson 06](06_expiry_and_eviction.ipynb)",
    ),
    "q_alarm": Question(
        "An alarm on the hit rate of one node, missing data notBreaching. The node dies. The alarm is",
        choices={
            "ALARM": "A dead node reports nothing, and notBreaching calls that good. Lesson 09, section 4.",
            "OK": "",
            "INSUFFICIENT_DATA": "So it would be with missing data left as missing. Lesson 09, section 4.",
        },
        because="What is missing counts as good. For a node that must be there: breaching.",
        answer="OK",
        see="[lesson 09, section 4](09_watch_pay_secure.ipynb)",
    ),
    "q_tries": Question(
        "Time-out 0.2 s, three tries in the client, three in the service, two in the gateway. At worst",
        choices={
            "0.6 s": "That is what the client alone does; each layer above begins it again.",
            "1.6 s": "Tries of layers multiply. Lesson 08, section 4, lets the server count them.",
            "3.6 s": "",
        },
        because="0.2 × 3 × 3 × 2 s, pauses aside.",
        answer="3.6 s",
        see="[lesson 08, section 4](08_outages_and_failover.ipynb)",
    ),
    "q_no": Question(
        "INCR ran into its time-out. The counter",
        choices={
            "has not been incremented": "The command may be on its way, or done: lesson 08 looks.",
            "has been incremented": "It may also never have arrived.",
            "may have been, or may yet be": "",
        },
        because="A time-out is not a no. So repeat only what may happen twice.",
        answer="may have been, or may yet be",
        see="[lesson 08, section 2](08_outages_and_failover.ipynb)",
    ),
    "q_reset": Question(
        "A flush under load: the database stays full although its cause is over. What ends it?",
        choices={
            "waiting": "The effect feeds itself: lesson 07, section 7, waits 40 s in vain.",
            "a short line, the rest refused": "",
            "a second database": "An empty cache sends nearly everything: the bench has that, too.",
        },
        because="Only work for those who still wait fills the cache.",
        answer="a short line, the rest refused",
        see="[lesson 07, section 7](07_stampedes_and_hot_keys.ipynb)",
    ),
    "q_shards": Question(
        "The hottest key gets 8 % of all reads. More shards serve more reads, up to about",
        choices={
            "12 or 13 shards": "",
            "100 shards": "The one with that key is full long before: lesson 11, section 6, has the bench.",
            "any number": "Keys spread, and one key does not: lesson 11 counts what its shard gets.",
        },
        because="1/p₁: its shard is full when the cluster serves 1/0.08 times what one shard serves.",
        answer="12 or 13 shards",
        see="[lesson 11, section 6](11_when_one_node_is_not_enough.ipynb)",
    ),
}
