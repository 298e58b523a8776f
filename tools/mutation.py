"""Do the checks notice? Each reference solution is changed in one small place, again and again, and checked.

A mutant that still passes is a mistake a learner could make unnoticed, unless it is no mistake: EQUIVALENT
lists those, with the reason. `python -m tools.mutation 04.3` prints the mutants of one exercise.
"""

import ast
import copy
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import nbformat

from cachelab.checks import exercise, exercise_ids
from cachelab.checks.course.source import BEGIN, END, answer, notebook

FREE_NAME = "a key's name is the learner's choice"
EITHER_SIDE = "a tie: the exercise leaves it open"
MARKS_TTL = "any TTL will do"
THE_ERROR = "the words around the error are free"
SAME_TWO = "the two users, each at least twice"
ANY_ROW = "the row is the test's own"
IN_TIME = "it still rings within ten minutes"

# exercise: {"before -> after": why a learner may write that as well}. Keys are cut to what tells them apart.
EQUIVALENT: dict[str, dict[str, str]] = {
    "01.3": {"-> return hit if percentile < hit_ratio else miss": EITHER_SIDE},
    "01.4": {"-> return ratio if ratio < 1 else None": EITHER_SIDE},
    "01.6": {"-> return needed is not None and expected >= needed": EITHER_SIDE},
    "02.3": {"sha256(f'{node}X {key}'": "any text made of both will do"},
    "03.1": {
        "TransitEncryptionEnabled=True, AuthToken=password": "Valkey is encrypted at rest by default",
        "'Xcache of the checkout'": "the description is the learner's choice",
    },
    "03.2": {
        "if time.monotonic() > end:": EITHER_SIDE,
        "describe_events(SourceIdentifier=name)": "no other kind of resource has that name",
        "{name}X is late": "the words around the name are free",
    },
    "03.3": {
        "AuthTokenUpdateStrategy=strategy)": "the box changes passwords at once either way",
        "ApplyImmediately=False": "the box changes passwords at once either way",
    },
    "03.4": {
        "created(row) <= before": EITHER_SIDE,
        "'snapshot', 'SnapshotName')": "an automatic backup carries no tag of its own",
    },
    "04.1": {
        "-> for user_id in (2, 2, 1, 2):": SAME_TWO,
        "-> for user_id in (1, 2, 2, 2):": SAME_TWO,
        "-> get_user(2, cache, db)": SAME_TWO,
        "-> return {'Xuser_id'": ANY_ROW,
        "'created_at': datetime(2024, 5, user_id)}": ANY_ROW,
        "datetime(2025, 5": ANY_ROW,
        "datetime(2024, 6": ANY_ROW,
        "-> assert all((1 < cache.ttl(key) <= 300": "nobody hands in a TTL that is so short",
        "<= 301 for": "nobody hands in a TTL that is one second too long",
        "-> assert all((cache.ttl(key) <= 11": "whoever prolongs does so by minutes",
        "-> assert all((cache.ttl(key) <= 100": "whoever prolongs does so by minutes",
    },
    "04.2": {"socket_connect_timeout=2.5": "between one second and three, as the exercise has it"},
    "04.3": {
        "-> key, reachable = (f'Xuser:{user_id}', True)": FREE_NAME,
        "'cache get: %r', error) -> logging.warning(error)": THE_ERROR,
        "'cache set: %r', error) -> logging.warning(error)": THE_ERROR,
        "'Xcache get": THE_ERROR,
        "'Xcache set": THE_ERROR,
        "-> if reachable:": "a stored null reads as a miss, so nobody is misled by it",
        "-> user = json.loads(cache.get(key))": "a TypeError, caught as a miss, too",
        "-> user = json.loads(cache.get(key) or 'Xnull')": "a ValueError, caught as a miss, too",
    },
    "04.5": {"-> key = 'Xtop:'": FREE_NAME},
    "05.2": {
        "if found is None: -> if True:": "another reader's mark is not mine, so IFEQ refuses",
        "px=60001": MARKS_TTL,
        "px=600000": MARKS_TTL,
        "ex=301": MARKS_TTL,
        "ex=3000": MARKS_TTL,
    },
    "05.3": {
        "if b'W' in flags: -> if True:": "the token is of the same empty item: one of the two is refused"
    },
    "06.5": {"held[key] = False": "what is held beside a key is left open"},
    "06.6": {"math.sqrt(3 / price)": "2% dearer than the best, and 5% is allowed"},
    "07.2": {
        "time.sleep(0.2)": "it looks again within half a second, as the exercise has it",
        "px=10001": "a millisecond more",
    },
    "07.4": {
        "< expires: -> if time.time() - took * math.log(1 - random.random()) <= expires": EITHER_SIDE,
        "px=2001": "a millisecond more",
    },
    "07.5": {
        "cache.set('Xlock:product:7'": "the lock's name is free",
        "'X1'": "what the lock holds is free",
        "px=5001": "a millisecond more",
        "px=501": "a millisecond more",
    },
    "07.6": {
        "'Xthe line is full": "the words are free",
        "ex=61": "a second more",
    },
    "08.1": {
        "self.clock() - self.opened <= 5": EITHER_SIDE,
        "'Xthe breaker is open'": "the words are free",
    },
    "08.2": {
        "'Xnobody waits": "the words are free",
        "'Xthe cache took": "the words are free",
    },
    "08.3": {
        "-> budget = 11.0": "the first call cuts it to ten",
        "-> budget = 100.0": "the first call cuts it to ten",
        "budget <= 1": EITHER_SIDE,
    },
    "08.4": {
        "'Xfour loads": "the words are free",
        "time.time() <= until": EITHER_SIDE,
    },
    "08.5": {
        "key=f'Xorder:": "one key for each order is all that the bank needs",
        "one.wait(1, 501)": "a millisecond more",
    },
    "09.1": {
        "-> rules = [('CacheHitRate', 'Average', 60, 6": IN_TIME,
        "-> rules = [('CacheHitRate', 'Average', 60, 5, 'LessThanThreshold', 80, 'missing'), "
        "('DatabaseMemoryUsagePercentage', 'Average', 60, 6": IN_TIME,
        "'Sum', 300, 2": IN_TIME,
        "'Average', 60, 6, 'LessThanThreshold', 1": IN_TIME,
        "'LessThanThreshold', 2, 'breaching'": "every living node has more connections",
        "{node}X-": "an alarm's name is free",
    },
    "09.3": {"entry['duration'] >= longest['duration']": EITHER_SIDE},
    "09.4": {
        "ecpus / 1000001.0": "a millionth is less than a cent",
        "memory * 0.75 > gb": EITHER_SIDE,
    },
    "09.6": {
        "-> return 'X:'.join": "no part holds a colon",
        "-> return ':'.join((quote(part) for": "a slash separates nothing here",
        "safe='X'": "it is safe as it is",
    },
    "10.2": {
        "2 ** 32 + (2": "there is room for one bit more",
        "(3 ** 31 - when)": "the same number more for everybody",
        "(2 ** 32 - when)": "the same number more for everybody",
    },
    "10.3": {
        "token_urlsafe(33)": "any length that nobody can guess",
        "token_urlsafe(320)": "any length that nobody can guess",
        "pipe.expire(f'sessions:{user}', 43201)": "the list may end a little after the last session",
    },
    "10.4": {"key = f'Xlimit:{user}'": "any key of the user's own will do"},
    "10.5": {
        "xautoclaim('jobs', 'workers', 'Xworker', 60000, '0-0', count=1)": "one name will do, or two",
        "xreadgroup('workers', 'Xworker'": "one name will do, or two",
        "60001": "a millisecond more",
    },
    "11.2": {
        "tag = quote(f'{country}:{customer}')": "a slash is no brace",
        "safe='X')": "an X is no brace",
        "quote(f'{country}X:": FREE_NAME,
        "-> return [f'X{{{tag}}}:": FREE_NAME,
        "{tag}X}}:": FREE_NAME,
        "'Xitems'": FREE_NAME,
        "'Xtotal'": FREE_NAME,
        "'Xcoupon'": FREE_NAME,
    },
    "11.3": {
        "'big') - 0.5)": "one number of 2**64",
        "'big') + 1.5)": "one number of 2**64",
        "'big') + 5.0)": "some numbers of 2**64",
        "{node}X {key}": "any text made of both will do",
    },
    "11.4": {
        "zip(mine, pipe.execute()))": "they are equally long",
        "strict=False": "they are equally long",
    },
    "11.5": {
        "time.monotonic() <= ends": EITHER_SIDE,
        "(None, 1, None)": "without a line nothing is believed",
    },
}

