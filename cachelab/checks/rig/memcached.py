"""A pymemcache client for checks that writes down every round trip; its server is the checks' own."""

import pymemcache

from .cache import HEALTHY, answers_somebody_new

_READS = ("get", "gets", "get_many", "gets_many", "get_multi", "gat", "gats", "stats", "version")
_WRITES = (
    "set", "set_many", "set_multi", "add", "replace", "append", "prepend", "cas", "delete", "delete_many",
    "delete_multi", "incr", "decr", "touch", "flush_all", "raw_command",
)  # fmt: skip


class Memcached(pymemcache.Client):
    """The client a learner's function is handed: every command is answered (`default_noreply=False`)."""

    def __init__(self, address: tuple[str, int], log):
        options = {"connect_timeout": HEALTHY, "timeout": HEALTHY, "default_noreply": False}
        super().__init__(address, **options)
        self._log = log
        self.desk = pymemcache.Client(address, **options)
        """The check's own client; what it does is not in the log."""
        self.desk.flush_all()

    def responds(self) -> bool:
        """Whether its server answers somebody new, at once."""
        return answers_somebody_new(self.server, b"version\r\n", b"V")

    def __repr__(self):
        return "mc"


def _counted(name: str):
    plain = getattr(pymemcache.Client, name)

    def call(self, *args, **named):
        options = (f"{option}={value}" for option, value in named.items())
        with self._log.trip([(name, *args, *options)]) as trip:
            trip.reply = plain(self, *args, **named)
        return trip.reply

    call.__name__, call.__doc__ = name, plain.__doc__
    return call


for _name in _READS + _WRITES:
    if hasattr(pymemcache.Client, _name):
        setattr(Memcached, _name, _counted(_name))
