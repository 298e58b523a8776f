"""An access string, and what its user may do with it: asked of a real server at each change."""

from typing import Any

import redis
import traitlets

from cachelab.cloud import allowed

from ..challenge.view import PARTS, Challenged
from ..chart.controls import Choice, Controls

__all__ = ["AccessTable", "access"]

KEYS = {"all": "~*", "shop: only": "~shop:*", "shop:, to read": "%R~shop:*"}
COMMANDS = {
    "all": "+@all",
    "reads and writes": "+@read +@write",
    "three of them": "+get +set +del",
}
WITHOUT = {
    "nothing": "",
    "-@dangerous": "-@dangerous",
    "that, and what looks at all keys": "-@dangerous -scan -randomkey -dbsize",
    "these, and scripts": "-@dangerous -scan -randomkey -dbsize -@scripting",
}
LONGEST = 72  # characters of an answer that are shown


class AccessTable(Challenged, Controls):
    """Made by `access`."""

    parts = ("chart/row.js", "chart/bench.css", *PARTS)
    string = traitlets.Unicode(help="the access string").tag(sync=True)
    rows = traitlets.List(help="[{command, allowed, others, said}]").tag(sync=True)
    sentence = traitlets.Unicode().tag(sync=True)

    def __init__(self, server: Any, challenges: str | None = "09.access"):
        if not getattr(server, "is_real", False):
            this = getattr(server, "badge", repr(server))
            raise ValueError(
                f"rights are asked of a real server, such as engines.valkey(fresh=True), not: {this}"
            )
        self._server = server
        controls = [
            Choice("keys", KEYS),
            Choice("commands", COMMANDS),
            Choice("without", WITHOUT, label="and without"),
        ]
        super().__init__(label="What an access string allows", **self._take(controls))
        self.positions = self._resume(challenges or "")
        self._ask()
        self.observe(lambda _: self._ask(), "positions")
        self._challenge(challenges, "rows")

    def text(self) -> str:
        wide = max(len(row["command"]) for row in self.rows)
        lines = [f"{row['command']:{wide}}  {_verdict(row)}: {row['said']}" for row in self.rows]
        return "\n".join([*self._stand(), self.string, *lines, self.sentence, *self._challenge_lines()])

    def _ask(self) -> None:
        chosen = self.values
        string = " ".join(filter(None, ("on", chosen["keys"], chosen["commands"], chosen["without"])))
        try:
            found = allowed.attempts(self._server, string)
        except redis.ConnectionError as error:
            if not self.rows:
                raise
            self.sentence = f"The server does not answer ({error}). Run the cells from where it was started."
            return
        reached = [one.command for one in found if one.reaches_others]
        with self.hold_sync():
            self.string = string
            self.sentence = (
                f"{sum(one.allowed for one in found)} of {len(found)} are allowed; "
                f"{len(reached)} of them reach beyond the shop's own keys."
            )
            self.rows = [
                {
                    "command": one.command,
                    "allowed": one.allowed,
                    "others": one.reaches_others,
                    "said": one.said if len(one.said) <= LONGEST else f"{one.said[: LONGEST - 1]}…",
                }
                for one in found
            ]


def _verdict(row: dict) -> str:
    if not row["allowed"]:
        return "refused"
    return "reaches others" if row["others"] else "allowed"


def access(server: Any) -> AccessTable:
    """Rights by radio buttons, and what a server says to each command of a user who has them.

    `server`: a real Valkey that may be emptied, such as engines.valkey(fresh=True).
    """
    return AccessTable(server)
