"""Programs for ECS as people write them with boto3, run against `host simulator`."""

import http.client
import unittest

import boto3
from botocore.config import Config

from account import CLUSTER, OFTEN, Account
from served import Simulator
from shapes import checked


class Clusters(Account):
    def test_a_cluster_lives(self):
        made = self.ecs.create_cluster(
            clusterName="lives",
            tags=[{"key": "team", "value": "search"}],
            settings=[{"name": "containerInsights", "value": "enabled"}],
        )["cluster"]
        self.assertEqual((made["clusterName"], made["status"]), ("lives", "ACTIVE"))
        pages = self.ecs.get_paginator("list_clusters").paginate(PaginationConfig={"PageSize": 1})
        arns = [arn for page in pages for arn in page["clusterArns"]]
        self.assertIn(made["clusterArn"], arns)
        asked = {"clusters": ["lives", "nope"], "include": ["TAGS", "SETTINGS", "STATISTICS", "CONFIGURATIONS"]}
        described = self.ecs.describe_clusters(**asked)
        (cluster,), (failure,) = described["clusters"], described["failures"]
        self.assertEqual(cluster["tags"], [{"key": "team", "value": "search"}])
        self.assertEqual(cluster["settings"], [{"name": "containerInsights", "value": "enabled"}])
        self.assertEqual(failure["reason"], "MISSING")
        self.ecs.register_task_definition(
            family="homeless", containerDefinitions=[{"name": "a", "image": "a:1", "memory": 64}]
        )
        error = self.ecs.exceptions.InvalidParameterException
        message = self.refused(error, self.ecs.run_task, cluster="lives", taskDefinition="homeless")
        self.assertEqual(message, "No Container Instances were found in your cluster.")
        changed = [{"name": "containerInsights", "value": "disabled"}]
        self.assertEqual(self.ecs.update_cluster_settings(cluster="lives", settings=changed)["cluster"]["settings"], changed)
        self.assertEqual(self.ecs.delete_cluster(cluster="lives")["cluster"]["status"], "INACTIVE")
        self.assertNotIn(made["clusterArn"], self.ecs.list_clusters()["clusterArns"])
        message = self.refused(error, self.ecs.list_tags_for_resource, resourceArn=made["clusterArn"])
        self.assertEqual(message, "The specified cluster is inactive. Specify an active cluster and try again.")

    def test_a_cluster_that_is_missing_is_a_class_of_its_own(self):
        errors = self.ecs.exceptions
        for call, arguments in [
            (self.ecs.list_services, {}),
            (self.ecs.describe_services, {"services": ["a"]}),
            (self.ecs.list_tasks, {}),
            (self.ecs.delete_cluster, {}),
            (self.ecs.create_service, {"serviceName": "a", "taskDefinition": "a:1", "desiredCount": 1}),
            (self.ecs.delete_service, {"service": "a"}),
        ]:
            message = self.refused(errors.ClusterNotFoundException, call, cluster="nope", **arguments)
            self.assertEqual(message, "Cluster not found.")

    def test_a_cluster_with_instances_stays(self):
        error = self.ecs.exceptions.ClusterContainsContainerInstancesException
        self.refused(error, self.ecs.delete_cluster, cluster=CLUSTER)

    def test_settings_of_the_account(self):
        put = self.ecs.put_account_setting(name="containerInsights", value="enabled")["setting"]
        self.assertEqual((put["name"], put["value"]), ("containerInsights", "enabled"))
        listed = self.ecs.list_account_settings(effectiveSettings=True)["settings"]
        self.assertIn(("containerInsights", "enabled"), [(it["name"], it["value"]) for it in listed])
        self.ecs.delete_account_setting(name="containerInsights")


