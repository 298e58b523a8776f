from cachelab.learner import words


def test_numbers_come_with_their_noun():
    assert [words.counted(n, "query") for n in (0, 1, 2)] == ["no queries", "1 query", "2 queries"]
    assert words.counted(["a", "b"], "day") == "2 days"
    assert words.counted([], "round trip") == "no round trips"
    assert words.counted(11_340, "schedule") == "11,340 schedules"
    assert [words.singular(nouns) for nouns in ("queries", "steps")] == ["query", "step"]


def test_values_and_messages_of_strangers_may_fail_to_print():
    class Mute(Exception):
        def __str__(self):
            raise ValueError

        __repr__ = __str__

    assert words.show(Mute()) == "<Mute whose repr() fails with ValueError>"
    assert words.describe(Mute()) == "Mute: (its message cannot be printed)"
    assert words.show("x" * 1000, 40).startswith("'xxx") and len(words.show("x" * 1000, 40)) < 60
    assert words.describe(SystemExit("done")) == "SystemExit: something called exit('done')"
    assert words.describe(KeyError()) == "KeyError"
    refused = ConnectionError("Error 111 connecting.\nConnection refused.")
    assert f"{words.describe(refused)}, again" == (
        "ConnectionError: Error 111 connecting. Connection refused, again"
    )
    assert words.message(ValueError("wait ...")) == "wait ..."
