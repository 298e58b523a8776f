"""Metric math: expressions over series, as GetMetricData and alarms take them.

    series = {"hits": Series({0: 3}), "misses": Series({0: 1})}
    evaluate("100 * hits / (hits + misses)", series, Window(start=0, end=60, period=60))

Syntax, functions and what becomes of missing points: CloudWatch user guide, "Using metric math". In
arithmetic and comparisons between two series a point that only one of them has counts as 0 in the
other; a division by zero drops the point; AVG of several series counts missing ones as 0; IF takes 0
for a missing true value and drops a missing false one. FILL works on the whole window, so it also
speaks where every series is silent.
"""

import ast
import math
import operator
import re
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import reduce


class ExpressionError(ValueError):
    """An expression that cannot be evaluated; the message says what is wrong with it."""


@dataclass(frozen=True)
class Series:
    """Values by time (seconds since the epoch)."""

    points: Mapping[int, float]
    label: str = ""
    id: str = ""
    period: int | None = None  # of a metric; the result of an expression has none


@dataclass(frozen=True)
class Window:
    """The time an expression looks at: `start` is included, `end` is not."""

    start: int
    end: int
    period: int
    offset: int = 0  # periods begin at multiples of the period, plus this

    def grid(self) -> range:
        """Every time at which a period begins."""
        first = self.start - (self.start - self.offset) % self.period
        return range(first, self.end, self.period)


Value = float | Series | list  # a list of Series
Search = Callable[..., list[Series]]

REFUSED = {
    "ANOMALY_DETECTION_BAND": "nothing here has learned what is normal",
    "INSIGHT_RULE_METRIC": "there are no Contributor Insights rules in this account",
    "SERVICE_QUOTA": "there are no usage metrics in this account",
    "DB_PERF_INSIGHTS": "there is no RDS in this account",
    "LAMBDA": "there are no connected data sources in this account",
}
TOO_DEEP = "the expression is nested too deeply: give parts of it an Id of their own."
KEYWORDS = ("ASC", "DESC", "AVG", "SUM", "MIN", "MAX", "REPEAT", "LINEAR")
_WORDS = {"&&": " and ", "||": " or ", "AND": " and ", "OR": " or ", "^": "**"}
_PIECES = re.compile(r"""("[^"]*"|'[^']*')|(&&|\|\||\^|\bAND\b|\bOR\b)""")


def evaluate(
    expression: str, series: Mapping[str, Series | list[Series]], window: Window, search: Search | None = None
) -> list[Series]:
    """What an expression makes of `series` (by id; a list is what a SEARCH found): one series or several.

    `search(query, statistic, period)` answers SEARCH. Raises ExpressionError.
    """
    if expression.lstrip().upper().startswith("SELECT"):
        raise ExpressionError(
            "Metrics Insights queries (SELECT …) are not available in this account in a box."
        )
    try:
        result = _Evaluation(series, window, search).of(_parse(expression))
    except RecursionError:
        raise ExpressionError(TOO_DEEP) from None
    if isinstance(result, str):
        raise ExpressionError(f"{expression!r} is a text; the result must be a time series.")
    if isinstance(result, Series):
        return [result]
    if isinstance(result, list):
        return result
    raise ExpressionError(
        f"{expression!r} is a single number; the result must be a time series: see TIME_SERIES(…)."
    )


def names(expression: str) -> set[str]:
    """The ids that an expression mentions; METRICS() stands for "*". Raises ExpressionError."""
    if expression.lstrip().upper().startswith("SELECT"):
        return set()
    found, parsed = set(), _parse(expression)
    called = {node.func for node in ast.walk(parsed) if isinstance(node, ast.Call)}
    for node in ast.walk(parsed):
        if isinstance(node, ast.Name) and node.id[0].islower() and node not in called:
            found.add(node.id)
        elif isinstance(node, ast.Name) and node.id == "METRICS":
            found.add("*")
    return found


