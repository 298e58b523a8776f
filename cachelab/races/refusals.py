"""What the explorer says when it cannot answer: each names the call or line, the rule, and the way out."""


class Refusal(Exception):
    """The explorer stops here rather than give an answer it cannot stand behind."""


class NotModelled(Refusal):
    """A client called something that the models of the cache and the database do not contain."""


class NotDeterministic(Refusal):
    """The same answers led a client to two different next calls, so its schedules cannot be enumerated."""


class Endless(Refusal):
    """A client, run alone, never ends: a loop without a way out, or more calls than the cap allows."""


#: what to do about code that is not deterministic; the end of a message
ADVICE = (
    ". A client must depend on nothing but its arguments and the answers it gets: keep no state in globals, "
    "closures or default arguments, and draw nothing from numpy or files. "
    "(time, random, secrets, uuid and os.urandom are taken care of; a random.Random needs a seed.)"
)
