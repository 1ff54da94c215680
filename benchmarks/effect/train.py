"""An ordinary training loop: warm-up and cosine, loss where the messages say so.

The matrices of the layers are stepped by Muon (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/), all
else by AdamW. With AdamW alone a model of this size takes more than twice the steps.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from effect.model import Model
from effect.text import PAD

Row = tuple[Sequence[int], Sequence[bool]]
NOWHERE = -100  # the target of a token that carries no loss
MUON = 7.5  # rate of the matrices, in rates of the rest
MOMENTUM = 0.95
DECAY = 0.05


def batches(rows: Sequence[Row], tokens: int, draws: random.Random) -> Iterator[tuple[Tensor, Tensor]]:
    """Batches of about `tokens` tokens (padding included), dialogues of like length together; endless.

    Gives inputs and targets, (dialogues, positions) each; the target is the next token where that carries loss.
    """
    while True:
        order = sorted(range(len(rows)), key=lambda i: (len(rows[i][0]) + draws.random() * 8, i))
        groups, group = list[list[int]](), list[int]()
        for i in order:
            if group and (len(group) + 1) * len(rows[i][0]) > tokens:
                groups.append(group)
                group = []
            group.append(i)
        groups.append(group)
        draws.shuffle(groups)
        for group in groups:
            yield collated([rows[i] for i in group])


def collated(rows: Sequence[Row]) -> tuple[Tensor, Tensor]:
    longest = max(len(tokens) for tokens, _ in rows)
    inputs = torch.full((len(rows), longest - 1), PAD)
    targets = torch.full((len(rows), longest - 1), NOWHERE)
    for i, (tokens, flags) in enumerate(rows):
        inputs[i, :len(tokens) - 1] = torch.tensor(tokens[:-1])
        targets[i, :len(tokens) - 1] = torch.tensor(
            [token if flag else NOWHERE for token, flag in zip(tokens[1:], flags[1:], strict=True)])
    return inputs, targets


def train(model: Model, rows: Sequence[Row], *, steps: int, tokens: int, rate: float, seed: int) -> float:
    """Trains in place; gives the mean loss of the last tenth of the steps, in nats a token."""
    draws, device = random.Random(f"batches {seed}"), model.embed.weight.device
    matrices = [p for layer in model.stack for p in layer.parameters() if p.dim() == 2]
    own = {id(p) for p in matrices}
    muon = Muon(matrices)
    adam = torch.optim.AdamW([p for p in model.parameters() if id(p) not in own], betas=(0.9, 0.98), weight_decay=0.0)
    model.train()
    source, last = batches(rows, tokens, draws), list[float]()
    for step in range(steps):
        warm = min(1.0, (step + 1) / max(1, min(50, steps // 10)))
        now = rate * warm * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * step / steps)))
        adam.param_groups[0]["lr"] = now
        inputs, targets = next(source)
        inputs, targets = inputs.to(device), targets.to(device)
        there = targets != NOWHERE
        loss = functional.cross_entropy(model(inputs, there), targets[there])
        model.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        adam.step()
        muon.step(MUON * now)
        if step >= steps * 9 // 10:
            last.append(loss.item())
    return sum(last) / len(last)


class Muon:
    """Momentum whose steps are made orthogonal: every direction of a matrix moves by the same length."""

    def __init__(self, matrices: Sequence[nn.Parameter]) -> None:
        shapes = dict[torch.Size, list[nn.Parameter]]()
        for matrix in matrices:
            shapes.setdefault(matrix.shape, []).append(matrix)
        self.sets = list(shapes.values())  # matrices of one shape are worked on together
        self.moments = [torch.zeros_like(torch.stack(list(each))) for each in self.sets]

    @torch.no_grad()
    def step(self, rate: float) -> None:
        for each, moment in zip(self.sets, self.moments, strict=True):
            gradient = torch.stack([p.grad for p in each if p.grad is not None])
            moment.lerp_(gradient, 1 - MOMENTUM)
            moves = orthogonal(gradient.lerp(moment, MOMENTUM))
            height, width = each[0].shape
            for matrix, move in zip(each, moves, strict=True):
                matrix.mul_(1 - rate * DECAY).sub_(move, alpha=rate * max(1.0, height / width) ** 0.5)


def orthogonal(matrices: Tensor) -> Tensor:
    """The nearest orthogonal ones, roughly: five steps of Newton and Schulz, with the coefficients of Muon."""
    x = matrices / (matrices.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    if x.shape[-2] > x.shape[-1]:
        return orthogonal(matrices.mT).mT
    for _ in range(5):
        square = x @ x.mT
        x = 3.4445 * x + (-4.7750 * square + 2.0315 * square @ square) @ x
    return x