class TaskDefinitions(Account):
    def test_revisions_are_counted_listed_and_retired(self):
        arns = [self.register("counted", memory=64 + number) for number in range(3)]
        self.assertEqual([arn.rpartition(":")[2] for arn in arns], ["1", "2", "3"])
        latest = self.ecs.describe_task_definition(taskDefinition="counted")["taskDefinition"]
        self.assertEqual((latest["taskDefinitionArn"], latest["containerDefinitions"][0]["memory"]), (arns[2], 66))
        paginator = self.ecs.get_paginator("list_task_definitions")
        pages = list(paginator.paginate(familyPrefix="counted", sort="DESC", PaginationConfig={"PageSize": 2}))
        self.assertEqual([page["taskDefinitionArns"] for page in pages], [[arns[2], arns[1]], [arns[0]]])
        families = self.ecs.get_paginator("list_task_definition_families").paginate(familyPrefix="count", status="ACTIVE")
        self.assertEqual([it for page in families for it in page["families"]], ["counted"])
        gone = self.ecs.deregister_task_definition(taskDefinition="counted:3")["taskDefinition"]
        self.assertEqual(gone["status"], "INACTIVE")
        self.assertEqual(self.ecs.describe_task_definition(taskDefinition="counted")["taskDefinition"]["revision"], 2)
        inactive = self.ecs.list_task_definitions(familyPrefix="counted", status="INACTIVE")["taskDefinitionArns"]
        self.assertEqual(inactive, [arns[2]])
        deleted = self.ecs.delete_task_definitions(taskDefinitions=["counted:3", "counted:1", "counted:9"])
        self.assertEqual([it["status"] for it in deleted["taskDefinitions"]], ["DELETE_IN_PROGRESS"])
        self.assertEqual(len(deleted["failures"]), 2)

    def test_everything_that_is_said_comes_back(self):
        container = {
            "name": "web",
            "image": "nginx:1.29",
            "cpu": 64,
            "memory": 128,
            "memoryReservation": 64,
            "portMappings": [{"containerPort": 80, "hostPort": 8080, "protocol": "tcp", "name": "http"}],
            "environment": [{"name": "MODE", "value": "fast"}],
            "mountPoints": [{"sourceVolume": "data", "containerPath": "/data", "readOnly": True}],
            "volumesFrom": [],
            "command": ["nginx", "-g", "daemon off;"],
            "dockerLabels": {"a.b": "c"},
            "ulimits": [{"name": "nofile", "softLimit": 1024, "hardLimit": 2048}],
            "logConfiguration": {"logDriver": "json-file", "options": {"max-size": "1m"}},
            "healthCheck": {"command": ["CMD", "true"], "interval": 10, "timeout": 5, "retries": 3, "startPeriod": 0},
            "essential": True,
        }
        asked = {
            "family": "whole",
            "containerDefinitions": [container],
            "volumes": [{"name": "data", "host": {"sourcePath": "/srv"}}],
            "placementConstraints": [{"type": "memberOf", "expression": "attribute:rack == a"}],
            "networkMode": "bridge",
        }
        self.ecs.register_task_definition(**asked, tags=[{"key": "a", "value": ""}])
        answer = self.ecs.describe_task_definition(taskDefinition="whole:1", include=["TAGS"])
        told = answer["taskDefinition"]
        self.assertEqual({name: told["containerDefinitions"][0][name] for name in container}, container)
        for name in ("family", "volumes", "placementConstraints", "networkMode"):
            self.assertEqual(told[name], asked[name])
        self.assertEqual(answer["tags"], [{"key": "a", "value": ""}])

    def test_refusals(self):
        error = self.ecs.exceptions.ClientException
        self.assertEqual(
            self.refused(error, self.ecs.describe_task_definition, taskDefinition="nope"),
            "Unable to describe task definition.",
        )
        for container in ({"name": "a", "image": "a"}, {"name": "a", "memory": 64}, {"name": "a b", "image": "a", "memory": 64}):
            self.refused(error, self.ecs.register_task_definition, family="bad", containerDefinitions=[container])
        self.refused(error, self.ecs.register_task_definition, family="bad", containerDefinitions=[])
        # A host port of 0 is not the same as none where the instance's ports are not chosen.
        ports = [{"containerPort": 80, "hostPort": 0}]
        container = {"name": "a", "image": "a", "memory": 64, "portMappings": ports}
        asked = {"family": "bad", "containerDefinitions": [container], "networkMode": "awsvpc"}
        self.refused(error, self.ecs.register_task_definition, **asked)
        self.assertEqual(self.ecs.list_task_definitions(familyPrefix="bad")["taskDefinitionArns"], [])


