# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
# shellcheck shell=bash
# Completion of weston-robustctl for bash.

_weston_robustctl()
{
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local commands='status watch history stats simulate reload trace doctor'
	local options='--json --display --timeout --limit --no-wait --help --version'
	local command='' i

	COMPREPLY=()
	case $before in
	--display)
		local socket
		for socket in "${XDG_RUNTIME_DIR:-/nowhere}"/wayland-*; do
			[ -S "$socket" ] || continue
			socket=${socket##*/}
			[[ $socket == "$word"* ]] && COMPREPLY+=("$socket")
		done
		return
		;;
	--timeout | --limit) return ;;
	esac
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--display | --timeout | --limit) ((i++)) ;;
		-*) ;;
		*)
			command=${COMP_WORDS[i]}
			break
			;;
		esac
	done
	if [[ $word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
		return
	fi
	case $command in
	'') mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$word") ;;
	simulate)
		[ "$before" != simulate ] ||
			mapfile -t COMPREPLY < <(compgen -W 'guilty innocent unknown purged' -- "$word")
		;;
	trace)
		[ "$before" != trace ] || mapfile -t COMPREPLY < <(compgen -f -- "$word")
		;;
	esac
}

complete -F _weston_robustctl weston-robustctl
