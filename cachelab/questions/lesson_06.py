"""Lesson 06, expiry and eviction."""

from . import Question

QUESTIONS = {
    "reading": Question(
        "A value is stored with a TTL of 300 s and read once a second. It is gone",
        choices={
            "300 s after the last read": "A read does not wind the clock up again: lesson 04, section 2.",
            "300 s after it was stored": "",
            "never, while it is read": "A read does not wind the clock up again: lesson 04, section 2.",
        },
        answer="300 s after it was stored",
        see="[lesson 04, section 2](04_cache_aside.ipynb)",
    ),
    "once": Question(
        "A key is read, on average, once in its TTL. Its hit ratio is",
        choices={
            "0": "Reads come at random, so some fall within one TTL: [exercise 01.5]"
            "(../exercises/01_why_cache.ipynb).",
            "a half": "",
            "1": "Each TTL begins with a miss: [exercise 01.5](../exercises/01_why_cache.ipynb).",
        },
        answer="a half",
        see="exercise 01.5: reads · TTL hits for each miss",
    ),
    "lease": Question(
        "A reader marks a key with a lease, and its process dies. What ends the mark?",
        choices={
            "the next writer": "A delete would, but perhaps nobody writes for a year: lesson 05.",
            "its TTL": "",
            "the server, when the connection closes": "Neither Valkey nor Memcached ties a key to a "
            "connection: lesson 05.",
        },
        answer="its TTL",
        see="[lesson 05](05_invalidation_races.ipynb), where a lease has a TTL",
    ),
    "overwrite": Question(
        "After SET session:7 Lima the session has",
        choices={
            "100 s left": "INCR, APPEND and HSET on the key change a value in place. SET makes a new one.",
            "no TTL: it never expires": "",
            "0 s left: it is gone": "The key is there, with the new value.",
        },
        because="SET stores a new entry, and a new entry has no TTL unless you give it one.",
    ),
    "dead": Question(
        "Dead sessions the server still holds",
        of=5000,
        low="Nobody reads them, and looking through 100,000 sessions for 5,000 would keep the server busy.",
        high="A few are found by chance.",
        because="Ten times a second it looks at some twenty keys. One in twenty of these is dead.",
    ),
    "memcached": Question(
        "A Memcached item with a TTL of one second lives",
        choices={
            "one second": "Its clock ticks once a second, and an item does not know when in a tick it came.",
            "up to one second": "",
            "one to two seconds": "It is rounded the other way: the item ends with the tick.",
        },
        because="It ends when the server's clock next ticks.",
    ),
    "full": Question(
        "Of another 100 writes, stored",
        of=100,
        high="Which of these products may the server throw away? The policy is volatile-lru.",
        because="volatile-… policies evict only keys with a TTL, and here is none.",
    ),
    "scan": Question(
        "LRU's hit ratio falls by",
        unit="points",
        low="Each product of the job pushes another one out, and that one was wanted.",
        high="Not everything goes: the job's own products are soon the oldest.",
        because="The job read each product once, and each took the place of one that is read again.",
    ),
    "samples": Question(
        "From 5 samples to 10, the hit ratio gains",
        unit="points",
        low="It gains something, if little.",
        high="Even the textbook's LRU, which looks at all keys, is less than a point better.",
        because="Five random keys contain an old one nearly always.",
    ),
    "loop": Question(
        "Requests that hit, after the first round",
        unit="%",
        high="Follow one product. How many others are asked for before its turn comes again?",
        because="Each product is evicted shortly before its turn comes again.",
    ),
    "slabs": Question(
        "Requests for these pages that hit",
        unit="%",
        low="One page of memory is free for the new size, and it holds 131 of the 400.",
        high="3.2 MB fit into 8 MB. But all of it was given to another size of item.",
        because="Memory that was given to small items stays with them.",
    ),
    "both": Question(
        "With both, the hit ratio is",
        choices={
            "the lower of the two": "So it would be if one entry could only be lost for one reason.",
            "lower than either": "",
            "between the two": "A second reason to forget cannot make it remember more.",
        },
        because="Some reads miss because of the TTL, others because of memory.",
    ),
    "hotter": Question(
        "The TTL of the product that is read a hundred times as often should be",
        choices={
            "longer": "Its misses cost the database least: one miss is shared by very many reads.",
            "the same": "The price of a miss is spread over more reads, while each stale read still counts.",
            "shorter": "",
        },
        because="A miss is shared by all reads until the next; a stale answer is given to each of them.",
    ),
    "jitter": Question(
        "The first peak, against the even load, is",
        unit="×",
        low="All of them still end within a fifth of the TTL.",
        high="Without jitter it would be higher: all of them at once.",
        because="All entries end within a fifth of the TTL, so five times as many as in an average fifth.",
    ),
    "bytes": Question(
        "One entry takes",
        unit="B",
        low="Key and value are 213 bytes. To find them, and their end, takes some more.",
        high="It is less: some 70 bytes are added.",
        because="Key and value, a header, a place in the table of keys, and the TTL.",
    ),
}
