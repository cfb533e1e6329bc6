package syntax

func broken() { x := } // want "expected operand"
