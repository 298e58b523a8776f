"""Lesson 08b, stalls and spare servers."""

from . import Question

QUESTIONS = {
    "closed": Question(
        "Slow reads are more frequent among customers by a factor of",
        unit="×",
        low="While one answer is late, how many questions does the test ask? And how many customers come?",
        high="A stall of 80 ms meets some ten customers at 200 a second; the first ones wait longest.",
        because="The test asks nothing while it waits: of each stall it sees one read.",
    ),
    "frozen": Question(
        "Users that are old ones",
        unit="%",
        low="It was not restarted: it has what it had, and the client believes it again.",
        high="Only its own share of the keys went elsewhere meanwhile.",
        because="Its share of the keys, until their TTL ends.",
    ),
}
