#!/usr/bin/env bash
# The bundled model from nothing on one NVIDIA GPU with 16 CPU cores, in calls of under ten minutes each:
#   training/gpu_jobs.sh data      drawn pairs on all cores
#   training/gpu_jobs.sh vae       the autoencoder, then the pairs' latents
#   training/gpu_jobs.sh train     goes on from its checkpoint until MINUTES are over; call again until it says done
#   training/gpu_jobs.sh export    weights in shards under 9 MB, in $OUT
# WORK keeps everything between the calls; OUT receives what is to be kept.
set -euo pipefail
cd "$(dirname "$0")/.."
WORK=${WORK:-/tmp/cc_controlnet}
OUT=${OUT:-$WORK/out}
MINUTES=${MINUTES:-8}
PAIRS=${PAIRS:-40000}
SAMPLES=${SAMPLES:-6000000}
TOKENIZER=${TOKENIZER:-assets/weights/bundled/tokenizer}  # made by `python -m training tokenizer`
mkdir -p "$WORK" "$OUT"
export PYTHONUNBUFFERED=1

case "${1:?data, vae, train or export}" in
  data)
    python3 -m training.pairs --out "$WORK/data" --count "$PAIRS" --workers "$(nproc)"
    ;;
  vae)
    python3 -m training.autoencoder --latent-channels 8 --data "$WORK/data" --out "$WORK/vae" --batch 64 --size 128 --steps 12000
    python3 -m training.autoencoder --start "$WORK/vae" --freeze-encoder --data "$WORK/data" --out "$WORK/vae" --batch 64 --size 128 --steps 3000 --rate 5e-4
    python3 -m training encode --data "$WORK/data" --vae "$WORK/vae"
    ;;
  train)
    resume=()
    if [ -f "$WORK/run/checkpoint.pt" ]; then resume=(--resume); fi
    python3 -m training train --recipe bundled-gpu --samples "$SAMPLES" --data "$WORK/data" --tokenizer "$TOKENIZER" --out "$WORK/run" --minutes "$MINUTES" "${resume[@]}"
    ;;
  export)
    python3 -m training export --run "$WORK/run" --vae "$WORK/vae" --tokenizer "$TOKENIZER" --out "$WORK/bundled"
    python3 -m training.card --run "$WORK/run" --data "$WORK/data" --commands <(printf "training/gpu_jobs.sh %s\n" data vae train export) --machine "one NVIDIA GPU" --out "$WORK/bundled"
    tar -C "$WORK" -cf - bundled | split -b 15M - "$OUT/bundled.tar."
    cp "$WORK/run/log.jsonl" "$OUT/"
    ;;
esac
