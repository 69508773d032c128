//! The way back of a load balancer that was changed in place: to each call the one that takes it back.

use serde_json::{Value, json};

use super::only_sent;
use crate::normal::generic;
use crate::observed::ObservedLoadBalancer;
use crate::ownership;
use crate::plan::Step;
use crate::request::{Operation, Request};

/// The calls, in the order in which a change is made: listeners go before others take their ports, checks come after
/// them, and the tags that say what was applied are last.
///
/// Nothing where the step made the load balancer, or wrote its tags alone.
pub(super) fn undo(step: &Step, before: &ObservedLoadBalancer) -> Vec<Request> {
    if !super::changes_balancer(step) {
        return Vec::new();
    }
    let undo = Undo { step, before };
    let mut requests = undo.groups_and_subnets();
    requests.extend(undo.listeners());
    let check = &before.description["HealthCheck"];
    if undo.sent(Operation::ConfigureHealthCheck).is_some() && check.is_object() {
        let check = ("HealthCheck", check.clone());
        requests.push(undo.call(Operation::ConfigureHealthCheck, [check]));
    }
    let (attributes, is_whole) = undo.attributes();
    requests.extend(attributes);
    // What could not be taken back is not to look like somebody else's change.
    if is_whole {
        requests.extend(undo.tags());
    }
    requests
}

struct Undo<'a> {
    step: &'a Step,
    before: &'a ObservedLoadBalancer,
}

impl Undo<'_> {
    fn sent(&self, operation: Operation) -> Option<&Value> {
        let mut requests = self.step.requests.iter();
        let found = requests.find(|it| it.operation == operation)?;
        Some(&found.body)
    }

    fn call<const N: usize>(&self, operation: Operation, fields: [(&str, Value); N]) -> Request {
        let mut body = json!({"LoadBalancerName": self.step.name});
        for (field, value) in fields {
            body[field] = value;
        }
        Request { operation, body }
    }

    /// Attach first, then detach, as everywhere: there is always one.
    fn groups_and_subnets(&self) -> Vec<Request> {
        use Operation::{
            ApplySecurityGroupsToLoadBalancer as Apply, AttachLoadBalancerToSubnets as Attach,
            DetachLoadBalancerFromSubnets as Detach,
        };
        let groups = &self.before.description["SecurityGroups"];
        let groups = self.sent(Apply).map(|_| ("SecurityGroups", groups.clone()));
        let subnets = |of| Some(("Subnets", self.sent(of)?["Subnets"].clone()));
        let calls = [
            (Apply, groups),
            (Attach, subnets(Detach)),
            (Detach, subnets(Attach)),
        ];
        calls
            .into_iter()
            .filter_map(|(operation, field)| Some(self.call(operation, [field?])))
            .collect()
    }

    fn listeners(&self) -> Vec<Request> {
        let new = self.sent(Operation::CreateLoadBalancerListeners);
        let gone = self.sent(Operation::DeleteLoadBalancerListeners);
        let new: Vec<Value> = items(new.map(|it| &it["Listeners"]))
            .map(|it| it["LoadBalancerPort"].clone())
            .collect();
        let former: Vec<Value> = items(gone.map(|it| &it["LoadBalancerPorts"]))
            .filter_map(|port| self.listener(port))
            .collect();
        let mut requests = Vec::new();
        if !new.is_empty() {
            let ports = ("LoadBalancerPorts", new.into());
            requests.push(self.call(Operation::DeleteLoadBalancerListeners, [ports]));
        }
        if !former.is_empty() {
            let listeners = ("Listeners", former.into());
            requests.push(self.call(Operation::CreateLoadBalancerListeners, [listeners]));
        }
        let set = Operation::SetLoadBalancerListenerSSLCertificate;
        let certificates = self.step.requests.iter().filter(|it| it.operation == set);
        requests.extend(certificates.filter_map(|it| {
            let port = &it.body["LoadBalancerPort"];
            let certificate = self.listener(port)?["SSLCertificateId"].clone();
            let fields = [
                ("LoadBalancerPort", port.clone()),
                ("SSLCertificateId", certificate),
            ];
            Some(self.call(set, fields))
        }));
        requests
    }

    /// The listener that there was at a port, as it is created.
    fn listener(&self, port: &Value) -> Option<Value> {
        let described = &self.before.description["ListenerDescriptions"];
        let mut listeners = items(Some(described)).map(|it| &it["Listener"]);
        let found = listeners.find(|it| it["LoadBalancerPort"] == *port)?;
        Some(generic(found))
    }

    /// The call, and whether nothing is left of what was changed: attributes that the recipe set no more were not read.
    fn attributes(&self) -> (Option<Request>, bool) {
        const FIELD: &str = "LoadBalancerAttributes";
        let Some(sent) = self.sent(Operation::ModifyLoadBalancerAttributes) else {
            return (None, true);
        };
        let Some(before) = &self.before.attributes else {
            return (None, false);
        };
        let former = only_sent(before, &sent[FIELD]);
        let request = self.call(Operation::ModifyLoadBalancerAttributes, [(FIELD, former)]);
        (Some(request), true)
    }

    /// What was written over or taken away is put back. What is new is taken away, but for the tags that say whose it is.
    fn tags(&self) -> Vec<Request> {
        let added = self.sent(Operation::AddTags).map(|it| &it["Tags"]);
        let removed = self.sent(Operation::RemoveTags).map(|it| &it["Tags"]);
        let keys = items(added).chain(items(removed));
        let (former, new): (Vec<&str>, Vec<&str>) = keys
            .filter_map(|it| it["Key"].as_str())
            .partition(|key| self.before.tags.contains_key(*key));
        let former: Vec<Value> = former
            .into_iter()
            .map(|key| json!({"Key": key, "Value": self.before.tags[key]}))
            .collect();
        let new: Vec<Value> = new
            .into_iter()
            .filter(|key| ownership::is_own(key) || *key == ownership::APPLIED)
            .map(|key| json!({"Key": key}))
            .collect();
        [(Operation::RemoveTags, new), (Operation::AddTags, former)]
            .into_iter()
            .filter(|(_, tags)| !tags.is_empty())
            .map(|(operation, tags)| Request {
                operation,
                body: json!({"LoadBalancerNames": [self.step.name], "Tags": tags}),
            })
            .collect()
    }
}

fn items(list: Option<&Value>) -> impl Iterator<Item = &Value> {
    list.and_then(Value::as_array).into_iter().flatten()
}
