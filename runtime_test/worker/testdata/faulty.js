// A core that breaks where a text asks for it, for tests.
import { Core as Real } from './real.js';

const faults = {
  trap: (call) => {
    const error = new Error('fovea: ' + call + ': the module trapped: unreachable');
    throw Object.assign(error, { name: 'FoveaError', code: 'trap', op: call, arg: '', got: 'unreachable', want: '' });
  },
  panic: () => 7, // no typed array: Go's conversion of it panics, which ends Go
  wait: () => new Promise(() => {}), // Go waits for it, finds that nothing else runs, and ends
};

export class Core extends Real {
  spans(id, call, utf8, flags) {
    const fault = /^fault: (\w+)$/.exec(new TextDecoder().decode(utf8));
    return fault ? faults[fault[1]](call) : super.spans(id, call, utf8, flags);
  }
}
