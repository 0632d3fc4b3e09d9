"""Redirect URIs: what may be registered, and that only the registered one is taken (RFC 9700 §4.1, RFC 8252 §7.3)."""

from __future__ import annotations

import string

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from opentrusty_core.domain.redirect_uri import MAX_LENGTH, matches, origin_error, registration_error, web_error

bounded = settings(derandomize=True, max_examples=200)

REGISTERED = "https://app.example/cb/login?next=1"
VARIANTS = {
    "scheme": "http://app.example/cb/login?next=1",
    "scheme in capitals": "HTTPS://app.example/cb/login?next=1",
    "host in capitals": "https://APP.example/cb/login?next=1",
    "path in capitals": "https://app.example/CB/login?next=1",
    "default port": "https://app.example:443/cb/login?next=1",
    "another port": "https://app.example:8443/cb/login?next=1",
    "trailing dot": "https://app.example./cb/login?next=1",
    "sub-domain": "https://evil.app.example/cb/login?next=1",
    "longer host": "https://app.example.evil.test/cb/login?next=1",
    "dot as in a regular expression": "https://appxexample/cb/login?next=1",
    "user name": "https://app.example@evil.test/cb/login?next=1",
    "user name of the host": "https://evil.test@app.example/cb/login?next=1",
    "trailing slash": "https://app.example/cb/login/?next=1",
    "double slash": "https://app.example//cb/login?next=1",
    "longer path": "https://app.example/cb/login/more?next=1",
    "shorter path": "https://app.example/cb",
    "dot segments": "https://app.example/cb/x/../login?next=1",
    "path parameter": "https://app.example/cb/..;/login?next=1",
    "encoded letter": "https://app.example/cb/%6cogin?next=1",
    "encoded slash": "https://app.example/cb%2flogin?next=1",
    "encoded dot segments": "https://app.example/cb/%2e%2e/cb/login?next=1",
    "backslash": "https://app.example\\cb/login?next=1",
    "backslash host": "https://evil.test\\@app.example/cb/login?next=1",
    "another query": "https://app.example/cb/login?next=2",
    "more query": "https://app.example/cb/login?next=1&next=2",
    "no query": "https://app.example/cb/login",
    "empty fragment": "https://app.example/cb/login?next=1#",
    "fragment": "https://app.example/cb/login?next=1#f",
    "white space": " https://app.example/cb/login?next=1",
    "line break": "https://app.example/cb/login?next=1\n",
    "tab inside": "https://app.exa\tmple/cb/login?next=1",
    "NUL": "https://app.example/cb/login?next=1\0",
    "full-width letter": "https://app.example/cb/login?next=\uff11",
    "empty": "",
}


@pytest.mark.case("A1")
@pytest.mark.parametrize("presented", VARIANTS.values(), ids=VARIANTS.keys())
def test_a_variant_of_the_registered_uri_is_another_uri(presented: str) -> None:
    """Nothing is normalised before comparing."""
    assert matches((REGISTERED,), REGISTERED)
    assert not matches((REGISTERED,), presented)


@pytest.mark.case("A1")
@bounded
@given(position=st.integers(0, len(REGISTERED)), removed=st.integers(0, 3), added=st.text(max_size=3))
def test_any_edit_of_the_registered_uri_is_another_uri(position: int, removed: int, added: str) -> None:
    """Equal to the byte or not at all, wherever the difference stands."""
    presented = REGISTERED[:position] + added + REGISTERED[position + removed :]
    assert matches((REGISTERED,), presented) == (presented == REGISTERED)


@pytest.mark.case("A1")
def test_each_of_several_registered_uris_is_taken_and_no_mixture_of_them() -> None:
    """The list is a list of alternatives."""
    registered = ("https://one.example/a", "https://two.example/b")
    assert all(matches(registered, uri) for uri in registered)
    assert not matches(registered, "https://one.example/b")
    assert not matches((), "https://one.example/a")


@pytest.mark.case("A2")
@bounded
@given(
    host=st.sampled_from(["127.0.0.1", "[::1]"]),
    registered=st.one_of(st.none(), st.integers(0, 65535)),
    presented=st.one_of(st.none(), st.integers(0, 65535)),
    tail=st.sampled_from(["", "/", "/cb", "/cb?a=b", "?a=b"]),
)
def test_the_port_of_a_loopback_address_is_free(
    host: str, registered: int | None, presented: int | None, tail: str
) -> None:
    """Native applications listen where the system lets them (RFC 8252 §7.3)."""
    there, here = (f"http://{host}{'' if port is None else f':{port}'}{tail}" for port in (registered, presented))
    assert matches((there,), here)


