//! The login to a registry of ECR: one call, signed here, because a whole SDK for it would be more than the rest of the way.

use std::time::{Duration, Instant, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::provider::ProvideCredentials as _;
use aws_sdk_ecs::config::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_types::service_config::ServiceConfigKey;
use host_core::escape::one_line;
use host_core::fault::{Fault, FaultKind};
use host_core::registry::ecr::{self, Ecr};
use host_core::registry::login::Login;
use serde_json::Value;

use super::failure::{chain, local};
use super::{Connection, configured};
use crate::network::exchange::{Http, Kind, Request};

/// AWS's name of the operation.
const NAME: &str = "GetAuthorizationToken";

/// How often it is sent: a connection that broke or a busy server is tried again.
const ATTEMPTS: u32 = 3;
/// So many characters are repeated of an answer that is not in AWS's protocol.
const BEGINNING: usize = 200;
/// The pause before the second time; before the third it is twice as long.
const PAUSE: Duration = Duration::from_millis(300);

/// Asks AWS for the login to a registry, by the credentials of the connection.
///
/// # Errors
/// There are none, AWS refuses it, or it cannot be reached.
pub async fn login_of_ecr(connection: &Connection, ecr: &Ecr) -> Result<Login, Fault> {
    let resource = format!("the registry `{}`", ecr.registry);
    let (config, profile, trusted) = configured(connection).await?;
    let told = |mut fault: Fault| {
        profile.tell(&mut fault);
        connection.network.tell(&mut fault);
        fault
    };
    let credentials = credentials(&config, &resource).await.map_err(told)?;
    let url = endpoint(&config).unwrap_or_else(|| format!("https://{}/", ecr.api));
    let http = Http::trusting(trusted);
    for attempt in 1.. {
        let begun = Instant::now();
        let answered = ask(&http, &url, &credentials, ecr).await;
        let outcome = match &answered {
            Ok((status, _)) => status.to_string(),
            Err(fault) => fault.message.clone(),
        };
        if let Some(trace) = &connection.trace {
            let took = begun.elapsed().as_millis();
            trace(&format!("ecr {NAME} {resource}: {outcome}, {took} ms"));
        }
        let passes = match &answered {
            Ok((status, _)) => *status == 429 || *status >= 500,
            Err(fault) => fault.kind == FaultKind::Lost,
        };
        if passes && attempt < ATTEMPTS {
            tokio::time::sleep(PAUSE * attempt).await;
            continue;
        }
        let (status, body) = answered.map_err(|fault| {
            told(Fault {
                resource: resource.clone(),
                ..fault
            })
        })?;
        return read(status, &body, &resource);
    }
    Err(local(NAME, &resource, "it was never sent"))
}

/// Reads the answer. Nothing of it is repeated where it should be the token and is not.
#[expect(
    clippy::result_large_err,
    reason = "it is a fault as every call has it"
)]
fn read(status: u16, body: &[u8], resource: &str) -> Result<Login, Fault> {
    if status == 200 {
        let unfit = || Fault {
            kind: FaultKind::Answered,
            status: Some(status),
            ..local(NAME, resource, "the answer has no token")
        };
        return ecr::login(body).ok_or_else(unfit);
    }
    let said: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |names: [&str; 2]| {
        let found = names.iter().find_map(|it| said[*it].as_str());
        found.map(|it| one_line(it).into_owned())
    };
    // `com.amazonaws.ecr#AccessDeniedException`.
    let code = text(["__type", "code"]);
    let beginning = || {
        let text = String::from_utf8_lossy(body);
        let begun: String = text.chars().take(BEGINNING).collect();
        one_line(&begun).into_owned()
    };
    let message = text(["message", "Message"]).unwrap_or_else(beginning);
    Err(Fault {
        kind: FaultKind::Answered,
        code: code.map(|it| it.rsplit('#').next().unwrap_or_default().to_owned()),
        status: Some(status),
        ..local(NAME, resource, &message)
    })
}

/// Where ECR is instead, by `AWS_ENDPOINT_URL_ECR`, `AWS_ENDPOINT_URL` and what profiles have for them.
fn endpoint(config: &SdkConfig) -> Option<String> {
    let key = ServiceConfigKey::builder()
        .service_id("ecr")
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build()
        .ok()?;
    let of_service = config.service_config().and_then(|it| it.load_config(key));
    of_service.or_else(|| config.endpoint_url().map(str::to_owned))
}

async fn credentials(config: &SdkConfig, resource: &str) -> Result<Credentials, Fault> {
    let missing = |message: &str| Fault {
        kind: FaultKind::Credentials,
        ..local(NAME, resource, message)
    };
    let provider = config
        .credentials_provider()
        .ok_or_else(|| missing("no credentials are provided"))?;
    let provided = provider.provide_credentials().await;
    provided.map_err(|error| missing(&chain(&error)))
}

/// Sends it once: the status, and the body.
async fn ask(
    http: &Http,
    url: &str,
    credentials: &Credentials,
    ecr: &Ecr,
) -> Result<(u16, Vec<u8>), Fault> {
    let unfit = |why: String| local(NAME, "", &why);
    let body = b"{}";
    let headers = [
        ("content-type", "application/x-amz-json-1.1"),
        ("x-amz-target", ecr::OPERATION),
    ];
    let identity = credentials.clone().into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(&ecr.region)
        .name("ecr")
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()
        .map_err(|it| unfit(it.to_string()))?
        .into();
    let signable =
        SignableRequest::new("POST", url, headers.into_iter(), SignableBody::Bytes(body));
    let signed = signable.and_then(|it| sign(it, &parameters));
    let (instructions, _) = signed.map_err(|it| unfit(chain(&it)))?.into_parts();
    let (more, _) = instructions.into_parts();
    let mut headers: Vec<_> = headers.map(|(name, value)| (name, value.to_owned())).into();
    headers.extend(more.iter().map(|it| (it.name(), it.value().to_owned())));
    let request = Request {
        method: "POST",
        url,
        headers,
        body: body.to_vec(),
        is_direct: false,
    };
    let failed = |failed: crate::network::exchange::Failed| Fault {
        kind: match failed.kind {
            Kind::Lost | Kind::Slow => FaultKind::Lost,
            Kind::Unreachable | Kind::Certificate | Kind::Handshake => FaultKind::Unreachable,
        },
        ..local(NAME, "", &failed.words)
    };
    let mut answer = http.send(request).await.map_err(failed)?;
    let status = answer.status();
    let body = answer.whole(ecr::ANSWER).await.map_err(failed)?;
    Ok((status, body.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_in_the_words_of_aws() {
        let body =
            br#"{"__type": "com.amazonaws.ecr#AccessDeniedException", "Message": "not\nallowed"}"#;
        let fault = read(400, body, "`x`").unwrap_err();
        assert_eq!(fault.code.as_deref(), Some("AccessDeniedException"));
        assert_eq!((fault.kind, fault.status), (FaultKind::Answered, Some(400)));
        assert!(!fault.message.contains('\n'), "{}", fault.message);
        let fault = read(200, b"{\"token\": \"sesame\"}", "`x`").unwrap_err();
        assert!(!format!("{fault:?}").contains("sesame"));
        assert!(read(502, b"<html>", "`x`").is_err());
    }
}
