"""What the teacher's page is made of: agendas, histograms, the roll of a class, files of progress codes."""

import json
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cachelab.checks import exercise_ids, progress
from cachelab.checks.course import source
from cachelab.command import main
from cachelab.command.classroom import codes
from cachelab.command.classroom.agenda import agendas
from cachelab.command.classroom.histogram import answer, histogram
from cachelab.command.classroom.page import HERE
from cachelab.command.classroom.roll import MOST, Roll
from cachelab.command.classroom.sections import sections
from cachelab.questions import Question, lessons, of
from tests.oracle.depth import examples

WORKSHOP = agendas(source.home() / "workshop")
ADA, BOB, CAY = "ada000000000", "b0b000000000", "ca1000000000"


class Clock:
    seconds = 0.0

    def __call__(self):
        return self.seconds


def told(who=ADA, number=1, **what) -> bytes:
    return json.dumps({"who": who, "number": number, "guesses": {}, "exercises": {}} | what).encode()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def roll(clock):
    return Roll(clock, ["04"])


def question(roll, id):
    (found,) = [one for lesson in roll.picture()["lessons"] for one in lesson["questions"] if one["id"] == id]
    return found


def marks(roll, id):
    rows = [one for lesson in roll.picture()["lessons"] for one in lesson["exercises"]]
    return [(state, minutes) for _, state, minutes in next(row for row in rows if row["id"] == id)["marks"]]


# --- agendas ---


def test_every_agenda_of_the_workshop_is_read_whole():
    assert set(WORKSHOP) == {"90_minutes", "90_minutes:2", "half_day", "day", "two_days"}
    for agenda in WORKSHOP.values():
        ends = [row.starts + row.minutes for row in agenda.rows]
        assert [row.starts for row in agenda.rows] == [0, *ends[:-1]], agenda.name  # nothing is missed
        assert len(agenda.checkpoints) >= 3 and all(0 < due < ends[-1] for due, *_ in agenda.checkpoints)
        assert agenda.lessons and all("](" not in row.text for row in agenda.rows)
        assert " late " in f" {agenda.late.lower()}", agenda.name
        assert not any("late" in text for *_, text in agenda.checkpoints)
    assert WORKSHOP["90_minutes"].lessons == ["00", "01", "04"]
    assert WORKSHOP["day"].rows[1].at == "9:10" and WORKSHOP["day"].rows[1].starts == 10


@pytest.mark.parametrize("name", WORKSHOP)
def test_nobody_sits_for_longer_than_95_minutes(name):
    sat = [0]
    for row in WORKSHOP[name].rows:
        sat = [*sat, 0] if row.text.startswith(("break", "lunch")) else [*sat[:-1], sat[-1] + row.minutes]
    assert max(sat) <= 95, sat


def test_the_page_says_what_is_due_and_who_is_where(clock):
    roll = Roll(clock, agenda=WORKSHOP["90_minutes"])
    clock.seconds = 40.5 * 60
    roll.take(told(last="01.ladder"))
    roll.take(told(BOB, last="04.2"))
    shown = roll.picture()
    assert [row["state"] for row in shown["agenda"]] == ["over", "over", "now", "later", "later", "later"]
    assert [row["here"] for row in shown["agenda"]] == [0, 1, 0, 1, 0, 0]
    assert [point["past"] for point in shown["checkpoints"]] == [True, True, False]
    assert shown["clock"] == "0:40" and shown["late"].startswith("Ten minutes late at 0:40: drop")
    roll.start()
    assert roll.picture()["clock"] == "0:00"


def test_the_clock_is_the_agendas_own_and_can_be_set(clock):
    roll = Roll(clock, agenda=WORKSHOP["day"])
    clock.seconds = 11 * 60
    assert roll.picture()["clock"] == "9:11"
    roll.start("13:30")  # a class that was opened once more, after lunch
    clock.seconds += 60
    shown = roll.picture()
    assert shown["clock"] == "13:31" and shown["agenda"][10]["state"] == "now"
    for nonsense in ("8:59", "13:60", "later", "", "99:00"):
        with pytest.raises(ValueError, match="no time of this agenda, which begins at 9:00"):
            roll.start(nonsense)
    assert roll.picture()["clock"] == "13:31"


