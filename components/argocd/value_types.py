"""Shapes of the values of the chart argo-cd: the keys that this program sets, as the chart spells them.

A key that the chart does not know is dropped by Helm without a word; here the type checker refuses it.
Sources: charts/argo-cd/values.yaml of argo-helm, charts/redis-ha/values.yaml of DandyDeveloper.
"""

from collections.abc import Mapping
from typing import Literal, NotRequired, TypedDict

Resources = Mapping[str, Mapping[str, str]]


class Image(TypedDict):
    """Image of all of Argo CD's own containers."""

    tag: str


class Logging(TypedDict):
    """How all of Argo CD's own containers log."""

    format: Literal["json", "text"]


class Switch(TypedDict):
    """Something that is there or not."""

    enabled: bool


class Created(TypedDict):
    """An object that the chart makes or not."""

    create: bool


class Spread(TypedDict):
    """A topology spread constraint; the chart adds the component's own labels."""

    maxSkew: int
    topologyKey: str
    whenUnsatisfiable: Literal["ScheduleAnyway", "DoNotSchedule"]


class Global(TypedDict):
    """What all components share."""

    domain: str
    image: Image
    logging: Logging
    networkPolicy: Created
    topologySpreadConstraints: list[Spread]


class Crds(TypedDict):
    """Custom resource definitions."""

    install: bool
    keep: bool


class Budget(TypedDict):
    """A disruption budget of the chart's own components."""

    enabled: bool
    maxUnavailable: int


class Component(TypedDict):
    """A component of which there is one pod."""

    metrics: Switch
    resources: Resources


class Controller(Component):
    """The application controller: more replicas would share clusters out, and there is one cluster."""

    replicas: int


class Subscription(TypedDict):
    """Who is told of which triggers of every Application."""

    recipients: list[str]
    triggers: list[str]


class NotificationsSetup(TypedDict, total=False):
    """What is told to whom: keys of Argo CD's ConfigMap for notifications, each with a text of YAML."""

    secret: Created
    notifiers: Mapping[str, str]
    subscriptions: list[Subscription]
    templates: Mapping[str, str]
    triggers: Mapping[str, str]


class Notifications(NotificationsSetup, Component):
    """The notifications controller."""

    enabled: bool


class Replicated(Component):
    """A component with two pods where high availability is asked for."""

    replicas: int
    pdb: Budget


class Service(TypedDict):
    """How the server is reached."""

    type: Literal["ClusterIP"]


class Server(Replicated):
    """The API server and user interface."""

    service: Service
    ingress: Switch


class ServiceAccount(TypedDict):
    """A service account of the chart."""

    automountServiceAccountToken: bool


class Sized(TypedDict):
    """A container that only has a size."""

    resources: Resources


class RepoServer(Replicated):
    """What builds manifests from Git: it runs other people's input, so it holds no token of the cluster."""

    automountServiceAccountToken: bool
    serviceAccount: ServiceAccount
    copyutil: Sized


class SecretInit(Sized):
    """The job that makes the password of Redis."""

    enabled: bool


class Redis(Sized):
    """Redis in one pod."""

    automountServiceAccountToken: bool
    extraArgs: list[str]


class RedisServer(Sized):
    """Redis itself, in each of the nodes."""

    config: Mapping[str, str]


class UnavailablePods(TypedDict):
    """A disruption budget as the chart redis-ha takes it."""

    maxUnavailable: int


class HaProxy(Sized):
    """What finds the present master for the clients."""

    enabled: bool
    replicas: int
    init: Sized
    podDisruptionBudget: UnavailablePods


class RedisHa(TypedDict):
    """The chart redis-ha."""

    enabled: bool
    auth: bool
    replicas: int
    hardAntiAffinity: bool
    topologySpreadConstraints: Switch
    podDisruptionBudget: UnavailablePods
    redis: RedisServer
    sentinel: Sized
    splitBrainDetection: Sized
    init: Sized
    haproxy: HaProxy


class Ssh(TypedDict):
    """Which hosts SSH trusts: lines of known_hosts, in place of the chart's."""

    knownHosts: str


class Configs(TypedDict):
    """The installation's ConfigMaps, by their own keys."""

    cm: Mapping[str, str | bool]
    params: Mapping[str, str | bool | int]
    rbac: Mapping[str, str]
    ssh: NotRequired[Ssh]


ArgoCdValues = TypedDict(
    "ArgoCdValues",
    {
        "global": Global,
        "crds": Crds,
        "configs": Configs,
        "controller": Controller,
        "dex": Switch,
        "redis": Redis,
        "redis-ha": RedisHa | Switch,
        "redisSecretInit": SecretInit,
        "server": Server,
        "repoServer": RepoServer,
        "applicationSet": Replicated,
        "notifications": Notifications,
    },
)
