#!/usr/bin/env bash
# Installs what the tests need beyond Go, where it is missing: `deps.sh browsers` the browsers (Debian, as root), `deps.sh npm`
# the published packages that tests and benchmarks compare against.
set -euo pipefail
cd "$(dirname "$0")"

# need PACKAGE COMMAND… adds a Debian package to what is missing unless one of its commands is there.
missing=()
need() {
	local package=$1 name
	for name in "${@:2}"; do
		if command -v "$name" >/dev/null; then return; fi
	done
	missing+=("$package")
}

# need_library PACKAGE FILE adds a Debian package to what is missing unless its shared library is there.
need_library() {
	if ! PATH=$PATH:/sbin:/usr/sbin ldconfig -p | grep -qF "$2"; then missing+=("$1"); fi
}

browsers() {
	need chromium chromium chromium-browser google-chrome
	need firefox-esr firefox-esr firefox
	need webkit2gtk-driver WebKitWebDriver
	need xvfb Xvfb
	# The native lens loads these.
	need_library libx11-6 libX11.so.6
	need_library libgl1 libGL.so.1
	need_library libegl1 libEGL.so.1
	if [ -z "$(find /usr/lib -name 'swrast_dri.so' -o -name 'libgallium*.so' 2>/dev/null | head -n 1)" ]; then missing+=(libgl1-mesa-dri); fi
	# Firefox has WebGPU on a Vulkan driver only; this one is software, and Chromium brings its own.
	[ -n "$(find /usr/share/vulkan/icd.d -name 'lvp_icd*' 2>/dev/null)" ] || missing+=(mesa-vulkan-drivers)
	if [ ${#missing[@]} = 0 ]; then return; fi
	if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
		apt-get update -qq
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" fonts-dejavu-core
		return
	fi
	echo "The tests that need a browser or library which is missing will be skipped. To install: sudo apt-get install ${missing[*]}" >&2
}

npm_packages() {
	if ! command -v npm >/dev/null; then
		echo "npm is missing, and the tests that need it will be skipped. To install it: sudo apt-get install nodejs npm" >&2
		return
	fi
	npm ci --ignore-scripts --no-audit --no-fund
	touch node_modules/.package-lock.json
}

case "$1" in
browsers) browsers ;;
npm) npm_packages ;;
*) echo "usage: deps.sh browsers|npm" >&2; exit 2 ;;
esac
