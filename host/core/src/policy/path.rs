//! Paths of the container instance, and the ways to a container daemon.

/// Sockets that make whoever has them root of the instance.
const SOCKETS: [&str; 5] = [
    "/run/docker.sock",
    // Of docker's own containerd.
    "/run/docker/containerd/containerd.sock",
    "/run/containerd/containerd.sock",
    "/run/podman/podman.sock",
    "/run/crio/crio.sock",
];

/// A path without `.`, `..`, doubled and trailing slashes: `/a//b/../c/` is `/a/c`.
///
/// Links cannot be seen from here. Whoever grants a folder grants what its links lead to.
pub(super) fn normal(path: &str) -> String {
    let (root, rest) = match path.strip_prefix('/') {
        Some(rest) => ("/", rest),
        None => ("", path),
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in rest.split('/') {
        match part {
            "" | "." => {}
            ".." if !root.is_empty() || parts.last().is_some_and(|it| *it != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("{root}{}", parts.join("/"))
}

/// Whether `path` is `folder` or lies in it. Both are normal.
pub(super) fn is_below(folder: &str, path: &str) -> bool {
    folder == "/" && path.starts_with('/')
        || path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Of Linux, or of Windows.
pub(super) fn is_absolute(path: &str) -> bool {
    let mut letters = path.chars();
    path.starts_with('/')
        || letters.next().is_some_and(|it| it.is_ascii_alphabetic()) && letters.next() == Some(':')
}

/// Folders of the root that hold the system, its users or its programs.
const SYSTEM: [&str; 20] = [
    "bin",
    "boot",
    "cgroup",
    "dev",
    "etc",
    "home",
    "lib",
    "lib32",
    "lib64",
    "lost+found",
    "opt",
    "proc",
    "root",
    "run",
    "sbin",
    "snap",
    "sys",
    "tmp",
    "usr",
    "var",
];

/// Whether a normal path is the root, or lies in a folder of the system; one that is not of Linux counts as such.
pub(super) fn is_system(path: &str) -> bool {
    let first = path
        .strip_prefix('/')
        .map(|it| it.split('/').next().unwrap_or_default());
    first.is_none_or(|it| it.is_empty() || SYSTEM.contains(&it.to_ascii_lowercase().as_str()))
}

/// The socket of a container daemon that a normal path is.
pub(super) fn is_socket(path: &str) -> bool {
    let path = of_run(path);
    let name = path.rsplit('/').next();
    SOCKETS.contains(&path.as_str())
        || SOCKETS.iter().any(|it| it.rsplit('/').next() == name)
        || path.to_ascii_lowercase().contains("pipe\\docker_engine")
}

/// The sockets that lie in a normal path, as that path spells them.
pub(super) fn sockets_in(path: &str) -> Vec<String> {
    let spelt = |socket: &str| match socket.strip_prefix("/run") {
        Some(rest) if path.starts_with("/var") => format!("/var/run{rest}"),
        _ => socket.to_owned(),
    };
    let mut found: Vec<String> = SOCKETS
        .iter()
        .filter(|it| is_below(&of_run(path), it) || is_below(path, &spelt(it)))
        .map(|it| spelt(it))
        .collect();
    // Daemons that a user runs without being root lie in a folder of the user.
    if found.is_empty() && is_below("/run/user", &of_run(path)) {
        found.push(format!("{path}/docker.sock"));
    }
    found
}

/// `/var/run` is another name of `/run`.
fn of_run(path: &str) -> String {
    match path.strip_prefix("/var/run") {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("/run{rest}"),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_one_spelling() {
        for (spelt, path) in [
            ("/a//b/./c/", "/a/b/c"),
            ("/data/../etc", "/etc"),
            ("/../../etc", "/etc"),
            ("/", "/"),
            ("//", "/"),
            ("data/x", "data/x"),
            ("../x", "../x"),
            ("a/../../x", "../x"),
        ] {
            assert_eq!(normal(spelt), path, "{spelt}");
        }
    }

    #[test]
    fn below_ends_at_a_slash() {
        assert!(is_below("/data", "/data") && is_below("/data", "/data/a") && is_below("/", "/x"));
        assert!(!is_below("/data", "/database") && !is_below("/data/a", "/data"));
    }

    #[test]
    fn sockets_are_known_under_every_name() {
        for path in [
            "/var/run/docker.sock",
            "/run/docker.sock",
            "/proc/1/root/run/docker.sock",
            "/run/containerd/containerd.sock",
            "/run/user/1000/docker.sock",
            "\\\\.\\pipe\\docker_engine",
        ] {
            assert!(is_socket(path), "{path}");
        }
        assert!(!is_socket("/var/run") && !is_socket("/srv/docker"));
        assert_eq!(sockets_in("/var/run")[0], "/var/run/docker.sock");
        assert_eq!(sockets_in("/run")[0], "/run/docker.sock");
        assert_eq!(sockets_in("/").len(), SOCKETS.len());
        assert_eq!(sockets_in("/var").len(), SOCKETS.len());
        assert_eq!(sockets_in("/run/docker").len(), 1);
        assert_eq!(sockets_in("/var/run/user").len(), 1);
        assert_eq!(sockets_in("/run/user/1000").len(), 1);
        assert_eq!(
            sockets_in("/run/containerd"),
            ["/run/containerd/containerd.sock"]
        );
        assert!(sockets_in("/srv").is_empty() && sockets_in("/runs").is_empty());
    }
}
