"""Run a notebook outside JupyterLab, in a kernel that talks over Unix sockets (cachelab/jupyter.py)."""

from pathlib import Path

import nbformat
from nbclient import NotebookClient

from cachelab.jupyter import AsyncKernels


def client(nb: nbformat.NotebookNode, folder: Path | None = None, timeout: float = 120) -> NotebookClient:
    """An nbclient for `nb`, its kernel started in `folder`; each cell has `timeout` seconds."""
    where = {"metadata": {"path": str(folder)}} if folder else {}
    return NotebookClient(nb, kernel_manager_class=AsyncKernels, timeout=timeout, resources=where)
