"""What a secret looks like, so that a refusal never shows one that somebody pasted where a name belongs.

Two ways to know one: by the key at which it stands, and by its form. A form that is known to be one of a secret is
masked in the whole text of a problem, whichever rule wrote it; its beginning stays, so that the reader knows which.
Sources: the prefixes of GitHub's, Slack's, AWS's, Google's, GitLab's and Stripe's tokens as their documentations give
them; RFC 7468 (PEM); RFC 3986 (user information in a URL).
"""

import math
import re
from collections import Counter
from collections.abc import Sequence

MASK = "***"
_FORMS = (
    r"(?P<pem>-----BEGIN [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----)(?!\*{3})(?s:.*?)(?:-----END [A-Z0-9 ]*KEY[A-Z ]*-----|\Z)",
    r"(?P<slack>https?://hooks\.slack\.com/)[^\s'\"]+",
    r"(?P<discord>https?://(?:[a-z]+\.)?discord(?:app)?\.com/api/(?:v\d+/)?webhooks/)[^\s'\"]+",
    r"(?P<url>://[^\s:/@'\"]*:)[^\s'\"]+(?=@)",
    r"(?P<userinfo>://)[^\s:/@'\"]{16,}(?=@)",
    r"(?P<github>\bgh[pousr]_)[A-Za-z0-9]{8,}",
    r"(?P<pat>\bgithub_pat_)\w{8,}",
    r"(?P<gitlab>\bglpat-)[\w-]{8,}",
    r"(?P<slacktoken>\bxox[a-z]-|\bxapp-)[\w-]{8,}",
    r"(?P<aws>\b(?:AKIA|ASIA))[A-Z0-9]{12,}",
    r"(?P<google>\bAIza)[\w-]{20,}",
    r"(?P<stripe>\b[sr]k_(?:live|test)_)\w{8,}",
    r"(?P<jwt>\beyJ)[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?",
)
_SECRET = re.compile("|".join(_FORMS))
_LONG = re.compile(r"(?<![\w+/=-])(?!AAAA[BCE][23])[\w+/=-]{32,}")
"""A word that may be random. What begins with AAAA is the public key of an SSH host."""
_RANDOM_BITS = 4.0
"""Entropy of one character from which a long word of all classes is not a name; words of a language have less."""
_KEYS = re.compile(r"(?i)secret|token|password|passwd|credential|private_?key|api_?key|access_?key")
_HEX = re.compile(r"[0-9a-f]{32,}|[0-9A-F]{32,}")


def masked(text: str) -> str:
    """The text with everything in it that has the form of a secret left out but for its beginning."""
    shown = _SECRET.sub(lambda found: f"{found[str(found.lastgroup)]}{MASK}", text)
    return _LONG.sub(lambda found: MASK if _random(found[0]) else found[0], shown)


def looks_secret(text: str) -> bool:
    """Whether any part of the text has a form that nothing but a secret has: a random word may be a commit."""
    return _SECRET.sub("", text) != text


def about_secrets(path: Sequence[str | int]) -> bool:
    """Whether a key below a section is one whose value nobody should see, whatever stands there."""
    return any(isinstance(part, str) and _KEYS.search(part) for part in path[1:])


def _random(word: str) -> bool:
    """Whether a word of 32 characters or more has no meaning: hexadecimal digits, or all classes mixed."""
    if _HEX.fullmatch(word):
        return True
    if not all(re.search(kind, word) for kind in ("[a-z]", "[A-Z]", "[0-9]")):
        return False
    bits = -sum(n / len(word) * math.log2(n / len(word)) for n in Counter(word).values())
    return bits > _RANDOM_BITS
