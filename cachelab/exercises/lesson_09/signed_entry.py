"""09.6: entries that nobody can forge, move or confuse, and keys that name one thing each."""

import itertools
import json
import pickle
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab, Trial, differ, name_of
from cachelab.checks.rig.unsafe import DONE
from cachelab.checks.verdict import incorrect
from cachelab.learner.words import counted, describe, show

KEY, VERSION, LONGEST = "shop:user:7", 3, 250
SECRET, ANOTHER = b"the secret of this application..", b"what an attacker guesses it to be"
VALUES = (
    {"id": 7, "name": "Ada Lovelace", "tags": ["vip", "été"], "address": None, "rebate": 0.25},
    [1, 2.5, "three", True, {"four": []}],
    "a text: with | many . separators,\n and lines",
    12,
    0,
    "",
    [],
    False,
)
PARTS = (
    *("1", "2", "12", "1:2", ":", "", "a", "a:b", "b", "A", "1%3A2", "%3A", "%", "\\", '"'),
    *("1|2", "1,2", "1/2", "1.2", "1-2", "1_2", "é", " ", "\r\nflush_all"),
)
GARBAGE = (
    b"",
    b"null",
    b"{}",
    b"[]",
    b"7",
    b"\x80\x04N.",
    b"\xff\xfe\x00",
    b".",
    b":::::",
    b"|||",
    b'{"value": 7}',
    b"[" * 20_000,
    b"A" * 88,
    bytes(range(256)),
)


@define(
    "09.6",
    "Entries that cannot be forged",
    minutes=14,
    hints=(
        "JSON can only be read; a pickle is run. Sign what you stored with `hmac.new(secret, …, 'sha256')`, "
        "and compare with `hmac.compare_digest` before you read anything else.",
        "A signature holds for what it is made of. If the key is not in it, a good entry can be copied under "
        "another key; if the version is not, an old one is good for ever.",
        "What is glued together can be cut elsewhere: `'1' + '2:3'`, `'1:2' + '3'`. `json.dumps` of a list "
        "keeps parts apart, and so does `urllib.parse.quote(part, safe='')`.",
    ),
)
def entries_that_cannot_be_forged(lab: Lab, make_key, pack, unpack):
    _keys(lab, make_key)
    bench = Bench(lab, pack, unpack)
    for value in VALUES:
        bench.comes_back(value)
    bench.garbage()
    bench.nobody_runs_it()
    bench.long_enough()
    bench.another_secret()
    bench.unsigned()
    bench.elsewhere()
    bench.changed()
    bench.relabelled()
    bench.recut()
    return (
        "Only who has the secret can write an entry, for one key and one version, and nothing in it is ever "
        "run. Different things have different keys."
    )


# --- keys ---


def _keys(lab: Lab, make_key) -> None:
    cases = list(itertools.product(PARTS, repeat=3))
    made: dict[str, tuple] = {}
    for call, parts in zip(_calls(lab, make_key, cases + cases[:1]), cases + cases[:1], strict=True):
        key = call.finished().value
        if not isinstance(key, str):
            raise call.wrong(f"it returned {show(key)}", "a text")
        if not key or not all("!" <= letter <= "~" for letter in key):
            raise call.wrong(
                f"it returned {show(key, 80)}",
                "printable ASCII without spaces",
                "Memcached ends a key at a space, and a command at a line break: what follows is a command.",
            )
        if len(key) > LONGEST:
            raise call.wrong(
                f"its key has {len(key)} characters", f"at most {LONGEST}: Memcached takes no more"
            )
        if made.setdefault(key, parts) != parts:
            other = ", ".join(map(repr, made[key]))
            raise call.wrong(
                f"it returned {show(key, 80)}, and so does `make_key({other})`",
                "different things have different keys",
                "What if a part holds what you put between parts?",
            )
    if len(made) != len(cases):
        raise call.wrong(f"it returned {show(key, 80)}, which it did not before", "the same for the same")


def _calls(lab: Lab, function, cases: list[tuple], names=None) -> list[Trial]:
    """A call with each of these arguments, all within the time of one. `names`: how they are shown."""
    texts = [f"`{name_of(function)}({', '.join(map(show, shown))})`" for shown in names or cases]
    found: list[Trial] = []

    def run():
        for case, text in zip(cases, texts, strict=True):
            call = Trial(text)
            try:
                call.value = function(*case)
            except NotImplementedError:
                raise
            except Exception as error:
                call.error = error
            found.append(call)

    together = lab.call(run, text=texts[0].strip("`"))
    if len(found) < len(cases):
        together.text = texts[len(found)]
        together.finished()
    for call in found:
        call.unsafe = together.unsafe
    return found