def test_questions_stand_under_their_sections():
    found = sections(source.home() / "notebooks")
    assert (
        found["04.kill"] == "3. A dead cache, and what retries cost"
        and found["01.busy"] == found["01.cached"]
    )
    assert "07.reads" not in found and "07.loads" in found
    assert len(found) > 0.7 * sum(len(of(lesson)) for lesson in lessons())
    shown = Roll(Clock(), ["04"], sections=found).picture()
    assert shown["lessons"][0]["questions"][0]["section"].startswith("1. ")


# --- histograms ---


def test_a_histogram_for_each_kind_of_question():
    choices = Question("?", choices={"a": "", "b": ""})
    assert histogram(choices, ["b", "b"]) == [("a", 0), ("b", 2)]
    assert histogram(Question("?", of=2), [0, 2, 2]) == [("0", 1), ("1", 0), ("2", 2)]
    assert histogram(Question("?", of=25), [0, 2, 3, 25])[:2] == [("0 to 2", 2), ("3 to 5", 1)]
    assert histogram(Question("?", of=25), [25])[-1] == ("24 to 25", 1)
    thousand = histogram(Question("?", of=1000), [99, 100, 1000])
    assert thousand[:2] == [("0 to 99", 1), ("100 to 199", 1)] and thousand[-1] == ("900 to 1,000", 1)
    shares = histogram(Question("?", unit="%"), [0, 99, 100, 120, -3])
    assert shares[0] == ("less than 0%", 1) and shares[-2:] == [("90% to 100%", 2), ("more than 100%", 1)]
    times = histogram(Question("?", unit="s"), [0.2, 0.3, 1, 0])
    assert times == [("0 s or less", 1), ("0.2 to 0.5 s", 2), ("0.5 to 1 s", 0), ("1 to 2 s", 1)]
    far = histogram(Question("?", unit="×"), [50] * 9 + [1e300, 1e-300])
    assert far[0] == ("less than 2×", 1) and far[-1][1] == 1 and len(far) == 11


KINDS = [Question("?", of=most) for most in (7, 20, 1000)]
KINDS += [Question("?", unit=unit) for unit in ("%", "µs", "threads")]


@settings(max_examples=examples(40))
@given(st.sampled_from(KINDS), st.lists(st.floats(-1e300, 1e300), max_size=40))
def test_every_guess_is_in_one_bin(question, guesses):
    guesses = [min(abs(guess), question.of) if question.of else guess for guess in guesses]
    bins = histogram(question, guesses)
    assert sum(count for _, count in bins) == len(guesses) and len(bins) <= 13
    assert len({words for words, _ in bins}) == len(bins)


def test_what_it_was_is_what_their_runs_found():
    assert answer(Question("?", unit="s"), []) == ""
    assert answer(Question("?", unit="s"), [8, 9, 30]) == "9 s, the middle of 3 runs"
    assert answer(Question("?", choices={"a": "", "b": ""}), ["b", "a", "b"]) == "“b” in 2 of 3 runs"


# --- the roll ---


def test_guesses_are_counted_and_stay_closed_until_they_are_opened(roll):
    roll.take(told(guesses={"04.kill": [3, None], "04.tutorial": ["None", "an error"]}))
    roll.take(told(BOB, guesses={"04.tutorial": ["an error", None]}))
    card = question(roll, "04.tutorial")
    assert card["guesses"] == 2 and not card["open"] and "bins" not in card and "answer" not in card
    roll.open("04.tutorial", True)
    card = question(roll, "04.tutorial")
    assert card["bins"] == [("the user", 0), ("None", 1), ("an error", 1)]
    assert card["answer"] == "“an error” in 1 of 1 run"
    roll.open("04.tutorial", False)
    assert "bins" not in question(roll, "04.tutorial")
    with pytest.raises(ValueError, match="no question"):
        roll.open("04.nothing", True)


def test_an_exercise_is_not_tried_stuck_since_or_passed(roll, clock):
    clock.seconds = 600
    roll.take(told(exercises={"04.1": [1, False, 120]}))  # first tried two minutes ago
    roll.take(told(BOB))
    clock.seconds = 900
    assert marks(roll, "04.1") == [("stuck", 7), ("not tried", 0)]
    roll.take(told(number=2, exercises={"04.1": [2, False, 0]}))  # its clock was put forward: ours counts
    assert marks(roll, "04.1")[0] == ("stuck", 7)
    roll.take(told(number=3, exercises={"04.1": [3, True, 500]}))
    assert marks(roll, "04.1") == [("passed", 0), ("not tried", 0)]


