"""The cache folder, the ports, the certificates."""

import gc
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from cachelab import engines

from .conftest import module

pytestmark = pytest.mark.usefixtures("alone")
folders = module("folders")


def unwritable(tmp_path) -> Path:
    """A place where nobody can make a file, root included."""
    (tmp_path / "file").write_text("")
    return tmp_path / "file" / "folder"


def test_the_folder_is_the_one_chosen(tmp_path, monkeypatch):
    monkeypatch.setenv("CACHELAB_CACHE", str(tmp_path / "a" / "b"))
    assert folders.cache_folder() == tmp_path / "a" / "b"
    assert (tmp_path / "a" / "b").is_dir()


def test_a_chosen_folder_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("CACHELAB_CACHE", str(unwritable(tmp_path)))
    with pytest.raises(engines.EngineError, match=f"CACHELAB_CACHE is set to {unwritable(tmp_path)}"):
        folders.cache_folder()


def test_a_read_only_home_is_replaced_with_a_warning(tmp_path, monkeypatch):
    monkeypatch.setattr(folders.platformdirs, "user_cache_path", lambda name: unwritable(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.warns(UserWarning, match="CACHELAB_CACHE"):
        folder = folders.cache_folder()
    assert folder.parent == tmp_path and folder.is_dir()
    with pytest.warns(UserWarning):
        assert folders.cache_folder() == folder  # the same for the next kernel


def test_a_replacement_that_others_could_have_prepared_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(folders.platformdirs, "user_cache_path", lambda name: unwritable(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.warns(UserWarning):
        folders.cache_folder().chmod(0o777)
    with pytest.raises(engines.EngineError, match="somebody else"):
        folders.cache_folder()


def test_ports_are_not_those_that_clients_are_given(monkeypatch):
    ports = module("ports")
    first = ports._first_outgoing_port()
    chosen = {ports.free_port() for _ in range(50)}
    assert all(15_000 <= port < max(first, 15_001) for port in chosen)
    assert len(chosen) > 40
    monkeypatch.setattr(ports, "is_free", lambda port: False)
    with pytest.raises(engines.EngineError, match="no free port"):
        ports.free_port()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has names that end with their process")
def test_while_a_server_is_down_no_other_kernel_is_given_its_port(monkeypatch):
    ports, server = module("ports"), engines.ValkeyServer()
    port = server.port
    server.kill()
    elsewhere = [sys.executable, "-c", f"from cachelab.engines import ports; print(ports.claim({port}))"]
    assert ports.is_free(port)
    assert subprocess.check_output(elsewhere, text=True).strip() == "None"
    draw, first = ports.secrets.randbelow, iter([port - ports._FIRST])
    monkeypatch.setattr(ports.secrets, "randbelow", lambda most: next(first, draw(most)))
    assert ports.free_port() != port and next(first, None) is None  # it was drawn, and passed over
    server.restart()
    assert server.port == port
    server.kill()
    del server
    gc.collect()
    with ports.claim(port):
        pass


def test_certificates_are_made_once_and_anew_after_stop_all():
    tls = module("tls")
    authority = tls.authority()
    assert tls.authority() is authority
    assert authority.server_material(("localhost",)) is authority.server_material(("localhost",))
    assert authority.server_material().key_file.stat().st_mode & 0o077 == 0
    engines.stop_all()
    again = tls.authority()
    assert again is not authority and Path(again.ca_file).exists()
