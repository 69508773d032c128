//! Which version a recipe is: what it says itself counts, whatever its tag and its annotations say.

use host_core::spec::Manifest;

use super::layout::KEY;
use super::lock::moving;
use super::sandbox;
use crate::harness::Registry;

/// Others put the version of whatever they build there.
#[test]
fn an_annotation_is_a_reason_to_ask_the_recipe_and_no_more() {
    let registry = Registry::start();
    let said = Manifest {
        name: "moving".to_owned(),
        version: "7.3.0".to_owned(),
        ..Manifest::default()
    };
    registry.publish_as("acme/moving", "1.2.0", &moving("1.2.0"), &said);
    let reference = registry.reference("acme/moving:1.2.0");
    let sandbox = sandbox();
    for verb in ["inspect", "pull", "render"] {
        sandbox.host(&[verb, &reference]).ends_with(0);
    }
    // Where it is meant, it is named by its content.
    let (digest, _) = registry.publish_as("acme/moving", "2026.1.15", &moving("1.2.0"), &said);
    let reference = registry.reference("acme/moving:2026.1.15");
    let pinned = format!("{}@{digest}", registry.reference("acme/moving"));
    sandbox.write("host.key", KEY);
    for line in [
        &["render", &reference][..],
        &["sign", "--key", "host.key", &reference],
    ] {
        let run = sandbox.host(line).ends_with(1);
        run.says(&[
            "error[H0819]",
            &format!("name it by its content: `{pinned}`"),
        ]);
    }
    sandbox.host(&["render", &pinned]).ends_with(0);
}
