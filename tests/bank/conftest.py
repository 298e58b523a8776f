import pytest

from tests.oracle.capstone.once import judging


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    """No test touches the progress, or the copies, of whoever runs it, nor is their class told of it."""
    monkeypatch.delenv("CACHELAB_CLASS", raising=False)
    monkeypatch.setenv("CACHELAB_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setenv("CACHELAB_EXERCISES", str(tmp_path / "my-exercises"))


@pytest.fixture(autouse=True)
def incidents_once(of_the_run, monkeypatch):
    """What the judges' tests have found of a module is not judged again."""
    monkeypatch.setattr("cachelab.exercises.asserts.service.judge_one", judging(of_the_run))
