//! A folder, variables and nothing else: what a run of the program sees of the machine.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::{Folder, RECIPES, Run, Running, StandIn, built};

/// Where runs take place. The current folder has `recipes/`, as the repository has.
pub(crate) struct Sandbox {
    folder: Folder,
    variables: BTreeMap<String, String>,
}

impl Sandbox {
    /// One without credentials, region or any other setting.
    pub(crate) fn new() -> Self {
        let folder = Folder::new();
        let sandbox = Self {
            variables: variables(&folder),
            folder,
        };
        fs::create_dir_all(sandbox.path("recipes")).expect("the sandbox can be written to");
        for name in RECIPES {
            sandbox.link(&built::recipe(name), &format!("recipes/{name}.wasm"));
        }
        sandbox
    }

    /// One with credentials and a region, whose calls all go to `address`.
    pub(crate) fn at(address: &str) -> Self {
        Self::new()
            .set("AWS_ACCESS_KEY_ID", "test")
            .set("AWS_SECRET_ACCESS_KEY", "test")
            .set("AWS_REGION", "us-east-1")
            .set("AWS_ENDPOINT_URL", address)
    }

    /// One whose calls all go to a stand-in.
    pub(crate) fn on(stand_in: &StandIn) -> Self {
        Self::at(stand_in.address())
    }

    /// The same sandbox with a variable.
    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    /// The same sandbox with the machine's Rust, without the network.
    pub(crate) fn with_cargo(self) -> Self {
        let home = std::env::var("HOME").unwrap_or_default();
        let folder = |name: &str, usual: &str| {
            std::env::var(name).unwrap_or_else(|_| format!("{home}/{usual}"))
        };
        let toolchain = std::env::var("RUSTUP_TOOLCHAIN").ok();
        let sandbox = self
            .set("CARGO_HOME", &folder("CARGO_HOME", ".cargo"))
            .set("RUSTUP_HOME", &folder("RUSTUP_HOME", ".rustup"))
            .set("CARGO_NET_OFFLINE", "true")
            .set("CARGO_TARGET_DIR", &built::scratch("cargo"));
        match toolchain {
            Some(toolchain) => sandbox.set("RUSTUP_TOOLCHAIN", &toolchain),
            None => sandbox,
        }
    }

