//! What a recipe is, and how it becomes the exports of a component.

use crate::{Argument, Arguments, Blueprint, Dependency, Diagnostic, Manifest, Target};

/// A function of arguments, target and dependencies. Implement it for a type of
/// your own, or let [`crate::tcp_service`] make one, and hand it to
/// [`crate::export!`].
pub trait Recipe {
    /// What this recipe is; always the same. An empty version or summary is
    /// taken from the package.
    fn describe(&self) -> Manifest;

    /// What to deploy for these arguments.
    ///
    /// # Errors
    /// What is wrong with the arguments: all of it, not only the first.
    fn render(
        &self,
        arguments: &Arguments,
        target: &Target,
        dependencies: &[Dependency],
    ) -> Result<Blueprint, Vec<Diagnostic>>;
}

#[doc(hidden)]
#[must_use]
pub fn describe(recipe: &impl Recipe, version: &str, summary: &str) -> Manifest {
    let mut manifest = recipe.describe();
    for (field, of_package) in [
        (&mut manifest.version, version),
        (&mut manifest.summary, summary),
    ] {
        if field.is_empty() {
            of_package.clone_into(field);
        }
    }
    manifest
}

#[doc(hidden)]
#[expect(
    clippy::needless_pass_by_value,
    reason = "the component's export owns what it is given"
)]
pub fn render(
    recipe: &impl Recipe,
    arguments: Vec<Argument>,
    target: Target,
    dependencies: Vec<Dependency>,
) -> Result<Blueprint, Vec<Diagnostic>> {
    let arguments = Arguments::new(arguments, &recipe.describe().parameters);
    recipe.render(&arguments, &target, &dependencies)
}

/// Makes a recipe of an expression that implements [`Recipe`]:
/// `export!(tcp_service("redis", 6379).image("redis:7.4"));`
///
/// The crate gets the functions `describe` and `render` with which it is tested
/// natively, and on wasm32 the exports that make it a component. Once per crate.
#[macro_export]
macro_rules! export {
    ($recipe:expr) => {
        /// What this recipe is.
        #[must_use]
        pub fn describe() -> $crate::Manifest {
            $crate::recipe::describe(
                &$recipe,
                env!("CARGO_PKG_VERSION"),
                env!("CARGO_PKG_DESCRIPTION"),
            )
        }

        /// What to deploy for these arguments.
        ///
        /// # Errors
        /// What is wrong with the arguments.
        pub fn render(
            arguments: ::std::vec::Vec<$crate::Argument>,
            target: $crate::Target,
            dependencies: ::std::vec::Vec<$crate::Dependency>,
        ) -> ::std::result::Result<$crate::Blueprint, ::std::vec::Vec<$crate::Diagnostic>> {
            $crate::recipe::render(&$recipe, arguments, target, dependencies)
        }

        #[cfg(target_arch = "wasm32")]
        const _: () = {
            struct Component;

            impl $crate::bindings::exports::host::recipe::guest::Guest for Component {
                fn describe() -> $crate::Manifest {
                    describe()
                }

                fn render(
                    arguments: ::std::vec::Vec<$crate::Argument>,
                    target: $crate::Target,
                    dependencies: ::std::vec::Vec<$crate::Dependency>,
                ) -> ::std::result::Result<$crate::Blueprint, ::std::vec::Vec<$crate::Diagnostic>>
                {
                    render(arguments, target, dependencies)
                }
            }

    $crate::bindings::export_component!(Component with_types_in $crate::bindings);
        };
    };
}
