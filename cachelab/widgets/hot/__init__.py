"""The benches of lesson 07: one key under a stampede, XFetch's dice, the shop after a flush, a hot key."""

from .after_flush import after_flush
from .dice import dice
from .hot_key import hot_key
from .one_key import one_key

__all__ = ["after_flush", "dice", "hot_key", "one_key"]
