"""A model in this process, by `transformers`: for where no server is worth its while. Needs the extra `local`.

The address is `transformers:` and what `from_pretrained` takes, a Hub id or a folder, or the path of a GGUF file. One
reply is made at a time, so that it follows from its seed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any

from tutelage.errors import ModelError, RequestFailed
from tutelage.models.wire import Malformed, Message, Reply, Request, reply_of

SCHEME = "transformers:"
NEW_TOKENS = 512  # of a reply, where the request does not say
TRIES = 3  # for a reply that says something


class Local:
    """The model at an address of this kind; see `endpoint.Endpoint`, whose like it is."""

    def __init__(self, url: str) -> None:
        self.url, self.under_way, self.dead = url, 0, ""
        self._one = asyncio.Lock()
        self._model: Any = None
        self._words: Any = None  # its tokenizer

    async def open(self) -> None:
        """Loads the model; raises ModelError where it can't be."""
        if self._model is None:
            await asyncio.to_thread(self._load)

    async def close(self) -> None:
        return

    async def models(self) -> list[str]:
        return [self.url.removeprefix(SCHEME)]

    async def ask(self, request: Request, body: bytes, *, retried: Callable[[], None] = lambda: None) -> Reply:
        """The reply. Raises RequestFailed for a dialogue that is too long for the model, and for empty replies."""
        async with self._one:
            for number in range(TRIES):
                if number:
                    retried()
                try:
                    return await asyncio.to_thread(self._reply, request, number)
                except Malformed as error:
                    why = str(error)
        raise RequestFailed(f"{self.url}: {why}, {TRIES} times")

    def _load(self) -> None:
        try:
            from transformers import AutoModelForCausalLM, AutoTokenizer
        except ImportError as error:
            raise ModelError(f"{self.url} needs the extra local: pip install 'tutelage[local]'") from error
        name, given = self.url.removeprefix(SCHEME), dict[str, str]()
        if name.endswith(".gguf"):
            name, given = str(Path(name).parent), {"gguf_file": Path(name).name}
        try:
            self._words = AutoTokenizer.from_pretrained(name, **given)
            self._model = AutoModelForCausalLM.from_pretrained(name, **given).eval()
        except Exception as error:  # any of transformers', the Hub's and the file's own
            raise ModelError(f"{self.url} can't be loaded: {' '.join(str(error).split())[:200]}") from error

    def _reply(self, request: Request, number: int) -> Reply:
        import torch

        begun, drawn = monotonic(), request.sampling
        tokens = self._tokens(request.messages)
        new, room = drawn.max_tokens or NEW_TOKENS, getattr(self._model.config, "max_position_embeddings", None)
        if room is not None and tokens["input_ids"].shape[1] + new > room:
            raise RequestFailed(f"{self.url}: the dialogue is too long for the model ({tokens['input_ids'].shape[1]} "
                                f"tokens and {new} of the reply are more than {room})")
        how: dict[str, Any] = {"do_sample": drawn.temperature != 0}
        if drawn.temperature:
            how["temperature"] = drawn.temperature
        if drawn.top_p is not None and how["do_sample"]:
            how["top_p"] = drawn.top_p
        torch.manual_seed((drawn.seed or 0) + number)
        with torch.inference_mode():
            made = self._model.generate(**tokens, max_new_tokens=new, pad_token_id=self._words.eos_token_id, **how)
        said = made[0, tokens["input_ids"].shape[1]:]
        text = self._words.decode(said, skip_special_tokens=True)
        finish = "length" if len(said) >= new else "stop"
        return reply_of(text, "", finish, [tokens["input_ids"].shape[1], len(said)], monotonic() - begun)

    def _tokens(self, messages: tuple[Message, ...]) -> Any:
        said = [{"role": role, "content": text} for role, text in messages]
        try:
            return self._words.apply_chat_template(said, add_generation_prompt=True, return_tensors="pt",
                                                   return_dict=True).to(self._model.device)
        except Exception as error:  # a template that knows no system prompt: it goes before the first words
            if said[0]["role"] != "system":
                why = " ".join(str(error).split())[:120]
                raise RequestFailed(f"{self.url}: its chat template fails: {why}") from error
            first = (said[1]["role"], f"{said[0]['content']}\n\n{said[1]['content']}")
            return self._tokens((first, *messages[2:]))
