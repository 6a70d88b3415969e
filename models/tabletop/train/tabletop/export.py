"""A checkpoint as a model folder that mistral.rs and Hugging Face transformers load.

    python -m tabletop.export \\
        --checkpoint RUN/checkpoint.pt --tokenizer RUN/tokenizer.json --out ..
"""

import argparse
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer

from . import chat
from .model import ModelConfig, VisionLanguageModel
from .train import load

LARGEST_FILE = 15_000_000
"""Bytes; git hosts dislike larger files."""

SETTINGS = """\
# How enact uses this model.
prompt = "compact"
image = [{size}, {size}]
plan_with_image = false
skills = ["pick", "place", "push", "point", "home", "say", "ask", "done"]
# What an instruction means is read from its words first; this model makes something of what it does not understand.
meaning = "first"
languages = ["en", "zh"]
pointing = "yx-1000"
"""


def export(model: VisionLanguageModel, tokenizer_path: Path, out: Path) -> None:
    """Writes every file of the model folder."""
    out.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer.from_file(str(tokenizer_path))
    if tokenizer_path.resolve() != (out / "tokenizer.json").resolve():
        shutil.copy(tokenizer_path, out / "tokenizer.json")
    write_weights(model, out)
    tokens = {name: tokenizer.token_to_id(f"<{name}>") for name in ("pad", "eos", "bos")}
    ends = {f"{name}_token_id": token for name, token in tokens.items()}
    files = {
        "config.json": model_config(model.config, tokenizer, ends),
        "generation_config.json": {**ends, "do_sample": False},
        "tokenizer_config.json": tokenizer_config(model.config),
        "preprocessor_config.json": preprocessor_config(model.config.vision.image),
        "processor_config.json": {
            "processor_class": "Gemma3Processor",
            "image_seq_length": chat.IMAGE_TOKENS,
        },
    }
    for name, content in files.items():
        (out / name).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    settings = SETTINGS.format(size=model.config.vision.image)
    (out / "enact.toml").write_text(settings, encoding="utf-8")


def write_weights(model: VisionLanguageModel, out: Path) -> None:
    """Shards of at most `LARGEST_FILE`, with their index."""
    shards: list[dict[str, torch.Tensor]] = [{}]
    size = 0
    for name, weight in model.named_parameters():
        if size + weight.nbytes > LARGEST_FILE:
            shards.append({})
            size = 0
        shards[-1][name] = weight.detach().float().contiguous()
        size += weight.nbytes
    for stale in out.glob("*.safetensors"):
        stale.unlink()
    places = {}
    for number, shard in enumerate(shards, 1):
        file = f"model-{number:05}-of-{len(shards):05}.safetensors"
        save_file(shard, out / file, metadata={"format": "pt"})
        places.update(dict.fromkeys(shard, file))
    total = sum(weight.nbytes for weight in model.parameters())
    index = {"metadata": {"total_size": total}, "weight_map": places}
    text = json.dumps(index, indent=1) + "\n"
    (out / "model.safetensors.index.json").write_text(text, encoding="utf-8")


def model_config(config: ModelConfig, tokenizer: Tokenizer, ends: dict) -> dict:
    """Gemma 3's configuration at this model's size."""
    return {
        "architectures": ["Gemma3ForConditionalGeneration"],
        "model_type": "gemma3",
        "text_config": text_config(config, ends),
        "vision_config": vision_config(config),
        "image_token_index": tokenizer.token_to_id("<image_soft_token>"),
        "boi_token_index": tokenizer.token_to_id("<start_of_image>"),
        "eoi_token_index": tokenizer.token_to_id("<end_of_image>"),
        "mm_tokens_per_image": chat.IMAGE_TOKENS,
        "tie_word_embeddings": True,
        "torch_dtype": "float32",
        **ends,
    }


def text_config(config: ModelConfig, ends: dict) -> dict:
    """The decoder; a window as long as the context, so that every layer is global."""
    language = config.language
    return {
        "model_type": "gemma3_text",
        "vocab_size": language.vocabulary,
        "hidden_size": language.hidden,
        "intermediate_size": language.mlp,
        "num_hidden_layers": language.layers,
        "num_attention_heads": language.heads,
        "num_key_value_heads": language.key_value_heads,
        "head_dim": language.head,
        "query_pre_attn_scalar": language.head,
        "hidden_activation": "gelu_pytorch_tanh",
        "max_position_embeddings": language.positions,
        "rms_norm_eps": 1e-6,
        "rope_theta": language.rope_base,
        "rope_local_base_freq": language.rope_base,
        "rope_scaling": None,
        "attention_bias": False,
        "attention_dropout": 0.0,
        "sliding_window": language.positions,
        "sliding_window_pattern": 1,
        "layer_types": ["full_attention"] * language.layers,
        "attn_logit_softcapping": None,
        "final_logit_softcapping": None,
        "tie_word_embeddings": True,
        "use_cache": True,
        **ends,
    }


def vision_config(config: ModelConfig) -> dict:
    """The picture encoder."""
    vision = config.vision
    return {
        "model_type": "siglip_vision_model",
        "hidden_size": vision.hidden,
        "intermediate_size": vision.mlp,
        "num_hidden_layers": vision.layers,
        "num_attention_heads": vision.heads,
        "num_channels": 3,
        "image_size": vision.image,
        "patch_size": vision.patch,
        "hidden_act": "gelu_pytorch_tanh",
        "layer_norm_eps": 1e-6,
        "attention_dropout": 0.0,
        "vision_use_head": False,
    }


def tokenizer_config(config: ModelConfig) -> dict:
    """Special tokens and the chat template."""
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": "<bos>",
        "eos_token": "<eos>",
        "pad_token": "<pad>",
        "unk_token": "<unk>",
        "boi_token": "<start_of_image>",
        "eoi_token": "<end_of_image>",
        "image_token": "<image_soft_token>",
        "model_max_length": config.language.positions,
        "clean_up_tokenization_spaces": False,
        "add_bos_token": False,
        "chat_template": chat.TEMPLATE,
    }


def preprocessor_config(size: int) -> dict:
    """Pictures come at exactly this size, scaled to [-1, 1]."""
    return {
        "image_processor_type": "Gemma3ImageProcessor",
        "processor_class": "Gemma3Processor",
        "do_convert_rgb": True,
        "do_resize": False,
        "do_rescale": True,
        "do_normalize": True,
        "do_pan_and_scan": False,
        "rescale_factor": 1 / 255,
        "image_mean": [0.5, 0.5, 0.5],
        "image_std": [0.5, 0.5, 0.5],
        "resample": 2,
        "size": {"height": size, "width": size},
        "image_seq_length": chat.IMAGE_TOKENS,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    export(load(arguments.checkpoint), arguments.tokenizer, arguments.out)


if __name__ == "__main__":
    main()
