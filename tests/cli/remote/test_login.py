"""Signing in at the command line: the browser's way back, the file of tokens, and their renewal and end."""

from __future__ import annotations

import http.client
import json
import stat
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from opentrusty_cli.errors import NotSignedIn
from opentrusty_cli.remote.loopback import Loopback
from opentrusty_core.errors import ConfigurationError
from tests.cli.remote.conftest import PASSWORD, Shell, sign_in
from tests.support.dev import Dev

STATE = "the-state"


@pytest.fixture
def own(dev_sqlite: Dev, config: Path, tmp_path: Path) -> Shell:
    """Olive's shell with a login of its own, which a test may spoil."""
    sign_in(tmp_path, dev_sqlite, "mirror", "olive", PASSWORD)
    return Shell(variables={"XDG_CONFIG_HOME": str(tmp_path)})


def file_of(shell: Shell) -> Path:
    return Path(shell.variables["XDG_CONFIG_HOME"], "opentrusty", "logins.json")


def changed(shell: Shell, **fields: Any) -> Mapping[str, Any]:
    """The only login, with some fields overwritten in the file."""
    content = json.loads(file_of(shell).read_text())
    (login,) = content["logins"].values()
    login |= fields
    file_of(shell).write_text(json.dumps(content))
    return dict(login)


def test_tokens_are_for_their_owner_alone(own: Shell) -> None:
    """The folder is 0700, the file 0600; one that others may read is not used."""
    path = file_of(own)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.chmod(0o640)
    assert f"chmod 600 {path}" in own.refused(1, "whoami")


def test_who_signed_in_is_shown(own: Shell, host: str) -> None:
    me = own.json("whoami")
    assert (me["login"], me["tenant"], me["username"], me["kind"]) == (f"mirror@{host}", "mirror", "olive", "user")
    assert "user:write" in me["permissions"]
    assert own.json("logins")["items"][0]["current"] is True


def test_a_token_is_renewed_before_its_end_and_where_it_is_refused(own: Shell) -> None:
    before = changed(own, expires_at="2020-01-01T00:00:00+00:00")
    assert own.json("user", "show", "-t", "mirror", "olive")["username"] == "olive"
    renewed = changed(own)
    assert renewed["access_token"] != before["access_token"]
    changed(own, access_token="no-token")
    assert own.json("user", "show", "-t", "mirror", "olive")["username"] == "olive"
    assert stat.S_IMODE(file_of(own).stat().st_mode) == 0o600


def test_a_login_ends_at_the_server_too(own: Shell, host: str) -> None:
    """What somebody copied opens nothing any more."""
    stolen = file_of(own).read_text()
    assert own("logout") == f"Signed out of mirror@{host}.\n"
    assert own.json("logins")["items"] == []
    assert "You are not signed in" in own.refused(3, "whoami")
    file_of(own).write_text(stolen)
    told = own.refused(3, "whoami")
    assert "Sign in again: opentrusty login http://" in told
    assert "--tenant mirror" in told


def test_a_login_whose_server_is_gone_is_forgotten_all_the_same(own: Shell) -> None:
    changed(own, revocation_endpoint="http://127.0.0.1:9/revoke")
    result = own.run("logout", "--all")
    assert result.exit_code == 0
    assert "not ended at the server" in result.stderr
    assert own.json("logins")["items"] == []


def test_one_of_several_logins_is_current(config: Path, host: str, tmp_path: Path) -> None:
    """Named by name or by address; what an address leaves open is asked."""
    source, copy = file_of(Shell(variables={"XDG_CONFIG_HOME": str(config)})), tmp_path / "opentrusty" / "logins.json"
    copy.parent.mkdir()
    copy.write_bytes(source.read_bytes())
    copy.chmod(0o600)
    shell = Shell(variables={"XDG_CONFIG_HOME": str(tmp_path)})
    assert shell.json("whoami")["tenant"] == "platform"
    assert shell.json("whoami", f"mirror@{host}")["tenant"] == "mirror"
    shell("logins", "--use", f"mirror@{host}")
    assert shell.json("whoami")["tenant"] == "mirror"
    assert shell.json("whoami", f"http://{host}/")["tenant"] == "mirror"
    content = json.loads(copy.read_text()) | {"current": None}
    copy.write_text(json.dumps(content))
    assert "Name one of the logins there" in shell.refused(3, "whoami", f"http://{host}")
    assert "You are not signed in at elsewhere" in shell.refused(3, "whoami", "elsewhere")


