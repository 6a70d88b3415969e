//! The documents: links lead somewhere, examples are sound, the list of faults matches the tests.

mod program;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use program::{read_shipped_file, repository_root, run, status, stdout, write};

/// The files below `folder` whose names end in `extension`.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut rest = vec![folder.to_owned()];
    while let Some(folder) = rest.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                rest.push(path);
            } else if path.extension().is_some_and(|it| it == extension) {
                found.push(path);
            }
        }
    }
    found
}

/// Every document of the repository.
fn documents() -> Vec<PathBuf> {
    let mut documents = Vec::new();
    for entry in fs::read_dir(repository_root()).unwrap() {
        let path = entry.unwrap().path();
        documents.extend(Some(path).filter(|path| path.extension().is_some_and(|it| it == "md")));
    }
    for folder in ["docs", "crates", "models/tabletop"] {
        documents.extend(files(&repository_root().join(folder), "md"));
    }
    documents
}

/// The text outside code blocks and code spans.
fn prose(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.starts_with("    "));
    let parts = lines.flat_map(|line| line.split('`').step_by(2).chain(["\n"]));
    parts.collect()
}

/// What follows each `](`, up to the bracket.
fn links(text: &str) -> Vec<String> {
    let ends = prose(text);
    let targets = ends.split("](").skip(1);
    targets
        .filter_map(|rest| Some(rest.split_once(')')?.0.to_owned()))
        .collect()
}

/// The names by which headings are linked to.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let words = line.trim_start_matches('#').trim().to_lowercase();
            let kept = words.chars().filter_map(|letter| match letter {
                ' ' => Some('-'),
                '-' | '_' => Some(letter),
                _ => letter.is_alphanumeric().then_some(letter),
            });
            kept.collect()
        })
        .collect()
}

#[test]
fn links_lead_to_files_and_headings() {
    let mut checked = 0;
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        for link in links(&text) {
            if link.contains("://") {
                continue;
            }
            let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = match path {
                "" => document.clone(),
                path => document.parent().unwrap().join(path),
            };
            let place = document.display();
            assert!(target.exists(), "{place}: there is no {link}");
            if !anchor.is_empty() {
                let headings = anchors(&fs::read_to_string(&target).unwrap());
                assert!(headings.contains(anchor), "{place}: {link}: {headings:?}");
            }
            checked += 1;
        }
    }
    assert!(checked > 40, "{checked}");
}

/// Every Rust file of the workspace, in one text.
fn sources() -> String {
    let mut text = String::new();
    for file in files(&repository_root().join("crates"), "rs") {
        text += &fs::read_to_string(file).unwrap();
    }
    text
}

#[test]
fn the_list_of_faults_names_tests_that_exist() {
    let page = read_shipped_file("docs/faults.md");
    let sources = sources();
    let spans: BTreeSet<&str> = page.split('`').skip(1).step_by(2).collect();
    let is_name = |span: &&&str| {
        let letters = span.trim_end_matches('*');
        letters
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || it == '_')
            && letters.matches('_').count() >= 2
    };
    let mut named = 0;
    for span in spans.iter().filter(is_name) {
        let function = match span.strip_suffix('*') {
            Some(start) => format!("fn {start}"),
            None => format!("fn {span}("),
        };
        assert!(sources.contains(&function), "docs/faults.md names {span}");
        named += 1;
    }
    assert!(named > 30, "{named}");
}

#[test]
fn every_fault_that_the_code_numbers_is_in_the_list() {
    let page = read_shipped_file("docs/faults.md");
    let rows: BTreeSet<u32> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(' ').next()?.parse().ok())
        .collect();
    assert_eq!(rows, (1..=32).collect());
    let sources = sources();
    let numbers = |start: &str| -> BTreeSet<u32> {
        let mentions = sources.split(start).skip(1);
        let digits = |rest: &str| {
            rest.chars()
                .take_while(char::is_ascii_digit)
                .collect::<String>()
        };
        mentions
            .filter_map(|rest| digits(rest).parse().ok())
            .collect()
    };
    for start in ["/// Fault ", "//! Fault ", "fn fault_"] {
        let used = numbers(start);
        assert!(!used.is_empty(), "{start}");
        assert!(used.is_subset(&rows), "{start}: {used:?}");
    }
}

#[test]
fn the_documented_launch_file_is_sound() {
    let page = read_shipped_file("docs/scenes.md");
    let (_, section) = page.split_once("## A launch file").unwrap();
    let block: String = section
        .lines()
        .skip_while(|line| !line.starts_with("    "))
        .take_while(|line| line.is_empty() || line.starts_with("    "))
        .map(|line| line.trim_start().to_owned() + "\n")
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "launch.toml", block);
    let output = run(&["check", &file]);
    assert_eq!(status(&output), 0, "{}", stdout(&output));
    assert!(stdout(&output).ends_with("(launch)\n"));
}
