"""Requests to GitHub's API and to the webhooks of chats."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

from scripts import smoke
from scripts.delivery import actions
from scripts.delivery.actions import StepError, require

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS = 20


def github(method: str, path: str, body: Mapping[str, object] | None = None) -> object:
    """Call GitHub's API for this repository with the run's token; StepError with GitHub's own message."""
    request = urllib.request.Request(  # noqa: S310 GitHub's own address
        f"{require('GITHUB_API_URL')}/repos/{require('GITHUB_REPOSITORY')}/{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Authorization": f"Bearer {require('GITHUB_TOKEN')}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as response:  # noqa: S310
            return json.load(response)
    except urllib.error.HTTPError as error:
        words = smoke.one_line(error.read().decode(errors="replace"))
        raise StepError(f"GitHub refuses {method} {path}: HTTP {error.code} {words}") from error
    except (OSError, ValueError) as error:
        raise StepError(f"GitHub does not answer {method} {path}: {error}") from error


def post(name: str, url: str, body: Mapping[str, str]) -> None:
    """Post to a chat's webhook; a chat that refuses fails no run. Its address is a secret, so no message repeats it."""
    data = json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=SECONDS):  # noqa: S310
            pass
    except urllib.error.HTTPError as error:
        actions.warn(f"{name} refused the message: HTTP {error.code}.")
    except (OSError, ValueError) as error:
        actions.warn(f"{name} did not take the message: {type(error).__name__}.")
