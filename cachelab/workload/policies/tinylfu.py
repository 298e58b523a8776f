"""W-TinyLFU: who comes in must have been asked for more often than who would have to go.

Source: Einziger, Friedman, Manes, "TinyLFU: a highly efficient cache admission policy" (ACM Transactions on
Storage 13(4), 2017); the proportions are those of Caffeine's first releases. New items enter a window (1 % of
the room, LRU). What falls out of it is compared with the next victim of the main part; the one asked for more
often lately stays. The main part is a segmented LRU: a fifth on probation, four fifths protected.

"Lately" is counted for every key, held or not: up to 15, halved after 10 requests for each item that fits.
Here those counts are exact; the paper keeps them in a few bits an item and is now and then wrong. Caffeine
also adapts the window to the traffic; this does not. Items of one size.
"""

from collections import OrderedDict

from cachelab.workload.policies.policy import Policy

__all__ = ["WTinyLFU"]


class WTinyLFU(Policy):
    """W-TinyLFU with exact counts and a window of fixed size."""

    WINDOW, PROTECTED, SAMPLE, MOST = 0.01, 0.8, 10, 15

    def __init__(self, capacity: int):
        super().__init__(capacity)
        self._window, self._probation, self._protected = OrderedDict(), OrderedDict(), OrderedDict()
        self._asked: dict = {}  # key -> how often lately
        self._counted = 0

    def _run(self, keys, hit, times):
        window, probation, protected = self._window, self._probation, self._protected
        in_window = max(1, int(self.WINDOW * self.capacity))
        in_main = self.capacity - in_window
        in_protected = int(self.PROTECTED * in_main)
        asked, counted, limit, most = self._asked, self._counted, self.SAMPLE * self.capacity, self.MOST
        for i, key in enumerate(keys):
            times_asked = asked.get(key, 0)
            if times_asked < most:
                asked[key] = times_asked + 1
            counted += 1
            if counted >= limit:
                asked = {name: count >> 1 for name, count in asked.items() if count > 1}
                counted >>= 1
            if key in protected:
                protected.move_to_end(key)
            elif key in probation:
                del probation[key]
                protected[key] = None
                if len(protected) > in_protected:
                    probation[protected.popitem(last=False)[0]] = None
            elif key in window:
                window.move_to_end(key)
            else:
                hit[i] = 0
                window[key] = None
                if len(window) > in_window:
                    candidate = window.popitem(last=False)[0]
                    if len(probation) + len(protected) < in_main:
                        probation[candidate] = None
                    elif in_main:
                        segment = probation or protected
                        if asked.get(candidate, 0) > asked.get(next(iter(segment)), 0):
                            segment.popitem(last=False)
                            probation[candidate] = None
        self._asked, self._counted = asked, counted

    def __len__(self):
        return len(self._window) + len(self._probation) + len(self._protected)

    def __contains__(self, key):
        return key in self._window or key in self._probation or key in self._protected
