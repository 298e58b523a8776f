"""SEARCH: finding metrics by what they are called.

    '{AWS/ElastiCache,CacheClusterId,CacheNodeId} MetricName="CacheHits" shop'

The schema in braces is the namespace and exactly the dimensions a metric has; the rest are terms: "in
quotes" the whole word, without quotes one of its parts in any case, `Property=` where to look, AND
(also by standing side by side), OR, NOT and parentheses. Source: CloudWatch user guide, "CloudWatch
search expression syntax". Of its tokens for partial matches, those that are one part or the whole name
are matched, not runs of several parts.
"""

import re
from collections.abc import Callable

from .store import Metric

Test = Callable[[Metric], bool]
LIMIT = 1024  # characters of a query

_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z]*|[a-z]+|[0-9]+")
_TOKENS = re.compile(
    r"\s+|(?P<bracket>[()])|(?P<operator>(?:AND|OR|NOT)\b)"
    r'|(?:(?P<property>[\w@./-]+|"[^"]*")\s*=\s*)?(?:"(?P<exact>(?:[^"\\]|\\.)*)"|(?P<partial>[^\s()"=]+))'
)


class SearchError(ValueError):
    """A query that cannot be read; the message says which."""


def tokens(text: str) -> set[str]:
    """The parts of a name by which it is found: `CustomCount1` is custom, count, 1 and customcount1."""
    parts = [part.lower() for part in _PARTS.findall(text)]
    return {*parts, "".join(parts)}


def matcher(query: str) -> Test:
    """A test that a metric passes if the query finds it. Raises SearchError."""
    if len(query) > LIMIT:
        raise SearchError(f"a search query has at most {LIMIT} characters; this one has {len(query)}.")
    schema, terms = re.fullmatch(r"\s*(?:\{([^}]*)\})?[\s,]*(.*)", query, re.DOTALL).groups()
    tests = [_schema(schema)] if schema is not None else []
    if terms.strip():
        tests.append(_Terms(terms).whole())
    if not tests:
        raise SearchError("a search needs a {schema}, a term, or both.")
    return lambda metric: all(test(metric) for test in tests)


def _schema(text: str) -> Test:
    namespace, *dimensions = [part.strip().strip('"') for part in text.split(",")]
    if not namespace:
        raise SearchError("the schema of a search begins with a namespace: {AWS/ElastiCache,CacheClusterId}.")
    wanted = set(dimensions)

    def test(metric: Metric) -> bool:
        return metric.namespace == namespace and wanted == {name for name, _ in metric.dimensions}

    return test


class _Terms:
    """The terms of a query, read from left to right; NOT binds most, then AND, then OR."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.ahead = text, 0, None
        self.step()

    def step(self) -> re.Match | None:
        """Take the token ahead, and look at the next."""
        taken = self.ahead
        while True:
            if self.at >= len(self.text):
                self.ahead = None
                return taken
            found = _TOKENS.match(self.text, self.at)
            if found is None:
                raise SearchError(f"the search term {self.text[self.at :]!r} cannot be read.")
            self.at = found.end()
            if found[0].strip():
                self.ahead = found
                return taken

    def is_next(self, word: str) -> bool:
        return self.ahead is not None and self.ahead[0].strip() == word

    def whole(self) -> Test:
        test = self.either()
        if self.ahead is not None:
            raise SearchError(f"the search term {self.text!r} has a bracket too many.")
        return test

    def either(self) -> Test:
        tests = [self.all()]
        while self.is_next("OR"):
            self.step()
            tests.append(self.all())
        return lambda metric: any(test(metric) for test in tests)

    def all(self) -> Test:
        tests = [self.one()]
        while self.ahead is not None and not self.is_next("OR") and not self.is_next(")"):
            if self.is_next("AND"):
                self.step()
            tests.append(self.one())
        return lambda metric: all(test(metric) for test in tests)

    def one(self) -> Test:
        token = self.step()
        if token is None or token[0] in (")", "AND", "OR"):
            raise SearchError(f"the search {self.text!r} lacks a term.")
        if token["operator"]:
            inner = self.one()
            return lambda metric: not inner(metric)
        if token["bracket"]:
            inner = self.either()
            if not self.is_next(")"):
                raise SearchError(f"the search {self.text!r} lacks a closing bracket.")
            self.step()
            return inner
        return _term(token)


def _term(token: re.Match) -> Test:
    where = (token["property"] or "").strip('"')
    if token["exact"] is not None:
        exact = re.sub(r"\\(.)", r"\1", token["exact"])
        return lambda metric: exact in _texts(metric, where)
    wanted = "".join(part.lower() for part in _PARTS.findall(token["partial"]))
    return lambda metric: any(wanted in tokens(text) for text in _texts(metric, where))


def _texts(metric: Metric, where: str) -> list[str]:
    """The texts of a metric in which a term may be found."""
    if where == "MetricName":
        return [metric.name]
    if where == "Namespace":
        return [metric.namespace]
    if where:
        return [value for name, value in metric.dimensions if name == where]
    return [metric.name, metric.namespace, *(text for pair in metric.dimensions for text in pair)]