def _parse(expression: str) -> ast.expr:
    python = _PIECES.sub(lambda piece: piece[1] or _WORDS[piece[2]], expression.strip())
    try:
        return ast.parse(python, mode="eval").body
    except (RecursionError, MemoryError):
        raise ExpressionError(TOO_DEEP) from None
    except (SyntaxError, ValueError):
        raise ExpressionError(f"the syntax of {expression!r} is not that of metric math.") from None


_ARITHMETIC = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda a, b: a / b if b else None,
    ast.Pow: lambda a, b: _real(a, b),
}
_COMPARISON = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def _real(a: float, b: float) -> float | None:
    try:
        power = a**b
    except (ZeroDivisionError, OverflowError):
        return None
    return power if isinstance(power, (int, float)) else None


def _finite(value: float | None) -> float | None:
    """None for what is no number that can be published: infinity is none."""
    return value if value is not None and math.isfinite(value) else None


@dataclass
class _Evaluation:
    series: Mapping[str, Series]
    window: Window
    search: Search | None
    functions: dict = field(init=False)

    def __post_init__(self) -> None:
        self.functions = {
            **{name: self._each(each) for name, each in _EACH.items()},
            **{name: self._whole(name) for name in _WHOLE},
            **{name: self._stamped(of) for name, of in _STAMPED.items()},
            "METRICS": self._metrics,
            "FILL": self._fill,
            "IF": self._if,
            "PERIOD": self._period,
            "TIME_SERIES": lambda value: Series(dict.fromkeys(self.window.grid(), _number(value))),
            "FIRST": lambda several: _several(several)[0],
            "LAST": lambda several: _several(several)[-1],
            "METRIC_COUNT": lambda several: float(len(_several(several))),
            "REMOVE_EMPTY": lambda several: [one for one in _several(several) if one.points],
            "SLICE": self._slice,
            "SORT": self._sort,
            "SEARCH": self._search,
        }

    def of(self, node: ast.expr) -> Value | str:
        match node:
            case ast.Constant(value=bool()):
                pass
            case ast.Constant(value=int() | float() as number):
                return float(number)
            case ast.Constant(value=str() as text):
                return text
            case ast.Name(id=name) if name in self.series:
                return self.series[name]
            case ast.Name(id=name) if name in KEYWORDS:
                return name
            case ast.Name(id=name):
                raise ExpressionError(
                    f"there is no metric or expression with the id {name!r} in this request."
                )
            case ast.List(elts=parts) | ast.Tuple(elts=parts):
                flat: list[Series] = []
                for value in map(self.of, parts):
                    flat += _several(value) if isinstance(value, list) else [_one(value)]
                return flat
            case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=operand):
                factor = -1.0 if isinstance(sign, ast.USub) else 1.0
                return self._combine(operator.mul, factor, self.of(operand))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
                return self._combine(_ARITHMETIC[type(op)], self.of(left), self.of(right))
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARISON:
                compare = _COMPARISON[type(op)]
                return self._combine(lambda a, b: float(compare(a, b)), self.of(left), self.of(right))
            case ast.BoolOp(op=op, values=parts):
                both = isinstance(op, ast.And)
                holds = (lambda a, b: float(bool(a and b))) if both else (lambda a, b: float(bool(a or b)))
                return reduce(lambda a, b: self._combine(holds, a, b), map(self.of, parts))
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                return self._call(name, [self.of(argument) for argument in arguments])
        raise ExpressionError(f"{ast.unparse(node)!r} is not part of metric math.")

    def _call(self, name: str, arguments: list) -> Value:
        if name in REFUSED:
            raise ExpressionError(f"{name} is not available in this account in a box: {REFUSED[name]}.")
        if name not in self.functions:
            raise ExpressionError(
                f"there is no function {name!r}; names are in capitals: SUM, FILL, IF, RATE …"
            )
        try:
            return self.functions[name](*arguments)
        except TypeError:
            raise ExpressionError(f"{name} does not take these {len(arguments)} arguments.") from None
        except IndexError:
            raise ExpressionError(f"{name} was given no time series.") from None

    def _combine(self, calculate: Callable, a: Value, b: Value) -> Value:
        """A calculation between numbers, series and lists of series."""
        if isinstance(a, str) or isinstance(b, str):
            raise ExpressionError("a text cannot be calculated with.")
        if isinstance(a, list) and isinstance(b, list):
            if len(a) != len(b):
                raise ExpressionError(f"{len(a)} time series cannot be matched with {len(b)}.")
            return [self._combine(calculate, x, y) for x, y in zip(a, b, strict=True)]
        if isinstance(a, list):
            return [self._combine(calculate, x, b) for x in a]
        if isinstance(b, list):
            return [self._combine(calculate, a, y) for y in b]
        if not isinstance(a, Series) and not isinstance(b, Series):
            result = _finite(calculate(a, b))
            if result is None:
                raise ExpressionError("a number is divided by zero, or too large.")
            return result
        stamps = sorted({*getattr(a, "points", ()), *getattr(b, "points", ())})
        points = {at: _finite(calculate(_at(a, at, 0.0), _at(b, at, 0.0))) for at in stamps}
        kept = a if isinstance(a, Series) else b
        return Series({at: value for at, value in points.items() if value is not None}, kept.label, kept.id)

    def _each(self, change: Callable[[Series], dict]) -> Callable:
        """A function of one series, or of each of several."""

        def apply(value: Value) -> Value:
            if isinstance(value, list):
                return [apply(one) for one in value]
            one = _one(value)
            return Series(change(one), one.label, one.id)

        return apply

    def _whole(self, name: str) -> Callable:
        """SUM and its like: of one series a number, of several a series."""
        total = _WHOLE[name]

        def apply(value: Value) -> float | Series:
            if isinstance(value, Series):
                return float(total(list(value.points.values()))) if value.points else 0.0
            several = _several(value)
            if not several:
                return Series({})
            stamps = sorted({at for one in several for at in one.points})
            points = {}
            for at in stamps:
                known = [one.points[at] for one in several if at in one.points]
                if name in ("AVG", "STDDEV"):  # missing ones count as 0 [guide, AVG]
                    known += [0.0] * (len(several) - len(known))
                points[at] = float(total(known))
            return Series(points)

        return apply

    def _stamped(self, part: Callable[[datetime], float]) -> Callable:
        def apply(value: Value) -> Series:
            _one(value)
            return Series({at: float(part(datetime.fromtimestamp(at, UTC))) for at in self.window.grid()})

        return apply

    def _metrics(self, text: str = "") -> list[Series]:
        metrics = {name: one for name, one in self.series.items() if isinstance(one, Series) and one.period}
        return [one for name, one in metrics.items() if text in name]

    def _period(self, value: Value) -> float:
        one = _one(value)
        if one.period is None:
            raise ExpressionError("PERIOD takes a metric, not the result of an expression.")
        return float(one.period)

    def _fill(self, value: Value, filler: float | str | Series) -> Value:
        if isinstance(value, list):
            return [self._fill(one, filler) for one in value]
        one = _one(value)
        if isinstance(filler, str) and filler not in ("REPEAT", "LINEAR"):
            raise ExpressionError(f"FILL with {filler}: give a number, a time series, REPEAT or LINEAR.")
        points = dict(one.points)
        for at in self.window.grid():
            if at not in one.points:
                found = _between(one.points, at, filler) if isinstance(filler, str) else _at(filler, at)
                if found is not None:
                    points[at] = found
        return Series(dict(sorted(points.items())), one.label, one.id)

    def _if(self, condition: Value, then: Value, otherwise: Value | None = None) -> Series:
        for part in (condition, then, otherwise):
            if isinstance(part, (list, str)):
                raise ExpressionError("IF takes numbers and single time series.")
        if not isinstance(condition, Series):
            chosen = then if condition else otherwise
            return chosen if isinstance(chosen, Series) else Series({})
        points = {}
        for at, holds in condition.points.items():
            found = _at(then, at, 0.0) if holds else None if otherwise is None else _at(otherwise, at)
            if found is not None:
                points[at] = found
        return Series(points, condition.label, condition.id)

    def _slice(self, several: Value, first: float, last: float | None = None) -> Value:
        chosen = _several(several)[int(first) : None if last is None else int(last)]
        return chosen

    def _sort(self, several: Value, by: str, order: str, limit: float | None = None) -> list[Series]:
        if by not in _WHOLE or order not in ("ASC", "DESC"):
            raise ExpressionError("SORT takes time series, AVG, MIN, MAX or SUM, and ASC or DESC.")
        total = self._whole(by)
        ordered = sorted(_several(several), key=total, reverse=order == "DESC")
        return ordered if limit is None else ordered[: int(limit)]

    def _search(self, query: str, statistic: str, period: float | None = None) -> list[Series]:
        if self.search is None:
            raise ExpressionError("an alarm cannot watch a SEARCH: it finds several time series.")
        return self.search(query, statistic, self.window.period if period is None else int(period))


