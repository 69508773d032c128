//! Names of images, as docker reads them.

/// An image without its tag.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Image {
    /// `docker.io/library/redis`: the registry always, and docker's own `library` where only a name was given.
    pub(super) repository: String,
    tag: Option<String>,
    /// Whether a digest says which image it is.
    pub(super) is_pinned: bool,
}

/// Where the Docker Official Images are.
const OFFICIAL: &str = "docker.io/library/";

impl Image {
    /// Reads the name of an image.
    pub fn read(name: &str) -> Self {
        let (name, is_pinned) = match name.split_once('@') {
            Some((name, digest)) => (name, is_digest(digest)),
            None => (name, false),
        };
        let start = name.rfind('/').map_or(0, |it| it + 1);
        let (untagged, tag) = match name[start..].find(':') {
            Some(colon) => (
                &name[..start + colon],
                Some(name[start + colon + 1..].to_owned()),
            ),
            None => (name, None),
        };
        Self {
            repository: with_registry(untagged),
            tag,
            is_pinned,
        }
    }

    /// `docker.io/library/redis`: with its registry, without its tag.
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// What stands behind the colon.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// Whether a digest says which image it is.
    pub fn is_pinned(&self) -> bool {
        self.is_pinned
    }

    /// Whether it is one of the Docker Official Images: those need no grant.
    pub(super) fn is_official(&self) -> bool {
        let name = self.repository.strip_prefix(OFFICIAL);
        name.is_some_and(|it| !it.is_empty() && !it.contains('/'))
    }
}

fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:")
        .is_some_and(|it| it.len() == 64 && it.bytes().all(|it| it.is_ascii_hexdigit()))
}

/// The name with its registry, which docker leaves out where it is its own.
pub(super) fn with_registry(name: &str) -> String {
    match name.split_once('/') {
        Some((first, rest)) if is_registry(first) => {
            let first = first.to_ascii_lowercase();
            match first.as_str() {
                "docker.io" | "index.docker.io" | "registry-1.docker.io"
                    if !rest.contains('/') && !rest.is_empty() =>
                {
                    format!("{OFFICIAL}{rest}")
                }
                "index.docker.io" | "registry-1.docker.io" => format!("docker.io/{rest}"),
                _ => format!("{first}/{rest}"),
            }
        }
        Some(_) => format!("docker.io/{name}"),
        None => format!("{OFFICIAL}{name}"),
    }
}

/// Whether the first part of a name is a registry and no user of docker's own.
pub(super) fn is_registry(part: &str) -> bool {
    part.contains(['.', ':']) || part == "localhost" || part.chars().any(char::is_uppercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_as_docker_reads_it() {
        for (name, repository, is_official) in [
            ("redis", "docker.io/library/redis", true),
            ("redis:7.2", "docker.io/library/redis", true),
            ("library/redis", "docker.io/library/redis", true),
            ("docker.io/redis", "docker.io/library/redis", true),
            (
                "index.docker.io/library/redis",
                "docker.io/library/redis",
                true,
            ),
            ("bitnami/redis:7", "docker.io/bitnami/redis", false),
            (
                "registry-1.docker.io/bitnami/redis",
                "docker.io/bitnami/redis",
                false,
            ),
            ("ghcr.io/acme/app:1", "ghcr.io/acme/app", false),
            ("GHCR.io/acme/app", "ghcr.io/acme/app", false),
            ("localhost:5000/redis:1", "localhost:5000/redis", false),
            ("localhost/redis", "localhost/redis", false),
            (
                "evil.example/library/redis",
                "evil.example/library/redis",
                false,
            ),
            ("library/redis/x", "docker.io/library/redis/x", false),
        ] {
            let image = Image::read(name);
            assert_eq!(
                (image.repository.as_str(), image.is_official()),
                (repository, is_official),
                "{name}"
            );
        }
    }

    #[test]
    fn only_a_whole_digest_pins() {
        let digest = "a".repeat(64);
        assert!(Image::read(&format!("redis:7@sha256:{digest}")).is_pinned);
        assert!(!Image::read("redis@sha256:abc").is_pinned && !Image::read("redis:7").is_pinned);
        assert_eq!(
            Image::read(&format!("a/b:1@sha256:{digest}")).repository,
            "docker.io/a/b"
        );
    }
}
