package browser

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// A Screen is an X server that shows nobody anything.
type Screen struct {
	Display string // for the environment variable DISPLAY
	server  *exec.Cmd
}

// OpenScreen starts a Screen of that size.
func OpenScreen(width, height int) (*Screen, error) {
	xvfb, err := find(NotInstalled{"The X server without a screen", "xvfb"}, "Xvfb")
	if err != nil {
		return nil, err
	}
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer read.Close()
	cmd := exec.Command(xvfb, "-displayfd", "3", "-screen", "0", fmt.Sprintf("%dx%dx24", width, height), "-nolisten", "tcp")
	cmd.ExtraFiles = []*os.File{write} // its descriptor 3
	err = cmd.Start()
	write.Close()
	if err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		end(cmd)
		return nil, fmt.Errorf("Xvfb ended before it had a display: %w", err)
	}
	return &Screen{":" + strings.TrimSpace(line), cmd}, nil
}

// Close ends the server.
func (s *Screen) Close() {
	s.server.Process.Signal(os.Interrupt)
	end(s.server)
}