def _at(value: float | Series, at: int, missing: float | None = None) -> float | None:
    return value.points.get(at, missing) if isinstance(value, Series) else value


def _one(value: Value | str) -> Series:
    if not isinstance(value, Series):
        raise ExpressionError("a time series is needed here, not a number, a text or several series.")
    return value


def _several(value: Value | str) -> list[Series]:
    if isinstance(value, Series):
        return [value]
    if not isinstance(value, list):
        raise ExpressionError("time series are needed here: [m1, m2], METRICS() or SEARCH(…).")
    return value


def _number(value: Value | str) -> float:
    if not isinstance(value, float):
        raise ExpressionError("a number is needed here: AVG, MAX, MIN and SUM of one series are numbers.")
    return value


def _between(points: Mapping[int, float], at: int, how: str) -> float | None:
    """What REPEAT and LINEAR put at a time without a value; nothing before the first value."""
    before = max((known for known in points if known < at), default=None)
    after = min((known for known in points if known > at), default=None)
    if before is None:
        return None
    if how == "REPEAT" or after is None:
        return points[before] if how == "REPEAT" else None
    share = (at - before) / (after - before)
    return points[before] + share * (points[after] - points[before])


def _steps(change: Callable[[float, float, int], float]) -> Callable[[Series], dict]:
    """From each point and the one before it; the first has none and falls away."""

    def apply(one: Series) -> dict:
        known = sorted(one.points.items())
        pairs = zip(known, known[1:], strict=False)
        return {at: change(value, earlier, at - then) for (then, earlier), (at, value) in pairs}

    return apply


