//! H07xx: what an author should mend, as `host lint` finds it.

use super::{Code, Entry};

/// Something that users see is not explained.
pub const UNDOCUMENTED: Code = Code(701);
/// The image of a container names no version.
pub const UNPINNED: Code = Code(702);
/// An image is known to need more memory than it gets.
pub const LITTLE_MEMORY: Code = Code(703);
/// A parameter takes a secret as plain text.
pub const PLAIN_SECRET: Code = Code(704);
/// Lint could not think of a value for a parameter.
pub const NO_EXAMPLE: Code = Code(705);
/// A recipe looks inside the tokens of secrets or addresses.
pub const LOOKS_INSIDE: Code = Code(706);
/// A text of a manifest holds characters that are no text.
pub const CONTROL: Code = Code(707);
/// Lint did not try all arguments that it thought of.
pub const NOT_ALL_TRIED: Code = Code(708);

/// All of this table.
pub const ALL: &[Entry] = &[
    Entry {
        code: UNDOCUMENTED,
        title: "something that users see is not explained",
        meaning: "The summary and the descriptions of parameters, endpoints and dependencies are all that somebody who does not know a recipe has of it: `host inspect` shows them, and errors about a parameter repeat its description.",
        remedy: "Write one line for each: what it is for, and in which unit.",
    },
    Entry {
        code: UNPINNED,
        title: "the image of a container names no version",
        meaning: "Without a tag, or with `latest`, docker pulls whatever is newest when the instance has none yet: two tasks of one service can run two versions, and no rollback brings the older one back.",
        remedy: "Name a version in the default of the image, or better a digest: a tag can be moved as well.",
    },
    Entry {
        code: LITTLE_MEMORY,
        title: "an image is known to need more memory than it gets",
        meaning: "Some images need a certain memory to start at all with their own settings. The container would be killed, and the rollout fail after minutes.",
        remedy: "Raise the default of the recipe's memory, or set up what the image runs for less (a smaller heap or cache) and say so.",
    },
    Entry {
        code: PLAIN_SECRET,
        title: "a parameter takes a secret as plain text",
        meaning: "By its name the parameter is a password, a key or a token, and it is declared as a text. What is given for it stands in the task definition, which everyone in the account can read.",
        remedy: "Declare it as `secret`: users give an ARN, the recipe sees a token, and the value goes from AWS to the container alone.",
    },
    Entry {
        code: NO_EXAMPLE,
        title: "lint could not think of a value for a parameter",
        meaning: "`host lint` renders a recipe on its own defaults. A required parameter has none, so it tries values that fit its type; none of them matched its pattern, and what the recipe emits was not looked at.",
        remedy: "Give a value: `host lint RECIPE --set NAME=VALUE`.",
    },
    Entry {
        code: LOOKS_INSIDE,
        title: "a recipe looks inside the tokens of secrets or addresses",
        meaning: "Secrets and addresses reach a recipe as opaque tokens, and it is rendered with two spellings of them. With one spelling it gives the same result again; with the other it gives another one, so it measured, cut or compared a token.",
        remedy: "Hand tokens on whole: as the whole value of `value-from`, or as a part of a text that is only put together.",
    },
    Entry {
        code: CONTROL,
        title: "a text of a manifest holds characters that are no text",
        meaning: "Control characters could draw on the terminal of whoever reads, and others turn the direction of a line or are not seen at all: they are shown escaped, such as `\\u{1b}`, so the text reads badly everywhere.",
        remedy: "Write summaries and descriptions as one line of plain text.",
    },
    Entry {
        code: NOT_ALL_TRIED,
        title: "lint did not try all arguments that it thought of",
        meaning: "After the defaults, `host lint` tries each optional parameter, each choice and each switch alone. The recipe takes so long for one that it stopped after some seconds; what the others make it emit was not looked at.",
        remedy: "Make `render` quicker: it only puts texts together. Or try what matters by hand: `host lint RECIPE --set NAME=VALUE`.",
    },
];
