"""Which node a key lives on: the rules, what they move, how evenly they share, and what hot keys do.

placement   modulo, the ring, rendezvous (weighted, too), jump, bounded loads
formulas    what theory says of them
slots       the 16,384 slots of a Valkey cluster
shards      what each shard of a cluster gets when some keys are asked for more often than others
"""

from .placement import bounded, jump, modulo, moved, rendezvous, ring, shares
from .slots import SLOTS, shard_of, slot_of

__all__ = [
    "SLOTS",
    "bounded",
    "jump",
    "modulo",
    "moved",
    "rendezvous",
    "ring",
    "shard_of",
    "shares",
    "slot_of",
]
