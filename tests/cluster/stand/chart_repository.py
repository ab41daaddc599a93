"""The chart repositories at their real addresses: an index and archives over HTTPS, for the provider's own Helm."""

import json
from collections.abc import Iterable

from tests.cluster.stand.api import Json
from tests.cluster.stand.certificates import Authority
from tests.cluster.stand.charts import PackagedChart, chart_hosts
from tests.cluster.stand.https import HttpsServer, Quiet
from tests.cluster.stand.namespace import CHARTS_ADDRESS, HOSTS

PORT = 443


class ChartRepository:
    """All repositories of a stack's charts."""

    def __init__(self, authority: Authority, charts: Iterable[PackagedChart]) -> None:
        self._charts: list[PackagedChart] = []
        self._content: dict[str, bytes] = {}
        for chart in charts:
            self.publish(chart)
        hosts = chart_hosts()
        with HOSTS.open("a") as file:
            file.writelines(f"{CHARTS_ADDRESS} {host}\n" for host in hosts)
        content = self._content

        class Handler(Quiet):
            def do_GET(self) -> None:  # noqa: N802 http.server's name
                body = content.get(f"https://{self.headers['Host']}{self.path}")
                self.send_response(404 if body is None else 200)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

        names = (f"DNS:{host}" for host in hosts)
        self._server = HttpsServer(Handler, PORT, authority.server("charts", *names), address=CHARTS_ADDRESS)

    def start(self) -> None:
        """Start serving."""
        self._server.start()

    def stop(self) -> None:
        """Stop serving."""
        self._server.stop()

    def publish(self, chart: PackagedChart) -> None:
        """Offer another chart, or another version of one, in its repository."""
        root = chart.repository.rstrip("/")
        self._charts.append(chart)
        self._content[_address(chart)] = chart.archive
        entries: Json = {}
        for each in self._charts:
            if each.repository.rstrip("/") == root:
                entry = {"apiVersion": "v2", "name": each.name, "version": each.version, "urls": [_address(each)]}
                entries.setdefault(each.name, []).append(entry)
        self._content[f"{root}/index.yaml"] = json.dumps({"apiVersion": "v1", "entries": entries}).encode()


def _address(chart: PackagedChart) -> str:
    return f"{chart.repository.rstrip('/')}/{chart.name}-{chart.version}.tgz"
