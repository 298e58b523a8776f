"""Lessons 02 and 02b on a machine without Memcached: each row shows Valkey, and what is missing."""

import json

import nbformat
import pytest

from cachelab.engines.valkey import find_server as find_valkey
from cachelab.jupyter import client
from cachelab.workload.compare import duel
from tools.tidy import ROOT

FIGURES = """
import json
print(json.dumps({row: [half.said for half in (found.valkey, found.memcached)]
                  for row, found in match.findings.items()}))
"""


@pytest.mark.skipif(not find_valkey(), reason="needs a real Valkey")
def test_valkeys_half_of_every_row_is_shown(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CACHELAB_MEMCACHED", raising=False)
    rows = {}
    for name in ("02_redis_or_memcached", "02b_both_caches_in_detail"):
        nb = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
        nb.cells.append(nbformat.v4.new_code_cell(FIGURES))
        client(nb).execute()
        rows |= json.loads(nb.cells[-1].outputs[0].text)
    assert set(rows) == set(duel.USUAL)
    for row, (valkey, memcached) in rows.items():
        assert "not shown" not in valkey, row
        assert memcached == "not shown: it takes a real Memcached, lesson 00 says how to get it", row