COMPARE = {
    ast.Eq: [ast.NotEq], ast.NotEq: [ast.Eq], ast.Is: [ast.IsNot], ast.IsNot: [ast.Is],
    ast.Lt: [ast.LtE, ast.GtE], ast.LtE: [ast.Lt, ast.Gt],
    ast.Gt: [ast.GtE, ast.LtE], ast.GtE: [ast.Gt, ast.Lt],
    ast.In: [ast.NotIn], ast.NotIn: [ast.In],
}  # fmt: skip
ARITHMETIC = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}


@dataclass(frozen=True)
class Mutant:
    id: str
    change: str  # the statement before -> after
    source: str  # of all the exercise's solution cells


def mutants(id: str) -> Iterator[Mutant]:
    """Every mutant of an exercise's reference solution, in the order of its source.

    None of the capstone's: its one module answers four exercises, of which each looks at a part. What its
    judges notice is held in tests/oracle/capstone/wrong.py, line by line.
    """
    cells = solution_cells(id)
    sources = [answer(cell.source) for cell in cells]
    for i, cell in enumerate(cells):
        tree = ast.parse(sources[i])
        lines = answer_lines(cell.source)
        for node in ast.walk(tree):
            if getattr(node, "lineno", None) in lines:
                for changed in mutations(tree, node):
                    source = "\n\n\n".join([*sources[:i], ast.unparse(changed), *sources[i + 1 :]])
                    if ast.unparse(changed) != ast.unparse(tree):
                        yield Mutant(id, difference(tree, changed), source)


