"""Guesses as people type them, and what is said about them."""

import json

import pytest
import traitlets
from hypothesis import given
from hypothesis import strategies as st

from cachelab import questions
from cachelab.checks import progress as record
from cachelab.checks.course import classroom
from cachelab.engines.valkey import StandInValkey
from cachelab.questions import Question
from cachelab.widgets import answer, ask, guesses, predict
from cachelab.widgets.question import Prediction
from cachelab.widgets.question.reading import read
from cachelab.widgets.question.verdict import bars


def said(guess, actual, **kind) -> str:
    prediction = predict("q", **kind)
    prediction.guess = guess
    return prediction.reveal(actual).verdict


@pytest.mark.parametrize(
    ("guess", "actual", "kind", "verdict"),
    [
        (3, 1, {"of": 10}, "You said 3 of 10; it is 1 of 10: 2 too many."),
        (0, 1, {"of": 10}, "You said 0 of 10; it is 1 of 10: 1 too few."),
        (1, 1, {"of": 10}, "You said 1 of 10, and that is the answer."),
        (5000, 245.3, {"unit": "µs"}, "You said 5,000 µs; it is 245 µs: about 20 times too high."),
        (100, 245, {"unit": "µs"}, "You said 100 µs; it is 245 µs: about 2.5 times too low."),
        (240, 245, {"unit": "µs"}, "You said 240 µs; it is 245 µs: very close, within 10%."),
        (300, 245, {"unit": "µs"}, "You said 300 µs; it is 245 µs: 22% too high."),
        (95, 87, {"unit": "%"}, "You said 95%; it is 87%: 8 percentage points too high."),
        (46.2, 47.2, {"unit": "%"}, "You said 46.2%; it is 47.2%: 1 percentage point too low."),
        (0, 12, {}, "You said 0; it is 12: 12 too low."),
        (6, 4, {"unit": "commands"}, "You said 6 commands; it is 4 commands: 2 too many."),
        (
            500,
            9000,
            {"unit": "queries"},
            "You said 500 queries; it is 9,000 queries: about 18 times too few.",
        ),
        (1, 3, {"unit": "queries"}, "You said 1 query; it is 3 queries: 2 too few."),
        (1, 3, {"unit": "s"}, "You said 1 s; it is 3 s: about 3 times too low."),
        ("a", "b", {"choices": ["a", "b"]}, "You said “a”; the answer is “b”."),
        ("b", "b", {"choices": ["a", "b"]}, "You said “b”, and that is the answer."),
        (None, 1, {"of": 10}, "No guess; the answer is 1 of 10."),
        (None, "b", {"choices": ["a", "b"]}, "No guess; the answer is “b”."),
    ],
)
def test_says_how_far_off_in_plain_words(guess, actual, kind, verdict):
    assert said(guess, actual, **kind) == verdict


def test_what_is_counted_is_whole_and_a_mean_says_that_it_is_one():
    assert said(17, 18.6, unit="reads") == "You said 17 reads; it is 19 reads: 2 too few."
    assert said(19, 18.6, unit="reads") == "You said 19 reads, and that is the answer."
    assert said(10, 11.3, unit="points") == "You said 10 points; it is 11.3 points: 1.3 points too low."
    assert said(1, 2, unit="points") == "You said 1 point; it is 2 points: 1 point too low."
    card = Prediction(Question("Loads, on average", unit="loads", mean=True))
    assert card.reveal(11.25).verdict == "No guess; the answer is 11.2 loads."
    every = [question for lesson in questions.lessons() for question in questions.of(lesson).values()]
    assert [question.ask for question in every if question.mean and "on average" not in question.ask] == []


def test_what_is_within_a_tenth_is_neither_right_nor_wrong():
    prediction = predict("q", unit="s")
    for guess, sign in ((3.2, "≈"), (3, "✓"), (4, "✗")):
        prediction.guess = guess
        assert prediction.reveal(3).outcome["sign"] == sign


def test_equal_is_what_looks_equal():
    assert said(47.2, 100 * (1 - 528 / 1000), unit="%") == "You said 47.2%, and that is the answer."
    assert said(0.2, 0.2000000001, unit="s") == "You said 0.2 s, and that is the answer."


@given(st.floats(-1e12, 1e12), st.floats(-1e12, 1e12), st.sampled_from([None, "s", "%", "×", "commands"]))
def test_has_words_for_any_two_numbers(guess, actual, unit):
    words = said(guess, actual, unit=unit)
    actual = round(actual) if unit == "commands" else actual  # there is no half of one
    if "that is the answer" not in words and "very close" not in words:
        assert ("too high" in words or "too many" in words) == (guess > actual)