class Services(Account):
    def test_a_service_from_its_first_task_to_its_end(self):
        arn = self.register("steady")
        asked = {"cluster": CLUSTER, "serviceName": "steady", "taskDefinition": "steady", "desiredCount": 2}
        made = self.ecs.create_service(**asked, tags=[{"key": "a", "value": "b"}])["service"]
        self.assertEqual((made["taskDefinition"], made["status"], made["desiredCount"]), (arn, "ACTIVE", 2))
        self.ecs.get_waiter("services_stable").wait(cluster=CLUSTER, services=["steady"], WaiterConfig=OFTEN)
        described = self.ecs.describe_services(cluster=CLUSTER, services=["steady"], include=["TAGS"])
        (service,) = described["services"]
        self.assertEqual((service["runningCount"], service["pendingCount"], described["failures"]), (2, 0, []))
        self.assertEqual(service["tags"], [{"key": "a", "value": "b"}])
        tasks = self.ecs.list_tasks(cluster=CLUSTER, serviceName="steady")["taskArns"]
        (first, _) = self.ecs.describe_tasks(cluster=CLUSTER, tasks=tasks, include=["TAGS"])["tasks"]
        self.assertEqual((first["group"], first["taskDefinitionArn"]), ("service:steady", arn))

        second = self.register("steady", memory=65)
        updated = self.ecs.update_service(cluster=CLUSTER, service="steady", taskDefinition="steady", desiredCount=1)
        self.assertEqual([it["status"] for it in updated["service"]["deployments"]], ["PRIMARY", "ACTIVE"])
        self.ecs.get_waiter("services_stable").wait(cluster=CLUSTER, services=["steady"], WaiterConfig=OFTEN)
        (service,) = self.ecs.describe_services(cluster=CLUSTER, services=["steady"])["services"]
        self.assertEqual((service["taskDefinition"], service["runningCount"]), (second, 1))

        error = self.ecs.exceptions.InvalidParameterException
        self.refused(error, self.ecs.delete_service, cluster=CLUSTER, service="steady")
        self.ecs.update_service(cluster=CLUSTER, service="steady", desiredCount=0)
        self.assertEqual(self.ecs.delete_service(cluster=CLUSTER, service="steady")["service"]["status"], "DRAINING")
        self.ecs.get_waiter("services_inactive").wait(cluster=CLUSTER, services=["steady"], WaiterConfig=OFTEN)
        error = self.ecs.exceptions.ServiceNotFoundException
        self.refused(error, self.ecs.delete_service, cluster=CLUSTER, service="steady")
        self.refused(error, self.ecs.update_service, cluster=CLUSTER, service="never", desiredCount=0)
        (gone,) = self.ecs.describe_services(cluster=CLUSTER, services=["steady"])["services"]
        self.assertEqual((gone["status"], gone["taskDefinition"], gone["deployments"]), ("INACTIVE", second, []))
        self.assertNotIn(service["serviceArn"], self.ecs.list_services(cluster=CLUSTER)["serviceArns"])

    def test_the_waiter_tells_what_will_never_be_stable(self):
        from botocore.exceptions import WaiterError

        with self.assertRaises(WaiterError) as caught:
            self.ecs.get_waiter("services_stable").wait(cluster=CLUSTER, services=["nope"], WaiterConfig=OFTEN)
        self.assertEqual(caught.exception.last_response["failures"][0]["reason"], "MISSING")

    def test_pages_and_batches(self):
        self.register("many")
        names = [f"many-{number:02}" for number in range(12)]
        for name in names:
            self.ecs.create_service(cluster=CLUSTER, serviceName=name, taskDefinition="many:1", desiredCount=0)
        first = self.ecs.list_services(cluster=CLUSTER)
        self.assertEqual(len(first["serviceArns"]), 10)
        pages = self.ecs.get_paginator("list_services").paginate(cluster=CLUSTER, PaginationConfig={"PageSize": 5})
        arns = [arn for page in pages for arn in page["serviceArns"]]
        self.assertLessEqual(set(names), {arn.rpartition("/")[2] for arn in arns})
        error = self.ecs.exceptions.InvalidParameterException
        self.refused(error, self.ecs.describe_services, cluster=CLUSTER, services=names[:11])
        self.assertEqual(len(self.ecs.describe_services(cluster=CLUSTER, services=names[:10])["services"]), 10)
        self.refused(error, self.ecs.describe_services, cluster=CLUSTER, services=[])
        self.refused(error, self.ecs.list_services, cluster=CLUSTER, maxResults=101)
        self.refused(error, self.ecs.list_services, cluster=CLUSTER, nextToken="made up")


