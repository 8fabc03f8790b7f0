"""The shop in four sizes, as manifests: what the commands are shown in tests with.

`two` and `twelve` Pods are written out. `large` is the shop in many markets, a namespace each: the same services
everywhere, several Pods to a service, and a few namespaces that serve them all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import yaml

from tests.network import scenes

Manifest = dict[str, Any]


def two() -> list[Manifest]:
    """Two Pods, and the two policies of the course's first argument: 1-8 and 6-10."""
    return [
        scenes.namespace("shop"),
        scenes.pod("shop/web", None, "10.1.0.10"),
        scenes.pod("shop/api", None, "10.1.0.11", ports="http=8"),
        *scenes.policies(
            {
                "shop/api-first": """
                  podSelector: {matchLabels: {app: api}}
                  ingress:
                  - from: [{podSelector: {matchLabels: {app: web}}}]
                    ports: [{port: 1, endPort: 8}]
                """,
                "shop/api-second": """
                  podSelector: {matchLabels: {app: api}}
                  ingress:
                  - from: [{podSelector: {matchLabels: {app: web}}}]
                    ports: [{port: 6, endPort: 10}]
                """,
            }
        ),
    ]


def twelve() -> list[Manifest]:
    """Twelve Pods and workloads in four namespaces, an office outside, and one Pod on its node's network."""
    return [
        scenes.namespace("shop", {"team": "shop"}),
        scenes.namespace("data", {"team": "data"}),
        scenes.namespace("monitoring", {"team": "operations"}),
        scenes.namespace("payments", {"team": "payments"}),
        scenes.workload("Deployment", "shop/web", ports="http=8080", replicas=3),
        scenes.workload("Deployment", "shop/api", ports="http=8080 metrics=9102", replicas=2),
        scenes.pod("shop/cart", None, "10.1.1.13", ports="http=8080"),
        scenes.pod("shop/search", None, "10.1.1.14", ports="http=8080"),
        scenes.workload("StatefulSet", "data/db", ports="sql=5432", replicas=2),
        scenes.pod("data/cache", None, "10.1.2.12", ports="redis=6379"),
        scenes.pod("data/queue", None, "10.1.2.13", ports="amqp=5672"),
        scenes.pod("monitoring/prometheus", None, "10.1.3.11", ports="http=9090"),
        scenes.pod("monitoring/grafana", None, "10.1.3.12", ports="http=3000"),
        scenes.workload("DaemonSet", "monitoring/node-exporter", ports="metrics=9100", pod_spec={"hostNetwork": True}),
        scenes.pod("payments/gateway", None, "10.1.4.11", ports="https=8443"),
        scenes.pod("payments/ledger", None, "10.1.4.12", ports="grpc=9000"),
        *scenes.policies(
            {
                "shop/web": "{podSelector: {matchLabels: {app: web}}, ingress: [{ports: [{port: http}]}]}",
                "shop/inside": """
                  podSelector: {}
                  ingress:
                  - from: [{podSelector: {}}]
                    ports: [{port: 8080}]
                  - from: [{namespaceSelector: {matchLabels: {team: operations}}}]
                    ports: [{port: metrics}]
                """,
                "data/from-the-shop": """
                  podSelector: {}
                  ingress:
                  - from:
                    - namespaceSelector: {matchLabels: {team: shop}}
                      podSelector: {matchExpressions: [{key: app, operator: In, values: [api, cart]}]}
                    ports: [{port: 5432}, {port: 6379}]
                """,
                "payments/closed": "{podSelector: {}, policyTypes: [Ingress, Egress]}",
                "payments/gateway": """
                  podSelector: {matchLabels: {app: gateway}}
                  policyTypes: [Ingress, Egress]
                  ingress:
                  - from:
                    - namespaceSelector: {matchLabels: {team: shop}}
                      podSelector: {matchLabels: {app: cart}}
                    - ipBlock: {cidr: 203.0.113.0/24, except: [203.0.113.128/25]}
                    ports: [{port: 8443}]
                  egress:
                  - to: [{podSelector: {matchLabels: {app: ledger}}}]
                    ports: [{port: 9000}]
                  - ports: [{port: 53, protocol: UDP}, {port: 53}]
                """,
                "payments/ledger": """
                  podSelector: {matchLabels: {app: ledger}}
                  ingress:
                  - from: [{podSelector: {matchLabels: {app: gateway}}}]
                    ports: [{port: 9000}]
                """,
            }
        ),
    ]


SERVICES = {"web": "http=8080", "api": "http=8080", "cart": "http=8080", "cache": "redis=6379", "db": "sql=5432"}
REGIONS = ("north", "south", "east", "west")
PER_MARKET = 20


def large(pods: int) -> list[Manifest]:
    """About `pods` Pods: markets of twenty, and a namespace that watches them all."""
    documents = [scenes.namespace("monitoring", {"team": "operations"})]
    documents.append(scenes.pod("monitoring/prometheus", None, "10.0.0.1"))
    for number in range(pods // PER_MARKET):
        documents += _market(number)
    return documents


def _market(number: int) -> list[Manifest]:
    name = f"market-{number:02}"
    documents = [scenes.namespace(name, {"region": REGIONS[number % 4]})]
    per_service = PER_MARKET // len(SERVICES)
    for place, (service, ports) in enumerate(SERVICES.items()):
        for copy in range(per_service):
            address = f"10.1.{number}.{place * per_service + copy + 1}"
            pod = scenes.pod(f"{name}/{service}-{copy}", {"app": service}, address, ports=ports)
            owner = {
                "apiVersion": "apps/v1",
                "kind": "StatefulSet",
                "name": service,
                "uid": service,
                "controller": True,
            }
            pod["metadata"]["ownerReferences"] = [owner]
            documents.append(pod)
    documents += scenes.policies(
        {
            f"{name}/closed": "{podSelector: {}}",
            f"{name}/web": "{podSelector: {matchLabels: {app: web}}, ingress: [{ports: [{port: http}]}]}",
            f"{name}/api": """
              podSelector: {matchLabels: {app: api}}
              ingress:
              - from: [{podSelector: {matchLabels: {app: web}}}, {podSelector: {matchLabels: {app: cart}}}]
                ports: [{port: http}]
            """,
            f"{name}/data": """
              podSelector: {matchExpressions: [{key: app, operator: In, values: [cache, db]}]}
              ingress:
              - from: [{podSelector: {matchLabels: {app: api}}}]
                ports: [{port: redis}, {port: sql}]
            """,
            f"{name}/watched": """
              podSelector: {}
              ingress:
              - from: [{namespaceSelector: {matchLabels: {team: operations}}}]
                ports: [{port: 9102}]
            """,
        }
    )
    if number % 5 == 0:
        region = REGIONS[number % 4]
        documents += scenes.policies(
            {
                f"{name}/stock": f"""
                  podSelector: {{matchLabels: {{app: db}}}}
                  ingress:
                  - from:
                    - namespaceSelector: {{matchLabels: {{region: {region}}}}}
                      podSelector: {{matchLabels: {{app: db}}}}
                    ports: [{{port: 5432}}]
                """
            }
        )
    return documents


SHOPS: dict[int, Callable[[], list[Manifest]]] = {
    2: two,
    12: twelve,
    200: lambda: large(200),
    2000: lambda: large(2000),
}
"""By the number of Pods."""


def text(documents: list[Manifest]) -> str:
    """The documents as a person would write them."""
    return str(yaml.safe_dump_all(documents, sort_keys=False))
