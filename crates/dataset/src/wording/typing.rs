//! Typing errors.

use rand::RngExt;

/// Words shorter than this are typed correctly.
const MIN_LETTERS: usize = 3;

/// Changes one to three words: a letter is lost, doubled, or swapped with the next.
pub fn mistype(rng: &mut impl RngExt, text: &str) -> String {
    let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    for _ in 0..rng.random_range(1..=3) {
        let index = rng.random_range(0..words.len());
        let mut letters: Vec<char> = words[index].chars().collect();
        if letters.len() >= MIN_LETTERS && letters.iter().all(|letter| letter.is_alphabetic()) {
            let at = rng.random_range(1..letters.len() - 1);
            match rng.random_range(0..3) {
                0 => drop(letters.remove(at)),
                1 => letters.insert(at, letters[at]),
                _ => letters.swap(at, at + 1),
            }
            words[index] = letters.into_iter().collect();
        }
    }
    words.join(" ")
}
