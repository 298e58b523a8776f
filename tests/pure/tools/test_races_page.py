"""The examples of races.html are the strategies, and what the page's Python answers is the explorer's."""

import importlib.util
import json

import pytest

from cachelab import races
from cachelab.races import strategies
from tools import races_page

EXAMPLES = {example["name"]: example for example in races_page.examples()}
STRATEGIES = {strategy.__doc__: strategy for strategy in strategies.STRATEGIES}


@pytest.fixture(scope="module")
def answer():
    spec = importlib.util.spec_from_file_location("asked", races_page.SOURCES / "asked.py")
    asked = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(asked)

    def answer(**question) -> dict:
        whole = {"clients": "reader, writer", "fault": "", "cache": "valkey"} | question
        return json.loads(asked.answer(json.dumps(whole)))

    return answer


def test_the_first_is_lesson_05_s_and_all_that_needs_no_lua_are_there():
    assert next(iter(EXAMPLES)) == "DEL after write"
    assert STRATEGIES.keys() - EXAMPLES.keys() == {
        "version CAS (Lua) + DEL",
        "version CAS + versioned SET",
        "version CAS + tombstone(ver)",
        "lock with TTL",
        "CDC tombstone + version lease",
    }


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_judged_as_the_strategy_it_is(answer, name):
    example, strategy = EXAMPLES[name], STRATEGIES[name]
    clients = [strategy.reader, strategy.writer]
    if hasattr(strategy, "follower"):
        clients.append(races.cdc(strategy.follower, strategy.source))
    report = races.explore(
        clients, example["fault"] or None, memcached=getattr(strategy, "memcached", False), seconds=None
    )
    answered = answer(**{key: value for key, value in example.items() if key != "name"})
    assert answered["headline"] == f"{report.headline}."
    for count, words in zip(report.counts.values(), answered["counts"], strict=True):
        assert words.endswith(f"{count.violating:,} of {count.schedules:,} orders go wrong")
    assert (answered["scene"] is None) == (report.kind is None)


def test_of_writers_alone_the_function_that_is_left_is_asked(answer):
    code = EXAMPLES["write-through SET"]["code"]
    answered = answer(code=code, clients="writer, writer")
    assert "stale for good" in answered["headline"] and "at the end reader is asked" in answered["notes"]
    alone = answer(code="def writer(cache, db):\n    db.write()\n", clients="writer")
    assert "there is no reader to ask" in alone["problem"]


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({"code": "1 / 0"}, "ZeroDivisionError: division by zero\nline 1: 1 / 0"),
        ({"code": "exit()"}, "SystemExit"),
        ({"code": "def reader(cache, db):\n    return db.read()", "clients": " , "}, "Say who runs"),
        ({"code": "reader = 1"}, "There is no function 'reader'. Your code has: none."),
        ({"code": "def reader(cache):\n    return 1", "clients": "reader"}, "reader(cache, db)"),
        ({"code": EXAMPLES["TTL only"]["code"], "cache": "memcached", "fault": "failover"}, "failover"),
    ],
)
def test_a_question_that_cannot_be_answered_gets_a_sentence(answer, question, said):
    assert said in answer(**question)["problem"]


def test_a_package_that_is_not_the_pinned_one_is_refused(monkeypatch, tmp_path):
    def pack(command, cwd, **_):
        (cwd / "pyodide-314.0.7.tgz").write_bytes(b"something else")
        return races_page.subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(races_page.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(races_page.subprocess, "run", pack)
    with pytest.raises(ValueError, match="is pinned"):
        races_page.build(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_without_npm_a_sentence_says_so_and_nothing_is_written(monkeypatch, tmp_path):
    monkeypatch.setattr(races_page.shutil, "which", lambda name: None)
    with pytest.raises(races_page.NoPyodide, match="it needs npm"):
        races_page.build(tmp_path)
    assert list(tmp_path.iterdir()) == []
