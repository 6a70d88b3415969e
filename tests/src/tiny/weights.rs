//! Seeded random tensors.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use safetensors::tensor::{Dtype, TensorView, serialize_to_file};

/// Named tensors, to be written as `model.safetensors`.
pub struct Weights {
    tensors: BTreeMap<String, (Vec<usize>, Vec<u8>)>,
    state: u64,
}

impl Weights {
    /// No tensors yet.
    pub fn new(seed: u64) -> Self {
        Self {
            tensors: BTreeMap::new(),
            state: seed,
        }
    }

    /// A random tensor that keeps the scale of what it is multiplied with: its
    /// variance is one over the product of all but its first dimension.
    pub fn random(&mut self, name: &str, shape: &[usize]) {
        let inputs: usize = shape[1..].iter().product();
        let width = (3.0 / inputs as f32).sqrt();
        self.fill(name, shape, |uniform| width * uniform);
    }

    /// A tensor of equal numbers.
    pub fn constant(&mut self, name: &str, shape: &[usize], value: f32) {
        self.fill(name, shape, |_| value);
    }

    /// `NAME.weight`, outputs × inputs, without a bias.
    pub fn linear(&mut self, name: &str, outputs: usize, inputs: usize) {
        self.random(&format!("{name}.weight"), &[outputs, inputs]);
    }

    /// `NAME.weight`, outputs × inputs, and `NAME.bias`.
    pub fn affine(&mut self, name: &str, outputs: usize, inputs: usize) {
        self.linear(name, outputs, inputs);
        self.constant(&format!("{name}.bias"), &[outputs], 0.0);
    }

    /// `NAME.weight` of token embeddings, tokens × size. The rows of bytes above
    /// ASCII are zero, so that a model whose output shares them speaks ASCII:
    /// random bytes are not UTF-8, and real models know that.
    pub fn embeddings(&mut self, name: &str, tokens: usize, size: usize) {
        let name = format!("{name}.weight");
        self.random(&name, &[tokens, size]);
        if let Some((_, bytes)) = self.tensors.get_mut(&name) {
            let row = size * size_of::<f32>();
            bytes[0x80 * row..0x100 * row].fill(0);
        }
    }

    /// `NAME.weight` and `NAME.bias` of a layer normalization.
    pub fn layer_norm(&mut self, name: &str, size: usize) {
        self.constant(&format!("{name}.weight"), &[size], 1.0);
        self.constant(&format!("{name}.bias"), &[size], 0.0);
    }

    /// Name, shape and numbers of each tensor.
    pub fn all(&self) -> impl Iterator<Item = (&str, &[usize], Vec<f32>)> {
        self.tensors.iter().map(|(name, (shape, bytes))| {
            let (numbers, _) = bytes.as_chunks();
            let values = numbers.iter().copied().map(f32::from_le_bytes);
            (name.as_str(), shape.as_slice(), values.collect())
        })
    }

    /// Writes `model.safetensors`.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let views = self.tensors.iter().map(|(name, (shape, bytes))| {
            let view = TensorView::new(Dtype::F32, shape.clone(), bytes);
            (name, view.expect("the bytes fit the shape"))
        });
        serialize_to_file(views, None, &folder.join("model.safetensors")).map_err(io::Error::other)
    }

    fn fill(&mut self, name: &str, shape: &[usize], value: impl Fn(f32) -> f32) {
        let count: usize = shape.iter().product();
        let bytes = (0..count)
            .flat_map(|_| value(self.uniform()).to_le_bytes())
            .collect();
        self.tensors
            .insert(name.to_owned(), (shape.to_vec(), bytes));
    }

    /// Uniform in -1..1, by SplitMix64.
    fn uniform(&mut self) -> f32 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^= bits >> 31;
        (bits >> 40) as f32 / (1_u32 << 23) as f32 - 1.0
    }
}

/// A SigLIP encoder: `layers` blocks of width `size` over `patches` patches of
/// `patch` × `patch` pixels. Gemma 3 and Idefics 3 share its names.
pub(super) fn siglip(
    weights: &mut Weights,
    prefix: &str,
    size: usize,
    layers: usize,
    patch: usize,
    patches: usize,
) {
    weights.random(
        &format!("{prefix}.embeddings.patch_embedding.weight"),
        &[size, 3, patch, patch],
    );
    weights.constant(
        &format!("{prefix}.embeddings.patch_embedding.bias"),
        &[size],
        0.0,
    );
    weights.random(
        &format!("{prefix}.embeddings.position_embedding.weight"),
        &[patches, size],
    );
    weights.layer_norm(&format!("{prefix}.post_layernorm"), size);
    for layer in 0..layers {
        let layer = format!("{prefix}.encoder.layers.{layer}");
        for part in ["q_proj", "k_proj", "v_proj", "out_proj"] {
            weights.affine(&format!("{layer}.self_attn.{part}"), size, size);
        }
        weights.affine(&format!("{layer}.mlp.fc1"), 2 * size, size);
        weights.affine(&format!("{layer}.mlp.fc2"), size, 2 * size);
        weights.layer_norm(&format!("{layer}.layer_norm1"), size);
        weights.layer_norm(&format!("{layer}.layer_norm2"), size);
    }
}
