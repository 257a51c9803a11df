"""A document that is no page of the site, such as a letter, shown as its readers will see it."""

from flask import Response

#: It brings its own style, and nothing else is let in: no script, no form, no picture, no frame.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


def closed_document(html: str) -> Response:
    """The answer that shows ``html``, closed in itself: it may hold style of its own, which pages
    of the site may not; what stands in it runs nothing, sends nothing and belongs to no site."""
    response = Response(html, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = POLICY
    return response