@pytest.mark.parametrize(
    ("words", "unit", "number"),
    [
        ("0.5", "s", 0.5),
        ("0,5", "s", 0.5),
        (" 200 ms ", "s", 0.2),
        ("200ms", "s", 0.2),
        ("200 us", "ms", 0.2),
        ("2 s", "µs", 2_000_000),
        ("1.5 min", "s", 90),
        ("~3 seconds", "s", 3),
        ("1,000", "µs", 1000),
        ("1,000.5", "", 1000.5),
        ("1'000", "", 1000),
        ("50%", "%", 50),
        ("50 percent", "%", 50),
        ("3x", "×", 3),
        ("3 times", "×", 3),
        ("12k", "queries", 12_000),
        ("6 commands", "commands", 6),
        ("1 command", "commands", 1),
        ("2 KiB", "B", 2048),
        ("1 MB", "B", 1_000_000),
        ("$3.40", "$", 3.4),
        ("1e-3", "s", 0.001),
        ("3 of 10", "", 3),
    ],
)
def test_a_number_is_read_as_people_write_it(words, unit, number):
    assert read(words, unit) == number


@pytest.mark.parametrize(
    ("words", "unit", "says"),
    [
        ("many", "s", "“many” is not a number, such as 200 ms or 0.2 s."),
        ("5 %", "s", "“5 %” is not a number, such as 200 ms or 0.2 s."),
        ("5 m", "s", "“5 m” is not a number, such as 200 ms or 0.2 s."),
        ("1.2.3", "", "“1.2.3” is not a number."),
        ("nan", "", "“nan” is not a number."),
        ("9e999", "s", "“9e999” is not a number, such as 200 ms or 0.2 s."),
        ("5 apples", "commands", "“5 apples” is not a number of commands."),
    ],
)
def test_what_is_no_number_is_said(words, unit, says):
    with pytest.raises(ValueError) as error:
        read(words, unit)
    assert str(error.value) == says


@pytest.mark.parametrize("words", ["11", "-1", "2.5"])
def test_a_count_of_so_many_is_one_that_can_be(words):
    with pytest.raises(ValueError, match="whole number from 0 to 10"):
        read(words, of=10)


def test_what_was_typed_becomes_the_guess_or_a_problem():
    prediction = predict("takes", unit="s")
    prediction.entered = "200 ms"
    assert (prediction.guess, prediction.guess_text, prediction.problem) == (0.2, "0.2 s", "")
    prediction.entered = "long"
    assert prediction.guess == 0.2 and "not a number" in prediction.problem
    prediction.entered = ""
    assert prediction.guess is None and prediction.problem == ""


def test_bars_ten_times_apart_or_more_are_logarithmic_if_ratios_count():
    (_, guess, _), (_, actual, _) = bars(Question("q", unit="×"), 10, 832)[0]
    assert guess > 0.2 and actual == 1 and bars(Question("q", unit="×"), 10, 832)[1]
    assert not bars(Question("q", unit="×"), 10, 20)[1]
    assert not bars(Question("q", of=1000), 1, 900)[1]
    assert bars(Question("q", unit="s"), 0, 3) == ([("guess", 0, "0 s"), ("answer", 1, "3 s")], False)
    assert bars(Question("q", unit="s"), None, 3)[0] == [("answer", 1, "3 s")]


TUTORIAL = Question(
    "The first call gives",
    choices={"the user": "In a tutorial it does.", "None": "The cache is empty.", "an error": ""},
    because="No dates in JSON.",
)
KILL = Question(
    "A dead cache takes", unit="s", low="Each call is retried.", high="No.", because="Ten retries."
)


def test_the_tempting_choice_gets_its_reason():
    prediction = Prediction(TUTORIAL)
    prediction.guess = "the user"
    result = prediction.reveal("an error")
    assert result.verdict == (
        "You said “the user”; the answer is “an error”. In a tutorial it does. No dates in JSON."
    )
    assert [(o["text"], o["mark"], o["words"]) for o in result.outcome["options"]] == [
        ("the user", "wrong", "your choice"),
        ("None", "", ""),
        ("an error", "right", "the answer"),
    ]
    prediction.guess = "an error"
    assert prediction.reveal("an error").verdict.endswith("that is the answer. No dates in JSON.")
    # The cell is run once more, after the function has been mended.
    assert prediction.reveal("the user").verdict == "You said “an error”; the answer is “the user”."


