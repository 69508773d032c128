//! Registries of Amazon ECR, which take the AWS credentials that people have: whose they are, where a login to them is to be
//! had, and what AWS answers.
//!
//! The names are those of <https://docs.aws.amazon.com/general/latest/gr/ecr.html>. `public.ecr.aws` is none of them: anybody
//! may read there.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::login::Login;

/// What AWS is asked for, in the protocol's own words. It is a login to every registry of the account that the credentials may
/// use, for twelve hours.
pub const OPERATION: &str = "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken";

/// The most bytes of its answer.
pub const ANSWER: u64 = 64 << 10;

/// A registry of ECR.
#[derive(Clone, Debug, Eq, PartialEq, Ord, PartialOrd)]
pub struct Ecr {
    /// Its name, as references have it.
    pub registry: String,
    pub region: String,
    /// Where AWS gives logins to it, without the scheme.
    pub api: String,
}

impl Ecr {
    /// Reads the name of a registry. Nothing where it is of somebody else.
    #[must_use]
    pub fn read(registry: &str) -> Option<Self> {
        let (account, rest) = registry.split_once('.')?;
        let is_account = account.len() == 12 && account.bytes().all(|it| it.is_ascii_digit());
        let (kind, rest) = ["dkr.ecr.", "dkr.ecr-fips.", "dkr-ecr.", "dkr-ecr-fips."]
            .into_iter()
            .find_map(|kind| Some((kind, rest.strip_prefix(kind)?)))?;
        let (region, suffix) = rest.split_once('.')?;
        let is_region = !region.is_empty()
            && region
                .bytes()
                .all(|it| matches!(it, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        let api = match (kind, suffix) {
            ("dkr.ecr.", "amazonaws.com" | "amazonaws.com.cn" | "amazonaws.eu") => {
                format!("api.ecr.{region}.{suffix}")
            }
            ("dkr.ecr-fips.", "amazonaws.com") => format!("ecr-fips.{region}.{suffix}"),
            // Those that are reached over IPv6 as well.
            ("dkr-ecr.", "on.aws") => format!("ecr.{region}.api.aws"),
            ("dkr-ecr-fips.", "on.aws") => format!("ecr-fips.{region}.api.aws"),
            ("dkr-ecr.", "on.amazonwebservices.com.cn") => {
                format!("ecr.{region}.api.amazonwebservices.com.cn")
            }
            _ => return None,
        };
        (is_account && is_region).then(|| Self {
            registry: registry.to_owned(),
            region: region.to_owned(),
            api,
        })
    }
}

/// Reads what AWS answers.
#[must_use]
pub fn login(answer: &[u8]) -> Option<Login> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        authorization_data: Vec<Data>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Data {
        /// A name and a password, as the header `Authorization` has them.
        authorization_token: String,
    }
    let Answer { authorization_data } = serde_json::from_slice(answer).ok()?;
    let token = &authorization_data.first()?.authorization_token;
    let text = String::from_utf8(STANDARD.decode(token).ok()?).ok()?;
    let (user, password) = text.split_once(':')?;
    Some(Login::Password {
        user: user.to_owned(),
        password: password.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registries_of_aws_are_known_by_their_names() {
        for (registry, region, api) in [
            (
                "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
                "eu-west-1",
                "api.ecr.eu-west-1.amazonaws.com",
            ),
            (
                "123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com",
                "us-gov-west-1",
                "ecr-fips.us-gov-west-1.amazonaws.com",
            ),
            (
                "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn",
                "cn-north-1",
                "api.ecr.cn-north-1.amazonaws.com.cn",
            ),
            (
                "123456789012.dkr-ecr.us-east-1.on.aws",
                "us-east-1",
                "ecr.us-east-1.api.aws",
            ),
            (
                "123456789012.dkr-ecr-fips.us-east-1.on.aws",
                "us-east-1",
                "ecr-fips.us-east-1.api.aws",
            ),
        ] {
            let expected = Ecr {
                registry: registry.to_owned(),
                region: region.to_owned(),
                api: api.to_owned(),
            };
            assert_eq!(Ecr::read(registry), Some(expected), "{registry}");
        }
        for other in [
            "public.ecr.aws",
            "ghcr.io",
            "127.0.0.1:5000",
            "12345678901.dkr.ecr.eu-west-1.amazonaws.com",
            "12345678901x.dkr.ecr.eu-west-1.amazonaws.com",
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.io",
            "123456789012.dkr.ecr.eu-west-1.evil.io",
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com:444",
            "123456789012.dkr.ecr..amazonaws.com",
            "123456789012.dkr-ecr.us-east-1.amazonaws.com",
            "x.123456789012.dkr.ecr.eu-west-1.amazonaws.com",
        ] {
            assert_eq!(Ecr::read(other), None, "{other}");
        }
    }

    #[test]
    fn a_login_is_read_and_nothing_else() {
        let answer =
            br#"{"authorizationData": [{"authorizationToken": "QVdTOmE6Yg==", "expiresAt": 1.5,
            "proxyEndpoint": "https://x"}]}"#;
        let expected = Login::Password {
            user: "AWS".to_owned(),
            password: "a:b".to_owned(),
        };
        assert_eq!(login(answer), Some(expected));
        for none in [
            &b"{}"[..],
            br#"{"authorizationData": []}"#,
            br#"{"authorizationData": [{"authorizationToken": "%"}]}"#,
            br#"{"authorizationData": [{"authorizationToken": "QVdT"}]}"#,
            b"<html>",
        ] {
            assert_eq!(login(none), None);
        }
    }
}
