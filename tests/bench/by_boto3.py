"""The tutorial's nine commands as one script on boto3, as one writes it: the other way to deploy without `host`.

    target/venv/bin/python tests/bench/by_boto3.py FOLDER

FOLDER has the tutorial's files, its slips corrected.
"""

import json
import pathlib
import sys

import boto3

PORTS = {"elasticsearch": 9200, "redis": 6379, "memcached": 11211}


def main(folder):
    ecs, elb = boto3.client("ecs"), boto3.client("elb")
    for name, port in PORTS.items():
        ecs.register_task_definition(**read(folder / f"task-definitions/{name}.json"))
        elb.create_load_balancer(
            LoadBalancerName=f"{name}-elb",
            Listeners=[
                {"Protocol": "TCP", "LoadBalancerPort": 80, "InstanceProtocol": "TCP", "InstancePort": port},
            ],
            Subnets=["subnet-39706b4e"],
            Scheme="internal",
            SecurityGroups=["sg-c70ff2a1"],
        )
        ecs.create_service(cluster="searchapp", **read(folder / f"services/{name}-service.json"))


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
