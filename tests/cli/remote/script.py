"""The script that is run on a database and over HTTP: every command that works on both, and how some of them fail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.cli.remote.conftest import PASSWORD


@dataclass(frozen=True, kw_only=True)
class Step:
    """A command; `{tenant}` and what earlier steps kept are filled in. `by` says who runs it over HTTP."""

    command: tuple[str, ...]
    by: str = "olive"
    input: str | None = None
    keeps: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)
    visits: bool = False
    """Whether ada signs in to the shop first."""


def step(words: str, *more: str, **options: Any) -> Step:
    return Step(command=(*words.split(), *more), **options)


T = "-t {tenant}"
REASON = "To see that it works"
LINES = '{"username": "imp1", "name": "Imp One"}\n{"username": ""}\n{"x": 1}\n{"username": "olive"}\n'
CLIENT = "--redirect-uri https://shop.example/callback --client-uri https://shop.example"
SCRIPT = (
    step("tenant show {tenant}"),
    step("tenant show {tenant}", by="root"),
    step("tenant list --search {tenant}", by="root"),
    step("tenant list --search {tenant} --sort -created_at --status active --limit 1", by="root"),
    step("tenant update {tenant} --display-name Twin --lifetime access_token=300"),
    step("tenant update {tenant} --min-password-length 99999"),
    step("tenant update {tenant} --display-name Twin --if-version 77"),
    step("tenant settings set {tenant} default_locale=de branding.primary_color=#00ff00"),
    step("tenant settings set {tenant} lifetimes.code=99999 default_locale=xx"),
    step("tenant settings show {tenant}"),
    step("tenant create {tenant}-2 --owner olga --password-stdin", by="root", input=f"{PASSWORD}\n"),
    step("tenant create {tenant}-2 --owner olga --password-stdin", by="root", input=f"{PASSWORD}\n"),
    step("tenant create {tenant}-3 --owner olga --owner-email o@x.example --invite-owner --valid 600", by="root"),
    step("tenant create {tenant}-4 --owner olga --invite-owner --valid 1", by="root"),
    step("tenant create {tenant}-5 --owner olga --password-stdin", by="root", input="short\n"),
    step("tenant suspend {tenant}-2 -y", by="root"),
    step("tenant resume {tenant}-2", by="root"),
    step("tenant delete {tenant}-2 -y --grace 2", by="root"),
    step("tenant restore {tenant}-2", by="root"),
    step("tenant domain add {tenant} {tenant}.example.org"),
    step("tenant domain waiting", by="root"),
    step("tenant domain approve {tenant} other.example.org -y", by="root"),
    step("tenant domain remove {tenant} {tenant}.example.org -y"),
    step(f"resource create {T} https://api.shop.example --name Orders --scope", "orders:read=See your orders"),
    step(f"resource create {T} https://api.shop.example"),
    step(f"resource create {T} urn:two --scope", "a b=no"),
    step(f"resource update {T} https://api.shop.example --scope", "orders:write=Change your orders"),
    step(f"resource show {T} https://api.shop.example"),
    step(f"resource show {T} urn:nothing"),
    step(f"resource list {T}"),
    step(f"client create {T} --client-id shop --kind web --name Shop {CLIENT}", "--scope", "openid email orders:read"),
    step(f"client create {T} --client-id shop --kind web --name Shop {CLIENT}"),
    step(f"client create {T} --client-id bad --kind web --redirect-uri http://shop.example/#x --scope nothing"),
    step(f"client create {T} --client-id job --kind machine --name Job --scope orders:read --tag night"),
    step(f"client create {T} --client-id app --kind native --name App --redirect-uri http://127.0.0.1/callback"),
    step(f"client update {T} shop --access-token-lifetime 120 --translation", "client_name#de=Laden"),
    step(f"client update {T} shop --clear translations --if-version 1"),
    step(f"client show {T} shop"),
    step(f"client list {T}"),
    step(f"client list {T} --search night --kind machine --sort -created_at"),
    step(f"client add-secret {T} shop --lifetime 86400", keeps={"secret": lambda it: it["secrets"][-1]["id"]}),
    step(f"client end-secret {T} shop {{secret}} -y"),
    step(f"client rotate-secret {T} job --overlap 60"),
    step(f"client disable {T} app -y"),
    step(f"client enable {T} app"),
    step(
        f"user create {T} ada --email ada@x.example --email-verified --claim",
        "name=Ada L",
        "--password-stdin",
        input=f"{PASSWORD}\n",
    ),
    step(f"user create {T} ada"),
    step(f"user create {T} bob --generate-password"),
    step(f"user create {T} cyd --claim", "shoe_size=44"),
    step(f"user update {T} bob --email bob@x.example --claim", 'address={{"country": "DE"}}'),
    step(f"user update {T} bob --clear address --if-version 1"),
    step(f"user show {T} ada@x.example"),
    step(f"user show {T} nobody"),
    step(f"user list {T} --sort username"),
    step(f"user list {T} --search ada --status active"),
    step(f"user list {T} --all --limit 1 --sort -email"),
    step(f"user disable {T} bob -y"),
    step(f"user enable {T} bob"),
    step(f"user set-password {T} bob --password-stdin --must-change", input=f"{PASSWORD}\n"),
    step(f"user set-password {T} bob --password-stdin", input="short\n"),
    step(f"user unlock {T} bob"),
    step(f"user invite {T} ivy --email ivy@x.example --mailed --client shop"),
    step(f"user invite {T} ivy --again --valid 900"),
    step(f"user link {T} ivy"),
    step(f"user withdraw-link {T} ivy -y"),
    step(f"user reset {T} ada"),
    step(f"client preview {T} shop --user ada --scope", "openid email"),
    step(f"client preview {T} job"),
    step(f"client preview {T} app --claims", "nothing"),
    step(f"user consents {T} ada", visits=True),
    step(f"client grants {T} shop", keeps={"grant": lambda it: it["items"][0]["id"]}),
    step(f"session list {T} ada", keeps={"session": lambda it: it["items"][0]["id"]}),
    step(f"session show {T} {{session}}"),
    step(f"user export {T} ada"),
    step(f"client revoke-grants {T} shop {{grant}} -y"),
    step(f"client revoke-grants {T} shop --all -y"),
    step(f"session end {T} {{session}}"),
    step(f"session end {T} --user ada -y"),
    step(f"user withdraw-consent {T} ada shop -y"),
    step(f"user import {T} - --format jsonl --report {{report}}", input=LINES),
    step(f"user import {T} - --format csv --dry-run --update", input="username,nickname\nimp1,I\nimp2,J\n"),
    step(f"user import {T} - --format csv", input="who\nx\n"),
    step(f"user export {T} --search imp"),
    step(f"user bulk {T} disable --search imp -y"),
    step(f"user bulk {T} end-sessions --status disabled --dry-run"),
    step(f"group create {T} Support --description Helps"),
    step(f"group create {T} support"),
    step(f"group add {T} Support ada bob"),
    step(f"group list {T}"),
    step(f"group list {T} --user ada"),
    step(f"group show {T} Support"),
    step(f"group members {T} Support"),
    step(f"group update {T} Support --name Helpdesk"),
    step(f"group remove {T} Helpdesk bob -y"),
    step(f"role create {T} clerk --permission user:read --permission user:write --description Clerks"),
    step(f"role create {T} clerk --permission god:mode"),
    step(f"role update {T} clerk --permission user:read"),
    step(f"role describe {T} clerk"),
    step(f"role describe {T} tenant_admin"),
    step(f"role list {T}"),
    step("role list"),
    step(f"role assign {T} --group Helpdesk clerk"),
    step(f"role assign {T} --group Helpdesk clerk"),
    step(f"role assign {T} --client job tenant_auditor"),
    step(f"role show {T} --group Helpdesk"),
    step(f"role show {T} olive"),
    step(f"role permissions {T} ada"),
    step(f"role permissions {T} --group Helpdesk"),
    step(f"role permissions {T} --client job"),
    step(f"role holders {T} clerk"),
    step("role holders platform_admin", by="root"),
    step(f"role delete {T} clerk -y"),
    step(f"role revoke {T} --group Helpdesk clerk -y"),
    step(f"role revoke {T} --group Helpdesk clerk -y"),
    step(f"role revoke {T} olive tenant_owner -y"),
    step(f"role delete {T} clerk -y --force"),
    step(f"group delete {T} Helpdesk -y"),
    step(f"key list {T}", keeps={"kid": lambda it: next(key["kid"] for key in it["items"] if key["alg"] == "ES256")}),
    step(f"key show {T} {{kid}}"),
    step(f"key rotate {T} --alg ES256", keeps={"next": lambda it: it["kid"]}),
    step(f"key retire {T} {{next}} -y"),
    step(
        f"access declare {T} admin --reason", "To see that it works", by="root", keeps={"access": lambda it: it["id"]}
    ),
    step("access list", by="root"),
    step(f"access list {T}"),
    step("access end {access} -y", by="root"),
    step("access end {access} -y", by="root"),
    step("audit list -t {tenant} --type tenant.created --limit 2", keeps={"event": lambda it: it["items"][0]["id"]}),
    step("audit list -t {tenant} --since 2030-01-01 --outcome failure --ip 192.0.2.1 --newest-first"),
    step("audit show -t {tenant} {event}"),
    step("audit show -t {tenant} nothing"),
    step("audit export -t {tenant} --type tenant.created"),
    step("audit export --platform --type seal.begun --format csv", by="root"),
    step("audit verify -t {tenant}"),
    step("audit verify -t {tenant} --anchor", f"x:{'0' * 64}"),
    step("tenant stats {tenant} --since 2026-01-01 --until 2026-01-03"),
    step("tenant stats {tenant} --since 2026-01-03 --until 2026-01-01"),
    step("tenant export {tenant}"),
    step("tenant apply -y -f {manifest}"),
    step("tenant apply --dry-run -f {manifest}"),
    step("tenant apply --dry-run -f {wrong}"),
    step(f"resource delete {T} https://api.shop.example -y"),
    step(f"client delete {T} job -y"),
    step(f"user delete {T} bob -y"),
    step(f"user delete {T} bob -y"),
)
MANIFEST = """
tenant: {tenant}
resources:
  https://api.shop.example: {{name: Orders, scopes: {{"orders:read": See your orders, "orders:admin": All}}}}
"""
WRONG = """
tenant: {tenant}
clients:
  shop/x: {{colour: red}}
"""
