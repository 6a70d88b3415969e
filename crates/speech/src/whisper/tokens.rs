//! Tokens with a meaning of their own.

use candle_transformers::models::whisper as names;
use tokenizers::Tokenizer;

/// The tokens that control what is written.
#[derive(Clone, Debug)]
pub(super) struct SpecialTokens {
    /// Begins every transcript.
    pub(super) start: u32,
    /// Ends it. All tokens from here on are no text.
    pub(super) end: u32,
    /// Comes before what was said before.
    pub(super) before: Option<u32>,
    /// Asks for the words in the language that they are spoken in; models that know only English
    /// may have none.
    pub(super) transcribe: Option<u32>,
    /// Asks for text without times.
    pub(super) no_timestamps: u32,
    /// Stands for silence.
    pub(super) no_speech: Option<u32>,
    /// Languages, by ISO 639-1 code; none for a model that knows only English.
    pub(super) languages: Vec<(String, u32)>,
}

impl SpecialTokens {
    /// Finds them in a tokenizer; the error names the one that is missing.
    pub(super) fn find(tokenizer: &Tokenizer, is_multilingual: bool) -> Result<Self, String> {
        let of = |name: &str| {
            let missing = || format!("tokenizer.json has no {name}");
            tokenizer.token_to_id(name).ok_or_else(missing)
        };
        let end = of(names::EOT_TOKEN)?;
        let mut languages: Vec<(String, u32)> = tokenizer
            .get_vocab(true)
            .into_iter()
            .filter(|(_, id)| *id > end)
            .filter_map(|(token, id)| Some((language(&token)?.to_owned(), id)))
            .collect();
        languages.sort_by_key(|(_, id)| *id);
        if !is_multilingual {
            languages.clear();
        }
        Ok(Self {
            start: of(names::SOT_TOKEN)?,
            end,
            before: of("<|startofprev|>").ok(),
            transcribe: of(names::TRANSCRIBE_TOKEN).ok().filter(|_| is_multilingual),
            no_timestamps: of(names::NO_TIMESTAMPS_TOKEN)?,
            no_speech: names::NO_SPEECH_TOKENS
                .iter()
                .find_map(|name| tokenizer.token_to_id(name)),
            languages,
        })
    }

    /// Returns the largest of them.
    pub(super) fn largest(&self) -> u32 {
        let languages = self.languages.iter().map(|(_, id)| *id);
        [self.start, self.end, self.no_timestamps]
            .into_iter()
            .chain(self.transcribe)
            .chain(self.before)
            .chain(self.no_speech)
            .chain(languages)
            .fold(0, u32::max)
    }
}

/// Returns the code in `<|en|>`.
fn language(token: &str) -> Option<&str> {
    let code = token.strip_prefix("<|")?.strip_suffix("|>")?;
    let is_code = (2..=3).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_lowercase());
    is_code.then_some(code)
}
