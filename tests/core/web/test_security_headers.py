"""Headers, cookies, limits and error pages: what every answer promises."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask, abort, render_template_string, request, session
from flask.testing import FlaskClient
from werkzeug.wrappers import Response

from eak_core.errors import Conflict, Forbidden, Gone, Invalid, Misconfigured, NotFound
from eak_core.web.errors import refuse
from eak_core.web.limits import limited

MakeSite = Callable[..., Flask]


def with_views(app: Flask) -> Flask:
    received: list[dict[str, str]] = []
    app.extensions["received"] = received

    @app.route("/formulaire", methods=["GET", "POST"])
    def form() -> str:
        if request.method == "POST":
            received.append(request.form.to_dict())
            return "reçu"
        return render_template_string('<input name="csrf_token" value="{{ csrf_token() }}">')

    @app.get("/panne")
    def broken() -> str:
        raise ZeroDivisionError("secret detail")

    @app.get("/refus/<name>")
    def refusal(name: str) -> str:
        refusals: dict[str, Exception] = {
            "gone": Gone("Retirée à la demande de son auteur."),
            "conflict": Conflict("Quelqu’un est passé avant vous."),
            "invalid": Invalid("À corriger.", {"title": "Trop court."}),
            "missing": NotFound(),
            "setting": Misconfigured("mail_url is wrong: smtp://user:hidden@host"),
        }
        raise refusals[name]

    @app.get("/code/<int:code>")
    def code(code: int) -> str:
        abort(code)

    @app.post("/essai")
    @limited("essai", "2/minute")
    def attempt() -> str:
        return "fait"

    @app.get("/lourd")
    @limited("lourd", "2/minute", reads=True)
    def heavy() -> str:
        return "fait"

    return app


@pytest.fixture
def client(site: Flask) -> FlaskClient:
    return with_views(site).test_client()


def token_of(client: FlaskClient, **options: Any) -> str:
    return client.get("/formulaire", **options).text.partition('value="')[2].partition('"')[0]


@pytest.mark.parametrize("path", ["/accessibilite", "/nulle-part", "/panne", "/static/t/x/y/z"])
def test_every_answer_forbids_what_is_inline_and_what_comes_from_elsewhere(
    client: FlaskClient, path: str
) -> None:
    headers = client.get(path).headers
    policy = dict(
        part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


@pytest.mark.parametrize("path", ["/accessibilite", "/confidentialite?lang=en", "/nulle-part"])
def test_no_page_has_inline_style_or_script_or_a_foreign_file(
    client: FlaskClient, path: str
) -> None:
    page = client.get(path).text
    assert "<style" not in page
    assert " style=" not in page
    assert "<script>" not in page
    assert " onclick=" not in page
    for piece in page.split("<")[1:]:
        if piece.startswith(("link", "img", "script", "iframe")):
            assert "//" not in piece.partition(">")[0], piece


def test_reading_sets_no_cookie_and_a_form_sets_one_that_scripts_cannot_read(
    client: FlaskClient,
) -> None:
    assert "Set-Cookie" not in client.get("/accessibilite").headers
    cookie = client.get("/formulaire").headers["Set-Cookie"]
    assert cookie.startswith("eak=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_over_https_cookies_are_bound_to_the_host_and_the_browser_stays_on_https(
    make_site: MakeSite,
) -> None:
    client = with_views(make_site(base_url="https://participer.example.fr")).test_client()
    headers = client.get("/formulaire", base_url="https://participer.example.fr").headers
    assert headers["Set-Cookie"].startswith("__Host-eak=")
    assert "Secure" in headers["Set-Cookie"]
    assert "Path=/" in headers["Set-Cookie"]
    assert "Domain" not in headers["Set-Cookie"]
    assert headers["Strict-Transport-Security"] == "max-age=31536000", "a year, in seconds"


def test_over_http_nothing_is_said_about_https(client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/accessibilite").headers


def test_a_change_without_a_token_does_nothing_and_shows_what_was_typed(
    client: FlaskClient, site: Flask
) -> None:
    text = "Un texte long\nsur deux lignes & <b>"
    response = client.post("/formulaire", data={"text": text, "password": "hunter22"})
    assert response.status_code == 400
    assert site.extensions["received"] == []
    assert "Un texte long\nsur deux lignes &amp; &lt;b&gt;" in response.text
    assert "hunter22" not in response.text
    assert "Rien n’a été modifié" in response.text


def test_a_form_whose_token_ran_out_can_be_sent_again_from_this_site_only(
    client: FlaskClient, site: Flask
) -> None:
    again = "Envoyer de nouveau"
    here = {"Sec-Fetch-Site": "same-origin"}
    page = client.post("/formulaire", data={"text": "bonjour"}, headers=here).text
    assert again in page
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    client.post("/formulaire", data={"text": "bonjour", "csrf_token": token})
    assert site.extensions["received"][0]["text"] == "bonjour"
    for there in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}):
        assert again not in client.post("/formulaire", data={"text": "x"}, headers=there).text


def test_a_token_of_another_visitor_is_refused(client: FlaskClient, site: Flask) -> None:
    token = token_of(site.test_client())
    token_of(client)
    assert client.post("/formulaire", data={"csrf_token": token}).status_code == 400


@pytest.mark.parametrize("size", [1024 * 1024 + 1, 20 * 1024 * 1024])
@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data", "application/json", "a/b"]
)
def test_a_body_too_large_is_refused_with_a_page_that_says_so(
    client: FlaskClient, site: Flask, size: int, kind: str
) -> None:
    if kind == "multipart/form-data":
        data: Any = {"file": (BytesIO(b"x" * size), "x.bin")}
    else:
        data = b"text=" + b"x" * size
    response = client.post("/formulaire", data=data, content_type=kind)
    assert response.status_code == 413
    assert "un mégaoctet" in response.text
    assert site.extensions["received"] == []


def test_a_body_is_read_before_anything_else_looks_at_the_request(site: Flask) -> None:
    seen: list[bool] = []
    hooks = site.before_request_funcs[None]
    names = [hook.__name__ for hook in hooks]
    assert names.index("read_body") < names.index("gate")

    @site.before_request
    def look() -> None:
        seen.append("_cached_data" in request.__dict__)

    site.test_client().post("/accessibilite", data={"a": "b"})
    assert seen == [True]


@pytest.mark.parametrize("path", ["/%00", "/accessibilite?a=%00", "/accessibilite?%00=a"])
def test_an_address_with_nul_is_refused_in_words(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 400
    assert "un caractère qu’aucune adresse ne peut avoir" in response.text


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nulle-part", 404, "Cette page n’existe pas"),
        ("/refus/missing", 404, "Cette page n’existe pas"),
        ("/refus/gone", 410, "Retirée à la demande de son auteur."),
        ("/refus/conflict", 409, "Quelqu’un est passé avant vous."),
        ("/refus/invalid", 422, "Trop court."),
        ("/code/403", 403, "Vous n’avez pas accès à cette page"),
        ("/code/415", 415, "Cette demande n’est pas compréhensible"),
        ("/code/503", 503, "Ce n’est pas possible à cet instant"),
        ("/code/502", 502, "Une erreur s’est produite de notre côté"),
        ("/panne", 500, "Une erreur s’est produite de notre côté"),
    ],
)
def test_every_refusal_is_a_page_in_french_with_a_way_on(
    client: FlaskClient, path: str, status: int, words: str
) -> None:
    response = client.get(path)
    assert response.status_code == status
    assert words in response.text
    assert '<html lang="fr">' in response.text
    assert "Tous les services" in response.text
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("method", "told"), [("GET", False), ("POST", True)])
def test_only_whoever_sent_something_is_told_that_nothing_was_changed(
    client: FlaskClient, method: str, told: bool
) -> None:
    with client.application.test_request_context("/", method=method):
        page = refuse(Forbidden()).get_data(as_text=True)
    assert "Vous n’avez pas accès à cette page" in page
    assert ("Rien n’a été modifié." in page) is told


def test_a_method_that_a_page_does_not_answer_to_says_which_it_does(client: FlaskClient) -> None:
    response = client.post("/accessibilite")
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]


@pytest.mark.parametrize("path", ["/panne", "/refus/setting"])
def test_a_failure_shows_a_reference_and_nothing_of_the_inside(
    client: FlaskClient, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    page = client.get(path).text
    reference = page.partition("<code>")[2].partition("</code>")[0]
    assert len(reference) == 8
    assert reference in caplog.text
    for inside in ("secret detail", "ZeroDivision", "Traceback", "hidden", 'File "'):
        assert inside not in page


def test_whoever_reads_json_gets_json(client: FlaskClient) -> None:
    by_path = client.get("/nulle-part.json")
    assert by_path.get_json()["error"]["status"] == 404
    asked = client.get("/refus/invalid", headers={"Accept": "application/json"})
    assert asked.get_json()["error"]["details"] == ["Trop court."]
    browser = client.get("/nulle-part", headers={"Accept": "text/html,application/json;q=0.9"})
    assert browser.mimetype == "text/html"


def test_an_error_page_that_fails_itself_is_plain_text(client: FlaskClient, site: Flask) -> None:
    def broken() -> Response:
        raise ValueError("a plugin")

    site.jinja_env.globals["plugin_sheet"] = broken
    response = client.get("/nulle-part")
    assert response.status_code == 404
    assert response.mimetype == "text/plain"
    assert "Cette page n’existe pas" in response.text
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_too_many_attempts_are_refused_with_the_time_to_wait(make_site: MakeSite) -> None:
    client = with_views(make_site(rate_limits=True)).test_client()
    data = {"csrf_token": token_of(client)}
    assert [client.post("/essai", data=data).status_code for _ in range(3)] == [200, 200, 429]
    refused = client.post("/essai", data=data)
    assert 1 <= int(refused.headers["Retry-After"]) <= 61
    assert "Vous pourrez réessayer dans" in refused.text
    elsewhere = {"REMOTE_ADDR": "198.51.100.7"}
    assert client.post("/essai", data=data, environ_overrides=elsewhere).status_code == 200


def test_one_ipv6_household_is_one_visitor(make_site: MakeSite) -> None:
    client = with_views(make_site(rate_limits=True)).test_client()
    data = {"csrf_token": token_of(client)}
    statuses = [
        client.post(
            "/essai", data=data, environ_overrides={"REMOTE_ADDR": f"2001:db8::{n}"}
        ).status_code
        for n in range(1, 4)
    ]
    assert statuses == [200, 200, 429]


def test_two_sites_in_one_process_count_apart_and_limits_can_be_off(make_site: MakeSite) -> None:
    for settings in ({"rate_limits": True}, {"rate_limits": True}, {"rate_limits": False}):
        client = with_views(make_site(**settings)).test_client()
        data = {"csrf_token": token_of(client)}
        assert client.post("/essai", data=data).status_code == 200
        assert client.post("/essai", data=data).status_code == 200
    assert client.post("/essai", data=data).status_code == 200


@pytest.mark.parametrize("value", ["x", "..", "\x01", "eyJhIjoxfQ.aaa.bbb", "é" * 3000])
def test_a_forged_cookie_is_no_session(client: FlaskClient, site: Flask, value: str) -> None:
    @site.get("/session")
    def look() -> str:
        return str(dict(session))

    response = client.get("/session", headers={"Cookie": f"eak={value}".encode().decode("latin-1")})
    assert response.status_code == 200
    assert response.text == "{}"


def test_pages_are_compressed_where_the_browser_can_read_it(client: FlaskClient) -> None:
    response = client.get("/accessibilite", headers={"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in response.headers["Vary"]


def test_what_costs_much_to_make_is_limited_though_it_is_only_read(make_site: MakeSite) -> None:
    client = with_views(make_site(rate_limits=True)).test_client()
    assert [client.get("/lourd").status_code for _ in range(3)] == [200, 200, 429]
