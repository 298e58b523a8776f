"""Lesson 02, Redis or Memcached."""

from . import Question

QUESTIONS = {
    "updates": Question(
        "Points lost with get and set",
        of=200,
        low="Both have read before either writes, a hundred times, and each time a point is lost.",
        high="Of each two points one arrives: what both write is one more than what both have read.",
        because="Both read the same number, both add one, both write the same sum.",
    ),
    "restart": Question(
        "Items that Valkey, the one with persistence, still has",
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
        "Keys that can still be read",
        of=3000,
        low="What lived on the other two nodes is still there, if your client still looks for it there.",
        high="Nobody has a second copy of what lived on the dead node.",
        because="Two thirds live on the other two nodes, and are still found there.",
    ),
    "hashing": Question(
        "Keys that the naive way moves",
        of=3000,
        low="A quarter would be enough to fill the new node. But another modulus gives most keys "
        "another rest.",
        high="Some keep their node by chance: those with the same rest when divided by three and by four.",
        because="A key that moves is a miss, until somebody fills it again.",
    ),
    "stale": Question(
        "In the end the client reads",
        choices={
            "the old price": "",
            "the new price": "That is on the other node. To the client the first one is home again.",
            "nothing": "A restarted node would be empty. This one was never restarted, only out of reach.",
        },
        because="The node was out of reach when the price was deleted, and it has kept what it had.",
    ),
    "slow": Question(
        "Their longest GET takes",
        choices={
            "as long as ever": "It would with a thread for each client, or if KEYS worked in pieces. "
            "Neither is so.",
            "nearly as long as KEYS": "",
            "twice as long": "Two commands share no time: one waits until the other is done.",
        },
        because="There is one thread for all commands, and it was busy.",
    ),
    "many": Question(
        "A cluster client, keys on both shards",
        choices={
            "five products": "On one node it does. And a client could split it; this one does so only if "
            "asked by another name.",
            "those of one shard": "Half an answer would be worse than none: you could not tell it from "
            "misses.",
            "an error": "",
        },
        because="Five keys lie in up to five slots, and one command goes to one shard.",
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
        "ElastiCache offers snapshots of Memcached",
        choices={
            "never": "It is what most tables say, and it was true until caches without nodes came.",
            "for nodes": "Nodes of Valkey and Redis OSS have them.",
            "for serverless caches": "",
        },
        because="Caches without nodes are AWS's own work on top of the engine.",
    ),
}
