//! Trains the plain wordings of `wordings/`, or scores them.
//!
//! `cargo run -p enact-plan --example wordings train` writes the weights that ship;
//! `… cross-validate` leaves out one voice after the other; `… score FILE` scores sentences of a file
//! of the same form, with the weights that ship. `-v` names what is taken for something else.
#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;
use std::path::Path;
use std::{env, error, fs};

use enact_plan::meaning::paraphrase::{
    Corpus, RulesAndWordingsScore, cross_validated, score, train,
};

fn main() -> Result<(), Box<dyn error::Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("wordings");
    let arguments: Vec<String> = env::args().skip(1).collect();
    let is_verbose = arguments.iter().any(|argument| argument == "-v");
    let tell = |sentence: &str, taken: &str| {
        if is_verbose {
            println!("{sentence}\n    {taken}");
        }
    };
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["train"] => {
            let weights = train(&Corpus::load(&folder)?);
            let path = folder.with_file_name("src/meaning/paraphrase/weights.bin");
            println!("{}: {} bytes", path.display(), weights.len());
            fs::write(path, weights)?;
        }
        ["cross-validate", ..] => {
            let corpus = Corpus::load(&folder)?;
            show(&cross_validated(&corpus, tell));
        }
        ["score", file, ..] => {
            let kinds = fs::read_to_string(folder.join("kinds.txt"))?;
            let corpus = Corpus::parse(&kinds, &[fs::read_to_string(file)?])?;
            show(&score(&corpus, tell));
        }
        _ => println!("train | cross-validate [-v] | score FILE [-v]"),
    }
    Ok(())
}

fn show(tallies: &BTreeMap<String, RulesAndWordingsScore>) {
    let mut all = RulesAndWordingsScore::default();
    println!("{:24} by rules          with plain wordings", "");
    println!("{:24} right asked wrong right asked wrong", "kind");
    for (kind, tally) in tallies {
        line(kind, tally);
        all += *tally;
    }
    line("all", &all);
}

fn line(name: &str, score: &RulesAndWordingsScore) {
    let RulesAndWordingsScore { rules, both } = score;
    println!(
        "{name:24} {:5} {:5} {:5} {:5} {:5} {:5}",
        rules.right, rules.asked, rules.wrong, both.right, both.asked, both.wrong
    );
}