def test_too_low_and_too_high_have_their_reasons():
    prediction = Prediction(KILL)
    prediction.guess = 0.1
    assert prediction.reveal(5).verdict.endswith("about 50 times too low. Each call is retried. Ten retries.")
    prediction.guess = 50
    assert prediction.reveal(5).verdict.endswith("about 10 times too high. No. Ten retries.")
    prediction.guess = None
    assert prediction.reveal(5).verdict == "No guess; the answer is 5 s. Ten retries."


@pytest.mark.parametrize("question", [TUTORIAL, KILL])
def test_nothing_a_card_shows_or_sends_before_the_run_says_why(question):
    prediction = Prediction(question)
    prediction.guess = next(iter(question.choices), 3)
    page = json.dumps(prediction.get_state(), default=str) + prediction.static_html() + prediction.text()
    for reason in filter(None, (question.because, question.low, question.high, *question.choices.values())):
        assert reason not in page


def test_the_result_is_a_card_of_its_own_and_the_question_keeps_the_guess_only():
    prediction = Prediction(KILL)
    prediction.guess = 3
    result = prediction.reveal(4)
    assert prediction.done and prediction.outcome == {}
    told = "You said 3 s; it is 4 s: 25% too low. Each call is retried. Ten retries."
    assert result.text() == f"A dead cache takes: {told}"
    assert "Ten retries." in result.static_html()


RECALL = Question(
    "A lease is burnt by",
    choices={"a delete": "", "a read": "A read hands one out."},
    because="So a late fill is refused.",
    answer="a delete",
    see="[lesson 05](05_invalidation_races.ipynb)",
)


def test_a_question_about_an_earlier_lesson_replies_at_once():
    card = Prediction(RECALL)
    assert card.is_recall and card.outcome == {} and RECALL.because in card.static_html()
    assert RECALL.because not in json.dumps(card.get_state(), default=str)
    card.guess = "a read"
    reasons = "A read hands one out. So a late fill is refused. See lesson 05."
    assert card.outcome["verdict"] == f"You said “a read”; the answer is “a delete”. {reasons}"
    given_up = Prediction(RECALL)
    given_up.shown = True
    assert given_up.outcome["said"] == "No guess; the answer is “a delete”."


def test_reason_follows_the_verdict():
    assert predict("q", of=10).reveal(1, "One order does it.").verdict.endswith("1 of 10. One order does it.")


def test_the_time_of_a_stand_in_is_not_shown_as_an_answer():
    prediction = predict("a GET takes", unit="s")
    result = prediction.reveal(0.0042, "Two trips.", timed=StandInValkey())
    nothing = "No answer here: a stand-in was timed, and its timings mean nothing."
    assert result.text() == f"a GET takes: {nothing}"
    prediction.guess = 3
    result = prediction.reveal(0.0042, "Two trips.", timed=StandInValkey())
    assert result.text() == f"a GET takes: You said 3 s. {nothing}"
    assert prediction.actual is None and "0.0042" not in result.static_html()
    assert prediction.reveal(2, "Two trips.").verdict == "You said 3 s; it is 2 s: 50% too high. Two trips."


@pytest.mark.parametrize("guess, said", [(None, ""), (3, "You said 3 of 10. ")])
def test_an_answer_that_could_not_be_had_is_said(guess, said):
    prediction = predict("stale orders", of=10)
    prediction.guess = guess
    result = prediction.reveal(None, "Only one order puts the old price back.")
    assert result.text() == f"stale orders: {said}The answer could not be shown on this machine."
    assert "1 of 10" in prediction.reveal(1).text()


def test_text_follows_the_state():
    prediction = predict("stale orders", of=10)
    assert prediction.text() == "stale orders: ___ of 10. No guess yet."
    prediction.guess = 3
    assert prediction.text() == "stale orders: You say 3 of 10."
    prediction.reveal(1)
    assert prediction.text() == "stale orders: You said 3 of 10; it is 1 of 10: 2 too many."
    assert predict("Who?", choices=["a", "b"]).text() == "Who? a / b. No guess yet."


def test_reveal_again_takes_the_new_answer_and_keeps_the_guess():
    prediction = predict("q", of=10)
    prediction.guess = 3
    prediction.reveal(1)
    assert prediction.reveal(2).verdict == "You said 3 of 10; it is 2 of 10: 1 too many."


@pytest.mark.parametrize(
    ("kind", "value"),
    [({"of": 10}, 11), ({"of": 10}, -1), ({}, "many"), ({}, float("nan")), ({"choices": ["a", "b"]}, "c")],
)
def test_answers_that_cannot_be_are_refused(kind, value):
    prediction = predict("q", **kind)
    with pytest.raises(traitlets.TraitError):
        prediction.guess = value
    with pytest.raises(traitlets.TraitError):
        prediction.reveal(value)
    assert prediction.guess is None and prediction.actual is None