class Tasks(Account):
    def test_a_task_runs_and_is_stopped(self):
        self.register("once", portMappings=[{"containerPort": 80}])
        ran = self.ecs.run_task(
            cluster=CLUSTER,
            taskDefinition="once",
            count=2,
            startedBy="somebody",
            group="batch",
            overrides={"containerOverrides": [{"name": "once", "environment": [{"name": "A", "value": "1"}]}]},
            tags=[{"key": "k", "value": "v"}],
        )
        self.assertEqual((len(ran["tasks"]), ran["failures"]), (2, []))
        arns = [it["taskArn"] for it in ran["tasks"]]
        self.ecs.get_waiter("tasks_running").wait(cluster=CLUSTER, tasks=arns, WaiterConfig=OFTEN)
        listed = self.ecs.get_paginator("list_tasks").paginate(
            cluster=CLUSTER, startedBy="somebody", PaginationConfig={"PageSize": 1}
        )
        self.assertCountEqual([arn for page in listed for arn in page["taskArns"]], arns)
        (task, _) = self.ecs.describe_tasks(cluster=CLUSTER, tasks=arns, include=["TAGS"])["tasks"]
        self.assertEqual((task["group"], task["tags"]), ("batch", [{"key": "k", "value": "v"}]))
        (binding,) = task["containers"][0]["networkBindings"]
        self.assertEqual(binding["containerPort"], 80)
        self.assertGreaterEqual(binding["hostPort"], 32768)
        self.ecs.stop_task(cluster=CLUSTER, task=arns[0], reason="enough")
        self.ecs.stop_task(cluster=CLUSTER, task=arns[1].rpartition("/")[2])
        self.ecs.get_waiter("tasks_stopped").wait(cluster=CLUSTER, tasks=arns, WaiterConfig=OFTEN)
        (task,) = self.ecs.describe_tasks(cluster=CLUSTER, tasks=arns[:1])["tasks"]
        self.assertEqual((task["stopCode"], task["stoppedReason"]), ("UserInitiated", "enough"))
        stopped = self.ecs.list_tasks(cluster=CLUSTER, desiredStatus="STOPPED", family="once")["taskArns"]
        self.assertCountEqual(stopped, arns)

    def test_a_task_is_started_on_an_instance_of_choice(self):
        self.register("chosen")
        instance = self.ecs.list_container_instances(cluster=CLUSTER)["containerInstanceArns"][1]
        asked = {"cluster": CLUSTER, "taskDefinition": "chosen:1", "containerInstances": [instance]}
        (task,) = self.ecs.start_task(**asked)["tasks"]
        self.assertEqual(task["containerInstanceArn"], instance)
        there = self.ecs.list_tasks(cluster=CLUSTER, containerInstance=instance, family="chosen")["taskArns"]
        self.assertEqual(there, [task["taskArn"]])
        self.ecs.stop_task(cluster=CLUSTER, task=task["taskArn"])

    def test_what_has_no_place_is_a_failure_and_no_error(self):
        self.register("vast", memory=60000)
        ran = self.ecs.run_task(cluster=CLUSTER, taskDefinition="vast")
        self.assertEqual(ran["tasks"], [])
        self.assertEqual({it["reason"] for it in ran["failures"]}, {"RESOURCE:MEMORY"})

    def test_batches_and_refusals(self):
        error = self.ecs.exceptions.InvalidParameterException
        self.refused(error, self.ecs.describe_tasks, cluster=CLUSTER, tasks=["a" * 32] * 101)
        self.refused(error, self.ecs.describe_tasks, cluster=CLUSTER, tasks=[])
        described = self.ecs.describe_tasks(cluster=CLUSTER, tasks=["a" * 32] * 100)
        self.assertEqual((described["tasks"], len(described["failures"])), ([], 100))
        self.refused(error, self.ecs.stop_task, cluster=CLUSTER, task="a" * 32)
        self.register("counts")
        self.refused(error, self.ecs.run_task, cluster=CLUSTER, taskDefinition="counts", count=11)
        self.refused(self.ecs.exceptions.ClientException, self.ecs.run_task, cluster=CLUSTER, taskDefinition="nope:1")
        self.ecs.deregister_task_definition(taskDefinition="counts:1")
        message = self.refused(error, self.ecs.run_task, cluster=CLUSTER, taskDefinition="counts:1")
        self.assertEqual(message, "TaskDefinition is inactive")
        asked = {"cluster": CLUSTER, "serviceName": "nope"}
        self.refused(self.ecs.exceptions.ServiceNotFoundException, self.ecs.list_tasks, **asked)


