use host::cloud::aws::{self, Connection};
use host_core::request::{Operation, Request};
use serde_json::{json, Value};
use std::sync::Arc;
use std::time::Instant;

fn show(what: &str, result: Result<Value, host_core::fault::Fault>) {
    match result {
        Ok(v) => println!("OK {what}: {v}"),
        Err(f) => println!("FAULT {what}: kind {:?}\n{f}", f.kind),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let args: Vec<String> = std::env::args().collect();
    let start = Instant::now();
    let connection = Connection {
        endpoint_url: std::env::var("PROBE_URL").ok(),
        region: std::env::var("PROBE_REGION").ok(),
        profile: std::env::var("PROBE_PROFILE").ok(),
        trace: Some(Arc::new(|line: &str| println!("   -- {line}"))),
    };
    let aws = match aws::connect(&connection).await {
        Ok(aws) => aws,
        Err(f) => { println!("connect {:?}: {f}", start.elapsed()); return; }
    };
    println!("connected to {} in {:?}", aws.region(), start.elapsed());
    match args.get(1).map(String::as_str) {
        Some("quick") => {
            show("clusters", aws.clusters().await.map(|v| json!(v)));
            println!("after one call {:?}", start.elapsed());
            show("lbs", aws.load_balancers().await.map(|v| json!(v)));
            println!("after two calls {:?}", start.elapsed());
            let status = std::fs::read_to_string("/proc/self/status").unwrap();
            println!("{}", status.lines().find(|l| l.starts_with("VmHWM")).unwrap());
            return;
        }
        Some("one") => { show("clusters", aws.clusters().await.map(|v| json!(v))); println!("{:?}", start.elapsed()); return; }
        Some("write") => {
            show("register", aws.send(&Request{operation: Operation::RegisterTaskDefinition, body: json!({"family":"x"})}).await);
            println!("{:?}", start.elapsed()); return;
        }
        _ => {}
    }
    let subnet = std::env::var("PROBE_SUBNET").unwrap();
    let sg = std::env::var("PROBE_SG").unwrap();
    let send = |operation, body| { let aws = aws.clone(); async move { let r = aws.send(&Request { operation, body }).await; show(operation_name(operation), r.clone()); r } };
    fn operation_name(o: Operation) -> &'static str { o.name() }
    show("cluster", aws.cluster("searchapp").await.map(|v| json!(v)));
    show("cluster nope", aws.cluster("nope").await.map(|v| json!(v)));
    show("instances", aws.container_instances("searchapp").await.map(|v| json!(v)));
    show("td none", aws.task_definition("redis").await.map(|v| json!(v)));
    let td = send(Operation::RegisterTaskDefinition, json!({"family":"redis","tags":[{"key":"host:stack","value":"default"}],
        "containerDefinitions":[{"name":"redis","image":"redis","cpu":10,"memory":128,"essential":true,"hostname":"cache1","restartPolicy":{"enabled":true},"nextYear":{"a":1},
        "portMappings":[{"containerPort":6379,"hostPort":6379}]}]})).await.unwrap();
    let arn = td["taskDefinition"]["taskDefinitionArn"].as_str().unwrap().to_owned();
    show("td", aws.task_definition("redis").await.map(|v| json!(v)));
    show("tds", aws.task_definitions("redis").await.map(|v| json!(v)));
    send(Operation::CreateLoadBalancer, json!({"LoadBalancerName":"redis-elb","Scheme":"internal","Subnets":[subnet],"SecurityGroups":[sg],
        "Listeners":[{"Protocol":"TCP","LoadBalancerPort":80,"InstanceProtocol":"TCP","InstancePort":6379}],
        "Tags":[{"Key":"host:stack","Value":"default"},{"Key":"host:recipe","Value":"redis@0.1.0 ä&="}]})).await.ok();
    send(Operation::CreateLoadBalancer, json!({"LoadBalancerName":"redis-elb","Listeners":[{"Protocol":"TCP","LoadBalancerPort":80,"InstancePort":6379}],"Subnets":[subnet]})).await.ok();
    send(Operation::CreateLoadBalancer, json!({"LoadBalancerName":"two","Listeners":[{"Protocol":"TCP","LoadBalancerPort":80,"InstancePort":6379}],"Subnets":["subnet-nope"]})).await.ok();
    show("lbs before hc", aws.load_balancers().await.map(|v| json!(v)));
    send(Operation::ConfigureHealthCheck, json!({"LoadBalancerName":"redis-elb","HealthCheck":{"Target":"TCP:6379","Interval":10,"Timeout":5,"UnhealthyThreshold":2,"HealthyThreshold":2}})).await.ok();
    send(Operation::ConfigureHealthCheck, json!({"LoadBalancerName":"missing","HealthCheck":{"Target":"TCP:6379","Interval":10,"Timeout":5,"UnhealthyThreshold":2,"HealthyThreshold":2}})).await.ok();
    send(Operation::ModifyLoadBalancerAttributes, json!({"LoadBalancerName":"redis-elb","LoadBalancerAttributes":{"ConnectionDraining":{"Enabled":true,"Timeout":30},"ConnectionSettings":{"IdleTimeout":61}}})).await.ok();
    show("lbs", aws.load_balancers().await.map(|v| json!(v)));
    show("tags", aws.load_balancer_tags(&["redis-elb".into(), "gone".into()]).await.map(|v| json!(v)));
    show("attributes", aws.load_balancer_attributes("redis-elb").await);
    show("health", aws.instance_health("redis-elb").await.map(|v| json!(v)));
    send(Operation::CreateService, json!({"cluster":"searchapp","serviceName":"redis-service","taskDefinition":arn,"desiredCount":1,"clientToken":"abc",
        "loadBalancers":[{"loadBalancerName":"redis-elb","containerName":"redis","containerPort":6379}],"tags":[{"key":"host:stack","value":"default"}],
        "deploymentConfiguration":{"minimumHealthyPercent":0,"maximumPercent":100}})).await.ok();
    send(Operation::CreateService, json!({"cluster":"searchapp","serviceName":"bad-service","taskDefinition":"nope:1","desiredCount":1})).await.ok();
    send(Operation::CreateService, json!({"cluster":"nope","serviceName":"bad-service","taskDefinition":arn,"desiredCount":1})).await.ok();
    show("arns", aws.service_arns("searchapp").await.map(|v| json!(v)));
    let names: Vec<String> = (0..23).map(|n| format!("svc{n}")).chain(["redis-service".into()]).collect();
    match aws.services("searchapp", &names).await { Ok(s) => println!("OK services: {s:?}"), Err(f) => println!("{f}") }
    show("tasks", aws.tasks("searchapp", "redis-service", "STOPPED").await.map(|v| json!(v)));
    send(Operation::UpdateService, json!({"cluster":"searchapp","service":"redis-service","desiredCount":2})).await.ok();
    let sarn = aws.service_arns("searchapp").await.unwrap()[0].clone();
    send(Operation::TagResource, json!({"resourceArn":sarn,"tags":[{"key":"host:stable","value":"1"}]})).await.ok();
    match aws.services("searchapp", &["redis-service".into()]).await { Ok(s) => println!("OK services: {s:?}"), Err(f) => println!("{f}") }
    send(Operation::DeleteService, json!({"cluster":"searchapp","service":"redis-service"})).await.ok();
    send(Operation::DeleteService, json!({"cluster":"searchapp","service":"redis-service","force":true})).await.ok();
    send(Operation::DeleteService, json!({"cluster":"searchapp","service":"nope","force":true})).await.ok();
    send(Operation::DeleteLoadBalancer, json!({"LoadBalancerName":"redis-elb"})).await.ok();
    send(Operation::DeregisterTaskDefinition, json!({"taskDefinition":arn})).await.ok();
    println!("{:?}", start.elapsed());
}
