"""How results are marked: as made by a generative model, with what makes them again, and signed where there is a certificate."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import IntEnum
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.images import EmbeddedProfile, save_png
from pipeline.request import Image8, SwapRequest, UserError
from pipeline.saving import saving


def describe(request: SwapRequest) -> dict[str, Any]:
    """Everything in a request that replays it, ready for JSON; pictures as their size and SHA-256, LoRAs by name: where they
    lie is the operator's business."""
    named = replace(request, loras=tuple(replace(lora, path=Path(lora.path).stem) for lora in request.loras))
    return {f.name: _plain(getattr(named, f.name)) for f in fields(request)}


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return {"shape": list(value.shape), "sha256": hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()}
    if isinstance(value, IntEnum):
        return value.name.lower()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    return value


SOFTWARE = "CC_ControlNet"
EMBED_OFF = "CC_EMBED_OFF"  # environment variable: names of what no file carries, with commas between
MASK_CHUNK, DRAFT_CHUNK = b"ccMK", b"ccDR"  # see `pipeline.embedded`
EMBEDDABLE = {MASK_CHUNK: "mask", DRAFT_CHUNK: "draft"}  # what each is called there
_PARAMETERS = "cc_controlnet"  # the PNG text entry that replays a picture

# IPTC Photo Metadata 2025, "Digital Source Type": made with generative AI from a picture of the user's.
_SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
_XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
    f'Iptc4xmpExt:DigitalSourceType="{_SOURCE}"/>'
    "</rdf:RDF></x:xmpmeta>"
)


def mark(metadata: Mapping[str, Any], seed: int) -> dict[str, str]:
    """The text entries of one result's PNG file: how it was made, and what replays it (`metadata` with its own seed)."""
    parameters = json.dumps({**metadata, "seed": seed, "count": 1}, ensure_ascii=False, sort_keys=True)
    return {
        "Software": SOFTWARE,
        "Comment": "The outfit in this picture was drawn by a generative model.",
        "XML:com.adobe.xmp": _XMP,
        _PARAMETERS: parameters,
    }


def read_parameters(text: Mapping[str, str]) -> dict[str, Any]:
    """Inverse of `mark`, from a file's text entries (`images.read_text`). Raises `UserError`."""
    try:
        parameters = json.loads(text[_PARAMETERS])
    except (KeyError, ValueError, RecursionError):
        raise UserError("This picture carries no settings, please choose one that was saved here.") from None
    if not isinstance(parameters, dict):
        raise UserError("This picture carries no settings, please choose one that was saved here.")
    return parameters


CERTIFICATE, KEY = "CC_C2PA_CERT", "CC_C2PA_KEY"  # environment variables: paths of PEM files
_PREFIX = "Pictures cannot be signed"
# Of a key, as PKCS #8 writes it, the object identifier (RFC 5912, RFC 8410) and the algorithm that C2PA 2.2 names for it.
_ALGORITHMS = (
    (bytes.fromhex("06082a8648ce3d030107"), "es256"),
    (bytes.fromhex("06052b81040022"), "es384"),
    (bytes.fromhex("06052b81040023"), "es512"),
    (bytes.fromhex("06032b6570"), "ed25519"),
    (bytes.fromhex("06092a864886f70d0101"), "ps256"),
)


def read_left_out(environment: Mapping[str, str] = os.environ) -> frozenset[str]:
    """What the operator wants no file to carry. Raises `UserError` for unknown names."""
    names = frozenset(name.strip().lower() for name in environment.get(EMBED_OFF, "").split(",") if name.strip())
    for name in sorted(names - {*EMBEDDABLE.values()}):
        raise UserError(f"{EMBED_OFF} cannot leave out {name!r}, please name only: {', '.join(EMBEDDABLE.values())}.")
    return names


@dataclass(frozen=True)
class Credentials:
    """What signs pictures by C2PA. certificate: PEM chain, the signer's own first; key: PEM, PKCS #8, without a password."""

    certificate: bytes
    key: bytes
    algorithm: str

    def __repr__(self) -> str:
        return f"Credentials({self.algorithm})"  # a key has no place in a log


