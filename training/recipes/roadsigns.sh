#!/bin/sh
# The default model, from photographs to roadsigns.zqn and its figures. Run from the repository's root after building:
#   training/recipes/roadsigns.sh GTSRB_FOLDER
# STEPS_SCALE=0.01 runs every command with a hundredth of the steps and scenes: does it all work here? (minutes, no useful model)
# Each step keeps its checkpoints under $RUNS; after an interruption add --resume to the step that broke off.
# Several variables hold several words.
# shellcheck disable=SC2086
set -eu
gtsrb=$1
cache=${CACHE:-training/cache}
runs=${RUNS:-training/runs}
python=${PYTHON:-python3}
zynqnetd="node dist/tools/cli/main.js"
export OMP_WAIT_POLICY=passive
n() { awk "BEGIN { n = int($1 * ${STEPS_SCALE:-1}); print n < 6 ? 6 : n }"; }

dump() { # dump NAME COUNT SEED MODE EMPTY_SHARE [MORE]
  $zynqnetd scene dump --count "$2" --seed "$3" --mode "$4" --empty-share "$5" --per-episode 1 --size 80 --out "$cache/$1"
}

$python training/cache.py --gtsrb "$gtsrb" --size 80 --mode squash -o "$cache/squash80"
$python training/cache.py --gtsrb "$gtsrb" --size 80 --mode cover -o "$cache/cover80"
dump dump-squash "$(n 3500)" 4001 squash 0.3
dump dump-cover "$(n 3000)" 4002 cover 0.3
dump dump-empty "$(n 2000)" 3001 cover 1
$python training/cache.py --scenes "$cache/dump-squash" "$cache/dump-cover" "$cache/dump-empty" --size 80 -o "$cache/scenes80"
node training/sprites.mjs 96 "$cache/sprites96.u8"

# 1. teacher: full width, 64x64, photographs only
$python training/train.py --photos "$cache/squash80" --width 1.0 --size 64 \
  --steps "$(n 3600)" --lr 0.1 --warmup "$(n 150)" --bf16 --seed 1 -o "$runs/teacher"

with="--scenes $cache/scenes80 --width 0.75 --size 80 --bf16"
# 2. student: three quarters of the width (the teacher's strongest channels), 80x80, distilled; photographs and scenes
$python training/train.py --photos "$cache/squash80" $with --teacher "$runs/teacher/checkpoint.pt" --init "$runs/teacher/checkpoint.pt" \
  --steps "$(n 1800)" --lr 0.08 --warmup "$(n 50)" --seed 2 --pasted-share 0.06 --empty-share 0.04 --scene-share 0.4 -o "$runs/student"

# 3. 16 % of the weights, distilled; now with drawn signs in empty scenes
shares="--sprites $cache/sprites96.u8 --pasted-share 0.04 --empty-share 0.03 --scene-share 0.2 --sprite-share 0.28"
$python training/train.py --photos "$cache/cover80" $with $shares --teacher "$runs/teacher/checkpoint.pt" --init "$runs/student/checkpoint.pt" \
  --density 0.16 --prune-steps "$(n 50)" "$(n 700)" --steps "$(n 1250)" --lr 0.06 --warmup "$(n 20)" --seed 3 -o "$runs/pruned"

# 4. dense again, then 20 % kept
$python training/train.py --photos "$cache/cover80" $with $shares --teacher "$runs/teacher/checkpoint.pt" --init "$runs/pruned/pruned.pt" \
  --density 0.2 --prune-steps 0 "$(n 450)" --steps "$(n 650)" --lr 0.06 --warmup "$(n 20)" --seed 5 -o "$runs/pruned2"

# 5. the same once more, longer: two teachers, both fits of the photographs, augmentation milder towards the end
shares="--sprites $cache/sprites96.u8 --pasted-share 0.03 --empty-share 0.03 --scene-share 0.2 --sprite-share 0.2 --other-share 0.2 --mild-last 0.25"
$python training/train.py --photos "$cache/squash80" "$cache/cover80" $with $shares \
  --teacher "$runs/teacher/checkpoint.pt" "$runs/student/checkpoint.pt" --init "$runs/pruned2/pruned.pt" \
  --density 0.2 --prune-steps 0 "$(n 900)" --steps "$(n 2400)" --lr 0.06 --weight-decay 2e-4 --warmup "$(n 20)" --seed 11 -o "$runs/long"

# 6. shared int8 values (--steps 300 would fine-tune them with the daemon's arithmetic)
$python training/quantize.py --photos "$cache/squash80" "$cache/cover80" --scenes "$cache/scenes80" $shares \
  --start "$runs/long/pruned.pt" --codebook 15 --steps 0 --mode squash --seed 6 --provenance training/recipes/roadsigns.json -o "$runs/int8"
$zynqnetd model pack "$runs/int8/export" -o "$runs/roadsigns.zqn"

# The card's figures
$python training/held_out.py --gtsrb "$gtsrb" -o "$cache/held-out"
$zynqnetd eval --model "$runs/roadsigns.zqn" --list "$cache/held-out/list.csv"
for mode in squash cover; do
  dump "test-$mode" "$(n 800)" "$([ "$mode" = squash ] && echo 7701 || echo 7702)" "$mode" 0.4
  node training/scenes.mjs "$runs/roadsigns.zqn" "$cache/test-$mode"
done
