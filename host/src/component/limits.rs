//! What a recipe may use, and by how much: every limit of the sandbox, with its default, in one table.

/// One thing that a recipe may not use without end.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Limit {
    /// Bytes of the component itself. Compiling is work that grows with it.
    Size,
    /// Core modules in the component, however deep they are nested.
    Modules,
    /// Components inside of the component.
    Components,
    /// How many instances nested components may multiply into. Each level of nesting can double what the level below
    /// holds, so that a few hundred bytes could otherwise say more than memory can hold.
    Instantiations,
    /// Functions of all modules together.
    Functions,
    /// Bytes of one function. Some of what a compiler does grows faster than the function.
    FunctionSize,
    /// Milliseconds that compiling may take, where it is done in a process of its own.
    CompileTime,
    /// Bytes of address space of that process.
    CompileMemory,
    /// Bytes of machine code that may come of it.
    Code,
    /// Instructions of one call, as wasmtime counts fuel: one each, and one more for every byte that an instruction
    /// copies or fills. The same on every machine, so that a recipe that passes here passes everywhere.
    Fuel,
    /// Milliseconds of one call. A backstop for work that is not counted in instructions, such as texts that the
    /// inner components of one component hand to each other.
    Time,
    /// Bytes of all linear memories of one instance.
    Memory,
    /// How many linear memories there may be.
    Memories,
    /// Elements of all tables of one instance.
    TableElements,
    /// How many tables there may be.
    Tables,
    /// Core instances of one call. Components that link libraries dynamically have some dozens.
    Instances,
    /// Bytes of the stack of one call.
    Stack,
    /// Bytes that one call may hand to the host, counted as the host holds them.
    Result,
    /// Texts in what one call hands over.
    Texts,
    /// Entries of all lists in what one call hands over.
    Entries,
}

/// What a value of a limit is a number of, for reading and showing it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Measure {
    Bytes,
    Milliseconds,
    Count,
}

/// All that is to be said of a limit.
struct Row {
    limit: Limit,
    name: &'static str,
    variable: &'static str,
    unit: &'static str,
    measure: Measure,
    default: u64,
}

const fn row(
    limit: Limit,
    name: &'static str,
    variable: &'static str,
    unit: &'static str,
    measure: Measure,
    default: u64,
) -> Row {
    Row {
        limit,
        name,
        variable,
        unit,
        measure,
        default,
    }
}

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// Every limit, in the order in which they are shown. What a Rust recipe needs is 1.1 MiB and some thousand
/// instructions; one written in Python needs 20 MiB, 50 thousand instructions and 18 MiB of WebAssembly.
#[rustfmt::skip]
const TABLE: [Row; 20] = [
    row(Limit::Size, "size", "RECIPE_HOST_LIMIT_SIZE", "bytes of WebAssembly", Measure::Bytes, 32 * MIB),
    row(Limit::Modules, "modules", "RECIPE_HOST_LIMIT_MODULES", "modules", Measure::Count, 100),
    row(Limit::Components, "components", "RECIPE_HOST_LIMIT_COMPONENTS", "components inside of it", Measure::Count, 100),
    row(Limit::Instantiations, "instantiations", "RECIPE_HOST_LIMIT_INSTANTIATIONS", "instances of nested components", Measure::Count, 10_000),
    row(Limit::Functions, "functions", "RECIPE_HOST_LIMIT_FUNCTIONS", "functions", Measure::Count, 100_000),
    row(Limit::FunctionSize, "function-size", "RECIPE_HOST_LIMIT_FUNCTION_SIZE", "bytes in one function", Measure::Bytes, MIB),
    row(Limit::CompileTime, "compile-time", "RECIPE_HOST_LIMIT_COMPILE_TIME", "milliseconds of compiling", Measure::Milliseconds, 60_000),
    row(Limit::CompileMemory, "compile-memory", "RECIPE_HOST_LIMIT_COMPILE_MEMORY", "bytes of memory for compiling", Measure::Bytes, GIB),
    row(Limit::Code, "code", "RECIPE_HOST_LIMIT_CODE", "bytes of machine code", Measure::Bytes, 256 * MIB),
    // A quarter to half of a second.
    row(Limit::Fuel, "fuel", "RECIPE_HOST_LIMIT_FUEL", "instructions", Measure::Count, 1_000_000_000),
    row(Limit::Time, "time", "RECIPE_HOST_LIMIT_TIME", "milliseconds", Measure::Milliseconds, 5_000),
    // Together with the result and its copy, what a hostile recipe costs stays under 64 MiB.
    row(Limit::Memory, "memory", "RECIPE_HOST_LIMIT_MEMORY", "bytes of memory", Measure::Bytes, 48 * MIB),
    row(Limit::Memories, "memories", "RECIPE_HOST_LIMIT_MEMORIES", "memories", Measure::Count, 32),
    row(Limit::TableElements, "table-elements", "RECIPE_HOST_LIMIT_TABLE_ELEMENTS", "table elements", Measure::Count, 200_000),
    row(Limit::Tables, "tables", "RECIPE_HOST_LIMIT_TABLES", "tables", Measure::Count, 32),
    row(Limit::Instances, "instances", "RECIPE_HOST_LIMIT_INSTANCES", "instances", Measure::Count, 256),
    row(Limit::Stack, "stack", "RECIPE_HOST_LIMIT_STACK", "bytes of stack", Measure::Bytes, 512 * KIB),
    row(Limit::Result, "result", "RECIPE_HOST_LIMIT_RESULT", "bytes of result", Measure::Bytes, 4 * MIB),
    row(Limit::Texts, "texts", "RECIPE_HOST_LIMIT_TEXTS", "texts in its result", Measure::Count, 50_000),
    row(Limit::Entries, "entries", "RECIPE_HOST_LIMIT_ENTRIES", "entries of lists in its result", Measure::Count, 20_000),
];

