module github.com/fovea-run/fovea

go 1.26
