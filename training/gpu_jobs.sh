#!/usr/bin/env bash
# The bundled model from nothing on one NVIDIA GPU with 16 CPU cores, in calls of under ten minutes each:
#   training/gpu_jobs.sh data      drawn pairs on all cores but one, the autoencoder on the GPU meanwhile
#   training/gpu_jobs.sh latents   the autoencoder's second half, on the drawings too, and the pairs' latents; the judge meanwhile
#   training/gpu_jobs.sh train     goes on from its checkpoint until MINUTES are over; call again until it says done
#   training/gpu_jobs.sh export    weights in shards under 16 MB, in $OUT
# WORK keeps everything between the calls; OUT receives what is to be kept. Where a machine has PyTorch and
# transformers but not the rest, put wheels of the rest (diffusers, accelerate, psutil, importlib_metadata, zipp, skia-python, tensorboard) into WHEELS.
set -euo pipefail
cd "$(dirname "$0")/.."
WORK=${WORK:-/tmp/cc_controlnet}
OUT=${OUT:-$WORK/out}
WHEELS=${WHEELS:-runs/wheels}
MINUTES=${MINUTES:-8}
PAIRS=${PAIRS:-80000}
BASE=${BASE:-1600000}         # pictures: words to picture, then control at half and at full size
HALF=${HALF:-5000000}
FULL=${FULL:-1500000}
LATENT_CHANNELS=${LATENT_CHANNELS:-8}
VAE_STEPS=${VAE_STEPS:-12000}
JUDGE_STEPS=${JUDGE_STEPS:-6000}
BATCH=${BATCH:-64}            # crops a step of the autoencoder
WORKERS=${WORKERS:-$(($(nproc) > 2 ? $(nproc) - 1 : $(nproc)))}
TOKENIZER=${TOKENIZER:-assets/weights/bundled/tokenizer}  # made by `python -m training tokenizer`
mkdir -p "$WORK" "$OUT"
export PYTHONUNBUFFERED=1
python3 -c "import accelerate, diffusers, skia, tensorboard" 2>/dev/null || python3 -m pip install --quiet --no-deps --no-index "$WHEELS"/*.whl

autoencoder() {
  python3 -m training.autoencoder --batch "$BATCH" --size 128 --leaves "${LEAVES:-3000}" --out "$WORK/vae" "$@"
}

recipe() {  # name, folder, how much: goes on where it stopped
  local name=$1 folder=$2
  shift 2
  if [ -f "$folder/checkpoint.pt" ]; then set -- "$@" --resume; fi
  python3 -m training train --recipe "$name" --batch 1024 --data "$WORK/data" --tokenizer "$TOKENIZER" --out "$folder" --minutes "$MINUTES" "$@"
}

case "${1:?data, latents, train or export}" in
  data)
    autoencoder --latent-channels "$LATENT_CHANNELS" --steps "$VAE_STEPS" --workers "$WORKERS" > "$WORK/vae.log" 2>&1 &
    python3 -m training.pairs --out "$WORK/data" --count "$PAIRS" --workers "$WORKERS"
    wait $!
    tail -n 2 "$WORK/vae.log"
    ;;
  latents)
    python3 -m training.judges --steps "$JUDGE_STEPS" --batch 96 --workers "$WORKERS" --out "$WORK/judge" > "$WORK/judge.log" 2>&1 &
    autoencoder --start "$WORK/vae" --data "$WORK/data" --steps "$VAE_STEPS"
    autoencoder --start "$WORK/vae" --data "$WORK/data" --steps "$((VAE_STEPS / 6))" --rate 3e-4 --freeze-encoder
    python3 -m training encode --data "$WORK/data" --vae "$WORK/vae"
    wait $!
    tail -n 1 "$WORK/judge.log"
    cp -r "$WORK/judge" "$OUT/"
    ;;
  train)
    began=$SECONDS
    recipe base "$WORK/base" --half "$BASE"
    MINUTES=$((MINUTES - (SECONDS - began) / 60))
    if [ "$MINUTES" -gt 0 ]; then recipe controlnet "$WORK/run" --half "$HALF" --full "$FULL" --begin-from "$WORK/base"; fi
    ;;
  export)
    python3 -m training export --run "$WORK/run" --vae "$WORK/vae" --tokenizer "$TOKENIZER" --out "$WORK/bundled"
    python3 -m training.card --run "$WORK/run" --data "$WORK/data" --commands <(printf "training/gpu_jobs.sh %s\n" data latents train export) --machine "one NVIDIA GPU" --out "$WORK/bundled"
    tar -C "$WORK" -cf - bundled | split -b 15M - "$OUT/bundled.tar."
    cp "$WORK/run/log.jsonl" "$OUT/"
    ;;
esac
