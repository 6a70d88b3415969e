//! Embeds the console's files anew whenever one of them is added or removed; changes of contents
//! are noticed by the compiler.

fn main() {
    println!("cargo::rerun-if-changed=../../web");
}
