"""The forty rules in vakt, Cedar and Casbin, each put into the engine's own words.

Every engine is given its requests ready-made, in the form it likes best, before the clock starts:
a flat table of facts with days as numbers. vakt compares a fact with constants only, so differences
of two facts are worked out for it beforehand.
"""

from __future__ import annotations

import ast
import json
import logging
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Final

import attrs

from benchmarks.forty_rules import RULES
from benchmarks.rule_requests import Request, flat

__all__ = ["Engine", "casbin", "cedar", "vakt"]


@attrs.frozen
class Engine:
    """One engine with its forty rules.

    ``decide`` is timed, on what ``prepare`` made of a request. ``read``
    understands its answer: whether it is allowed, and the reasons it gives,
    None where it gives none.
    """

    name: str
    prepare: Callable[[Request], tuple[Any, ...]]
    decide: Callable[..., Any]
    read: Callable[[Any], tuple[bool, frozenset[str] | None]]


def _condition(text: str) -> ast.expr:
    """An expression about the typed request as one about flat facts: the last name of each path."""
    return _Flat().visit(ast.parse(text, mode="eval").body)  # type: ignore[no-any-return]


class _Flat(ast.NodeTransformer):
    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if node.attr == "days":  # the difference of two day numbers is a number of days already
            return self.visit(node.value)  # type: ignore[no-any-return]
        return ast.Name(node.attr)


def _guarded(text: str, acts: tuple[str, ...] | None, roles: tuple[str, ...] | None) -> ast.expr:
    guards = [f"r.act in {acts!r}"] if acts else []
    guards += [f"r.actor.role in {roles!r}"] if roles else []
    return _condition(" and ".join([*guards, f"({text})"]))


# Casbin: Python expressions about ``r.f``.


class _Of(ast.NodeTransformer):
    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Attribute(ast.Attribute(ast.Name("r"), "f"), node.id)


def casbin() -> Engine:
    """pycasbin: one policy line a rule, its condition evaluated; the first reason is told."""
    import casbin as pycasbin

    logging.getLogger("casbin").setLevel(logging.WARNING)
    model = pycasbin.Model()
    model.add_def("r", "r", "f")
    model.add_def("p", "p", "id, cond, eft")
    model.add_def("e", "e", "some(where (p.eft == allow)) && !some(where (p.eft == deny))")
    model.add_def("m", "m", "eval(p.cond)")
    enforcer = pycasbin.Enforcer(model)
    for rule in RULES:
        text = ast.unparse(_Of().visit(_guarded(rule.holds, rule.acts, rule.roles)))
        enforcer.add_policy(rule.id, text, "allow" if rule.permits else "deny")

    def read(answer: Any) -> tuple[bool, frozenset[str] | None]:
        allowed, why = answer
        return allowed, frozenset(why[:1])

    return Engine(
        "pycasbin", lambda each: (SimpleNamespace(**flat(each)),), enforcer.enforce_ex, read
    )


# Cedar: text in its own language.

_CEDAR: Final = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}


def _in_cedar(node: ast.AST) -> str:  # noqa: PLR0911 - one line for each form
    match node:
        case ast.BoolOp(op, parts):
            sign = " && " if isinstance(op, ast.And) else " || "
            return "(" + sign.join(map(_in_cedar, parts)) + ")"
        case ast.UnaryOp(ast.Not(), part):
            return f"!({_in_cedar(part)})"
        case ast.Compare(left, [ast.In()], [right]):
            return f"{_in_cedar(right)}.contains({_in_cedar(left)})"
        case ast.Compare(left, [ast.NotIn()], [right]):
            return f"!{_in_cedar(right)}.contains({_in_cedar(left)})"
        case ast.Compare(left, [op], [right]):
            return f"{_in_cedar(left)} {_CEDAR[type(op)]} {_in_cedar(right)}"
        case ast.BinOp(left, ast.Sub(), right):
            return f"({_in_cedar(left)} - {_in_cedar(right)})"
        case ast.Tuple(parts):
            return "[" + ", ".join(map(_in_cedar, parts)) + "]"
        case ast.Constant(value):
            return json.dumps(value)
        case ast.Name(name):
            return f"context.{name}"
        case _:
            raise NotImplementedError(ast.dump(node))


