"""`aws eks update-kubeconfig --name NAME`: logs in to the test's cluster, with the credentials of a role.

`STAND_IN_CLUSTER` is the name of the only cluster, `STAND_IN_CLUSTER_URL` its API server.
"""

import json
import os
import sys
from pathlib import Path

from tests.pipeline.workflows.actions.stand_in import record


def main() -> None:
    command, name = sys.argv[1:4], sys.argv[4]
    if command != ["eks", "update-kubeconfig", "--name"]:
        sys.exit(f"the stand-in for aws does not know {sys.argv[1:]}")
    if not os.environ.get("AWS_ACCESS_KEY_ID"):
        sys.exit("Unable to locate credentials. You can configure credentials by running `aws configure`.")
    if name != os.environ["STAND_IN_CLUSTER"]:
        sys.exit(f"An error occurred (ResourceNotFoundException): No cluster found for name: {name}.")
    kubeconfig: dict[str, object] = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": name,
        "clusters": [{"name": name, "cluster": {"server": os.environ["STAND_IN_CLUSTER_URL"]}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "users": [{"name": name, "user": {}}],
    }
    path = Path.home() / ".kube/config"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(kubeconfig), encoding="utf-8")
    record("login", cluster=name)


main()