def read_credentials(environment: Mapping[str, str] = os.environ) -> Credentials | None:
    """The certificate that the operator has configured, tried out once; None without one. Raises `UserError`."""
    paths = [environment.get(name, "") for name in (CERTIFICATE, KEY)]
    if not any(paths):
        return None
    if not all(paths):
        raise UserError(f"{_PREFIX}: please set both {CERTIFICATE} and {KEY}, or neither.")
    try:
        certificate, key = (Path(path).read_bytes() for path in paths)
    except OSError as error:
        raise UserError(f"{_PREFIX}: {error.filename} cannot be read, please check {CERTIFICATE} and {KEY}.") from None
    credentials = Credentials(certificate, key, _algorithm(key))
    buffer = io.BytesIO()
    save_png(np.zeros((16, 16, 4), np.uint8), buffer)
    _verify(_signed(buffer.getvalue(), credentials))
    return credentials


def save_result(
    image: Image8,
    path: Path,
    metadata: Mapping[str, Any],
    seed: int,
    credentials: Credentials | None = None,
    profile: EmbeddedProfile | None = None,
    chunks: Mapping[bytes, bytes] | None = None,
    left_out: frozenset[str] = frozenset(),
) -> None:
    """Write one result as a marked PNG file, signed where there are credentials. Raises `UserError` if signing fails.

    profile: of the character's file, in whose colours the result is given back; chunks: mask and draft, of
    `pipeline.embedded.embed`; left_out: of these, see `read_left_out`. A picture that cannot be signed is not
    written: whoever configured a certificate relies on it.
    """
    carried = {name: data for name, data in (chunks or {}).items() if EMBEDDABLE.get(name) not in left_out}
    buffer = io.BytesIO()
    if profile is not None:
        image = profile.given_back(image)
    save_png(image, buffer, mark(metadata, seed), b"" if profile is None else profile.icc, carried)
    png = buffer.getvalue()
    with saving(path) as file:
        file.write(png if credentials is None else _signed(png, credentials))


def _algorithm(key: bytes) -> str:
    block = re.search(rb"-----BEGIN PRIVATE KEY-----(.+?)-----END PRIVATE KEY-----", key, re.DOTALL)
    if block is not None:
        try:
            content = base64.b64decode(block[1])
        except ValueError:
            content = b""
        for identifier, name in _ALGORITHMS:
            if identifier in content[:64]:
                return name
    raise UserError(f"{_PREFIX}: please give {KEY} as PKCS #8 without a password (openssl pkcs8 -topk8 -nocrypt).")


def _signed(png: bytes, credentials: Credentials) -> bytes:
    """The same file with a C2PA manifest that names its source; pixels and text entries stay as they are."""
    try:
        c2pa = import_module("c2pa")  # seldom wanted, so nobody has to have it
    except ImportError:
        raise UserError(
            f"{_PREFIX}: please install the library for it (pip install c2pa-python) or unset {CERTIFICATE}."
        ) from None
    # C2PA 2.2, "Actions": the first one says where a picture comes from
    action = {"action": "c2pa.created", "digitalSourceType": _SOURCE, "softwareAgent": {"name": SOFTWARE}}
    manifest = {
        "claim_generator_info": [{"name": SOFTWARE}],
        "format": "image/png",
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [action]}}],
    }
    settings = {"builder": {"thumbnail": {"enabled": False}}, "verify": {"verify_after_sign": False}}
    signed = io.BytesIO()
    try:
        info = c2pa.C2paSignerInfo(credentials.algorithm, credentials.certificate, credentials.key, None)
        with (
            c2pa.Signer.from_info(info) as signer,
            c2pa.Context.from_dict(settings) as context,
            c2pa.Builder(manifest, context=context) as builder,
        ):
            builder.sign(signer, "image/png", io.BytesIO(png), signed)
    except c2pa.C2paError as error:
        reason = " ".join(str(error).split()).rstrip(".")
        raise UserError(f"{_PREFIX} with this certificate ({reason}), please check {CERTIFICATE} and {KEY}.") from None
    return signed.getvalue()


def _verify(png: bytes) -> None:
    """Raise `UserError` unless a signed file is sound; whether anybody trusts its signer is not asked."""
    c2pa = import_module("c2pa")
    with c2pa.Reader("image/png", io.BytesIO(png)) as reader:
        if reader.get_validation_state() not in ("Valid", "Trusted"):
            codes = [status["code"] for status in json.loads(reader.json()).get("validation_status", ())]
            reason = ", ".join(code for code in codes if code != "signingCredential.untrusted")
            raise UserError(
                f"{_PREFIX}: {KEY} is not the key of this certificate, or it has expired ({reason}), please check {CERTIFICATE}."
            )
