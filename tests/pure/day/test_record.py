"""The record stands alone, and runs again."""

import importlib
import json
import re

import pytest

from cachelab import day
from cachelab.day.record import again, differences
from tests.oracle.capstone import reference

PARTS = (reference.connect, reference.get_product, reference.change_price, reference.order)


@pytest.mark.filterwarnings("ignore:Call to 'set'")
def test_a_record_stands_alone_and_runs_again(tmp_path, monkeypatch):
    few = [incident for incident in day.INCIDENTS if incident.name in ("the late reader", "a new release")]
    module = importlib.import_module("cachelab.day.record")
    monkeypatch.setattr(module, "judge", lambda service, seed: day.judge(service, few, seed))
    monkeypatch.setattr(module, "order_of", lambda service: day.Score(()))  # it takes real nodes
    page = day.record(*PARTS, folder=tmp_path)
    text = page.read_text(encoding="utf-8")
    assert "cachelab, capstone: no level yet" in text and "def get_product(" in text
    assert not re.search(r"(src|href)=", text) and "<script" not in text
    found = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
    assert found["level"] is None and found["seed"] == 1 and found["versions"]["redis"]
    assert all(line["passed"] for line in found["lines"])
    now, differs = again(page.with_suffix(".json"))
    assert differs == []
    found["lines"][0]["value"] = 17
    assert len(differences(found, now)) == 1
