//! Nothing but the gate makes motion: every other way is a compile error.

#[test]
fn motion_comes_from_the_gate_only() {
    trybuild::TestCases::new().compile_fail("tests/refused/*.rs");
}
