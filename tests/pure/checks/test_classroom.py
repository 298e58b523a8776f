"""The learner's end of a class: nothing without a line, never in the way with one."""

import json
import threading

import pytest
import redis

from cachelab.checks import begin, classroom, exercise_ids, progress
from cachelab.checks.course import classroom as module
from cachelab.command import main
from cachelab.command.classroom.roll import Roll
from cachelab.questions import lessons, of

LINE = "valkey://learner:k7mr-p2xw-9dht@127.0.0.1:21937"
OTHER = "valkey://learner:aaaa-bbbb-cccc@127.0.0.1:21938"


@pytest.fixture(autouse=True)
def told(monkeypatch):
    """What is appended, in place of a server that does it."""
    told = []
    monkeypatch.delenv(classroom.VARIABLE, raising=False)
    monkeypatch.setattr(module, "_sender", module.Sender())
    monkeypatch.setattr(module, "PATIENCE", 30)  # however busy the machine is
    monkeypatch.setattr(module, "append", lambda line, text: told.append((str(line), json.loads(text))))
    return told


def settled():
    module._sender.wait(60)


def test_without_a_line_nothing_is_sent_kept_or_started(told, monkeypatch):
    monkeypatch.setattr(threading.Thread, "start", lambda _: pytest.fail("a thread"))
    progress.guess("04.kill", 3)
    progress.record("04.1", "incorrect")
    begin("04")
    assert told == [] and not module.file().exists() and not classroom.is_joined()
    assert classroom.status().state == "none" and "nothing is sent" in str(classroom.leave())


@pytest.mark.parametrize("by_hand", [True, False])
def test_guesses_and_tries_are_told_and_nothing_else(told, monkeypatch, by_hand):
    monkeypatch.setenv(classroom.VARIABLE, "" if by_hand else LINE)
    progress.guess("04.hang", 5)  # with the variable the class is joined by now
    if by_hand:
        assert told == []
        assert classroom.join(LINE).state == "connected"
    progress.guess("04.kill", 3)
    progress.guess("04.kill", 3, 8.25)
    progress.record("04.1", "incorrect")
    progress.record("04.1", "correct")
    settled()
    line, message = told[-1]
    assert line == LINE and set(message) == {
        "who", "number", "left", "last", "guesses", "exercises",
    }  # fmt: skip
    assert message["guesses"] == ({} if by_hand else {"04.hang": [5, None]}) | {"04.kill": [3, 8.25]}
    tries, solved, ago = message["exercises"]["04.1"]
    assert (tries, solved, message["last"]) == (2, True, "04.1") and ago >= 0
    numbers = [message["number"] for _, message in told]
    assert numbers == sorted(set(numbers))
    assert "04.1, " in str(classroom.status()) and "connected" in str(classroom.status())


def test_who_leaves_is_forgotten_and_heard_no_more(told):
    classroom.join(LINE)
    progress.guess("04.kill", 3)
    assert classroom.leave().state == "left"
    assert told[-1][1]["left"] and told[-1][1]["guesses"] == {}
    number, who = len(told), told[-1][1]["who"]
    progress.guess("04.hang", 3)
    settled()
    assert len(told) == number and not classroom.is_joined()
    classroom.join(LINE)
    assert told[-1][1]["who"] != who and told[-1][1]["guesses"] == {}