@pytest.mark.case("A2")
@bounded
@given(
    host=st.sampled_from(
        ["localhost", "127.0.0.2", "127.1", "10.0.0.1", "[::]", "[::ffff:127.0.0.1]", "app.example", "127.0.0.1.test"]
    ),
    port=st.integers(0, 65535),
)
@example(host="localhost", port=8081)
def test_the_port_of_any_other_host_is_part_of_the_uri(host: str, port: int) -> None:
    """`localhost` is a name that others may answer for: exact, as every other host."""
    assume(port != 8080)
    assert not matches((f"http://{host}:8080/cb",), f"http://{host}:{port}/cb")
    assert not matches((f"http://{host}:8080/cb",), f"http://{host}/cb")


@pytest.mark.case("A2")
@pytest.mark.parametrize(
    "presented",
    [
        "http://127.0.0.1:65536/cb",
        "http://127.0.0.1:123456/cb",
        "http://127.0.0.1:/cb",
        "http://127.0.0.1:8o/cb",
        "http://127.0.0.1:80@evil.test/cb",
        "http://127.0.0.1:80\\@evil.test/cb",
        "http://127.0.0.1:8080",
        "http://127.0.0.1:8080/cb/",
        "http://127.0.0.1:8080/cb?x=1",
        "http://127.0.0.1:8080/cb#x",
        "http://127.0.0.1:8080/cb\n",
        "http://127.0.0.1.evil.test:8080/cb",
        "https://127.0.0.1:8080/cb",
        "http://[::1]:8080/cb",
        "http://localhost:8080/cb",
        "http://u@127.0.0.1:8080/cb",
    ],
)
def test_a_free_port_frees_nothing_else(presented: str) -> None:
    """Host, path and query of a loopback URI stay as registered, and the port has to be one."""
    assert matches(("http://127.0.0.1/cb",), "http://127.0.0.1:8080/cb")
    assert not matches(("http://127.0.0.1/cb",), presented)


GOOD = (
    "https://app.example",
    "https://app.example/",
    "https://app.example:8443/cb?tenant=a%20b&x=(1)",
    "https://xn--mnchen-3ya.example/cb",
    "http://localhost:3000/cb",
    "http://127.0.0.1/cb",
    "http://[::1]:9999/cb",
)


@pytest.mark.parametrize("uri", GOOD)
def test_a_plain_uri_may_be_registered(uri: str) -> None:
    """Encrypted anywhere, plain http on this very machine."""
    assert registration_error(uri) is None
    assert web_error(uri) is None


@pytest.mark.case("A3")
@pytest.mark.parametrize(
    "uri",
    [
        "https://user@app.example/cb",
        "https://user:secret@app.example/cb",
        "https://@app.example/cb",
        "https://app.example@evil.test/cb",
        "https://a@b@app.example/cb",
        "https://app.example\\@evil.test/cb",
        "https://app.example/cb\\..",
        "https:\\\\app.example/cb",
        "https://app.example/cb\x00",
        "https://app.example/\tcb",
        "https://app.example/cb\r\nSet-Cookie: a=b",
        "https://app.example/c b",
        "https://app.example/\x7f",
        "https://app.example/é",
        'https://app.example/"><script>',
        "https://app.example/{id}",
        "https://app.example/a|b",
        "https://app.example/a^b`c",
        "https://app.example/%",
        "https://app.example/%zz",
        "https://app.example/%4",
    ],
)
def test_a_uri_that_two_readers_could_read_apart_is_refused(uri: str) -> None:
    """User names, backslashes, controls and characters that no URI holds."""
    assert registration_error(uri) is not None
    assert registration_error(uri, native=True) is not None


@pytest.mark.case("A3")
@bounded
@given(
    position=st.integers(0, len(REGISTERED)),
    character=st.one_of(
        st.characters(max_codepoint=0x20),
        st.characters(min_codepoint=0x7F),
        st.sampled_from('"<>\\^`{|}'),
    ),
)
def test_no_character_from_outside_the_uri_syntax_is_registered(position: int, character: str) -> None:
    """RFC 3986 §2, wherever the character stands."""
    assert registration_error(REGISTERED[:position] + character + REGISTERED[position:]) is not None


