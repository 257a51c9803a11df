"""A document that is no page of the site, such as a letter, shown as its readers will see it."""

from flask import Response

#: It brings its own style, and nothing else is let in but pictures of this site, which its reader
#: may see: no script, no form, no frame.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none';"
    " sandbox allow-popups allow-popups-to-escape-sandbox allow-same-origin"
)


def closed_document(html: str) -> Response:
    """The answer that shows ``html``, closed in itself: it may hold style of its own, which pages
    of the site may not; what stands in it runs nothing, sends nothing and belongs to no site."""
    response = Response(html, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = POLICY
    return response
