//! The only place that says `aws_sdk_*`: ECS and classic ELB through the AWS SDK.
//!
//! The SDK resolves endpoint and credentials, signs and sends; when, and how often,
//! is decided here, by the budgets that AWS publishes. What is sent is the request's own JSON, not what the SDK would make of it, so that a
//! field that the SDK does not know yet arrives too.

mod attempts;
mod convert;
mod ecs;
mod elb;
mod exchange;
mod failure;
mod pace;
mod parallel;
mod profile;
mod query;
mod registry;

use std::any::Any;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_sdk_ecs::config::{
    Credentials, SharedAsyncSleep, SharedCredentialsProvider, SharedHttpClient,
};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::tls::TlsContext;
use aws_smithy_types::date_time::{DateTime, Format};
use host_core::fault::{Fault, subject};
use host_core::request::{Operation, Request};
use serde_json::Value;

use super::clock::{Clock, Wall};
use super::interrupt::Interrupt;
use crate::network::{self, Network, http};
pub use ecs::Services;
use pace::Pacer;
use profile::Profile;
pub use registry::login_of_ecr;

/// What hears of every call, after it: `ecs CreateService, service `redis-service`: 41 ms`.
pub type Trace = Arc<dyn Fn(&str) + Send + Sync>;

/// How to reach AWS. What is absent comes from AWS's own environment variables
/// and files, as with the `aws` command.
#[derive(Clone, Default)]
pub struct Connection {
    /// Goes before `AWS_REGION`, the profile and the instance's own region.
    pub region: Option<String>,
    /// The profile of `~/.aws/config`; goes before `AWS_PROFILE`.
    pub profile: Option<String>,
    /// Where both services are; goes before `AWS_ENDPOINT_URL` and its kin.
    pub endpoint_url: Option<String>,
    pub network: Network,
    pub trace: Option<Trace>,
}

impl fmt::Debug for Connection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Connection")
            .field("region", &self.region)
            .field("profile", &self.profile)
            .field("endpoint_url", &self.endpoint_url)
            .finish_non_exhaustive()
    }
}

/// ECS and classic ELB of one account and region. Clones share connections and credentials.
#[derive(Clone)]
pub struct Aws {
    ecs: aws_sdk_ecs::Client,
    elb: aws_sdk_elasticloadbalancing::Client,
    region: String,
    /// What the SDK does not say of a failure.
    circumstances: Arc<(Profile, Network)>,
    trace: Option<Trace>,
    clock: Arc<dyn Clock>,
    /// Calls that were sent and not answered yet.
    in_flight: Arc<AtomicUsize>,
    /// Clones wait in the same lines.
    pacer: Arc<Pacer>,
    /// Ends waiting for a turn.
    interrupt: Interrupt,
    news: Option<Trace>,
    /// What has to live as long as this: the simulated account behind it.
    #[expect(dead_code, reason = "it is kept, and nothing else")]
    keep: Option<Arc<dyn Any + Send + Sync>>,
}

/// What takes the place of AWS: a simulated account at an address of this machine.
pub struct Ground {
    pub url: String,
    pub clock: Arc<dyn Clock>,
    /// Is told how many calls are under way.
    pub in_flight: Arc<AtomicUsize>,
    /// Lives as long as the last clone of its [`Aws`].
    pub keep: Arc<dyn Any + Send + Sync>,
}

impl fmt::Debug for Ground {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Ground")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Aws {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Aws")
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}

/// AWS SDKs agree on this for the time a connection may take to open.
const CONNECT: Duration = Duration::from_millis(3100);
/// No call of ECS or ELB takes this long; when it does, the answer is lost.
const ATTEMPT: Duration = Duration::from_secs(30);

/// Resolves region and endpoint, and prepares both clients.
///
/// Nothing is sent, but for the question for the region that an EC2 instance
/// answers itself when nothing else says it. Credentials are asked for by the
/// first call, once.
///
/// # Errors
/// When a profile is named that is not there, no region is known, the endpoint is no URL, or the certificates to trust cannot be read.
pub async fn connect(connection: &Connection) -> Result<Aws, Fault> {
    let unfit = |why: &str| failure::local("Connect", "AWS", why);
    if let Some(url) = &connection.endpoint_url
        && !["http://", "https://"]
            .iter()
            .any(|scheme| url.starts_with(scheme))
    {
        return Err(unfit(&format!(
            "the endpoint `{url}` does not begin with `http://` or `https://`"
        )));
    }
    let (config, profile, _) = configured(connection).await?;
    let region = config.region().ok_or_else(|| {
        // It would have said which.
        profile
            .absence()
            .unwrap_or_else(|| unfit("no region is set, and this is not an EC2 instance"))
    })?;
    let region = region.to_string();
    Ok(clients(&config, region, profile, connection))
}

type Configured = Result<(SdkConfig, Profile, TlsContext), Fault>;

/// What the environment and the files say, with the profile in use and the certificates that are trusted in place of the
/// system's. In a box, because the future is large and two functions wait for it.
fn configured(connection: &Connection) -> Pin<Box<dyn Future<Output = Configured> + Send + '_>> {
    Box::pin(async {
        let profile = Profile::read(connection.profile.as_deref()).await;
        // Whoever asks for a profile means it, whatever the variables say.
        if let (Some(_), Some(absence)) = (&connection.profile, profile.absence()) {
            return Err(absence);
        }
        let bundle = connection.network.ca_bundle.as_ref();
        let bundle = bundle.or(profile.ca_bundle.as_ref());
        let trusted = bundle.map(network::trust).transpose();
        let trusted = trusted.map_err(|why| failure::local("Connect", "AWS", &why))?;
        let config = load(connection, trusted.clone()).await;
        Ok((config, profile, trusted.unwrap_or_default()))
    })
}

