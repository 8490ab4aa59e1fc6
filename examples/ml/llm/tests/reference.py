#!/usr/bin/env python3
"""The model again, in numpy and from the format of its files alone: logits to compare with those of the program.

    pip install numpy
    python3 reference.py OUT.json [--tokens N] FOLDER PROMPT [FOLDER PROMPT ...]

For each folder and prompt, OUT.json gets the tokens, the logits after the last of them and after the one in the middle,
and the N likeliest tokens that follow, each computed from the whole text before it. All of it is in 64 bits.
The tokenizer is one of byte-level BPE, and the prompt ASCII.
"""

import argparse
import json
import pathlib
import re

import numpy as np

TYPES = {"F16": np.float16, "F32": np.float32, "F64": np.float64}


def tensors_of(path):
    """The tensors of one safetensors file."""
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        if entry["dtype"] == "BF16":
            # The upper half of a float of 32 bits.
            numbers = np.frombuffer(data[start:end], "<u2").astype(np.uint32) << 16
            numbers = numbers.view(np.float32)
        else:
            numbers = np.frombuffer(data[start:end], TYPES[entry["dtype"]])
        tensors[name] = numbers.reshape(entry["shape"]).astype(np.float64)
    return tensors


def weights_of(folder):
    index = folder / "model.safetensors.index.json"
    if not index.is_file():
        return tensors_of(folder / "model.safetensors")
    files = sorted(set(json.loads(index.read_text())["weight_map"].values()))
    weights = {}
    for file in files:
        weights |= tensors_of(folder / file)
    return weights


def encode(folder, text):
    """The tokens of an ASCII text, by byte-level BPE."""
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    ranks = {tuple(pair): rank for rank, pair in enumerate(tokenizer["model"]["merges"])}
    vocabulary = tokenizer["model"]["vocab"]
    tokens = []
    for part in tokenizer["post_processor"]["single"]:
        if "SpecialToken" in part:
            special = part["SpecialToken"]["id"]
            tokens += tokenizer["post_processor"]["special_tokens"][special]["ids"]
            continue
        words = re.findall(r"'(?:[sdmt]|ll|ve|re)| ?[A-Za-z]+| ?[0-9]+| ?[^\sA-Za-z0-9]+|\s+(?!\S)|\s+", text)
        for word in words:
            # A space is written as U+0120, and so on.
            symbols = [chr(256 + ord(c)) if ord(c) < 33 else c for c in word]
            while True:
                pairs = [(ranks.get(pair, len(ranks)), at) for at, pair in enumerate(zip(symbols, symbols[1:]))]
                if not pairs or min(pairs)[0] == len(ranks):
                    break
                at = min(pairs)[1]
                symbols[at : at + 2] = [symbols[at] + symbols[at + 1]]
            tokens += [vocabulary[symbol] for symbol in symbols]
    return tokens


def rms_norm(x, weight, epsilon):
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + epsilon) * weight


def silu(x):
    return x / (1 + np.exp(-x))


def rotate(x, base):
    """Turns the first half of each head's numbers with the second half: x is [tokens, heads, numbers]."""
    tokens, _, width = x.shape
    angles = np.arange(tokens)[:, None] * base ** (-np.arange(0, width, 2) / width)
    cosines, sines = (np.tile(f(angles), 2)[:, None, :] for f in (np.cos, np.sin))
    first, second = np.split(x, 2, -1)
    return x * cosines + np.concatenate([-second, first], -1) * sines


def attention(x, weights, name, config):
    heads, shared = config["num_attention_heads"], config["num_key_value_heads"]
    tokens = len(x)

    def project(part, count):
        return (x @ weights[f"{name}.{part}_proj.weight"].T).reshape(tokens, count, -1)

    queries = rotate(project("q", heads), config["rope_theta"])
    keys = rotate(project("k", shared), config["rope_theta"])
    values = project("v", shared)
    attended = np.empty_like(queries)
    for head in range(heads):
        group = head * shared // heads
        scores = queries[:, head] @ keys[:, group].T / np.sqrt(queries.shape[-1])
        scores[np.triu_indices(tokens, 1)] = -np.inf
        odds = np.exp(scores - scores.max(-1, keepdims=True))
        attended[:, head] = odds / odds.sum(-1, keepdims=True) @ values[:, group]
    return attended.reshape(tokens, -1) @ weights[f"{name}.o_proj.weight"].T


def logits_of(tokens, weights, config):
    """The logits after each token."""
    epsilon = config["rms_norm_eps"]
    embeddings = weights["model.embed_tokens.weight"]
    x = embeddings[tokens]
    for layer in range(config["num_hidden_layers"]):
        name = f"model.layers.{layer}"
        normal = rms_norm(x, weights[f"{name}.input_layernorm.weight"], epsilon)
        x = x + attention(normal, weights, f"{name}.self_attn", config)
        normal = rms_norm(x, weights[f"{name}.post_attention_layernorm.weight"], epsilon)
        inner = silu(normal @ weights[f"{name}.mlp.gate_proj.weight"].T)
        inner = inner * (normal @ weights[f"{name}.mlp.up_proj.weight"].T)
        x = x + inner @ weights[f"{name}.mlp.down_proj.weight"].T
    x = rms_norm(x, weights["model.norm.weight"], epsilon)
    return x @ (embeddings if config["tie_word_embeddings"] else weights["lm_head.weight"]).T


def case(folder, prompt, count):
    config = json.loads((folder / "config.json").read_text())
    weights = weights_of(folder)
    tokens = encode(folder, prompt)
    logits = logits_of(tokens, weights, config)
    text = list(tokens)
    for _ in range(count):
        text.append(int(logits_of(text, weights, config)[-1].argmax()))
    middle = len(tokens) // 2
    return {
        "prompt": prompt,
        "tied": config["tie_word_embeddings"],
        "tokens": tokens,
        "middle": middle,
        "logits": {
            "middle": [round(float(x), 5) for x in logits[middle]],
            "last": [round(float(x), 5) for x in logits[-1]],
        },
        "next": text[len(tokens) :],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--tokens", type=int, default=8)
    parser.add_argument("cases", nargs="+", metavar="FOLDER PROMPT")
    options = parser.parse_args()
    pairs = zip(options.cases[::2], options.cases[1::2], strict=True)
    cases = [case(pathlib.Path(folder), prompt, options.tokens) for folder, prompt in pairs]
    options.out.write_text(json.dumps(cases) + "\n")
    print(f"{len(cases)} cases")


if __name__ == "__main__":
    main()