def _values(change: Callable[[float], float]) -> Callable[[Series], dict]:
    def apply(one: Series) -> dict:
        return {at: float(change(value)) for at, value in one.points.items()}

    return apply


def _logarithm(of: Callable[[float], float]) -> Callable[[Series], dict]:
    return lambda one: {at: of(value) for at, value in one.points.items() if value > 0}


def _running_sum(one: Series) -> dict:
    total, sums = 0.0, {}
    for at, value in sorted(one.points.items()):
        total += value
        sums[at] = total
    return sums


_EACH: dict[str, Callable[[Series], dict]] = {
    "ABS": _values(abs),
    "CEIL": _values(math.ceil),
    "FLOOR": _values(math.floor),
    "LOG": _logarithm(math.log),
    "LOG10": _logarithm(math.log10),
    "DIFF": _steps(lambda value, earlier, seconds: value - earlier),
    "DIFF_TIME": _steps(lambda value, earlier, seconds: float(seconds)),
    "RATE": _steps(lambda value, earlier, seconds: (value - earlier) / seconds),
    "RUNNING_SUM": _running_sum,
}
_WHOLE: dict[str, Callable[[list[float]], float]] = {
    "AVG": statistics.fmean,
    "DATAPOINT_COUNT": len,
    "MAX": max,
    "MIN": min,
    "STDDEV": statistics.pstdev,
    "SUM": math.fsum,
}
_STAMPED: dict[str, Callable[[datetime], float]] = {
    "MINUTE": lambda moment: moment.minute,
    "HOUR": lambda moment: moment.hour,
    "DAY": lambda moment: moment.isoweekday(),
    "DATE": lambda moment: moment.day,
    "MONTH": lambda moment: moment.month,
    "YEAR": lambda moment: moment.year,
    "EPOCH": lambda moment: moment.timestamp(),
}
