# bash completion.sh DOPPEL FOLDER: sources what `DOPPEL completion bash` prints, asks for completions as bash does at the Tab key,
# and prints what is not as it should be. FOLDER is an empty folder to look for files in.
set -u
export LC_ALL=C
source <("$1" completion bash)
cd "$2" || exit 1
mkdir -p "some runs" data
touch pairs.txt
failed=0

# answers WORD...: what the Tab key offers behind the last word, sorted, one a line.
answers() {
  COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
  _doppel
  printf '%s\n' "${COMPREPLY[@]}" | sort -u
}

# offers EXPECTED WORD...: exactly these, separated by |.
offers() {
  local expected=$1 got
  shift
  got=$(answers "$@" | paste -sd '|')
  [ "$got" = "$expected" ] && return
  echo "behind '$*': expected '$expected', got '$got'"
  failed=1
}

# has EXPECTED WORD...: this among others.
has() {
  local expected=$1
  shift
  answers "$@" | grep -qxF -- "$expected" && return
  echo "behind '$*': no '$expected'"
  failed=1
}

has train doppel ''
has manual doppel ''
offers 'train' doppel tr
offers '--version' doppel --v
offers 'convolution|loader|mining|samplers|step' doppel bench ''
offers 'full|small' doppel bench step ''
offers '--threads' doppel train data --th
has --known-names doppel evaluate runs data --
offers 'auto|cpu|cuda' doppel train data --device ''
offers 'cpu|cuda' doppel train data --device c
offers 'cpu|cuda' doppel train data --device = c
offers 'auto|cpu|cuda' doppel train data --device =
offers 'one-shot|verification' doppel evaluate r d --protocol ''
offers 'development|test' doppel evaluate r d --part ''
offers 'best|data|last|pairs.txt|some runs' doppel evaluate r d --checkpoint ''
offers 'network.padding=' doppel train data --set network.pad
offers 'data.nested=' doppel evaluate r d --set data.ne
offers '' doppel evaluate r d --set optim.
offers 'same|valid' doppel train data --set network.padding =
offers 'valid' doppel train data --set network.padding = v
offers 'false|true' doppel train data --set augment.mirror = ''
offers '' doppel train data --set optim.rate = ''
offers '' doppel train data --steps ''
offers 'celeba5k' doppel train data --recipe cel
has small/l2s-9 doppel train data --recipe small/l
offers 'data|some runs' doppel train data --run ''
offers 'pairs.txt' doppel evaluate r d --pairs p
offers 'data|pairs.txt|some runs' doppel train ''
offers 'some runs' doppel evaluate some
offers 'bash' doppel completion ''
exit $failed
