"""Access strings on a real server, and the bench that asks it."""

from types import SimpleNamespace

import pytest

from cachelab import engines
from cachelab.cloud import allowed
from cachelab.cloud.allowed import NoAccess, attempts
from cachelab.engines.valkey import StandInValkey
from cachelab.widgets import aws


@pytest.fixture(scope="module")
def server():
    server = engines.ValkeyServer()
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("CACHELAB_PROGRESS", str(tmp_path / "progress.json"))


def reaching(server, access_string: str) -> set[str]:
    return {one.words[0] for one in attempts(server, access_string) if one.reaches_others}


def test_a_key_pattern_limits_what_names_keys_and_nothing_else(server):
    assert reaching(server, "on ~* +@all") >= {"GET", "SET", "EVAL", "SCAN", "FLUSHALL", "MONITOR"}
    assert reaching(server, "on ~shop:* +@read +@write -@dangerous") == {"SCAN", "RANDOMKEY", "DBSIZE"}
    assert reaching(server, "on ~shop:* +@read +@write -@dangerous -scan -randomkey -dbsize") == set()


def test_the_answers_are_the_servers(server):
    said = {one.command: one for one in attempts(server, "on ~shop:* +@read +@write -@dangerous")}
    assert said["GET shop:1"].said == "a lamp" and not said["GET shop:1"].reaches_others
    assert "bank:1" in said["SCAN 0"].said
    assert said["GET bank:1"].said == "No permissions to access a key"
    assert "no permissions to run the 'config|get'" in said["CONFIG GET maxmemory"].said
    assert allowed.USER not in str(server.client(decode_responses=True).execute_command("ACL", "USERS"))


def test_a_user_who_is_off_gets_nothing(server):
    assert not any(one.allowed for one in attempts(server, "off ~* +@all"))


@pytest.mark.parametrize("string", ["", "on >password ~* +@all", "on ~* +@nonsense", None, b"on ~* +get"])
def test_what_is_no_access_string_is_refused(server, string):
    with pytest.raises(NoAccess):
        attempts(server, string)


@pytest.mark.parametrize("command", ["GET", b"GET", (), ("",), ("SET", "shop:1", 5), (b"GET", b"shop:1")])
def test_what_is_no_command_is_refused(server, command):
    with pytest.raises(ValueError, match="is no command"):
        attempts(server, "on ~shop:* +get", [command])


def test_a_command_that_waits_was_allowed_and_one_that_leaves_leaves_nothing(server):
    def client(**settings):
        return server.client(**settings | ({"socket_timeout": 0.2} if "username" in settings else {}))

    impatient = SimpleNamespace(client=client)
    waits, elsewhere, back = attempts(
        impatient, "on ~* +@all", [("BLPOP", "shop:none", "0"), ("SELECT", "1"), ("TYPE", "shop:1")]
    )
    assert waits.allowed and "it waits" in waits.said
    assert elsewhere.allowed and back.said == "string"


@pytest.mark.parametrize("what", [None, 7, StandInValkey])
def test_only_a_real_server_is_asked(what):
    server = what() if callable(what) else what
    with pytest.raises(ValueError, match="real server"):
        aws.access(server)
    if server and callable(what):
        with pytest.raises(ValueError, match="real server"):
            attempts(server, "on ~* +get")


def test_the_table_asks_at_each_change_and_knows_when_it_is_enough(server):
    table = aws.access(server)
    assert table.string == "on ~* +@all" and "14 of them reach beyond" in table.sentence
    table.set(keys="~shop:*", commands="+@read +@write", without="-@dangerous")
    assert "SCAN 0" in table.text() and "3 of them reach beyond" in table.sentence
    assert table.asks.found == 0
    assert table.set(commands="+get +set +del", without="").asks.found == 1
    assert table.set(keys="%R~shop:*").sentence.startswith("1 of 17")


def test_a_table_whose_server_is_gone_says_so():
    server = engines.ValkeyServer()
    table = aws.access(server)
    server.stop()
    rows = table.rows
    assert "does not answer" in table.set(keys="~shop:*").sentence and table.rows == rows


def test_a_stand_in_is_not_asked():
    with pytest.raises(ValueError, match="real server"):
        aws.access(StandInValkey())