def solution_cells(id: str) -> list:
    cells = nbformat.read(notebook(id.partition(".")[0]), as_version=4).cells
    ending = "-" + id.replace(".", "-")
    return [c for c in cells if "solution" in c.metadata.get("tags", []) and c.id.endswith(ending)]


def answer_lines(source: str) -> set[int]:
    """The lines of answer(source) that stood between the markers."""
    lines = [line for line in source.splitlines() if not line.lstrip().startswith("#|")]
    first, last = (next(i for i, line in enumerate(lines) if line.strip() == mark) for mark in (BEGIN, END))
    return set(range(first + 1, last))  # the marker before them is gone, and lines count from 1


def mutations(tree: ast.Module, node: ast.AST) -> Iterator[ast.Module]:
    """Copies of the tree in which this node is another."""
    for new in replacements(node):
        memo: dict = {}
        changed = copy.deepcopy(tree, memo)
        twin = memo[builtins_id(node)]
        parent, field, index = place(changed, twin)
        if new is None:  # leave it out
            new = ast.Pass() if isinstance(twin, ast.stmt) and len(getattr(parent, field)) == 1 else None
        if index is None:
            setattr(parent, field, new)
        elif new is None:
            del getattr(parent, field)[index]
        else:
            getattr(parent, field)[index] = new
        yield ast.fix_missing_locations(changed)


builtins_id = id


def place(tree: ast.AST, node: ast.AST) -> tuple[ast.AST, str, int | None]:
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if value is node:
                return parent, field, None
            if isinstance(value, list):
                for i, item in enumerate(value):
                    if item is node:
                        return parent, field, i
    raise LookupError(node)


