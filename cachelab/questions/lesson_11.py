"""Lesson 11, when one node is not enough."""

from . import Question

QUESTIONS = {
    "modulo": Question(
        "A pool of three Memcached nodes gets a fourth. The client takes the hash of the key modulo the "
        "number of nodes. Keys that live elsewhere afterwards:",
        unit="%",
        low="A quarter is what must move. By modulo almost every key has another remainder.",
        high="Some keys have the same remainder by 3 and by 4.",
        because="Only one key in four has the same remainder by 3 and by 4.",
        answer=75,
        see="[lesson 02](02_redis_or_memcached.ipynb)",
    ),
    "copies": Question(
        "One key is too hot for its node. Sixteen copies of it on the same node gain",
        choices={
            "sixteen times the reads": "All of them are served by the same thread.",
            "a few times the reads": "No copy is served while another one is.",
            "nothing": "",
        },
        because="Copies pay only on different nodes. Today: who decides which node a key is on?",
        answer="nothing",
        see="[lesson 07, section 8](07_stampedes_and_hot_keys.ipynb)",
    ),
    "acknowledged": Question(
        "The primary has acknowledged a write and dies before its replica has heard of it. The write is",
        choices={
            "lost": "",
            "safe": "Acknowledged means: the primary has it. Replication comes after that.",
            "repeated by the client": "The client has its OK. It has no reason to repeat anything.",
        },
        because="Replication does not wait for replicas. A cluster is many such pairs.",
        answer="lost",
        see="[lesson 03, section 8](03_provision_with_boto3.ipynb)",
    ),
    "need": Question(
        "Of what one node serves, that is",
        unit="%",
        low="Nothing costs nothing: a million pages an hour, ten look-ups each, are some thousands a second.",
        high="Divide by 3,600: an hour is longer than it feels. A node serves tens of thousands a second.",
        because="And that node answers one call at a time here. In batches it serves many times more.",
    ),
    "moved": Question(
        "Keys that end in an error",
        of=1000,
        low="The node has a third of the slots. What does it say of the others?",
        high="A third of the slots is its own.",
        because="It has 5,461 of 16,384 slots. For the keys of the others it names the node to ask.",
    ),
    "tags": Question(
        "In one slot with {user:42}:cart is",
        choices={
            "user:42": "",
            "user:{42}:cart": "Its tag is 42: what stands inside is hashed, whatever it means to you.",
            "{}user:42": "An empty tag does not count, so all of it is hashed, braces too.",
        },
        because="Where there is no tag, the whole key is hashed; here that is the same text.",
    ),
    "size": Question(
        "A cluster of three shards has 1,000 keys. dbsize() returns",
        choices={
            "1,000": "So it should. Somebody would have to ask three nodes and add.",
            "about 333": "",
            "an error": "It would be kinder. A number that is wrong is not noticed.",
        },
        because="redis-py asks one node, any of them, and hands on what that one has.",
    ),
    "errors": Question(
        "Errors in both changes",
        unit="errors",
        low="It cannot be fewer than none.",
        high="Each moved slot answers with an address, and the client follows it before you hear of it.",
        because="A slot changes hands at once, with its keys, and the old owner knows the new one's address.",
    ),
    "jump": Question(
        "Keys that move when the fourth of ten leaves, by jump hash",
        unit="%",
        low="Jump hash knows numbers, no names. What are the numbers of the six nodes after the fourth now?",
        high="The three nodes before it keep their numbers, and their keys.",
        because="It moves the least when the last one leaves, and only then.",
    ),
    "shards": Question(
        "Shards, at most",
        unit="shards",
        low="With fewer, the other keys still fill some of the shard that has the hottest one.",
        high="With more, the shard of the hottest key is full of that key alone, and the others wait.",
        because="One over the share of the hottest key, and a shard is whole.",
    ),
    "stale": Question(
        "Reads that are old",
        unit="%",
        low="A read takes a fraction of a millisecond, and the copy is 5 ms away.",
        high="Some reads are late enough, on a machine that has other work.",
        because="The read is there before the copy is.",
    ),
    "pushes": Question(
        "Invalidations for 100 writes",
        of=100,
        low="You have read it, so you are told.",
        high="After the first you no longer have it. What is there to tell?",
        because="The server forgets you as it tells you; the next read makes it remember.",
    ),
    "late": Question(
        "Five minutes later the near cache answers with",
        choices={
            "the old value": "",
            "the new value": "It would, if somebody removed the old one. The invalidation found nothing.",
            "nothing: it asks the server": "The late reply has been stored, after the invalidation.",
        },
        because="Nobody will come again: the server has told once, and does not know that you hold anything.",
    ),
}
