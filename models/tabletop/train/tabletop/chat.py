"""A request as the model sees it once the program has applied the template."""

from tokenizers import Tokenizer

IMAGE_TOKENS = 64
LIST_REQUEST = "list"
"""What `enact_plan::prompt::perceive` asks in the compact style."""

_TEXT_PARTS = (
    "{% for part in content %}"
    "{% if part['type'] == 'text' %}{{ part['text'] }}{% endif %}"
    "{% endfor %}"
)
_IMAGE_PARTS = (
    "{% for part in content %}"
    "{% if part['type'] == 'image' %}<start_of_image>{% endif %}"
    "{% endfor %}"
)

# A picture becomes `<start_of_image>`, which the program widens to `PICTURE`.
TEMPLATE = (
    "{{ bos_token }}"
    "{% for message in messages %}"
    "{% set content = message['content'] %}"
    "{% if message['role'] == 'assistant' %}"
    "{% if content is string %}{{ content }}{% else %}" + _TEXT_PARTS + "{% endif %}"
    "{{ eos_token }}"
    "{% elif content is string %}<user>{{ content }}"
    "{% else %}" + _IMAGE_PARTS + "<user>" + _TEXT_PARTS + "{% endif %}"
    "{% endfor %}"
    "{% if add_generation_prompt %}<model>{% endif %}"
)

PICTURE = "\n\n<start_of_image>" + "<image_soft_token>" * IMAGE_TOKENS + "<end_of_image>\n\n"


def picture_request(tokenizer: Tokenizer) -> list[int]:
    """Tokens of the request for a list of what the picture shows."""
    return _encode(tokenizer, f"<bos>{PICTURE}<user>{LIST_REQUEST}<model>")


def text_request(tokenizer: Tokenizer, prompt: str) -> list[int]:
    """Tokens of a request without a picture."""
    return _encode(tokenizer, f"<bos><user>{prompt}<model>")


def answer(tokenizer: Tokenizer, completion: str) -> list[int]:
    """Tokens of a completion, its end included."""
    return _encode(tokenizer, f"{completion}<eos>")


def _encode(tokenizer: Tokenizer, text: str) -> list[int]:
    return tokenizer.encode(text, add_special_tokens=False).ids
