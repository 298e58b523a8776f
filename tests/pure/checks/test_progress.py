import base64
import json
import os
import stat
import subprocess
import sys
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cachelab.checks import exercise, progress
from tests.oracle.depth import examples

ENTRIES = st.fixed_dictionaries({"tries": st.integers(0, 10**6), "solved": st.booleans()})
VALUES = st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(["at once", "never"])
STATES = st.fixed_dictionaries(
    {
        "exercises": st.dictionaries(
            st.from_regex(r"[01][0-9]\.[1-9]", fullmatch=True), ENTRIES, max_size=70
        ),
        "found": st.dictionaries(st.sampled_from(["00", "01", "04"]), st.integers(0, 9)),
        "guesses": st.dictionaries(
            st.sampled_from(["04.kill", "04.nobody"]), st.lists(VALUES, min_size=2, max_size=2)
        ),
        "last": st.none() | st.tuples(st.integers(0, 2**40), st.just("04.1")).map(list),
        "places": st.dictionaries(
            st.just("04_cache_aside"), st.tuples(st.integers(0, 2**40), st.just("hang-run")).map(list)
        ),
        "settings": st.dictionaries(
            st.sampled_from(["01", "07.dice"]),
            st.dictionaries(st.just("ttl"), st.sampled_from(["1 s", "5 min"])),
        ),
    }
)
ONE_FILE = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=examples(40)
)


def put(state) -> None:
    progress.path().write_text(json.dumps(state))


def test_a_fresh_learner_has_done_nothing():
    empty = dict.fromkeys(["exercises", "found", "guesses", "places", "settings"], {})
    assert progress.read() == {**empty, "last": None}
    assert progress.last() is None and progress.tries("04.1") == 0 and not progress.solved("04.1")


def test_checks_are_counted_and_solved_stays_solved():
    ex = exercise("01.2")
    ex.check(lambda reads, capacity: 0)
    ex.check(lambda reads, capacity: max(0, 1 - capacity / reads))
    ex.check(lambda reads, capacity: 0)
    assert progress.read()["exercises"] == {"01.2": {"tries": 3, "solved": True}}
    assert progress.last() == "01.2"


def test_what_was_not_attempted_is_no_try():
    exercise("01.2").check(...)
    exercise("01.2").check(lambda reads, capacity: None)
    assert progress.tries("01.2") == 0


@ONE_FILE
@given(STATES)
def test_a_code_carries_everything_to_another_machine(state):
    put(state)
    code = progress.export()
    assert "\n" not in code
    progress.path().unlink()
    assert progress.load(code) == state == progress.read()


@ONE_FILE
@given(STATES, STATES)
def test_merging_loses_nothing(here, there):
    put(there)
    code = progress.export()
    put(here)
    merged = progress.load(code)
    for id in here["exercises"].keys() | there["exercises"].keys():
        both = [state["exercises"][id] for state in (here, there) if id in state["exercises"]]
        assert merged["exercises"][id]["tries"] == max(entry["tries"] for entry in both)
        assert merged["exercises"][id]["solved"] == any(entry["solved"] for entry in both)
    assert merged["last"] in (here["last"], there["last"])
    assert progress.load(code) == merged  # once more changes nothing


def test_a_code_is_short_enough_to_paste():
    put(
        {
            "exercises": {
                f"{n:02}.{k}": {"tries": n + k, "solved": k % 2 == 0} for n in range(13) for k in range(1, 6)
            },
            "last": [1_800_000_000, "04.1"],
        }
    )
    assert len(progress.export()) < 500


@pytest.mark.parametrize(
    "code",
    [
        "",
        "cachelab-",
        "cachelab-abc",
        "hello",
        "cachelab-" + "A" * 4000,
        "cachelab-é",
        "cachelab-eNqrVgIAAMMAhQ",
    ],
)
def test_a_code_that_is_not_whole_is_refused_and_changes_nothing(code):
    put({"exercises": {"04.1": {"tries": 1, "solved": True}}, "last": None})
    with pytest.raises(ValueError, match="whole progress code"):
        progress.load(code)
    assert progress.solved("04.1")


SENSELESS = [
    "[" * 100_000, '{"exercises": {"04.1": {"tries": Infinity, "solved": true}}, "last": null}',
    '{"exercises": {}, "last": [1e999, "04.1"]}',
    '{"exercises": {}, "last": null, "found": {"races": 1e999}}',
    '{"exercises": {}, "last": null, "guesses": {"04.kill": [%s, 8]}}' % ("9" * 400),
]  # fmt: skip


@pytest.mark.parametrize("text", SENSELESS, ids=range(len(SENSELESS)))
def test_a_whole_code_that_holds_what_no_learner_has_is_refused(text):
    packed = zlib.compress(text.encode())
    whole = packed + zlib.crc32(packed).to_bytes(4, "big")
    with pytest.raises(ValueError, match="whole progress code"):
        progress.unpacked(progress.PREFIX + base64.urlsafe_b64encode(whole).decode().rstrip("="))


