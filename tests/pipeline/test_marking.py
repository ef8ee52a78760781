"""Signing: every kind of key, and every mistake with it, before a picture is lost to it."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pipeline.images import load_character, read_text
from pipeline.marking import CERTIFICATE, KEY, Credentials, mark, read_credentials, read_parameters, save_result
from pipeline.request import Image8, UserError

EXTENSIONS = """basicConstraints=critical,CA:false
keyUsage=critical,digitalSignature
extendedKeyUsage=emailProtection
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
"""
KINDS = {
    "es256": ("EC", "-pkeyopt", "ec_paramgen_curve:P-256"),
    "es384": ("EC", "-pkeyopt", "ec_paramgen_curve:P-384"),
    "ed25519": ("ED25519",),
    "ps256": ("RSA", "-pkeyopt", "rsa_keygen_bits:2048"),
}


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module", params=KINDS)
def configured(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return certified(tmp_path_factory.mktemp("certificates"), request.param)


def certified(folder: Path, kind: str) -> dict[str, str]:
    """A self-made root and a signer's certificate under it, as an operator would configure them; and the kind of key."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make a certificate")
    (folder / "extensions").write_text(EXTENSIONS)
    root = ("-addext", "basicConstraints=critical,CA:true", "-addext", "keyUsage=critical,keyCertSign")
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl(
        folder, "req", "-x509", *curve, "-keyout", "root.key", "-out", "root.pem", "-days", "9", "-subj", "/O=T/CN=Root", *root
    )
    openssl(folder, "genpkey", "-algorithm", *KINDS[kind], "-out", "key.pem")
    openssl(folder, "req", "-new", "-key", "key.pem", "-out", "request.pem", "-subj", "/O=Test/CN=Signer")
    signed_by = ("-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days", "9", "-extfile", "extensions")
    openssl(folder, "x509", "-req", "-in", "request.pem", "-out", "own.pem", *signed_by)
    (folder / "chain.pem").write_bytes((folder / "own.pem").read_bytes() + (folder / "root.pem").read_bytes())
    return {CERTIFICATE: str(folder / "chain.pem"), KEY: str(folder / "key.pem"), "kind": kind}


def test_a_signed_result_is_the_same_picture(configured: dict[str, str], tmp_path: Path, character: Image8) -> None:
    c2pa = pytest.importorskip("c2pa")
    credentials = read_credentials(configured)
    assert credentials is not None and credentials.algorithm == configured["kind"]
    path = tmp_path / "out.png"
    save_result(character, path, {"prompt": "赤い kimono"}, 9, credentials)
    assert np.array_equal(load_character(path), character)
    text = read_text(path)
    assert read_parameters(text) == {"prompt": "赤い kimono", "seed": 9, "count": 1}
    assert text == {**text, **mark({"prompt": "赤い kimono"}, 9)}

    with c2pa.Reader("image/png", io.BytesIO(path.read_bytes())) as reader:
        store = json.loads(reader.json())
        assert reader.get_validation_state() == "Valid"
    assert "thumbnail" not in store["manifests"][store["active_manifest"]], "the picture is there already"

    pixels = bytearray(path.read_bytes())
    pixels[pixels.rindex(b"IDAT") + 20] ^= 1
    with c2pa.Reader("image/png", io.BytesIO(bytes(pixels))) as reader:
        assert reader.get_validation_state() == "Invalid", "and the signature covers the pixels"


def test_a_key_that_is_not_the_certificates_is_said_at_the_start(configured: dict[str, str], tmp_path: Path) -> None:
    pytest.importorskip("c2pa")
    openssl(tmp_path, "genpkey", "-algorithm", *KINDS[configured["kind"]], "-out", "other.pem")
    with pytest.raises(UserError, match="not the key of this certificate") as refused:
        read_credentials({**configured, KEY: str(tmp_path / "other.pem")})
    assert "\n" not in str(refused.value)


def test_a_missing_library_is_said_in_one_sentence(
    configured: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, character: Image8
) -> None:
    monkeypatch.setitem(sys.modules, "c2pa", None)
    with pytest.raises(UserError, match="pip install c2pa-python"):
        read_credentials(configured)
    with pytest.raises(UserError):
        save_result(character, tmp_path / "out.png", {}, 1, Credentials(b"", b"", "es256"))
    assert not (tmp_path / "out.png").exists(), "no unsigned picture where signed ones are expected"


def test_a_key_never_shows() -> None:
    assert "secret" not in repr(Credentials(b"cert", b"secret", "es256"))
