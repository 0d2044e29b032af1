# SPDX-License-Identifier: Apache-2.0
#
# Measuring for scripts/bench: samples by name, their medians, and figures held against budgets.

ROUNDS=${BENCH_ROUNDS:-15}
WARM_UP=3
OVER=0

# compile NAME [FLAG...]: a C peer, static; COMPILED is the program.
compile() {
    command -v gcc >/dev/null || need apt gcc libc6-dev
    local name=$1
    shift
    COMPILED=$ROOT/.build/peers/$name
    mkdir -p "${COMPILED%/*}"
    [[ $COMPILED -nt $PEERS/$name.c ]] ||
        gcc -O2 -Wall -Wextra -Werror -static -o "$COMPILED" "$PEERS/$name.c" "$@"
}

# rounds COMMAND...: a warm-up whose samples are thrown away, then the rounds that count.
rounds() {
    local i
    for ((i = -WARM_UP; i < ROUNDS; i++)); do
        ((i)) || rm -rf "$TMP/samples"
        mkdir -p "$TMP/samples"
        "$@"
    done
}

# sample NAME VALUE
sample() { echo "$2" >>"$TMP/samples/$1"; }

# median NAME: prints it, or "-" without samples.
median() {
    [[ -s $TMP/samples/$1 ]] || { echo -; return; }
    sort -n "$TMP/samples/$1" | awk '{ v[NR] = $1 }
        END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

# figure NAME OURS PEER MOST-RATIO [MOST]: a line in milliseconds from samples in microseconds.
# MOST-RATIO is ours to the peer's, MOST our own in milliseconds; "-" is no budget.
figure() {
    local line
    line=$(awk -v name="$1" -v ours="$(median "$2")" -v peer="$(median "$3")" \
        -v most_ratio="$4" -v most="${5:--}" '
        function ms(v) { return v == "-" ? v : sprintf("%.2f ms", v / 1000) }
        BEGIN {
            ratio = ours == "-" || peer == "-" ? "-" : ours / peer
            if (most != "-") budget = most " ms"
            if (most_ratio != "-") budget = budget (budget ? ", " : "") most_ratio " x"
            if (!budget) budget = "-"
            over = budget != "-" && ours == "-"
            if (most != "-" && ours != "-" && ours / 1000 > most) over = 1
            if (most_ratio != "-" && ratio != "-" && ratio > most_ratio) over = 1
            printf "%s\t%s\t%s\t%s\t%s\t%s\n", name, ms(ours), ms(peer),
                (ratio == "-" ? ratio : sprintf("%.2f", ratio)), budget, over ? "over" : "ok"
        }')
    printf '%s\n' "$line"
    [[ $line != *over ]] || OVER=$((OVER + 1))
}
