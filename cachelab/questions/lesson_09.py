"""Lesson 09, watch, pay, secure."""

from . import Question

QUESTIONS = {
    "evictions": Question(
        "Every entry runs out before the memory is full. The metric Evictions shows",
        choices={
            "nothing": "",
            "as many as ran out": "What a TTL ends has expired: AWS counts that as Reclaimed.",
            "that the node is too small": "An eviction makes room. Here there was always room.",
        },
        because="Expired is not evicted. Which of the two binds, TTL or memory, decides what helps.",
        answer="nothing",
        see="[lesson 06, section 6](06_expiry_and_eviction.ipynb)",
    ),
    "slow": Question(
        "One client sends Valkey a command that takes half a second. The other clients",
        choices={
            "wait until it has ended": "",
            "are served by other threads": "Threads may read and write sockets. One executes commands.",
            "wait if they want the same key": "There is no lock for each key: there is one line for all.",
        },
        because="One thread runs all commands, one after the other.",
        answer="wait until it has ended",
        see="[lesson 02, section 5](02_redis_or_memcached.ipynb)",
    ),
    "pickle": Question(
        "Somebody may write to your cache, and your program reads an entry with pickle.loads. They can",
        choices={
            "make your program call a function of their choice": "",
            "give you a wrong value, no more": "With JSON it would be so. A pickle says what to call.",
            "do nothing, if TLS is on": "TLS hides what travels. What is stored is whatever was written.",
        },
        because="So who may write matters as much as who may read.",
        answer="make your program call a function of their choice",
        see="[lesson 02, section 6](02_redis_or_memcached.ipynb)",
    ),
    "group": Question(
        "The alarm on the group's hit rate is in state",
        choices={
            "ALARM": "So it would be if AWS made one number of the nodes. Does it?",
            "INSUFFICIENT_DATA": "That is what an alarm without data says, unless it is told how to take it.",
            "OK": "",
        },
        because="It would say so on the day your cache is gone, too.",
    ),
    "exists": Question(
        "The hit rate on AWS's chart",
        unit="%",
        low="Of 200 look-ups 95 found something.",
        high="The customers' reads are only half of what is looked up.",
        because="95 hits of 200 look-ups. No customer noticed anything.",
    ),
    "dead": Question(
        "Which alarms ring for the dead node?",
        choices={
            "only breaching": "",
            "only missing and breaching": "“missing” has a state of its own for that. It is not ALARM.",
            "all four": "No point lies below the threshold: there are no points.",
            "none": "One of the rules takes a missing point for a bad one.",
        },
        because="The other three never ring. Two of them go on saying OK, of a node that is gone.",
    ),
    "culprit": Question(
        "The checkout waits for",
        choices={
            "search": "It sends the most, but each of its calls is short. Who comes next waits only for one.",
            "report": "",
            "checkout": "Its own calls are the shortest of all.",
        },
        because="A handful of its commands held up everybody, each for longer than all of a customer's page.",
    ),
    "bill": Question(
        "The larger part is for",
        choices={
            "the memory": "",
            "the requests": "Requests are what one counts. But a million of them costs a quarter of a cent.",
        },
        because="A gigabyte costs by the hour, whether anybody asks for it or not.",
    ),
    "pays": Question(
        "At a hit ratio of one half the cache will",
        choices={
            "lower it": "It does halve the reads. Then compare what that saves with what it costs.",
            "raise it": "",
        },
        because="Three databases instead of five: two that are saved cost less than the two nodes.",
    ),
    "scan": Question(
        "SCAN lists",
        choices={
            "the shop's": "It would be reasonable. Which keys does the command name?",
            "everybody's": "",
            "none: it is refused": "It is a read, and not among the dangerous ones.",
        },
        because="The names of the bank's keys, too; their values stay closed.",
    ),
    "password": Question(
        "The open connection can do",
        choices={
            "nothing": "That is what people expect of a password. When is it looked at?",
            "all it could": "",
        },
        because="It logged in before, and nobody asks again.",
    ),
    "page": Question(
        "Customer 43 sees the address of",
        choices={
            "42": "",
            "43": "The function looks at the user only when nothing is stored. What is stored under?",
        },
        because="The key forgot who was asking, and the cache did what it was told.",
    ),
    "erase": Question(
        "Places that still hold it",
        unit="places",
        low="Look at the names of keys as well, and at what was made before the deletion.",
        high="Four things were written, and one of them is deleted.",
        because="Two values, one name of a key, one backup.",
    ),
    "tls": Question(
        "A GET that opens a TLS connection first is slower by a factor of",
        unit="×",
        low="Compared with one round trip over loopback, the hello of TLS is long.",
        high="Certificates and keys take milliseconds, not seconds.",
        because="Certificates, keys, more round trips: all of that before the first question.",
    ),
}
