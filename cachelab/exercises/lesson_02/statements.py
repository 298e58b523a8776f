"""02.4: three false statements in a vendor's table."""

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.checks.verdict import Table, incorrect
from cachelab.learner.words import show

# letter -> (the statement, whether it is true, what the lesson's experiment showed, its row)
STATEMENTS = {
    "A": (
        "Valkey executes commands one after another, in one thread.",
        True,
        "I/O threads read and write for it; commands are executed by one.",
        "threads",
    ),
    "B": (
        "Whatever you configure, a Memcached server that is restarted has lost its items.",
        False,
        "With a memory file (`-e`) and SIGUSR1 it came back with its item.",
        "restart",
    ),
    "C": (
        "With consistent hashing, the loss of one Memcached node of five costs about a fifth of the keys.",
        True,
        "One of three cost a third, and the others' keys were still found.",
        "lost node",
    ),
    "D": (
        "What a Valkey primary has acknowledged is safe, because its replica takes over when it dies.",
        False,
        "The write that was acknowledged while the link was blocked was gone after the failover.",
        "copies",
    ),
    "E": (
        "Memcached keeps an entry with a TTL of 40 days for 40 days, unless it needs the memory.",
        False,
        "More than 30 days is read as a date in 1970: the voucher was gone at once.",
        "expiry",
    ),
    "F": (
        "A value that is too large for Memcached is refused, and an older value under its key is gone then.",
        True,
        "The refusal was also a delete.",
        "keys and values",
    ),
    "G": (
        "On ElastiCache, Memcached can be given TLS, but neither users nor passwords.",
        True,
        "TLS worked; AUTH, users and IAM are for Valkey and Redis OSS.",
        "access",
    ),
    "H": (
        "A Valkey that is full and whose policy nobody has set refuses to store more.",
        True,
        "OutOfMemoryError, and not one eviction.",
        "eviction",
    ),
}


FALSE = {letter for letter, (_, true, _, _) in STATEMENTS.items() if not true}


@define(
    "02.4",
    "Three false statements",
    minutes=6,
    hints=(
        "For each statement there is a row in your table. Which experiments ended in a surprise?",
        "Run five rows: restart, copies, lost node, keys and values, expiry. Two of them say what a "
        "statement says. Three say the opposite.",
    ),
)
def three_false_statements(lab: Lab, false_statements: set | frozenset):
    called = f"`false_statements = {show(false_statements)}`"
    if odd := [one for one in false_statements if one not in STATEMENTS]:
        raise incorrect(
            called, f"{odd[0]!r} is none of the statements", "letters from A to H, each as a text"
        )
    if len(false_statements) != len(FALSE):
        raise incorrect(called, f"these are {len(false_statements)}", "three letters")
    if accused := sorted(false_statements - FALSE):
        right = len(false_statements & FALSE)
        text, _, seen, row = STATEMENTS[accused[0]]
        found = f"{'none' if not right else right} of the three {'is' if right == 1 else 'are'} false"
        raise incorrect(
            called,
            f"{found}. You accuse {accused[0]}: {text}",
            "three that an experiment of the lesson refutes",
            f"{seen} Run it again: `match.run({row!r})`.",
        )
    rows = tuple((letter, *STATEMENTS[letter][2:]) for letter in sorted(FALSE))
    return (
        "All three were true of something once: of a default, of a lucky moment, of a shorter time.",
        Table("What refutes them", ("", "seen", "row"), rows),
    )
