"""Lesson 01, why cache, and when not to."""

from . import Question

QUESTIONS = {
    "ladder": Question(
        "Slower than the dictionary by a factor of",
        unit="×",
        low="Both hold their values in memory, but your program reaches only one of the two without a trip.",
        high="It is a trip to another process, and that on the same machine: no network lies between.",
        because="The dictionary is a few machine instructions away, Valkey a trip through the operating "
        "system.",
    ),
    "distance": Question(
        "Faster from the near cache by a factor of",
        unit="×",
        low="The database is in the other zone now, and each question waits for the way there and back.",
        high="The cache is on another machine too: both trips are real, one is only longer.",
        because="What you compare is two distances, and both are assumed: the cell above prints them.",
    ),
    "repeated": Question(
        "Visits that repeat an earlier one",
        of=1000,
        low="The popular products come up again and again, and even the unpopular ones are visited twice.",
        high="Zipf's law has a long tail: many visits go to a product that nobody else asks for.",
        because="Nearly half of all visits want a page that the database has put together before.",
    ),
    "cached": Question(
        "Hit ratio, starting empty",
        unit="%",
        low="Every page that somebody has asked for before is a hit; nothing is ever forgotten here.",
        high="An empty cache has to be filled: the first visit to each page is a miss.",
        because="Each page is fetched once, and every later visit to it is a hit.",
    ),
    "busy": Question(
        "The product page beside eight others, slower by a factor of",
        unit="×",
        low="The others keep the database's cores busy all the time, and yours wait for a turn.",
        high="Your queries are short: they get their turn between the long ones.",
        because="The database's cores are shared, and a page that asks four questions waits four times.",
    ),
    "writes": Question(
        "Hit ratio with 50% writes, each of which deletes the copy",
        unit="%",
        low="A read hits whenever the operation just before it was a read too.",
        high="However large the cache: each price change throws the copy away, and the next read is a miss.",
        because="A read is a hit if the operation before it was a read: in random order, half of the time.",
    ),
}
