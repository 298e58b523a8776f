"""pymemcache's client, fit for cells that are interrupted."""

import pymemcache

__all__ = ["Client"]


class Client(pymemcache.Client):
    """A `pymemcache.Client` that an interrupt leaves usable.

    pymemcache drops its connection after an error, but not after an interrupt (which is no `Exception`).
    The answer that was under way would then be taken for the answer to the next question.
    """

    def _fetch_cmd(self, *args, **named):
        return self._whole(super()._fetch_cmd, *args, **named)

    def _store_cmd(self, *args, **named):
        return self._whole(super()._store_cmd, *args, **named)

    def _misc_cmd(self, *args, **named):
        return self._whole(super()._misc_cmd, *args, **named)

    def _whole(self, command, *args, **named):
        try:
            return command(*args, **named)
        except BaseException:
            self.close()
            raise
