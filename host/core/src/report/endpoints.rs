//! Where to connect.

use serde::Serialize;

use super::text::{Line, Text, table};

/// An endpoint of a service that runs.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Endpoint {
    /// The name of the service in its stack.
    pub service: String,
    /// The name of the endpoint, where it is known. From tags alone it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A DNS name.
    pub address: String,
    pub port: u16,
    /// How clients speak to it, where the recipe says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheme: Option<String>,
}

impl Endpoint {
    /// `redis://internal-redis-elb-1.us-east-1.elb.amazonaws.com:80`, where the scheme is known.
    pub fn url(&self) -> Option<String> {
        let scheme = self.scheme.as_deref().filter(|it| !it.is_empty())?;
        Some(format!("{scheme}://{}:{}", self.address, self.port))
    }
}

/// One aligned line for each: `redis  internal-redis-elb-1.us-east-1.elb.amazonaws.com:80`.
pub fn text(endpoints: &[Endpoint]) -> Text {
    let rows: Vec<Vec<String>> = endpoints
        .iter()
        .zip(labels(endpoints, '/'))
        .map(|(it, label)| vec![label, format!("{}:{}", it.address, it.port)])
        .collect();
    let mut text = Text::default();
    for line in table(&rows) {
        text.push(Line::plain(line));
    }
    text
}

/// `REDIS_HOST`, `REDIS_PORT` and, where the scheme is known, `REDIS_URL`, for each.
pub fn variables(endpoints: &[Endpoint]) -> Vec<(String, String)> {
    let mut variables = Vec::new();
    for (endpoint, label) in endpoints.iter().zip(labels(endpoints, '_')) {
        let upper = |it: char| {
            if it.is_ascii_alphanumeric() {
                it.to_ascii_uppercase()
            } else {
                '_'
            }
        };
        let prefix: String = label.chars().map(upper).collect();
        variables.push((format!("{prefix}_HOST"), endpoint.address.clone()));
        variables.push((format!("{prefix}_PORT"), endpoint.port.to_string()));
        variables.extend(endpoint.url().map(|url| (format!("{prefix}_URL"), url)));
    }
    variables
}

/// The name of the service; where it has several endpoints, with the name or else the port of each.
fn labels(endpoints: &[Endpoint], separator: char) -> Vec<String> {
    let label = |it: &Endpoint| {
        let several = endpoints
            .iter()
            .filter(|other| other.service == it.service)
            .count()
            > 1;
        let own = || it.name.clone().unwrap_or_else(|| it.port.to_string());
        if several {
            format!("{}{separator}{}", it.service, own())
        } else {
            it.service.clone()
        }
    };
    endpoints.iter().map(label).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(service: &str, name: &str, port: u16, scheme: Option<&str>) -> Endpoint {
        Endpoint {
            service: service.into(),
            name: Some(name.into()),
            address: format!("{service}.example"),
            port,
            scheme: scheme.map(str::to_owned),
        }
    }

    #[test]
    fn one_line_and_two_or_three_variables_each() {
        let endpoints = [
            endpoint("redis", "redis", 80, Some("redis")),
            endpoint("my-cache", "memcached", 81, None),
        ];
        assert_eq!(
            text(&endpoints).to_string(),
            "redis     redis.example:80\nmy-cache  my-cache.example:81\n"
        );
        let variables: Vec<String> = variables(&endpoints)
            .into_iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        assert_eq!(
            variables,
            [
                "REDIS_HOST=redis.example",
                "REDIS_PORT=80",
                "REDIS_URL=redis://redis.example:80",
                "MY_CACHE_HOST=my-cache.example",
                "MY_CACHE_PORT=81",
            ]
        );
    }

    #[test]
    fn several_endpoints_of_a_service_are_told_apart() {
        let nameless = Endpoint {
            name: None,
            ..endpoint("es", "", 9300, None)
        };
        let endpoints = [endpoint("es", "http", 9200, None), nameless];
        assert_eq!(
            text(&endpoints).to_string(),
            "es/http  es.example:9200\nes/9300  es.example:9300\n"
        );
        let names: Vec<String> = variables(&endpoints)
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(
            names,
            [
                "ES_HTTP_HOST",
                "ES_HTTP_PORT",
                "ES_9300_HOST",
                "ES_9300_PORT"
            ]
        );
    }
}
