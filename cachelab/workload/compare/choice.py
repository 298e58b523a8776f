"""Which engine of ElastiCache, and in which form: a few answers in, a recommendation with its reasons out.

All of it is in two tables below: what is asked, and what follows from an answer. `row` names the row of
the duel (duel.py) that proved the point; what no experiment can show carries its source instead.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from cachelab.workload.compare.duel import USUAL

__all__ = ["QUESTIONS", "Question", "Reason", "Recommendation", "recommend"]

VALKEY, REDIS, MEMCACHED = "Valkey", "Redis OSS", "Memcached"


@dataclass(frozen=True)
class Question:
    name: str
    text: str
    answers: Mapping[str, str]  # what the rules call it -> what the reader chooses; the first is the default


QUESTIONS = (
    Question(
        "holds",
        "What will it hold?",
        {
            "values": "whole values under a key",
            "structures": "also counters, rankings, queues, sets, rate limits",
            "messages": "also messages: publish and subscribe, streams",
        },
    ),
    Question(
        "loss",
        "A node dies. What may be lost?",
        {
            "all": "all it held: the database has it",
            "little": "next to nothing: an empty cache would take the database down",
            "nothing": "nothing that was acknowledged: there is no other copy",
        },
    ),
    Question(
        "doors",
        "Who must be kept out?",
        {
            "network": "whoever is not in our network",
            "users": "also programs in it: passwords, users, IAM",
        },
    ),
    Question(
        "today",
        "What runs today?",
        {
            "new": "nothing: it is new",
            "memcached": "an application with a Memcached client",
            "redis": "an application on Redis OSS",
        },
    ),
    Question(
        "load",
        "How much of it is there?",
        {
            "small": "one small node is plenty",
            "cores": "one large node, and all its cores for plain reads and writes",
            "many": "more than one node can hold or serve",
        },
    ),
    Question(
        "rhythm",
        "How does the load come?",
        {
            "steady": "steady, or known in advance",
            "spiky": "in bursts, or nobody knows yet",
        },
    ),
    Question(
        "wish",
        "Which one would you take?",
        {"none": "no preference", "valkey": VALKEY, "redis": REDIS, "memcached": MEMCACHED},
    ),
)
_ASKED = {question.name: question for question in QUESTIONS}


@dataclass(frozen=True)
class Reason:
    """Why: one sentence, and where it is shown (a row of the duel) or stated (a source)."""

    because: str
    row: str = ""
    source: str = ""

    @property
    def where(self) -> str:
        return f"row “{self.row}” of your table" if self.row else self.source

    def __str__(self) -> str:
        return f"{self.because} [{self.where}]"


@dataclass(frozen=True)
class Consequence:
    """If the answers are among these, an engine is ruled out, or has something to be said for it."""

    when: Mapping[str, str]
    engine: str
    reason: Reason
    rules_out: bool = True

    def applies(self, answers: Mapping[str, str]) -> bool:
        return all(answers[name] in allowed.split() for name, allowed in self.when.items())


ENGINES_PAGE = "ElastiCache guide, SelectEngine"
CONSEQUENCES = (
    Consequence(
        {"holds": "structures"},
        MEMCACHED,
        Reason(
            "A ranking or a queue is one command in Valkey; with cas it is a loop that you write.", "updates"
        ),
    ),
    Consequence(
        {"holds": "messages"},
        MEMCACHED,
        Reason("Memcached has no publish and subscribe, and no streams.", "messages"),
    ),
    Consequence(
        {"loss": "little"},
        MEMCACHED,
        Reason(
            "A Memcached node has no replica: its share of the keys is gone with it. (Only the serverless "
            "form keeps copies in other zones.)",
            "lost node",
        ),
    ),
    Consequence(
        {"loss": "nothing"},
        MEMCACHED,
        Reason("Memcached keeps no copy that outlives a crash.", "restart"),
    ),
    Consequence(
        {"loss": "nothing"},
        REDIS,
        Reason(
            "Snapshots lose what came after them; only Valkey 9 and later offers writes that are durable "
            "when acknowledged.",
            source="ElastiCache guide, Durability",
        ),
    ),
    Consequence(
        {"doors": "users"},
        MEMCACHED,
        Reason("ElastiCache gives Memcached no passwords, no users and no IAM.", "access"),
    ),
    Consequence(
        {"today": "memcached", "holds": "values", "loss": "all", "doors": "network"},
        MEMCACHED,
        Reason(
            "It works, its client speaks Memcached's protocol only, and nothing you ask for needs more.",
            source=ENGINES_PAGE,
        ),
        rules_out=False,
    ),
    Consequence(
        {"load": "cores", "holds": "values", "loss": "all", "doors": "network", "today": "new memcached"},
        MEMCACHED,
        Reason(
            "Its threads serve plain values on every core of a node, with nothing to configure.", "threads"
        ),
        rules_out=False,
    ),
    Consequence(
        {"today": "new memcached"},
        REDIS,
        Reason("On ElastiCache Redis OSS ends with 7.1; Valkey goes on from there.", source=ENGINES_PAGE),
    ),
    Consequence(
        {"today": "redis"},
        REDIS,
        Reason(
            "Valkey takes Redis OSS data and clients as they are, costs a fifth less per node, and replaces "
            "it in place.",
            source="AWS price list; ElastiCache guide, VersionManagement.HowTo",
        ),
    ),
    Consequence(
        {"today": "redis"},
        MEMCACHED,
        Reason("Your client speaks Redis; Memcached has another protocol.", "data types"),
    ),
)

FOR_VALKEY = {
    "values": Reason(
        "Plain values work as well, and need no other engine when more is asked later.", "data types"
    ),
    "structures": Reason("Rankings, counters and sets are changed on the server, in one trip.", "updates"),
    "messages": Reason("It publishes to whoever is subscribed, and keeps streams.", "messages"),
}


@dataclass(frozen=True)
class Recommendation:
    engine: str
    form: str  # serverless or node-based, and what to switch on
    reasons: tuple[Reason, ...]  # that decided
    against: Mapping[str, tuple[Reason, ...]]  # engine -> why not
    objection: str = ""  # if the reader would have taken another
    caution: str = ""  # where a cache is not the answer

    @property
    def rows(self) -> tuple[str, ...]:
        """The rows of the duel that decided."""
        told = [*self.reasons, *itertools.chain.from_iterable(self.against.values())]
        return tuple(dict.fromkeys(reason.row for reason in told if reason.row))

    def __str__(self) -> str:
        lines = [f"{self.engine}, {self.form}."]
        lines += [f"  + {reason}" for reason in self.reasons]
        for engine, reasons in self.against.items():
            lines += [f"  - {engine}: {reason}" for reason in reasons]
        return "\n".join([*lines, *filter(None, (self.objection, self.caution))])

    __repr__ = __str__


def recommend(**answers: str) -> Recommendation:
    """The recommendation for these answers: recommend(holds="structures", loss="little").

    A question left out counts as its first answer. Raises ValueError for answers that do not exist.
    """
    for name, answer in answers.items():
        if name not in _ASKED:
            raise ValueError(f"no question is called {name!r}; there are {', '.join(_ASKED)}")
        if answer not in _ASKED[name].answers:
            raise ValueError(f"{name}={answer!r}: choose one of {', '.join(_ASKED[name].answers)}")
    answers = {name: next(iter(question.answers)) for name, question in _ASKED.items()} | answers
    told = [rule for rule in CONSEQUENCES if rule.applies(answers)]
    against: dict[str, list[Reason]] = {REDIS: [], MEMCACHED: []}
    for rule in told:
        if rule.rules_out:
            against[rule.engine].append(rule.reason)
    for_memcached = tuple(rule.reason for rule in told if rule.engine == MEMCACHED and not rule.rules_out)
    if for_memcached and not against[MEMCACHED]:
        engine, reasons = MEMCACHED, for_memcached
        against = {REDIS: against[REDIS]}
    else:
        engine, reasons = VALKEY, (FOR_VALKEY[answers["holds"]],)
        if not against[MEMCACHED]:
            against[MEMCACHED].append(
                Reason("It would do as well, and every later wish would be a move.", "data types")
            )
    return Recommendation(
        engine,
        _form(engine, answers),
        reasons,
        {name: tuple(reasons) for name, reasons in against.items()},
        _objection(engine, answers, against),
        _caution(engine, answers),
    )


def _form(engine: str, answers: Mapping[str, str]) -> str:
    if engine == VALKEY and answers["loss"] == "nothing":
        return "node-based, cluster mode, Multi-AZ, Durability set to sync"
    if answers["rhythm"] == "spiky" and answers["load"] != "cores":
        return "serverless"
    if engine == MEMCACHED:
        return "node-based, with a client that hashes consistently"
    parts = ["node-based"]
    if answers["load"] == "many":
        parts.append("cluster mode")
    if answers["loss"] == "little":
        parts.append("a replica in another zone, Multi-AZ")
    return ", ".join(parts)


def _objection(engine: str, answers: Mapping[str, str], against: Mapping[str, list[Reason]]) -> str:
    wish = {"valkey": VALKEY, "redis": REDIS, "memcached": MEMCACHED}.get(answers["wish"])
    if wish in (None, engine):
        return ""
    if wish == VALKEY:
        return "You would take Valkey. That works too, and you would use little of what it adds here."
    return f"You would take {wish}. Before you do, weigh this: {against[wish][0].because}"


def _caution(engine: str, answers: Mapping[str, str]) -> str:
    form = _form(engine, answers)
    if answers["loss"] == "nothing":
        return (
            "If there is no other copy, this is a database and no cache. Ask first whether a database, or "
            "MemoryDB, should hold it."
        )
    if answers["loss"] == "little":
        return "Replication is asynchronous: a failover may lose the last writes, deletes among them."
    if engine == VALKEY and form == "serverless":
        return "Serverless takes a cluster client, open ports 6379 and 6380, and a TTL on every key."
    if "cluster mode" in form:
        return "Cluster mode takes a cluster client, and the keys of one command must share a slot."
    return ""


assert {rule.reason.row for rule in CONSEQUENCES if rule.reason.row} <= USUAL.keys()