/// A moment in seconds since 1970 as `2026-11-24T00:12:25Z`.
#[must_use]
pub fn rfc3339(seconds: f64) -> String {
    let whole = DateTime::from_secs_f64(seconds.floor());
    whole.fmt(Format::DateTime).unwrap_or_default()
}

fn clients(config: &SdkConfig, region: String, profile: Profile, connection: &Connection) -> Aws {
    Aws {
        ecs: aws_sdk_ecs::Client::new(config),
        elb: aws_sdk_elasticloadbalancing::Client::new(config),
        region,
        circumstances: Arc::new((profile, connection.network.clone())),
        trace: connection.trace.clone(),
        clock: Arc::new(Wall::default()),
        in_flight: Arc::default(),
        pacer: Arc::default(),
        interrupt: Interrupt::default(),
        news: None,
        keep: None,
    }
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(ATTEMPT)
        .build()
}

async fn load(connection: &Connection, trusted: Option<TlsContext>) -> SdkConfig {
    let http = http::client(trusted);
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(http.clone())
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts());
    if let Ok(name) = AppName::new(concat!("host-", env!("CARGO_PKG_VERSION"))) {
        loader = loader.app_name(name);
    }
    if let Some(region) = &connection.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(profile) = &connection.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(url) = &connection.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    let config = loader.load().await;
    match &connection.profile {
        Some(profile) => with_credentials_of(config, profile, http),
        None => config,
    }
}

/// The SDK's chain asks the environment before any profile. Whoever names a
/// profile means its account, as with the `aws` command.
fn with_credentials_of(config: SdkConfig, profile: &str, http: SharedHttpClient) -> SdkConfig {
    let means = ProviderConfig::without_region()
        .with_region(config.region().cloned())
        .with_http_client(http);
    let provider = ProfileFileCredentialsProvider::builder()
        .configure(&means)
        .profile_name(profile)
        .build();
    config
        .into_builder()
        .credentials_provider(SharedCredentialsProvider::new(provider))
        .build()
}

impl Aws {
    /// The way to a simulated account. Nothing of the environment is read for it: neither credentials nor proxies.
    #[must_use]
    pub fn on(ground: Ground, region: &str, trace: Option<Trace>) -> Self {
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(region.to_owned()))
            .endpoint_url(ground.url)
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
                "local", "local", None, None, "host",
            )))
            .http_client(http::direct())
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts())
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .build();
        Self {
            ecs: aws_sdk_ecs::Client::new(&config),
            elb: aws_sdk_elasticloadbalancing::Client::new(&config),
            region: region.to_owned(),
            circumstances: Arc::default(),
            trace,
            clock: ground.clock,
            in_flight: ground.in_flight,
            pacer: Arc::default(),
            interrupt: Interrupt::default(),
            news: None,
            keep: Some(ground.keep),
        }
    }

    /// The same, which tells why calls wait where they wait for long: a line for all of them.
    #[must_use]
    pub fn telling(self, news: Trace) -> Self {
        Self {
            news: Some(news),
            ..self
        }
    }

    /// The same, whose calls do not wait for their turn any longer once the user stops the run.
    #[must_use]
    pub fn heeding(self, interrupt: &Interrupt) -> Self {
        Self {
            interrupt: interrupt.clone(),
            ..self
        }
    }

    /// The clock that waiting for this account goes by.
    #[must_use]
    pub fn clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }

    /// The region that all calls go to.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Sends a request as it is, and gives AWS's whole answer in AWS's own names
    /// (`{}` where AWS answers nothing).
    ///
    /// It waits for its turn in AWS's budget. It is repeated as reads are, a few times, where that makes nothing twice.
    ///
    /// # Errors
    /// Whatever AWS or the way there makes of it; or the run was stopped before its turn came.
    pub async fn send(&self, request: &Request) -> Result<Value, Fault> {
        let about = subject(request);
        match request.operation {
            Operation::RegisterTaskDefinition => {
                self.write(ecs::Call::RegisterTaskDefinition, request, about)
                    .await
            }
            Operation::DeregisterTaskDefinition => {
                self.write(ecs::Call::DeregisterTaskDefinition, request, about)
                    .await
            }
            Operation::CreateService => self.write(ecs::Call::CreateService, request, about).await,
            Operation::UpdateService => self.write(ecs::Call::UpdateService, request, about).await,
            Operation::DeleteService => self.write(ecs::Call::DeleteService, request, about).await,
            Operation::TagResource => self.write(ecs::Call::TagResource, request, about).await,
            Operation::UntagResource => self.write(ecs::Call::UntagResource, request, about).await,
            Operation::CreateLoadBalancer => self.create_load_balancer(request, about).await,
            Operation::ConfigureHealthCheck => self.configure_health_check(request, about).await,
            Operation::ModifyLoadBalancerAttributes => self.modify_attributes(request, about).await,
            Operation::CreateLoadBalancerListeners
            | Operation::DeleteLoadBalancerListeners
            | Operation::SetLoadBalancerListenerSSLCertificate
            | Operation::ApplySecurityGroupsToLoadBalancer
            | Operation::AttachLoadBalancerToSubnets
            | Operation::DetachLoadBalancerFromSubnets
            | Operation::AddTags
            | Operation::RemoveTags
            | Operation::DeleteLoadBalancer => self.change(request, about).await,
        }
    }
}

#[cfg(test)]
mod tests;
