"""The Console Plane over HTTP: static files, one document, and nothing that could be used against anybody."""

from __future__ import annotations

import json
import re
from pathlib import Path

import httpx2
import pytest

from opentrusty_console.app import ConsolePlane, content_security_policy, create_app
from opentrusty_core import Settings
from opentrusty_core.errors import ConfigurationError
from opentrusty_server.headers import PAGE, common_headers

ORIGIN = "https://console.example"
SETTINGS = Settings(auth_url="https://auth.example", admin_url="https://api.example", console_url=ORIGIN)
INDEX = (
    b'<html><style nonce="__CSP_NONCE__"></style><script nonce="__CSP_NONCE__" src="/assets/a-1.js"></script></html>'
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A built console in small."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_bytes(INDEX)
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "favicon.svg").write_text("<svg/>")
    (tmp_path / "assets" / "a-1.js").write_text("let a;" * 100)
    return tmp_path


@pytest.fixture
def client(folder: Path) -> httpx2.AsyncClient:
    plane = ConsolePlane(SETTINGS, folder=folder)
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(plane), base_url=ORIGIN, trust_env=False)


@pytest.mark.case("A10")
@pytest.mark.parametrize("path", ["/", "/callback", "/t/acme/users", "/index.html"])
async def test_every_page_is_the_one_document_with_a_fresh_nonce_and_a_strict_policy(
    client: httpx2.AsyncClient, path: str
) -> None:
    first, second = await client.get(path), await client.get(path)
    nonces = []
    for answer in (first, second):
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["cache-control"] == "no-store"
        policy = answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "connect-src 'self' https://auth.example https://api.example" in policy
        (nonce,) = set(re.findall(r'nonce="([^"]+)"', answer.text))
        assert f"style-src 'self' 'nonce-{nonce}'" in policy
        nonces.append(nonce)
    assert nonces[0] != nonces[1]


async def test_the_settings_are_those_of_the_deployment_and_not_of_the_build(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/config.json")
    assert json.loads(answer.text) == {"auth_url": "https://auth.example", "admin_url": "https://api.example"}
    assert answer.headers["cache-control"] == "no-store"


async def test_a_file_whose_name_holds_its_hash_is_kept_for_ever_and_another_is_asked_about(
    client: httpx2.AsyncClient,
) -> None:
    script = await client.get("/assets/a-1.js", headers={"accept-encoding": "gzip"})
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert script.headers["content-encoding"] == "gzip"
    assert script.text == "let a;" * 100
    plain = await client.get("/assets/a-1.js", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == script.text
    icon = await client.get("/favicon.svg")
    assert icon.headers["content-type"] == "image/svg+xml"
    assert icon.headers["cache-control"] == "no-cache"


async def test_no_path_leads_out_of_the_folder(folder: Path, client: httpx2.AsyncClient) -> None:
    (folder.parent / "secret.txt").write_text("not yours")
    for path in ("/../secret.txt", "/assets/../../secret.txt", "/%2e%2e/secret.txt", "//secret.txt", "/assets/none.js"):
        request = client.build_request("GET", ORIGIN)
        request.url = request.url.copy_with(raw_path=path.encode())
        answer = await client.send(request)
        assert "not yours" not in answer.text
        assert answer.status_code == 404 or "<script" in answer.text, path


@pytest.mark.case("K11")
async def test_another_host_is_misdirected_but_probes_need_none(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/", headers={"host": "evil.example"})).status_code == 421
    assert (await client.get("/readyz", headers={"host": "10.0.0.7"})).status_code == 200


async def test_it_only_reads(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/", content=b"x")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
    head = await client.head("/")
    assert head.status_code == 200
    assert head.content == b""


def test_it_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="admin_url and console_url"):
        create_app(Settings(auth_url="https://auth.example"))
    with pytest.raises(ConfigurationError, match="not built"):
        ConsolePlane(SETTINGS, folder=tmp_path)


@pytest.mark.case("A10", "A19")
def test_the_example_for_nginx_answers_as_the_plane_does() -> None:
    """Its policy with the nonce, and the headers of safety."""
    text = (Path(__file__).parents[2] / "deploy" / "nginx.conf").read_text()
    console = text[text.index("# The Console") :]
    policy = content_security_policy("$request_id", ("https://auth.example.org", "https://api.example.org"))
    assert f'/index.html "{policy}";' in console
    assert "sub_filter __CSP_NONCE__ $request_id;" in console
    assert "default \"default-src 'none'; frame-ancestors 'none'\";" in console
    for name, value in (*PAGE, *common_headers(secure=True)):
        header = rf'add_header {name.decode()} "?{re.escape(value.decode())}"? always;'
        assert re.search(header, console, re.IGNORECASE), name
    assert '~^/assets/ "public, max-age=31536000, immutable";' in console
    assert "try_files $uri /index.html;" in console
