"""Valkey's commands, by the kind of value they are about, and what WATCH takes for "modified".

A string's value is `bytes`; the others are a Hash, a SortedSet, a List, a Set and a Stream of table.py. A ttl
is milliseconds or None. Replies are those of RESP2: bytes, int, None, list, `Status` and `ServerError`.
"""

from cachelab.races.models.commands import hashes, keys, lists, sets, sorted_sets, streams, strings

__all__ = ["hashes", "keys", "lists", "sets", "sorted_sets", "streams", "strings"]  # each fills the table
