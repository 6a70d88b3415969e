//! English contractions by their endings, spelled out.

/// Returns “do not” for “don't”, “we have” for “we've”; `None` without such an ending. What “'s”
/// means depends on the word before it, and is the caller's.
pub(crate) fn spelled_out(word: &str) -> Option<String> {
    const ENDINGS: [(&str, &str); 6] = [
        ("n't", " not"),
        ("'ve", " have"),
        ("'re", " are"),
        ("'ll", " will"),
        ("'d", " would"),
        ("'m", " am"),
    ];
    ENDINGS.iter().find_map(|(ending, long)| {
        let stem = word.strip_suffix(ending)?;
        Some(format!("{stem}{long}"))
    })
}
