//! The way out, for every door that takes it: proxies, which certificates are trusted, and the HTTP client.
//!
//! The AWS SDK goes by the same variables; here is what it does not do with them, or does not say.

use std::fs;

use aws_smithy_http_client::tls::{TlsContext, TrustStore};
use host_core::fault::{Fault, FaultKind};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

pub(crate) mod exchange;
pub(crate) mod http;

/// A setting, and where it is made.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Setting {
    /// In the words of a message: `` `AWS_CA_BUNDLE` ``, or `` `ca_bundle` of profile `x` ``.
    pub place: String,
    pub value: String,
}

/// The variables that decide the way out. An empty one is as good as unset.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// `AWS_CA_BUNDLE`, as for the `aws` command: the file of PEM certificates that are trusted in place of the
    /// system's.
    pub ca_bundle: Option<Setting>,
    /// `SSL_CERT_FILE`: the file that stands in for the system's certificates.
    cert_file: Option<Setting>,
    /// The proxy for `https`, without its password.
    proxy: Option<Setting>,
}

impl Network {
    /// Reads it from variables.
    pub fn read<'a>(variable: impl Fn(&str) -> Option<&'a str>) -> Self {
        let first = |names: &[&str]| {
            names.iter().find_map(|name| {
                let value = variable(name).filter(|it| !it.is_empty())?;
                Some(Setting {
                    place: format!("`{name}`"),
                    value: value.to_owned(),
                })
            })
        };
        // In the order of the SDK's own client.
        let proxy = first(&["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]);
        Self {
            ca_bundle: first(&["AWS_CA_BUNDLE"]),
            cert_file: first(&["SSL_CERT_FILE"]),
            proxy: proxy.map(|it| Setting {
                value: without_password(&it.value),
                ..it
            }),
        }
    }

    /// What differs from the usual way, in a line for people; nothing where nothing does.
    #[must_use]
    pub fn words(&self) -> Option<String> {
        let of = |it: &Setting| format!("`{}` of {}", it.value, it.place);
        let proxy = self.proxy.as_ref().map(|it| format!("proxy {}", of(it)));
        let trusted = self.ca_bundle.as_ref().or(self.cert_file.as_ref());
        let trusted = trusted.map(|it| format!("trusts the certificates in {}", of(it)));
        let parts: Vec<String> = proxy.into_iter().chain(trusted).collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }

    /// The file that stands in for the system's certificates, where there is one.
    #[must_use]
    pub fn cert_file(&self) -> Option<&Setting> {
        self.cert_file.as_ref()
    }

    /// The proxy that HTTPS goes through, unless `NO_PROXY` leads past it.
    #[must_use]
    pub fn proxy(&self) -> Option<&Setting> {
        self.proxy.as_ref()
    }

    /// Adds to the causes of a fault which proxy and which certificates it was about.
    pub(crate) fn tell(&self, fault: &mut Fault) {
        if fault.kind != FaultKind::Unreachable {
            return;
        }
        let said = &fault.message;
        if let Some(Setting { place, value }) = &self.proxy {
            fault.message = if said.contains("tunnel error") {
                format!("proxy `{value}` of {place}: {said}")
            } else {
                // Whether it was asked is not known: `NO_PROXY` may lead past it.
                format!("{said} ({place} is `{value}`)")
            };
        }
        if !fault.message.contains("certificate") {
            return;
        }
        if let Some(trusted) = self.ca_bundle.as_ref().or(self.cert_file.as_ref()) {
            fault.message = format!("{} ({})", fault.message, instead(trusted));
        }
    }

    /// Whose certificates count in place of the system's, for who is no AWS; nothing where those of the system do.
    pub(crate) fn trusted(&self) -> Option<String> {
        self.cert_file.as_ref().map(instead)
    }
}

/// Which certificates count in place of the system's, or why none do: files that cannot be used are passed over in silence.
fn instead(file: &Setting) -> String {
    let Setting { place, value } = file;
    match trust(file) {
        Ok(_) => format!("trusted is what is signed by those in `{value}` of {place}"),
        Err(why) => why,
    }
}

/// A proxy's address, fit to be shown.
fn without_password(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    format!("{scheme}://{host}")
}

/// The certificates of a file, trusted and no others.
///
/// # Errors
/// The file cannot be read, or has something that is no certificate in it. The SDK would end the program over that.
pub(crate) fn trust(bundle: &Setting) -> Result<TlsContext, String> {
    let Setting { place, value } = bundle;
    let unfit = |why: String| format!("`{value}` of {place} has no certificates to trust: {why}");
    let bytes = fs::read(value).map_err(|error| unfit(error.to_string()))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&bytes) {
        let certificate = certificate.map_err(|error| unfit(error.to_string()))?;
        roots
            .add(certificate)
            .map_err(|error| unfit(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(unfit("it has no PEM block `CERTIFICATE`".to_owned()));
    }
    TlsContext::builder()
        .with_trust_store(TrustStore::empty().with_pem_certificate(bytes))
        .build()
        .map_err(|error| unfit(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(variables: &[(&'static str, &'static str)]) -> Network {
        Network::read(|name| variables.iter().find(|it| it.0 == name).map(|it| it.1))
    }

    #[test]
    fn the_proxy_is_the_one_that_the_client_takes_and_its_password_is_not_kept() {
        type Case = (
            &'static [(&'static str, &'static str)],
            Option<(&'static str, &'static str)>,
        );
        let cases: [Case; 3] = [
            (&[], None),
            (
                &[("HTTPS_PROXY", ""), ("all_proxy", "a:1")],
                Some(("all_proxy", "http://a:1")),
            ),
            (
                &[
                    ("https_proxy", "http://b"),
                    ("HTTPS_PROXY", "http://me:p@ss@a:1/"),
                ],
                Some(("HTTPS_PROXY", "http://a:1/")),
            ),
        ];
        for (variables, expected) in cases {
            let expected = expected.map(|(name, value)| Setting {
                place: format!("`{name}`"),
                value: value.to_owned(),
            });
            assert_eq!(network(variables).proxy, expected);
        }
    }

    #[test]
    fn a_bundle_without_certificates_is_refused_before_the_sdk_sees_it() {
        let bundle = |value: &str| Setting {
            place: "`AWS_CA_BUNDLE`".into(),
            value: value.into(),
        };
        let why = trust(&bundle("/no/such/file")).expect_err("no file");
        assert!(
            why.starts_with("`/no/such/file` of `AWS_CA_BUNDLE` has no certificates to trust: "),
            "{why}"
        );
        let why =
            trust(&bundle(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))).expect_err("no PEM");
        assert!(why.ends_with("it has no PEM block `CERTIFICATE`"), "{why}");
    }
}
