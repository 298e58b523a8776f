"""Lesson 04, cache-aside."""

from . import Question

QUESTIONS = {
    "tutorial": Question(
        "The first call of get_user(42) gives",
        choices={
            "the user": "In a tutorial it does: there a user has a name and an e-mail address, both text.",
            "None": "The cache is empty and says None, but then the function goes on and asks the database.",
            "an error": "",
        },
        because="The database had answered, but its answer does not fit into JSON.",
    ),
    "watch": Question(
        "Commands for three calls",
        unit="commands",
        low="A miss sends two: one to look, one to store.",
        high="Only the miss stores something; a hit is one command.",
        because="GET finds nothing, SET stores; the second and third GET are hits.",
    ),
    "ttl": Question(
        "Reads that ask the database",
        of=25,
        low="A read does not wind the clock up again, however often the value is read.",
        high="The value lives for one second, and all reads in it are hits.",
        because="One read in each second finds the key gone, and pays for all that follow.",
    ),
    "kill": Question(
        "get_user(42) with a dead cache takes",
        unit="s",
        low="The time-out was for one attempt. The client makes eleven, with pauses, for each call.",
        high="Refused at once, each time: what takes so long are the pauses between attempts.",
        because="Two calls to the cache, each with ten retries.",
    ),
    "hang": Question(
        "One look-up on a frozen cache takes",
        unit="s",
        low="`socket_timeout` limits one attempt; the client makes more than one.",
        high="One look-up only; a miss, which also stores, takes twice as long.",
        because="Eleven attempts of 0.2 s, and ten pauses. A miss makes two such calls.",
    ),
    "garbage": Question(
        "Right answers",
        of=5,
        low="One of the five comes from the server as a refusal, and that is a `RedisError`.",
        high="The function guards the trip to the server, not what the server hands over.",
        because="Only the last: the server refuses GET on a list, and its refusal is a `RedisError`.",
    ),
    "nobody": Question(
        "The new customer is found",
        choices={
            "at once": "The database knows her at once. But the function looks into the cache first.",
            "after up to five minutes": "",
            "never": "It would be so without a TTL. Here each entry has 300 seconds.",
        },
        because="The cache remembers that there was nobody.",
    ),
    "delete": Question(
        "Readers see",
        choices={
            "the new city": "The database has it. But a reader looks into the cache first.",
            "the old city, until the TTL ends": "",
            "an error": "By then the link is back: the reader's own call to the cache works.",
        },
        because="The delete never arrived, and nobody made it again.",
    ),
    "finished": Question(
        "The slowest of these takes",
        unit="s",
        low="A frozen cache has to be waited for once: that is what the time-out allows.",
        high="It no longer waits twice: after the first failure it does not try to store.",
        because="One time-out, because it no longer waits twice.",
    ),
}