def test_who_left_stays_out_though_the_variable_is_set(told, monkeypatch):
    monkeypatch.setenv(classroom.VARIABLE, LINE)
    classroom.leave()
    progress.guess("04.kill", 3)
    settled()
    assert [message["left"] for _, message in told] == [True]
    monkeypatch.setenv(classroom.VARIABLE, OTHER)  # another class asks anew
    progress.guess("04.hang", 3)
    settled()
    assert told[-1][0] == OTHER and told[-1][1]["who"] != told[0][1]["who"]


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_learner_who_resets_in_a_class_is_the_same_row_of_it(told, monkeypatch, tmp_path, capsys, by_hand):
    monkeypatch.setattr("cachelab.engines.folders.cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setenv(classroom.VARIABLE, "" if by_hand else LINE)
    classroom.join(LINE) if by_hand else None
    progress.guess("04.kill", 3)
    progress.record("04.1", "incorrect")
    settled()
    assert main(["reset", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert f"You are {module.handle(told[0][1]['who'])}, connected" in said and "progress.json is now" in said
    assert progress.guesses() == {}
    progress.guess("04.hang", 3)
    settled()
    roll = Roll(lambda: 0.0)
    for _, message in told:
        roll.take(json.dumps(message).encode())
    (learner,) = roll.here
    assert set(learner.guesses) == {"04.hang"} and not learner.tried and not roll.refused


def test_a_reset_brings_nobody_back_into_a_class(told, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("cachelab.engines.folders.cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setenv(classroom.VARIABLE, LINE)
    classroom.leave()
    assert main(["reset", str(tmp_path)]) == 0 and "You have left the class" in capsys.readouterr().out
    number = len(told)
    assert not classroom.is_joined()
    monkeypatch.delenv(classroom.VARIABLE)  # that class is over
    assert main(["reset", str(tmp_path)]) == 0 and "class.json is now" in capsys.readouterr().out
    assert len(told) == number and not module.file().exists()


def test_a_class_joined_by_hand_is_over_the_next_morning(told, monkeypatch):
    classroom.join(LINE)
    now = module.time.time()
    monkeypatch.setattr(module.time, "time", lambda: now + module.LASTS + 1)
    assert not classroom.is_joined() and classroom.status().state == "none"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (redis.ConnectionError("refused"), "nobody listens there"),
        (redis.TimeoutError("slow"), "no answer within"),
        (redis.AuthenticationError("WRONGPASS"), "does not know this password"),
        (redis.OutOfMemoryError("OOM"), "full at the moment"),
        (ValueError("odd"), "ValueError: odd"),
    ],
)
def test_a_class_that_is_lost_costs_nothing_and_is_made_good(told, monkeypatch, error, said):
    append = module.append

    def fails(line, text):
        raise error

    monkeypatch.setattr(module, "append", fails)
    status = classroom.join(LINE)
    assert status.state == "not reached" and said in str(status) and "you lose nothing" in str(status)
    assert progress.guess("04.kill", 3) == "" and progress.guesses()["04.kill"] == (3, None)
    settled()
    monkeypatch.setattr(module, "append", append)
    progress.guess("04.hang", 4)
    settled()
    assert set(told[-1][1]["guesses"]) == {"04.kill", "04.hang"}


def test_nobody_waits_for_a_class_that_does_not_answer(told, monkeypatch):
    answers, asked = threading.Event(), []

    def hangs(line, text):
        asked.append(json.loads(text))
        answers.wait(60)

    monkeypatch.setattr(module, "append", hangs)
    monkeypatch.setenv(classroom.VARIABLE, LINE)
    for guess in range(15):
        progress.guess("04.kill", guess)  # would not come back before `answers` is set
    assert classroom.status(wait=0).state == "connecting" and "nothing waits" in str(classroom.status(wait=0))
    answers.set()
    settled()
    assert asked[-1]["guesses"]["04.kill"] == [14, None] and len(asked) <= 3  # the first, and the newest
    assert module._sender._thread is None


def test_a_full_disk_or_a_broken_file_ends_no_lesson(told, monkeypatch):
    monkeypatch.setenv(classroom.VARIABLE, LINE)
    module.file().mkdir()
    assert progress.guess("04.kill", 3) == ""
    module.file().rmdir()
    module.file().write_text("[1]")
    assert progress.guess("04.kill", 4) == ""
    settled()
    assert told[-1][1]["guesses"] == {"04.kill": [4, None]}


@pytest.mark.parametrize(
    "text",
    ["", "redis://127.0.0.1:6379", "valkey://learner:k7mr-p2xw-9dht@host", "valkey://learner:short@host:1",
     "valkey://teacher:k7mr-p2xw-9dht@host:1", "http://learner:k7mr-p2xw-9dht@host:1", LINE + "77"],
)  # fmt: skip
def test_what_is_no_line_is_said_without_its_password(text, monkeypatch):
    with pytest.raises(ValueError, match="not the line of a class") as error:
        classroom.join(text)
    assert "k7mr" not in str(error.value)
    monkeypatch.setenv(classroom.VARIABLE, text)
    assert classroom.status().state == ("no line" if text else "none")


def test_a_line_is_read_with_the_quotes_of_a_shell():
    assert str(classroom.Line.read(f' "{LINE}" ')) == LINE


def test_everything_the_course_asks_fits_into_a_message():
    longest = {f"{lesson}.{name}": max(question.choices, key=len, default=1234.5678901234567)
               for lesson in lessons() for name, question in of(lesson).items()}  # fmt: skip
    known = module._fresh(LINE) | {
        "guesses": {id: [guess, guess] for id, guess in longest.items()},
        "exercises": {id: [100, False, 0] for id in exercise_ids()},
    }
    assert len(module.message(known)) < module.LONGEST / 1.5


def test_an_exercise_notebook_says_who_hears_of_it(monkeypatch):
    assert "class" not in str(begin("04"))
    monkeypatch.setenv(classroom.VARIABLE, LINE)
    assert "Your class is told which you have tried" in str(begin("04"))
    assert "Your class is told" in begin("04")._repr_html_()
