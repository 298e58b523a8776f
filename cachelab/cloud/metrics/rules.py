"""The rules of composite alarms: `ALARM("memory") AND NOT (OK(hits) OR FALSE)`.

Source: PutCompositeAlarm in the CloudWatch API reference. An alarm is named by its name or ARN, in
quotes if it has blanks or brackets in it.
"""

import re
from collections.abc import Callable, Mapping

from .judging import STATES

DEEPEST = 100  # brackets and NOTs within each other: each is a call in a call
Rule = Callable[[Mapping[str, str]], bool]  # of the states of alarms, by name
_TOKENS = re.compile(
    r'\s*(?:(?P<state>ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"(?P<quoted>[^"]+)"|\'(?P<single>[^\']+)\''
    r"|(?P<bare>[^\s()\"']+))\s*\)"
    r"|(?P<word>AND|OR|NOT|TRUE|FALSE)\b|(?P<bracket>[()]))"
)


class RuleError(ValueError):
    """A rule that cannot be read; the message says where."""


def parse(text: str) -> tuple[Rule, list[str]]:
    """A rule, and the names of the alarms it asks about. Raises RuleError."""
    reading = _Reading(text)
    rule = reading.either()
    if reading.ahead is not None:
        raise RuleError(f"in {text!r}: {reading.ahead[0].strip()!r} is not expected there.")
    return rule, reading.names


class _Reading:
    def __init__(self, text: str) -> None:
        self.text, self.at, self.ahead, self.names = text, 0, None, []
        self.depth = 0
        self.step()

    def step(self) -> re.Match | None:
        taken, rest = self.ahead, self.text[self.at :]
        self.ahead = _TOKENS.match(self.text, self.at)
        if self.ahead is None and rest.strip():
            raise RuleError(
                f"in {self.text!r}: {rest.strip()!r} cannot be read; write ALARM(name), OK(name) …"
            )
        self.at = self.ahead.end() if self.ahead else len(self.text)
        return taken

    def is_next(self, word: str) -> bool:
        return self.ahead is not None and word in (self.ahead["word"], self.ahead["bracket"])

    def either(self) -> Rule:
        rules = [self.both()]
        while self.is_next("OR"):
            self.step()
            rules.append(self.both())
        return lambda states: any(rule(states) for rule in rules)

    def both(self) -> Rule:
        rules = [self.one()]
        while self.is_next("AND"):
            self.step()
            rules.append(self.one())
        return lambda states: all(rule(states) for rule in rules)

    def one(self) -> Rule:
        self.depth += 1
        if self.depth > DEEPEST:
            raise RuleError(f"brackets and NOTs are nested more than {DEEPEST} deep.")
        rule = self._one()
        self.depth -= 1
        return rule

    def _one(self) -> Rule:
        token = self.step()
        if token is None:
            raise RuleError(f"{self.text!r} ends where an alarm is expected.")
        if token["state"]:
            state = token["state"]
            name = (token["quoted"] or token["single"] or token["bare"]).rpartition(":alarm:")[2]
            self.names.append(name)
            assert state in STATES
            return lambda states: states.get(name) == state
        if token["word"] in ("TRUE", "FALSE"):
            fixed = token["word"] == "TRUE"
            return lambda states: fixed
        if token["word"] == "NOT":
            inner = self.one()
            return lambda states: not inner(states)
        if token["bracket"] == "(":
            inner = self.either()
            if not self.is_next(")"):
                raise RuleError(f"{self.text!r} lacks a closing bracket.")
            self.step()
            return inner
        raise RuleError(f"in {self.text!r}: {token[0].strip()!r} is not expected there.")
