"""Masks secrets, so that no message shows one that was pasted into a stack file by mistake.

A secret is recognised by its key or by its form. Known forms are masked in the whole message, whichever rule wrote it;
the prefix remains visible, so that the reader can tell which secret it is.
Sources: the documented prefixes of GitHub's, Slack's, AWS's, Google's, GitLab's and Stripe's tokens; RFC 7468 (PEM);
RFC 3986 (user information in a URL).
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
"""A word that may be random. Words that start with AAAA are public SSH host keys."""
_RANDOM_BITS = 4.0
"""Entropy per character above which a long word is not a name; words of natural languages have less."""
_KEYS = re.compile(r"(?i)secret|token|password|passwd|credential|private_?key|api_?key|access_?key")
_HEX = re.compile(r"[0-9a-f]{32,}|[0-9A-F]{32,}")


def masked(text: str) -> str:
    """The text with everything that looks like a secret masked, except for known prefixes."""
    shown = _SECRET.sub(lambda match: f"{match[str(match.lastgroup)]}{MASK}", text)
    return _LONG.sub(lambda match: MASK if _random(match[0]) else match[0], shown)


def looks_secret(text: str) -> bool:
    """Whether the text contains a known form of a secret. A random word is not enough: it may be a commit."""
    return _SECRET.sub("", text) != text


def about_secrets(path: Sequence[str | int]) -> bool:
    """Whether a key below a section indicates that its value is secret, whatever the value is."""
    return any(isinstance(part, str) and _KEYS.search(part) for part in path[1:])


def _random(word: str) -> bool:
    """Whether a word of 32 or more characters looks random: hexadecimal digits, or mixed character classes."""
    if _HEX.fullmatch(word):
        return True
    if not all(re.search(kind, word) for kind in ("[a-z]", "[A-Z]", "[0-9]")):
        return False
    bits = -sum(n / len(word) * math.log2(n / len(word)) for n in Counter(word).values())
    return bits > _RANDOM_BITS
