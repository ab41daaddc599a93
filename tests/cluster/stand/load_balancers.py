"""Load balancers for Ingresses of the class `alb`: an address, as AWS's controller writes it."""

from tests.cluster.stand.api import Api
from tests.cluster.stand.polling import Poller

CLASS = "alb"
INGRESSES = "/apis/networking.k8s.io/v1/ingresses"


class LoadBalancers:
    """The controller, running from `start` to `stop`."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._poller = Poller(self._follow)

    def start(self) -> None:
        """Start giving addresses."""
        self._poller.start()

    def stop(self) -> None:
        """Stop."""
        self._poller.stop()

    def _follow(self) -> None:
        for ingress in self._api.items(INGRESSES):
            metadata = ingress["metadata"]
            if ingress["spec"].get("ingressClassName") == CLASS and not ingress["status"]["loadBalancer"]:
                path = f"/apis/networking.k8s.io/v1/namespaces/{metadata['namespace']}/ingresses/{metadata['name']}"
                address = [{"hostname": f"{metadata['name']}.elb.amazonaws.com"}]
                self._api.patch(f"{path}/status", {"status": {"loadBalancer": {"ingress": address}}})
