"""The slots of a Valkey cluster: CRC-16 of the key or of its hash tag, modulo 16,384."""

from binascii import crc_hqx

__all__ = ["SLOTS", "shard_at", "shard_of", "slot_of"]

SLOTS = 16_384


def tag_of(key: str) -> str:
    """The part of the key that is hashed: what stands between the first `{` and the next `}`, if anything
    does, else all of it. (https://valkey.io/topics/cluster-spec/, "Hash tags")"""
    _, brace, rest = key.partition("{")
    tag, end, _ = rest.partition("}")
    return tag if brace and end and tag else key


def slot_of(key: str) -> int:
    """The slot that the server would name for `CLUSTER KEYSLOT key`."""
    return crc_hqx(tag_of(key).encode(), 0) % SLOTS


def shard_of(key: str, shards: int) -> int:
    """The shard, from 0, of a cluster whose shards hold equal runs of slots, one after the other."""
    return shard_at(slot_of(key), shards)


def shard_at(slot: int, shards: int) -> int:
    """The shard that holds this slot (or of an array of slots, of each): shard i begins at i/n of all slots,
    rounded to the nearest, as in the clusters here."""
    return (2 * slot + 1) * shards // (2 * SLOTS)
