//! The HTTP client of every door: rustls with the system's certificates or a file's, proxies from the environment.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

/// One pool of connections for all services.
///
/// The SDK's own client reads the system's certificates when it is made; this
/// one does when it first connects, once, and not for a plan that stops before.
/// What is trusted instead was read already.
pub(crate) fn client(trusted: Option<TlsContext>) -> SharedHttpClient {
    SharedHttpClient::new(Client {
        trusted,
        ..Client::default()
    })
}

/// The same, straight to this machine whatever proxy the environment names.
pub(crate) fn direct() -> SharedHttpClient {
    SharedHttpClient::new(Client {
        is_direct: true,
        ..Client::default()
    })
}

type Timeouts = (Option<Duration>, Option<Duration>);

#[derive(Debug, Default)]
struct Client {
    is_direct: bool,
    trusted: Option<TlsContext>,
    connectors: Mutex<HashMap<Timeouts, SharedHttpConnector>>,
}

impl HttpClient for Client {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let timeouts = (settings.connect_timeout(), settings.read_timeout());
        self.connectors
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(timeouts)
            .or_insert_with(|| self.connect(settings, components))
            .clone()
    }
}

impl Client {
    fn connect(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let trusted = self.trusted.clone().unwrap_or_default();
        connector(settings, components.sleep_impl(), self.is_direct, trusted)
    }
}

/// For connections without TLS: nobody's certificates, which need not be read then.
pub(crate) fn trusting_nobody() -> TlsContext {
    let nobody = TlsContext::builder().with_trust_store(TrustStore::empty());
    // Only certificates that are none are refused.
    nobody.build().unwrap_or_default()
}

/// A pool of connections for whoever speaks HTTP without the SDK.
pub(crate) fn connector(
    settings: &HttpConnectorSettings,
    sleep: Option<SharedAsyncSleep>,
    is_direct: bool,
    trusted: TlsContext,
) -> SharedHttpConnector {
    let proxy = if is_direct {
        ProxyConfig::disabled()
    } else {
        ProxyConfig::from_env()
    };
    let mut builder = Connector::builder()
        .connector_settings(settings.clone())
        .proxy_config(proxy)
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(trusted);
    builder.set_sleep_impl(sleep);
    SharedHttpConnector::new(builder.build())
}
