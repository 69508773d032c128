//! What a recipe may use, and by how much.

/// One thing that a recipe may not use without end.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Limit {
    /// Bytes of the component itself. Compiling is work that grows with it.
    Size,
    /// Instructions of one call, as wasmtime counts fuel: one each, and one more for every byte that an instruction
    /// copies or fills. The same on every machine, so that a recipe that passes here passes everywhere.
    Fuel,
    /// Milliseconds of one call. A backstop for work that is not counted in instructions, such as texts that the
    /// inner components of one component hand to each other.
    Time,
    /// Bytes of all linear memories of one instance.
    Memory,
    /// Elements of all tables of one instance.
    TableElements,
    /// Bytes that one call may hand to the host, counted as the host holds them.
    Result,
}

impl Limit {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Size,
        Self::Fuel,
        Self::Time,
        Self::Memory,
        Self::TableElements,
        Self::Result,
    ];

    /// The environment variable that sets it.
    pub fn variable(self) -> &'static str {
        match self {
            Self::Size => "RECIPE_HOST_LIMIT_SIZE",
            Self::Fuel => "RECIPE_HOST_LIMIT_FUEL",
            Self::Time => "RECIPE_HOST_LIMIT_TIME",
            Self::Memory => "RECIPE_HOST_LIMIT_MEMORY",
            Self::TableElements => "RECIPE_HOST_LIMIT_TABLE_ELEMENTS",
            Self::Result => "RECIPE_HOST_LIMIT_RESULT",
        }
    }

    /// What it counts, as in "more than 5000 milliseconds".
    pub fn unit(self) -> &'static str {
        match self {
            Self::Size => "bytes of WebAssembly",
            Self::Fuel => "instructions",
            Self::Time => "milliseconds",
            Self::Memory => "bytes of memory",
            Self::TableElements => "table elements",
            Self::Result => "bytes of result",
        }
    }

    /// A Rust recipe needs some thousand instructions and 1.1 MiB; one written in Python, 50 thousand and 20 MiB.
    fn default_value(self) -> u64 {
        match self {
            Self::Size => 32 << 20,
            // A quarter to half of a second.
            Self::Fuel => 1_000_000_000,
            Self::Time => 5_000,
            // Together with the result and its copy, what a hostile recipe costs stays under 64 MiB.
            Self::Memory => 48 << 20,
            Self::TableElements => 200_000,
            Self::Result => 4 << 20,
        }
    }
}

/// The values of all limits.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Limits([u64; Limit::ALL.len()]);

impl Limits {
    /// The value of a limit.
    pub fn get(&self, limit: Limit) -> u64 {
        self.0[limit as usize]
    }

    /// The same limits with one changed.
    #[must_use]
    pub fn with(mut self, limit: Limit, value: u64) -> Self {
        self.0[limit as usize] = value;
        self
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self(Limit::ALL.map(Limit::default_value))
    }
}