def test_a_learner_is_stuck_where_they_are_and_nowhere_else(roll, clock):
    tried = {"04.1": [1, False, 0]}
    roll.take(told(exercises=tried, last="04.1"))
    clock.seconds = 300
    roll.take(told(number=2, exercises=tried, last="04.hang"))  # looks it up in its lesson
    assert marks(roll, "04.1") == [("stuck", 5)]
    tried = tried | {"04.2": [1, True, 0]}
    roll.take(told(number=3, exercises=tried, last="04.2"))
    assert marks(roll, "04.1") == [("moved on", 0)] and marks(roll, "04.2") == [("passed", 0)]
    clock.seconds = 600
    roll.take(told(number=4, exercises=tried, last="04.kill"))
    assert marks(roll, "04.1") == [("moved on", 0)]
    tried = tried | {"04.1": [2, False, 600]}
    roll.take(told(number=5, exercises=tried, last="04.1"))  # comes back
    assert marks(roll, "04.1") == [("stuck", 10)]
    roll.take(told(number=6, exercises=tried, last=f"05.{next(iter(of('05')))}"))
    assert marks(roll, "04.1") == [("moved on", 0)]
    # Here the message was lost that told of the try of 04.2.
    roll.take(told(BOB, exercises={"04.1": [1, False, 400], "04.2": [2, False, 60]}, last="04.kill"))
    assert marks(roll, "04.1")[1] == ("moved on", 0) and marks(roll, "04.2")[1] == ("stuck", 1)
    # A progress code knows no times.
    roll.take(told(CAY, exercises={"04.1": [1, False, 0], "04.2": [2, False, 0]}, last="04.1"))
    assert marks(roll, "04.1")[2] == ("stuck", 0) and marks(roll, "04.2")[2] == ("moved on", 0)


def test_nobody_is_stuck_once_the_class_has_moved_on_unless_they_try_again(clock):
    roll = Roll(clock, agenda=WORKSHOP["90_minutes"])  # exercise 04.2: 1:03 to 1:13
    roll.start("1:05")
    roll.take(told(exercises={"04.2": [1, False, 0]}, last="04.2"))
    roll.take(told(BOB, exercises={"01.1": [1, False, 0]}, last="01.1"))  # for which it has no minutes
    clock.seconds = 7 * 60
    assert marks(roll, "04.2")[0] == ("stuck", 7)
    clock.seconds = 9 * 60
    roll.take(told(number=2, exercises={"04.2": [1, False, 540]}, last="04.2"))  # says no more than hello
    assert marks(roll, "04.2")[0] == ("moved on", 0) and marks(roll, "01.1")[1] == ("stuck", 9)
    roll.take(told(number=3, exercises={"04.2": [2, False, 540]}, last="04.2"))
    assert marks(roll, "04.2")[0] == ("stuck", 9)  # the class is late, or they do not listen
    roll.start("1:05")  # it is late
    assert marks(roll, "04.2")[0] == ("stuck", 9)


def test_an_exercise_without_minutes_of_its_own_ends_with_its_lesson(clock):
    roll = Roll(clock, agenda=WORKSHOP["90_minutes"])  # lesson 01: 0:08 to 0:33
    clock.seconds = 20 * 60
    roll.take(told(exercises={"01.1": [1, False, 0]}, last="01.1"))
    clock.seconds = 32 * 60
    roll.take(told(number=2, exercises={"01.1": [1, False, 720]}, last="01.busy"))
    assert marks(roll, "01.1") == [("stuck", 12)]
    clock.seconds = 34 * 60
    assert marks(roll, "01.1") == [("moved on", 0)]


def test_the_newest_message_counts_and_who_leaves_is_gone(roll):
    roll.take(told(number=5, guesses={"04.kill": [3, None]}))
    roll.take(told(number=4, guesses={"04.kill": [9, None], "04.hang": [9, None]}))
    assert question(roll, "04.kill")["guesses"] == 1 and question(roll, "04.hang")["guesses"] == 0
    roll.take(told(number=6, left=True, guesses={"04.kill": [3, None]}))
    shown = roll.picture()
    assert shown["learners"] == 0 and shown["left"] == 1 and question(roll, "04.kill")["guesses"] == 0


