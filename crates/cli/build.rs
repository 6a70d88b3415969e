//! Embeds the shipped files anew whenever one of them is added or removed; changes of contents are
//! noticed by the compiler.

fn main() {
    for folder in ["robots", "scenes", "launch", "suites"] {
        println!("cargo::rerun-if-changed=../../{folder}");
    }
}
