"""Findings become the table; what could not be tried says so."""

import pytest

from cachelab.engines import EngineError
from cachelab.workload import duel


class Server:
    def __init__(self, is_real=True):
        self.is_real = is_real
        self.badge = "real" if is_real else "stand-in: a mock"


def found(**held):
    return duel.found(valkey="kept 3", memcached="lost 3", held=held, lost=3)


def test_a_finding_is_filed_and_shown():
    match = duel.Duel(Server())
    finding = match.run("restart", lambda: found(a=True, b=True))
    assert (finding.usual, finding["lost"], finding["other"]) == ("right", 3, None)
    assert match["restart"] is finding
    assert "kept 3" in str(match) and "kept 3" in match._repr_html_()
    assert str(finding) == "Valkey     kept 3\nMemcached  lost 3\nThe usual table is right."


@pytest.mark.parametrize(
    ("held", "usual"),
    [({"a": True}, "right"), ({"a": True, "b": False}, "half right"), ({"a": False}, "wrong")],
)
def test_the_verdict_follows_from_what_held(held, usual):
    finding = found(**held)
    assert finding.usual == usual
    assert finding.fell == tuple(name for name, value in held.items() if not value)


def test_every_row_is_listed_and_empty_until_run():
    match = duel.Duel()
    assert match.score == {"not run": len(duel.USUAL)}
    text, page = str(match), match._repr_html_()
    for row in duel.USUAL:
        assert row.split()[0] in text and f">{row}<" in page


def test_a_row_can_be_run_again_by_name_and_keeps_the_newest():
    match, times = duel.Duel(), []

    def experiment():
        times.append(1)
        return found(a=len(times) > 1)

    assert match.run("threads", experiment).usual == "wrong"
    assert match.run("threads").usual == "right"
    assert match.score["right"] == 1


def test_on_a_stand_in_nothing_is_run():
    match = duel.Duel(Server(), Server(is_real=False))
    finding = match.run("restart", lambda: pytest.fail("it ran"))
    assert finding.usual == "not shown" and "stand-in: a mock" in finding.memcached
    assert finding["lost"] is None


def test_a_server_that_cannot_be_had_is_said_too():
    def experiment():
        raise EngineError("no Memcached found: tried memcached on PATH.\nmore")

    finding = duel.Duel().run("lost node", experiment)
    assert finding.usual == "not shown"
    assert finding.memcached == "not shown: no Memcached found: tried memcached on PATH."


def test_mistakes_are_explained():
    match = duel.Duel()
    with pytest.raises(ValueError, match="no row 'speed': the usual table has data types"):
        match.run("speed", found)
    with pytest.raises(ValueError, match="nothing has been tried for 'threads' yet"):
        match.run("threads")
    with pytest.raises(TypeError, match="must return duel.found"):
        match.run("threads", lambda: 3)


def test_text_from_servers_is_escaped():
    match = duel.Duel()
    match.run("threads", lambda: duel.found(valkey="<script>", memcached="&", held={"a": True}))
    assert "<script>" not in match._repr_html_()
