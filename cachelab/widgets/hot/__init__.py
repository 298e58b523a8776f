"""The benches of lessons 07 and 11: a stampede, XFetch's dice, after a flush, a hot key, shards."""

from .after_flush import after_flush
from .dice import dice
from .hot_key import hot_key
from .one_key import one_key
from .shards import shards

__all__ = ["after_flush", "dice", "hot_key", "one_key", "shards"]
