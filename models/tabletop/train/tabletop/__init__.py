"""The recipe of the small vision-language model that ships with enact.

| module      | idea                                                        |
|-------------|-------------------------------------------------------------|
| `tokenizer` | byte-level BPE with whole numbers and JSON punctuation       |
| `chat`      | a request as the model sees it                               |
| `attention` | scaled dot-product attention                                 |
| `vision`    | the picture encoder (SigLIP's architecture)                  |
| `language`  | the decoder (Gemma 3's architecture)                         |
| `model`     | both joined, and greedy generation                           |
| `data`      | pictures and plans as batches                                |
| `view`      | a picture with what it shows, and another frame around it   |
| `paste`     | things cut out of one picture and put into another          |
| `backdrops` | photographs for `paste`                                     |
| `sensor`    | what a camera does to a picture                             |
| `targets`   | what the auxiliary heads should say about a picture          |
| `losses`    | the auxiliary heads and every loss                           |
| `optimize`  | Muon for matrices, AdamW for the rest, and the schedule      |
| `workers`   | gradients averaged over processes                            |
| `train`     | the training loop, within a time budget                      |
| `evaluate`  | free-running scores on held-out data                         |
| `blend`     | the weights before and after a training, blended             |
| `export`    | a checkpoint as a model folder                               |
| `parity`    | the exported folder compared with Hugging Face transformers  |
| `speed`     | both engines on the same requests, side by side              |
| `practice`  | plans that worked in physics, as data                        |
"""
