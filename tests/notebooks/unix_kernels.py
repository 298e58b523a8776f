"""A pytest plugin: nbval's kernels talk over Unix sockets, as JupyterLab's do here (cachelab/jupyter.py)."""

import nbval.kernel

from cachelab.jupyter import Kernels


def pytest_configure():
    nbval.kernel.KernelManager = Kernels
