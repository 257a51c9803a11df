"""The room shared by every page: themes, forms, texts, languages, headers, errors, caching."""

from flask import render_template as render

__all__ = ["render"]