class Instances(Account):
    def test_an_instance_is_drained_and_taken_back(self):
        pages = self.ecs.get_paginator("list_container_instances").paginate(
            cluster=CLUSTER, PaginationConfig={"PageSize": 1}
        )
        first, second = [arn for page in pages for arn in page["containerInstanceArns"]]
        drained = self.ecs.update_container_instances_state(
            cluster=CLUSTER, containerInstances=[first, "f" * 32], status="DRAINING"
        )
        self.assertEqual([it["status"] for it in drained["containerInstances"]], ["DRAINING"])
        self.assertEqual([it["reason"] for it in drained["failures"]], ["MISSING"])
        error = self.ecs.exceptions.InvalidParameterException
        asked = {"cluster": CLUSTER, "containerInstances": [first] * 11}
        self.refused(error, self.ecs.update_container_instances_state, **asked, status="DRAINING")
        self.register("eleven")
        self.refused(error, self.ecs.start_task, **asked, taskDefinition="eleven")
        filtered = {
            "agentConnected == true": True,
            "agentConnected == false": False,
            "attribute:ecs.subnet-id == subnet-nope": False,
        }
        for filter, some in filtered.items():
            found = self.ecs.list_container_instances(cluster=CLUSTER, filter=filter)["containerInstanceArns"]
            self.assertEqual(bool(found), some, filter)
        active = self.ecs.list_container_instances(cluster=CLUSTER, status="ACTIVE")["containerInstanceArns"]
        self.assertEqual(active, [second])
        self.register("placed")
        (task,) = self.ecs.run_task(cluster=CLUSTER, taskDefinition="placed")["tasks"]
        self.assertEqual(task["containerInstanceArn"], second)
        self.ecs.stop_task(cluster=CLUSTER, task=task["taskArn"])
        self.ecs.update_container_instances_state(cluster=CLUSTER, containerInstances=[first], status="ACTIVE")
        described = self.ecs.describe_container_instances(cluster=CLUSTER, containerInstances=[first], include=["TAGS"])
        self.assertEqual(described["containerInstances"][0]["status"], "ACTIVE")

    def test_attributes(self):
        (arn, _) = self.ecs.list_container_instances(cluster=CLUSTER)["containerInstanceArns"]
        rack = {"name": "rack", "value": "a", "targetType": "container-instance", "targetId": arn}
        self.ecs.put_attributes(cluster=CLUSTER, attributes=[rack])
        asked = {"cluster": CLUSTER, "targetType": "container-instance", "attributeName": "rack"}
        (found,) = self.ecs.list_attributes(**asked)["attributes"]
        self.assertEqual((found["value"], found["targetId"]), ("a", arn))
        pages = self.ecs.get_paginator("list_attributes").paginate(cluster=CLUSTER, targetType="container-instance")
        named = [it["name"] for page in pages for it in page["attributes"]]
        self.assertEqual(named.count("ecs.availability-zone"), 2)
        more = [rack | {"name": f"rack-{number}"} for number in range(10)]
        error = self.ecs.exceptions.AttributeLimitExceededException
        self.refused(error, self.ecs.put_attributes, cluster=CLUSTER, attributes=more)
        rack.pop("value")
        self.ecs.delete_attributes(cluster=CLUSTER, attributes=[rack])
        self.assertEqual(self.ecs.list_attributes(**asked)["attributes"], [])
        error = self.ecs.exceptions.TargetNotFoundException
        self.refused(error, self.ecs.put_attributes, cluster=CLUSTER, attributes=[rack | {"targetId": "f" * 32}])


