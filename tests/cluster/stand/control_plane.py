"""etcd, API server, controller manager, scheduler and kwok: all real except kubelets and containers, simulated by kwok.

All controllers run: quota, endpoints, disruption, autoscaling, garbage collection. The stand has its own network
namespace, so ports are fixed numbers.
"""

import json
import secrets
from pathlib import Path

from components.cluster.access_entries import SMOKE_TESTERS_GROUP
from sandbox.providers import ApiServer
from tests.cluster.stand.api import Api, ApiError
from tests.cluster.stand.binaries import built
from tests.cluster.stand.certificates import Authority
from tests.cluster.stand.namespace import ADDRESS, SERVICES
from tests.cluster.stand.processes import Processes
from tests.cluster.stand.waiting import wait_for

ETCD = "http://127.0.0.1:2379"
API_PORT = 6443
SERVER = f"https://{ADDRESS}:{API_PORT}"
ADMIN_GROUP = "system:masters"
PREVIEWERS = "previewers"
READY_SECONDS = 60


class ControlPlane:
    """A cluster without nodes."""

    def __init__(self, folder: Path, processes: Processes, authority: Authority) -> None:
        self._folder, self._processes, self._authority = folder, processes, authority
        folder.mkdir(parents=True, exist_ok=True)
        self._tokens: list[str] = []
        self.token = self._identity("admin", ADMIN_GROUP)
        self.smoke_tester = self._identity("smoke-tester", SMOKE_TESTERS_GROUP)
        """Token of a user in the group that may run the smoke test, without other rights."""
        self.previewer = self._identity("previewer", PREVIEWERS)
        """Token of a user with Kubernetes' role `view`, which EKS' access policy for previews is."""
        self.api = Api(SERVER, self.token, authority.certificate)
        self.api_server = ApiServer(url=SERVER, certificate_authority=authority.certificate)
        """What the simulated EKS clusters hand out."""

    def start(self, stages: Path) -> None:
        """Start all processes; kwok's `stages` define how pods and nodes behave."""
        (self._folder / "tokens.csv").write_text("\n".join(self._tokens) + "\n")
        kubeconfig = self.kubeconfig("admin", self.token)
        self._etcd()
        self._api_server()
        wait_for("the API server's answer", self._answers, READY_SECONDS, step=0.1)
        self._processes.start(
            "controller-manager",
            [
                built("kube-controller-manager"),
                f"--kubeconfig={kubeconfig}",
                f"--service-account-private-key-file={self._folder / 'service-accounts.key'}",
                f"--root-ca-file={self._authority.certificate}",
                "--leader-elect=false",
                # Short delays, so that an Application is not briefly Degraded while its pods start.
                "--horizontal-pod-autoscaler-cpu-initialization-period=1s",
                "--horizontal-pod-autoscaler-initial-readiness-delay=1s",
                "--horizontal-pod-autoscaler-sync-period=5s",
            ],
        )
        self._processes.start(
            "scheduler", [built("kube-scheduler"), f"--kubeconfig={kubeconfig}", "--leader-elect=false"]
        )
        self._processes.start(
            "kwok",
            [
                built("kwok"),
                f"--kubeconfig={kubeconfig}",
                "--manage-all-nodes=true",
                f"--config={stages}",
                f"--node-ip={ADDRESS}",
            ],
        )

    def kubeconfig(self, name: str, token: str, namespace: str = "default") -> Path:
        """A kubeconfig of an identity; `admin` may do everything."""
        file = self._folder / f"{name}-{namespace}.kubeconfig"
        context = {"cluster": "stand", "user": name, "namespace": namespace}
        content = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {
                    "name": "stand",
                    "cluster": {"server": SERVER, "certificate-authority": str(self._authority.certificate)},
                }
            ],
            "users": [{"name": name, "user": {"token": token}}],
            "contexts": [{"name": "stand", "context": context}],
            "current-context": "stand",
        }
        file.write_text(json.dumps(content, indent=2))
        file.chmod(0o600)
        return file

    def service_account(self, namespace: str, name: str) -> Api:
        """A client with a ServiceAccount's token, as a pod has it."""
        return Api(SERVER, self._service_account_token(namespace, name), self._authority.certificate)

    def service_account_kubeconfig(self, namespace: str, name: str) -> Path:
        """A kubeconfig with a ServiceAccount's token."""
        return self.kubeconfig(name, self._service_account_token(namespace, name), namespace)

    def _service_account_token(self, namespace: str, name: str) -> str:
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token"
        request = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": {"expirationSeconds": 2 * 3600},
        }
        return str(self.api.create(path, request)["status"]["token"])

    def _identity(self, name: str, group: str) -> str:
        token = secrets.token_urlsafe(24)
        self._tokens.append(f'{token},{name},{name},"{group}"')
        return token

    def _etcd(self) -> None:
        self._processes.start(
            "etcd",
            [
                built("etcd"),
                f"--data-dir={self._folder / 'etcd'}",
                f"--listen-client-urls={ETCD}",
                f"--advertise-client-urls={ETCD}",
                "--listen-peer-urls=http://127.0.0.1:2380",
                "--unsafe-no-fsync",
                "--log-level=warn",
            ],
        )

    def _api_server(self) -> None:
        serving = self._authority.server("kube-apiserver", f"IP:{ADDRESS}", "IP:127.0.0.1", "IP:10.96.0.1")
        accounts = self._authority.signing_pair("service-accounts")
        accounts.key.rename(self._folder / "service-accounts.key")
        self._processes.start(
            "kube-apiserver",
            [
                built("kube-apiserver"),
                f"--etcd-servers={ETCD}",
                f"--bind-address={ADDRESS}",
                f"--advertise-address={ADDRESS}",
                f"--secure-port={API_PORT}",
                "--endpoint-reconciler-type=none",
                f"--tls-cert-file={serving.certificate}",
                f"--tls-private-key-file={serving.key}",
                f"--service-account-key-file={accounts.certificate}",
                f"--service-account-signing-key-file={self._folder / 'service-accounts.key'}",
                "--service-account-issuer=https://kubernetes.default.svc",
                "--authorization-mode=RBAC",
                f"--token-auth-file={self._folder / 'tokens.csv'}",
                f"--service-cluster-ip-range={SERVICES}",
                # There is no kube-proxy: the aggregator calls endpoints directly.
                "--enable-aggregator-routing=true",
            ],
        )

    def _answers(self) -> bool:
        self._processes.check()
        try:
            return self.api.text("/readyz") == "ok"
        except (ApiError, ConnectionError):
            return False