@pytest.mark.parametrize(
    "text",
    [b"", b"\xff", b"[]", b"3", b"{}", b"[" * 20_000, told(who="<b>"), told(who=7), told(number="1"),
     told(number=True), told().replace(b"1", b"NaN"), told().replace(b"1", b"9" * 400), told(guesses=[]),
     told(guesses={"04.kill": 3}), told(exercises={"04.1": [1]}), told(last="x" * 40_000)],
)  # fmt: skip
def test_what_is_no_message_is_counted_and_changes_nothing(roll, text):
    roll.take(text)
    assert roll.refused == 1 and roll.picture()["learners"] == 0


def test_what_a_stranger_makes_up_is_never_shown(roll):
    evil = "<script>alert(1)</script>"
    roll.take(told(
        guesses={evil: [1, 1], "04.kill": [evil, evil], "04.tutorial": [evil, None], "04.ttl": [26, 1],
                 "04.hang": [1e999, 1], "04.garbage": [True, 1], "../x.y": [1, 1], "04.finished": [2, evil]},
        exercises={evil: [1, True, 1], "04.1": [evil, evil, evil], "04.2": [1, False, -1e9]}, last=evil,
    ).replace(b"Infinity", b"1e999"))  # fmt: skip
    for id in of("04"):
        roll.open(f"04.{id}", True)
    assert evil not in json.dumps(roll.picture(), allow_nan=False)
    assert [id for id in of("04") if question(roll, f"04.{id}")["guesses"]] == ["finished"]
    assert marks(roll, "04.1") == [("moved on", 0)] and marks(roll, "04.2") == [("stuck", 0)]


def test_there_is_an_end_to_learners_and_each_has_a_name_of_their_own(roll):
    for number in range(MOST + 50):
        roll.take(told(f"{number:012x}"))
    shown = roll.picture()
    assert shown["learners"] == MOST and shown["refused"] == 50
    names = [name for name, *_ in shown["lessons"][0]["exercises"][0]["marks"]]
    assert len(set(names)) == MOST


def test_what_somebody_does_elsewhere_appears(roll):
    assert [lesson["lesson"] for lesson in roll.picture()["lessons"]] == ["04"]
    roll.take(told(exercises={"01.2": [1, True, 0]}))
    assert [lesson["lesson"] for lesson in roll.picture()["lessons"]] == ["01", "04"]
    assert set(of("04")) and "02b" in lessons() and "01.2" in exercise_ids()


# --- progress codes in a folder ---


def test_codes_are_dropped_into_a_folder(roll, tmp_path):
    progress.guess("04.kill", 3, 8)
    progress.record("04.1", "incorrect")
    code = progress.export()
    progress.record("04.1", "correct")
    folder = tmp_path / "drop"
    folder.mkdir()
    (folder / "Ada Lovelace.txt").write_text(code)
    (folder / "bob").write_text(f"\ufeff{progress.export()}\n", encoding="utf-8")
    (folder / "notes.txt").write_text("tomorrow at nine")
    (folder / "zip.bin").write_bytes(b"\xff" * 10)
    lock = threading.Lock()
    trouble = codes.read(folder, roll, lock)
    assert sorted(state for state, _ in marks(roll, "04.1")) == ["passed", "stuck"]
    assert question(roll, "04.kill")["guesses"] == 2 and "Ada" not in json.dumps(roll.picture()["lessons"])
    assert trouble == "notes.txt holds no whole progress code; zip.bin holds no whole progress code"
    (folder / "bob").unlink()
    roll.take(told())  # of the network, where others are heard at the same time
    codes.read(folder, roll, lock)
    assert roll.picture()["learners"] == 2


# --- the command ---


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["99"], "no lesson 99; there are 00, 01"),
        (["--agenda", "week"], "no agenda 'week'; there are 90_minutes, 90_minutes:2, day"),
        (["--codes", "nowhere"], "there is no folder 'nowhere'"),
        (["--line", "redis://x", "--host", "y"], "--line names host and port"),
        (["--line", "redis://x"], "--line: this is not the line of a class"),
        (["--port", "70000"], "there is no port 70000"),
        (["--host", "203.0.113.9"], "'203.0.113.9' is no address of this machine"),
        (["--host", "0.0.0.0"], "--host names the one address that learners connect to"),
        (["--codes", ".", "--page-host", "203.0.113.9"], "the page cannot listen at 203.0.113.9"),
    ],
)
def test_what_cannot_be_opened_is_said_in_a_line(given, said, capsys):
    assert main(["class", *given]) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1


def test_the_page_asks_nobody_else():
    for name in ("page.html", "page.css", "page.js"):
        text = Path(HERE / name).read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http" not in text and "innerHTML" not in text and "<script>" not in text
