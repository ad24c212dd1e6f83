"""What counts as a link that may be published, and when two of them are the same page. Pure."""

import re
from urllib.parse import parse_qsl, quote, unquote, urlencode

from pydantic_core import Url

LONGEST = 2000

_NEVER_IN_A_URL = re.compile(r'[\s\x00-\x20\x7f<>"\\^`{|}\ud800-\udfff\ufffe\uffff]')
# The parser of browsers would mend `http:/host` and `http:///host`; a reader's may not.
_WRITTEN_OUT = re.compile(r"https?://[^/]", re.IGNORECASE)
_TRACKING = re.compile(r"^(?:utm_.*|fbclid|gclid)$", re.IGNORECASE)


def complaint_about(url: str) -> str | None:
    """Return what is wrong with a link that readers would follow, or None."""
    if len(url) > LONGEST:
        return f"must have at most {LONGEST} characters"
    if _NEVER_IN_A_URL.search(url):
        return "must be an absolute http or https URL without spaces"
    try:
        parsed = Url(url)
    except ValueError:
        return "must be an absolute http or https URL"
    if parsed.username is not None or parsed.password is not None:
        return "must not contain a user name or password"
    if not _WRITTEN_OUT.match(url) or not (parsed.host or "").strip("."):
        return "must be an absolute http or https URL"
    return None


def normalise(url: str) -> str:
    """Return what all addresses of one page have in common, for a link without complaint.

    `http` and `https`, default ports, fragments, a last slash, needless percent-encoding and what campaigns
    append make no other page.
    """
    parts = Url(url)
    host = (parts.host or "").rstrip(".")
    port = "" if parts.port in {None, 80, 443} else f":{parts.port}"
    written = unquote(parts.path or "", errors="surrogateescape")
    path = quote(written, errors="surrogateescape").rstrip("/")
    query = _without_tracking(parts.query) if parts.query else ""
    return f"{host}{port}{path}" + (f"?{query}" if query else "")


def _without_tracking(query: str) -> str:
    asked = parse_qsl(query, keep_blank_values=True, errors="surrogateescape")
    return urlencode([(k, v) for k, v in asked if not _TRACKING.match(k)], errors="surrogateescape")
