"""A question before the run, and its answer after it.

To ask something in a lesson takes two lines on the page and one entry beside it. The entry, in
`cachelab/questions/lesson_04.py`:

    QUESTIONS = {
        "tutorial": Question(
            "The first call of get_user(42) gives",
            choices={
                "the user": "In a tutorial it does: there a user has a name and an address, both text.",
                "None": "The cache is empty, but then the function goes on and asks the database.",
                "an error": "",
            },
            because="The database had answered, but its answer does not fit into JSON.",
        ),
        "commands": Question("commands for three calls", unit="commands", low="…", high="…"),
    }

The page, four cells in order. The question, in words, as far as the options do not say it:

    **Predict.** The cache is empty. What does the first call give?         (Markdown)

    widgets.ask("04.tutorial")                                             (code: the card)

    answer = tried(lambda: get_user(42))                                   (code: the run …
    widgets.answer("04.tutorial", answer)                                   … and what it found, computed)

    <details><summary>Why</summary>                                        (Markdown, closed)

    A tutorial's user has a name and an e-mail address. …

    **Rule.** …

    </details>

`answer` is given what the run found, never a literal: one of the options, or a number in the question's unit
(for "%" 0 to 100). It stands last in its cell, so that the result is shown there, beside the guess, with
the reasons; the card above then only says what was guessed. In JupyterLab and in an exported page the *Why*
that follows opens with the result; before, and on GitHub, a click on it shows it anyway. Without a guess
everything runs and is shown all the same.

A question about an earlier lesson (its entry has `answer` and `see`) needs no run: `widgets.ask("06.lease")`
alone replies as soon as a guess is in. Guesses are remembered, with their answers, on the learner's machine;
`widgets.guesses()` shows them and how they were off. `predict` makes a card on the spot, with no entry and
no memory.
"""

from .book import Guesses, guesses
from .card import Prediction, answer, ask, predict
from .result import Result

__all__ = ["Guesses", "Prediction", "Result", "answer", "ask", "guesses", "predict"]
