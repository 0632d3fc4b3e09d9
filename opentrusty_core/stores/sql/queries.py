"""Named queries: `.sql` files, one text for SQLite and PostgreSQL, parsed once.

`-- name: redeem_code` begins a query, a comment of what it does follows, then one or more statements. A query is about
the tenant that `tenant_id` among its parameters names. `-- name: find_tenant (all tenants)` and
`-- name: clock (no tenant)` say where that is not so. Row-level security lets a query see no more than that.

- Parameters are `:name`. `{{grant:g}}`, `{{grant}}` and `{{:grant}}` stand for the columns and parameters of a record
  (see `rows`); the other `{{macros}}` for what the engines spell differently.
- Several statements are one atomic script. Where the first returns rows and others follow, it is the guard: when it
  finds none, the rest does not run. The answer is that of the last statement that returns rows.
- `{{write_event}}` writes down the event of the verb; `{{note_change}}` notes at its moment that serving
  processes have to look at the tenant anew (see `storage.Platform.changes`).
- A query with `{{beyond}}` of a sorted list becomes two: `name`, where that is `>` and `{{order}}` is `ASC`,
  and `name_descending`, where they are `<` and `DESC`:
  `WHERE (t.name, t.id) {{beyond}} (:after_value, :after_id) ORDER BY t.name {{order}}, t.id {{order}}`.
- `{{fits:e}}` says whether an event is one that an `AuditQuery` looks for, `{{may_hold:s}}` whether a segment can
  hold one.
- `{{items:u.terms}}` is the table `item` of the texts in a column that holds a JSON array; `{{lacks:u.terms}}` asks
  whether that array, as it is written, lacks the text `each.value`.
- A join names the tenant as `{{tenant_of:g}}`: `g.tenant_id`, said so that PostgreSQL looks for both columns of a key.
  It would otherwise know the tenant as a constant, and on tables that seem small walk all that the tenant has. What
  PostgreSQL has instead must not call a function that could leak a row which row-level security hides, or no index is
  searched by it.

A file in `queries/postgres/` may put a hot query into one statement there, under the same name. A guard that only the
event follows becomes one statement on PostgreSQL by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import chain

from opentrusty_core.stores.sql.rows import EVENT, RECORDS

_NAME = re.compile(r"^-- name: (\w+)(?: \((all tenants|no tenant)\))?$", re.MULTILINE)
_COMMENT = re.compile(r"--.*$", re.MULTILINE)
_MACRO = re.compile(r"\{\{(:?)(\w+)(?::([\w.]+))?\}\}")
_PARAMETER = re.compile(r"(?<!:):([a-z]\w*)")
_READS = re.compile(r"\A(?:SELECT|WITH)\b|\bRETURNING\b")
_CHANGES = re.compile(r"\b(?:INSERT|UPDATE|DELETE)\b")

_INSERT_EVENT = f"INSERT INTO audit_events (tenant_id, {', '.join(EVENT.columns)})"
_EVENT_VALUES = ", ".join(f":event_{column}" for column in EVENT.columns)
_WRITE_EVENT = f"{_INSERT_EVENT} SELECT :tenant_id, {_EVENT_VALUES}"
_NOTE_CHANGE = "INSERT INTO changes (tenant_id, mark, noted_at) SELECT :tenant_id, {{mark}}, :event_at"
_ONCE = " ON CONFLICT DO NOTHING"  # a transaction that changes much notes it once
_FITS = """(
    $.at >= :since AND $.at < :until
    AND (CAST(:types AS text) IS NULL OR $.type IN (SELECT each.value FROM {{each:types}}))
    AND (CAST(:outcome AS text) IS NULL OR $.outcome = :outcome)
    AND (CAST(:actor_id AS text) IS NULL OR $.actor_id = :actor_id)
    AND (CAST(:target AS text) IS NULL OR $.target = :target)
    AND (CAST(:client_id AS text) IS NULL OR $.client_id = :client_id)
    AND (CAST(:ip AS text) IS NULL OR $.ip = :ip)
)"""
_MAY_HOLD = """(
    (CAST(:outcome_term AS {{bytes}}) IS NULL OR {{holds:outcome_term}})
    AND (CAST(:actor_term AS {{bytes}}) IS NULL OR {{holds:actor_term}})
    AND (CAST(:target_term AS {{bytes}}) IS NULL OR {{holds:target_term}})
    AND (CAST(:client_term AS {{bytes}}) IS NULL OR {{holds:client_term}})
    AND (CAST(:ip_term AS {{bytes}}) IS NULL OR {{holds:ip_term}})
    AND (
        CAST(:type_term AS {{bytes}}) IS NULL OR {{holds:type_term}}
        OR {{holds:type_term_2}} OR {{holds:type_term_3}} OR {{holds:type_term_4}}
    )
)"""
_CONDITIONS = {"fits": _FITS, "may_hold": _MAY_HOLD}


@dataclass(frozen=True, slots=True)
class Dialect:
    """What an engine spells in its own way.

    `macros` maps the plain ones to their text, `each` makes the table of a JSON array in a parameter and `items` of one
    in a column, `lacks` asks whether such a column lacks the text `each.value`, `holds` whether the bytes in a
    column hold those in a parameter, `positional` asks for `$1` instead of
    `:name`, `fold` for guard and event in one statement, `variants` names the folder of the engine's own queries.
    """

    macros: Mapping[str, str]
    each: Callable[[str], str]
    items: Callable[[str], str]
    lacks: Callable[[str], str]
    holds: Callable[[str, str], str]
    tenant_of: Callable[[str], str]
    positional: bool = False
    fold: bool = False
    variants: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """One statement as the engine takes it; `parameters` in the order of `$1`. It equals itself only."""

    sql: str
    parameters: tuple[str, ...]
    returns_rows: bool


class Reach(Enum):
    """Whose rows a query is about."""

    ONE = None
    """The tenant's that its parameter `tenant_id` names."""
    ALL = "all tenants"
    NONE = "no tenant"


