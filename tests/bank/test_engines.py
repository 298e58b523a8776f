"""What a check needs to run is the course's business: it is started, replaced, or missed in words."""

from cachelab import engines
from cachelab.checks import exercise, progress
from cachelab.checks.rig import lab


def test_an_engine_that_does_not_start_is_not_the_learners_fault(monkeypatch):
    def fail(fresh):
        raise engines.EngineError("no Valkey server found")

    monkeypatch.setattr(lab, "_engines", {})
    monkeypatch.setattr(engines, "valkey", fail)
    verdict = exercise("04.3").check(lambda user_id, cache, db: 1)
    assert verdict.status == "not attempted" and "no Valkey server found" in verdict.message
    assert progress.tries("04.3") == 0


def test_an_engine_that_died_is_replaced():
    exercise("04.3").check(lambda user_id, cache, db: 1)
    lab._engines["valkey"].kill()
    assert exercise("04.3").check(lambda user_id, cache, db: 1).status == "incorrect"
