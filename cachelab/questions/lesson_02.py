"""Lesson 02, Redis or Memcached."""

from . import Question

QUESTIONS = {
    "updates": Question(
        "points lost with get and set",
        of=200,
        low="Two servers that do nothing else read the same number most of the time.",
        high="Not every pair collides: some read and write undisturbed.",
        because="Both read the same number, both add one, both write the same sum.",
    ),
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
    "restart": Question(
        "items that Valkey, the one with persistence, still has",
        of=1000,
        high="It can keep them, and every table says so. It has to be told to.",
        because="A cache is started without persistence, here and in ElastiCache.",
    ),
    "copies": Question(
        "After the failover, Bob is",
        choices={
            "there": "He was acknowledged with OK. That came from the primary alone.",
            "gone": "",
            "there, a moment later": "Who should bring him? The only server that had him is dead.",
        },
        because="The primary answers first, and tells its replica afterwards.",
    ),
    "node": Question(
        "keys that can still be read",
        of=3000,
        low="What lived on the other two nodes is still there, if your client still looks for it there.",
        high="Nobody has a second copy of what lived on the dead node.",
        because="Two thirds live on the other two nodes, and are still found there.",
    ),
    "hashing": Question(
        "keys that the naive way moves",
        of=3000,
        low="A quarter would be enough to fill the new node. But another modulus gives most keys "
        "another rest.",
        high="Some keep their node by chance: those with the same rest when divided by three and by four.",
        because="A key that moves is a miss, until somebody fills it again.",
    ),
    "many": Question(
        "500 keys in one trip are quicker than 500 trips by a factor of",
        unit="×",
        low="A trip costs far more than the work for one key, and 499 trips are saved.",
        high="The one trip carries 500 keys and 500 answers, and both sides have to put them together.",
        because="You pay for the trip, and now you pay once; what is left is the work for each key.",
    ),
    "threads": Question(
        "Memcached's threads that do a good part of the work, with four clients",
        unit="threads",
        because="Clients are spread over Memcached's worker threads; by default it has four.",
    ),
    "memory": Question(
        "bytes that Memcached spends on one object",
        unit="B",
        low="Beside key and value an item has a header, and it takes a whole chunk.",
        high="The chunks come in many sizes, each about a quarter larger than the one before.",
    ),
    "victims": Question(
        "victims that had been read again",
        unit="%",
        low="For LRU they should be none. But its clock counts in whole seconds, and the test is "
        "over in one.",
        high="It chooses among a few keys at random, and half of all keys had been read again.",
        because="All time stamps are equal in so short a test, and the choice is as good as random.",
    ),
    "expiry": Question(
        "You get",
        choices={
            "the voucher": "Up to 30 days it would be so.",
            "nothing": "",
            "an error": "Memcached takes the number without a word. It only reads it otherwise.",
        },
        because="A time of more than 30 days is read as a date, and that date is long past.",
    ),
    "noreply": Question(
        "pymemcache, with its defaults, answers",
        choices={
            "True": "",
            "False": "It would have to know that the key was not deleted, and nothing has told it so.",
            "an error": "A client that waits for an answer gives one, after its time-out. This one does not "
            "wait.",
        },
        because="It did not wait for an answer, so it cannot know.",
    ),
    "aws": Question(
        "ElastiCache offers them",
        choices={
            "never": "It is what most tables say, and it was true until caches without nodes came.",
            "for nodes": "Nodes of Valkey and Redis OSS have them.",
            "for serverless caches": "",
        },
    ),
}
