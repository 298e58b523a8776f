"""Lesson 08, outages and failover."""

from . import Question

QUESTIONS = {
    "tries": Question(
        "A server accepts connections and says nothing. redis-py, with socket_timeout=0.2 and nothing else, "
        "waits 0.2 s for one GET",
        unit="times",
        low="A time-out belongs to one attempt, and redis-py 8 makes more of them.",
        high="Ten retries follow the first attempt.",
        because="One attempt and ten retries, with pauses between them.",
        answer=11,
        see="[lesson 04, section 4](04_cache_aside.ipynb)",
    ),
    "line": Question(
        "A flush has emptied the cache. The database works without a pause, for customers who have left. "
        "What ends that by itself?",
        choices={
            "twice the database": "An empty cache sends it nearly everything, which is more than twice.",
            "no retries": "They make it worse, and still too many miss without them.",
            "a limit on those who wait for the database": "",
        },
        because="Who is let in is served while still there, and fills the cache.",
        answer="a limit on those who wait for the database",
        see="[lesson 07, section 7](07_stampedes_and_hot_keys.ipynb)",
    ),
    "cut": Question(
        "The replicas of a primary are cut off. It acknowledges 500 payments, then it dies. A replica takes "
        "over and has",
        choices={
            "all 500": "The primary answered first and meant to tell its replicas afterwards.",
            "all but the last few": "So it is with a link that is only slow. This one carried nothing.",
            "none of them": "",
        },
        because="Replication is asynchronous: an acknowledgement says what one node has.",
        answer="none of them",
        see="[lesson 03, section 8](03_provision_with_boto3.ipynb)",
    ),
    "broken": Question(
        "Of the six calls with nothing set, back after one second",
        of=6,
        low="Somebody takes a refusal for an answer.",
        high="A second is short. redis-py gives each try 5 s; pymemcache, with nothing set, waits for ever.",
        because="pymemcache, refused. redis-py tries eleven times, and gives silence 5 s a time; "
        "pymemcache has no end.",
    ),
    "no": Question(
        "The counter stands at",
        choices={
            "0": "The call failed; but what of it? The request was delivered before you stopped waiting.",
            "1": "",
            "2": "It would with a retry, by you or by the client.",
        },
        because="The request was there already. A time-out means: not known.",
    ),
    "p99": Question(
        "More reads of the database",
        unit="%",
        low="One in a hundred hits is not much. Compare it with the misses, which are two in a hundred.",
        high="Only one hit in a hundred is cut off.",
        because="2 misses in 100 reads become nearly 3.",
    ),
    "layers": Question(
        "Connections for one customer's request",
        unit="connections",
        low="Each try of the gateway is three of the service, and each of these eleven of the client.",
        high="Eleven tries, three times, three times.",
        because="Ten retries are eleven tries, and layers multiply.",
    ),
    "spread": Question(
        "Of 1,000 clients, back within the same 10 ms, with exponential backoff",
        of=1000,
        low="They all failed at the same moment, and all compute the same pauses.",
        because="Equal pauses after an equal start: it is one wave, only later.",
    ),
    "slow": Question(
        "Database reads in the time of one hit",
        unit="reads",
        low="How long did a read by key take on the shop's database, in lesson 01? Below a millisecond.",
        high="The hit takes some 60 ms.",
        because="A cache far away is slower than a database nearby, and nothing fails.",
    ),
    "hang": Question(
        "Of the customers during the hang, served in time without a breaker",
        unit="%",
        low="A few find a free thread before the line has grown.",
        high="Eight threads, 0.2 s each: 40 a second, while 200 come. And all of them wait in line first.",
        because="Threads serve 40 a second, and the line before them is longer than anybody's patience.",
    ),
    "limit": Question(
        "Reads at once, at most",
        unit="reads",
        low="The last of them may take the whole time-out, with the others served before it.",
        high="More than it can do within the time-out are cancelled, and all that waited for nothing.",
        because="Little's law: time-out × capacity.",
    ),
    "killed": Question(
        "Acknowledged orders that are lost",
        unit="orders",
        high="It died, not its machine: what was on its way to the replica was still delivered.",
        because="The kernel still sends what the process has written. A kill alone does not show the loss.",
    ),
    "lag": Question(
        "Acknowledged orders that are lost, with 0.2 s of lag",
        unit="orders",
        low="How many orders are acknowledged in 0.2 s? They were on their way, and only there.",
        high="Older ones had arrived.",
        because="About rate × lag.",
    ),
    "silent": Question(
        "Acknowledged, and lost",
        choices={
            "none": "The primary cannot know at once that nobody hears it. How long does it go on believing?",
            "those of the first seconds": "",
            "all until somebody notices": "It would without the setting: then nothing ends it.",
        },
        because="It notices when no sign of life has come for longer than the lag allowed.",
    ),
    "reboot": Question(
        "After the reboot the primary is",
        choices={
            "the replica, with all keys": "A reboot that you order is no failure, and nobody takes over.",
            "the same node, with its keys": "Its memory is gone with the process.",
            "the same node, empty": "",
        },
        because="And its replica copies that. A reboot by hand is a flush.",
    ),
}
