"""Valkey's commands, by the kind of value they are about, and what WATCH takes for "modified".

A string's value is `bytes`; the others are a Hash, a SortedSet, a List and a Set of table.py. A ttl is
milliseconds or None. Replies are those of RESP2: bytes, int, None, list, `Status` and `ServerError`.
"""

from cachelab.races.models.commands import hashes, keys, lists, sets, sorted_sets, strings
from cachelab.races.models.commands.numbers import text_of
from cachelab.races.models.commands.table import (
    CLOCK,
    OK,
    Data,
    Fail,
    Hash,
    Keyspace,
    List,
    ServerError,
    Set,
    SortedSet,
    Status,
    arity_error,
    has,
    integer,
    refuse,
    run,
)

KINDS = (hashes, keys, lists, sets, sorted_sets, strings)  # each puts its commands into the table

__all__ = [
    "CLOCK",
    "KINDS",
    "OK",
    "Data",
    "Fail",
    "Hash",
    "Keyspace",
    "List",
    "ServerError",
    "Set",
    "SortedSet",
    "Status",
    "arity_error",
    "has",
    "integer",
    "refuse",
    "run",
    "text_of",
]
