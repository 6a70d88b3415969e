# `just` lists what there is; `just ci` is what continuous integration runs.

_list:
    @just --list --unsorted

# Everything that continuous integration runs
ci:
    .ci/run

# Format the code
fmt:
    cargo fmt --all

# Check formatting and lints
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings

# Run the tests, or those that ARGS select
test *ARGS:
    cargo test --workspace {{ ARGS }}

# Build the documentation; warnings are errors
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps

# Check licenses, advisories and which crate uses which (needs cargo-deny)
deny:
    cargo deny check

# Run the tests of the training recipe (needs its Python packages)
recipe:
    cd models/tabletop/train && python -m unittest discover tests

# Pack the crates that can be published
package:
    cargo package -p enact-types -p enact-robot -p enact-arm --no-verify
