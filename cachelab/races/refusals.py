"""What the explorer says when it cannot answer: each names the call or line, the rule, and the way out."""


class Refusal(Exception):
    """The explorer stops here rather than give an answer it cannot stand behind."""


class NotModelled(Refusal):
    """A client called something that the models of the cache and the database do not contain."""


class NotDeterministic(Refusal):
    """The same answers led a client to two different next calls, so its schedules cannot be enumerated."""


class Endless(Refusal):
    """A client, run alone, never ends: a loop without a way out, or more calls than the cap allows."""
