//! Sends one call; and two as one where subnets of a load balancer are exchanged: a zone takes one subnet, and which is
//! in which AWS tells only by refusing.

use host_core::fault::{Fault, is_zone_conflict};
use host_core::request::{Operation, Request};
use serde_json::{Value, json};

use super::Means;
use super::send::send as send_one;

/// Whether the two are an exchange: what one attaches may need the place of what the other detaches.
pub(super) fn is_pair(request: &Request, next: &Request) -> bool {
    request.operation == Operation::AttachLoadBalancerToSubnets
        && next.operation == Operation::DetachLoadBalancerFromSubnets
}

/// Sends a call, and the other half of an exchange after it. `is_begun` becomes true with the first that AWS takes.
///
/// # Errors
/// AWS refuses one of them.
pub(super) async fn send(
    means: &Means,
    service: &str,
    request: &Request,
    detach: Option<&Request>,
    is_begun: &mut bool,
) -> Result<Value, Fault> {
    let mut sent = send_one(means, service, request).await;
    *is_begun |= sent.is_ok();
    match (&sent, detach) {
        (Ok(_), Some(detach)) => sent = send_one(means, service, detach).await,
        (Err(fault), Some(detach)) if is_zone_conflict(fault) => {
            let swap = Swap {
                means,
                service,
                is_begun,
            };
            sent = swap.carry_out(request, detach).await;
        }
        _ => {}
    }
    sent
}

/// An exchange within zones.
struct Swap<'a> {
    means: &'a Means,
    service: &'a str,
    is_begun: &'a mut bool,
}

impl Swap<'_> {
    /// Attaches the new subnets one by one, those first that meet no other in their zone, then each after the former one of
    /// its zone was detached; and then detaches the rest.
    ///
    /// There is always one attached, because AWS keeps at least one.
    ///
    /// # Errors
    /// AWS refuses a call; among others, where the only subnet would have to go before another of its zone comes.
    async fn carry_out(mut self, attach: &Request, detach: &Request) -> Result<Value, Fault> {
        let mut met = Vec::new();
        for new in names(attach) {
            match self.send(&about(attach, &[&new])).await {
                Ok(_) => {}
                Err(fault) if is_zone_conflict(&fault) => met.push((new, fault)),
                Err(fault) => return Err(fault),
            }
        }
        let is_only = met.len() == names(attach).len() && names(detach).len() == 1;
        let mut old = names(detach);
        for (new, mut fault) in met {
            let mut is_in = false;
            for candidate in old.clone() {
                // The last one stays attached until another is.
                match self.send(&about(detach, &[&candidate])).await {
                    Ok(_) => {}
                    Err(_) if is_only => break,
                    Err(fault) => return Err(fault),
                }
                match self.send(&about(attach, &[&new])).await {
                    Ok(_) => {
                        old.retain(|it| *it != candidate);
                        is_in = true;
                        break;
                    }
                    Err(conflict) if is_zone_conflict(&conflict) => fault = conflict,
                    Err(fault) => return Err(fault),
                }
                // It was of another zone, and is needed there until its own successor comes.
                self.send(&about(attach, &[&candidate])).await?;
            }
            if !is_in {
                return Err(fault);
            }
        }
        if old.is_empty() {
            return Ok(Value::Null);
        }
        let rest: Vec<&str> = old.iter().map(String::as_str).collect();
        self.send(&about(detach, &rest)).await
    }

    async fn send(&mut self, request: &Request) -> Result<Value, Fault> {
        let sent = send_one(self.means, self.service, request).await;
        *self.is_begun |= sent.is_ok();
        sent
    }
}

fn names(request: &Request) -> Vec<String> {
    let names = request.body["Subnets"].as_array().into_iter().flatten();
    names
        .filter_map(|it| Some(it.as_str()?.to_owned()))
        .collect()
}

/// The same call about other subnets.
fn about(request: &Request, subnets: &[&str]) -> Request {
    let mut request = request.clone();
    request.body["Subnets"] = json!(subnets);
    request
}