# --- entries ---


@dataclass(frozen=True)
class Forged:
    """Something that must be refused. `but`: the value that is truly there, which does no harm."""

    entry: Any
    why: str
    think: str
    key: str = KEY
    version: int = VERSION
    but: Any = None


class Bench:
    """What an attacker does who may write to the cache, and has no secret."""

    def __init__(self, lab: Lab, pack, unpack):
        self.lab, self._pack, self._unpack = lab, pack, unpack

    def pack(self, value, key: str = KEY, version: int = VERSION, secret: bytes = SECRET) -> bytes:
        [call] = _calls(
            self.lab, self._pack, [(key, value, version, secret)], [(key, value, version, _Name("secret"))]
        )
        entry = call.finished().value
        if not isinstance(entry, bytes):
            raise call.wrong(f"it returned {show(entry)}", "bytes, as they are stored and read again")
        return entry

    def unpack(self, *entries: tuple) -> list[Trial]:
        """Each is (key, entry, version)."""
        shown = [(key, _Name(show(entry, 120)), version, _Name("secret")) for key, entry, version in entries]
        return _calls(self.lab, self._unpack, [(*entry, SECRET) for entry in entries], shown)

    def refuses(self, *forgeries: Forged) -> None:
        """Settle unless unpack returns None for each, or what is harmless."""
        calls = self.unpack(*((forged.key, forged.entry, forged.version) for forged in forgeries))
        for forged, call in zip(forgeries, calls, strict=True):
            if call.error is not None:
                happened = f"it raised {describe(call.error)}, {forged.why}"
                raise call.wrong(happened, "None: an entry that cannot be read is a miss", THINK_MISS)
            if call.value is not None and (forged.but is None or differ(call.value, forged.but)):
                raise call.wrong(f"it returned {show(call.value, 80)}, {forged.why}", "None", forged.think)

    # --- what is asked, in order ---

    def comes_back(self, value) -> None:
        entry = self.pack(value)
        [call] = self.unpack((KEY, entry, VERSION))
        if call.finished().value is None:
            think = "" if value else THINK_FALSE
            raise call.wrong("it returned None", f"what was packed: {show(value, 80)}", think)
        call.returned(value)

    def garbage(self) -> None:
        nobodys = "Whoever may write to the cache wrote that."
        nothing = Forged(None, "when there was no entry", THINK_MISS)
        self.refuses(nothing, *(Forged(entry, "though nobody packed that", nobodys) for entry in GARBAGE))
        plain = [json.dumps(value) for value in VALUES[:4]]
        shapes = ("{0}", f"{VERSION}:{{0}}", "{0}.", ".{0}", f"{'0' * 64}{{0}}", f"{'0' * 64}.{{0}}")
        unsigned = [shape.replace("{0}", text).encode() for text in plain for shape in shapes]
        self.refuses(*(Forged(entry, "though nobody signed it", THINK_UNSIGNED) for entry in unsigned))

    def nobody_runs_it(self) -> None:
        """What runs when it is loaded, alone and in the place of what was packed."""
        value, evil = VALUES[0], pickle.dumps(_Evil(), 2)
        entry = self.pack(value)
        bodies = [pickle.dumps(value, protocol) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)]
        forged = [evil, *(entry.replace(body, evil) for body in bodies if body in entry)]
        for attempt in forged:
            _ran.clear()
            [call] = self.unpack((KEY, attempt, VERSION))
            if _ran:
                think = "Loading a pickle does what the pickle says."
                if attempt is not evil:
                    think += " A signature that is looked at afterwards comes too late."
                happened = "code ran that whoever wrote the entry chose"
                raise call.wrong(happened, "nothing in an entry is ever run", think)
        for stored in (value, OrderedDict(value)):  # alike for JSON; a pickle of the second names its class
            [call] = self.unpack((KEY, self.pack(stored), VERSION))
            if call.unsafe:
                raise call.wrong(
                    f"what was stored was {DONE[min(call.unsafe)]} ({min(call.unsafe)})",
                    "what is stored can only be read, as JSON can",
                    "Signed or not: every service that has the secret could then run code in all the others.",
                )

    def long_enough(self) -> None:
        """What differs between two secrets is the signature; a short one is found by trying."""
        mine, other = self.pack(VALUES[0]), self.pack(VALUES[0], secret=ANOTHER)
        differing = sum(a != b for a, b in zip(mine, other, strict=False)) + abs(len(mine) - len(other))
        if differing and differing < 8:
            called = f"`pack({show(KEY)}, {show(VALUES[0], 80)}, {VERSION}, secret)`"
            happened = f"with another secret, {counted(differing, 'byte')} of {len(mine)} differ"
            think = "A signature that short is guessed by trying."
            raise incorrect(called, happened, "at least 8 do, which nobody tries out", think)

    def another_secret(self) -> None:
        think = "What is secret about a signature that anybody can work out?"
        self.refuses(Forged(self.pack("forged", secret=ANOTHER), "signed with another secret", think))

    def unsigned(self) -> None:
        """Pieces of a good entry: its signature may be at either end."""
        entry = self.pack(VALUES[0])
        pieces = [piece for cut in range(8, len(entry)) for piece in (entry[:-cut], entry[cut:])]
        self.refuses(*(Forged(piece, "though a part was missing", THINK_UNSIGNED) for piece in pieces))

    def elsewhere(self) -> None:
        think = "A good entry, copied: customer 8 is shown what is customer 7's. What does it sign?"
        self.refuses(Forged(self.pack({"id": 7}), "packed for another key", think, key="shop:user:8"))
        think = "Two releases are alive, and the other one's fields are others. How does a reader tell?"
        for version in (VERSION + 1, VERSION - 1, 11 * VERSION):
            entry = self.pack({"id": 7}, version=version)
            self.refuses(Forged(entry, f"packed by version {version}", think))

    def changed(self) -> None:
        """Each byte, a little: it must be refused, or read as what it was."""
        think = "One bit was changed. What does the signature cover?"
        for value in ({"id": 12, "admin": False}, 12):
            entry = self.pack(value)
            bent = [
                entry[:at] + bytes([entry[at] ^ flip]) + entry[at + 1 :]
                for at in range(len(entry))
                for flip in (1, 2, 4)
            ]
            self.refuses(*(Forged(one, "though it was changed", think, but=value) for one in bent))

    def relabelled(self) -> None:
        """Key and version may be in the entry, and then be changed there."""
        think = "It says in the entry what it is for. Is that signed, too?"
        for key, version, what in (
            (KEY, VERSION - 1, "by version 2"),
            ("shop:user:6", VERSION, "for shop:user:6"),
        ):
            entry = self.pack({"id": 1}, key, version)
            bent = [entry[:at] + bytes([entry[at] ^ 1]) + entry[at + 1 :] for at in range(len(entry))]
            self.refuses(*(Forged(one, f"packed {what}, and changed", think) for one in bent))

    def recut(self) -> None:
        """What is glued together, cut elsewhere."""
        think = (
            "Key, version and value are glued together, then signed. The signature cannot say where one ends."
        )
        for key in ("shop:7", "77"):
            entry, found = self.pack(12, key=key), []
            for at in range(len(entry)):
                moved, rest = chr(entry[at]), entry[:at] + entry[at + 1 :]
                if moved.isascii() and moved.isprintable():
                    why = f"packed for {show(key)}, and cut anew"
                    found += [Forged(rest, why, think, other) for other in (key + moved, moved + key)]
            self.refuses(*found)
        for key, version, other, another in (("77", 1, "7", 17), ("7", 17, "77", 1), ("77", 1, "7", 71)):
            why = f"packed for {show(key)} by version {version}"
            entry = self.pack(12, key=key, version=version)
            self.refuses(Forged(entry, why, think, other, another))


class _Name(str):
    """Shown as it is, without quotes."""

    def __repr__(self) -> str:
        return str(self)


THINK_MISS = (
    "The caller asks the database when there is nothing: None says so, and an error takes the page down."
)
THINK_UNSIGNED = "Whoever may write to the cache can write that. What proves that it was your application?"
THINK_FALSE = "0, False and empty things are values, too. Which test told them from a miss?"

_ran: list[str] = []


def _run(word: str) -> str:
    _ran.append(word)
    return word


class _Evil:
    def __reduce__(self):
        return _run, ("ran",)
