"""Settings: read from variables and a file, refused by name, every problem at once."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opentrusty_core.config import Config, Settings, is_loopback, load_settings
from opentrusty_core.errors import ConfigurationError


def refusal(environ: dict[str, str], path: Path | None = None) -> str:
    with pytest.raises(ConfigurationError) as refused:
        load_settings(environ, path)
    return str(refused.value)


def test_without_any_setting_everything_is_this_machine_and_this_folder() -> None:
    settings = load_settings({"PATH": "/bin", "OPENTRUST": "x"})
    assert settings == Settings()
    assert settings.database_url == "sqlite:///opentrusty.db"
    assert settings.master_key_file == Path("opentrusty.key")
    assert not settings.allow_private_network_fetch
    assert settings.config == Config(auth_url="http://localhost:8080")


def test_every_setting_can_be_a_variable() -> None:
    settings = load_settings(
        {
            "OPENTRUSTY_DATABASE_URL": "postgresql://u@db/opentrusty",
            "OPENTRUSTY_AUTH_URL": "https://auth.example.org",
            "OPENTRUSTY_ADMIN_URL": "https://api.example.org:8443",
            "OPENTRUSTY_CONSOLE_URL": "https://console.example.org",
            "OPENTRUSTY_COOKIE_DOMAIN": "example.org",
            "OPENTRUSTY_MASTER_KEY_FILE": "/run/key",
            "OPENTRUSTY_MASTER_KEY": "abc\ndef",
            "OPENTRUSTY_TRUSTED_PROXIES": "10.0.0.0/8, 192.0.2.1 2001:db8::/32",
            "OPENTRUSTY_CA_BUNDLE": "/etc/ca.pem",
            "OPENTRUSTY_ALLOW_PRIVATE_NETWORK_FETCH": "True",
            "OPENTRUSTY_TLS_CERTIFICATE_FILE": "/tls/cert.pem",
            "OPENTRUSTY_TLS_KEY_FILE": "/tls/key.pem",
            "OPENTRUSTY_METRICS_HOST": "192.0.2.7",
            "OPENTRUSTY_METRICS_PORT": "9100",
            "OPENTRUSTY_LOG_LEVEL": "DEBUG",
            "OPENTRUSTY_AUDIT_DAYS": "90",
        }
    )
    assert settings == Settings(
        database_url="postgresql://u@db/opentrusty",
        auth_url="https://auth.example.org",
        admin_url="https://api.example.org:8443",
        console_url="https://console.example.org",
        cookie_domain="example.org",
        master_key_file=Path("/run/key"),
        master_key="abc\ndef",
        trusted_proxies=(ip_network("10.0.0.0/8"), ip_network("192.0.2.1"), ip_network("2001:db8::/32")),
        ca_bundle=Path("/etc/ca.pem"),
        allow_private_network_fetch=True,
        tls_certificate_file=Path("/tls/cert.pem"),
        tls_key_file=Path("/tls/key.pem"),
        metrics_host="192.0.2.7",
        metrics_port=9100,
        log_level="debug",
        audit_days=90,
    )
    assert settings.config.audit_days == 90


@pytest.mark.parametrize("value", ["29", "36501", "0", "-1", "x", "1e3", "٤٠"])
def test_a_number_of_days_that_is_none_is_refused(value: str) -> None:
    """Nor one with which somebody could make what they did forgotten within a month."""
    assert "AUDIT_DAYS" in refusal({"OPENTRUSTY_AUDIT_DAYS": value})


def test_a_file_is_read_and_variables_win_and_options_win_over_both(tmp_path: Path) -> None:
    path = tmp_path / "opentrusty.toml"
    path.write_text(
        'auth_url = "https://file.example"\nlog_level = "error"\nmetrics_port = 9100\ndatabase_url = "sqlite:///f.db"\n'
        'allow_private_network_fetch = true\ntrusted_proxies = ["10.0.0.0/8"]\n'
    )
    environ = {
        "OPENTRUSTY_CONFIG": str(path),
        "OPENTRUSTY_LOG_LEVEL": "info",
        "OPENTRUSTY_DATABASE_URL": "sqlite:///e.db",
    }
    settings = load_settings(environ, overrides={"database_url": "sqlite:///o.db"})
    assert (settings.auth_url, settings.log_level, settings.metrics_port) == ("https://file.example", "info", 9100)
    assert (settings.database_url, settings.allow_private_network_fetch) == ("sqlite:///o.db", True)
    assert load_settings({"OPENTRUSTY_CONFIG": "/nowhere"}, path).auth_url == "https://file.example"


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("sqlite:///data.db", "opentrusty.key"),
        ("sqlite:////var/lib/opentrusty/data.db", "/var/lib/opentrusty/opentrusty.key"),
        ("postgresql://u@h/d", "opentrusty.key"),
    ],
)
def test_the_master_key_lies_beside_an_sqlite_file_by_default(url: str, file: str) -> None:
    assert load_settings({"OPENTRUSTY_DATABASE_URL": url}).master_key_file == Path(file)


def test_unknown_keys_are_refused_by_name_with_the_nearest_known_one(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text('auth_ulr = "https://a.example"\nwholly_other = 1\n[server]\nport = 1\n')
    said = refusal({"OPENTRUSTY_DATABSE_URL": "x", "OPENTRUSTY_auth_url": "x"}, path)
    assert f"auth_ulr in {path}: there is no such setting. Did you mean auth_url?" in said
    assert f"wholly_other in {path}: there is no such setting." in said
    assert f"server in {path}" in said
    assert "OPENTRUSTY_DATABSE_URL: there is no such setting. Did you mean OPENTRUSTY_DATABASE_URL?" in said
    assert "OPENTRUSTY_auth_url: there is no such setting." in said


def test_every_problem_is_told_at_once() -> None:
    said = refusal(
        {
            "OPENTRUSTY_AUTH_URL": "auth.example",
            "OPENTRUSTY_CONSOLE_URL": "http://console.example",
            "OPENTRUSTY_METRICS_PORT": "70000",
            "OPENTRUSTY_LOG_LEVEL": "loud",
            "OPENTRUSTY_TLS_KEY_FILE": "k.pem",
            "OPENTRUSTY_NONSENSE": "x",
        }
    )
    lines = said.splitlines()[1:]
    assert len(lines) == 6
    for name in ("AUTH_URL", "CONSOLE_URL", "METRICS_PORT", "LOG_LEVEL", "tls_key_file", "NONSENSE"):
        assert any(name in line for line in lines), name


@pytest.mark.parametrize(
    "url",
    [
        "auth.example",
        "//auth.example",
        "ftp://auth.example",
        "https://",
        "https://auth.example/",
        "https://auth.example/path",
        "https://auth.example?",
        "https://auth.example?x=1",
        "https://auth.example#x",
        "https://user:canary@auth.example",
        "https://AUTH.example",
        "HTTPS://auth.example",
        "http://auth.example",
        "http://127.0.0.1.evil.example",
        "https://auth.example:port",
        "https://[::1",
        "https://auth .example",
        "https://auth.example\n",
    ],
)
def test_a_plane_stands_at_an_origin_over_https(url: str) -> None:
    said = refusal({"OPENTRUSTY_AUTH_URL": url})
    assert "OPENTRUSTY_AUTH_URL" in said
    assert "canary" not in said


def test_an_empty_variable_counts_as_absent() -> None:
    assert load_settings({"OPENTRUSTY_AUTH_URL": "", "OPENTRUSTY_MASTER_KEY": ""}) == Settings()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "127.8.9.1", "acme.localhost"])
def test_plain_http_is_fine_on_loopback(host: str) -> None:
    assert load_settings({"OPENTRUSTY_AUTH_URL": f"http://{host}:8080"}).auth_url == f"http://{host}:8080"


@pytest.mark.parametrize("host", ["localhost.example", "10.0.0.1", "notlocalhost", ""])
def test_other_hosts_are_not_loopback(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    "domain",
    ["ample.org", "auth.example.org.evil", "other.org", "org", ".example.org", "EXAMPLE.org", "a..b", "1.2.3.4"],
)
def test_a_cookie_domain_is_the_auth_host_or_its_parent(domain: str) -> None:
    environ = {"OPENTRUSTY_AUTH_URL": "https://auth.example.org", "OPENTRUSTY_COOKIE_DOMAIN": domain}
    assert "cookie_domain" in refusal(environ).lower()


@pytest.mark.parametrize("other", ["AUTH_URL", "CONSOLE_URL"])
def test_each_plane_has_an_origin_of_its_own(other: str) -> None:
    environ = {"OPENTRUSTY_ADMIN_URL": "https://a.example", f"OPENTRUSTY_{other}": "https://a.example"}
    assert f"admin_url: it is {other.lower()} too" in refusal(environ)


def test_a_cookie_domain_needs_an_auth_url() -> None:
    assert "needs auth_url" in refusal({"OPENTRUSTY_COOKIE_DOMAIN": "example.org"})
    said = refusal({"OPENTRUSTY_COOKIE_DOMAIN": "example.org", "OPENTRUSTY_AUTH_URL": "bad"})
    assert len(said.splitlines()) == 2, "the bad URL is told, and nothing that follows from it"


@pytest.mark.parametrize("value", ["10.0.0.1/8", "proxy.example", "10.0.0.0/33", "*"])
def test_a_proxy_that_is_no_network_is_refused(value: str) -> None:
    assert "TRUSTED_PROXIES" in refusal({"OPENTRUSTY_TRUSTED_PROXIES": value})


@pytest.mark.parametrize("toml", ["auth_url = 1", "metrics_port = true", "trusted_proxies = [1]", "log_level = []"])
def test_a_value_of_another_type_is_refused_by_name(tmp_path: Path, toml: str) -> None:
    path = tmp_path / "c.toml"
    path.write_text(toml)
    assert f"{toml.partition(' ')[0]} in {path}" in refusal({}, path)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    assert "cannot be read" in refusal({}, tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("a = = 1")
    assert "is not TOML" in refusal({}, tmp_path / "bad.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    assert "is not TOML" in refusal({}, tmp_path / "binary.toml")


@pytest.mark.case("L4")
def test_secrets_are_in_no_repr_and_no_message(tmp_path: Path) -> None:
    environ = {
        "OPENTRUSTY_MASTER_KEY": "canary1",
        "OPENTRUSTY_DATABASE_URL": "postgresql://u:canary2@h/d?password=canary3",
    }
    settings = load_settings(environ)
    assert "canary" not in repr(settings)
    assert settings.database == "postgresql://h/d"
    path = tmp_path / "c.toml"
    path.write_text('master_key = "canary4"')
    said = refusal({**environ, "OPENTRUSTY_LOG_LEVEL": "x", "OPENTRUSTY_DATABASE_URL": "mysql://u:canary5@h/d"}, path)
    assert "canary" not in said
    assert "keep it out of this file" in said


@given(st.dictionaries(st.sampled_from([name.upper() for name in Settings.__slots__]), st.text(max_size=30)))
def test_whatever_the_variables_hold_the_outcome_is_settings_or_a_configuration_error(values: dict[str, str]) -> None:
    try:
        load_settings({f"OPENTRUSTY_{name}": value for name, value in values.items()})
    except ConfigurationError as error:
        assert str(error).startswith("The settings are not usable:\n- ")  # noqa: PT017
