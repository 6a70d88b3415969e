//! Greedy answers without a grammar, with the time that each takes, as JSON lines: what
//! `python -m tabletop.speed` puts beside Hugging Face transformers.
//!
//!     cargo run --example greedy -- models/tabletop DATA/held 50

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use image::{DynamicImage, RgbImage};
use mistralrs::{ModelBuilder, ModelDType, RequestBuilder, TextMessageRole};
use serde_json::{Value, json};

/// Most tokens of an answer.
const MAX_TOKENS: usize = 120;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, model, data, count] = arguments.as_slice() else {
        return Err("usage: greedy MODEL_FOLDER DATA_FOLDER COUNT".into());
    };
    let cases = cases(Path::new(data), count.parse()?)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let model = ModelBuilder::new(model)
            .with_dtype(ModelDType::F32)
            .with_force_cpu()
            .with_max_num_seqs(1)
            .with_prefix_cache_n(None)
            .build()
            .await?;
        for (kind, text, picture) in cases {
            let request = RequestBuilder::new()
                .set_deterministic_sampler()
                .set_sampler_max_len(MAX_TOKENS)
                .enable_thinking(false);
            let request = match picture {
                Some(rgb) => request.add_image_message(
                    TextMessageRole::User,
                    &text,
                    vec![DynamicImage::ImageRgb8(rgb)],
                ),
                None => request.add_message(TextMessageRole::User, &text),
            };
            let start = Instant::now();
            let response = model.send_chat_request(request).await?;
            let line = json!({
                "kind": kind,
                "seconds": start.elapsed().as_secs_f64(),
                "tokens": response.usage.completion_tokens,
                "text": response.choices[0].message.content,
            });
            #[expect(
                clippy::print_stdout,
                reason = "its output is data for another program"
            )]
            {
                println!("{line}");
            }
        }
        Ok(())
    })
}

type Case = (&'static str, String, Option<RgbImage>);

/// `count` pictures and as many situations of a data set.
fn cases(data: &Path, count: usize) -> Result<Vec<Case>, Box<dyn Error>> {
    let described: Value = serde_json::from_slice(&std::fs::read(data.join("dataset.json"))?)?;
    let side = |key: &str| described[key].as_u64().ok_or("dataset.json has no size");
    let (width, height) = (side("width")? as u32, side("height")? as u32);
    let size = (width * height * 3) as usize;
    let pictures = std::fs::read(data.join("frames.rgb"))?;
    let mut cases = Vec::new();
    for bytes in pictures.chunks_exact(size).take(count) {
        let rgb = RgbImage::from_raw(width, height, bytes.to_vec()).ok_or("a picture is cut")?;
        cases.push(("list", "list".to_owned(), Some(rgb)));
    }
    let plans = std::fs::read_to_string(data.join("plans.jsonl"))?;
    for line in plans.lines().take(count) {
        let plan: Value = serde_json::from_str(line)?;
        let prompt = plan["prompt"].as_str().ok_or("a plan has no prompt")?;
        cases.push(("plan", prompt.to_owned(), None));
    }
    Ok(cases)
}
