"""Variables and secrets, of the repository or of an environment."""

from dataclasses import dataclass
from functools import partial

from tools.setup_github.gh import GitHub
from tools.setup_github.json_values import text
from tools.steps import Part, Step


@dataclass(frozen=True)
class Store:
    """Where values are: the environment with this name, or the repository itself (None)."""

    github: GitHub
    path: str
    """In the API, of the folders `variables` and `secrets`."""
    environment: str | None = None
    exists: bool = True
    rewrite_secrets: bool = False
    """Whether to write secrets that exist: GitHub does not show what they are."""

    def variable(self, name: str, value: str) -> Part:
        """Set a variable."""
        folder, body = f"{self.path}/variables", {"name": name, "value": value}
        present = self.github.read(f"{folder}/{name}") if self.exists else None
        words = f"set the variable {name} to {value}"
        if present is None:
            return Part(name, [Step(words, partial(self.github.send, "POST", folder, body))])
        if text(present, "value") == value:
            return Part(name)
        words = f"{words} (it is {text(present, 'value')})"
        return Part(name, [Step(words, partial(self.github.send, "PATCH", f"{folder}/{name}", body))])

    def secret(self, name: str, value: str) -> Part:
        """Set a secret, if it does not exist or secrets are written again."""
        present = self.github.read(f"{self.path}/secrets/{name}") if self.exists else None
        if present is not None and not self.rewrite_secrets:
            return Part(name, notes=[f"the secret {name}, whose value GitHub does not show"])
        write = partial(self.github.set_secret, name, value, self.environment)
        return Part(name, [Step(f"set the secret {name} to {value}", write)])
