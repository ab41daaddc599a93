"""Masks secrets, so that no message shows one that was pasted into a stack file by mistake.

A secret is recognised by its key or by its form. Known forms are masked in the whole message, whichever rule wrote it;
the prefix remains visible, so that the reader can tell which secret it is.
Sources: the documented prefixes of GitHub's, Slack's, AWS's, Google's, GitLab's, Stripe's, SendGrid's, OpenAI's,
Anthropic's and npm's tokens; RFC 7468 (PEM);
RFC 3986 (user information in a URL); Sentry, "Data Source Name (DSN)".
"""

import re
from collections.abc import Sequence

MASK = "***"
_PUBLIC_USER = r"[0-9a-f]{32}@o[0-9]+\.ingest\.(?:[a-z]{2}\.)?sentry\.io/[0-9]+\b"
"""The rest of a DSN of Sentry, which only lets its holder send events: it is public in every web page that does."""
_FORMS = (
    r"(?P<pem>-----BEGIN [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----)(?!\*{3})(?s:.*?)(?:-----END [A-Z0-9 ]*KEY[A-Z ]*-----|\Z)",
    r"(?P<slack>https?://hooks\.slack\.com/)[^\s'\"]+",
    r"(?P<discord>https?://(?:[a-z]+\.)?discord(?:app)?\.com/api/(?:v\d+/)?webhooks/)[^\s'\"]+",
    r"(?P<url>://[^\s:/@'\"]*:)[^\s'\"]+(?=@)",
    rf"(?P<userinfo>://)(?!{_PUBLIC_USER})[^\s:/@'\"]{{16,}}(?=@)",
    r"(?P<query>[?&](?i:(?:api|access|integration)?[_-]?(?:key|token)|secret|sig(?:nature)?)=)[^\s&'\"]{8,}",
    r"(?P<pagerduty>\bevents\.(?:eu\.)?pagerduty\.com/integration/)\w{16,}",
    r"(?P<assigned>\b(?i:password|passwd|pwd|accountkey|sharedaccesskey)=)[^\s&;'\"]{3,}",
    r"(?P<github>\bgh[pousr]_)[A-Za-z0-9]{8,}",
    r"(?P<pat>\bgithub_pat_)\w{8,}",
    r"(?P<gitlab>\bglpat-)[\w-]{8,}",
    r"(?P<slacktoken>\bxox[a-z]-|\bxapp-)[\w-]{8,}",
    r"(?P<aws>\b(?:AKIA|ASIA))[A-Z0-9]{12,}",
    r"(?P<google>\bAIza)[\w-]{20,}",
    r"(?P<stripe>\b(?:[sr]k_(?:live|test)_|whsec_))\w{8,}",
    r"(?P<sendgrid>\bSG\.)[\w-]{16,}\.[\w-]{16,}",
    r"(?P<openai>\bsk-(?:proj-|ant-)?)[\w-]{20,}",
    r"(?P<npm>\bnpm_)[A-Za-z0-9]{20,}",
    r"(?P<jwt>\beyJ)[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?",
)
_SECRET = re.compile("|".join(_FORMS))
_KEYS = re.compile(r"(?i)secret|token|password|passwd|credential|private_?key|api_?key|access_?key")


def masked(text: str) -> str:
    """The text with every known form of a secret masked, except for its prefix."""
    return _SECRET.sub(lambda match: f"{match[str(match.lastgroup)]}{MASK}", text)


def looks_secret(text: str) -> bool:
    """Whether the text contains a known form of a secret."""
    return _SECRET.search(text) is not None


def about_secrets(path: Sequence[str | int]) -> bool:
    """Whether a key below a section indicates that its value is secret, whatever the value is."""
    keys = [part for part in path[1:] if isinstance(part, str) and part != "externalSecrets"]
    return any(_KEYS.search(key) for key in keys)
