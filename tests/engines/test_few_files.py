"""Machines on which few files may be open: Memcached takes what it gets."""

import shutil
import subprocess
import sys

import pytest

ASK = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (512, 512))
from cachelab import engines
cache = engines.MemcachedServer().client()
cache.set("user:42", "Ada", noreply=False)
print(cache.get("user:42"))
engines.stop_all()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit there")
@pytest.mark.skipif(shutil.which("memcached") is None, reason="needs memcached")
def test_memcached_starts_where_only_512_files_may_be_open():
    said = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, timeout=60)
    assert said.stdout.strip() == "b'Ada'", said.stderr