@pytest.mark.case("A3", "A8")
@bounded
@given(st.text(st.sampled_from(string.ascii_letters + ":/@?#[].%\\\t\n 0129-"), max_size=40))
def test_whatever_is_registered_leads_to_the_host_that_it_names(text: str) -> None:
    """Anything accepted is https, or http to loopback, with nothing before the host."""
    for uri in (text, f"https:{text}", f"https://{text}", f"http://{text}"):
        if registration_error(uri) is None:
            scheme, _, rest = uri.partition("://")
            authority = rest.partition("/")[0].partition("?")[0]
            assert authority
            assert not set(authority) & set("@\\")
            assert scheme == "https" or authority.partition("]")[0].strip("[").partition(":")[0] in {
                "localhost",
                "127.0.0.1",
                "",
            }


@pytest.mark.case("A4")
@pytest.mark.parametrize("uri", ["https://app.example/cb#", "https://app.example/cb#f", "com.example.app:/cb#f"])
def test_a_fragment_is_refused(uri: str) -> None:
    """RFC 6749 §3.1.2."""
    assert registration_error(uri, native=True) == "It may not have a fragment."


@pytest.mark.parametrize(
    "uri",
    [
        "https://app.example/*",
        "https://*.example/cb",
        "https://app.example/a/../b",
        "https://app.example/./b",
        "https://app.example/a/%2e%2E/b",
        "https://app.example/.%2e",
        "https://app.example/%2E",
    ],
)
def test_wildcards_and_dot_segments_are_refused(uri: str) -> None:
    """What a browser would rewrite on the way, encoded dots among it, cannot be compared."""
    assert registration_error(uri) is not None


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "/cb",
        "//app.example/cb",
        "https:",
        "https://",
        "https:///cb",
        "https://:443/cb",
        "https://app.example:99999/cb",
        "https://[::1/cb",
        "http://app.example/cb",
        "http://127.0.0.2/cb",
        "http://localhost.evil.test/cb",
        "http://[::ffff:127.0.0.1]/cb",
        "ftp://app.example/cb",
        "urn:ietf:wg:oauth:2.0:oob",
        "https://app.example/" + "a" * MAX_LENGTH,
    ],
)
def test_what_is_no_web_address_is_refused(uri: str) -> None:
    """Absolute, https unless on loopback, of bounded length."""
    assert registration_error(uri) is not None
    assert registration_error(uri, native=True) is not None


def test_only_native_clients_use_schemes_of_their_own_in_reverse_domain_form() -> None:
    """RFC 8252 §7.1: a scheme with a dot names its owner."""
    assert registration_error("com.example.app:/cb", native=True) is None
    assert registration_error("com.example.app://cb", native=True) is None
    assert registration_error("com.example.app:/cb") is not None
    assert registration_error("myapp:/cb", native=True) is not None
    assert web_error("com.example.app:/cb") is not None


@pytest.mark.case("A8")
@pytest.mark.parametrize(
    "uri",
    [
        "javascript:alert(1)",
        "JaVaScript:alert(1)",
        "javascript://app.example/%0aalert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "DATA:text/html;base64,eA==",
        "vbscript:x",
        "file:///etc/passwd",
        "blob:https://app.example/1",
        "about:blank",
    ],
)
def test_no_scheme_that_runs_or_reads_here_is_ever_accepted(uri: str) -> None:
    """Neither to redirect to, nor to link to, nor as an origin."""
    assert registration_error(uri) is not None
    assert registration_error(uri, native=True) is not None
    assert web_error(uri) is not None
    assert origin_error(uri) is not None


@pytest.mark.parametrize("origin", ["https://app.example", "https://app.example:8443", "http://localhost:3000"])
def test_an_origin_is_scheme_host_and_port(origin: str) -> None:
    """RFC 6454 §6.2, as browsers send it."""
    assert origin_error(origin) is None


@pytest.mark.parametrize(
    "origin",
    ["null", "*", "https://app.example/", "https://APP.example", "https://a@app.example", "http://app.example"],
)
def test_an_origin_with_more_or_less_than_that_is_refused(origin: str) -> None:
    """No path, no capitals, no `null`, no wildcard."""
    assert origin_error(origin) is not None
