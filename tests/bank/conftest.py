import pytest


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    """No test touches the progress, or the copies, of whoever runs it."""
    monkeypatch.setenv("CACHELAB_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setenv("CACHELAB_EXERCISES", str(tmp_path / "my-exercises"))
