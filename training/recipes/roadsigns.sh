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

$python training/cache.py --gtsrb "$gtsrb" --size 80 -o $cache/photos80
$python training/cache.py --gtsrb "$gtsrb" --size 64 -o $cache/photos64
$zynqnetd scene dump --count 12000 --seed 3001 --size 80 --mode cover --per-episode 2 --empty-share 0.25 --out $cache/dump80
$python training/cache.py --scenes $cache/dump80 --size 80 -o $cache/scenes80

# 1. teacher: full width, photographs only
$python training/train.py --photos $cache/photos80 --validation $cache/photos64 --width 1.0 --size 64 \
  --steps 3600 --lr 0.1 --warmup 150 --bf16 --seed 1 -o $runs/teacher

with="--photos $cache/photos80 --scenes $cache/scenes80"
# 2. student: three quarters of the width (the teacher's strongest channels), distilled, photographs and scenes
$python training/train.py $with --width 0.75 --size 80 --init $runs/teacher/checkpoint.pt --teacher $runs/teacher/checkpoint.pt \
  --steps 1800 --lr 0.08 --warmup 50 --bf16 --seed 2 --pasted-share 0.06 --empty-share 0.04 --scene-share 0.4 -o $runs/student

# 3. 15 % of the weights, distilled from the student
$python training/train.py $with --width 0.75 --size 80 --init $runs/student/checkpoint.pt --teacher $runs/student/checkpoint.pt \
  --teacher-knows-scenes --density 0.15 --prune-steps 50 900 --steps 1400 --lr 0.04 --warmup 20 --bf16 --seed 3 \
  --pasted-share 0.06 --empty-share 0.04 --scene-share 0.4 -o $runs/pruned

# 4. shared int8 values, fine-tuned with the daemon's arithmetic
$python training/quantize.py $with --start $runs/pruned/pruned.pt --teacher $runs/student/checkpoint.pt --teacher-knows-scenes \
  --codebook 15 --steps 500 --seed 4 --pasted-share 0.06 --empty-share 0.04 --scene-share 0.4 -o $runs/int8
$zynqnetd model pack $runs/int8/export -o $runs/roadsigns.zqn
