//! ECS: JSON in and out, in AWS's own names.

use host_core::budget::Category;
use host_core::fault::Fault;
use host_core::request::Request;
use serde_json::{Value, json};

use super::attempts::{self, category};
use super::exchange::Exchange;
use super::failure::Context;
use super::{Aws, parallel};

/// The most that one page lists, and that `DescribeTasks` and `DescribeContainerInstances` take.
const PAGE: usize = 100;
/// The most services that `DescribeServices` takes.
const SERVICES: usize = 10;

/// The operations that the host calls, each with the SDK's name of it.
macro_rules! calls {
    ($($call:ident => $method:ident),+ $(,)?) => {
        #[derive(Clone, Copy, Debug)]
        pub(super) enum Call {
            $($call,)+
        }

        impl Call {
            fn name(self) -> &'static str {
                match self {
                    $(Self::$call => stringify!($call),)+
                }
            }

            fn category(self) -> Category {
                match self {
                    $(Self::$call => category!(stringify!($call)),)+
                }
            }

            /// Sends the exchange's body in the operation's envelope.
            async fn send(
                self,
                client: &aws_sdk_ecs::Client,
                exchange: Exchange,
                context: &Context,
            ) -> Result<(), Fault> {
                match self {
                    $(Self::$call => {
                        let sent = client.$method().customize().interceptor(exchange).send();
                        // On the heap: the SDK's futures are large.
                        Box::pin(sent).await.map(drop).map_err(|error| context.fault(&error))
                    })+
                }
            }
        }
    };
}

calls! {
    ListClusters => list_clusters,
    DescribeClusters => describe_clusters,
    ListContainerInstances => list_container_instances,
    DescribeContainerInstances => describe_container_instances,
    ListServices => list_services,
    DescribeServices => describe_services,
    ListTaskDefinitions => list_task_definitions,
    ListTaskDefinitionFamilies => list_task_definition_families,
    DescribeTaskDefinition => describe_task_definition,
    ListTasks => list_tasks,
    DescribeTasks => describe_tasks,
    RegisterTaskDefinition => register_task_definition,
    DeregisterTaskDefinition => deregister_task_definition,
    CreateService => create_service,
    UpdateService => update_service,
    DeleteService => delete_service,
    TagResource => tag_resource,
    UntagResource => untag_resource,
}

/// What `DescribeServices` knows of the named ones.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Services {
    /// With their tags; also those that are DRAINING or INACTIVE.
    pub services: Vec<Value>,
    /// The names that AWS does not know.
    pub missing: Vec<String>,
}

impl Aws {
    /// The names of the region's clusters.
    ///
    /// # Errors
    /// Whatever AWS or the way there makes of it, as for every read here.
    pub async fn clusters(&self) -> Result<Vec<String>, Fault> {
        let about = format!("the clusters of `{}`", self.region);
        let arns = self
            .pages(Call::ListClusters, json!({}), "clusterArns", &about)
            .await?;
        Ok(arns.iter().map(|arn| last_part(arn).to_owned()).collect())
    }

    /// A cluster, by its name or ARN.
    ///
    /// # Errors
    /// As for every read.
    pub async fn cluster(&self, name: &str) -> Result<Option<Value>, Fault> {
        let about = format!("cluster `{name}`");
        let answer = self
            .read(Call::DescribeClusters, &json!({"clusters": [name]}), &about)
            .await?;
        Ok(list(answer, "clusters").into_iter().next())
    }

    /// The EC2 instances of a cluster, with attributes and remaining resources.
    ///
    /// # Errors
    /// As for every read.
    pub async fn container_instances(&self, cluster: &str) -> Result<Vec<Value>, Fault> {
        let about = format!("the container instances of cluster `{cluster}`");
        let arns = self
            .pages(
                Call::ListContainerInstances,
                json!({"cluster": cluster}),
                "containerInstanceArns",
                &about,
            )
            .await?;
        let body = |batch: &[String]| json!({"cluster": cluster, "containerInstances": batch});
        let answers = self
            .batches(Call::DescribeContainerInstances, &arns, PAGE, body, &about)
            .await?;
        Ok(answers
            .into_iter()
            .flat_map(|answer| list(answer, "containerInstances"))
            .collect())
    }

