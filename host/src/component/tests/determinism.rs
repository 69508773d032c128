//! Two renders of the same arguments are the same, on every machine: what could differ is fixed, or refused.

use super::*;

/// A recipe whose version is the bits of a number, in hexadecimal.
fn bits(compute: &str) -> String {
    let core = format!(
        r#"(module
            (memory (export "memory") 1)
            (data (i32.const 512) "guest")
            (data (i32.const 520) "0123456789abcdef")
            (data (i32.const 1024) "\00\02\00\00" "\05\00\00\00" "\00\03\00\00" "\08\00\00\00")
            (func $bits (result i32) {compute})
            (func (export "host:recipe/guest@0.1.0#describe") (result i32)
                (local $bits i32) (local $at i32)
                (local.set $bits (call $bits))
                (loop $digit
                    (i32.store8 offset=768 (local.get $at)
                        (i32.load8_u offset=520 (i32.shr_u (local.get $bits) (i32.const 28))))
                    (local.set $bits (i32.shl (local.get $bits) (i32.const 4)))
                    (local.set $at (i32.add (local.get $at) (i32.const 1)))
                    (br_if $digit (i32.lt_u (local.get $at) (i32.const 8))))
                (i32.const 1024))
            (func (export "host:recipe/guest@0.1.0#render")
                (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
                (unreachable))
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                (i32.const 32768)))"#
    );
    recipe(&core).describe().unwrap().version
}

/// The sign and the payload of a NaN are the processor's to choose, and would be a source of chance.
#[test]
fn a_number_that_is_none_has_the_same_bits_everywhere() {
    assert_eq!(
        bits("(i32.const 0x12ab34cd)"),
        "12ab34cd",
        "the test itself"
    );
    for compute in [
        "(f32.div (f32.const 0) (f32.const 0))",
        "(f32.sqrt (f32.const -1))",
        "(f32.add (f32.const inf) (f32.const -inf))",
        "(f32.mul (f32.const nan:0x200001) (f32.const 1))",
        "(f32.add (f32.const -nan:0x123456) (f32.const nan:0x654321))",
        "(f32.demote_f64 (f64.div (f64.const 0) (f64.const 0)))",
        "(f32.min (f32.const -nan:0x1) (f32.const 1))",
    ] {
        let compute = format!("(i32.reinterpret_f32 {compute})");
        assert_eq!(bits(&compute), "7fc00000", "{compute}");
    }
    let vector =
        "(i32x4.extract_lane 1 (f32x4.div (v128.const f32x4 0 0 0 0) (v128.const f32x4 0 0 0 0)))";
    assert_eq!(bits(vector), "7fc00000");
}

/// Relaxed instructions may give one of several results; the host takes the same on every processor.
#[test]
fn relaxed_vectors_give_the_results_of_the_strict_ones() {
    // A lane beyond the vector is zero, as for `i8x16.swizzle`, and not the lane modulo 16.
    let swizzle = |lane: u8| {
        format!(
            "(i32x4.extract_lane 0 (i8x16.relaxed_swizzle (v128.const i32x4 0x04030201 0 0 0) \
             (v128.const i8x16 {lane} 255 255 255 0 0 0 0 0 0 0 0 0 0 0 0)))"
        )
    };
    assert_eq!(bits(&swizzle(1)), "00000002");
    assert_eq!(bits(&swizzle(17)), "00000000");
    // What does not fit is the nearest that does, as for `i32x4.trunc_sat_f32x4_u`.
    assert_eq!(
        bits("(i32x4.extract_lane 0 (i32x4.relaxed_trunc_f32x4_u (v128.const f32x4 -1 0 0 0)))"),
        "00000000"
    );
    assert_eq!(
        bits("(i32x4.extract_lane 0 (i32x4.relaxed_trunc_f32x4_s (v128.const f32x4 1e20 0 0 0)))"),
        "7fffffff"
    );
    // Rounded once: (2^12 + 1)^2 - 2^24 is 2^13 + 1, which rounding in between would lose.
    assert_eq!(
        bits(
            "(i32x4.extract_lane 0 (f32x4.relaxed_madd (v128.const f32x4 4097 0 0 0) \
             (v128.const f32x4 4097 0 0 0) (v128.const f32x4 -16777216 0 0 0)))"
        ),
        format!("{:08x}", 8193_f32.to_bits())
    );
}

#[test]
fn threads_are_refused() {
    let shared = QUIET.replace(
        r#"(memory (export "memory") 1)"#,
        r#"(memory (export "memory") 1 1 shared)"#,
    );
    let atomic = QUIET.replacen(
        "(func",
        "(func (drop (i32.atomic.load (i32.const 0)))) (func",
        1,
    );
    let memory_of_threads = "(memory 1 1 shared)";
    let beside = QUIET.replacen("(func", &format!("{memory_of_threads} (func"), 1);
    for (core, reason) in [(shared, "thread"), (atomic, "thread"), (beside, "thread")] {
        let mut core = wat::parse_str(&core).unwrap();
        let mut resolve = wit_parser::Resolve::default();
        let package = resolve.push_str("recipe.wit", CONTRACT).unwrap();
        let world = resolve.select_world(&[package], None).unwrap();
        embed_component_metadata(&mut core, &resolve, world, StringEncoding::UTF8).unwrap();
        // The encoder's own rules are not what is tested here.
        let encoder = ComponentEncoder::default().validate(false).module(&core);
        let Ok(bytes) = encoder.and_then(|mut it| it.encode()) else {
            continue;
        };
        let error = refusal(&bytes);
        assert!(matches!(&error, RecipeError::Invalid { .. }), "{error}");
        assert!(error.to_string().contains(reason), "{error}");
    }
}

#[test]
fn every_call_begins_anew() {
    let counting = QUIET
        .replace(
            "(i32.const 1024))",
            "(global.set $calls (i32.add (global.get $calls) (i32.const 4))) (global.get $calls))",
        )
        .replacen(
            "(func",
            "(global $calls (mut i32) (i32.const 1024)) (func",
            1,
        );
    let recipe = recipe(&counting);
    let first = recipe.describe();
    for _ in 0..3 {
        assert_eq!(recipe.describe(), first);
    }
}
