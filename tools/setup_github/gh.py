"""GitHub's API through the `gh` command, which has the login."""

import json
import subprocess
from dataclasses import dataclass


class GitHubError(Exception):
    """A call that failed; the message has gh's words."""


@dataclass(frozen=True)
class GitHub:
    """Calls for one repository, `OWNER/NAME`. Paths of the API begin without a slash."""

    repository: str

    def read(self, path: str) -> object:
        """The answer as JSON; None for what does not exist. GitHubError."""
        result = self._gh("api", "--method", "GET", path)
        if "(HTTP 404)" in result.stderr:
            return None
        return json.loads(_checked(result))

    def send(self, method: str, path: str, body: object) -> None:
        """Write a setting. GitHubError."""
        _checked(self._gh("api", "--method", method, path, "--input", "-", stdin=json.dumps(body)))

    def set_secret(self, name: str, value: str, environment: str | None) -> None:
        """Write a secret of an environment, or of the repository. GitHubError.

        Not through `gh api`: a secret has to be sealed with the repository's public key, which `gh secret` does.
        """
        scope = [] if environment is None else ["--env", environment]
        _checked(self._gh("secret", "set", name, "--repo", self.repository, *scope, stdin=value))

    @staticmethod
    def _gh(*arguments: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        try:
            return subprocess.run(["gh", *arguments], input=stdin, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            raise GitHubError("the program gh is not on the PATH. Install it: https://cli.github.com") from None


def _checked(result: "subprocess.CompletedProcess[str]") -> str:
    if result.returncode != 0:
        raise GitHubError(result.stderr.strip() or f"gh ended with status {result.returncode}")
    return result.stdout