    /// The ARNs of a cluster's services; ECS leaves out those that are being deleted.
    ///
    /// # Errors
    /// As for every read.
    pub async fn service_arns(&self, cluster: &str) -> Result<Vec<String>, Fault> {
        let about = format!("the services of cluster `{cluster}`");
        self.pages(
            Call::ListServices,
            json!({"cluster": cluster}),
            "serviceArns",
            &about,
        )
        .await
    }

    /// Services by name or ARN, with their tags; ten to a call, side by side.
    ///
    /// # Errors
    /// As for every read.
    pub async fn services(&self, cluster: &str, names: &[String]) -> Result<Services, Fault> {
        let about = services_of(cluster, names);
        let body =
            |batch: &[String]| json!({"cluster": cluster, "services": batch, "include": ["TAGS"]});
        let answers = self
            .batches(Call::DescribeServices, names, SERVICES, body, &about)
            .await?;
        let mut found = Services::default();
        for mut answer in answers {
            let failures = list(answer["failures"].take(), "");
            found.services.extend(list(answer, "services"));
            for failure in failures {
                let arn = failure["arn"].as_str().unwrap_or_default();
                match failure["reason"].as_str() {
                    Some("MISSING") => found.missing.push(last_part(arn).to_owned()),
                    reason => {
                        let reason = reason.unwrap_or("no reason given");
                        let context = Context::new(
                            Call::DescribeServices.name(),
                            format!("service `{}`", last_part(arn)),
                        );
                        return Err(context.unexpected(reason));
                    }
                }
            }
        }
        Ok(found)
    }