def replacements(node: ast.AST) -> Iterator[ast.AST | None]:
    """What a node may be replaced by; None: nothing."""
    match node:
        case ast.Compare(left=left, ops=[op], comparators=rest):
            for other in COMPARE.get(type(op), []):
                yield ast.Compare(left, [other()], rest)
        case ast.BoolOp(op=op, values=values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
            yield from values
        case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC:
            yield ast.BinOp(left, ARITHMETIC[type(op)](), right)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield ast.IfExp(test, orelse, body)
            yield body
            yield orelse
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() | float() as value):
            yield ast.Constant(value + 1)
            yield ast.Constant(value * 10)
        case ast.Constant(value=str() as value):
            yield ast.Constant("X" + value)
        case ast.FormattedValue():
            yield ast.Constant("")
        case ast.Call(func=func, args=args, keywords=keywords):
            for i in range(len(keywords)):
                yield ast.Call(func, args, keywords[:i] + keywords[i + 1 :])
            if len(args) > 1:
                yield ast.Call(func, args[1:], keywords)
        case ast.If(test=test, body=body, orelse=orelse):
            yield ast.If(ast.UnaryOp(ast.Not(), test), body, orelse)
            yield ast.If(ast.Constant(True), body, orelse)
            yield ast.If(ast.Constant(False), body, orelse)
        case ast.Return(value=ast.expr()):
            yield ast.Return(ast.Constant(None))
        case ast.ExceptHandler(type=ast.Tuple(elts=types), name=name, body=body):
            for i in range(len(types)):
                yield ast.ExceptHandler(ast.Tuple(types[:i] + types[i + 1 :], ast.Load()), name, body)
        case ast.ExceptHandler(type=type_, name=name):
            yield ast.ExceptHandler(type_, name, [ast.Raise()])
        case ast.Expr() | ast.Assign():
            yield None
    if isinstance(node, ast.If | ast.Try | ast.With):
        yield None


def difference(before: ast.Module, after: ast.Module) -> str:
    """The lines that differ, as "before -> after"."""
    old, new = ast.unparse(before).splitlines(), ast.unparse(after).splitlines()
    first = next(
        (i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new))
    )
    last = 0
    while last < min(len(old), len(new)) - first and old[-1 - last] == new[-1 - last]:
        last += 1
    left, right = (
        " ⏎ ".join(line.strip() for line in lines[first : len(lines) - last]) for lines in (old, new)
    )
    return f"{left} -> {right}"


def answers(mutant: Mutant) -> list:
    """What the check is given once the learner has written this mutant: runs the cells down to the check."""
    found: dict = {"__name__": "mutant"}
    ending, written = "-" + mutant.id.replace(".", "-"), False
    for cell in nbformat.read(notebook(mutant.id.partition(".")[0]), as_version=4).cells:
        if cell.id == "check" + ending:
            call = ast.parse(cell.source).body[0].value
            return [found[argument.id] for argument in call.args]
        if "solution" in cell.metadata.get("tags", []):
            if not cell.id.endswith(ending):
                exec(compile(answer(cell.source), cell.id, "exec"), found)
            elif not written:
                exec(compile(mutant.source, "mutant", "exec"), found)
                written = True
        elif cell.cell_type == "code" and ("def " in cell.source or "class " in cell.source):
            exec(compile(cell.source, cell.id, "exec"), found)
    raise LookupError(f"{mutant.id} has no check cell")


def excuse(mutant: Mutant) -> str | None:
    """Why this mutant is as right as the solution, if it is."""
    known = EQUIVALENT.get(mutant.id, {})
    return next((why for part, why in known.items() if part in mutant.change), None)


def passes(mutant: Mutant) -> bool:
    try:
        given = answers(mutant)
    except Exception:  # it does not even define the answers
        return False
    return bool(exercise(mutant.id).check(*given))


def main(ids: list[str]) -> None:
    for id in ids:
        for mutant in mutants(id):
            fate = (excuse(mutant) or "UNNOTICED") if passes(mutant) else "noticed"
            print(f"{fate}: {id}  {mutant.change}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:] or exercise_ids())
