#!/usr/bin/env bash
# The bundled models from nothing on one NVIDIA GPU with 16 CPU cores, in calls of under ten minutes each:
#   training/gpu_jobs.sh data      drawn pairs on all cores but one, the autoencoder on the GPU meanwhile
#   training/gpu_jobs.sh latents   the autoencoder's second half, on the drawings too, and the pairs' latents; the judge meanwhile
#   training/gpu_jobs.sh probe     pictures a second of every recipe, to choose BASE, HALF ... for the time that there is
#   training/gpu_jobs.sh train     base and ControlNet; goes on from its checkpoint until MINUTES are over; call again until it says done
#   training/gpu_jobs.sh adapt     likewise what reads pictures of garments, its adapter, and the four-step student on them
#   training/gpu_jobs.sh parts     drawings for what finds clothing
#   training/gpu_jobs.sh parser    the part parser and what reads bodies, at two sizes, for as many minutes as each is given; REAL: a folder of
#                                  real pictures with credits.jsonl, whose labels lie in training/labels or beside them
#   training/gpu_jobs.sh prompting on its trunk the SAM and what reads poses and depth; call again until both say done
#   training/gpu_jobs.sh fullsize  seconds and memory of SD 1.5 and SDXL with random weights, in every memory mode and under caps
#   training/gpu_jobs.sh export    weights in shards under 16 MB, and the log for `training.card`, in $OUT
# WORK keeps everything between the calls; OUT receives what is to be kept. Where a machine has PyTorch and
# transformers but not the rest, put wheels of the rest (diffusers, accelerate, peft, psutil, importlib_metadata, zipp, skia-python, tensorboard,
# segment_anything) into WHEELS; where it has no EGL, which skia-python links to, put libEGL.so.1 and all that `ldd` says it needs into LIBRARIES.
set -euo pipefail
cd "$(dirname "$0")/.."
WORK=${WORK:-/tmp/cc_controlnet}
OUT=${OUT:-$WORK/out}
WHEELS=${WHEELS:-runs/wheels}
LIBRARIES=${LIBRARIES:-$PWD/runs/lib}
MINUTES=${MINUTES:-8}
PAIRS=${PAIRS:-80000}
BASE=${BASE:-1600000}         # pictures: words to picture, then control at half and at full size
HALF=${HALF:-5000000}
FULL=${FULL:-1500000}
READER=${READER:-3000000}     # for what reads a picture of a garment, at half size, its adapter and the student, at full size
GARMENT=${GARMENT:-500000}
STUDENT=${STUDENT:-150000}
LATENT_CHANNELS=${LATENT_CHANNELS:-8}
VAE_STEPS=${VAE_STEPS:-12000}
JUDGE_STEPS=${JUDGE_STEPS:-6000}
DRAWINGS=${DRAWINGS:-40000}      # for the judge
SHEETS=${SHEETS:-40000}          # for what finds clothing: drawings, minutes of the parser at 192 and at 288 pixels, pictures for the rest
SMALL_MINUTES=${SMALL_MINUTES:-4}
PARSER_MINUTES=${PARSER_MINUTES:-3.5}
SAM=${SAM:-40000}
HINTS=${HINTS:-100000}
BATCH=${BATCH:-64}            # crops a step of the autoencoder
PICTURES=${PICTURES:-1024}      # pictures a step of the other trainings, at half size
WORKERS=${WORKERS:-$(($(nproc) > 2 ? $(nproc) - 1 : $(nproc)))}
TOKENIZER=${TOKENIZER:-assets/weights/bundled/tokenizer}  # made by `python -m training tokenizer`
DRAWN=${DRAWN:-$WORK/parts}   # where they lie; much is read in any order, so best in memory
REAL=${REAL:-}
SHIPPED=${SHIPPED:-assets/weights/segmenter}  # where the networks that find clothing start from
mkdir -p "$WORK" "$OUT"
export PYTHONUNBUFFERED=1
if [ -d "$LIBRARIES" ]; then export LD_LIBRARY_PATH="$LIBRARIES${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"; fi
NEEDED='("accelerate", "diffusers", "peft", "skia", "tensorboard", "segment_anything")'
python3 -c "import importlib.util, sys; sys.exit(not all(map(importlib.util.find_spec, $NEEDED)))" || python3 -m pip install --quiet --no-deps --no-index "$WHEELS"/*.whl

LAST=$((SECONDS + 60 * MINUTES))
left() {  # is there time for one more training of this call?
  MINUTES=$(((LAST - SECONDS) / 60))
  [ "$MINUTES" -gt 0 ]
}

autoencoder() {
  python3 -m training.autoencoder --batch "$BATCH" --size 128 --leaves "${LEAVES:-3000}" --out "$WORK/vae" "$@"
}

recipe() {  # name, folder, how much: goes on where it stopped
  local name=$1 folder=$2
  shift 2
  if [ -f "$folder/checkpoint.pt" ]; then set -- "$@" --resume; fi
  python3 -m training train --recipe "$name" --batch "$PICTURES" --data "$WORK/data" --tokenizer "$TOKENIZER" --out "$folder" --minutes "$MINUTES" "$@"
}

finder() {  # module, folder, how much: goes on where it stopped
  local module=$1 folder=$2
  shift 2
  if [ -f "$folder/checkpoint.pt" ]; then set -- "$@" --resume; fi
  OMP_NUM_THREADS=1 python3 -m "training.$module" train --data "$DRAWN" --out "$folder" --cores "$WORKERS" "$@"
}

case "${1:?data, latents, probe, train, adapt, parts, parser, prompting, fullsize or export}" in
  data)
    autoencoder --latent-channels "$LATENT_CHANNELS" --steps "$VAE_STEPS" --workers "$WORKERS" > "$WORK/vae.log" 2>&1 &
    python3 -m training.pairs --out "$WORK/data" --count "$PAIRS" --workers "$WORKERS"
    wait $!
    tail -n 2 "$WORK/vae.log"
    ;;
  latents)
    python3 -m training.judges --count "$DRAWINGS" --steps "$JUDGE_STEPS" --batch 96 --workers "$WORKERS" --out "$WORK/judge" > "$WORK/judge.log" 2>&1 &
    autoencoder --start "$WORK/vae" --data "$WORK/data" --steps "$VAE_STEPS"
    autoencoder --start "$WORK/vae" --data "$WORK/data" --steps "$((VAE_STEPS / 6))" --rate 3e-4 --freeze-encoder
    python3 -m training encode --data "$WORK/data" --vae "$WORK/vae"
    wait $!
    tail -n 1 "$WORK/judge.log"
    cp -r "$WORK/judge" "$OUT/"
    ;;
  probe)
    for name in base controlnet garment-reader ip-adapter distill; do
      rm -rf "$WORK/probe"
      size=$([[ "$name" =~ base|reader ]] && echo --half || echo --full)
      MINUTES=0.5 recipe "$name" "$WORK/probe" "$size" 100000000 | tail -n 2
    done
    ;;
  train)
    recipe base "$WORK/base" --half "$BASE"
    if left; then recipe controlnet "$WORK/run" --half "$HALF" --full "$FULL" --begin-from "$WORK/base"; fi
    ;;
  adapt)
    recipe garment-reader "$WORK/reader" --half "$READER" --begin-from "$WORK/run"
    if left; then recipe ip-adapter "$WORK/garment" --full "$GARMENT" --begin-from "$WORK/run" "$WORK/reader"; fi
    if left; then recipe distill "$WORK/student" --full "$STUDENT" --begin-from "$WORK/run"; fi
    ;;
  parts)
    python3 -m training.part_drawings --out "$DRAWN/characters" --count "$((SHEETS / 2))" --workers "$WORKERS"
    python3 -m training.part_drawings --out "$DRAWN/uploads" --kind uploads --first-seed 600500000 --count "$((SHEETS / 2))" --workers "$WORKERS"
    ;;
  parser)
    seeing=(--head assets/weights/hints ${REAL:+--pictures "$REAL" --labels training/labels "$REAL/labels"})
    finder seeing "$WORK/parser_small" --begin-from "$SHIPPED" "${seeing[@]}" --side 192 --batch 128 --rate 2.5e-3 --samples 100000000 --minutes "$SMALL_MINUTES"
    finder seeing "$WORK/parser" --begin-from "$WORK/parser_small" "${seeing[@]}" --side 288 --batch 64 --rate 2e-3 --samples 100000000 --minutes "$PARSER_MINUTES" --in-time
    python3 -m training.prompting export --parser "$WORK/parser" --out "$OUT/trunk"
    ;;
  prompting)
    finder prompting "$WORK/sam" --parser "$OUT/trunk" --begin-from "$SHIPPED" --batch 16 --samples "$SAM" --minutes "$MINUTES"
    if left; then finder hint_reading "$WORK/hints" --parser "$OUT/trunk" --batch 48 --rate 4e-3 --samples "$HINTS" --minutes "$MINUTES"; fi
    ;;
  fullsize)
    for layout in sd15 sdxl; do
      python3 -m benchmarks.full_size --layout "$layout" --folder "$WORK/random-$layout" --steps 20 --placement all | tee -a "$OUT/full_size.jsonl"
      python3 -m benchmarks.full_size --layout "$layout" --folder "$WORK/random-$layout" --steps 20 --cap 4 6 8 | tee -a "$OUT/full_size.jsonl"
    done
    ;;
  export)
    if [ -f "$WORK/sam/checkpoint.pt" ]; then
      python3 -m training.prompting export --parser "$WORK/parser" --sam "$WORK/sam" --out "$OUT/segmenter"
      python3 -m training.hint_reading export --run "$WORK/hints" --parser "$OUT/segmenter" --out "$OUT/hints"
    fi
    if [ -f "$WORK/run/checkpoint.pt" ]; then
      runs=("$WORK/run")
      for more in garment student; do if [ -f "$WORK/$more/checkpoint.pt" ]; then runs+=("$WORK/$more"); fi; done
      python3 -m training export --run "${runs[@]}" --vae "$WORK/vae" --tokenizer "$TOKENIZER" --out "$WORK/bundled"
      tar -C "$WORK" -cf - bundled | split -b 15M - "$OUT/bundled.tar."
      cp "$WORK/run/log.jsonl" "$OUT/"
    fi
    ;;
esac
