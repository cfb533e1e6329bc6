package browser

import (
	"os/exec"
	"time"
)

// end waits for a child process that has been asked to end, and kills it if it does not.
func end(cmd *exec.Cmd) {
	kill := time.AfterFunc(10*time.Second, func() { cmd.Process.Kill() })
	defer kill.Stop()
	cmd.Wait() // how it ended does not matter
}