class Tags(Account):
    def test_everything_with_an_arn_has_tags(self):
        definition = self.register("tagged")
        asked = {"cluster": CLUSTER, "serviceName": "tagged", "taskDefinition": "tagged", "desiredCount": 0}
        service = self.ecs.create_service(**asked)["service"]["serviceArn"]
        (task,) = self.ecs.run_task(cluster=CLUSTER, taskDefinition="tagged")["tasks"]
        (instance, _) = self.ecs.list_container_instances(cluster=CLUSTER)["containerInstanceArns"]
        (cluster,) = self.ecs.list_clusters()["clusterArns"]
        for arn in (definition, service, task["taskArn"], instance, cluster):
            self.ecs.tag_resource(resourceArn=arn, tags=[{"key": "a", "value": "1"}, {"key": "b", "value": "2"}])
            self.ecs.tag_resource(resourceArn=arn, tags=[{"key": "a", "value": "3"}])
            self.ecs.untag_resource(resourceArn=arn, tagKeys=["b", "never"])
            self.assertEqual(self.ecs.list_tags_for_resource(resourceArn=arn)["tags"], [{"key": "a", "value": "3"}])

    def test_refusals(self):
        cluster = self.ecs.describe_clusters(clusters=[CLUSTER])["clusters"][0]["clusterArn"]
        missing = cluster.replace("cluster/", "service/") + "/nope"
        error = self.ecs.exceptions.ResourceNotFoundException
        self.refused(error, self.ecs.tag_resource, resourceArn=missing, tags=[{"key": "a", "value": "1"}])
        error = self.ecs.exceptions.InvalidParameterException
        self.refused(error, self.ecs.list_tags_for_resource, resourceArn=missing)
        self.refused(error, self.ecs.tag_resource, resourceArn=cluster, tags=[{"key": "aws:a", "value": "1"}])
        self.refused(error, self.ecs.tag_resource, resourceArn="nonsense", tags=[{"key": "a", "value": "1"}])


class Wire(unittest.TestCase):
    def client(self, simulator, **config):
        return checked(
            boto3.client(
                "ecs",
                endpoint_url=simulator.address,
                region_name="us-east-1",
                aws_access_key_id="test",
                aws_secret_access_key="test",
                config=Config(**config),
            )
        )

    def test_botocore_tries_again_when_it_is_throttled(self):
        script = '[[faults]]\noperation = "ListClusters"\ntimes = 2\nkind = "throttle"\n'
        with Simulator(script) as simulator:
            ecs = self.client(simulator, retries={"mode": "standard", "total_max_attempts": 3})
            answer = ecs.list_clusters()
            self.assertEqual(len(answer["clusterArns"]), 1)
            self.assertEqual(answer["ResponseMetadata"]["RetryAttempts"], 2)
            self.assertEqual([it["status"] for it in simulator.calls()], [400, 400, 200])

    def test_botocore_gives_up_with_the_code_of_aws(self):
        script = '[[faults]]\noperation = "*"\nkind = "throttle"\n'
        with Simulator(script) as simulator:
            ecs = self.client(simulator, retries={"total_max_attempts": 1})
            with self.assertRaises(ecs.exceptions.ClientError) as caught:
                ecs.list_clusters()
            self.assertEqual(caught.exception.response["Error"], {"Code": "ThrottlingException", "Message": "Rate exceeded"})
            self.assertEqual(ecs.checker.wrong, [])

    def test_a_failure_of_aws_itself_is_a_server_error(self):
        script = '[[faults]]\noperation = "ListClusters"\nkind = "error"\n'
        with Simulator(script) as simulator:
            ecs = self.client(simulator, retries={"total_max_attempts": 1})
            with self.assertRaises(ecs.exceptions.ServerException):
                ecs.list_clusters()
            self.assertEqual(ecs.checker.wrong, [])

    def test_what_is_not_simulated_is_not_known(self):
        with Simulator() as simulator:
            ecs = self.client(simulator)
            with self.assertRaises(ecs.exceptions.ClientError) as caught:
                ecs.discover_poll_endpoint()
            self.assertEqual(caught.exception.response["Error"]["Code"], "UnknownOperationException")
            self.assertEqual(ecs.checker.wrong, [])

    def test_a_call_without_credentials_is_refused(self):
        with Simulator() as simulator:
            connection = http.client.HTTPConnection(simulator.address.removeprefix("http://"))
            headers = {
                "X-Amz-Target": "AmazonEC2ContainerServiceV20141113.ListClusters",
                "Content-Type": "application/x-amz-json-1.1",
            }
            connection.request("POST", "/", "{}", headers)
            answer = connection.getresponse()
            self.assertEqual(answer.status, 400)
            self.assertIn(b"MissingAuthenticationTokenException", answer.read())
            connection.close()


if __name__ == "__main__":
    unittest.main()
