"""SIEVE: a queue, one bit an item, and a hand that never moves an item.

Source: Zhang, Yang, Yue, Vigfusson, Rashmi, "SIEVE is simpler than LRU" (NSDI 2024). Exact, for items of one
size. New items come in at the head. To evict, the hand walks from the tail towards the head, takes the mark
off what was read, and evicts the first item without a mark; it stays where it is for the next time.
Made for the web, where many items are read once; a loop larger than the cache defeats it as it does LRU.
"""

from cachelab.workload.policies.policy import Policy

__all__ = ["Sieve"]


class Sieve(Policy):
    """SIEVE, as in the paper's algorithm 1."""

    def __init__(self, capacity: int):
        super().__init__(capacity)
        self._read: dict = {}  # key -> whether it was read since the hand passed
        self._newer: dict = {}  # the queue: key -> the one that came after it, and before it
        self._older: dict = {}
        self._head = self._tail = self._hand = None

    def _run(self, keys, hit, times):
        read, newer, older, capacity = self._read, self._newer, self._older, self.capacity
        head, tail, hand = self._head, self._tail, self._hand
        for i, key in enumerate(keys):
            if key in read:
                read[key] = True
                continue
            hit[i] = 0
            if len(read) >= capacity:
                victim = tail if hand is None else hand
                while read[victim]:
                    read[victim] = False
                    victim = newer[victim]
                    if victim is None:
                        victim = tail
                hand, before = newer.pop(victim), older.pop(victim)
                if hand is None:
                    head = before
                else:
                    older[hand] = before
                if before is None:
                    tail = hand
                else:
                    newer[before] = hand
                del read[victim]
            read[key], newer[key], older[key] = False, None, head
            if head is None:
                tail = key
            else:
                newer[head] = key
            head = key
        self._head, self._tail, self._hand = head, tail, hand

    def __len__(self):
        return len(self._read)

    def __contains__(self, key):
        return key in self._read