@dataclass(frozen=True, slots=True)
class Query:
    """A named query."""

    name: str
    purpose: str
    reach: Reach
    statements: tuple[Statement, ...]
    is_read: bool
    """Whether it changes nothing."""
    guard: int
    """How many statements decide if the rest runs: it does where the last of them finds a row. 0 where all run."""

    @property
    def is_guarded(self) -> bool:
        """Whether its beginning decides if the rest runs."""
        return self.guard > 0


def load_queries(dialect: Dialect) -> dict[str, Query]:
    """Every query as the engine takes it."""
    folder = files("opentrusty_core.stores.sql") / "queries"
    queries = {query.name: query for query in _load(folder, dialect)}
    if dialect.variants is not None:
        queries |= {query.name: query for query in _load(folder / dialect.variants, dialect)}
    return queries


def load_schema() -> dict[str, str]:
    """The migrations in order, name to text."""
    folder = files("opentrusty_core.stores.sql") / "schema"
    texts = {file.name.removesuffix(".sql"): file.read_text("utf-8") for file in folder.iterdir() if _is_sql(file)}
    return dict(sorted(texts.items()))


def statements_of(text: str, dialect: Dialect) -> tuple[str, ...]:
    """The statements of a migration as the engine takes them."""
    return tuple(_expand(statement, dialect) for statement in _split(text))


def _load(folder: Traversable, dialect: Dialect) -> Iterator[Query]:
    for file in sorted(filter(_is_sql, folder.iterdir()), key=lambda file: file.name):
        _, *parts = _NAME.split(file.read_text("utf-8"))
        for name, reach, body in chain.from_iterable(map(_both_ways, parts[::3], parts[1::3], parts[2::3])):
            purpose = " ".join(line[3:] for line in body.strip().splitlines() if line.startswith("-- "))
            statements = list(_split(body))
            if (
                dialect.fold
                and statements[1:] in (["{{write_event}}"], ["{{note_change}}", "{{write_event}}"])
                and _READS.search(statements[0])
            ):
                statements = [_folded(*statements)]
            expanded = tuple(_statement(_expand(text, dialect), dialect) for text in statements)
            yield _query(name, purpose, Reach(reach), expanded)


def _both_ways(name: str, reach: str | None, body: str) -> Iterator[tuple[str, str | None, str]]:
    """A query of a sorted list, ascending and descending; any other as it is."""
    yield name, reach, body.replace("{{beyond}}", ">").replace("{{order}}", "ASC")
    if "{{beyond}}" in body:
        yield f"{name}_descending", reach, body.replace("{{beyond}}", "<").replace("{{order}}", "DESC")


def _query(name: str, purpose: str, reach: Reach, statements: tuple[Statement, ...]) -> Query:
    return Query(
        name,
        purpose,
        reach,
        statements,
        is_read=not any(_CHANGES.search(statement.sql) for statement in statements),
        guard=1 if len(statements) > 1 and statements[0].returns_rows else 0,
    )


def _is_sql(file: Traversable) -> bool:
    return file.name.endswith(".sql")


def _split(text: str) -> Iterator[str]:
    """The statements; none of ours has a semicolon inside."""
    return filter(None, (part.strip() for part in _COMMENT.sub("", text).split(";")))


def _folded(guard: str, *rest: str) -> str:
    """The guard, and the event if it found a row, in one statement; likewise the note that comes before the event."""
    found = " WHERE EXISTS (SELECT FROM changed)"
    parts = [f"changed AS ({guard})", f"event AS ({_WRITE_EVENT}{found})"]
    if "{{note_change}}" in rest:
        parts.append(f"note AS ({_NOTE_CHANGE}{found}{_ONCE})")
    return f"WITH {', '.join(parts)} TABLE changed"


def _expand(text: str, dialect: Dialect) -> str:
    def expand(match: re.Match[str]) -> str:
        colon, name, argument = match.groups()
        if name == "each":
            return dialect.each(argument)
        if name == "tenant_of":
            return dialect.tenant_of(argument)
        if name == "write_event":
            return _WRITE_EVENT
        if name == "note_change":
            # SQLite takes ON for a join's where no WHERE stands before it.
            return _expand(f"{_NOTE_CHANGE} WHERE true{_ONCE}", dialect)
        if name in _CONDITIONS:
            return _expand(_CONDITIONS[name], dialect).replace("$", argument)
        if name == "holds":
            return dialect.holds("$.terms", argument)
        if name == "items":
            return dialect.items(argument)
        if name == "lacks":
            return dialect.lacks(argument)
        if name not in RECORDS:
            return dialect.macros[name]
        prefix = f"{argument}." if argument else f":{name}_" if colon else ""
        return ", ".join(f"{prefix}{column}" for column in RECORDS[name].columns)

    return _MACRO.sub(expand, text)


def _statement(sql: str, dialect: Dialect) -> Statement:
    parameters = tuple(dict.fromkeys(_PARAMETER.findall(sql)))
    if dialect.positional:
        sql = _PARAMETER.sub(lambda match: f"${parameters.index(match[1]) + 1}", sql)
    return Statement(sql, parameters, _READS.search(sql) is not None)