@ONE_FILE
@given(st.integers(0, 10**6), st.sampled_from("abcXYZ019-_"))
def test_a_code_with_one_wrong_letter_is_refused(place, letter):
    put({"exercises": {f"04.{k}": {"tries": k, "solved": True} for k in range(1, 7)}, "last": [5, "04.6"]})
    code = progress.export()
    body = len(progress.PREFIX) + place % (
        len(code) - len(progress.PREFIX) - 1
    )  # the last one may carry spare bits
    if code[body] == letter:
        return
    with pytest.raises(ValueError):
        progress.load(code[:body] + letter + code[body + 1 :])


def test_a_code_broken_over_lines_by_a_mail_program_still_works():
    put({"exercises": {f"04.{k}": {"tries": k, "solved": True} for k in range(1, 7)}, "last": [5, "04.6"]})
    code = progress.export()
    assert progress.load(f"  {code[:20]}\n{code[20:]} \n")


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"exercises": 3}', '{"exercises": {"04.1": 1}, "last": null}', "\0" * 50]
    + SENSELESS,
    ids=str.__len__,
)  # fmt: skip
def test_a_file_that_makes_no_sense_is_set_aside(text):
    progress.path().write_text(text)
    assert progress.record("04.1", "correct") == ""
    assert progress.read()["exercises"] == {"04.1": {"tries": 1, "solved": True}}
    aside = [path for path in progress.path().parent.iterdir() if "unreadable" in path.name]
    assert [path.read_text() for path in aside] == [text]


COUNT_TEN = """
import sys
from cachelab.checks import progress
print("ready", flush=True)
sys.stdin.readline()
for _ in range(10):
    progress.record(sys.argv[1], "incorrect")
"""


def test_kernels_side_by_side_lose_nothing():
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    kernels = [
        subprocess.Popen([sys.executable, "-c", COUNT_TEN, id], **pipes)
        for id in ("04.1", "04.1", "04.2", "04.3")
    ]
    assert {kernel.stdout.readline() for kernel in kernels} == {"ready\n"}
    for kernel in kernels:
        kernel.stdin.close()  # all at once
    assert [kernel.wait() for kernel in kernels] == [0, 0, 0, 0]
    for kernel in kernels:
        kernel.stdout.close()
    assert {id: entry["tries"] for id, entry in progress.read()["exercises"].items()} == {
        "04.1": 20,
        "04.2": 10,
        "04.3": 10,
    }
    assert {path.name for path in progress.path().parent.iterdir()} == {"progress.json", "progress.lock"}


def test_where_nothing_can_be_saved_the_verdict_still_comes_and_says_so(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CACHELAB_PROGRESS", str(tmp_path / "file" / "progress.json"))
    verdict = exercise("01.2").check(lambda reads, capacity: 0)
    assert verdict.status == "incorrect" and "progress could not be saved" in verdict.then


def test_a_file_that_may_not_be_read_is_left_alone(monkeypatch):
    put({"exercises": {"04.1": {"tries": 1, "solved": True}}, "last": None})
    if os.geteuid() == 0:
        monkeypatch.setattr(
            type(progress.path()), "read_text", lambda *a, **k: (_ for _ in ()).throw(PermissionError())
        )
    else:
        progress.path().chmod(0)
    assert progress.read()["exercises"] == {}
    progress.path().chmod(stat.S_IRUSR | stat.S_IWUSR)
    assert progress.path().exists()


def test_a_device_in_the_files_place_is_never_replaced(monkeypatch, tmp_path):
    device = tmp_path / "pipe"  # as /dev/null would be, for which root has every right
    os.mkfifo(device)
    monkeypatch.setenv("CACHELAB_PROGRESS", str(device))
    verdict = exercise("01.2").check(lambda reads, capacity: 0)
    assert verdict.status == "incorrect" and "not an ordinary file" in str(verdict)
    assert stat.S_ISFIFO(device.stat().st_mode) and progress.read()["exercises"] == {}


def test_an_interrupt_while_it_is_kept_is_an_interrupt(monkeypatch):
    """It came out as a file that is not there, which passed for a full disk: the cell went on."""
    real = os.replace

    def interrupted(*names):
        real(*names)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", interrupted)
        with pytest.raises(KeyboardInterrupt):
            progress.guess("04.kill", 3)
    assert progress.guesses()["04.kill"][0] == 3


def test_nothing_about_the_person_is_kept():
    exercise("01.2").check(lambda reads, capacity: 0)
    known = {"exercises", "found", "guesses", "last", "places", "settings"}
    assert set(json.loads(progress.path().read_text())) == known


def test_a_guess_that_was_answered_stands_also_when_two_machines_meet():
    progress.guess("04.kill", 3)
    progress.guess("04.kill", 4, 7)
    code = progress.export()
    progress.guess("04.kill", 7, 7)
    assert progress.guesses() == {"04.kill": (4, 7)}
    progress.path().unlink()
    progress.guess("04.kill", 1)
    progress.load(code)
    assert progress.guesses() == {"04.kill": (4, 7)}


def test_a_file_from_before_guesses_is_read():
    put({"exercises": {"04.1": {"tries": 1, "solved": True}}, "last": None})
    assert progress.solved("04.1") and progress.guesses() == {}
