"""The harness itself: a port that somebody else takes in time costs a second try, not the run."""

import socket

import pytest

from tools import lab as harness
from tools.lab import Lab, chromium


@pytest.mark.skipif(chromium() is None, reason="no Chromium found")
def test_a_port_that_is_taken_is_given_up(monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        choices = [taken.getsockname()[1], harness.free_port()]
        monkeypatch.setattr(
            harness, "free_port", lambda: choices.pop(0) if choices else pytest.fail("a third")
        )
        with Lab() as lab:
            assert lab.api("status")["kernels"] == 0 and choices == []
