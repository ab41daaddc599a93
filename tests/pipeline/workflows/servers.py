"""The servers that a run talks to: GitHub (Git, API), chats, and the registry."""

import base64
import http.client
import json
import os
import re
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.pipeline.workflows.actions.stand_in import ROOT
from tests.pipeline.workflows.ground import PLATFORM, RUN_TOKEN, git

CRANE = ROOT / ".tools/bin/crane"
PROTECTED = """#!/bin/sh
# Refuses what GitHub refuses on a protected branch.
while read -r old new ref; do
    [ "$ref" != "refs/heads/{branch}" ] || [ "$REMOTE_USER" = "{user}" ] || {{
        echo "error: GH006: Protected branch update failed for $ref." >&2
        exit 1
    }}
done
"""


@dataclass(frozen=True)
class Request:
    """A request that a server has had."""

    method: str
    path: str
    user: str
    """Owner of the token; empty without one."""
    body: Any
    """Parsed JSON, or None."""


class Handler(BaseHTTPRequestHandler):
    """Reads and answers requests; says nothing."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        del format, args

    def content(self) -> bytes:
        """The body of the request."""
        if self.headers.get("Transfer-Encoding") == "chunked":
            parts: list[bytes] = []
            while size := int(self.rfile.readline().strip() or b"0", 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def answer(self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        """Send a response."""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@contextmanager
def served(handler: type[BaseHTTPRequestHandler]) -> Generator[str]:
    """Serve on a free port; gives `127.0.0.1:<port>`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class GitHub:
    """Repositories over HTTP and an API that records; both want a token."""

    folder: Path
    """Of the bare repositories, `owner/name`."""
    tokens: dict[str, str] = field(default_factory=dict[str, str])
    """The user of each token."""
    answers: dict[tuple[str, str], tuple[int, Any]] = field(default_factory=dict[tuple[str, str], tuple[int, Any]])
    """Status and JSON by method and path of the API, without its query; 404 for any other."""
    requests: list[Request] = field(default_factory=list[Request])
    """Calls of the API and messages to chats."""
    url: str = ""

    @property
    def api(self) -> str:
        """Root of the API, as that of a GitHub Enterprise server."""
        return f"{self.url}/api/v3"

    def repository(self, name: str) -> Path:
        """The bare repository, created at the first call."""
        path = self.folder / name
        if not path.exists():
            git(self.folder, "init", "--quiet", "--bare", "--initial-branch=main", name)
            self.adopt(name, path)
        return path

    def adopt(self, name: str, path: Path) -> None:
        """Serve a bare repository under that name."""
        for setting in ("http.receivepack", "uploadpack.allowAnySHA1InWant"):
            git(path, "config", setting, "true")
        if path != self.folder / name:
            (self.folder / name).symlink_to(path)

    def protect(self, name: str, branch: str, user: str) -> None:
        """Let only one user push to a branch."""
        hook = self.repository(name) / "hooks/pre-receive"
        hook.write_text(PROTECTED.format(branch=branch, user=user), encoding="utf-8")
        hook.chmod(0o755)

    def user(self, authorization: str) -> str:
        """The owner of a request's token, empty if it has none that is known."""
        scheme, _, value = authorization.partition(" ")
        if scheme.lower() == "basic":
            value = base64.b64decode(value).decode().partition(":")[2]
        return self.tokens.get(value, "")