/// The most of a stack that can be asked for: the program's own has 8 MiB where nobody said otherwise.
const STACKS: std::ops::RangeInclusive<u64> = 16 * KIB..=4 * MIB;

impl Limit {
    /// All of them.
    pub const ALL: [Self; TABLE.len()] = {
        let mut all = [Self::Size; TABLE.len()];
        let mut index = 0;
        while index < TABLE.len() {
            all[index] = TABLE[index].limit;
            index += 1;
        }
        all
    };

    /// Their names, as `[sandbox]` of a stack file has them.
    pub const NAMES: [&'static str; TABLE.len()] = {
        let mut names = [""; TABLE.len()];
        let mut index = 0;
        while index < TABLE.len() {
            names[index] = TABLE[index].name;
            index += 1;
        }
        names
    };

    /// Those that decide whether a component is compiled at all.
    pub(super) const AT_LOAD: [Self; 6] = [
        Self::Modules,
        Self::Components,
        Self::Instantiations,
        Self::Functions,
        Self::FunctionSize,
        Self::Code,
    ];

    fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }

    /// What `--sandbox` and `[sandbox]` call it: `table-elements`.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The limit of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    /// The environment variable that sets it.
    pub fn variable(self) -> &'static str {
        self.row().variable
    }

    /// What it counts, as in "more than 5000 milliseconds".
    pub fn unit(self) -> &'static str {
        self.row().unit
    }

    /// Reads a value: a number, or one with a unit such as `96MiB` or `10s`.
    ///
    /// # Errors
    /// It is none, or beyond what this limit can be; the text says what is expected.
    pub fn read(self, text: &str) -> Result<u64, String> {
        let measure = self.row().measure;
        let expected = match measure {
            Measure::Bytes => "a number of bytes is expected, such as `100663296` or `96MiB`",
            Measure::Milliseconds => "a time is expected, such as `10000`, `10s` or `2m`",
            Measure::Count => "a whole number is expected",
        };
        let digits = text
            .find(|it: char| !it.is_ascii_digit() && it != '_')
            .unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let factor = match (measure, unit.trim()) {
            (_, "") | (Measure::Milliseconds, "ms") | (Measure::Bytes, "B") => 1,
            (Measure::Milliseconds, "s") => 1_000,
            (Measure::Milliseconds, "m") => 60_000,
            (Measure::Bytes, "KiB") => KIB,
            (Measure::Bytes, "MiB") => MIB,
            (Measure::Bytes, "GiB") => GIB,
            _ => return Err(expected.to_owned()),
        };
        let number: u64 = number
            .replace('_', "")
            .parse()
            .map_err(|_| expected.to_owned())?;
        let value = number
            .checked_mul(factor)
            .ok_or_else(|| "that is more than can be counted".to_owned())?;
        if self == Self::Stack && !STACKS.contains(&value) {
            return Err("a stack has 16KiB to 4MiB".to_owned());
        }
        if value == 0 {
            return Err("nothing can be done with nothing".to_owned());
        }
        Ok(value)
    }

    /// A value as `--sandbox` takes it, in the largest unit that leaves it whole.
    pub fn shown(self, value: u64) -> String {
        let units: &[(u64, &str)] = match self.row().measure {
            Measure::Bytes => &[(GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")],
            Measure::Milliseconds => &[(1_000, "s")],
            Measure::Count => &[],
        };
        units
            .iter()
            .find(|(factor, _)| value >= *factor && value.is_multiple_of(*factor))
            .map_or_else(
                || value.to_string(),
                |(factor, unit)| format!("{}{unit}", value / factor),
            )
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

    /// Refuses a number that is above its limit, as soon as it is known.
    pub(super) fn check(&self, limit: Limit, number: u64) -> Result<(), super::RecipeError> {
        let value = self.get(limit);
        if number <= value {
            return Ok(());
        }
        Err(super::RecipeError::Limit {
            function: "load",
            limit,
            value,
        })
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self(Limit::ALL.map(|it| it.row().default))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_limits_and_says_all_of_each() {
        for (index, row) in TABLE.iter().enumerate() {
            assert_eq!(row.limit as usize, index, "{}", row.name);
            let variable = row.name.to_uppercase().replace('-', "_");
            assert_eq!(row.variable, format!("RECIPE_HOST_LIMIT_{variable}"));
            assert_eq!(Limit::named(row.name), Some(row.limit));
            assert_eq!(
                row.limit.read(&row.limit.shown(row.default)),
                Ok(row.default)
            );
            assert_eq!(row.limit.read(&row.default.to_string()), Ok(row.default));
        }
        assert_eq!(Limit::named("fuels"), None);
    }

    #[test]
    fn values_have_the_units_of_what_they_count() {
        assert_eq!(Limit::Memory.read("96MiB"), Ok(96 << 20));
        assert_eq!(Limit::Memory.read("100663296"), Ok(96 << 20));
        assert_eq!(Limit::Memory.read("64 KiB"), Ok(64 << 10));
        assert_eq!(Limit::Time.read("10s"), Ok(10_000));
        assert_eq!(Limit::Time.read("2m"), Ok(120_000));
        assert_eq!(Limit::Fuel.read("2_000_000_000"), Ok(2_000_000_000));
        for (limit, text, reason) in [
            (Limit::Memory, "96 MB", "a number of bytes is expected"),
            (Limit::Memory, "-1", "a number of bytes is expected"),
            (
                Limit::Memory,
                "99999999999999GiB",
                "more than can be counted",
            ),
            (Limit::Time, "soon", "a time is expected"),
            (Limit::Fuel, "5s", "a whole number is expected"),
            (Limit::Fuel, "", "a whole number is expected"),
            (Limit::Fuel, "0", "nothing can be done"),
            (Limit::Stack, "1GiB", "16KiB to 4MiB"),
            (Limit::Stack, "1", "16KiB to 4MiB"),
        ] {
            let told = limit.read(text).unwrap_err();
            assert!(told.contains(reason), "{text}: {told}");
        }
    }

    #[test]
    fn a_value_is_shown_in_the_unit_that_leaves_it_whole() {
        assert_eq!(Limit::Memory.shown(96 << 20), "96MiB");
        assert_eq!(Limit::Memory.shown((96 << 20) + 1), "100663297");
        assert_eq!(Limit::Time.shown(5_000), "5s");
        assert_eq!(Limit::Fuel.shown(5_000), "5000");
    }
}
