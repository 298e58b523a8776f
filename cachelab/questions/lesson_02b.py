"""Lab 02b, both caches in detail."""

from . import Question

QUESTIONS = {
    "types": Question(
        "What does Valkey say a bitmap is?",
        choices={
            "a bitmap": "There are commands for bitmaps, and so every table lists them as a type.",
            "a string": "",
            "a set": "It answers the same question as a set: is 42 in it? It is stored otherwise.",
        },
        because="SETBIT is a command for strings. A map is a sorted set, and a HyperLogLog a string.",
    ),
    "limits": Question(
        "The key held an older page. After the refusal it holds",
        choices={
            "the older page": "A database would keep it: a refused write changes nothing there.",
            "the first megabyte": "Nothing is cut: a value is stored whole or not at all.",
            "nothing": "",
        },
        because="The old page is not what you wanted to be served, so it goes.",
    ),
    "memory": Question(
        "Bytes that Memcached spends on one such object",
        unit="B",
        low="Beside key and value an item has a header, and it takes a whole chunk.",
        high="The chunks come in many sizes, each about a quarter larger than the one before.",
        because="Key, value and header take the smallest chunk they fit into.",
    ),
    "threads": Question(
        "Memcached's threads that do a good part of the work, with four clients",
        unit="threads",
        low="It has no single thread that everything must pass through.",
        high="It starts four worker threads, however many clients come.",
        because="Clients are spread over Memcached's worker threads; by default it has four.",
    ),
    "victims": Question(
        "Victims that had been read again",
        unit="%",
        low="For LRU they should be none. But its clock counts in whole seconds, and the test is "
        "over in one.",
        high="It chooses among a few keys at random, and half of all keys had been read again.",
        because="All time stamps are equal in so short a test, and the choice is as good as random.",
    ),
    "expiry": Question(
        "Reading it at once gives you",
        choices={
            "the voucher": "Up to 30 days it would be so.",
            "nothing": "",
            "an error": "Memcached takes the number without a word. It only reads it otherwise.",
        },
        because="A time of more than 30 days is read as a date, and that date is long past.",
    ),
}