@contextmanager
def github(folder: Path, platform: Path) -> Generator[GitHub]:
    """Serve repositories, the API, and at `/chat/<name>` a chat that takes every message.

    There is the repository of the platform, and the token of a run.
    """
    (folder / "acme").mkdir(parents=True)
    hub = GitHub(folder, {RUN_TOKEN: "github-actions[bot]"})
    git(platform, "push", "--quiet", str(hub.repository(PLATFORM)), "main")

    class Hub(Handler):
        def do_GET(self) -> None:
            self.respond()

        do_POST = do_PATCH = do_GET  # noqa: N815 the names that the base class calls

        def respond(self) -> None:
            body, user = self.content(), hub.user(self.headers.get("Authorization", ""))
            path, _, query = self.path.partition("?")
            if path.startswith(("/api/v3/", "/chat/")):
                path = path.removeprefix("/api/v3")
                hub.requests.append(Request(self.command, path, user, json.loads(body) if body else None))
                chat = path.startswith("/chat/")
                status, answer = hub.answers.get((self.command, path), (200 if chat else 404, {}))
                self.answer(status if user or chat else 401, json.dumps(answer).encode())
            elif user:
                self.git(path, query, user, body)
            else:
                self.answer(401, headers={"WWW-Authenticate": 'Basic realm="GitHub"'})

        def git(self, path: str, query: str, user: str, body: bytes) -> None:
            environment = {
                **os.environ,
                "GIT_PROJECT_ROOT": str(folder), "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path, "QUERY_STRING": query,
                "REQUEST_METHOD": self.command, "REMOTE_USER": user, "CONTENT_LENGTH": str(len(body)),
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            }  # fmt: skip
            done = subprocess.run(["git", "http-backend"], input=body, env=environment, capture_output=True, check=True)
            head, _, content = done.stdout.partition(b"\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
            self.answer(int(headers.pop("Status", "200").split()[0]), content, headers)

    with served(Hub) as address:
        hub.url = f"http://{address}"
        yield hub


@dataclass
class Registry:
    """A registry with ECR's rules: repositories are created before, and tags are immutable unless a pattern matches."""

    repositories: set[str] = field(default_factory=set[str])
    mutable: tuple[str, ...] = ()
    """Regular expressions of tags that may move."""
    refuses: bool = False
    """Whether every push is refused."""
    address: str = ""

    def crane(self, *arguments: str) -> str:
        """What crane prints, for a test's own questions."""
        return subprocess.check_output([CRANE, *arguments], text=True).strip()

    def digest(self, image: str) -> str:
        """Digest of `repository:tag`."""
        return self.crane("digest", f"{self.address}/{image}")

    def tags(self, repository: str) -> list[str]:
        """The tags of a repository; none if nothing was pushed."""
        catalogue = self.crane("catalog", self.address).split()
        return sorted(self.crane("ls", f"{self.address}/{repository}").split()) if repository in catalogue else []

    def refusal(self, method: str, repository: str, reference: str, exists: bool) -> tuple[int, str, str] | None:
        """Status, code and message of ECR's refusal of a request for a manifest; None if it is allowed."""
        if repository not in self.repositories:
            return 404, "NAME_UNKNOWN", f"The repository with name '{repository}' does not exist in the registry"
        if method != "PUT":
            return None if exists else (404, "MANIFEST_UNKNOWN", "Requested image not found")
        if self.refuses:
            return 403, "DENIED", "User is not authorized to perform: ecr:PutImage"
        movable = reference.startswith("sha256:") or any(re.fullmatch(each, reference) for each in self.mutable)
        if exists and not movable:
            return (
                400,
                "TAG_INVALID",
                (
                    f"The image tag '{reference}' already exists in the '{repository}' repository and cannot be "
                    "overwritten because the tag is immutable."
                ),
            )
        return None


@contextmanager
def registry(
    serve: Callable[[type[BaseHTTPRequestHandler]], AbstractContextManager[str]] = served,
) -> Generator[Registry]:
    """Serve go-containerregistry's registry behind ECR's rules, on a free port or as `serve` does it."""
    rules = Registry()
    process = subprocess.Popen(
        [CRANE, "registry", "serve", "--address", "127.0.0.1:0"], stderr=subprocess.PIPE, text=True
    )
    assert process.stderr
    serving = re.search(r"port (\d+)", process.stderr.readline().strip())
    assert serving, "crane registry serve does not name its port"
    port = int(serving.group(1))
    # It logs every request, and would stop at a full pipe.
    threading.Thread(target=deque, args=[process.stderr, 0], daemon=True).start()

    class Front(Handler):
        def do_GET(self) -> None:
            self.respond()

        do_HEAD = do_POST = do_PUT = do_PATCH = do_GET  # noqa: N815 the names that the base class calls

        def respond(self) -> None:
            body = self.content()
            if manifest := re.fullmatch(r"/v2/(.+)/manifests/([^/]+)", self.path):
                exists = self.forward("HEAD", b"")[0] == 200
                refusal = rules.refusal(self.command, manifest[1], manifest[2], exists)
                if refusal:
                    status, code, message = refusal
                    error = json.dumps({"errors": [{"code": code, "message": message}]}).encode()
                    self.answer(status, error, {"Content-Type": "application/json"})
                    return
            status, headers, content = self.forward(self.command, body)
            self.answer(status, content, headers)

        def forward(self, method: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
            connection = http.client.HTTPConnection("127.0.0.1", port)
            kept = {name: value for name, value in self.headers.items() if name in {"Accept", "Content-Type", "Host"}}
            connection.request(method, self.path, body, {**kept, "Content-Length": str(len(body))})
            response = connection.getresponse()
            content = response.read()
            connection.close()
            return response.status, dict(response.getheaders()), content

    try:
        with serve(Front) as address:
            rules.address = address
            yield rules
    finally:
        process.terminate()
        process.wait()
