"""Settings of a deployment: `OPENTRUSTY_*` variables over a TOML file; all that is wrong is told at once."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from opentrusty_core.errors import ConfigurationError

PREFIX = "OPENTRUSTY_"
CONFIG_VARIABLE = f"{PREFIX}CONFIG"
REMOTE_VARIABLE = f"{PREFIX}REMOTE"
"""The command line's own: which login it works through."""
DEFAULT_DATABASE_URL = "sqlite:///opentrusty.db"
MASTER_KEY_NAME = "opentrusty.key"
LOG_LEVELS = ("debug", "info", "warning", "error")
DATABASE_SCHEMES = ("sqlite", "postgresql", "postgres")

AUDIT_DAYS = 400
"""A year, and time to look back at it."""
AUDIT_DAYS_BOUNDS = range(30, 36_501)
"""Nobody makes what they did forgotten sooner than in a month."""

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What the core itself needs to know: where its planes stand, each an origin such as `https://auth.example`, and
    for how many days audit events are kept where a tenant does not say otherwise.
    """

    auth_url: str
    admin_url: str | None = None
    console_url: str | None = None
    audit_days: int = AUDIT_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that a deployment can set; each field is a TOML key and, in capitals after `OPENTRUSTY_`, a variable.

    Paths are relative to the working directory. `master_key` is the content of a master key file and comes from the
    environment only; it goes before `master_key_file`. `trusted_proxies` are the networks whose `X-Forwarded-*` count.
    """

    database_url: str = field(default=DEFAULT_DATABASE_URL, repr=False)
    auth_url: str = "http://localhost:8080"
    admin_url: str | None = None
    console_url: str | None = None
    cookie_domain: str | None = None
    master_key_file: Path = Path(MASTER_KEY_NAME)
    master_key: str | None = field(default=None, repr=False)
    trusted_proxies: tuple[Network, ...] = ()
    ca_bundle: Path | None = None
    allow_private_network_fetch: bool = False
    tls_certificate_file: Path | None = None
    tls_key_file: Path | None = None
    metrics_host: str = "127.0.0.1"
    metrics_port: int | None = None
    log_level: str = "info"
    audit_days: int = AUDIT_DAYS

    @property
    def config(self) -> Config:
        """The part that the core takes."""
        return Config(
            auth_url=self.auth_url,
            admin_url=self.admin_url,
            console_url=self.console_url,
            audit_days=self.audit_days,
        )

    @property
    def database(self) -> str:
        """The database's address without its password, fit to print."""
        parts = urlsplit(self.database_url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()


def load_settings(
    environ: Mapping[str, str] | None = None, path: Path | None = None, overrides: Mapping[str, str] | None = None
) -> Settings:
    """The settings of a TOML file (`path`, else the variable `OPENTRUSTY_CONFIG`), under variables, under `overrides`.

    An empty variable counts as absent.

    Raises:
        ConfigurationError: one line for each problem, every problem at once; no value of a secret is quoted.
    """
    environ = os.environ if environ is None else environ
    problems: list[str] = []
    named = path or (Path(environ[CONFIG_VARIABLE]) if environ.get(CONFIG_VARIABLE) else None)
    raw = _from_file(named, problems) if named else {}
    raw |= _from_environment(environ, problems)
    raw |= {key: (f"--{key.replace('_', '-')}", value) for key, value in (overrides or {}).items()}
    values: dict[str, Any] = {}
    for key, (source, value) in raw.items():
        try:
            values[key] = _READERS[key](value)
        except ValueError as error:
            problems.append(f"{source}: {error}")
    problems += _contradictions(raw.keys(), values)
    if problems:
        raise ConfigurationError("The settings are not usable:\n" + "\n".join(f"- {problem}" for problem in problems))
    values.setdefault("master_key_file", _beside_database(values.get("database_url", DEFAULT_DATABASE_URL)))
    return Settings(**values)


def _from_file(path: Path, problems: list[str]) -> dict[str, tuple[str, object]]:
    try:
        with path.open("rb") as file:
            data = tomllib.load(file)
    except OSError as error:
        raise ConfigurationError(f"The configuration file {path} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The configuration file {path} is not TOML: {error}.") from None
    known: dict[str, tuple[str, object]] = {}
    for key, value in data.items():
        if key == "master_key":
            problems.append(f"{key} in {path}: keep it out of this file; use master_key_file or {PREFIX}MASTER_KEY.")
        elif key not in _READERS:
            problems.append(f"{key} in {path}: there is no such setting.{_did_you_mean(key, list(_READERS))}")
        else:
            known[key] = (f"{key} in {path}", value)
    return known


def _from_environment(environ: Mapping[str, str], problems: list[str]) -> dict[str, tuple[str, object]]:
    known: dict[str, tuple[str, object]] = {}
    for variable, value in environ.items():
        if not variable.startswith(PREFIX) or variable in {CONFIG_VARIABLE, REMOTE_VARIABLE}:
            continue
        key = variable.removeprefix(PREFIX).lower()
        if variable != PREFIX + key.upper() or key not in _READERS:
            names = [PREFIX + name.upper() for name in (*_READERS, "config")]
            problems.append(f"{variable}: there is no such setting.{_did_you_mean(variable, names)}")
        elif value:
            known[key] = (variable, value)
    return known


def _did_you_mean(name: str, names: list[str]) -> str:
    close = difflib.get_close_matches(name, names, n=1)
    return f" Did you mean {close[0]}?" if close else ""


def _contradictions(given: Set[str], values: Mapping[str, Any]) -> Iterator[str]:
    """Settings that do not go together; those that are unusable by themselves were told before."""
    if ("tls_certificate_file" in given) != ("tls_key_file" in given):
        yield "tls_certificate_file and tls_key_file: set both or neither."
    others = {name: values.get(name) for name in ("auth_url", "console_url")}
    for name, url in others.items():
        if url is not None and values.get("admin_url") == url:
            yield f"admin_url: it is {name} too, and each plane has an origin of its own."
    domain = values.get("cookie_domain")
    if domain is not None and "auth_url" not in given:
        yield "cookie_domain: it needs auth_url beside it."
    elif domain is not None and "auth_url" in values:
        host = str(urlsplit(values["auth_url"]).hostname)
        if host != domain and not host.endswith(f".{domain}"):
            yield f"cookie_domain: {domain} is not {host} or a parent domain of it, so browsers would drop the cookie."


def _beside_database(database_url: str) -> Path:
    """The master key's default place: the folder of an SQLite file, else the working directory."""
    scheme, _, rest = database_url.partition("://")
    if scheme != "sqlite":
        return Path(MASTER_KEY_NAME)
    return Path(unquote(rest.removeprefix("/"))).with_name(MASTER_KEY_NAME)


# --- Readers: a raw value to a good one, or ValueError with one plain sentence ---------------------------------------


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.isprintable() or not value.strip():
        raise ValueError("it is a line of text.")
    return value.strip()


def _secret(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("it is text.")
    return value


def _path(value: object) -> Path:
    return Path(_text(value))


def _database_url(value: object) -> str:
    url = _text(value)
    scheme, separator, rest = url.partition("://")
    if scheme not in DATABASE_SCHEMES or not separator or not rest:
        raise ValueError("it is sqlite:///FILE or postgresql://USER@HOST/DATABASE.")
    return url


def _origin(value: object) -> str:
    url = _text(value)
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError:
        raise ValueError("it is not a URL.") from None
    if "@" in parts.netloc:
        raise ValueError("it may not carry a user name or password.")
    if problem := _origin_problem(parts):
        raise ValueError(f"{url}: {problem}")
    if f"{parts.scheme}://{parts.netloc}" != url:
        raise ValueError(f"{url}: it is scheme, host and port only.")
    return url


def _origin_problem(parts: SplitResult) -> str | None:
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return "use an absolute URL such as https://auth.example.org."
    if " " in parts.netloc:
        return "it may not hold spaces."
    if parts.netloc != parts.netloc.lower():
        return "write the host in lower case."
    if parts.path == "/" and not parts.query and not parts.fragment:
        return "leave out the trailing slash."
    if parts.path or parts.query or parts.fragment:
        return "it has no path, query or fragment."
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        return "use https; plain http is for loopback hosts only."
    return None


def is_loopback(host: str) -> bool:
    """Whether the host is this very machine: `localhost`, a name below it, 127.0.0.0/8 or ::1."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _domain(value: object) -> str:
    domain = _text(value)
    labels = domain.split(".")
    if domain != domain.lower() or not all(label and label.replace("-", "").isalnum() for label in labels):
        raise ValueError(f"{domain} is not a domain such as example.org (lower case, no leading dot).")
    if len(labels) < 2 or labels[-1].isdigit():
        raise ValueError(f"{domain}: browsers take no cookie for a top-level domain or an address; leave it out.")
    return domain


def _networks(value: object) -> tuple[Network, ...]:
    words = value.replace(",", " ").split() if isinstance(value, str) else value
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ValueError("it is a list of networks such as 10.0.0.0/8.")
    try:
        return tuple(ip_network(word) for word in words)
    except ValueError as error:
        raise ValueError(f"{error}; write networks as 10.0.0.0/8.") from None


def _boolean(value: object) -> bool:
    if isinstance(value, bool):
        return value
    words = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}
    if not isinstance(value, str) or value.lower() not in words:
        raise ValueError("it is true or false.")
    return words[value.lower()]


def _port(value: object) -> int:
    return _number(value, range(1, 65536), "a port")


def _audit_days(value: object) -> int:
    return _number(value, AUDIT_DAYS_BOUNDS, "a number of days")


def _number(value: object, bounds: range, what: str) -> int:
    number = int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() else value
    if not isinstance(number, int) or isinstance(number, bool) or number not in bounds:
        raise ValueError(f"it is {what} from {bounds.start} to {bounds.stop - 1}.")
    return number


def _log_level(value: object) -> str:
    level = _text(value).lower()
    if level not in LOG_LEVELS:
        raise ValueError(f"it is one of {', '.join(LOG_LEVELS)}.")
    return level


_READERS: Mapping[str, Callable[[object], object]] = {
    "database_url": _database_url,
    "auth_url": _origin,
    "admin_url": _origin,
    "console_url": _origin,
    "cookie_domain": _domain,
    "master_key_file": _path,
    "master_key": _secret,
    "trusted_proxies": _networks,
    "ca_bundle": _path,
    "allow_private_network_fetch": _boolean,
    "tls_certificate_file": _path,
    "tls_key_file": _path,
    "metrics_host": _text,
    "metrics_port": _port,
    "log_level": _log_level,
    "audit_days": _audit_days,
}
