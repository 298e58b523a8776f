"""What virtual time tells, and does not do."""


class VirtualTimeError(Exception):
    """Virtual time could not go on; the message says who did what, where, and the way out."""


class Deadlock(VirtualTimeError):
    """Everybody waits for somebody who waits, and nobody has a time-out.

    >>> import threading
    >>> from cachelab import virtual
    >>> with virtual.time():
    ...     threading.Event().wait()
    Traceback (most recent call last):
    cachelab.virtual.errors.Deadlock: Everybody waits, and nobody will ever go on, at 0 s:
      main waits for an event that nobody has set, at <doctest ...>, line 2, in <module>
    """


class Endless(VirtualTimeError):
    """A thread computes, or reads the clock, and never waits: virtual time cannot pass."""


class TooLong(VirtualTimeError):
    """The run took more steps than it may."""


class WaitsForReal(VirtualTimeError):
    """A thread waits in real time: for a lock that is older than virtual time, a pipe, a native library."""


class Unsupported(VirtualTimeError):
    """Something that has no virtual form: another process, a real host, TLS, asyncio."""


class Ended(BaseException):
    """Raised in threads that are still there when virtual time ends; no `except Exception` catches it."""
