"""Probes of clusters, services, tasks and instances (aws-facts §1.3, §3, §4, §6)."""

from probes import CLUSTER, behind, pick, probe


@probe
def cluster_made(at):
    made = at.ecs.create_cluster(clusterName="made")["cluster"]
    return pick(made, "clusterArn", "clusterName", "status", "activeServicesCount", "runningTasksCount")


@probe
def cluster_made_twice(at):
    first = at.ecs.create_cluster(clusterName="twice")["cluster"]["clusterArn"]
    return at.ecs.create_cluster(clusterName="twice")["cluster"]["clusterArn"] == first


@probe
def cluster_name_with_a_blank(at):
    return at.ecs.create_cluster(clusterName="a cluster")["cluster"]["clusterName"]


@probe
def cluster_missing(at):
    return at.ecs.list_services(cluster="missing")


@probe
def cluster_described_when_missing(at):
    answer = at.ecs.describe_clusters(clusters=["missing"])
    return pick(answer, "clusters", "failures")


@probe
def cluster_deleted_with_a_service_in_it(at):
    at.ecs.create_cluster(clusterName="inhabited")
    at.serve("inhabited", cluster="inhabited")
    return at.ecs.delete_cluster(cluster="inhabited")["cluster"]["status"]


@probe
def service_defaults(at):
    made = at.serve("service-defaults")
    names = ["deploymentConfiguration", "launchType", "schedulingStrategy", "deploymentController", "propagateTags"]
    return pick(made, *names, "serviceArn", "taskDefinition", "status", "enableECSManagedTags", "events")


@probe
def service_of_a_role(at):
    at.balance("of-a-role")
    return at.serve("of-a-role", role="ecsServiceRole", loadBalancers=behind("of-a-role")).get("roleArn")


@probe
def service_without_a_rollout_state_behind_a_classic_balancer(at):
    at.balance("rollout-state")
    made = at.serve("rollout-state", loadBalancers=behind("rollout-state"))
    return "rolloutState" in made["deployments"][0]


@probe
def service_made_twice_the_same(at):
    at.serve("same")
    asked = {"cluster": CLUSTER, "serviceName": "same", "taskDefinition": "same", "desiredCount": 0}
    return at.ecs.create_service(**asked)["service"]["serviceName"]


@probe
def service_made_twice_with_another_count(at):
    at.serve("other")
    asked = {"cluster": CLUSTER, "serviceName": "other", "taskDefinition": "other", "desiredCount": 1}
    return at.ecs.create_service(**asked)["service"]["desiredCount"]


@probe
def service_of_an_unknown_definition(at):
    asked = {"cluster": CLUSTER, "serviceName": "unknown", "taskDefinition": "searchapp-redis:1", "desiredCount": 1}
    return at.ecs.create_service(**asked)["service"]["status"]


@probe
def service_of_an_inactive_definition(at):
    at.register("put-away")
    at.ecs.deregister_task_definition(taskDefinition="put-away:1")
    asked = {"cluster": CLUSTER, "serviceName": "put-away", "taskDefinition": "put-away:1", "desiredCount": 0}
    return at.ecs.create_service(**asked)["service"]["status"]


@probe
def service_name_with_a_blank(at):
    at.register("blank")
    asked = {"cluster": CLUSTER, "serviceName": "a service", "taskDefinition": "blank", "desiredCount": 0}
    return at.ecs.create_service(**asked)["service"]["serviceName"]


@probe
def service_behind_a_balancer_that_is_missing(at):
    return at.serve("no-balancer", loadBalancers=behind("missing"))["status"]


@probe
def service_behind_two_balancers(at):
    at.balance("two-a")
    at.balance("two-b")
    return at.serve("two", loadBalancers=behind("two-a") + behind("two-b"))["status"]


@probe
def service_behind_a_container_that_is_missing(at):
    at.balance("no-container")
    return at.serve("no-container", loadBalancers=behind("no-container", container="other"))["status"]


@probe
def service_behind_a_port_that_is_missing(at):
    at.balance("no-port")
    return at.serve("no-port", loadBalancers=behind("no-port", port=81))["status"]


@probe
def service_with_a_role_and_no_balancer(at):
    return at.serve("role-alone", role="ecsServiceRole")["status"]


@probe
def service_with_a_circuit_breaker_behind_a_classic_balancer(at):
    at.balance("breaker")
    rollout = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
    return at.serve("breaker", loadBalancers=behind("breaker"), deploymentConfiguration=rollout)["status"]


@probe
def service_without_a_count(at):
    at.register("no-count")
    asked = {"cluster": CLUSTER, "serviceName": "no-count", "taskDefinition": "no-count"}
    return at.ecs.create_service(**asked)["service"]["desiredCount"]


@probe
def service_with_a_negative_count(at):
    return at.serve("negative", desiredCount=-1)["desiredCount"]


@probe
def service_updated_to_a_new_revision(at):
    at.serve("updated")
    at.register("updated", memory=128)
    told = at.ecs.update_service(cluster=CLUSTER, service="updated", taskDefinition="updated")["service"]
    return [pick(it, "status", "taskDefinition") for it in told["deployments"]]


