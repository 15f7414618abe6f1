#!/usr/bin/env bash
# The ablation of the block's options: every arm and seed in turn, each on one thread, to the same multiply-adds. Needs CIFAR-10's
# binary files as cifar10/train and cifar10/test below MSF_DATA. Lines go to FILE; what is already there is not done again.
#   bench/block-ablation.sh FILE [TERA_MULTIPLY_ADDS] [ARM...]
set -euo pipefail
file=$(realpath "$1") budget=${2:-9}
shift $(($# < 2 ? $# : 2))
arms=("$@")
[[ ${#arms[@]} -gt 0 ]] || arms=(plain rmsnorm qknorm swiglu rotary all)
bench=${MSF_BENCH:-$(dirname "$0")/Msf.Bench/bin/Release/net10.0/Msf.Bench.dll}
export OMP_NUM_THREADS=1
touch "$file"
for seed in 0 1; do
  for arm in "${arms[@]}"; do
    grep -q "\"arm\":\"$arm\",\"seed\":$seed," "$file" || dotnet "$bench" block-ablation "$arm" "$seed" "$budget" "$file"
  done
done
dotnet "$bench" block-ablation-table "$file"
