"""Comparing pages: without what changes with each request, and told as people read it."""

import re

from werkzeug.test import TestResponse

_HIDDEN = re.compile(rb'<input[^>]*type="hidden"[^>]*>|<meta[^>]*csrf[^>]*>')
_OWN = re.compile(rb'<section aria-labelledby="(?:sessions|secret)">.*?</section>', re.DOTALL)
_ASKED = re.compile(rb'data-options="[^"]*"')
_VALUE = re.compile(rb'(value|content)="[^"]*"')


def bare(response: TestResponse) -> bytes:
    """The body without what changes with each request: tokens and keys of forms, where the
    reader is signed in besides, and what a second factor is set up with."""
    body = _ASKED.sub(b"", _OWN.sub(b"", response.data))
    return _HIDDEN.sub(lambda match: _VALUE.sub(b"", match[0]), body)


def difference(expected: bytes, got: bytes) -> str:
    """The first line that differs, as people read it."""
    ours, theirs = got.decode().splitlines(), expected.decode().splitlines()
    extra = next((line for line in ours if line not in theirs), None)
    missing = next((line for line in theirs if line not in ours), "")
    return f"there is “{extra.strip()}”" if extra else f"“{missing.strip()}” is missing"