@probe
def service_updated_that_is_missing(at):
    return at.ecs.update_service(cluster=CLUSTER, service="missing", desiredCount=1)


@probe
def service_deleted_that_is_missing(at):
    return at.ecs.delete_service(cluster=CLUSTER, service="missing")


@probe
def service_deleted_with_tasks_wanted(at):
    at.serve("wanted", desiredCount=1)
    return at.ecs.delete_service(cluster=CLUSTER, service="wanted")["service"]["status"]


@probe
def service_deleted(at):
    at.serve("deleted")
    return at.ecs.delete_service(cluster=CLUSTER, service="deleted")["service"]["status"]


@probe
def services_described_when_missing(at):
    return pick(at.ecs.describe_services(cluster=CLUSTER, services=["missing"]), "services", "failures")


@probe
def services_described_eleven(at):
    return len(at.ecs.describe_services(cluster=CLUSTER, services=["missing"] * 11)["failures"])


@probe
def services_listed_by_ten(at):
    at.ecs.create_cluster(clusterName="twelve")
    for number in range(12):
        at.serve(f"list-{number:02}", cluster="twelve")
    answer = at.ecs.list_services(cluster="twelve")
    return [len(answer["serviceArns"]), "nextToken" in answer]


@probe
def services_listed_without_the_deleted(at):
    at.ecs.create_cluster(clusterName="emptied")
    at.serve("emptied", cluster="emptied")
    at.ecs.delete_service(cluster="emptied", service="emptied")
    return at.ecs.list_services(cluster="emptied")["serviceArns"]


@probe
def tasks_described_none(at):
    return at.ecs.describe_tasks(cluster=CLUSTER, tasks=[])


@probe
def tasks_described_101(at):
    return len(at.ecs.describe_tasks(cluster=CLUSTER, tasks=["f" * 32] * 101)["failures"])


@probe
def task_described_that_is_missing(at):
    return pick(at.ecs.describe_tasks(cluster=CLUSTER, tasks=["f" * 32]), "tasks", "failures")


@probe
def task_run(at):
    at.register("run")
    answer = at.ecs.run_task(cluster=CLUSTER, taskDefinition="run", startedBy="me")
    (task,) = answer["tasks"]
    return pick(task, "lastStatus", "desiredStatus", "startedBy", "taskDefinitionArn", "launchType", "group")


@probe
def task_run_eleven_times(at):
    at.register("eleven")
    return len(at.ecs.run_task(cluster=CLUSTER, taskDefinition="eleven", count=11)["tasks"])


@probe
def task_run_without_instances(at):
    at.ecs.create_cluster(clusterName="bare")
    at.register("homeless")
    return pick(at.ecs.run_task(cluster="bare", taskDefinition="homeless"), "tasks", "failures")


@probe
def task_run_of_an_unknown_definition(at):
    return at.ecs.run_task(cluster=CLUSTER, taskDefinition="unknown:1")["tasks"]


@probe
def task_stopped_that_is_missing(at):
    return at.ecs.stop_task(cluster=CLUSTER, task="f" * 32)


@probe
def tasks_listed_of_a_service_that_is_missing(at):
    at.ecs.create_cluster(clusterName="idle")
    return at.ecs.list_tasks(cluster="idle", serviceName="missing")["taskArns"]


@probe
def instances_described_none(at):
    return at.ecs.describe_container_instances(cluster=CLUSTER, containerInstances=[])


@probe
def instances_described_when_missing(at):
    asked = {"cluster": CLUSTER, "containerInstances": ["f" * 32]}
    return pick(at.ecs.describe_container_instances(**asked), "containerInstances", "failures")


@probe
def instance_state_unknown(at):
    asked = {"cluster": CLUSTER, "containerInstances": at.container_instances()[:1], "status": "RESTING"}
    return at.ecs.update_container_instances_state(**asked)["containerInstances"][0]["status"]


@probe
def attribute_of_an_instance_that_is_missing(at):
    attribute = {"name": "a", "value": "1", "targetType": "container-instance", "targetId": "f" * 32}
    return at.ecs.put_attributes(cluster=CLUSTER, attributes=[attribute])["attributes"]


@probe
def tag_of_a_service_that_is_missing(at):
    arn = at.serve("named")["serviceArn"].replace("named", "missing")
    return at.ecs.tag_resource(resourceArn=arn, tags=[{"key": "a", "value": "1"}]).get("tags")


@probe
def tags_of_a_cluster_that_is_deleted(at):
    arn = at.ecs.create_cluster(clusterName="gone")["cluster"]["clusterArn"]
    at.ecs.delete_cluster(cluster="gone")
    return at.ecs.list_tags_for_resource(resourceArn=arn).get("tags", "absent")


@probe
def tag_that_is_reserved(at):
    arn = at.ecs.create_cluster(clusterName="reserved")["cluster"]["clusterArn"]
    return at.ecs.tag_resource(resourceArn=arn, tags=[{"key": "aws:a", "value": "1"}]).get("tags")
