"""The game day of workshop/: each card's code runs, shows what it says first under "See", and ends."""

import ast
import re
from pathlib import Path

import pytest

from cachelab import engines
from cachelab.engines.memcached import find_server as find_memcached
from cachelab.engines.valkey import find_server
from cachelab.workload.traffic import Customer

DECK = (Path(__file__).parents[2] / "workshop" / "game_day.md").read_text(encoding="utf-8")
CARDS = re.split(r"^(?=### )", DECK, flags=re.M)


class Patient(Customer):
    """Waits longer: a busy machine is no outage."""

    def wait(self, seconds: float) -> "Patient":
        return super().wait(3 * seconds)


def run(code: str, names: dict) -> str:
    """Executes it; the text of its last expression, as a notebook shows it."""
    *before, last = ast.parse(code).body
    exec(compile(ast.Module(before, []), "card", "exec"), names)
    if not isinstance(last, ast.Expr):
        exec(compile(ast.Module([last], []), "card", "exec"), names)
        return ""
    return repr(eval(compile(ast.Expression(last.value), "card", "eval"), names))


def test_there_are_twenty():
    assert re.findall(r"^### (\d+) ·", DECK, re.M) == [str(number) for number in range(1, 21)]


@pytest.mark.skipif(find_server() is None or find_memcached() is None, reason="needs real servers")
def test_every_card_shows_what_it_says_and_ends(capsys):
    names: dict = {}
    for card in CARDS:
        blocks = re.findall(r"```python\n(.*?)```", card, re.S)
        if not card.startswith("### "):
            [setup] = blocks
            assert "socket_timeout=0.2" in setup
            run(setup.replace("socket_timeout=0.2", "socket_timeout=1.5"), names)
            names["Customer"] = Patient
            continue
        shown = run(blocks[0], names) + capsys.readouterr().out
        told = re.sub(r"```.*?```", "", card, flags=re.S)
        see, ends = re.search(r"\*\*See:\*\*(.*?)\*\*Ends:\*\*([^#]*)", told, re.S).groups()
        if words := re.match(r"\s*`([^`]+)`", see):
            assert words[1] in shown, (card.splitlines()[0], shown)
        for code in re.findall(r"`([^`]+(?:\)| = \d+))`", ends):  # a call or an assignment
            run(code, names)
        assert not names["relay"].delay, (card.splitlines()[0], "left the server slow")
        for setup in blocks[1:]:
            run(setup, names)
    engines.memcached().thaw()
