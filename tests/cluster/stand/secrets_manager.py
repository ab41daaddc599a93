"""AWS Secrets Manager, served by moto on loopback, with the entries of the simulated account.

RDS's own entry is known by its ARN, which AWS chooses; moto chooses another one, so the ARN is that entry's name here.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any, cast

import boto3
from moto.server import ThreadedMotoServer

from tests.cluster.stand.polling import Poller

PORT = 5001
ENDPOINT = f"http://127.0.0.1:{PORT}"
KEY = "stand"
"""Both parts of the caller's credentials: any are accepted."""
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": KEY,
    "AWS_SECRET_ACCESS_KEY": KEY,
    "AWS_SECRETSMANAGER_ENDPOINT": ENDPOINT,
}
"""Of an External Secrets that calls it."""


class SecretsManager:
    """The service, which follows the account from `start` to `stop`; tests write and delete entries as people do."""

    def __init__(self, region: str, entries: Callable[[], Mapping[str, str]]) -> None:
        """`entries`: the account's current values, by the entry's name."""
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=PORT, verbose=False)
        self._entries = entries
        self._written: dict[str, str] = {}
        self._known: set[str] = set()
        self._poller = Poller(self._follow)
        credentials = {"aws_access_key_id": KEY, "aws_secret_access_key": KEY}
        self._client = cast(
            "Any", boto3.client("secretsmanager", region_name=region, endpoint_url=ENDPOINT, **credentials)
        )

    def start(self) -> None:
        """Start serving, and following the account."""
        self._server.start()
        self._poller.start()

    def stop(self) -> None:
        """Stop both."""
        self._poller.stop()
        self._server.stop()

    def put(self, name: str, value: str) -> None:
        """Write an entry, which the account's value replaces only when that changes."""
        if name in self._known:
            self._client.put_secret_value(SecretId=name, SecretString=value)
        else:
            self._client.create_secret(Name=name, SecretString=value)
            self._known.add(name)

    def delete(self, name: str) -> str:
        """Delete an entry; its last value."""
        value = str(self._client.get_secret_value(SecretId=name)["SecretString"])
        self._client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
        self._known.discard(name)
        return value

    def _follow(self) -> None:
        for name, value in self._entries().items():
            if self._written.get(name) != value:
                self.put(name, value)
                self._written[name] = value