def test_where_a_command_works_is_said_by_the_first_that_says_something(
    root: Shell, olive: Shell, database: Shell, tmp_path: Path
) -> None:
    """`--remote`, `--database-url`, OPENTRUSTY_REMOTE, OPENTRUSTY_DATABASE_URL, the current login."""
    listed = ("tenant", "list", "--search", "mirror", "-o", "id")
    url = database.variables["OPENTRUSTY_DATABASE_URL"]
    both = Shell(variables=olive.variables | database.variables)
    assert "tenant:list" in both.refused(3, *listed)
    assert both("--database-url", url, *listed)
    assert both("--remote", "current", *listed)
    here = Shell(variables={**root.variables, **database.variables, "OPENTRUSTY_AUTH_URL": "https://elsewhere.example"})
    assert here.json("tenant", "show", "mirror")["issuer"] == "https://elsewhere.example/t/mirror"
    assert root(*listed)
    nowhere = Shell(variables={"XDG_CONFIG_HOME": str(tmp_path), "OPENTRUSTY_REMOTE": "current"})
    assert "You are not signed in" in nowhere.refused(3, *listed)


def test_contradictions_are_refused(root: Shell) -> None:
    assert "either --remote or --database-url" in root.refused(
        2, "--remote", "current", "--database-url", "sqlite:///x", "health"
    )
    assert "leave --remote out" in root.refused(2, "--remote", "current", "migrate")


def test_only_the_admin_plane_s_own_address_will_do(dev_sqlite: Dev) -> None:
    """Not the issuer's, not one that only leads there, and no plain http across a network (RFC 9728 §3.3)."""
    shell = Shell(variables={})
    admin = str(dev_sqlite.ready["admin_url"])
    alias = admin.replace("localhost", "127.0.0.1")
    assert shell.run("login", alias, "--no-browser").exit_code != 0
    assert "is not there" in shell.refused(4, "login", dev_sqlite.auth_url, "--no-browser")
    assert "is not there" in shell.refused(4, "login", admin, "--tenant", "nowhere", "--no-browser")
    assert "use https" in shell.refused(1, "login", "http://api.example.org", "--no-browser")
    assert "does not answer" in shell.refused(6, "login", "http://127.0.0.1:9", "--no-browser")


# --- The listener ----------------------------------------------------------------------------------------------------


class Waiting:
    """A listener that somebody waits at, in a thread."""

    def __init__(self) -> None:
        self.loopback = Loopback()
        self.netloc = urlsplit(self.loopback.redirect_uri).netloc
        self.answered: Mapping[str, str] = {}
        self.thread = threading.Thread(target=self._wait)
        self.thread.start()

    def _wait(self) -> None:
        self.answered = self.loopback.wait(STATE, 30)

    def get(self, path: str, **headers: str) -> tuple[int, str, Mapping[str, str]]:
        connection = http.client.HTTPConnection(self.netloc, timeout=10)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), dict(answer.headers)
        finally:
            connection.close()

    def callback(self, **parameters: str) -> tuple[int, str, Mapping[str, str]]:
        return self.get(f"/callback?{urlencode(parameters)}")

    def end(self) -> Mapping[str, str]:
        self.thread.join(20)
        assert not self.thread.is_alive()
        self.loopback.close()
        return self.answered


def test_an_answer_with_another_state_changes_nothing() -> None:
    """Nor does another path, another host's name, or a parameter that stands twice; the right one is still awaited."""
    waiting = Waiting()
    assert waiting.callback(code="planted", state="another")[0] == 400
    assert waiting.callback(code="planted")[0] == 400
    assert waiting.get(f"/elsewhere?code=planted&state={STATE}")[0] == 404
    assert waiting.get(f"/callback?code=planted&state={STATE}", host="evil.example")[0] == 404
    assert waiting.get(f"/callback?code=planted&code=other&state={STATE}")[0] == 404
    status, page, headers = waiting.callback(code="good", state=STATE)
    assert (status, "Go back to the terminal" in page) == (200, True)
    assert waiting.end() == {"code": "good", "state": STATE}
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_a_refusal_is_an_answer_too() -> None:
    waiting = Waiting()
    assert "You are not signed in" in waiting.callback(error="access_denied", state=STATE)[1]
    assert waiting.end()["error"] == "access_denied"


def test_nobody_is_waited_for_for_ever() -> None:
    loopback = Loopback()
    with pytest.raises(NotSignedIn, match="in time"):
        loopback.wait(STATE, 0)
    loopback.close()


def test_a_port_that_is_taken_is_told() -> None:
    first = Loopback()
    with pytest.raises(ConfigurationError, match="cannot be listened on"):
        Loopback(urlsplit(first.redirect_uri).port or 0)
    first.close()