def test_a_mean_is_of_what_is_counted():
    with pytest.raises(ValueError, match="counted in a unit"):
        Question("q", of=10, mean=True)


@pytest.mark.parametrize(
    "kind", [{"of": 0}, {"of": 10, "unit": "s"}, {"choices": ["a"]}, {"choices": ["a", "a"]}, {"choices": []}]
)
def test_questions_that_make_no_sense_are_refused(kind):
    with pytest.raises(ValueError):
        predict("q", **kind)


def test_a_question_is_found_by_lesson_and_name(monkeypatch):
    assert ask("04.tutorial").question == questions.find("04.tutorial").ask
    with pytest.raises(ValueError, match="perhaps 'tutorial'"):
        ask("04.tutoriel")
    for wrong in ("tutorial", "99.tutorial", "04", "..x"):
        with pytest.raises(ValueError, match="an id is a lesson with questions"):
            ask(wrong)


def test_answer_needs_no_card_and_keeps_what_an_earlier_card_was_told():
    ask("04.tutorial").guess = "None"
    ask("04.tutorial")  # the cell is run again
    assert answer("04.tutorial", "an error").verdict.startswith("You said “None”; the answer is “an error”.")


def test_a_guess_is_there_tomorrow_and_one_that_was_answered_stands():
    ask("04.kill").guess = 0.2
    assert ask("04.kill").guess == 0.2 and not ask("04.kill").stands
    ask("04.kill").guess = 0.4  # a second thought
    assert answer("04.kill", 7).verdict.startswith("You said 0.4 s; it is 7 s: about 18 times too low.")
    tomorrow = ask("04.kill")
    assert tomorrow.guess == 0.4 and tomorrow.stands
    assert guesses().rows[0] == {
        "lesson": "04",
        "question": "get_user(42) with a dead cache takes",
        "guess": "0.4 s",
        "answer": "7 s",
        "sign": "✗",
    }


def test_a_run_without_a_guess_writes_nothing(tmp_path):
    ask("04.kill")
    answer("04.kill", 7)
    assert list(tmp_path.iterdir()) == []


def test_a_guess_that_cannot_be_saved_is_said_and_counts_now(monkeypatch, tmp_path):
    monkeypatch.setenv("CACHELAB_PROGRESS", str(tmp_path))  # a folder
    card = ask("04.kill")
    card.guess = 3
    assert "could not be saved" in card.problem and card.reveal(7).verdict.startswith("You said 3 s")


def test_a_guess_that_does_not_fit_its_question_any_more_is_forgotten():
    record.guess("04.kill", "at once")
    record.guess("04.nobody", 3, 4)
    assert ask("04.kill").guess is None and ask("04.nobody").guess is None
    assert guesses().rows == [] and guesses().text() == "No guess of yours has been answered yet."


def test_the_book_says_how_guesses_were_off():
    record.guess("04.kill", 0.1, 10)
    record.guess("04.hang", 0.2, 5)
    record.guess("04.finished", 0.2, 0.2)
    record.guess("01.ladder", 10_000, 500)
    record.guess("04.tutorial", "the user", "an error")
    record.guess("04.nobody", "never", "never")
    record.guess("04.watch", 6, 4)
    record.guess("99.gone", 6, 4)
    record.guess("05.crash", 3)  # not answered yet
    assert guesses().sentences == [
        "What you guessed, and what it was.",
        "Of 2 choices: 1 right.",
        "Of 3 times: 2 too low, by 50 times on average; 1 right or within a tenth.",
        "Of 1 factor: 1 too high, by 20 times on average.",
        "Of 1 count or share: 1 too high.",
    ]
    assert len(guesses("04").rows) == 6 and "✗ 04  get_user(42) with" in guesses().text()


def test_a_card_says_when_a_class_is_told(monkeypatch, tmp_path):
    assert not ask("04.kill").told
    monkeypatch.setenv("CACHELAB_PROGRESS", str(tmp_path / "own.json"))
    monkeypatch.setattr(classroom, "append", lambda line, text: None)
    monkeypatch.setenv(classroom.VARIABLE, "valkey://learner:k7mr-p2xw-9dht@127.0.0.1:9")
    card = ask("04.kill")
    assert card.told and not predict("of no lesson").told
    card.guess = 3
    classroom.leave()
    card.guess = 4
    assert not card.told
