"""Lesson 07, stampedes and hot keys."""

from . import Question

QUESTIONS = {
    "reads": Question(
        "A value stored with a TTL of 60 s is read ten times a second. It is gone",
        choices={
            "60 s after it was stored": "",
            "60 s after it was last read": "A read does not wind the clock up again, however many there are.",
            "never, while it is popular": "Popularity helps against eviction; a TTL ends whoever reads.",
        },
        because="So the most popular values expire under full load: that is what this lesson is about.",
        answer="60 s after it was stored",
        see="[lesson 04, section 2](04_cache_aside.ipynb)",
    ),
    "late": Question(
        "A reader missed and holds the old price in its hand; a writer commits and deletes the key; "
        "the reader stores. Without a lease the cache then has",
        choices={
            "the old price": "",
            "the new price": "The reader asked before the commit; nothing tells it that its price is old.",
            "nothing": "The delete came first. It found nothing to delete, and a fill is not refused.",
        },
        because="A fill can be late. A lock against stampedes does not close that gap; a lease does, and is "
        "such a lock as well if the others wait.",
        answer="the old price",
        see="[lesson 05, section 2](05_invalidation_races.ipynb)",
    ),
    "cold": Question(
        "Nine of ten reads hit. The cache is emptied. For now the database gets",
        unit="×",
        low="All reads go to the database now; before, one in ten did.",
        high="It cannot get more than all of the reads; before, one in ten came.",
        because="All of the reads instead of a tenth of them.",
        answer=10,
        see="[lesson 04's bench](04_cache_aside.ipynb)",
    ),
    "loads": Question(
        "Loads for each expiry, on average",
        unit="loads",
        mean=True,
        low="Until the first load has ended there is nothing to hit. How many come meanwhile?",
        high="Only who comes while the first load runs can miss.",
        because="The first one, and all who come while it loads. The mean leaves out the first value, for "
        "the cache was empty, and one that the end of the run cuts short.",
    ),
    "core": Question(
        "Loads under way at the worst moment",
        of=60,
        low="It would be so if loads did not disturb each other. Here each makes all others slower.",
        high="More than the application has threads it cannot be.",
        because="Each load makes the others slower, so that still more customers come before one has ended.",
    ),
    "second": Question(
        "Loads in the worst order",
        of=3,
        low="The lock lets one in at a time. What does the next one know when it gets in?",
        high="Each reader loads at most once.",
        because="The lock puts the loads one behind the other, and prevents none of them.",
    ),
    "short": Question(
        "Loads for each expiry, on average, with a lock of 0.04 s",
        unit="loads",
        mean=True,
        low="When the lock has ended it is free, and waiters are looking for it.",
        high="One lock at a time: a new owner every 0.04 s, until the first load has ended.",
        because="A new owner comes each time the lock ends, until the first has filled.",
    ),
    "token": Question(
        "Without the mark there are more loads",
        choices={
            "always": "Whoever takes a lock that was wrongly removed looks again. What is there by then?",
            "only when loads fail": "",
            "never": "It holds while each owner fills, then unlocks. What if there is nothing to fill in?",
        },
        because="An owner that has filled can do no harm any more; one that failed can.",
    ),
    "dice": Question(
        "Loads for each new value, on average",
        unit="loads",
        mean=True,
        low="Nobody holds the others back: while the first one loads, some others throw high, too.",
        high="Far from the end a high throw is rare, so that only few are early together.",
        because="2.7 in the long run, whatever the traffic; a few refreshes scatter around it. The mean "
        "leaves out the first value, and one that the end of the run cuts short.",
    ),
    "dice_cold": Question(
        "Loads for the first value, on an empty cache",
        unit="loads",
        low="There is no value yet, so no expiry to be early for: everybody has to load.",
        high="Who comes after the first load has ended finds its value.",
        because="As many as without XFetch, 1 + λD = 6 on average; one start scatters. It has nothing to "
        "throw dice about.",
    ),
    "flush": Question(
        "Served in time in the third second",
        unit="%",
        low="It cannot be less than nobody.",
        high="The cache fills only if somebody who asked is still there when the answer comes.",
        because="The database works without a pause, and all it works for have left.",
    ),
    "helps": Question(
        "The change after which this shop serves everybody again",
        choices={
            "twice the database": "An empty cache sends it almost everything, and that is more than twice.",
            "half the traffic": "Half of everything is still more than the database can serve.",
            "no retries": "Retries make it worse, but without them there are still too many who miss.",
            "a line of 50": "",
        },
        because="It is the only one of these that ends the work for those who have left.",
    ),
    "monitor": Question(
        "Of the throughput, one MONITOR leaves",
        unit="%",
        low="It costs a copy of each command, to one more client; it does not stop the server.",
        high="Each command is put into words and sent once more, by the thread that serves all.",
        because="The same thread formats each command for the watcher, and sends it.",
    ),
    "copies": Question(
        "Sixteen copies on one node gain",
        choices={
            "sixteen times the reads": "All sixteen are served by the same thread of the same node.",
            "several times the reads": "No copy is served while another one is: there is one thread.",
            "nothing": "",
        },
        because="The node's one thread does the same work for each read.",
    ),
}
