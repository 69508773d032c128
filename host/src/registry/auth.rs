//! What opens a repository: a token of the server that the registry names, or a name and a password.

use host_core::codes::Problem;
use host_core::registry::answer;
use host_core::registry::challenge::Challenge;
use host_core::registry::ecr::Ecr;
use host_core::registry::login::Login;
use url::{Url, form_urlencoded};

use super::credentials::{self, Found, Whose};
use super::exchange::{Ask, base, is_loopback};
use super::{Registry, failure, lock};
use crate::network::exchange::Request;

/// The most bytes of an answer with a token. Some hold a list of all that it opens.
const TOKEN: u64 = 1 << 20;

/// What opens a repository.
#[derive(Clone)]
pub(super) struct Grant {
    /// The header. Never shown.
    pub(super) authorization: String,
    /// Whose login is behind it.
    pub(super) whose: Whose,
    /// Why there is none, where one was to be had and was not.
    pub(super) trouble: Option<String>,
}

impl Registry {
    /// The login that there is for a registry: the one that is tried out, else docker's, else for ECR that of AWS.
    pub(super) async fn login(&self, ask: &Ask<'_>) -> Result<Found, Problem> {
        if let Some(login) = ask.login {
            return Ok(Found {
                login: Some(login.clone()),
                whose: Whose::Tried,
                trouble: None,
            });
        }
        let docker = self.0.options.docker.as_deref();
        let found = credentials::find(docker, ask.registry).await?;
        if found.login.is_none()
            && let Some(of_aws) = self.of_aws(ask.registry).await
        {
            return Ok(of_aws);
        }
        Ok(found)
    }

    /// The login of AWS in place of docker's, which was refused.
    pub(super) async fn anew(&self, grant: &Grant, ask: &Ask<'_>) -> Option<Found> {
        if grant.whose != Whose::Docker {
            return None;
        }
        let found = self.of_aws(ask.registry).await?;
        found.login.is_some().then_some(found)
    }

    /// What AWS gives for a registry of ECR, asked once. Nothing for any other.
    async fn of_aws(&self, registry: &str) -> Option<Found> {
        let ecr = Ecr::read(registry)?;
        let ask = self.0.options.aws.as_ref()?;
        // Whoever comes meanwhile waits, and takes what was answered.
        let mut known = self.0.of_aws.lock().await;
        let answered = if let Some(answered) = known.get(registry) {
            answered.clone()
        } else {
            let answered = ask(ecr).await;
            known.insert(registry.to_owned(), answered.clone());
            answered
        };
        let (login, trouble) = match answered {
            Ok(login) => (Some(login), None),
            Err(why) => (None, Some(why)),
        };
        Some(Found {
            login,
            whose: Whose::Aws,
            trouble,
        })
    }

    /// Does what the registry says when it refuses.
    pub(super) async fn grant(
        &self,
        ask: &Ask<'_>,
        is_plain: bool,
        challenges: &[String],
        body: &[u8],
        found: Found,
    ) -> Result<Grant, Problem> {
        let Some(challenge) = Challenge::read(challenges.iter().map(String::as_str)) else {
            return Err(failure::refused(
                ask,
                body,
                Whose::Nobody,
                Some("it does not say how to log in in a way that is known here"),
            ));
        };
        let Found {
            login,
            whose,
            trouble,
        } = found;
        if let Some(login) = &login {
            lock(&self.0.secrets).learn(login);
        }
        let refused = |body: &[u8]| failure::refused(ask, body, whose, trouble.as_deref());
        let authorization = match (&challenge, &login) {
            (Challenge::Basic, Some(Login::Password { user, password })) => {
                Login::basic(user, password)
            }
            (Challenge::Basic, _) => return Err(refused(body)),
            (Challenge::Bearer { realm, service }, login) => {
                let server = self.server(ask, is_plain, realm)?;
                let service = service.as_deref();
                let answered = self.token(ask, &server, service, login.as_ref()).await?;
                let token = answered.map_err(|body| refused(&body))?;
                lock(&self.0.secrets).learn_token(&token);
                format!("Bearer {token}")
            }
        };
        Ok(Grant {
            authorization,
            whose,
            trouble,
        })
    }

    /// The server that gives tokens. A login is not sent to it in plain HTTP, unless that is how the registry is spoken with.
    fn server(&self, ask: &Ask<'_>, is_plain: bool, realm: &str) -> Result<Url, Problem> {
        let broken = |why: &str| failure::broken(ask.registry, why);
        let base = base(ask.registry, is_plain).ok_or_else(|| broken("its name makes no URL"))?;
        let server = base
            .join(realm)
            .map_err(|_| broken("the server for its tokens has no URL"))?;
        self.check_way(&base, &server).map_err(|_| {
            broken("its tokens are given in plain HTTP, where a login could be read")
        })?;
        Ok(server)
    }

    /// Asks for a token. The inner error is the body of a refusal.
    async fn token(
        &self,
        ask: &Ask<'_>,
        server: &Url,
        service: Option<&str>,
        login: Option<&Login>,
    ) -> Result<Result<String, Vec<u8>>, Problem> {
        let scope = ask.scope();
        let mut url = server.clone();
        let mut headers = vec![("accept", "application/json".to_owned())];
        let (mut method, mut body) = ("GET", Vec::new());
        if let Some(Login::Identity(token)) = login {
            let mut form = form_urlencoded::Serializer::new(String::new());
            form.append_pair("grant_type", "refresh_token");
            form.append_pair("client_id", "host");
            form.append_pair("scope", &scope.unwrap_or_default());
            form.append_pair("refresh_token", token);
            form.append_pair("service", service.unwrap_or_default());
            (method, body) = ("POST", form.finish().into_bytes());
            let kind = "application/x-www-form-urlencoded".to_owned();
            headers.push(("content-type", kind));
        } else {
            let mut query = url.query_pairs_mut();
            if let Some(service) = service {
                query.append_pair("service", service);
            }
            if let Some(scope) = &scope {
                query.append_pair("scope", scope);
            }
        }
        if let Some(Login::Password { user, password }) = login {
            headers.push(("authorization", Login::basic(user, password)));
        }
        let request = Request {
            method,
            url: url.as_str(),
            headers,
            body,
            is_direct: is_loopback(&url),
        };
        let name = self.masked(server.host_str().unwrap_or(ask.registry));
        let name = name.as_str();
        let failed = |it| self.failed(name, &it);
        let mut answer = self.0.http.send(request).await.map_err(failed)?;
        let status = answer.status();
        self.trace(&format!("{method} token of {name}: {status}"));
        let body = answer.whole(TOKEN).await.map_err(failed)?;
        let Some(body) = body else {
            let why = "an answer to the question for a token that is larger than 1 MiB";
            return Err(failure::broken(name, why));
        };
        if status == 200 {
            let token = answer::token(&body);
            let none = || failure::broken(name, "no token, where it was asked for one");
            return token.map(Ok).ok_or_else(none);
        }
        let body = lock(&self.0.secrets).mask_body(body);
        match status {
            400 | 401 | 403 | 404 => Ok(Err(body)),
            429 | 500..=599 => Err(failure::gave_up(name, status, 1, None)),
            _ => Err(failure::unexpected(
                name,
                "the question for a token",
                status,
                &body,
            )),
        }
    }
}