def cedar() -> Engine:
    """cedarpy: all parsed beforehand; it tells the reasons of the side that won."""
    import cedarpy

    texts = []
    for rule in RULES:
        names = [f'Action::"{each}"' for each in rule.acts or ()]
        action = f"action in [{', '.join(names)}]" if names else "action"
        effect = "permit" if rule.permits else "forbid"
        when = _in_cedar(_guarded(rule.holds, None, rule.roles))
        texts.append(f"{effect} (principal, {action}, resource)\nwhen {{ {when} }};")
    policies = cedarpy.PolicySet.from_str("\n".join(texts))
    entities = cedarpy.Entities.from_json_str("[]")
    named = {f"policy{place}": rule.id for place, rule in enumerate(RULES)}
    allow = cedarpy.Decision.Allow

    def prepare(request: Request) -> tuple[dict[str, Any]]:
        asked = {
            "principal": 'User::"peer-1"',
            "action": f'Action::"{request.act}"',
            "resource": 'Participant::"p-1"',
            "context": flat(request),
        }
        return (asked,)

    def decide(asked: dict[str, Any]) -> tuple[bool, list[str]]:
        answer = cedarpy.is_authorized(asked, policies, entities)
        return answer.decision == allow, answer.diagnostics.reasons

    def read(answer: tuple[bool, list[str]]) -> tuple[bool, frozenset[str] | None]:
        return answer[0], frozenset(named[each] for each in answer[1])

    return Engine("cedarpy", prepare, decide, read)


# vakt: policies made of rules about single facts.


def _alternatives(node: ast.expr, *, negated: bool = False) -> list[list[tuple[ast.expr, bool]]]:
    """A condition as alternatives, each a list of simple conditions with a mark where negated."""
    match node:
        case ast.UnaryOp(ast.Not(), part):
            return _alternatives(part, negated=not negated)
        case ast.BoolOp(op, parts) if isinstance(op, ast.And) != negated:
            found: list[list[tuple[ast.expr, bool]]] = [[]]
            for part in parts:
                more = _alternatives(part, negated=negated)
                found = [[*one, *other] for one in found for other in more]
            return found
        case ast.BoolOp(_, parts):
            return [each for part in parts for each in _alternatives(part, negated=negated)]
        case _:
            return [[(node, negated)]]


def _in_vakt(  # noqa: PLR0911 - one line for each form
    node: ast.AST, *, negated: bool
) -> tuple[str, Any]:
    """The fact a simple condition is about, by name or as text to work out, and vakt's rule."""
    from vakt.rules import list as lists
    from vakt.rules import logic, operator

    plain = {
        ast.Eq: operator.Eq,
        ast.NotEq: operator.NotEq,
        ast.Lt: operator.Less,
        ast.LtE: operator.LessOrEqual,
        ast.Gt: operator.Greater,
        ast.GtE: operator.GreaterOrEqual,
    }
    match node:
        case ast.Name(name):
            return name, operator.Eq(not negated)
        case ast.Compare(ast.Name(name), [ast.In()], [ast.Tuple() as these]) if not negated:
            return name, lists.In(*ast.literal_eval(these))
        case ast.Compare(ast.Constant(item), [ast.In()], [ast.Name(name)]) if not negated:
            return name, lists.AnyIn(item)
        case ast.Compare(ast.Constant(item), [ast.NotIn()], [ast.Name(name)]) if not negated:
            return name, logic.Not(lists.AnyIn(item))
        case ast.Compare(ast.Name(), [ast.In() | ast.NotIn()], [ast.Name()]):
            return ast.unparse(node), operator.Eq(not negated)
        case ast.Compare(ast.Name() as one, [op], [ast.Name() as other]) if not negated:
            return ast.unparse(ast.BinOp(one, ast.Sub(), other)), plain[type(op)](0)
        case ast.Compare(left, [op], [ast.Constant(value)]) if not negated:
            return ast.unparse(left), plain[type(op)](value)
        case _:
            raise NotImplementedError(ast.dump(node))


def vakt() -> Engine:
    """vakt: its guard over a store in memory. It tells no reasons."""
    import vakt as engine
    from vakt.rules import list as lists
    from vakt.rules.logic import Any as Whatever

    store = engine.MemoryStorage()
    wanted: set[str] = set()
    for rule in RULES:
        for place, simple in enumerate(_alternatives(_condition(rule.holds))):
            context = dict(_in_vakt(node, negated=negated) for node, negated in simple)
            assert len(context) == len(simple), rule.id
            wanted |= set(context)
            policy = engine.Policy(
                f"{rule.id}.{place}",
                actions=[lists.In(*rule.acts) if rule.acts else Whatever()],
                subjects=[{"role": lists.In(*rule.roles) if rule.roles else Whatever()}],
                resources=[Whatever()],
                context=context,
                effect=engine.ALLOW_ACCESS if rule.permits else engine.DENY_ACCESS,
                description=rule.says,
            )
            store.add(policy)
    guard = engine.Guard(store, engine.RulesChecker())

    def prepare(request: Request) -> tuple[Any]:
        facts = flat(request)
        worked_out = {text: eval(text, {}, facts) for text in wanted}  # noqa: S307 - our own text
        inquiry = engine.Inquiry(
            subject={"role": request.actor.role},
            action=request.act,
            resource="participant",
            context=facts | worked_out,
        )
        return (inquiry,)

    return Engine("vakt", prepare, guard.is_allowed, lambda allowed: (allowed, None))
