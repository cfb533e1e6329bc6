#!/usr/bin/env bash
# Installs what the tests need beyond Go, where it is missing: `deps.sh chromium` the browser (Debian, as root), `deps.sh npm`
# the published packages that tests and benchmarks compare against.
set -euo pipefail
cd "$(dirname "$0")"

chromium() {
	for name in chromium chromium-browser google-chrome; do
		if command -v "$name" >/dev/null; then return; fi
	done
	if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
		apt-get update -qq
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core
		return
	fi
	echo "Chromium is missing, and the tests that need it will be skipped. To install it: sudo apt-get install chromium" >&2
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
chromium) chromium ;;
npm) npm_packages ;;
*) echo "usage: deps.sh chromium|npm" >&2; exit 2 ;;
esac
