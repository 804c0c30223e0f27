#!/bin/sh
# The default model, from photographs to roadsigns.zqn. Run from the repository's root: training/recipes/roadsigns.sh GTSRB_FOLDER
# Each step keeps its checkpoints under training/runs; after an interruption add --resume to the step that broke off.
set -eu
gtsrb=$1
cache=training/cache
runs=training/runs
python=${PYTHON:-python3}
zynqnetd="node dist/cli/main.js"
export OMP_WAIT_POLICY=passive

$python training/cache.py --gtsrb "$gtsrb" --size 80 --mode cover -o $cache/photos80
$zynqnetd scene dump --count 12000 --seed 3001 --size 80 --mode cover --per-episode 2 --empty-share 0.25 --out $cache/dump80
$python training/cache.py --scenes $cache/dump80 --size 80 -o $cache/scenes80
node training/sprites.mjs 96 $cache/sprites96.u8

# 1. teacher: full width, 64x64, photographs only
$python training/train.py --photos $cache/photos80 --width 1.0 --size 64 \
  --steps 3600 --lr 0.1 --warmup 150 --bf16 --seed 1 -o $runs/teacher

with="--photos $cache/photos80 --scenes $cache/scenes80 --teacher $runs/teacher/checkpoint.pt --width 0.75 --size 80 --bf16"
# 2. student: three quarters of the width (the teacher's strongest channels), 80x80, distilled; photographs and scenes
$python training/train.py $with --init $runs/teacher/checkpoint.pt --steps 1800 --lr 0.08 --warmup 50 --seed 2 \
  --pasted-share 0.06 --empty-share 0.04 --scene-share 0.4 -o $runs/student

shares="--sprites $cache/sprites96.u8 --pasted-share 0.04 --empty-share 0.03 --scene-share 0.2 --sprite-share 0.28"
# 3. 16 % of the weights, distilled; now with drawn signs in empty scenes
$python training/train.py $with $shares --init $runs/student/checkpoint.pt --density 0.16 --prune-steps 50 700 \
  --steps 1250 --lr 0.06 --warmup 20 --seed 3 -o $runs/pruned

# 4. dense again, then 20 % kept
$python training/train.py $with $shares --init $runs/pruned/pruned.pt --density 0.2 --prune-steps 0 450 \
  --steps 1000 --lr 0.06 --warmup 20 --seed 5 -o $runs/pruned2

# 5. shared int8 values (--steps 300 fine-tunes them with the daemon's arithmetic)
$python training/quantize.py --photos $cache/photos80 --scenes $cache/scenes80 --teacher $runs/teacher/checkpoint.pt $shares \
  --start $runs/pruned2/pruned.pt --codebook 15 --steps 0 --last-offset 1.5 --mode squash --seed 6 -o $runs/int8
$zynqnetd model pack $runs/int8/export -o $runs/roadsigns.zqn
