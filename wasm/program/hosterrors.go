package program

// HostErrors are the rows of the error table that the hosts, Go and
// JavaScript, use for what they find themselves. Here {got} and {want} are
// words.
var HostErrors = []ErrorCode{
	{200, "Unsupported", "{got} is not supported, {want} is needed"},
	{201, "File", "the model file is damaged: {got}"},
	{202, "Fetch", "{arg} cannot be fetched: {got}"},
	{203, "Unknown", "{name} is unknown, there is: {want}"},
	{204, "Missing", "{name} is missing"},
	{205, "InputType", "tensor {name} is {got}, not {want}"},
	{206, "InputShape", "tensor {name} has shape {got}, not {want}"},
	{207, "InputData", "tensor {name} has {got} bytes of data where its shape needs {want}"},
	{208, "DimUnset", "dimension {name} is in no input's shape and has no value in the session"},
	{209, "DimValue", "dimension {name} is {got}, not in {want}"},
	{210, "Closed", "the {arg} is closed"},
	{211, "Trap", "the engine stopped, the model must be loaded again: {got}"},
	{212, "Worker", "the worker failed: {got}"},
	{213, "Internal", "{got}"},
	{214, "Value", "{arg} is {got}, not {want}"},
	{215, "Empty", "the {arg} has no sentence: {got}"},
	{216, "TooLong", "the {arg} has {got} sentences, over the limit of {want}"},
	{217, "Compile", "{arg} cannot be compiled: {got}"},
	{218, "Build", "{arg} is of build {got}, this script of build {want}: serve the files of one build together, and reload the page"},
	{219, "Policy", "the Content-Security-Policy forbids {got}: add {want}"},
}
