"""How the course's kernels talk to JupyterLab, nbclient and nbval: over Unix sockets, where there are any.

A kernel's five TCP ports are chosen first and bound later: on a busy machine another program takes one
in between, and the kernel "died before replying". They are also open to everybody on a shared machine.
Sockets in a folder of one's own have neither fault.

JupyterLab is told by binder/jupyter_server_config.json, which `make lab` and Binder put into its settings.
"""

import asyncio
import atexit
import os
import shutil
import signal
import tempfile
from contextlib import suppress
from pathlib import Path

from jupyter_client.manager import AsyncKernelManager, KernelManager
from traitlets import HasTraits, default

LONGEST = 100  # bytes of a Unix socket's path: 104 on macOS, 108 on Linux, less "-N" and the end


class _UnixSockets(HasTraits):
    """A kernel manager's transport and address: sockets in a folder that only this user may enter."""

    _folder: str | None = None

    @default("transport")
    def _unix_where_there_is(self) -> str:
        return "ipc" if os.name == "posix" and self._sockets() else "tcp"

    @default("ip")
    def _in_the_folder(self) -> str:
        return self._sockets() if self.transport == "ipc" else "127.0.0.1"

    def _sockets(self) -> str | None:
        """The beginning of every socket's path, absolute and short enough; None where no folder is."""
        for root in (tempfile.gettempdir(), "/tmp"):
            if len(os.fsencode(f"{root}/kernel-12345678/s")) <= LONGEST and os.access(root, os.W_OK):
                if self._folder is None:
                    self._folder = tempfile.mkdtemp(prefix="kernel-", dir=root)
                return f"{self._folder}/s"
        return None

    def cleanup_connection_file(self) -> None:
        super().cleanup_connection_file()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


class Kernels(_UnixSockets, KernelManager):
    """For nbval."""


class AsyncKernels(_UnixSockets, AsyncKernelManager):
    """For nbclient and nbconvert."""


def client(nb, folder: Path | None = None, timeout: float = 120):
    """An nbclient for the notebook `nb`, its kernel started in `folder`; each cell has `timeout` seconds."""
    from nbclient import NotebookClient

    class Client(NotebookClient):
        """Ctrl-C stops it, and its kernel: nbclient alone ends the kernel, and goes on waiting for it."""

        stopped = False
        forget = staticmethod(lambda: None)

        async def async_start_new_kernel(self, **options):
            loop = asyncio.get_running_loop()

            def stop() -> None:
                self.stopped, self.shutdown_kernel = True, "immediate"
                loop.remove_signal_handler(signal.SIGINT)
                for task in asyncio.all_tasks():
                    task.cancel()

            with suppress(NotImplementedError, RuntimeError):  # Windows; not the main thread
                loop.add_signal_handler(signal.SIGINT, stop)
                self.forget = lambda: loop.remove_signal_handler(signal.SIGINT)
            await super().async_start_new_kernel(**options)

        def execute(self, *given, **named):
            try:
                return super().execute(*given, **named)
            except BaseException as error:
                if not (self.stopped or isinstance(error, KeyboardInterrupt)):
                    raise
                if self.km is not None:  # stopped while it started
                    self.shutdown_kernel = "immediate"
                    self._cleanup_kernel()
                atexit.unregister(self._cleanup_kernel)
                raise KeyboardInterrupt from None
            finally:
                self.forget()  # nbclient forgets its own only where the kernel has started

    where = {"metadata": {"path": str(folder)}} if folder else {}
    return Client(nb, kernel_manager_class=AsyncKernels, timeout=timeout, resources=where)


def __getattr__(name: str):
    if name != "ServerKernels":
        raise AttributeError(name)
    from jupyter_server.services.kernels.kernelmanager import (
        ServerKernelManager,  # only a server has it loaded
    )

    class ServerKernels(_UnixSockets, ServerKernelManager):
        """For JupyterLab."""

    globals()[name] = ServerKernels
    return ServerKernels
