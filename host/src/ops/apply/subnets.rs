//! Swaps subnets of a load balancer within their zones: a zone takes one subnet, and which is in which AWS tells only
//! by refusing.

use host_core::fault::{Fault, is_zone_conflict};
use host_core::request::Request;
use serde_json::{Value, json};

use super::{Means, send};

/// Attaches the new subnets one by one, those first that meet no other in their zone, then each after the former one of
/// its zone was detached; and then detaches the rest.
///
/// There is always one attached, because AWS keeps at least one.
///
/// # Errors
/// AWS refuses a call; among others, where the only subnet would have to go before another of its zone comes.
pub(super) async fn swap(
    means: &Means,
    service: &str,
    attach: &Request,
    detach: &Request,
) -> Result<Value, Fault> {
    let mut met = Vec::new();
    for new in names(attach) {
        match send(means, service, &about(attach, &[&new])).await {
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
            match send(means, service, &about(detach, &[&candidate])).await {
                Ok(_) => {}
                Err(_) if is_only => break,
                Err(fault) => return Err(fault),
            }
            match send(means, service, &about(attach, &[&new])).await {
                Ok(_) => {
                    old.retain(|it| *it != candidate);
                    is_in = true;
                    break;
                }
                Err(conflict) if is_zone_conflict(&conflict) => fault = conflict,
                Err(fault) => return Err(fault),
            }
            // It was of another zone, and is needed there until its own successor comes.
            send(means, service, &about(attach, &[&candidate])).await?;
        }
        if !is_in {
            return Err(fault);
        }
    }
    if old.is_empty() {
        return Ok(Value::Null);
    }
    let rest: Vec<&str> = old.iter().map(String::as_str).collect();
    send(means, service, &about(detach, &rest)).await
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
