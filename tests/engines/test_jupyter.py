"""Kernels talk over Unix sockets: nobody else may enter, and nothing is left when they end."""

import json
import os
import stat
from pathlib import Path

import nbformat
import pytest
from traitlets.utils.importstring import import_item

from cachelab import jupyter
from cachelab.jupyter import client

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(os.name != "posix", reason="Unix sockets")


def kernel(code: str):
    nb = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    nb.cells = [nbformat.v4.new_code_cell(code)]
    return client(nb), nb


def test_a_kernel_is_reached_by_five_sockets_of_ones_own_and_leaves_none():
    running, nb = kernel("print(6 * 7)")
    with running.setup_kernel():
        running.execute_cell(nb.cells[0], 0)
        assert running.km.get_connection_info()["transport"] == "ipc"
        folder = Path(running.km.ip).parent
        assert len([path for path in folder.iterdir() if path.is_socket()]) == 5
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, "only this user may enter"
    assert not folder.exists()


def test_a_kernel_may_be_restarted():
    manager = jupyter.Kernels()
    manager.start_kernel()
    kernel = manager.client()
    kernel.start_channels()
    try:
        kernel.wait_for_ready(timeout=60)
        manager.restart_kernel(now=True)
        kernel.wait_for_ready(timeout=60)
    finally:
        kernel.stop_channels()
        manager.shutdown_kernel(now=True)
    assert not Path(manager.ip).parent.exists()


def test_where_paths_are_too_long_for_a_socket_a_short_folder_is_taken(tmp_path, monkeypatch):
    long = tmp_path / ("x" * 120)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))
    manager = jupyter.Kernels()
    assert manager.transport == "ipc" and manager.ip.startswith("/tmp/")
    manager.write_connection_file()
    manager.cleanup_connection_file()


def test_the_server_is_told():
    config = json.loads((ROOT / "binder" / "jupyter_server_config.json").read_text(encoding="utf-8"))
    found = import_item(config["AsyncMappingKernelManager"]["kernel_manager_class"])()
    assert found.transport == "ipc"
    found.cleanup_connection_file()
    with pytest.raises(AttributeError):
        jupyter.NoSuchKernels  # noqa: B018
