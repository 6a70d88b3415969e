//! How plans in plain words are read: by their spelling, and by what they mean.

use std::path::Path;

use enact_model::SentenceEmbedder;
use enact_plan::similarity::{BySpelling, SimilarityIndex, TextSimilarity};
use enact_tests::tiny::bert;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

#[test]
fn a_sentence_has_one_vector_of_length_one() {
    let folder = tempfile::tempdir().unwrap();
    bert::write(folder.path(), 1).unwrap();
    let model = SentenceEmbedder::load(folder.path()).unwrap();
    let one = model.embed("pick up the red cube").unwrap();
    let length: f32 = one.iter().map(|it| it * it).sum();
    assert!((length - 1.0).abs() < 1e-4, "{length}");
    assert_eq!(model.embed("pick up the red cube").unwrap(), one);
    assert_ne!(model.embed("go home").unwrap(), one);
    let texts = ["go home", "pick up the red cube", "done"];
    let (found, alike) = model.find(&texts, texts[1]).unwrap();
    assert_eq!(found, 1);
    assert!(alike > 0.999, "{alike}");
}

#[test]
fn what_is_no_such_model_is_told_by_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let error = SentenceEmbedder::load(folder.path()).unwrap_err();
    assert!(error.text().contains("config.json"), "{error}");
    bert::write(folder.path(), 1).unwrap();
    enact_tests::tiny::weights::Weights::new(1)
        .write(folder.path())
        .unwrap();
    let error = SentenceEmbedder::load(folder.path()).unwrap_err();
    assert!(error.text().contains("no BERT model"), "{error}");
}

/// A sentence as somebody types it: two neighbors swapped, a letter lost, one doubled.
fn mistyped(text: &str, rng: &mut ChaCha8Rng) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let at = rng.random_range(0..letters.len() - 1);
    match rng.random_range(0..3) {
        0 => letters.swap(at, at + 1),
        1 => drop(letters.remove(at)),
        _ => letters.insert(at, letters[at]),
    }
    letters.into_iter().collect()
}

/// The same in other words.
fn paraphrased(action: &str, rng: &mut ChaCha8Rng) -> String {
    let (verb, object) = action.split_once(' ').unwrap_or((action, ""));
    let object = object.replace('_', " ");
    match rng.random_range(0..4) {
        0 => format!("please {verb} the {object}"),
        1 => format!("{verb} that {object} now"),
        2 => format!("the {object}: {verb} it"),
        _ => format!("now I will {verb} a {object}"),
    }
}

/// Something said among what can be done, and what is meant.
#[derive(Deserialize)]
struct Said {
    said: String,
    among: Vec<String>,
    meant: String,
}

/// How many of so many are found, percent.
fn found(said: &[Said], similarity: &dyn TextSimilarity) -> f64 {
    let right = said.iter().filter(|it| {
        let among: Vec<&str> = it.among.iter().map(String::as_str).collect();
        let found = similarity.find(&among, &it.said);
        found.is_some_and(|(found, _)| it.among[found] == it.meant)
    });
    100.0 * right.count() as f64 / said.len() as f64
}

/// `ENACT_EMBEDDINGS=FOLDER ENACT_VIRTUALHOME=FOLDER [ENACT_SENTENCES=FILE.json] cargo test --workspace --test
/// text_similarity -- --ignored --nocapture`; `tests/language_models/run.py --sentences` writes such a file.
#[test]
#[ignore = "needs sentence embeddings and the actions of VirtualHome"]
#[allow(clippy::print_stdout, reason = "it reports a measurement")]
fn reading_by_spelling_beside_reading_by_meaning() {
    let variable = |name: &str| std::env::var(name);
    let folder = variable("ENACT_EMBEDDINGS").expect("ENACT_EMBEDDINGS names a folder");
    let meaning = SentenceEmbedder::load(Path::new(&folder)).unwrap();
    let folder = variable("ENACT_VIRTUALHOME").expect("ENACT_VIRTUALHOME names a folder");
    let text = std::fs::read_to_string(Path::new(&folder).join("actions.json")).unwrap();
    let actions: Vec<String> = serde_json::from_str(&text).unwrap();
    let words: Vec<String> = actions.iter().map(|it| it.replace('_', " ")).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let index = SimilarityIndex::new(words.iter().copied());
    println!("| top-1 | by spelling (TF-IDF) | by meaning |\n|---|---|---|");
    type Change = fn(&str, &mut ChaCha8Rng) -> String;
    let changes: [(&str, Change); 3] = [
        ("with a typing error", mistyped),
        ("paraphrased", paraphrased),
        ("both", |action, rng| {
            mistyped(&paraphrased(action, rng), rng)
        }),
    ];
    for (name, change) in changes {
        const TRIES: usize = 500;
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut right = [0; 2];
        for _ in 0..TRIES {
            let meant = rng.random_range(0..words.len());
            let said = change(words[meant], &mut rng);
            let answers = [
                index.find_most_similar_text(&said),
                meaning.find(&words, &said),
            ];
            for (right, found) in right.iter_mut().zip(answers) {
                *right += u32::from(found.is_some_and(|(found, _)| words[found] == words[meant]));
            }
        }
        let [spelling, meaning] = right.map(|it| 100.0 * f64::from(it) / TRIES as f64);
        println!(
            "| {} actions of VirtualHome, {name} | {spelling:.1} % | {meaning:.1} % |",
            words.len()
        );
        // A guard, not an aim.
        assert!(spelling > 75.0 && meaning > 30.0);
    }
    if let Ok(file) = variable("ENACT_SENTENCES") {
        let said: Vec<Said> =
            serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        println!(
            "| {} sentences that ask for one step | {:.1} % | {:.1} % |",
            said.len(),
            found(&said, &BySpelling),
            found(&said, &meaning)
        );
    }
}