    /// `{"taskDefinition": …, "tags": […]}` of a revision, or of a family's latest active one.
    ///
    /// # Errors
    /// As for every read.
    pub async fn task_definition(&self, name: &str) -> Result<Option<Value>, Fault> {
        let about = format!("task definition `{name}`");
        let body = json!({"taskDefinition": name, "include": ["TAGS"]});
        match self.read(Call::DescribeTaskDefinition, &body, &about).await {
            Ok(answer) => Ok(Some(answer)),
            // ECS has no code of its own for this.
            Err(fault) if fault.message.contains("Unable to describe task definition") => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// The ARNs of a family's active revisions, newest first.
    ///
    /// # Errors
    /// As for every read.
    pub async fn task_definitions(&self, family: &str) -> Result<Vec<String>, Fault> {
        let body = json!({"familyPrefix": family, "sort": "DESC"});
        let about = format!("the revisions of task definition `{family}`");
        self.pages(
            Call::ListTaskDefinitions,
            body,
            "taskDefinitionArns",
            &about,
        )
        .await
    }

    /// The families of task definitions of the region that have an active revision.
    ///
    /// # Errors
    /// As for every read.
    pub async fn families(&self) -> Result<Vec<String>, Fault> {
        let about = format!("the task definitions of `{}`", self.region);
        let body = json!({"status": "ACTIVE"});
        self.pages(Call::ListTaskDefinitionFamilies, body, "families", &about)
            .await
    }

    /// A service's tasks whose desired status is `RUNNING` or `STOPPED` (ECS keeps those for about an hour).
    ///
    /// # Errors
    /// As for every read.
    pub async fn tasks(
        &self,
        cluster: &str,
        service: &str,
        desired_status: &str,
    ) -> Result<Vec<Value>, Fault> {
        let about = format!("the tasks of service `{service}`");
        let arns = self.task_arns(cluster, service, desired_status).await?;
        self.described_tasks(cluster, &arns, &about).await
    }

    /// The names of a cluster's services that have tasks which are told to stop and have not: also of those that are
    /// being deleted, which ECS does not list.
    ///
    /// # Errors
    /// As for every read.
    pub async fn services_that_stop(&self, cluster: &str) -> Result<Vec<String>, Fault> {
        let about = format!("the stopping tasks of cluster `{cluster}`");
        let body = json!({"cluster": cluster, "desiredStatus": "STOPPED"});
        let arns = self
            .pages(Call::ListTasks, body, "taskArns", &about)
            .await?;
        let tasks = self.described_tasks(cluster, &arns, &about).await?;
        let stopping = tasks.iter().filter(|it| it["lastStatus"] != "STOPPED");
        let services = stopping.filter_map(|it| it["group"].as_str()?.strip_prefix("service:"));
        Ok(services.map(str::to_owned).collect())
    }

    async fn described_tasks(
        &self,
        cluster: &str,
        arns: &[String],
        about: &str,
    ) -> Result<Vec<Value>, Fault> {
        let body = |batch: &[String]| json!({"cluster": cluster, "tasks": batch});
        let answers = self
            .batches(Call::DescribeTasks, arns, PAGE, body, about)
            .await?;
        Ok(answers
            .into_iter()
            .flat_map(|answer| list(answer, "tasks"))
            .collect())
    }

    /// The ARNs of a service's tasks whose desired status is `RUNNING` or `STOPPED`.
    ///
    /// # Errors
    /// As for every read.
    pub async fn task_arns(
        &self,
        cluster: &str,
        service: &str,
        desired_status: &str,
    ) -> Result<Vec<String>, Fault> {
        let about = format!("the tasks of service `{service}`");
        let body =
            json!({"cluster": cluster, "serviceName": service, "desiredStatus": desired_status});
        self.pages(Call::ListTasks, body, "taskArns", &about).await
    }

    /// Sends a request that changes something.
    pub(super) async fn write(
        &self,
        call: Call,
        request: &Request,
        about: String,
    ) -> Result<Value, Fault> {
        let context = Context::new(call.name(), about).of(request);
        self.call(call, &request.body, context).await
    }

    async fn read(&self, call: Call, body: &Value, about: &str) -> Result<Value, Fault> {
        self.call(call, body, Context::new(call.name(), about))
            .await
    }

    async fn call(&self, call: Call, body: &Value, context: Context) -> Result<Value, Fault> {
        let exchange = Exchange::of(body.to_string());
        let told = attempts::Call {
            service: "ecs",
            category: call.category(),
            context: &context,
        };
        self.attempts(&told, || call.send(&self.ecs, exchange.clone(), &context))
            .await?;
        serde_json::from_slice(&exchange.answer())
            .map_err(|error| context.unexpected(&format!("AWS's answer: {error}")))
    }

    /// The strings of all pages of a list.
    async fn pages(
        &self,
        call: Call,
        mut body: Value,
        field: &str,
        about: &str,
    ) -> Result<Vec<String>, Fault> {
        let mut all = Vec::new();
        body["maxResults"] = json!(PAGE);
        loop {
            let mut answer = self.read(call, &body, about).await?;
            let next = answer["nextToken"].take();
            all.extend(
                list(answer, field)
                    .iter()
                    .filter_map(Value::as_str)
                    .map(ToOwned::to_owned),
            );
            if next.as_str().is_none_or(str::is_empty) {
                return Ok(all);
            }
            body["nextToken"] = next;
        }
    }

    /// One call per batch of names, side by side; none for no names.
    async fn batches(
        &self,
        call: Call,
        names: &[String],
        size: usize,
        body: impl Fn(&[String]) -> Value,
        about: &str,
    ) -> Result<Vec<Value>, Fault> {
        parallel::all(names.chunks(size).map(|batch| {
            let (aws, body, about) = (self.clone(), body(batch), about.to_owned());
            async move { aws.read(call, &body, &about).await }
        }))
        .await
    }
}

/// The list in a field of an answer, or the answer itself; what is no list is empty.
fn list(answer: Value, field: &str) -> Vec<Value> {
    let value = match answer {
        Value::Object(mut fields) => fields.remove(field).unwrap_or_default(),
        other => other,
    };
    if let Value::Array(items) = value {
        items
    } else {
        Vec::new()
    }
}

/// `redis-service` of `arn:aws:ecs:us-east-1:1:service/searchapp/redis-service`.
fn last_part(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

fn services_of(cluster: &str, names: &[String]) -> String {
    match names {
        [name] => format!("service `{}` of cluster `{cluster}`", last_part(name)),
        _ => format!("{} services of cluster `{cluster}`", names.len()),
    }
}
