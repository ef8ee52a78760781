"""The bundled autoencoder: an `AutoencoderTiny` trained from nothing on drawn pictures.

Stock `AutoencoderTiny` changes resolution with convolutions of equal width on both sides, so the width is the same
in every stage; the depth is put where pixels are few. Loss: L1 + L2 + Sobel edges + SSIM on crops, and a penalty that
keeps every latent channel near zero mean and unit deviation, with a little noise on the latents, so that the
diffusion model meets a smooth, standardised space.
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import AutoencoderTiny
from diffusers.models.unets.unet_2d_blocks import AutoencoderTinyBlock
from numpy.typing import NDArray
from torch import Tensor

from training.data import stores_in
from training.leaves import draw_leaves
from training.optimizer import MuonAdamW, schedule
from training.precision import autocast

WIDTH = 64
ENCODER_BLOCKS = (0, 1, 3, 4)
DECODER_BLOCKS = (5, 4, 1, 0)
WARMUP = 100  # steps


def new_autoencoder(latent_channels: int) -> AutoencoderTiny:
    """8x smaller latents with `latent_channels` channels; about 2.2 M parameters.

    Deep ReLU networks without normalisation start slowly. So it starts as something that already works: residual
    blocks add nothing (Zhang et al., "Fixup", arXiv:1901.09321), changes of resolution blur and repeat, and the first
    three latent channels carry the picture's mean colours.
    """
    model = AutoencoderTiny(
        encoder_block_out_channels=(WIDTH,) * 4,
        decoder_block_out_channels=(WIDTH,) * 4,
        num_encoder_blocks=ENCODER_BLOCKS,
        num_decoder_blocks=DECODER_BLOCKS,
        latent_channels=latent_channels,
    )
    with torch.no_grad():
        for block in model.modules():
            if isinstance(block, AutoencoderTinyBlock):
                block.conv[-1].weight.zero_()
                block.conv[-1].bias.zero_()
        for half in (model.encoder.layers, model.decoder.layers):
            for conv in (layer for layer in half if isinstance(layer, torch.nn.Conv2d)):
                if conv.in_channels == conv.out_channels:
                    conv.weight.mul_(0.2)
                    _pass_on(conv, WIDTH, 1.0, blur=conv.stride[0] > 1)
        _pass_on(model.encoder.layers[0], 3, 1.0)
        _pass_on(model.encoder.layers[-1], 3, 4.0, shift=-2.0)  # 0..1 -> -2..2
        _pass_on(model.decoder.layers[0], 3, 1.0, shift=3.0)  # positive, so that it survives the ReLUs
        model.decoder.layers[-1].weight.mul_(0.2)
        _pass_on(model.decoder.layers[-1], 3, 0.25, shift=-0.25)
    return model


def _pass_on(conv: torch.nn.Conv2d, channels: int, gain: float, shift: float = 0.0, blur: bool = False) -> None:
    """Let the first `channels` outputs be the same inputs times `gain`."""
    kernel = torch.tensor([0.25, 0.5, 0.25]) if blur else torch.tensor([0.0, 1.0, 0.0])
    index = torch.arange(channels)
    if channels < WIDTH:
        conv.weight[:channels] = 0
    conv.weight[index, index] += gain * torch.outer(kernel, kernel)
    if conv.bias is not None and channels < WIDTH:
        conv.bias[:channels] = shift


def sobel(images: Tensor) -> tuple[Tensor, Tensor]:
    """Horizontal and vertical Sobel derivatives of N x C x H x W, inner pixels only, by shifts: cheaper than convolutions."""

    def smooth(x: Tensor, axis: int) -> Tensor:
        length = x.shape[axis] - 2
        return x.narrow(axis, 0, length) + 2 * x.narrow(axis, 1, length) + x.narrow(axis, 2, length)

    def slope(x: Tensor, axis: int) -> Tensor:
        length = x.shape[axis] - 2
        return x.narrow(axis, 2, length) - x.narrow(axis, 0, length)

    return slope(smooth(images, 2), 3) / 4, slope(smooth(images, 3), 2) / 4


def ssim(a: Tensor, b: Tensor) -> Tensor:
    """Structural similarity (Wang et al. 2004) in 8 x 8 windows, 4 pixels apart; images in 0..1, mean over everything."""

    def mean(x: Tensor) -> Tensor:
        return F.avg_pool2d(x, 8, 4)

    mean_a, mean_b = mean(a), mean(b)
    var_a, var_b, cov = mean(a * a) - mean_a**2, mean(b * b) - mean_b**2, mean(a * b) - mean_a * mean_b
    top = (2 * mean_a * mean_b + 0.01**2) * (2 * cov + 0.03**2)
    return (top / ((mean_a**2 + mean_b**2 + 0.01**2) * (var_a + var_b + 0.03**2))).mean()


def reconstruction_loss(model: AutoencoderTiny, images: Tensor, noise: float) -> Tensor:
    """images: N x 3 x S x S in -1..1."""
    with autocast(images.device):
        latents = model.encoder(images).float()
        decoded = model.decoder(latents + noise * torch.randn_like(latents)).float()
    moments = latents.mean((0, 2, 3)).square().mean() + (latents.std((0, 2, 3)) - 1).square().mean()
    outside = F.relu(latents.abs() - 2.5).mean()  # the decoder clamps softly at 3
    edges = sum(F.l1_loss(got, wanted) for got, wanted in zip(sobel(decoded), sobel(images), strict=True)) / 2
    similar = ssim(decoded.add(1).div(2), images.add(1).div(2))
    likeness = F.l1_loss(decoded, images) + 2 * F.mse_loss(decoded, images) + 0.5 * edges + 0.2 * (1 - similar)
    loss: Tensor = likeness + 0.02 * moments + 0.1 * outside
    return loss


@torch.no_grad()
def standardise(model: AutoencoderTiny, batches: Iterator[Tensor], count: int = 40) -> None:
    """Fold the latents' mean and deviation a channel into the convolutions beside them: afterwards they are 0 and 1.

    The decoder's soft clamp then acts a little differently, so train its decoder for a while after this.
    """
    device = next(model.parameters()).device
    latents = torch.cat([model.encoder(next(batches).to(device)) for _ in range(count)])
    mean, std = latents.mean((0, 2, 3)), latents.std((0, 2, 3))
    last, first = model.encoder.layers[-1], model.decoder.layers[0]
    last.weight.div_(std[:, None, None, None])
    last.bias.sub_(mean).div_(std)
    first.bias.add_((first.weight * mean[None, :, None, None]).sum((1, 2, 3)))
    first.weight.mul_(std[None, :, None, None])


def leaves_pool(count: int, seed: int, workers: int) -> NDArray[np.uint8]:
    """count x 256 x 256 x 3 dead-leaves pictures, drawn by so many processes."""
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        return np.stack(pool.map(_leaves, np.random.SeedSequence(seed).spawn(count), chunksize=16))


def _leaves(seed: np.random.SeedSequence) -> NDArray[np.uint8]:
    return draw_leaves(np.random.default_rng(seed), 256)


def crops(pools: list[NDArray[np.uint8]], batch: int, size: int, seed: int) -> Iterator[Tensor]:
    """Endless batches of random crops, drawn evenly from the pools; N x 3 x size x size in -1..1."""
    rng = np.random.default_rng(seed)
    while True:
        rows = []
        for _ in range(batch):
            pool = pools[rng.integers(len(pools))]
            picture = pool[rng.integers(len(pool))]
            y, x = rng.integers(0, picture.shape[0] - size + 1), rng.integers(0, picture.shape[1] - size + 1)
            crop = picture[y : y + size, x : x + size]
            rows.append(crop[:, ::-1] if rng.random() < 0.5 else crop)
        batch_array = torch.from_numpy(np.stack(rows)).permute(0, 3, 1, 2)
        yield batch_array.float().div(127.5).sub(1).contiguous(memory_format=torch.channels_last)


def train(
    model: AutoencoderTiny,
    pools: list[NDArray[np.uint8]],
    *,
    steps: int,
    batch: int = 16,
    size: int = 128,
    rate: float = 1e-3,
    noise: float = 0.03,
    seed: int = 0,
    every: int = 100,
) -> Iterator[tuple[int, float, float]]:
    """Trains in place; yields (step, loss, samples per second) now and then so that the caller can look and save."""
    model.to(memory_format=torch.channels_last).train()
    optimizer = MuonAdamW(weight_decay=1e-3)
    optimizer.add(model.encoder)
    optimizer.add(model.decoder)
    device = next(model.parameters()).device
    started, batches = time.monotonic(), crops(pools, batch, size, seed)
    losses: list[Tensor] = []
    torch.manual_seed(seed)
    for step in range(1, steps + 1):
        loss = reconstruction_loss(model, next(batches).to(device), noise)
        loss.backward()
        optimizer.set_rate(rate * schedule(step / steps, step, WARMUP))
        optimizer.step()
        losses.append(loss.detach())
        if step % every == 0 or step == steps:
            yield step, float(torch.stack(losses).mean()), step * batch / (time.monotonic() - started)
            losses.clear()
    model.eval()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.autoencoder", description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="continue from this folder")
    parser.add_argument("--data", type=Path, help="drawn pairs (training.pairs) to train on besides dead leaves")
    parser.add_argument("--freeze-encoder", action="store_true", help="standardise the latents, then train the decoder only")
    parser.add_argument("--latent-channels", type=int, default=4)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--size", type=int, default=96, help="side of the crops")
    parser.add_argument("--leaves", type=int, default=1500)
    parser.add_argument("--workers", type=int, default=multiprocessing.cpu_count(), help="processes that draw dead leaves")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    arguments = parser.parse_args()
    model = AutoencoderTiny.from_pretrained(arguments.start) if arguments.start else new_autoencoder(arguments.latent_channels)
    model.to(arguments.device)
    leaves = leaves_pool(arguments.leaves, arguments.seed, arguments.workers)
    drawn = [store.array("rgb") for store in stores_in(arguments.data)] if arguments.data else []
    pools = [leaves] * max(1, len(drawn)) + drawn  # half and half
    if arguments.freeze_encoder:
        standardise(model, crops(pools, 16, 128, arguments.seed + 1))
        model.encoder.requires_grad_(False)
    rounds = train(
        model, pools, steps=arguments.steps, rate=arguments.rate, batch=arguments.batch, size=arguments.size, seed=arguments.seed
    )
    for step, loss, speed in rounds:
        print(f"step {step} loss {loss:.4f} {speed:.1f} samples/s", flush=True)
        model.save_pretrained(arguments.out)


if __name__ == "__main__":
    main()
