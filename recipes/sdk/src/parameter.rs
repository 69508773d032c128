//! Building parameters: a function per type, then what the type allows.
//!
//! ```
//! use recipe_sdk::parameter::{integer, text};
//! let image = text("image").format("image").default("redis").describe("the image to run");
//! let memory = integer("memory", 6, 4096).default(128).describe("MiB, the most it may use");
//! # let _: [recipe_sdk::Parameter; 2] = [image.into(), memory.into()];
//! ```

use crate::{ChoiceType, IntegerType, ListType, Parameter, ParameterType, TextType};

/// Declares a builder: its state, `describe` and the way into a parameter.
macro_rules! builders {
    ($($(#[$meta:meta])* $builder:ident($accepts:ty) => $case:expr;)*) => { $(
        $(#[$meta])*
        #[derive(Clone, Debug)]
        pub struct $builder {
            name: String,
            description: String,
            required: bool,
            accepts: $accepts,
        }

        impl $builder {
            fn named(name: impl Into<String>, accepts: $accepts) -> Self {
                Self { name: name.into(), description: String::new(), required: false, accepts }
            }

            /// What it does, and its unit, in one line.
            #[must_use]
            pub fn describe(mut self, description: impl Into<String>) -> Self {
                self.description = description.into();
                self
            }

            /// It must be given. It has no default then.
            #[must_use]
            pub fn required(mut self) -> Self {
                self.required = true;
                self
            }
        }

        impl From<$builder> for Parameter {
            fn from(builder: $builder) -> Self {
                let $builder { name, description, required, accepts } = builder;
                Self { name, description, required, accepts: $case(accepts) }
            }
        }
    )* };
}

builders! {
    /// A text.
    Text(TextType) => ParameterType::Text;
    /// A whole number between two bounds.
    Integer(IntegerType) => ParameterType::Integer;
    /// True or false.
    Boolean(Option<bool>) => ParameterType::Boolean;
    /// One of a few words.
    Choice(ChoiceType) => ParameterType::Choice;
    /// A list of texts.
    List(ListType) => ParameterType::TextList;
    /// The ARN of a secret, which the recipe sees as an opaque token.
    SecretArn(()) => |()| ParameterType::Secret;
}

/// A text parameter.
#[must_use]
pub fn text(name: impl Into<String>) -> Text {
    Text::named(name, TextType::default())
}

/// An integer parameter from `min` to `max`.
#[must_use]
pub fn integer(name: impl Into<String>, min: i32, max: i32) -> Integer {
    Integer::named(
        name,
        IntegerType {
            min,
            max,
            default: None,
        },
    )
}

/// A parameter that is true or false.
#[must_use]
pub fn boolean(name: impl Into<String>) -> Boolean {
    Boolean::named(name, None)
}

/// A parameter that takes one of `choices`, shown in their order.
#[must_use]
pub fn choice<'a>(name: impl Into<String>, choices: impl IntoIterator<Item = &'a str>) -> Choice {
    let choices = choices.into_iter().map(str::to_owned).collect();
    Choice::named(
        name,
        ChoiceType {
            choices,
            default: None,
        },
    )
}

/// A parameter that takes a list of texts.
#[must_use]
pub fn list(name: impl Into<String>) -> List {
    List::named(name, ListType::default())
}

/// A parameter that takes the ARN of a secret.
#[must_use]
pub fn secret(name: impl Into<String>) -> SecretArn {
    SecretArn::named(name, ())
}

impl Text {
    /// The value when none is given.
    #[must_use]
    pub fn default(mut self, value: impl Into<String>) -> Self {
        self.accepts.default = Some(value.into());
        self
    }

    /// A regular expression that the whole value must match.
    #[must_use]
    pub fn pattern(mut self, pattern: impl Into<String>) -> Self {
        self.accepts.pattern = Some(pattern.into());
        self
    }

    /// The meaning of the text: `name`, `image`, `path`, `arn`.
    #[must_use]
    pub fn format(mut self, format: impl Into<String>) -> Self {
        self.accepts.format = Some(format.into());
        self
    }
}

impl Integer {
    /// The value when none is given.
    #[must_use]
    pub fn default(mut self, value: i32) -> Self {
        self.accepts.default = Some(value);
        self
    }
}

impl Boolean {
    /// The value when none is given.
    #[must_use]
    pub fn default(mut self, value: bool) -> Self {
        self.accepts = Some(value);
        self
    }
}

impl Choice {
    /// The value when none is given.
    #[must_use]
    pub fn default(mut self, value: impl Into<String>) -> Self {
        self.accepts.default = Some(value.into());
        self
    }
}

impl List {
    /// At most this many items; without it, 100.
    #[must_use]
    pub fn max_items(mut self, count: u32) -> Self {
        self.accepts.max_items = count;
        self
    }

    /// A regular expression that every whole item must match.
    #[must_use]
    pub fn pattern(mut self, pattern: impl Into<String>) -> Self {
        self.accepts.pattern = Some(pattern.into());
        self
    }

    /// The meaning of an item, as for texts; also `key=value`.
    #[must_use]
    pub fn format(mut self, format: impl Into<String>) -> Self {
        self.accepts.format = Some(format.into());
        self
    }
}
