#!/usr/bin/env bash
# The bundled model from nothing on one NVIDIA GPU with 16 CPU cores, in calls of under ten minutes each:
#   training/gpu_jobs.sh data      drawn pairs on all cores but one, the autoencoder on the GPU meanwhile
#   training/gpu_jobs.sh latents   the autoencoder's second half, on the drawings too, and the pairs' latents; the judge meanwhile
#   training/gpu_jobs.sh train     goes on from its checkpoint until MINUTES are over; call again until it says done
#   training/gpu_jobs.sh export    weights in shards under 16 MB, in $OUT
# WORK keeps everything between the calls; OUT receives what is to be kept. Where a machine has PyTorch and
# transformers but not the rest, put wheels of the rest (diffusers, importlib_metadata, zipp, skia-python) into WHEELS.
set -euo pipefail
cd "$(dirname "$0")/.."
WORK=${WORK:-/tmp/cc_controlnet}
OUT=${OUT:-$WORK/out}
WHEELS=${WHEELS:-runs/wheels}
MINUTES=${MINUTES:-8}
PAIRS=${PAIRS:-80000}
SAMPLES=${SAMPLES:-8000000}
LATENT_CHANNELS=${LATENT_CHANNELS:-8}
VAE_STEPS=${VAE_STEPS:-12000}
JUDGE_STEPS=${JUDGE_STEPS:-4000}
BATCH=${BATCH:-64}            # crops a step of the autoencoder
RECIPE=${RECIPE:-bundled-gpu}
WORKERS=${WORKERS:-$(($(nproc) > 2 ? $(nproc) - 1 : $(nproc)))}
TOKENIZER=${TOKENIZER:-assets/weights/bundled/tokenizer}  # made by `python -m training tokenizer`
mkdir -p "$WORK" "$OUT"
export PYTHONUNBUFFERED=1
python3 -c "import diffusers, skia" 2>/dev/null || python3 -m pip install --quiet --no-deps --no-index "$WHEELS"/*.whl

autoencoder() {
  python3 -m training.autoencoder --batch "$BATCH" --size 128 --leaves "${LEAVES:-3000}" --out "$WORK/vae" "$@"
}

case "${1:?data, latents, train or export}" in
  data)
    autoencoder --latent-channels "$LATENT_CHANNELS" --steps "$VAE_STEPS" --workers "$WORKERS" > "$WORK/vae.log" 2>&1 &
    python3 -m training.pairs --out "$WORK/data" --count "$PAIRS" --workers "$WORKERS"
    wait $!
    tail -n 2 "$WORK/vae.log"
    ;;
  latents)
    python3 -m training.judges --data "$WORK/data" --steps "$JUDGE_STEPS" --batch 96 --out "$WORK/judge" > "$WORK/judge.log" 2>&1 &
    autoencoder --start "$WORK/vae" --data "$WORK/data" --steps "$VAE_STEPS"
    autoencoder --start "$WORK/vae" --data "$WORK/data" --steps "$((VAE_STEPS / 6))" --rate 3e-4 --freeze-encoder
    python3 -m training encode --data "$WORK/data" --vae "$WORK/vae"
    wait $!
    tail -n 1 "$WORK/judge.log"
    cp -r "$WORK/judge" "$OUT/"
    ;;
  train)
    resume=()
    if [ -f "$WORK/run/checkpoint.pt" ]; then resume=(--resume); fi
    python3 -m training train --recipe "$RECIPE" --samples "$SAMPLES" --data "$WORK/data" --tokenizer "$TOKENIZER" --out "$WORK/run" --minutes "$MINUTES" "${resume[@]}"
    ;;
  export)
    python3 -m training export --run "$WORK/run" --vae "$WORK/vae" --tokenizer "$TOKENIZER" --out "$WORK/bundled"
    python3 -m training.card --run "$WORK/run" --data "$WORK/data" --commands <(printf "training/gpu_jobs.sh %s\n" data latents train export) --machine "one NVIDIA GPU" --out "$WORK/bundled"
    tar -C "$WORK" -cf - bundled | split -b 15M - "$OUT/bundled.tar."
    cp "$WORK/run/log.jsonl" "$OUT/"
    ;;
esac