    /// The path of a file, given from the folder in which the program runs.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join("work").join(relative)
    }

    /// Writes a file, and the folders above it.
    pub(crate) fn write(&self, relative: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().expect("it lies in the sandbox"))
            .expect("the sandbox can be written to");
        fs::write(path, bytes).expect("the sandbox can be written to");
    }

    /// Reads a file.
    #[track_caller]
    pub(crate) fn read(&self, relative: &str) -> String {
        let path = self.path(relative);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("`{}`: {error}", path.display()))
    }

    /// Puts a file of the repository into the sandbox.
    pub(crate) fn link(&self, original: &std::path::Path, relative: &str) {
        symlink(original, self.path(relative)).expect("the sandbox can be written to");
    }

    /// Runs the program to its end. It has no terminal.
    #[track_caller]
    pub(crate) fn host(&self, arguments: &[&str]) -> Run {
        self.start(arguments).finish()
    }

    /// Starts the program.
    pub(crate) fn start(&self, arguments: &[&str]) -> Running {
        self.start_in("", &BTreeMap::new(), arguments)
    }

    /// Starts the program in a folder below its own, with more variables.
    pub(crate) fn start_in(
        &self,
        folder: &str,
        more: &BTreeMap<String, String>,
        arguments: &[&str],
    ) -> Running {
        let mut command = Command::new(built::host());
        command.args(arguments).current_dir(self.path(folder));
        self.spawn(command, more, arguments)
    }

    /// Runs the program on a terminal, where `answer` is typed to its first question. stdout has both streams.
    #[track_caller]
    pub(crate) fn terminal(&self, answer: &str, arguments: &[&str]) -> Run {
        let mut command = Command::new(built::python());
        command
            .arg(built::root().join("tests/it/harness/terminal.py"))
            .arg(answer)
            .arg(built::host())
            .args(arguments)
            .current_dir(self.path(""));
        self.spawn(command, &BTreeMap::new(), arguments).finish()
    }

    /// Runs the program to its end, and gives the most memory, in KiB, that it or a child of it had.
    #[track_caller]
    pub(crate) fn measured(&self, arguments: &[&str]) -> (Run, u64) {
        let peak = self.folder.path().join("peak");
        let mut command = Command::new(built::python());
        command
            .args(["-I", "-S"])
            .arg(built::root().join("tests/it/harness/peak.py"))
            .arg(&peak)
            .arg(built::host())
            .args(arguments)
            .current_dir(self.path(""));
        let run = self.spawn(command, &BTreeMap::new(), arguments).finish();
        let text = fs::read_to_string(&peak).expect("the memory was measured");
        let kibibytes = text.parse().expect("it is a number");
        (run, kibibytes)
    }

    fn spawn(
        &self,
        mut command: Command,
        more: &BTreeMap<String, String>,
        arguments: &[&str],
    ) -> Running {
        command
            .env_clear()
            .envs(&self.variables)
            .envs(more)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let child = command.spawn().expect("the program can be started");
        Running::new(format!("host {}", arguments.join(" ")), child)
    }

    /// Forgets the simulated account: the next `--local` begins with a new one.
    pub(crate) fn forget_account(&self) {
        let folder = self.folder.path().join("state");
        if folder.exists() {
            fs::remove_dir_all(folder).expect("the account can be removed");
        }
    }

    /// The text with what differs from run to run and machine to machine replaced.
    pub(crate) fn filter(&self, text: &str) -> String {
        let folder = self.folder.path().to_str().expect("the path is UTF-8");
        let text = text
            .replace(&format!("{folder}/work"), "[WORK]")
            .replace(folder, "[SANDBOX]");
        let replace = |text: String, pattern: &str, name: &str| {
            regex_lite::Regex::new(pattern)
                .expect("the pattern is one")
                .replace_all(&text, name)
                .into_owned()
        };
        let text = replace(text, "sha256:[0-9a-f]{64}", "sha256:[DIGEST]");
        let text = replace(text, r#"(size"?:? +)\d+"#, "${1}[SIZE]");
        // Of the simulated account: names that it made up, and its time.
        let text = replace(text, r"\b[0-9a-f]{32}\b", "[ID]");
        let text = replace(
            text,
            r"request [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
            "request [ID]",
        );
        let text = replace(text, r"\bi-[0-9a-f]{17}\b", "i-[ID]");
        let text = replace(text, r"-\d+(\.[a-z0-9-]+\.elb\.)", "-[NUMBER]${1}");
        let text = replace(text, r"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", "[TIME]");
        replace(
            text,
            &format!(
                r"\bhost {}\b",
                regex_lite::escape(env!("CARGO_PKG_VERSION"))
            ),
            "host [VERSION]",
        )
    }
}

fn variables(folder: &Folder) -> BTreeMap<String, String> {
    let inside = |name: &str| {
        folder
            .path()
            .join(name)
            .to_str()
            .expect("the path is UTF-8")
            .to_owned()
    };
    let variables = [
        ("PATH", std::env::var("PATH").unwrap_or_default()),
        ("HOME", inside("home")),
        ("XDG_STATE_HOME", inside("state")),
        // All tests share it, so that each recipe is compiled once.
        ("XDG_CACHE_HOME", built::scratch("cache")),
        ("AWS_CONFIG_FILE", inside("aws-config")),
        ("AWS_SHARED_CREDENTIALS_FILE", inside("aws-credentials")),
        // No test asks the machine that it runs on for credentials.
        ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
    ];
    variables
        .map(|(name, value)| (name.to_owned(), value))
        .into()
}
