"""Findings become the table; what could not be tried says so, and only that."""

import pytest

from cachelab.engines import EngineError
from cachelab.workload.compare import duel


class Server:
    def __init__(self, is_real=True, alive=True):
        self.is_real, self.alive = is_real, alive


def match(valkey=None, memcached=None, **experiments):
    return duel.Duel(valkey or Server(), memcached or Server(), experiments)


def kept(**held):
    return lambda _: duel.found("kept 3", held=held, kept=3)


def lost(**held):
    return lambda _: duel.found("lost 3", held=held, lost=3)


def fails(_):
    pytest.fail("it ran")


def test_a_finding_is_filed_and_told(capsys):
    table = match()
    table.run("restart", kept(a=True), lost(b=True))
    finding = table["restart"]
    assert finding.usual == "right"
    assert (finding["kept"], finding["lost"], finding["other"]) == (3, 3, None)
    assert "kept 3" in str(table) and "lost 3" in table._repr_html_()
    told = [line.split("\r")[-1] for line in capsys.readouterr().out.split("\n")]
    assert told == ["Valkey     kept 3", "Memcached  lost 3", "The usual table is right.", ""]
    table.run_each(["restart"])
    assert capsys.readouterr().out.startswith("restart:\n")


def test_a_half_is_told_before_the_other_is_tried(capsys):
    def memcached(_):
        assert "Valkey     kept 3\n" in capsys.readouterr().out
        return duel.found("lost 3")

    match().run("restart", kept(), memcached)


@pytest.mark.parametrize(
    ("of_valkey", "of_memcached", "usual"),
    [
        ({"a": True}, {"b": True}, "right"),
        ({"a": True}, {"b": False}, "half right"),
        ({"a": False}, {}, "wrong"),
        ({}, {}, "not shown"),
    ],
)
def test_the_verdict_follows_from_what_held(of_valkey, of_memcached, usual):
    table = match()
    table.run("restart", kept(**of_valkey), lost(**of_memcached))
    held = of_valkey | of_memcached
    assert table["restart"].usual == usual
    assert table["restart"].fell == tuple(name for name, value in held.items() if not value)


def test_every_row_is_listed_and_empty_until_run():
    table = match()
    assert table.score == {"not run": len(duel.USUAL)}
    text, page = str(table), table._repr_html_()
    for row in duel.USUAL:
        assert row.split()[0] in text and f">{row}<" in page


def test_a_row_can_be_run_again_by_name_and_keeps_the_newest():
    times = []

    def valkey(_):
        times.append(1)
        return duel.found("", held={"a": len(times) > 1})

    table = match(threads=(valkey, lost()))
    table.run("threads")
    assert table["threads"].usual == "wrong"
    table.run("threads")
    assert table["threads"].usual == "right" and table.score["right"] == 1


def test_the_rows_own_experiments_are_run_and_can_be_read(capsys):
    table = match(restart=(kept(a=True), lost(b=False)))
    table.run("restart")
    assert table["restart"].usual == "half right"
    capsys.readouterr()
    table.code("restart")
    assert 'duel.found("kept 3"' in (told := capsys.readouterr().out) and 'duel.found("lost 3"' in told


def test_an_experiment_can_belong_to_no_row(capsys):
    table = match(memcached=Server(is_real=False))
    table.compare(kept(a=True), fails)
    assert "kept 3" in (told := capsys.readouterr().out) and "Memcached  not shown" in told
    assert table.score == {"not run": len(duel.USUAL)}


@pytest.mark.parametrize("row_holds", [True, False])
def test_without_a_real_memcached_valkey_is_shown(row_holds):
    table = match(memcached=Server(is_real=False))
    table.run("restart", kept(a=row_holds), fails)
    finding = table["restart"]
    assert (finding["kept"], finding["lost"]) == (3, None)
    assert finding.memcached.said == "not shown: it takes a real Memcached, lesson 00 says how to get it"
    assert finding.usual == f"{'right' if row_holds else 'wrong'} as far as shown"
    assert "kept 3" in table._repr_html_() and "as far as shown" in str(finding.verdict)


def test_without_a_real_valkey_memcached_is_shown():
    table = match(valkey=Server(is_real=False))
    table.run("restart", fails, lost(b=True))
    assert table["restart"].valkey.said.startswith("not shown: it takes a real Valkey")
    assert table["restart"].usual == "right as far as shown"


def test_a_server_that_cannot_be_had_is_said_too():
    def memcached(_):
        raise EngineError("no Memcached found: tried memcached on PATH.\nmore")

    table = match()
    table.run("lost node", kept(a=True), memcached)
    assert table["lost node"].memcached.said == "not shown: no Memcached found: tried memcached on PATH."
    assert table["lost node"]["kept"] == 3


def test_a_server_that_is_down_says_what_to_do():
    table = match(valkey=Server(alive=False))
    table.run("restart", fails, lost(b=True))
    assert table["restart"].valkey.said == "not shown: this Valkey is down, run the first cell again"


def test_mistakes_are_explained():
    table = match()
    with pytest.raises(ValueError, match="no row 'speed': the usual table has data types"):
        table.run("speed", kept(), lost())
    with pytest.raises(ValueError, match="nothing has been tried for 'threads' yet"):
        table.run("threads")
    with pytest.raises(TypeError, match="hand over two functions, for Valkey and for Memcached"):
        table.run("threads", kept())
    with pytest.raises(TypeError, match="must return duel.found"):
        table.run("threads", lambda _: 3, lost())
    with pytest.raises(LookupError, match="nothing has been found for 'threads' yet: run its cell first"):
        table["threads"]


def test_text_from_servers_is_escaped():
    table = match()
    table.run("threads", lambda _: duel.found("<script>"), lambda _: duel.found("&", held={"a": True}))
    assert "<script>" not in table._repr_html_()
